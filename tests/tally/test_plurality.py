"""Plurality and approval, against `collections.Counter` as a second opinion."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.tally.levels import levels, seated
from flows.tally.outcome import Cut, Tie, Tiebreak, lots
from flows.tally.plurality import approval, plurality

CODES = ("a", "b", "c", "d")


@given(st.lists(st.sampled_from(CODES)))
def test_the_most_votes_win(votes: list[str]) -> None:
    counted = Counter(votes)
    outcome = plurality(CODES, counted, voters=len(votes))
    assert {line.code: line.score for line in outcome.lines} == {code: counted[code] for code in CODES}
    assert [code for level in outcome.order for code in level] == sorted(CODES, key=lambda code: -counted[code])
    best = [code for code in CODES if votes and counted[code] == max(counted.values())]
    assert outcome.winners == (tuple(best) if len(best) == 1 else ())
    assert outcome.ties == ((Tie(codes=tuple(best), where="winner", how="open"),) if len(best) > 1 else ())
    assert outcome.voters == len(votes)


def test_shares_are_of_the_ballots() -> None:
    outcome = approval(CODES, {"a": 3, "b": 2}, voters=4)
    assert [line.more["share"] for line in outcome.lines] == [Fraction(3, 4), Fraction(1, 2), 0, 0]
    assert outcome.method == "approval"


def test_without_ballots_nobody_wins_and_nothing_is_tied() -> None:
    outcome = plurality(CODES, {}, voters=0)
    assert (outcome.winners, outcome.ties, outcome.order) == ((), (), (CODES,))


def test_nobody_wins_without_a_vote_even_when_seats_are_left() -> None:
    outcome = plurality(CODES, {"b": 5}, voters=5, seats=3)
    assert (outcome.winners, outcome.ties) == (("b",), ())


@pytest.mark.parametrize(
    ("seats", "winners", "tied"),
    [(1, (), CODES[:3]), (2, (), CODES[:3]), (3, ("a", "b", "c"), ()), (4, ("a", "b", "c", "d"), ())],
)
def test_a_tie_is_one_only_where_there_are_too_few_seats(
    seats: int, winners: tuple[str, ...], tied: tuple[str, ...]
) -> None:
    outcome = plurality(CODES, {"a": 2, "b": 2, "c": 2, "d": 1}, voters=7, seats=seats)
    assert outcome.winners == winners
    assert [tie.codes for tie in outcome.ties] == ([tied] if tied else [])


def test_the_list_cuts_a_tie_and_it_is_told() -> None:
    outcome = plurality(CODES, {"b": 2, "c": 2, "d": 2}, voters=6, seats=2, tiebreak=Tiebreak(cut=Cut.ORDER))
    assert outcome.winners == ("b", "c")
    assert outcome.ties == (
        Tie(codes=("b", "c", "d"), where="seat", how="order", first="b"),
        Tie(codes=("c", "d"), where="seat", how="order", first="c"),
    )
    assert outcome.order == (("b",), ("c",), ("d",), ("a",))


def test_a_lot_that_anybody_can_draw_again_cuts_a_tie() -> None:
    drawn = plurality(CODES, {"b": 2, "d": 2}, voters=4, tiebreak=Tiebreak(cut=Cut.DRAW, seed="s"))
    assert drawn.winners == (lots(["b", "d"], "s")[0],)
    assert drawn.ties[0].how == "draw"


@given(st.dictionaries(st.sampled_from(CODES), st.integers(0, 3)), st.integers(1, 4), st.sampled_from(Cut))
def test_seats_are_never_overfilled_and_whoever_wins_is_not_behind(votes: dict[str, int], seats: int, cut: Cut) -> None:
    able = {code for code in CODES if votes.get(code)}
    order = levels(CODES, lambda code: votes.get(code, 0))
    winners, after, ties = seated(order, seats, Tiebreak(cut=cut, seed="x"), able=able)
    assert len(winners) == len(set(winners)) <= seats
    assert sorted(code for level in after for code in level) == sorted(CODES)
    assert all(after)
    assert set(winners) <= able
    for winner in winners:
        assert all(votes[winner] >= votes[code] for code in able - set(winners))
    if cut is not Cut.OPEN or not ties:
        assert len(winners) == min(seats, len(able))
