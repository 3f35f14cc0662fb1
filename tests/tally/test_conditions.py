"""Quorum and threshold take winners away and nothing else."""

from __future__ import annotations

from fractions import Fraction

import pytest

from flows.flow import Method, Rule
from flows.tally.borda import borda
from flows.tally.conditions import applied, reaches, share_of, took_part
from flows.tally.irv import irv
from flows.tally.judgment import majority_judgment
from flows.tally.matrix import matrix
from flows.tally.outcome import Condition, Cut, Outcome, Tiebreak
from flows.tally.plurality import plurality
from flows.tally.points import score
from flows.tally.schulze import schulze

HALF = Fraction(1, 2)


def voted(votes: dict[str, int], **rule: object) -> Outcome:
    voters = sum(votes.values())
    declared = Rule(method=Method.PLURALITY, **rule)  # type: ignore[arg-type]
    outcome = plurality(tuple(votes), votes, voters=voters, seats=declared.seats)
    return applied(outcome, declared, people=voters)


@pytest.mark.parametrize(
    ("quorum", "electorate", "needed", "met"),
    [
        (5, None, 5, True),
        (6, None, 6, False),
        (Fraction(1, 4), 20, 5, True),
        (Fraction(1, 4), 21, 6, False),  # a quarter of 21 is more than five people
        (Fraction(1, 4), 0, 0, True),
        (0, None, 0, True),
    ],
)
def test_a_quorum_is_a_number_of_people(quorum: int | Fraction, electorate: int | None, needed: int, met: bool) -> None:
    outcome = voted({"a": 3, "b": 2}, quorum=quorum, electorate=electorate)
    assert outcome.conditions == (Condition(name="quorum", needed=needed, found=5, met=met),)
    assert outcome.winners == (("a",) if met else ())
    assert outcome.order == (("a",), ("b",))


def test_a_share_of_an_unknown_electorate_is_never_reached() -> None:
    assert voted({"a": 3}, quorum=HALF).winners == ()


def test_those_who_skip_take_no_part_and_all_others_do() -> None:
    counters = {"n:answered": 1, "s:blank": 2, "s:none": 4, "s:dont_know": 8, "s:abstain": 16, "s:skipped": 32}
    assert took_part(counters) == 31


@pytest.mark.parametrize(
    ("votes", "strictly", "met"),
    [
        ({"a": 1, "b": 1, "c": 0}, False, True),
        ({"a": 2, "b": 1, "c": 1}, False, True),
        ({"a": 2, "b": 1, "c": 1}, True, False),
        ({"a": 3, "b": 2, "c": 0}, True, True),
        ({"a": 2, "b": 1, "c": 2}, False, False),
    ],
)
def test_reaching_is_not_exceeding(votes: dict[str, int], strictly: bool, met: bool) -> None:
    outcome = voted(votes, threshold=HALF, strictly=strictly)
    (condition,) = outcome.conditions
    assert condition == Condition(
        name="threshold", needed=HALF, found=Fraction(votes["a"], sum(votes.values())), met=met
    )
    if not met:
        assert outcome.winners == ()


def test_without_ballots_no_threshold_is_reached() -> None:
    outcome = voted({"a": 0, "b": 0}, threshold=HALF)
    assert (outcome.conditions[0].found, outcome.conditions[0].met) == (0, False)


def test_each_winner_reaches_it_by_itself() -> None:
    outcome = voted({"a": 6, "b": 3, "c": 1}, seats=2, threshold=HALF)
    assert outcome.winners == ("a",)
    assert (outcome.conditions[0].found, outcome.conditions[0].met) == (Fraction(3, 10), False)


def test_a_quorum_that_is_not_met_leaves_the_threshold_told() -> None:
    outcome = voted({"a": 3, "b": 1}, quorum=9, threshold=HALF)
    assert [one.met for one in outcome.conditions] == [False, True]
    assert outcome.winners == ()


def test_an_open_tie_stays_open() -> None:
    outcome = voted({"a": 2, "b": 2}, threshold=HALF)
    assert (outcome.winners, outcome.ties[0].codes, outcome.conditions[0].met) == ((), ("a", "b"), True)


RANKED = (((("a",), ("b",), ("c",)), 4), ((("b",), ("c",), ("a",)), 3), ((("c",), ("b",), ("a",)), 3))
CODES = ("a", "b", "c")
ORDER = Tiebreak(cut=Cut.ORDER)


def test_shares_by_method() -> None:
    assert share_of(schulze(CODES, RANKED, ORDER), "b") == Fraction(6, 10)
    assert share_of(borda(CODES, RANKED, ORDER), "b") == Fraction(4 + 6 + 3, 20)
    assert share_of(irv(CODES, RANKED, ORDER), "b") == Fraction(6, 10)
    assert share_of(score(CODES, {"a": {5: 1, 1: 1}}, most=5, voters=2), "a") == Fraction(6, 10)
    graded = majority_judgment(("a",), {"a": {"good": 1, "fair": 2}}, grades=("good", "fair", "bad"), voters=4)
    assert share_of(graded, "a") == Fraction(1, 4)
    assert share_of(graded, "unknown") == 0


def test_a_map_has_no_threshold() -> None:
    rule = Rule(method=Method.MATRIX, threshold=HALF, quorum=3)
    outcome = applied(matrix(("a",), (("x", ("good", "bad")),), {"a.x": {"bad": 2}}, voters=2), rule, people=2)
    assert [one.name for one in outcome.conditions] == ["quorum"]


def test_no_threshold_is_always_reached() -> None:
    assert reaches(Rule(method=Method.SCORE), 0)
