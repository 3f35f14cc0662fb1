"""Proposals that say nearly the same as the one of a case.

The one rule: only what others can read already is named; two that wait are decided one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.contributions.similar import find
from bot.shelves import Flows
from storage import proposals
from storage.cases import OPEN, Case
from storage.database import Connection
from storage.proposals import Proposal


def of_case(connection: Connection, flows: Flows, case: Case) -> Sequence[Proposal]:
    """Up to three published ones, the nearest first."""
    proposal = proposals.by_id(connection, case.proposal) if case.proposal is not None else None
    if case.state != OPEN or proposal is None or not case.text:
        return ()
    pool = (proposal.consultation, proposal.pool)
    return find(connection, flows.indexes, *pool, case.text, but=[proposal.id])
