"""House rules of question sets, and which of them a set follows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_SETS_INDEX = "ix_question_sets_tenant_template_id_created_at_id"
_TEMPLATES_INDEX = "ix_question_set_templates_tenant_created_at_id"


def upgrade() -> None:
    """Make the table and the columns."""
    op.create_table(
        "question_set_templates",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", "version", name="pk_question_set_templates"),
    )
    op.create_index(_TEMPLATES_INDEX, "question_set_templates", ["tenant", "created_at", "id"])
    op.add_column("question_sets", sa.Column("template_id", sa.String(length=64), nullable=True))
    op.add_column("question_sets", sa.Column("template_version", sa.Integer(), nullable=True))
    op.create_index(_SETS_INDEX, "question_sets", ["tenant", "template_id", "created_at", "id"])


def downgrade() -> None:
    """Undo it; sets keep what the house rules gave them."""
    op.drop_index(_SETS_INDEX, table_name="question_sets")
    with op.batch_alter_table("question_sets") as table:
        table.drop_column("template_version")
        table.drop_column("template_id")
    op.drop_index(_TEMPLATES_INDEX, table_name="question_set_templates")
    op.drop_table("question_set_templates")
