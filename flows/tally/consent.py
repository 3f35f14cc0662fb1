"""Consent: a proposal is adopted when nobody blocks it.

The one rule: one open block is enough to stop it, however many agree. Consent is not the absence of disagreement but
of objection (sociocratic consent: G. Endenburg, "Sociocracy: The organization of decision-making", 1998; the same four
stances are used in formal consensus: C. T. Butler and A. Rothstein, "On Conflict and Consensus", 1987). Disagreeing
without blocking is heard and counted; it stops a proposal only where a threshold was declared, which is a share of
those who took a position: agree, disagree and block. Who abstains leaves it to the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from flows.tally.levels import levels
from flows.tally.outcome import Condition, Line, Outcome

AGREE, ABSTAIN, DISAGREE, BLOCK = "agree", "abstain", "disagree", "block"
STANCES = (AGREE, ABSTAIN, DISAGREE, BLOCK)
NO_BLOCK = "no block"


def consent(stances: Mapping[str, int]) -> Outcome:
    """The outcome of how many took each stance. The winner is `agree` when the proposal is adopted; somebody must
    agree. The condition `no block` tells how many blocks are open."""
    found = {code: stances.get(code, 0) for code in STANCES}
    voters = sum(found.values())
    positions = voters - found[ABSTAIN]
    adopted = found[AGREE] > 0 and not found[BLOCK]
    return Outcome(
        method="consent",
        voters=voters,
        winners=(AGREE,) if adopted else (),
        order=levels(STANCES, lambda code: found[code]),
        lines=tuple(
            Line(
                code=code,
                score=found[code],
                more={} if code == ABSTAIN else {"share": Fraction(found[code], positions) if positions else 0},
            )
            for code in STANCES
        ),
        conditions=(Condition(name=NO_BLOCK, needed=0, found=found[BLOCK], met=not found[BLOCK]),),
    )
