"""What happens to a consultation in the open: marks that stay, corrections that wait for approval, outcomes.

The one rule: marks are only added. Whatever was changed after people had begun to answer stays visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, func, select, update

from storage import locks
from storage.tables import fixes, marks, outcomes
from storage.writing import upsert

WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was changed: `wording`, `extended`, `early`, `reopened`. `detail` is what a sentence needs."""

    kind: str
    at_ms: int
    detail: dict[str, Any]


def mark(connection: Connection, id: str, kind: str, at_ms: int, **detail: Any) -> None:
    """Add a mark to a consultation, under its next number."""
    locks.alone(connection, "consultation", id)
    last = connection.execute(select(func.max(marks.c.number)).where(marks.c.consultation == id)).scalar()
    row = {"consultation": id, "number": (last or 0) + 1, "at_ms": at_ms, "kind": kind}
    connection.execute(marks.insert(), [{**row, "detail": orjson.dumps(detail).decode()}])


def marks_of(connection: Connection, id: str) -> list[Mark]:
    """The marks of a consultation, oldest first."""
    columns = select(marks.c.kind, marks.c.at_ms, marks.c.detail)
    query = columns.where(marks.c.consultation == id).order_by(marks.c.number)
    return [Mark(kind, at_ms, orjson.loads(detail)) for kind, at_ms, detail in connection.execute(query)]


# --- Corrections -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction of the wording, from one flow version to another. `who` proposed it."""

    consultation: str
    number: int
    before: str
    after: str
    who: str
    state: str
    at_ms: int


_FIX: Any = select(*(fixes.c[name] for name in Fix.__slots__))


def propose(connection: Connection, id: str, *, before: str, after: str, who: str, at_ms: int) -> Fix:
    """Write a correction down; it takes the place of one that still waited."""
    locks.alone(connection, "consultation", id)
    waiting = (fixes.c.consultation == id, fixes.c.state == WAITING)
    connection.execute(update(fixes).where(*waiting).values(state=REFUSED))
    last = connection.execute(select(func.max(fixes.c.number)).where(fixes.c.consultation == id)).scalar()
    fix = Fix(id, (last or 0) + 1, before, after, who, WAITING, at_ms)
    connection.execute(fixes.insert(), [{name: getattr(fix, name) for name in Fix.__slots__}])
    return fix


def fix(connection: Connection, id: str, number: int) -> Fix | None:
    row = connection.execute(_FIX.where(fixes.c.consultation == id, fixes.c.number == number)).first()
    return Fix(*row) if row else None


def decide(connection: Connection, id: str, number: int, state: str, *, by: str | None = None) -> bool:
    """Approve or refuse a correction that waits; False when it no longer does, or `by` proposed it."""
    mine = () if by is None else (fixes.c.who != by,)
    done = connection.execute(
        update(fixes)
        .where(fixes.c.consultation == id, fixes.c.number == number, fixes.c.state == WAITING, *mine)
        .values(state=state)
    )
    return done.rowcount == 1


# --- Outcomes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """What comes of a consultation: a text, who follows it up, and the day (ISO) by which."""

    text: str
    who: str
    due: str
    at_ms: int


def give_outcome(connection: Connection, id: str, outcome: Outcome) -> None:
    row = {"consultation": id, **{name: getattr(outcome, name) for name in Outcome.__slots__}}
    upsert(connection, outcomes, [row], update=Outcome.__slots__)


def outcome_of(connection: Connection, id: str) -> Outcome | None:
    query: Any = select(*(outcomes.c[name] for name in Outcome.__slots__)).where(outcomes.c.consultation == id)
    row = connection.execute(query).first()
    return Outcome(*row) if row else None
