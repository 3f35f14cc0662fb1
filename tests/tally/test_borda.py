"""The Borda count against a published example, and its own laws."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from rankedprofiles import Profile, profiles, spelled

from flows.tally.borda import borda
from flows.tally.outcome import Cut, Tie, Tiebreak

OPEN = Tiebreak()


def points(options: str, lines: str) -> dict[str, object]:
    return {line.code: line.score for line in borda(options, spelled(lines), OPEN).lines}


def test_the_capital_of_tennessee() -> None:
    """https://en.wikipedia.org/wiki/Borda_count, "Tennessee example": 194, 173, 126 and 107 points."""
    lines = "42 m > n > c > k \n 26 n > c > k > m \n 15 c > k > n > m \n 17 k > c > n > m"
    assert points("mnck", lines) == {"m": 126, "n": 194, "c": 173, "k": 107}
    assert borda("mnck", spelled(lines), OPEN).order == (("n",), ("c",), ("m",), ("k",))


def test_options_left_out_share_the_points_that_remain() -> None:
    assert points("abcd", "1 a") == {"a": 3, "b": 1, "c": 1, "d": 1}
    assert points("abc", "1 a") == {"a": 2, "b": Fraction(1, 2), "c": Fraction(1, 2)}


def test_level_options_share_the_points_of_their_places() -> None:
    assert points("abcd", "1 a = b > c > d") == {"a": Fraction(5, 2), "b": Fraction(5, 2), "c": 1, "d": 0}
    assert points("abc", "2 a = b = c") == {"a": 2, "b": 2, "c": 2}


def test_an_empty_ballot_gives_nothing() -> None:
    outcome = borda("ab", (*spelled("2 a"), ((), 5)), OPEN)
    assert [line.score for line in outcome.lines] == [2, 0]
    assert outcome.lines[0].more == {"mean": 1}
    assert outcome.voters == 7


def test_a_tie_is_told_and_cut_by_the_declared_rule() -> None:
    level = spelled("1 a > b \n 1 b > a")
    assert borda("ab", level, OPEN).winners == ()
    assert borda("ab", level, OPEN).ties == (Tie(codes=("a", "b"), where="winner", how="open"),)
    assert borda("ba", level, Tiebreak(cut=Cut.ORDER)).winners == ("b",)


@given(profiles(most=10))
def test_every_ballot_hands_out_the_same_sum(profile: Profile) -> None:
    outcome = borda(profile.options, profile.ballots, OPEN)
    said = sum(number for ranking, number in profile.ballots if ranking)
    size = len(profile.options)
    assert sum(line.score for line in outcome.lines) == Fraction(said * size * (size - 1), 2)


@given(profiles(most=10))
def test_the_points_are_those_of_a_count_place_by_place(profile: Profile) -> None:
    expected = dict.fromkeys(profile.options, Fraction(0))
    for ranking, number in profile.ballots:
        if not ranking:
            continue
        ranked = {code for level in ranking for code in level}
        left = len(profile.options)
        for level in (*ranking, tuple(code for code in profile.options if code not in ranked)):
            places = range(left - len(level), left)
            for code in level:
                expected[code] += Fraction(number * sum(places), len(level))
            left -= len(level)
    outcome = borda(profile.options, profile.ballots, OPEN)
    assert {line.code: line.score for line in outcome.lines} == expected
