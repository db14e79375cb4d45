"""Practice: runs of incident drills, stories and plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = ("practice_drills", "practice_stories", "practice_plans")


def upgrade() -> None:
    """Make the tables."""
    _create("practice_drills", _version(), sa.Column("status", sa.String(length=16), nullable=False))
    _create("practice_stories", _version())
    _create("practice_plans")


def downgrade() -> None:
    """Undo it."""
    for table in TABLES:
        op.drop_table(table)


def _create(name: str, *columns: sa.Column[int] | sa.Column[str]) -> None:
    op.create_table(
        name,
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_tenant_person_created_at_id", name, ["tenant", "person", "created_at", "id"])


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer(), nullable=False)
