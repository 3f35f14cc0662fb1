"""Whose report weighs more: somebody who has been here for a while and has put something forward that stood.

The one rule: trust comes from what moderators approved, never from numbers. A thousand fresh accounts have none.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from storage import ballots, cases, proposals, reports
from storage.database import Connection
from storage.instants import ms
from storage.proposals import MERGED, PUBLISHED

KNOWN_FOR = timedelta(days=7)


def trusted(connection: Connection, participant: int, now: datetime) -> bool:
    """Known for a week, something approved, nothing held against them."""
    since = reports.known_since(connection, participant)
    if since is None or since > ms(now - KNOWN_FOR) or reports.is_sanctioned(connection, participant, ms(now)):
        return False
    return _approved(connection, participant, ms(now - KNOWN_FOR))


def _approved(connection: Connection, participant: int, before_ms: int) -> bool:
    """Did a moderator approve something of theirs, or has something stood for as long without one?"""
    if cases.history(connection, participant).get("approve", 0):
        return True
    named = [(id, ballots.token(key, participant)) for id, key in proposals.taken_part(connection, participant)]
    return any(
        one.state in (PUBLISHED, MERGED) and one.published_ms is not None and one.published_ms <= before_ms
        for consultation, token in named
        for one in proposals.of_author(connection, consultation, token)
    )
