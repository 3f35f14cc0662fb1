"""Acts that wait for a second person.

The one rule: what was asked for is answered once, by compare-and-set, and never by whoever asked. `detail` holds what
is to be done, as the one who asked wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.tables import seconds

WAITING, AGREED, DECLINED, EXPIRED = "waiting", "agreed", "declined", "expired"


@dataclass(frozen=True, slots=True)
class Asked:
    id: int
    act: str
    subject: str
    detail: str
    who: int
    state: str
    at_ms: int


_ALL: Any = select(*(seconds.c[name] for name in Asked.__slots__))


def ask(connection: Connection, *, act: str, subject: str, detail: str, who: int, at_ms: int) -> Asked:
    """Write down that somebody asks for a second person."""
    row = {"act": act, "subject": subject, "detail": detail, "who": who, "state": WAITING, "at_ms": at_ms}
    made = connection.execute(insert(seconds).values(**row).returning(seconds.c.id))
    return Asked(int(made.scalar_one()), act, subject, detail, who, WAITING, at_ms)


def by_id(connection: Connection, id: int) -> Asked | None:
    row = connection.execute(_ALL.where(seconds.c.id == id)).first()
    return Asked(*row) if row else None


def waiting(connection: Connection, act: str, subject: str) -> list[Asked]:
    """What waits about this, oldest first."""
    query = _ALL.where(seconds.c.act == act, seconds.c.subject == subject, seconds.c.state == WAITING)
    return [Asked(*row) for row in connection.execute(query.order_by(seconds.c.id))]


def settle(connection: Connection, id: int, state: str) -> bool:
    """Answer it as the first one; False when it was answered, or its time was over."""
    done = connection.execute(update(seconds).where(seconds.c.id == id, seconds.c.state == WAITING).values(state=state))
    return done.rowcount == 1
