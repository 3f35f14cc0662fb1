"""The table of mailings: what goes to many people at once. Read after `storage.tables`.

The one rule: who is written to is never listed here. A mailing knows where its next page begins; the letters that were
made are in the outbox, each with the number of its mailing.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Table, Text, text

from storage.columns import Id, metadata, plain

mailings = Table(
    "mailings",
    metadata,
    plain("id", Id, primary_key=True, autoincrement=True),
    plain("kind", String(32), nullable=False),
    plain("consultation", String(64), ForeignKey("consultations.id", ondelete="CASCADE"), nullable=False),
    plain("state", String(16), nullable=False),
    plain("next", Text),
    plain("asked", Boolean, nullable=False),
    plain("pages", Integer, nullable=False),
    plain("people", Integer, nullable=False),
    plain("left_out", Integer, nullable=False),
    plain("due_ms", BigInteger, nullable=False),
    plain("began_ms", BigInteger),
    plain("told_ms", BigInteger, nullable=False),
    plain("ended_ms", BigInteger),
    plain("sent", Integer, nullable=False),
    plain("failed", Integer, nullable=False),
    plain("unsure", Integer, nullable=False),
    sqlite_autoincrement=True,
)
Index(
    "mailings_alive",
    mailings.c.id,
    sqlite_where=text("state IN ('running', 'paused')"),
    postgresql_where=text("state IN ('running', 'paused')"),
)
