"""How the road stands: what waits, since when, what was set aside. Numbers only.

The one rule: looking disturbs nobody. What is asked each quarter of a minute reads indexes alone; what has to walk over
the whole outbox is asked for by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from storage import leases
from storage.inbox import ASIDE, NEW
from storage.outbox import WAITING
from storage.tables import inbox, lanes, outbox, timers


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """Instants are milliseconds since 1970, None where there is nothing. `waiting` is of messages, by messenger."""

    lanes: int
    lanes_since_ms: int | None
    events: int
    aside: int
    waiting: dict[str, int]
    waiting_since_ms: dict[str, int]
    timers: int
    timers_due: int
    next_timer_ms: int | None
    working: dict[str, str] = field(default_factory=dict)
    """Which process holds what, where there are several."""


def read(connection: Connection, now_ms: int) -> Pulse:
    waits = outbox.c.state == WAITING
    due = [(row[0], int(row[1]), int(row[2])) for row in connection.execute(
        select(outbox.c.adapter, func.count(), func.min(outbox.c.due_ms))
        .where(waits, outbox.c.due_ms <= now_ms)
        .group_by(outbox.c.adapter)
    )]  # fmt: skip
    many, since = connection.execute(select(func.count(), func.min(lanes.c.since_ms))).one()
    all_, next_ms = connection.execute(select(func.count(), func.min(timers.c.due_ms))).one()
    late = select(func.count()).select_from(timers).where(timers.c.due_ms <= now_ms)
    return Pulse(
        lanes=int(many),
        lanes_since_ms=since,
        events=_of_state(connection, NEW),
        aside=_of_state(connection, ASIDE),
        waiting={adapter: n for adapter, n, _since in due},
        waiting_since_ms={adapter: oldest for adapter, _n, oldest in due},
        timers=int(all_),
        timers_due=int(connection.execute(late).scalar_one()),
        next_timer_ms=next_ms,
        working=leases.holders(connection),
    )


def outbox_by_state(connection: Connection) -> dict[tuple[str, str], int]:
    """(messenger, state) -> how many messages of the last weeks; walks over all of them."""
    query = select(outbox.c.adapter, outbox.c.state, func.count()).group_by(outbox.c.adapter, outbox.c.state)
    return {(row[0], row[1]): int(row[2]) for row in connection.execute(query)}


def _of_state(connection: Connection, state: str) -> int:
    return int(connection.execute(select(func.count()).select_from(inbox).where(inbox.c.state == state)).scalar_one())
