"""Events that failed three times and were set aside, until somebody has them handled again or drops them.

The one rule: nobody reads here what people said. A dead letter is told by its number, its age, its messenger, the kind
of event and the kind of error; its content is handed to the road alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, select, update

from storage.inbox import ASIDE, DONE, NEW
from storage.tables import inbox, lanes
from storage.writing import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """`kind` is empty when the content was emptied since; then it can only be dropped."""

    id: int
    adapter: str
    kind: str
    error: str
    attempts: int
    at_ms: int


_ASIDE: Any = (
    select(inbox.c.id, inbox.c.adapter, inbox.c.event, inbox.c.reason, inbox.c.attempts, inbox.c.at_ms)
    .where(inbox.c.state == ASIDE)
    .order_by(inbox.c.id)
)


def some(connection: Connection, n: int) -> list[DeadLetter]:
    """The oldest `n`."""
    return [_letter(row) for row in connection.execute(_ASIDE.limit(n))]


def get(connection: Connection, id: int) -> DeadLetter | None:
    row = connection.execute(_ASIDE.where(inbox.c.id == id)).first()
    return _letter(row) if row is not None else None


def replay(connection: Connection, id: int, at_ms: int) -> None:
    """Let it be handled again, before whatever else its lane has waiting."""
    waits = {"state": NEW, "attempts": 0, "reason": None}
    lane = connection.execute(
        update(inbox).where(inbox.c.id == id, inbox.c.state == ASIDE).values(**waits).returning(inbox.c.lane)
    ).scalar_one()
    upsert(connection, lanes, [{"lane": lane, "since_ms": at_ms}], update=())


def drop(connection: Connection, id: int) -> None:
    """It is never handled, and its content goes now. Its key stays: the messenger may hand it over once more."""
    gone = {"state": DONE, "event": "", "person": ""}
    connection.execute(update(inbox).where(inbox.c.id == id, inbox.c.state == ASIDE).values(**gone))


def _letter(row: Any) -> DeadLetter:
    id, adapter, event, reason, attempts, at_ms = row
    return DeadLetter(id=id, adapter=adapter, kind=_kind(event), error=reason or "", attempts=attempts, at_ms=at_ms)


def _kind(event: str) -> str:
    try:
        return str(orjson.loads(event)["kind"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
