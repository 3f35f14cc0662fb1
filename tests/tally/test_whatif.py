"""What other methods would have given, and how many ballots would have changed it: the latter against every profile of
a few ballots, tried one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, permutations, product
from typing import Any

import pytest

from flows.flow import (
    AnyOf,
    Ask,
    Basket,
    Choice,
    Criterion,
    Grades,
    Kind,
    Method,
    OneOf,
    Order,
    Points,
    Project,
    Rule,
    Slot,
    Slots,
    Text,
)
from flows.session import Answer, Given
from flows.tally import counting
from flows.tally.outcome import Cut, Outcome
from flows.tally.whatif import changed_by, others


def offered(*codes: str) -> tuple[Choice, ...]:
    return tuple(Choice(code=code, label=Text({"fr": code})) for code in codes)


def subsets(codes: str, at_least: int, at_most: int) -> list[tuple[str, ...]]:
    found = [tuple(code for code, taken in zip(codes, way, strict=True) if taken) for way in product((0, 1), repeat=3)]
    return [one for one in found if at_least <= len(one) <= at_most]


def pairs(codes: str, values: tuple[Any, ...]) -> list[Any]:
    return [tuple(zip(codes, way, strict=True)) for way in product(values, repeat=len(codes))]


def purses(cost: int) -> list[Any]:
    return [one for one in pairs("ab", (0, 1, 2, 3)) if sum(n**cost for _, n in one) <= (3 if cost == 1 else 9)]


ORDERS = [*permutations("abc"), *permutations("abc", 1)]
SCALE = ("good", "fair", "bad")
GRADED = Grades(items=offered("a", "b"), criteria=(Criterion(code="", label=Text({}), grades=offered(*SCALE)),))
DATES = Slots(slots=tuple(Slot(code=code, at=date(2026, 12, 1)) for code in "ab"), zone="Europe/Paris")

EXACT: list[tuple[Method, Kind, list[Any], int]] = [
    (Method.PLURALITY, OneOf(choices=offered(*"abc")), list("abc"), 6),
    (Method.APPROVAL, AnyOf(choices=offered(*"abc"), at_least=0), subsets("abc", 0, 3), 3),
    (Method.APPROVAL, AnyOf(choices=offered(*"abc"), at_least=1, at_most=2), subsets("abc", 1, 2), 4),
    (Method.APPROVAL, AnyOf(choices=offered(*"abc"), at_least=2), subsets("abc", 2, 3), 4),
    (Method.SCORE, Points(choices=offered(*"ab"), most=2), pairs("ab", (0, 1, 2)), 4),
    (
        Method.DOTS,
        Points(choices=offered(*"ab"), most=2, total=3),
        [one for one in purses(1) if max(n for _, n in one) < 3],
        4,
    ),
    (Method.QUADRATIC, Points(choices=offered(*"ab"), most=3, total=9, squared=True), purses(2), 3),
    (Method.AVAILABILITY, DATES, pairs("ab", ("yes", "maybe", "no")), 4),
    (
        Method.CONSENT,
        OneOf(choices=offered("agree", "abstain", "disagree", "block")),
        ["agree", "abstain", "disagree", "block"],
        5,
    ),
]
BOUNDED: list[tuple[Method, Kind, list[Any], int]] = [
    (Method.BORDA, Order(choices=offered(*"abc")), ORDERS, 4),
    (Method.SCHULZE, Order(choices=offered(*"abc")), ORDERS, 4),
    (Method.IRV, Order(choices=offered(*"abc")), ORDERS, 4),
    (Method.MAJORITY_JUDGMENT, GRADED, pairs("ab", SCALE), 4),
]
RULES = [
    {},
    {"tie": Cut.ORDER},
    {"threshold": Fraction(1, 2)},
    {"threshold": Fraction(1, 2), "strictly": True},
    {"threshold": Fraction(2, 3), "tie": Cut.ORDER},
]


def asked(method: Method, kind: Kind, **declared: Any) -> Ask:
    return Ask(name="q", text=Text({"fr": "?"}), kind=kind, rule=Rule(method=method, **declared))


def answers(values: tuple[Any, ...]) -> list[tuple[Answer, int]]:
    return [(Answer(Given.ANSWER, value), n) for value, n in Counter(values).items()]


def counted(ask: Ask, values: tuple[Any, ...]) -> Outcome:
    outcome = counting.outcome(ask, answers(values))
    assert outcome is not None
    return outcome


def every_profile(ask: Ask, values: list[Any], voters: int) -> Iterator[tuple[Outcome, int | None, int | None]]:
    """For each profile: its outcome, what is told, and the truth, found by looking at every other profile."""
    profiles = [Counter(one) for one in combinations_with_replacement(values, voters)]
    outcomes = [counted(ask, tuple(profile.elements())) for profile in profiles]
    for profile, outcome in zip(profiles, outcomes, strict=True):
        away = (
            voters - (profile & other).total()
            for other, theirs in zip(profiles, outcomes, strict=True)
            if set(theirs.winners) != set(outcome.winners)
        )
        yield outcome, changed_by(ask, outcome, answers(tuple(profile.elements()))), min(away, default=None)


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize(("method", "kind", "values", "voters"), EXACT, ids=lambda one: str(one)[:12])
def test_the_least_number_is_exact(
    method: Method, kind: Kind, values: list[Any], voters: int, rule: dict[str, Any]
) -> None:
    ask = asked(method, kind, **rule)
    for outcome, told, truth in every_profile(ask, values, voters):
        if outcome.winners or method is Method.CONSENT:
            assert told == truth, outcome
        elif told is not None:
            assert truth is not None
            assert told >= truth, outcome


@pytest.mark.parametrize("cut", [Cut.OPEN, Cut.ORDER])
@pytest.mark.parametrize(("method", "kind", "values", "voters"), BOUNDED, ids=lambda one: str(one)[:12])
def test_a_bound_is_never_less_than_the_truth(
    method: Method, kind: Kind, values: list[Any], voters: int, cut: Cut
) -> None:
    ask = asked(method, kind, tie=cut)
    known = 0
    for outcome, told, truth in every_profile(ask, values, voters):
        if told is None:
            continue
        assert truth is not None
        assert told >= truth, outcome
        known += told == truth
    assert known > 50


def test_a_missed_quorum_is_no_matter_of_other_answers() -> None:
    ask = asked(Method.PLURALITY, OneOf(choices=offered("a", "b")), quorum=9)
    given = answers(("a", "a", "b"))
    outcome = counting.outcome(ask, given)
    assert outcome is not None
    assert changed_by(ask, outcome, given) is None


def test_without_ballots_nothing_can_be_answered_otherwise() -> None:
    ask = asked(Method.PLURALITY, OneOf(choices=offered("a", "b")))
    outcome = counted(ask, ())
    assert changed_by(ask, outcome, []) is None


def test_ballots_that_chose_nothing_stay_as_they_are() -> None:
    ask = asked(Method.PLURALITY, OneOf(choices=offered("a", "b")))
    given = [*answers(("a",) * 8 + ("b",) * 3), (Answer(Given.BLANK), 50)]
    outcome = counting.outcome(ask, given)
    assert outcome is not None
    assert changed_by(ask, outcome, given) == 3


def test_a_hundred_thousand_ballots_are_looked_at_together() -> None:
    ask = asked(Method.SCHULZE, Order(choices=offered(*"abc")))
    given = [
        (Answer(Given.ANSWER, ("a", "b", "c")), 60_000),
        (Answer(Given.ANSWER, ("b", "c", "a")), 30_000),
        (Answer(Given.ANSWER, ("c", "b", "a")), 10_000),
    ]
    outcome = counting.outcome(ask, given)
    assert outcome is not None
    assert changed_by(ask, outcome, given) == 10_000


# What the other methods would have given.


def methods(ask: Ask, *values: Any) -> dict[str, tuple[str, ...]]:
    return {outcome.method: outcome.winners for outcome in others(ask, answers(values))}


TENNESSEE = (
    ("memphis", "nashville", "chattanooga", "knoxville"),
    ("nashville", "chattanooga", "knoxville", "memphis"),
    ("chattanooga", "knoxville", "nashville", "memphis"),
    ("knoxville", "chattanooga", "nashville", "memphis"),
)


def test_the_capital_of_tennessee_depends_on_the_method() -> None:
    # The textbook example: 42, 26, 15 and 17 in a hundred.
    ask = asked(Method.SCHULZE, Order(choices=offered(*TENNESSEE[0])))
    given = [(Answer(Given.ANSWER, one), n) for one, n in zip(TENNESSEE, (42, 26, 15, 17), strict=True)]
    found = {outcome.method: outcome.winners for outcome in others(ask, given)}
    assert found == {"plurality": ("memphis",), "irv": ("knoxville",), "borda": ("nashville",)}
    assert [one.method for one in others(asked(Method.IRV, ask.kind), given)] == ["plurality", "schulze", "borda"]


def test_several_seats_are_compared_with_first_choices_for_as_many() -> None:
    ask = asked(Method.STV, Order(choices=offered(*"abc")), seats=2)
    assert methods(ask, ("a", "b"), ("a", "b"), ("c", "b")) == {"plurality": ("a", "c")}


def test_an_approval_ballot_shares_one_vote() -> None:
    ask = asked(Method.APPROVAL, AnyOf(choices=offered(*"abc")))
    (dots,) = others(ask, answers((("a", "b"), ("a", "b"), ("c",), ("c",), ())))
    assert (dots.method, dots.winners, dots.voters) == ("dots", ("c",), 5)
    assert [line.score for line in dots.lines] == [1, 1, 2]


def test_scores_as_approval_and_as_grades() -> None:
    ask = asked(Method.SCORE, Points(choices=offered(*"ab"), most=4))
    given = ((("a", 4), ("b", 3)), (("a", 2), ("b", 3)), (("a", 4), ("b", 3)))
    assert counted(ask, given).winners == ("a",)
    assert methods(ask, *given) == {"approval": ("b",), "majority_judgment": ("a",)}


def test_dots_as_approval_and_favourites() -> None:
    ask = asked(Method.DOTS, Points(choices=offered(*"ab"), most=9, total=9))
    assert methods(ask, (("a", 9),), (("a", 1), ("b", 2)), (("b", 1),), (("a", 1), ("b", 1))) == {
        "approval": (),
        "plurality": ("b",),
    }


def test_grades_as_approval_and_as_points() -> None:
    found = methods(asked(Method.MAJORITY_JUDGMENT, GRADED), (("a", "good"),), (("b", "fair"),), (("b", "fair"),))
    assert found == {"approval": ("a",), "score": ()}


def test_dates_by_certain_yeses_alone() -> None:
    ask = asked(Method.AVAILABILITY, DATES)
    given = ((("a", "yes"), ("b", "maybe")), (("a", "no"), ("b", "maybe")))
    assert counted(ask, given).winners == ("b",)
    assert methods(ask, *given) == {"approval": ("a",)}


@cache
def basket() -> Basket:
    return Basket(projects=(Project(code="a", label=Text({}), cost=1),), limit=1, currency="EUR")


@pytest.mark.parametrize(
    ("method", "kind", "value"),
    [
        (Method.PLURALITY, OneOf(choices=offered("a", "b")), "a"),
        (Method.CONSENT, OneOf(choices=offered("agree", "block")), "agree"),
        (Method.GREEDY, basket(), ("a",)),
        (Method.MATRIX, GRADED, (("a", "good"),)),
    ],
)
def test_where_ballots_say_no_more_nothing_is_guessed(method: Method, kind: Kind, value: Any) -> None:
    assert others(asked(method, kind), answers((value,))) == ()


def test_a_question_without_a_rule_has_no_other_one() -> None:
    ask = Ask(name="q", text=Text({}), kind=OneOf(choices=offered("a", "b")))
    assert others(ask, answers(("a",))) == ()
    ranked = asked(Method.IRV, Order(choices=offered("a", "b")))
    assert others(ranked, []) != ()
