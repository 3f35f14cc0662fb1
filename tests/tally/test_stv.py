"""The single transferable vote against published counts, and its own laws."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from rankedprofiles import Profile, profiles, spelled

from flows.tally.irv import irv
from flows.tally.outcome import Cut, Outcome, Tie, Tiebreak
from flows.tally.rankings import strict
from flows.tally.rounds import last, standings
from flows.tally.stv import stv

OPEN = Tiebreak()
ORDER = Tiebreak(cut=Cut.ORDER)

PARTY = spelled("""
    4 orange
    2 pear > orange
    8 chocolate > strawberry
    4 chocolate > bonbon
    1 strawberry
    1 bonbon
""")


def votes_of(outcome: Outcome) -> list[dict[str, str]]:
    """Each round's votes with five decimals, as count sheets write them."""
    return [{code: f"{float(number):.5f}" for code, number in one.votes.items() if number} for one in outcome.rounds]


def test_food_for_a_party() -> None:
    """https://en.wikipedia.org/wiki/Single_transferable_vote: 20 guests choose three foods; the quota is 6."""
    outcome = stv(("orange", "pear", "chocolate", "strawberry", "bonbon"), PARTY, 3, OPEN)
    assert outcome.quota == 6
    assert outcome.winners == ("chocolate", "orange", "strawberry")
    first, second, third, *_ = outcome.rounds
    assert first.elected == ("chocolate",)
    assert first.transferred == {"chocolate": -6, "strawberry": 4, "bonbon": 2}
    assert second.votes == {"orange": 4, "pear": 2, "chocolate": 6, "strawberry": 5, "bonbon": 3}
    assert second.eliminated == ("pear",)
    assert second.transferred == {"pear": -2, "orange": 2}
    assert third.elected == ("orange",)
    assert third.eliminated == ("bonbon",)
    assert outcome.rounds[-1].elected == ("strawberry",)
    assert outcome.ties == ()


def test_the_surplus_of_a_shared_quota() -> None:
    """Droop's example 513.blt: 5 ballots 1 2, one 2, three 3; two seats."""
    outcome = stv(("castor", "pollux", "helen"), spelled("5 castor > pollux \n 1 pollux \n 3 helen"), 2, OPEN)
    assert outcome.quota == 4
    assert outcome.winners == ("castor", "helen")
    assert outcome.rounds[1].votes == {"castor": 4, "pollux": 2, "helen": 3}
    assert outcome.rounds[2].exhausted == 2


def test_earlier_rounds_cut_a_tie() -> None:
    """Droop's example weak-defeat.blt: b and c are level in round 2 and were not in round 1."""
    outcome = stv("abcde", spelled("1 a > b \n 2 b \n 3 c \n 4 d \n 5 e"), 2, OPEN)
    assert outcome.ties == (Tie(codes=("b", "c"), where="elimination", how="earlier rounds", first="b", round=2),)
    assert outcome.winners == ("e", "d")


def test_values_are_cut_off_after_five_decimals_and_the_rest_is_exhausted() -> None:
    outcome = stv("abc", spelled("7 a > b \n 1 c"), 1, OPEN)
    assert outcome.quota == 5
    third = stv("abcd", spelled("7 a > b \n 2 c \n 1 d"), 2, OPEN)
    assert third.quota == 4
    assert third.rounds[0].transferred == {"a": -3, "b": 7 * Fraction(42857, 100_000)}
    assert third.rounds[1].exhausted == 3 - 7 * Fraction(42857, 100_000)


def test_a_surplus_too_small_for_five_decimals_is_exhausted() -> None:
    outcome = stv("abcd", spelled("100002 a > b \n 99999 c \n 50000 b > d \n 49999 d"), 2, OPEN)
    assert outcome.quota == 100001
    assert outcome.rounds[0].transferred == {"a": -1}
    assert outcome.rounds[1].exhausted == 1
    assert outcome.winners == ("a", "c")


def test_level_options_of_a_ballot_share_it_and_the_others_of_the_level_come_first() -> None:
    outcome = stv("abcde", spelled("3 a = b > c \n 4 c \n 4 d \n 4 e"), 1, OPEN)
    assert outcome.rounds[0].votes == {"a": Fraction(3, 2), "b": Fraction(3, 2), "c": 4, "d": 4, "e": 4}
    assert outcome.rounds[0].eliminated == ("a", "b")
    assert outcome.winners == ("c",)
    kept = stv("abcd", spelled("2 a = b > c \n 1 b \n 4 c \n 5 d"), 1, OPEN)
    assert kept.rounds[0].transferred == {"a": -1, "b": 1}


