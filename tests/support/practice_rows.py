"""One row in every table of practice."""

from __future__ import annotations

from coach.practice import tables
from coach.store.base import utc_now
from coach.store.database import Database
from coach.store.owner import Owner

PRACTICE_TABLES = (
    "practice_grades",
    "practice_disputes",
    "practice_interviews",
    "practice_interview_turns",
    "practice_cards",
    "practice_reviews",
    "practice_drills",
    "practice_stories",
    "practice_plans",
)


def add_practice_rows(database: Database, owner: Owner, words: str) -> None:
    """Store one of everything for somebody, with the words in each text that is the person's own."""
    now, whose = utc_now(), owner._asdict()
    row_id = f"{owner.tenant}-{owner.person}"
    made = {"created_at": now, "id": row_id, "body": "{}", **whose}
    with database.session() as session:
        session.add_all(
            [
                tables.GradeRow(**made, question_id="q1", outcome="graded", score=5.0, answer=words),
                tables.InterviewRow(**made, version=0, status="running"),
                tables.CardRow(**made, question_id="q1", due=now, version=0),
                tables.DrillRow(**made, version=0, status="running"),
                tables.StoryRow(**made, version=0),
                tables.PlanRow(**made),
            ]
        )
    with database.session() as session:
        session.add_all(
            [
                tables.DisputeRow(**made, grade_id=row_id),
                tables.InterviewTurnRow(
                    **whose, interview_id=row_id, number=0, asked_at=now, answer=words, body="{}"
                ),
                tables.ReviewRow(**whose, card_id=row_id, number=0, reviewed_at=now, rating=3),
            ]
        )
