"""Sanctions: what somebody may not do for a while, in one consultation or group.

The one rule: every sanction has an end. One that is over counts for nothing but its history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from storage.tables import sanctions


@dataclass(frozen=True, slots=True)
class Sanction:
    id: int
    participant: int
    scope: str
    kind: str
    case: int | None
    reason: str | None
    since_ms: int
    until_ms: int
    lifted_ms: int | None


_ALL: Any = select(*(sanctions.c[name] for name in Sanction.__slots__))


def impose(
    connection: Connection,
    participant: int,
    *,
    scope: str,
    kind: str,
    since_ms: int,
    until_ms: int,
    case: int | None = None,
    reason: str | None = None,
) -> int:
    """Write a sanction down; its id."""
    row = {"participant": participant, "scope": scope, "kind": kind, "since_ms": since_ms, "until_ms": until_ms}
    made = connection.execute(insert(sanctions).values(**row, case=case, reason=reason).returning(sanctions.c.id))
    return int(made.scalar_one())


def by_id(connection: Connection, id: int) -> Sanction | None:
    row = connection.execute(_ALL.where(sanctions.c.id == id)).first()
    return Sanction(*row) if row else None


def of_participant(connection: Connection, participant: int) -> list[Sanction]:
    """Every sanction of somebody, the newest first."""
    query = _ALL.where(sanctions.c.participant == participant).order_by(sanctions.c.id.desc())
    return [Sanction(*row) for row in connection.execute(query)]


def in_force(connection: Connection, participant: int, scope: str, now_ms: int) -> list[Sanction]:
    """What holds at present, there or everywhere."""
    query = _ALL.where(
        sanctions.c.participant == participant,
        or_(sanctions.c.scope == scope, sanctions.c.scope == "*"),
        sanctions.c.until_ms > now_ms,
        sanctions.c.lifted_ms.is_(None),
    )
    return [Sanction(*row) for row in connection.execute(query)]


def lift(connection: Connection, id: int, at_ms: int) -> bool:
    """End a sanction before its time; False when it was lifted already."""
    done = connection.execute(
        update(sanctions).where(sanctions.c.id == id, sanctions.c.lifted_ms.is_(None)).values(lifted_ms=at_ms)
    )
    return done.rowcount == 1


def of_case(connection: Connection, case: int) -> list[Sanction]:
    """What was imposed because of a case, the oldest first."""
    query = _ALL.where(sanctions.c.case == case).order_by(sanctions.c.id)
    return [Sanction(*row) for row in connection.execute(query)]


def strikes_of(connection: Connection, participant: int) -> list[int]:
    """When somebody was sanctioned, without what was taken back."""
    query = select(sanctions.c.since_ms).where(sanctions.c.participant == participant, sanctions.c.lifted_ms.is_(None))
    return list(connection.execute(query).scalars())
