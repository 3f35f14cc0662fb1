"""Tables of moderation: cases, what was decided, reports, sanctions, acts that wait for a second person. Read after
`storage.tables`.

The one rule: `decisions` are only added. A case changes by compare-and-set on its `state` and `turn`, so that of two
moderators who press at once the first one decides and the second is told.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.columns import Id, OnErase, address, content, metadata, participant, personal, plain


def _moderator(name: str, **options: Any) -> Any:
    return personal(
        name,
        Id,
        category="pseudonym of a moderator",
        purpose="so that nobody decides twice, or on their own content",
        retention="as long as the case",
        in_export=True,
        on_erase=OnErase.KEEP,
        **options,
    )


desks = Table(
    "desks",
    metadata,
    plain("scope", String(255), primary_key=True),
    plain("place", String(200), primary_key=True),
    plain("since_ms", BigInteger, nullable=False),
    plain("alarmed_ms", BigInteger),
)

cases = Table(
    "cases",
    metadata,
    plain("id", Id, primary_key=True, autoincrement=True),
    plain("kind", String(16), nullable=False),
    plain("scope", String(255), nullable=False),
    plain("consultation", String(64), ForeignKey("consultations.id", ondelete="CASCADE")),
    plain("proposal", Id, ForeignKey("proposals.id", ondelete="CASCADE")),
    plain("subject", String(255), nullable=False),
    address("place", String(200), nullable=False),
    address("ref", String(128)),
    participant("author", ForeignKey("participants.id", ondelete="SET NULL")),
    content("text", Text, nullable=False, retention="until a year after the decision"),
    plain("lang", String(8), nullable=False),
    plain("why", Text, nullable=False),
    plain("state", String(16), nullable=False),
    plain("turn", Integer, nullable=False, server_default="0"),
    plain("escalated", Boolean, nullable=False),
    _moderator("claimed_by"),
    plain("claimed_until_ms", BigInteger),
    _moderator("decided_by"),
    plain("outcome", String(16)),
    plain("reason", String(32)),
    plain("opened_ms", BigInteger, nullable=False),
    plain("decided_ms", BigInteger),
    plain("appeal_of", Id),
    UniqueConstraint("subject"),
    sqlite_autoincrement=True,
)
Index("cases_open", cases.c.state, cases.c.opened_ms)
Index("cases_author", cases.c.author)
Index("cases_proposal", cases.c.proposal)

case_cards = Table(
    "case_cards",
    metadata,
    plain("case", Id, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    plain("place", String(200), primary_key=True),
    plain("ref", String(128)),
    plain("view", String(16), nullable=False, server_default=""),
)
Index("case_cards_ref", case_cards.c.place, case_cards.c.ref)

case_notes = Table(
    "case_notes",
    metadata,
    plain("case", Id, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    plain("number", Integer, primary_key=True, autoincrement=False),
    _moderator("who", nullable=False),
    plain("text", Text, nullable=False),
    plain("at_ms", BigInteger, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    plain("id", Id, primary_key=True, autoincrement=True),
    plain("case", Id, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    _moderator("who", nullable=False),
    plain("outcome", String(16), nullable=False),
    plain("reason", String(32)),
    plain("detail", Text, nullable=False),
    plain("at_ms", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
Index("decisions_case", decisions.c.case)

reports = Table(
    "reports",
    metadata,
    plain("case", Id, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    participant("participant", ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True),
    plain("reason", String(32), nullable=False),
    plain("trusted", Boolean, nullable=False),
    plain("at_ms", BigInteger, nullable=False),
)
Index("reports_participant", reports.c.participant, reports.c.at_ms)

sanctions = Table(
    "sanctions",
    metadata,
    plain("id", Id, primary_key=True, autoincrement=True),
    participant("participant", ForeignKey("participants.id", ondelete="CASCADE"), nullable=False, index=True),
    plain("scope", String(255), nullable=False),
    plain("kind", String(16), nullable=False),
    plain("case", Id),
    plain("reason", String(32)),
    plain("since_ms", BigInteger, nullable=False),
    plain("until_ms", BigInteger, nullable=False),
    plain("lifted_ms", BigInteger),
    sqlite_autoincrement=True,
)

seconds = Table(
    "seconds",
    metadata,
    plain("id", Id, primary_key=True, autoincrement=True),
    plain("act", String(32), nullable=False),
    plain("subject", String(64), nullable=False),
    plain("detail", Text, nullable=False),
    _moderator("who", nullable=False),
    plain("state", String(16), nullable=False),
    plain("at_ms", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
Index("seconds_waiting", seconds.c.act, seconds.c.subject, seconds.c.state)
