"""Practice: grades, disputes, interviews, cards and reviews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = (
    "practice_reviews",
    "practice_interview_turns",
    "practice_disputes",
    "practice_interviews",
    "practice_grades",
    "practice_cards",
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "practice_cards",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question_id", sa.String(length=128), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_practice_cards"),
        sa.UniqueConstraint(
            "tenant", "person", "question_id", name="uq_practice_cards_tenant_person_question_id"
        ),
    )
    op.create_index("ix_practice_cards_tenant_person_due", "practice_cards", ["tenant", "person", "due"])

    op.create_table(
        "practice_grades",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question_id", sa.String(length=128), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("standing_score", sa.Double(), nullable=True),
        sa.Column("self_rating", sa.Double(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_practice_grades"),
    )
    op.create_index(
        "ix_practice_grades_tenant_person_created_at_id",
        "practice_grades",
        ["tenant", "person", "created_at", "id"],
    )
    op.create_index(
        "ix_practice_grades_tenant_person_question_id", "practice_grades", ["tenant", "person", "question_id"]
    )

    op.create_table(
        "practice_interviews",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_practice_interviews"),
    )
    op.create_index(
        "ix_practice_interviews_tenant_person_created_at_id",
        "practice_interviews",
        ["tenant", "person", "created_at", "id"],
    )

    op.create_table(
        "practice_disputes",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grade_id", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "grade_id"],
            ["practice_grades.tenant", "practice_grades.id"],
            name="fk_practice_disputes_practice_grades",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name="pk_practice_disputes"),
    )
    op.create_index("ix_practice_disputes_tenant_grade_id", "practice_disputes", ["tenant", "grade_id"])

    op.create_table(
        "practice_interview_turns",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("interview_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "interview_id"],
            ["practice_interviews.tenant", "practice_interviews.id"],
            name="fk_practice_interview_turns_practice_interviews",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "interview_id", "number", name="pk_practice_interview_turns"),
    )
    op.create_table(
        "practice_reviews",
        sa.Column("tenant", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("card_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "card_id"],
            ["practice_cards.tenant", "practice_cards.id"],
            name="fk_practice_reviews_practice_cards",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "card_id", "number", name="pk_practice_reviews"),
    )


def downgrade() -> None:
    """Drop them again."""
    for table in TABLES:
        op.drop_table(table)
