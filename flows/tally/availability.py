"""Availability: the date at which most people can be there.

The one rule: "if need be" counts as being there; a date left unanswered counts as "no", because nobody may be expected
who did not say so. Dates are put in order by how many could come (yes and if need be), then by how many said yes
without reservation; dates that are level on both are a tie, and it is told. This is the order that date polls show
(Doodle's "yes, if need be, no").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from flows.tally.levels import levels, seated
from flows.tally.outcome import Histogram, Line, Outcome, Tiebreak
from flows.tally.plurality import OPEN

YES, MAYBE, NO = "yes", "maybe", "no"


def availability(
    slots: Sequence[str],
    given: Mapping[str, Mapping[str, int]],
    *,
    voters: int,
    seats: int = 1,
    tiebreak: Tiebreak = OPEN,
) -> Outcome:
    """The outcome of how many gave each answer to each slot. The score is the number who could come; `share` of a line
    is their part of the ballots."""
    counts = {code: _filled(given.get(code, {}), voters) for code in slots}
    reach = {code: counts[code][YES] + counts[code][MAYBE] for code in slots}
    order = levels(slots, lambda code: (reach[code], counts[code][YES]))
    winners, order, ties = seated(order, seats, tiebreak, able={code for code in slots if reach[code]})
    return Outcome(
        method="availability",
        voters=voters,
        winners=winners,
        order=order,
        lines=tuple(
            Line(
                code=code,
                score=reach[code],
                more={**counts[code], "share": Fraction(reach[code], voters) if voters else 0},
            )
            for code in slots
        ),
        ties=ties,
        histograms=tuple(
            Histogram(code=code, counts=tuple((value, counts[code][value]) for value in (NO, MAYBE, YES)))
            for code in slots
        ),
    )


def _filled(given: Mapping[str, int], voters: int) -> dict[str, int]:
    yes, maybe = given.get(YES, 0), given.get(MAYBE, 0)
    return {YES: yes, MAYBE: maybe, NO: max(voters - yes - maybe, given.get(NO, 0))}
