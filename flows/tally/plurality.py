"""Plurality and approval: each ballot gives one vote to an option, or to each of several; the most votes win.

The one rule: an option without a vote never wins, not even when nobody else has one.

Plurality is "first past the post"; with several seats it is the single non-transferable vote (one choice) or block
voting (several). Approval: S. J. Brams and P. C. Fishburn, "Approval Voting", American Political Science Review 72
(1978). Several seats go to the options with the most approvals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from flows.tally.levels import levels, seated
from flows.tally.outcome import Line, Outcome, Tiebreak

OPEN = Tiebreak()
"""Ties are told, and nothing cuts them."""


def plurality(
    options: Sequence[str],
    votes: Mapping[str, int],
    *,
    voters: int,
    seats: int = 1,
    tiebreak: Tiebreak = OPEN,
    method: str = "plurality",
) -> Outcome:
    """The outcome of `votes` for `options` in `voters` ballots. `share` of a line is that of the ballots."""
    order = levels(options, lambda code: votes.get(code, 0))
    able = {code for code in options if votes.get(code, 0) > 0}
    winners, order, ties = seated(order, seats, tiebreak, able=able)
    return Outcome(
        method=method,
        voters=voters,
        winners=winners,
        order=order,
        lines=tuple(
            Line(
                code=code,
                score=votes.get(code, 0),
                more={"share": Fraction(votes.get(code, 0), voters) if voters else 0},
            )
            for code in options
        ),
        ties=ties,
    )


def approval(
    options: Sequence[str],
    votes: Mapping[str, int],
    *,
    voters: int,
    seats: int = 1,
    tiebreak: Tiebreak = OPEN,
) -> Outcome:
    """As `plurality`; a ballot may have given a vote to any number of options."""
    return plurality(options, votes, voters=voters, seats=seats, tiebreak=tiebreak, method="approval")
