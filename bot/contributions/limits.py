"""How many proposals somebody may still send, and whether they are known by what they sent before.

The one rule: counted on file, over all consultations of the same flow, by tokens made again for this one person.
Nobody is counted in a consultation whose key is destroyed.
"""

from __future__ import annotations

from datetime import timedelta

from bot.scene import Live
from flows.flow import Propose
from storage import ballots, proposals
from storage.database import Connection
from storage.proposals import PUBLISHED, STANDING, WITHDRAWN

MONTH_MS = timedelta(days=30) // timedelta(milliseconds=1)
YEAR_MS = timedelta(days=365) // timedelta(milliseconds=1)
TRIES = 3
"""So many times what somebody may send at most, refused ones counted in: each of them is read by a moderator."""


def left(connection: Connection, live: Live, pool: str, kind: Propose, now_ms: int) -> int:
    """How many more this person may send in this step."""
    if live.token is None:
        return 0
    return left_of(connection, live.consultation.id, live.participant, live.token, pool, kind, now_ms)


def left_of(
    connection: Connection, run: str, participant: int, token: str, pool: str, kind: Propose, now_ms: int
) -> int:
    """The same for somebody who is elsewhere at the moment."""
    sent = proposals.sent(connection, [(run, token)], pool=pool)
    standing = sum(n for state, n in sent.items() if state in STANDING)
    bounds = [kind.most - standing, TRIES * kind.most - sum(sent.values())]
    if kind.month is not None:
        bounds.append(kind.month - _since(connection, run, participant, pool, now_ms - MONTH_MS))
    if kind.year is not None:
        bounds.append(kind.year - _since(connection, run, participant, pool, now_ms - YEAR_MS))
    return max(0, min(bounds))


def _since(connection: Connection, run: str, participant: int, pool: str, since_ms: int) -> int:
    runs = proposals.same_flow(connection, run)
    person = [(id, ballots.token(key, participant)) for id, key in runs]
    sent = proposals.sent(connection, person, since_ms=since_ms, pool=pool)
    return sum(n for state, n in sent.items() if state != WITHDRAWN)


def newcomer(connection: Connection, live: Live) -> bool:
    """Has nothing by this person been approved yet, in any consultation here?"""
    runs = proposals.taken_part(connection, live.participant)
    person = [(id, ballots.token(key, live.participant)) for id, key in runs]
    return proposals.sent(connection, person).get(PUBLISHED, 0) == 0
