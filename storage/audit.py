"""The audit: every act of organisers and moderators, each row carrying the hash of the one before.

The one rule: rows are only added. Changing one behind the application's back breaks the chain, and `verify` names it.
"""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import Connection, select

from storage.tables import audit


def note(connection: Connection, *, at_ms: int, who: str, act: str, subject: str, detail: str = "") -> None:
    """Write one act down."""
    before = connection.execute(select(audit.c.hash).order_by(audit.c.id.desc()).limit(1)).scalar() or ""
    digest = _digest(before, at_ms, who, act, subject, detail)
    row = {"at_ms": at_ms, "who": who, "act": act, "subject": subject, "detail": detail, "before": before}
    connection.execute(audit.insert(), [{**row, "hash": digest}])


def verify(connection: Connection) -> int | None:
    """The id of the first row that does not fit the chain; None when all is well."""
    before = ""
    for row in connection.execute(select(audit).order_by(audit.c.id)).mappings():
        digest = _digest(before, row["at_ms"], row["who"], row["act"], row["subject"], row["detail"])
        if row["before"] != before or row["hash"] != digest:
            return int(row["id"])
        before = digest
    return None


def _digest(before: str, at_ms: int, who: str, act: str, subject: str, detail: str) -> str:
    return sha256("\0".join([before, str(at_ms), who, act, subject, detail]).encode()).hexdigest()
