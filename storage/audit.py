"""The audit: every act of organisers and moderators, each row carrying the hash of the one before.

The one rule: rows are only added. Changing one behind the application's back breaks the chain, and `verify` names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, func, select

from storage import locks
from storage.tables import audit


def note(connection: Connection, *, at_ms: int, who: str, act: str, subject: str, detail: str = "") -> None:
    """Write one act down. Until the commit nobody else does: two rows after the same one would break the chain."""
    locks.alone(connection, "audit", "chain")
    before = connection.execute(select(audit.c.hash).order_by(audit.c.id.desc()).limit(1)).scalar() or ""
    written = digest(before, at_ms, who, act, subject, detail)
    row = {"at_ms": at_ms, "who": who, "act": act, "subject": subject, "detail": detail, "before": before}
    connection.execute(audit.insert(), [{**row, "hash": written}])


def verify(connection: Connection) -> int | None:
    """The id of the first row that does not fit the chain; None when all is well."""
    before = ""
    for row in connection.execute(select(audit).order_by(audit.c.id)).mappings():
        written = digest(before, row["at_ms"], row["who"], row["act"], row["subject"], row["detail"])
        if row["before"] != before or row["hash"] != written:
            return int(row["id"])
        before = written
    return None


def digest(before: str, at_ms: int, who: str, act: str, subject: str, detail: str) -> str:
    """The hash of a row, made of its content and the hash of the row before it."""
    return sha256("\0".join([before, str(at_ms), who, act, subject, detail]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Deed:
    """One act as it was written down."""

    at_ms: int
    who: str
    act: str
    subject: str
    detail: str


_DEEDS: Any = select(audit.c.at_ms, audit.c.who, audit.c.act, audit.c.subject, audit.c.detail).order_by(
    audit.c.id.desc()
)


def deeds(connection: Connection, subject: str, n: int) -> list[Deed]:
    """The last acts on a subject, the newest first."""
    return [Deed(*row) for row in connection.execute(_DEEDS.where(audit.c.subject == subject).limit(n))]


def count(connection: Connection, *, who: str, act: str, subject: str) -> int:
    """How often somebody has done this."""
    same = (audit.c.who == who, audit.c.act == act, audit.c.subject == subject)
    return int(connection.execute(select(func.count()).select_from(audit).where(*same)).scalar() or 0)


def last(connection: Connection, subject: str, act: str) -> Deed | None:
    """The last time that somebody did this."""
    row = connection.execute(_DEEDS.where(audit.c.subject == subject, audit.c.act == act).limit(1)).first()
    return Deed(*row) if row else None


def last_who(connection: Connection, subject: str, act: str) -> str | None:
    """Who did this last."""
    deed = last(connection, subject, act)
    return deed.who if deed else None


# --- Looking ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One act with its number and its hash."""

    id: int
    hash: str
    deed: Deed


_ROWS: Any = select(audit.c.id, audit.c.hash, audit.c.at_ms, audit.c.who, audit.c.act, audit.c.subject, audit.c.detail)


def _row(found: Any) -> Row:
    id, hash, *deed = found
    return Row(int(id), hash, Deed(*deed))


def row(connection: Connection, id: int) -> Row | None:
    found = connection.execute(_ROWS.where(audit.c.id == id)).first()
    return _row(found) if found else None


def last_rows(connection: Connection, n: int, subject: str | None = None) -> list[Row]:
    """The last acts, on one subject or on all, the newest last."""
    query = _ROWS.order_by(audit.c.id.desc()).limit(n)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    return [_row(found) for found in reversed(connection.execute(query).all())]


def size(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(audit)).scalar_one())
