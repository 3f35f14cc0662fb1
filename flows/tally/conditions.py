"""Quorum and threshold: what was declared, what there is, and whether it is enough.

The one rule: a condition that is not met takes winners away and changes nothing else. The order, the numbers and the
ties stay as they were counted, so that everybody can see what would have won.

Quorum: the people who took part in the question, each once: whoever answered, left it blank, chose none of these, did
not know, or abstained. Who skipped the question did not take part in it. A share of the electorate is rounded up to
whole people.

Threshold: the share that a winner must reach (or exceed), each winner by itself. It is a share of the counted ballots,
that is of those that chose something. What the share is, by method:

- plurality, approval, availability (yes and if need be), dots and quadratic (at least one point), budgets: the ballots
  that voted for it;
- consent: those who agree among those who agree, disagree or block;
- score: the points it has among all that it could have;
- majority judgment: the ballots that graded it in the upper half of the grades;
- instant runoff and single transferable vote: the most votes it had in a round;
- Schulze: the ballots that prefer it to the rival that came closest;
- Borda: the points it has among all that it could have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from flows.flow import Method, Rule
from flows.session import Given
from flows.tally.consent import AGREE
from flows.tally.outcome import Condition, Number, Outcome

QUORUM = "quorum"
THRESHOLD = "threshold"

_TAKING_PART = ("n:answered", *(f"s:{given}" for given in (Given.BLANK, Given.NONE, Given.DONT_KNOW, Given.ABSTAIN)))


def took_part(counters: Mapping[str, int]) -> int:
    """How many people took part in a question, by its counters."""
    return sum(counters.get(name, 0) for name in _TAKING_PART)


def applied(outcome: Outcome, rule: Rule, *, people: int) -> Outcome:
    """The outcome with the conditions of `rule` added, and without the winners that do not meet them. `people` took
    part."""
    quorum = _quorum(rule, people)
    threshold, winners = _threshold(rule, outcome)
    added = tuple(one for one in (quorum, threshold) if one is not None)
    if quorum is not None and not quorum.met:
        winners = ()
    return replace(outcome, conditions=(*outcome.conditions, *added), winners=winners)


def reaches(rule: Rule, share: Number) -> bool:
    """Whether a share is enough for the threshold; always, without one."""
    if rule.threshold is None:
        return True
    return share > rule.threshold if rule.strictly else share >= rule.threshold


def share_of(outcome: Outcome, code: str) -> Number:
    """The share of an option that a threshold is compared with."""
    line = next((line for line in outcome.lines if line.code == code), None)
    if line is None or not outcome.voters:
        return 0
    if "share" in line.more:
        return line.more["share"]
    match outcome.method:
        case Method.IRV | Method.STV:
            most = max((one.votes.get(code, 0) for one in outcome.rounds), default=0)
            return Fraction(most) / outcome.voters
        case Method.SCHULZE:
            return Fraction(min(_preferring(outcome, code), default=outcome.voters), outcome.voters)
        case Method.BORDA:
            return Fraction(line.score) / (outcome.voters * max(1, len(outcome.lines) - 1))
        case _:
            return Fraction(line.score) / outcome.voters


def _preferring(outcome: Outcome, code: str) -> list[int]:
    """How many prefer it to each other option."""
    return [one.for_a if one.a == code else one.for_b for one in outcome.duels if code in (one.a, one.b)]


def _quorum(rule: Rule, people: int) -> Condition | None:
    match rule.quorum:
        case None:
            return None
        case int() as needed:
            return Condition(name=QUORUM, needed=needed, found=people, met=people >= needed)
        case share:
            if rule.electorate is None:
                # A share of nobody knows how many is never reached; a flow that declares one is refused when loaded.
                return Condition(name=QUORUM, needed=share, found=0, met=False)
            whole = -(-share.numerator * rule.electorate // share.denominator)
            return Condition(name=QUORUM, needed=whole, found=people, met=people >= whole)


def _threshold(rule: Rule, outcome: Outcome) -> tuple[Condition | None, tuple[str, ...]]:
    """The condition, told by the weakest winner (without a winner, by whoever leads), and the winners that meet it."""
    if rule.threshold is None or outcome.method == Method.MATRIX:
        return None, outcome.winners
    held = outcome.winners or leading(outcome)
    found = min((share_of(outcome, code) for code in held), default=Fraction())
    condition = Condition(name=THRESHOLD, needed=rule.threshold, found=found, met=reaches(rule, found))
    return condition, tuple(code for code in outcome.winners if reaches(rule, share_of(outcome, code)))


def leading(outcome: Outcome) -> tuple[str, ...]:
    """Who would win if anybody did: the first of the order; with consent, the proposal."""
    if outcome.method == Method.CONSENT:
        return (AGREE,)
    return outcome.order[0] if outcome.order else ()
