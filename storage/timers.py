"""Timers: what must happen later. The database is the scheduler; the clock only asks what is due.

The one rule: a timer that rings becomes an inbox row in the same transaction that takes it away, so it rings once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from storage.tables import timers
from storage.writing import Row, upsert


@dataclass(frozen=True, slots=True)
class Timer:
    """`late` says what to do after downtime: `fire`, `skip`, or `within:<seconds>`."""

    key: str
    timer: str
    subject: str
    lane: str
    detail: str
    fence: int | None
    due_ms: int
    wall: str | None
    zone: str | None
    late: str


_ALL: Any = select(*(timers.c[name] for name in Timer.__slots__))
_COLUMNS = tuple(Timer.__slots__)


def arm(connection: Connection, rows: Sequence[Row]) -> None:
    """Set timers; one that has the same key is replaced."""
    upsert(connection, timers, rows, update=_COLUMNS[1:])


def due(connection: Connection, now_ms: int, n: int) -> list[Timer]:
    """Up to `n` timers that are due, locked: those that another process is ringing are left to it."""
    query = _ALL.where(timers.c.due_ms <= now_ms).order_by(timers.c.due_ms, timers.c["key"]).limit(n)
    query = query.with_for_update(skip_locked=True)
    return [Timer(*row) for row in connection.execute(query)]


def take_away(connection: Connection, keys: Sequence[str]) -> None:
    if keys:
        connection.execute(delete(timers).where(timers.c["key"].in_(list(keys))))


def with_wall_time(connection: Connection) -> list[Timer]:
    """Timers that were set by a wall clock, whose instant depends on the time zone tables."""
    return [Timer(*row) for row in connection.execute(_ALL.where(timers.c.wall.is_not(None)))]


def move(connection: Connection, key: str, due_ms: int) -> None:
    connection.execute(update(timers).where(timers.c["key"] == key).values(due_ms=due_ms))


def forget(connection: Connection, *subjects: str) -> None:
    """Take away all timers of some subjects."""
    if subjects:
        connection.execute(delete(timers).where(or_(*(timers.c.subject == subject for subject in subjects))))


def next_due(connection: Connection) -> int | None:
    found: int | None = connection.execute(select(timers.c.due_ms).order_by(timers.c.due_ms).limit(1)).scalar()
    return found