def test_as_many_options_as_seats_are_all_elected() -> None:
    assert stv("abc", spelled("2 b \n 1 a"), 3, OPEN).winners == ("b", "a", "c")
    assert set(stv("abc", spelled("1 a"), 9, OPEN).winners) == set("abc")


def test_a_seat_that_a_tie_decides_stays_open_and_the_others_are_filled() -> None:
    ballots = spelled("6 a \n 2 b \n 2 c")
    outcome = stv("abc", ballots, 2, OPEN)
    assert outcome.winners == ("a",)
    assert outcome.ties == (
        Tie(codes=("b", "c"), where="elimination", how="open", round=2),
        Tie(codes=("b", "c"), where="seat", how="open"),
    )
    assert stv("abc", ballots, 2, ORDER).winners == ("a", "b")
    assert stv("acb", ballots, 2, ORDER).winners == ("a", "c")


def test_nobody_goes_together_with_others_while_their_seats_could_not_be_filled() -> None:
    ballots = spelled("6 a \n 1 b")
    assert stv("abcd", ballots, 3, ORDER).winners == ("a", "b", "c")
    outcome = stv("abcd", ballots, 3, OPEN)
    assert outcome.winners == ("a", "b")
    assert outcome.ties[-1] == Tie(codes=("c", "d"), where="seat", how="open")


def test_level_surpluses_are_handed_on_in_an_order_that_is_told() -> None:
    outcome = stv("abcd", spelled("6 a > c \n 6 b > d \n 1 c \n 1 d"), 3, ORDER)
    assert outcome.quota == 4
    assert outcome.ties[0] == Tie(codes=("a", "b"), where="surplus", how="order", first="a", round=1)


def test_very_many_level_options_leave_the_seats_open_in_good_time() -> None:
    codes = [f"o{i}" for i in range(60)]
    outcome = stv(codes, [(strict([code]), 1) for code in codes], 3, OPEN)
    assert outcome.winners == ()
    assert outcome.ties[-1] == Tie(codes=tuple(codes), where="seat", how="open")
    assert len(stv(codes, [(strict([code]), 1) for code in codes], 3, ORDER).winners) == 3


@given(profiles(most=10), st.integers(1, 4), st.sampled_from([OPEN, ORDER]))
def test_each_round_adds_up_and_follows_from_the_one_before(profile: Profile, seats: int, tiebreak: Tiebreak) -> None:
    outcome = stv(profile.options, profile.ballots, seats, tiebreak)
    for one in outcome.rounds:
        assert sum(one.votes.values()) + one.exhausted == outcome.voters
    for one, after in zip(outcome.rounds, outcome.rounds[1:], strict=False):
        assert one.transferred is not None
        moved = {code: number + one.transferred.get(code, 0) for code, number in one.votes.items()}
        assert after.votes == {code: number for code, number in moved.items() if code not in one.eliminated}
        assert all(moved[code] == 0 for code in one.eliminated)
        assert after.exhausted >= one.exhausted
    elected = [code for one in outcome.rounds for code in one.elected]
    assert list(outcome.winners[: len(elected)]) == elected


@given(profiles(most=10))
def test_one_seat_and_more_than_half_is_the_winner_of_the_instant_runoff(profile: Profile) -> None:
    firsts = Counter[str]()
    for ranking, number in profile.ballots:
        if ranking and len(ranking[0]) == 1:
            firsts[ranking[0][0]] += number
    said = sum(number for ranking, number in profile.ballots if ranking)
    for code, number in firsts.items():
        if 2 * number > said:
            runoff = irv(profile.options, profile.ballots, OPEN)
            assert stv(profile.options, profile.ballots, 1, OPEN).winners == runoff.winners == (code,)


def test_a_group_with_two_quotas_gets_two_seats() -> None:
    """Proportionality for solid coalitions: 12 of 16 ballots rank a, b and c first, in any order; the quota is 5."""
    ballots = spelled("5 a > b > c \n 4 b > c > a \n 3 c > a > b \n 3 d > e > f \n 1 e > d")
    outcome = stv("abcdef", ballots, 3, OPEN)
    assert outcome.quota == 5
    assert len(outcome.winners) == 3
    assert len({*outcome.winners} & {*"abc"}) >= 2


def test_several_go_together_only_when_their_votes_could_elect_nobody() -> None:
    votes = {"a": 5, "b": 1, "c": 1}
    places = standings(votes, {})
    assert last(votes, places, 8).together
    assert not last(votes, places, 7).together
    assert not last({"a": 2, "b": 1, "c": 1}, places).together
