"""Who made a consultation, what was changed in public, corrections that wait, outcomes, and codes for roles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chats",
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("admins", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("chats_pkey")),
    )
    op.add_column("participants", sa.Column("code", sa.String(length=16), nullable=True))
    op.create_index("participants_code", "participants", ["code"], unique=True)
    op.add_column("announcements", sa.Column("ref", sa.String(length=128), nullable=True))
    op.add_column("conversations", sa.Column("private", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.execute(sa.text("UPDATE conversations SET private = false WHERE place LIKE 'telegram:-%'"))
    with op.batch_alter_table("consultations") as batch:
        batch.add_column(sa.Column("owner", _ID, nullable=True))
        batch.add_column(sa.Column("touched_ms", sa.BigInteger(), server_default="0", nullable=False))
        batch.add_column(sa.Column("reminded_ms", sa.BigInteger(), nullable=True))
        batch.create_foreign_key(
            op.f("consultations_owner_fkey"), "participants", ["owner"], ["id"], ondelete="SET NULL"
        )
    op.execute(sa.text("UPDATE consultations SET touched_ms = since_ms"))
    with op.batch_alter_table("tallies", table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.alter_column("code", existing_type=sa.String(length=96), type_=sa.String(length=200))
    op.create_table(
        "marks",
        sa.Column("consultation", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation"], ["consultations.id"], name=op.f("marks_consultation_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("consultation", "number", name=op.f("marks_pkey")),
    )
    op.create_table(
        "fixes",
        sa.Column("consultation", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("after", sa.String(length=64), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation"], ["consultations.id"], name=op.f("fixes_consultation_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["before"], ["flow_versions.version"], name=op.f("fixes_before_fkey")),
        sa.ForeignKeyConstraint(["after"], ["flow_versions.version"], name=op.f("fixes_after_fkey")),
        sa.PrimaryKeyConstraint("consultation", "number", name=op.f("fixes_pkey")),
    )
    op.create_table(
        "outcomes",
        sa.Column("consultation", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation"], ["consultations.id"], name=op.f("outcomes_consultation_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("consultation", name=op.f("outcomes_pkey")),
    )
