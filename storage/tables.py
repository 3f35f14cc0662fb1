"""Every table, in reading order: what comes in, who people are, what they are asked, what they answer, what goes out.

The one rule: every column says what personal data it holds. `plain` holds none; `personal` names the category, why it
is kept, until when, whether `/mydata` shows it and what `/erase` does to it. A test fails for any other column, and the
privacy register is made from here.

Times are whole milliseconds since 1970 in UTC (`_ms`). Safety is in the constraints: if two things must not both
happen, a unique key below says so.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from storage.columns import Id, OnErase, Personal, address, content, metadata, participant, personal, plain
from storage.tables_links import formers, pairing_tries, pairings, separations
from storage.tables_mailings import mailings
from storage.tables_moderation import (
    case_cards,
    case_notes,
    cases,
    decisions,
    desks,
    reports,
    sanctions,
    seconds,
)
from storage.tables_proposals import goals, proposals, servings, signatures, stances, verdicts

__all__ = (
    "OnErase",
    "Personal",
    "announcements",
    "audit",
    "ballots",
    "case_cards",
    "case_notes",
    "cases",
    "chats",
    "consents",
    "consultations",
    "conversations",
    "cursors",
    "decisions",
    "desks",
    "fixes",
    "flow_versions",
    "formers",
    "goals",
    "identities",
    "inbox",
    "lanes",
    "leases",
    "mailings",
    "marks",
    "meta",
    "metadata",
    "outbox",
    "outcomes",
    "pairing_tries",
    "pairings",
    "participants",
    "prompts",
    "proposals",
    "reports",
    "roles",
    "sanctions",
    "seconds",
    "separations",
    "servings",
    "sessions",
    "shown",
    "signatures",
    "stances",
    "subscriptions",
    "tallies",
    "timers",
    "verdicts",
)

# --- What comes in ---------------------------------------------------------------------------------------------------

inbox = Table(
    "inbox",
    metadata,
    plain("id", Id, primary_key=True, autoincrement=True),
    plain("adapter", String(32), nullable=False),
    personal(
        "key",
        String(255),
        nullable=False,
        category="address on a messenger",
        purpose="to handle nothing twice; deleted where it names the person",
        retention="until the person erases it, or the row's own end",
        in_export=True,
        on_erase=OnErase.KEEP,
    ),
    address("lane", String(255), nullable=False),
    address("place", String(200), nullable=False),
    address("person", String(200), nullable=False),
    content("event", Text, nullable=False, retention="emptied when the key of its consultation goes, 14 days at most"),
    plain("private", Boolean, nullable=False),
    plain("locale", String(16)),
    plain("at_ms", BigInteger, nullable=False),
    plain("state", String(16), nullable=False),
    plain("attempts", Integer, nullable=False, server_default="0"),
    plain("reason", Text),
    UniqueConstraint("adapter", "key"),
    sqlite_autoincrement=True,
)
Index("inbox_new", inbox.c.lane, inbox.c.id, sqlite_where=text("state = 'new'"), postgresql_where=text("state = 'new'"))
Index("inbox_at_ms", inbox.c.at_ms)

lanes = Table(
    "lanes",
    metadata,
    address("lane", String(255), primary_key=True),
    plain("since_ms", BigInteger, nullable=False),
)
Index("lanes_since_ms", lanes.c.since_ms)

cursors = Table(
    "cursors",
    metadata,
    plain("adapter", String(32), primary_key=True),
    plain("cursor", Text),
    plain("polled_ms", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    plain("name", String(64), primary_key=True),
    plain("owner", String(64), nullable=False),
    plain("until_ms", BigInteger, nullable=False),
    plain("epoch", Integer, nullable=False),
)

# --- Who people are --------------------------------------------------------------------------------------------------

participants = Table(
    "participants",
    metadata,
    participant("id", primary_key=True, autoincrement=False),
    personal(
        "lang",
        String(8),
        category="language",
        purpose="to speak the person's language",
        retention="until the person erases it",
        in_export=True,
        on_erase=OnErase.DELETE,
    ),
    plain("since_ms", BigInteger, nullable=False),
    personal(
        "code",
        String(16),
        category="pseudonym",
        purpose="to be named by colleagues when a role is given",
        retention="until the person erases it",
        in_export=True,
        on_erase=OnErase.DELETE,
    ),
)
Index("participants_code", participants.c.code, unique=True)

identities = Table(
    "identities",
    metadata,
    address("identity", String(255), primary_key=True),
    participant("participant", ForeignKey("participants.id", ondelete="CASCADE"), nullable=False, index=True),
)

conversations = Table(
    "conversations",
    metadata,
    address("lane", String(255), primary_key=True),
    address("place", String(200), nullable=False),
    participant("participant", ForeignKey("participants.id", ondelete="CASCADE"), nullable=False, index=True),
    plain("session", Id),
    plain("menu", Text),
    plain("reachable", Boolean, nullable=False),
    plain("private", Boolean, nullable=False, server_default=true()),
)

roles = Table(
    "roles",
    metadata,
    participant("participant", ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True),
    plain("role", String(16), primary_key=True),
    plain("scope", String(255), primary_key=True),
    plain("since_ms", BigInteger, nullable=False),
)

chats = Table(
    "chats",
    metadata,
    plain("place", String(200), primary_key=True),
    plain("admins", Boolean, nullable=False, server_default=true()),
    plain("watched", Boolean, nullable=False, server_default=false()),
)

# --- What people are asked -------------------------------------------------------------------------------------------

flow_versions = Table(
    "flow_versions",
    metadata,
    plain("version", String(64), primary_key=True),
    plain("flow", String(64), nullable=False),
    plain("source", Text, nullable=False),
    plain("since_ms", BigInteger, nullable=False),
)

consultations = Table(
    "consultations",
    metadata,
    plain("id", String(64), primary_key=True),
    plain("version", String(64), ForeignKey("flow_versions.version"), nullable=False),
    plain("state", String(16), nullable=False),
    plain("results", String(16), nullable=False),
    plain("secrecy", String(16), nullable=False),
    plain("zone", String(64), nullable=False),
    plain("opens_wall", String(32)),
    plain("closes_wall", String(32)),
    plain("opens_ms", BigInteger),
    plain("closes_ms", BigInteger),
    plain("every", String(8)),
    plain("until_wall", String(32)),
    plain("occurrence", Integer, nullable=False, server_default="1"),
    plain("series", String(64), nullable=False),
    plain("opened_ms", BigInteger),
    plain("cut_ms", BigInteger),
    plain("closed_ms", BigInteger),
    plain("forgotten_ms", BigInteger),
    plain("result", Text),
    plain("since_ms", BigInteger, nullable=False),
    personal(
        "key",
        LargeBinary,
        category="the key that links persons and ballots",
        purpose="one ballot a person, changeable until closing",
        retention="destroyed at closing plus the flow's stated delay",
        in_export=False,
        on_erase=OnErase.KEEP,
    ),
    personal(
        "owner",
        Id,
        ForeignKey("participants.id", ondelete="SET NULL"),
        category="pseudonym of the organiser who made it",
        purpose="to know who answers for it",
        retention="as long as the consultation, or until the person erases it",
        in_export=False,
        on_erase=OnErase.KEEP,
    ),
    plain("touched_ms", BigInteger, nullable=False, server_default="0"),
    plain("reminded_ms", BigInteger),
)
Index("consultations_state", consultations.c.state)

announcements = Table(
    "announcements",
    metadata,
    plain("consultation", String(64), ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True),
    plain("place", String(200), primary_key=True),
    plain("ref", String(128)),
)

marks = Table(
    "marks",
    metadata,
    plain("consultation", String(64), ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True),
    plain("number", Integer, primary_key=True, autoincrement=False),
    plain("at_ms", BigInteger, nullable=False),
    plain("kind", String(16), nullable=False),
    plain("detail", Text, nullable=False),
)

fixes = Table(
    "fixes",
    metadata,
    plain("consultation", String(64), ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True),
    plain("number", Integer, primary_key=True, autoincrement=False),
    plain("before", String(64), ForeignKey("flow_versions.version"), nullable=False),
    plain("after", String(64), ForeignKey("flow_versions.version"), nullable=False),
    personal(
        "who",
        String(64),
        category="pseudonym of an organiser",
        purpose="so that nobody approves their own correction",
        retention="as long as the consultation",
        in_export=False,
        on_erase=OnErase.KEEP,
        nullable=False,
    ),
    plain("state", String(16), nullable=False),
    plain("at_ms", BigInteger, nullable=False),
)

outcomes = Table(
    "outcomes",
    metadata,
    plain("consultation", String(64), ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True),
    plain("text", Text, nullable=False),
    personal(
        "who",
        String(200),
        category="name or office of who follows the outcome up, as published",
        purpose="to tell the public who answers for it",
        retention="as long as the consultation",
        in_export=False,
        on_erase=OnErase.KEEP,
        nullable=False,
    ),
    plain("due", String(10), nullable=False),
    plain("at_ms", BigInteger, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    participant("participant", ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True),
    plain("consultation", String(64), ForeignKey("consultations.id", ondelete="CASCADE"), primary_key=True),
    address("lane", String(255), nullable=False),
    address("place", String(200), nullable=False),
    plain("wants", Boolean, nullable=False),
)

# --- What people answer ----------------------------------------------------------------------------------------------

sessions = Table(
    "sessions",
    metadata,
    plain("id", Id, primary_key=True, autoincrement=False),
    participant("participant", ForeignKey("participants.id", ondelete="CASCADE"), nullable=False),
    plain("consultation", String(64), ForeignKey("consultations.id"), nullable=False),
    plain("version", String(64), ForeignKey("flow_versions.version"), nullable=False),
    address("lane", String(255), nullable=False),
    address("place", String(200), nullable=False),
    content("state", Text, nullable=False, retention="emptied when the key of the consultation is destroyed"),
    plain("stage", String(16), nullable=False),
    plain("seq", Integer, nullable=False),
    personal(
        "last_ms",
        BigInteger,
        category="time of the last answer",
        purpose="reminders",
        retention="emptied when the key of the consultation is destroyed",
        in_export=True,
        on_erase=OnErase.DELETE,
        nullable=False,
    ),
    UniqueConstraint("participant", "consultation"),
)
Index("sessions_consultation_id", sessions.c.consultation, sessions.c.id)

ballots = Table(
    "ballots",
    metadata,
    plain("consultation", String(64), ForeignKey("consultations.id"), primary_key=True),
    personal(
        "token",
        String(32),
        category="keyed token of a person in one consultation",
        purpose="one ballot a person",
        retention="unlinked from the person when the key is destroyed",
        in_export=False,
        on_erase=OnErase.DELETE,
        primary_key=True,
    ),
    plain("question", String(64), primary_key=True),
    content("answer", Text, nullable=False, retention="kept without a link to the person"),
    plain("wording", String(64), nullable=False),
    sqlite_with_rowid=False,
)

consents = Table(
    "consents",
    metadata,
    plain("consultation", String(64), ForeignKey("consultations.id"), primary_key=True),
    participant("participant", ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True),
    plain("purpose", String(64), primary_key=True),
    plain("wording", String(64), nullable=False),
    plain("lang", String(8), nullable=False),
    plain("given", Boolean, nullable=False),
    personal(
        "at_ms",
        BigInteger,
        category="time of consent",
        purpose="to prove consent",
        retention="until the person erases it",
        in_export=True,
        on_erase=OnErase.DELETE,
        nullable=False,
    ),
)

tallies = Table(
    "tallies",
    metadata,
    plain("consultation", String(64), ForeignKey("consultations.id"), primary_key=True),
    plain("question", String(64), primary_key=True),
    plain("code", String(200), primary_key=True),
    plain("n", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# --- What goes out ---------------------------------------------------------------------------------------------------

prompts = Table(
    "prompts",
    metadata,
    plain("id", String(16), primary_key=True),
    plain("session", Id, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    plain("step", String(64), nullable=False),
    address("place", String(200), nullable=False),
    plain("ref", String(128)),
    sqlite_with_rowid=False,
)

outbox = Table(
    "outbox",
    metadata,
    plain("id", Id, primary_key=True, autoincrement=True),
    plain("key", String(255), nullable=False, unique=True),
    plain("adapter", String(32), nullable=False),
    address("place", String(200), nullable=False, index=True),
    content(
        "payload", Text, nullable=False, retention="emptied 30 days after it was sent, or with the consultation's key"
    ),
    plain("prompt", String(16)),
    plain("replaces", String(128)),
    plain("consultation", String(64)),
    plain("rank", Integer, nullable=False),
    plain("resend", Boolean, nullable=False),
    plain("due_ms", BigInteger, nullable=False),
    plain("state", String(16), nullable=False),
    plain("attempts", Integer, nullable=False, server_default="0"),
    plain("coalesce", String(128)),
    plain("ref", String(128)),
    plain("reason", Text),
    plain("mailing", Id),
    sqlite_autoincrement=True,
)
Index(
    "outbox_mailing",
    outbox.c.mailing,
    outbox.c.state,
    sqlite_where=text("mailing IS NOT NULL"),
    postgresql_where=text("mailing IS NOT NULL"),
)
Index(
    "outbox_due",
    outbox.c.rank,
    outbox.c.due_ms,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)
Index(
    "outbox_coalesce",
    outbox.c.coalesce,
    unique=True,
    sqlite_where=text("state = 'waiting' AND coalesce IS NOT NULL"),
    postgresql_where=text("state = 'waiting' AND coalesce IS NOT NULL"),
)

timers = Table(
    "timers",
    metadata,
    plain("key", String(128), primary_key=True),
    plain("timer", String(32), nullable=False),
    plain("subject", String(64), nullable=False),
    address("lane", String(255), nullable=False),
    plain("detail", String(128), nullable=False, server_default=""),
    plain("fence", Integer),
    plain("due_ms", BigInteger, nullable=False),
    plain("wall", String(32)),
    plain("zone", String(64)),
    plain("late", String(16), nullable=False),
)
Index("timers_due_ms", timers.c.due_ms)
Index("timers_subject", timers.c.subject)

shown = Table(
    "shown",
    metadata,
    address("place", String(200), primary_key=True),
    plain("number", Integer, primary_key=True, autoincrement=False),
    plain("key", String(255), nullable=False),
    content("entry", Text, nullable=False, retention="30 days"),
    plain("at_ms", BigInteger, nullable=False),
    UniqueConstraint("place", "key"),
)

# --- What is remembered about ourselves ------------------------------------------------------------------------------

audit = Table(
    "audit",
    metadata,
    plain("id", Id, primary_key=True, autoincrement=True),
    plain("at_ms", BigInteger, nullable=False),
    personal(
        "who",
        String(64),
        category="pseudonym of an organiser or moderator",
        purpose="to account for acts of office",
        retention="as long as the consultation",
        in_export=True,
        on_erase=OnErase.KEEP,
        nullable=False,
    ),
    plain("act", String(32), nullable=False),
    plain("subject", String(64), nullable=False),
    plain("detail", Text, nullable=False),
    plain("before", String(64), nullable=False),
    plain("hash", String(64), nullable=False, unique=True),
)

meta = Table(
    "meta",
    metadata,
    plain("name", String(64), primary_key=True),
    plain("value", Text, nullable=False),
)
