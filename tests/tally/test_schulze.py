"""The Schulze method against published examples, and its own laws."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from rankedprofiles import Profile, profiles, spelled

from flows.tally.outcome import Cut, Duel, Tie, Tiebreak
from flows.tally.rankings import preferences, tidy
from flows.tally.schulze import schulze, smith_set, strongest_paths

OPEN = Tiebreak()

PAPER = spelled("""
    8 a > c > d > b
    2 b > a > d > c
    4 c > d > b > a
    4 d > b > a > c
    3 d > c > b > a
""")
FORTY_FIVE = spelled("""
    5 a > c > b > e > d
    5 a > d > e > c > b
    8 b > e > d > a > c
    3 c > a > b > e > d
    7 c > a > e > b > d
    2 c > b > a > d > e
    7 d > c > e > b > a
    8 e > b > a > d > c
""")


def test_the_first_example_of_the_paper() -> None:
    """Schulze 2011, section 3, example 1: 21 ballots, d wins, order d, a, c, b."""
    outcome = schulze("abcd", PAPER, OPEN)
    assert outcome.winners == ("d",)
    assert outcome.order == (("d",), ("a",), ("c",), ("b",))
    assert outcome.duels == (
        Duel(a="a", b="b", for_a=8, for_b=13),
        Duel(a="a", b="c", for_a=14, for_b=7),
        Duel(a="a", b="d", for_a=10, for_b=11),
        Duel(a="b", b="c", for_a=6, for_b=15),
        Duel(a="b", b="d", for_a=2, for_b=19),
        Duel(a="c", b="d", for_a=12, for_b=9),
    )
    assert outcome.paths == (
        Duel(a="a", b="b", for_a=14, for_b=13),
        Duel(a="a", b="c", for_a=14, for_b=13),
        Duel(a="a", b="d", for_a=12, for_b=13),
        Duel(a="b", b="c", for_a=13, for_b=15),
        Duel(a="b", b="d", for_a=12, for_b=19),
        Duel(a="c", b="d", for_a=12, for_b=13),
    )
    assert outcome.cycle == ("a", "b", "c", "d")


def test_the_example_of_forty_five_ballots() -> None:
    """https://en.wikipedia.org/wiki/Schulze_method, "Example": e wins, order e, a, c, b, d."""
    outcome = schulze("abcde", FORTY_FIVE, OPEN)
    assert outcome.winners == ("e",)
    assert outcome.order == (("e",), ("a",), ("c",), ("b",), ("d",))
    paths = strongest_paths("abcde", preferences("abcde", dict(FORTY_FIVE)))
    assert {a: "".join(f"{b}{row[b]} " for b in row) for a, row in paths.items()} == {
        "a": "b28 c28 d30 e24 ",
        "b": "a25 c28 d33 e24 ",
        "c": "a25 b29 d29 e24 ",
        "d": "a25 b28 c28 e24 ",
        "e": "a25 b28 c28 d31 ",
    }


LEVEL = spelled("3 a > b > c > d \n 2 d > a > b > c \n 2 d > b > c > a \n 2 c > b > d > a")


def test_level_paths_are_an_open_tie() -> None:
    """https://en.wikipedia.org/wiki/Schulze_method, nine ballots whose possible winners are b and d."""
    outcome = schulze("abcd", LEVEL, OPEN)
    assert outcome.winners == ()
    assert outcome.ties == (Tie(codes=("b", "d"), where="winner", how="open"),)
    assert outcome.order[0] == ("b", "d")
    cut = schulze("abcd", LEVEL, Tiebreak(cut=Cut.ORDER))
    assert cut.winners == ("b",)
    assert cut.ties == (Tie(codes=("b", "d"), where="winner", how="order", first="b"),)
    assert cut.order[:2] == (("b",), ("d",))


def test_an_option_left_out_stands_behind_all_that_are_ranked_and_beats_nobody() -> None:
    outcome = schulze("abc", spelled("2 a"), OPEN)
    assert outcome.duels == (
        Duel(a="a", b="b", for_a=2, for_b=0),
        Duel(a="a", b="c", for_a=2, for_b=0),
        Duel(a="b", b="c", for_a=0, for_b=0),
    )
    assert outcome.order == (("a",), ("b", "c"))
    assert outcome.cycle == ()


def test_winning_votes_and_not_margins() -> None:
    """b beats a 6:3, a beats c 5:4, c beats b 4:2: by the votes of the winner b is first, by margins c would be."""
    outcome = schulze("abc", spelled("3 a \n 4 c > b \n 2 b > a > c"), OPEN)
    assert outcome.winners == ("b",)
    assert outcome.order == (("b",), ("a",), ("c",))
    assert outcome.cycle == ("a", "b", "c")


def test_all_on_one_level_is_a_tie() -> None:
    assert schulze("ab", spelled("3 a = b"), OPEN).ties == (Tie(codes=("a", "b"), where="winner", how="open"),)


@given(profiles(most=10))
def test_who_wins_every_duel_wins(profile: Profile) -> None:
    matrix = preferences(profile.options, tidy(profile.options, profile.ballots))
    outcome = schulze(profile.options, profile.ballots, OPEN)
    for a in profile.options:
        if len(profile.options) > 1 and all(matrix[a][b] > matrix[b][a] for b in matrix[a]):
            assert outcome.winners == (a,)
            assert outcome.cycle == ()


@given(profiles(most=10))
def test_the_winner_is_in_the_smith_set(profile: Profile) -> None:
    matrix = preferences(profile.options, tidy(profile.options, profile.ballots))
    smith = smith_set(profile.options, matrix)
    outcome = schulze(profile.options, profile.ballots, OPEN)
    assert set(outcome.order[0]) <= set(smith)
    dominating = [
        inside
        for size in range(1, len(profile.options) + 1)
        for inside in combinations(profile.options, size)
        if all(matrix[a][b] > matrix[b][a] for a in inside for b in profile.options if b not in inside)
    ]
    assert smith == dominating[0]


@given(profiles(most=10))
def test_the_order_keeps_every_pair_that_the_paths_decide(profile: Profile) -> None:
    outcome = schulze(profile.options, profile.ballots, OPEN)
    place = {code: number for number, level in enumerate(outcome.order) for code in level}
    for path in outcome.paths:
        if path.for_a > path.for_b:
            assert place[path.a] < place[path.b]
        elif path.for_b > path.for_a:
            assert place[path.b] < place[path.a]


@pytest.mark.parametrize("cut", list(Cut))
def test_a_cut_never_moves_a_winner_that_is_alone(cut: Cut) -> None:
    assert schulze("abcd", PAPER, Tiebreak(cut=cut, seed="s")).winners == ("d",)
