"""Consent: one open block is enough."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from flows.flow import Method, Rule
from flows.tally.conditions import applied
from flows.tally.consent import STANCES, consent

COUNTS = st.fixed_dictionaries({code: st.integers(0, 5) for code in STANCES})


@given(COUNTS)
def test_adopted_means_somebody_agrees_and_nobody_blocks(stances: dict[str, int]) -> None:
    outcome = consent(stances)
    assert (outcome.winners == ("agree",)) == (stances["agree"] > 0 and stances["block"] == 0)
    assert outcome.voters == sum(stances.values())
    (condition,) = outcome.conditions
    assert (condition.name, condition.found, condition.met) == (
        "no block",
        stances["block"],
        stances["block"] == 0,
    )
    assert [line.score for line in outcome.lines] == [stances[code] for code in STANCES]


def test_a_block_stops_what_all_others_want() -> None:
    assert consent({"agree": 99, "block": 1}).winners == ()


def test_disagreement_is_heard_and_stops_nothing() -> None:
    assert consent({"agree": 1, "disagree": 3}).winners == ("agree",)


def test_a_threshold_is_a_share_of_those_who_took_a_position() -> None:
    rule = Rule(method=Method.CONSENT, threshold=Fraction(3, 4))
    adopted = applied(consent({"agree": 3, "abstain": 10, "disagree": 1}), rule, people=14)
    assert adopted.winners == ("agree",)
    assert [(one.name, one.found, one.met) for one in adopted.conditions][1] == ("threshold", Fraction(3, 4), True)
    refused = applied(consent({"agree": 2, "disagree": 1}), rule, people=3)
    assert refused.winners == ()
    assert refused.conditions[1].found == Fraction(2, 3)


def test_the_threshold_of_a_blocked_proposal_is_still_told_of_the_proposal() -> None:
    rule = Rule(method=Method.CONSENT, threshold=Fraction(1, 2))
    outcome = applied(consent({"agree": 1, "block": 3}), rule, people=4)
    assert (outcome.winners, outcome.conditions[1].found) == ((), Fraction(1, 4))


def test_nobody_is_no_agreement() -> None:
    assert consent({}).winners == ()
    assert consent({"abstain": 4}).winners == ()
