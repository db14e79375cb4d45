"""Question sets: every version of each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "question_sets",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", "version", name="pk_question_sets"),
    )
    op.create_index("ix_question_sets_tenant_created_at_id", "question_sets", ["tenant", "created_at", "id"])


def downgrade() -> None:
    """Undo it."""
    op.drop_index("ix_question_sets_tenant_created_at_id", table_name="question_sets")
    op.drop_table("question_sets")
