"""One person on several messengers: pairing codes, former numbers of people, what was separated again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pairings",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("participant", _ID, nullable=False),
        sa.Column("lane", sa.String(length=255), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant"], ["participants.id"], name=op.f("pairings_participant_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pairings_pkey")),
    )
    op.create_index(op.f("pairings_participant"), "pairings", ["participant"], unique=False)
    op.create_table(
        "pairing_tries",
        sa.Column("participant", _ID, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant"], ["participants.id"], name=op.f("pairing_tries_participant_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("participant", name=op.f("pairing_tries_pkey")),
    )
    op.create_table(
        "formers",
        sa.Column("former", _ID, autoincrement=False, nullable=False),
        sa.Column("participant", _ID, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["participant"], ["participants.id"], name=op.f("formers_participant_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("former", name=op.f("formers_pkey")),
    )
    op.create_index(op.f("formers_code"), "formers", ["code"], unique=False)
    op.create_index(op.f("formers_participant"), "formers", ["participant"], unique=False)
    op.create_table(
        "separations",
        sa.Column("consultation", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation"], ["consultations.id"], name=op.f("separations_consultation_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("consultation", "mark", name=op.f("separations_pkey")),
        sqlite_with_rowid=False,
    )
