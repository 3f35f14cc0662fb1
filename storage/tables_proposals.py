"""Tables of what citizens put forward and judge: proposals, stances, servings, signatures. Read after `storage.tables`.

The one rule: the author of a proposal and the holder of a stance are voter tokens, as in `ballots`, never participants.
Who must be told something is found by making the tokens of the consultation's sessions again; when its key is
destroyed, nobody can be found any more. `stances` has no row id and no time, because order re-links people and votes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.columns import Id, OnErase, content, metadata, personal, plain


def _consultation(**options: Any) -> Any:
    return plain("consultation", String(64), ForeignKey("consultations.id", ondelete="CASCADE"), **options)


def _token(name: str = "token", **options: Any) -> Any:
    return personal(
        name,
        String(32),
        category="keyed token of a person in one consultation",
        purpose="one stance or signature a person; to tell authors what became of what they wrote",
        retention="unlinked from the person when the key is destroyed",
        in_export=False,
        on_erase=OnErase.DELETE,
        **options,
    )


proposals = Table(
    "proposals",
    metadata,
    plain("id", Id, primary_key=True, autoincrement=True),
    _consultation(nullable=False),
    plain("number", Integer, nullable=False),
    plain("pool", String(64), nullable=False),
    plain("code", String(64)),
    plain("source", String(16), nullable=False),
    _token("author"),
    content("text", Text, nullable=False, retention="published; kept without a link to the person"),
    content("original", Text, retention="as long as the text, when a moderator corrected it"),
    plain("lang", String(8), nullable=False),
    plain("category", String(64)),
    plain("addressee", String(64)),
    plain("parent", Id),
    plain("into", Id),
    content("photo", String(255), retention="as long as the text"),
    content("lat", Float, retention="as long as the text"),
    content("lon", Float, retention="as long as the text"),
    plain("state", String(16), nullable=False),
    plain("reason", String(32)),
    plain("lot", Integer, nullable=False),
    plain("seen", Integer, nullable=False, server_default="0"),
    plain("votes", Integer, nullable=False, server_default="0"),
    plain("agree", Integer, nullable=False, server_default="0"),
    plain("disagree", Integer, nullable=False, server_default="0"),
    plain("neutral", Integer, nullable=False, server_default="0"),
    plain("shared", Integer, nullable=False, server_default="0"),
    plain("heat", Float, nullable=False, server_default="0"),
    plain("since_ms", BigInteger, nullable=False),
    plain("published_ms", BigInteger),
    plain("status", String(64)),
    plain("reply", Text),
    plain("answered_ms", BigInteger),
    plain("due_ms", BigInteger),
    UniqueConstraint("consultation", "number"),
    UniqueConstraint("consultation", "pool", "code"),
    sqlite_autoincrement=True,
)
Index(
    "proposals_seen", proposals.c.consultation, proposals.c.pool, proposals.c.state, proposals.c.seen, proposals.c.lot
)
Index(
    "proposals_votes", proposals.c.consultation, proposals.c.pool, proposals.c.state, proposals.c.votes, proposals.c.lot
)
Index("proposals_heat", proposals.c.consultation, proposals.c.pool, proposals.c.state, proposals.c.heat)
Index("proposals_lot", proposals.c.consultation, proposals.c.pool, proposals.c.state, proposals.c.lot)
Index("proposals_author", proposals.c.consultation, proposals.c.author)
Index("proposals_due", proposals.c.due_ms)

stances = Table(
    "stances",
    metadata,
    _consultation(primary_key=True),
    _token(primary_key=True),
    plain("proposal", Id, ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    content("value", String(16), nullable=False, retention="kept without a link to the person"),
    content("qualifiers", String(200), nullable=False, retention="kept without a link to the person"),
    plain("via", String(16), nullable=False),
    sqlite_with_rowid=False,
)
Index("stances_proposal", stances.c.proposal)

servings = Table(
    "servings",
    metadata,
    plain("id", Id, primary_key=True, autoincrement=True),
    _consultation(nullable=False),
    plain("question", String(64), nullable=False),
    plain("policy", String(16), nullable=False),
    plain("seed", BigInteger, nullable=False),
    plain("pool", Text, nullable=False),
    plain("chosen", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index("servings_consultation", servings.c.consultation, servings.c.question)

verdicts = Table(
    "verdicts",
    metadata,
    plain("proposal", Id, ForeignKey("proposals.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    _token(primary_key=True),
    content("value", String(16), nullable=False, retention="kept without a link to the person"),
    sqlite_with_rowid=False,
)

signatures = Table(
    "signatures",
    metadata,
    _consultation(primary_key=True),
    plain("question", String(64), primary_key=True),
    _token(primary_key=True),
    plain("shown", String(16), nullable=False),
    content("name", String(120), nullable=False, retention="published as the person chose"),
    content("reason", Text, nullable=False, retention="kept for whoever receives the petition"),
    plain("contact", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

goals = Table(
    "goals",
    metadata,
    _consultation(primary_key=True),
    plain("question", String(64), primary_key=True),
    plain("at", Integer, primary_key=True, autoincrement=False),
    plain("reached_ms", BigInteger, nullable=False),
)
