"""What citizens put forward and judge, and moderation: proposals, stances, signatures, cases, decisions, sanctions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "desks",
        sa.Column("scope", sa.String(length=255), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("alarmed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("scope", "place", name=op.f("desks_pkey")),
    )
    op.create_table(
        "seconds",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("who", _ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("seconds_pkey")),
        sqlite_autoincrement=True,
    )
    op.create_index("seconds_waiting", "seconds", ["act", "subject", "state"], unique=False)
    op.create_table(
        "sanctions",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("participant", _ID, nullable=False),
        sa.Column("scope", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("case", _ID, nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("lifted_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant"], ["participants.id"], name=op.f("sanctions_participant_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("sanctions_pkey")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("sanctions_participant"), "sanctions", ["participant"], unique=False)
    op.create_table(
        "goals",
        sa.Column("consultation", sa.String(length=64), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reached_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation"], ["consultations.id"], name=op.f("goals_consultation_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("consultation", "question", "at", name=op.f("goals_pkey")),
    )
    op.create_table(
        "proposals",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("consultation", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pool", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=32), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=True),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=True),
        sa.Column("addressee", sa.String(length=64), nullable=True),
        sa.Column("parent", _ID, nullable=True),
        sa.Column("into", _ID, nullable=True),
        sa.Column("photo", sa.String(length=255), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("votes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("agree", sa.Integer(), server_default="0", nullable=False),
        sa.Column("disagree", sa.Integer(), server_default="0", nullable=False),
        sa.Column("neutral", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shared", sa.Integer(), server_default="0", nullable=False),
        sa.Column("heat", sa.Float(), server_default="0", nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("published_ms", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=64), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("answered_ms", sa.BigInteger(), nullable=True),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["consultation"], ["consultations.id"], name=op.f("proposals_consultation_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("proposals_pkey")),
        sa.UniqueConstraint("consultation", "number", name=op.f("proposals_consultation_number_key")),
        sa.UniqueConstraint("consultation", "pool", "code", name=op.f("proposals_consultation_pool_code_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("proposals_author", "proposals", ["consultation", "author"], unique=False)
    op.create_index("proposals_due", "proposals", ["due_ms"], unique=False)
    op.create_index("proposals_heat", "proposals", ["consultation", "pool", "state", "heat"], unique=False)
    op.create_index("proposals_lot", "proposals", ["consultation", "pool", "state", "lot"], unique=False)
    op.create_index("proposals_seen", "proposals", ["consultation", "pool", "state", "seen", "lot"], unique=False)
    op.create_index("proposals_votes", "proposals", ["consultation", "pool", "state", "votes", "lot"], unique=False)
    op.create_table(
        "servings",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("consultation", sa.String(length=64), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation"], ["consultations.id"], name=op.f("servings_consultation_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("servings_pkey")),
        sqlite_autoincrement=True,
    )
    op.create_index("servings_consultation", "servings", ["consultation", "question"], unique=False)
    op.create_table(
        "signatures",
        sa.Column("consultation", sa.String(length=64), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("shown", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("contact", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation"], ["consultations.id"], name=op.f("signatures_consultation_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("consultation", "question", "token", name=op.f("signatures_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cases",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=255), nullable=False),
        sa.Column("consultation", sa.String(length=64), nullable=True),
        sa.Column("proposal", _ID, nullable=True),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("ref", sa.String(length=128), nullable=True),
        sa.Column("author", _ID, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("lang", sa.String(length=8), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("turn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("claimed_by", _ID, nullable=True),
        sa.Column("claimed_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", _ID, nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("decided_ms", sa.BigInteger(), nullable=True),
        sa.Column("appeal_of", _ID, nullable=True),
        sa.ForeignKeyConstraint(["author"], ["participants.id"], name=op.f("cases_author_fkey"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["consultation"], ["consultations.id"], name=op.f("cases_consultation_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.id"], name=op.f("cases_proposal_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("cases_pkey")),
        sa.UniqueConstraint("subject", name=op.f("cases_subject_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("cases_author", "cases", ["author"], unique=False)
    op.create_index("cases_open", "cases", ["state", "opened_ms"], unique=False)
    op.create_index("cases_proposal", "cases", ["proposal"], unique=False)
    op.create_table(
        "stances",
        sa.Column("consultation", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("proposal", _ID, autoincrement=False, nullable=False),
        sa.Column("value", sa.String(length=16), nullable=False),
        sa.Column("qualifiers", sa.String(length=200), nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation"], ["consultations.id"], name=op.f("stances_consultation_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["proposal"], ["proposals.id"], name=op.f("stances_proposal_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("consultation", "token", "proposal", name=op.f("stances_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_index("stances_proposal", "stances", ["proposal"], unique=False)
    op.create_table(
        "verdicts",
        sa.Column("proposal", _ID, autoincrement=False, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("value", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal"], ["proposals.id"], name=op.f("verdicts_proposal_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("proposal", "token", name=op.f("verdicts_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_cards",
        sa.Column("case", _ID, autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("ref", sa.String(length=128), nullable=True),
        sa.Column("view", sa.String(length=16), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("case_cards_case_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case", "place", name=op.f("case_cards_pkey")),
    )
    op.create_index("case_cards_ref", "case_cards", ["place", "ref"], unique=False)
    op.create_table(
        "case_notes",
        sa.Column("case", _ID, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("who", _ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("case_notes_case_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case", "number", name=op.f("case_notes_pkey")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("case", _ID, nullable=False),
        sa.Column("who", _ID, nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("decisions_case_fkey"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("decisions_pkey")),
        sqlite_autoincrement=True,
    )
    op.create_index("decisions_case", "decisions", ["case"], unique=False)
    op.create_table(
        "reports",
        sa.Column("case", _ID, autoincrement=False, nullable=False),
        sa.Column("participant", _ID, nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["cases.id"], name=op.f("reports_case_fkey"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["participant"], ["participants.id"], name=op.f("reports_participant_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case", "participant", name=op.f("reports_pkey")),
    )
    op.create_index("reports_participant", "reports", ["participant", "at_ms"], unique=False)
    op.add_column("chats", sa.Column("watched", sa.Boolean(), server_default=sa.false(), nullable=False))
