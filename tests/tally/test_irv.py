"""Instant-runoff voting against published examples, and its own laws."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rankedprofiles import Profile, profiles, spelled

from flows.tally.irv import irv
from flows.tally.outcome import Cut, Tie, Tiebreak, lots
from flows.tally.rankings import strict

OPEN = Tiebreak()
ORDER = Tiebreak(cut=Cut.ORDER)

TENNESSEE = spelled("""
    42 memphis > nashville > chattanooga > knoxville
    26 nashville > chattanooga > knoxville > memphis
    15 chattanooga > knoxville > nashville > memphis
    17 knoxville > chattanooga > nashville > memphis
""")
CITIES = ("memphis", "nashville", "chattanooga", "knoxville")


def test_the_capital_of_tennessee() -> None:
    """https://en.wikipedia.org/wiki/Instant-runoff_voting, "Tennessee capital election"."""
    outcome = irv(CITIES, TENNESSEE, OPEN)
    assert outcome.winners == ("knoxville",)
    assert outcome.order == (("knoxville",), ("memphis",), ("nashville",), ("chattanooga",))
    assert [dict(one.votes) for one in outcome.rounds] == [
        {"memphis": 42, "nashville": 26, "chattanooga": 15, "knoxville": 17},
        {"memphis": 42, "nashville": 26, "knoxville": 32},
        {"memphis": 42, "knoxville": 58},
    ]
    assert [one.eliminated for one in outcome.rounds] == [("chattanooga",), ("nashville",), ()]
    assert outcome.rounds[-1].elected == ("knoxville",)
    assert outcome.ties == ()


def test_more_than_half_wins_in_the_first_round_and_the_rest_stand_by_their_votes() -> None:
    outcome = irv("abcd", spelled("6 a \n 2 b \n 2 c \n 1 d"), OPEN)
    assert outcome.winners == ("a",)
    assert outcome.order == (("a",), ("b", "c"), ("d",))
    assert len(outcome.rounds) == 1


def test_half_is_not_more_than_half() -> None:
    outcome = irv("abc", spelled("4 a \n 3 b \n 1 c > b"), OPEN)
    assert len(outcome.rounds) == 2
    assert outcome.rounds[1].votes == {"a": 4, "b": 4}
    assert outcome.ties == (Tie(codes=("a", "b"), where="winner", how="earlier rounds", first="a", round=2),)
    assert outcome.winners == ("a",)


def test_a_ballot_without_a_choice_left_is_exhausted() -> None:
    outcome = irv("abc", spelled("4 a \n 3 b \n 2 c"), OPEN)
    assert outcome.winners == ("a",)
    assert [one.exhausted for one in outcome.rounds] == [0, 2]
    assert outcome.rounds[1].votes == {"a": 4, "b": 3}


def test_level_options_of_a_ballot_share_its_vote() -> None:
    outcome = irv("abcd", spelled("3 a = b = c > d \n 1 d > a \n 2 a = b"), OPEN)
    assert outcome.rounds[0].votes == {"a": 2, "b": 2, "c": 1, "d": 1}
    thirds = irv("abc", spelled("1 a = b = c \n 1 a"), OPEN)
    assert thirds.rounds[0].votes == {"a": Fraction(4, 3), "b": Fraction(1, 3), "c": Fraction(1, 3)}


def test_several_who_are_last_go_together_when_none_of_them_could_stay() -> None:
    outcome = irv("abcd", spelled("5 a \n 4 b \n 1 c > b \n 1 d > b"), OPEN)
    assert outcome.rounds[0].eliminated == ("c", "d")
    assert outcome.ties == (Tie(codes=("c", "d"), where="elimination", how="together", round=1),)
    assert outcome.winners == ("b",)
    assert outcome.order == (("b",), ("a",), ("c", "d"))


def test_earlier_rounds_cut_a_tie() -> None:
    outcome = irv("abcd", spelled("5 a \n 4 b \n 3 c > a \n 1 d > c"), OPEN)
    assert outcome.rounds[1].votes == {"a": 5, "b": 4, "c": 4}
    assert outcome.rounds[1].eliminated == ("c",)
    assert outcome.ties == (Tie(codes=("b", "c"), where="elimination", how="earlier rounds", first="c", round=2),)
    assert outcome.winners == ("a",)


TIED = spelled("4 a \n 3 b > c \n 3 c > b")


def test_a_tie_that_changes_nothing_for_the_winner_is_told_and_passed() -> None:
    outcome = irv("abc", spelled("6 a > b \n 4 b > a \n 4 c > a"), OPEN)
    assert outcome.ties == (Tie(codes=("b", "c"), where="elimination", how="no difference", first="c", round=1),)
    assert outcome.winners == ("a",)


def test_an_open_elimination_that_decides_leaves_no_winner() -> None:
    outcome = irv("abc", TIED, OPEN)
    assert outcome.winners == ()
    assert outcome.ties == (
        Tie(codes=("b", "c"), where="elimination", how="open", round=1),
        Tie(codes=("b", "c"), where="winner", how="open"),
    )
    assert outcome.order == (("b", "c"), ("a",))


def test_the_list_order_and_the_lot_cut_a_tie() -> None:
    outcome = irv("abc", TIED, ORDER)
    assert outcome.ties == (Tie(codes=("b", "c"), where="elimination", how="order", first="c", round=1),)
    assert outcome.winners == ("b",)
    for seed in ("one", "two", "three", "four"):
        drawn = irv("abc", TIED, Tiebreak(cut=Cut.DRAW, seed=seed))
        assert drawn.winners == (lots("bc", seed)[0],)
        assert drawn.ties[0].how == "draw"


@pytest.mark.parametrize(("cut", "winners", "first"), [(OPEN, (), None), (ORDER, ("a",), "a")], ids=["open", "order"])
def test_the_last_two_level_is_a_tie_for_the_winner(cut: Tiebreak, winners: tuple[str, ...], first: str | None) -> None:
    outcome = irv("ab", spelled("2 a \n 2 b"), cut)
    assert outcome.winners == winners
    assert outcome.ties == (Tie(codes=("a", "b"), where="winner", how=cut.cut.value, first=first, round=1),)


def test_very_many_level_options_leave_no_winner_in_good_time() -> None:
    codes = [f"o{i}" for i in range(60)]
    outcome = irv(codes, [(strict([code]), 1) for code in codes], OPEN)
    assert outcome.winners == ()
    assert outcome.ties[-1] == Tie(codes=tuple(codes), where="winner", how="open")
    assert irv(codes, [(strict([code]), 1) for code in codes], ORDER).winners == ("o0",)


@given(profiles(most=10), st.sampled_from([OPEN, ORDER]))
def test_each_round_adds_up_to_all_ballots(profile: Profile, tiebreak: Tiebreak) -> None:
    outcome = irv(profile.options, profile.ballots, tiebreak)
    for one in outcome.rounds:
        assert sum(one.votes.values()) + one.exhausted == outcome.voters
    for one, after in zip(outcome.rounds, outcome.rounds[1:], strict=False):
        assert set(after.votes) == set(one.votes) - set(one.eliminated)
        assert one.eliminated


@given(profiles(most=10))
def test_more_than_half_of_first_choices_always_wins(profile: Profile) -> None:
    firsts = Counter[str]()
    for ranking, number in profile.ballots:
        if ranking and len(ranking[0]) == 1:
            firsts[ranking[0][0]] += number
    said = sum(number for ranking, number in profile.ballots if ranking)
    for code, number in firsts.items():
        if 2 * number > said:
            assert irv(profile.options, profile.ballots, OPEN).winners == (code,)
