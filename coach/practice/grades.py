"""Grades as they are kept: each with its answer, and with every objection to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from pydantic import Field
from sqlalchemy.orm import Session

from coach.errors import ConflictError
from coach.practice.cards import review_card
from coach.practice.grade import Grade
from coach.practice.tables import DisputeRow, GradeRow
from coach.store.base import new_id, utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from coach.store.paging import PAGE_ITEMS, Page, read_page
from coach.store.private import find, of_person
from ingest.contract import Frozen


class Objection(Frozen):
    """Why a candidate thinks that a point was judged wrongly.

    Attributes:
        point: Name of the point.
        evidence: The candidate's own words that say it, as they stand in the answer.
        comment: Anything else.
    """

    point: str
    evidence: str
    comment: str = ""


class Dispute(Frozen):
    """An objection with the second judgement."""

    id: str
    created_at: datetime
    objection: Objection
    second: Grade


class StoredGrade(Frozen):
    """A grade as it was given, with what became of it.

    Attributes:
        standing_score: The newest judgement's; None if the answer could not be graded.
        self_rating: What the candidate thought the answer was worth, 0 to 10, before seeing the grade.
        disputes: Oldest first; the first judgement stays in `grade`.
    """

    id: str
    created_at: datetime
    answer: str
    self_rating: float | None
    grade: Grade
    standing_score: float | None
    disputes: tuple[Dispute, ...] = ()

    @property
    def standing(self) -> Grade:
        """The newest judgement."""
        return self.disputes[-1].second if self.disputes else self.grade


Judge = Callable[[Grade, str, Objection], Grade]
"""Grade that stands, answer and objection to the second judgement."""
_JUDGED_AGAIN = 5


class Scored(Frozen):
    """What sums are made of: one graded answer."""

    id: str
    created_at: datetime
    question_id: str
    score: float
    self_rating: float | None = Field(None)


class GradeStore:
    """Keeps grades; each is visible to its person alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        owner: Owner,
        answer: str,
        grade: Grade,
        *,
        self_rating: float | None = None,
        at: datetime | None = None,
    ) -> StoredGrade:
        """Store a grade and return it as stored; an answer that was graded is a review of its question."""
        with self._database.session() as session:
            return keep(session, owner, answer, grade, at=at or utc_now(), self_rating=self_rating)

    def get(self, owner: Owner, grade_id: str) -> StoredGrade:
        """Return a grade of the person with its disputes. Raises NotFoundError."""
        with self._database.reading() as session:
            row = find(session, GradeRow, owner, grade_id)
            return _stored(row, _disputes(session, owner, [grade_id]))

    def dispute(self, owner: Owner, grade_id: str, objection: Objection, judge: Judge) -> StoredGrade:
        """Store an objection with the second judgement, which stands from now on; return both.

        What another dispute changes meanwhile is judged again on top of it.

        Args:
            owner: Whose grade it is.
            grade_id: Of the grade.
            objection: What is said against it.
            judge: Judges the answer again.

        Raises:
            NotFoundError: The person has no such grade.
            ConflictError: Others dispute it faster than it is judged.
        """
        for _ in range(_JUDGED_AGAIN):
            first = self.get(owner, grade_id)
            second = judge(first.standing, first.answer, objection)
            stored = self._add_dispute(owner, first, objection, second)
            if stored is not None:
                return stored
        raise ConflictError(f"grade {grade_id!r} is being disputed", hint="Try again.")

    def _add_dispute(
        self, owner: Owner, first: StoredGrade, objection: Objection, second: Grade
    ) -> StoredGrade | None:
        """Return a grade with one more dispute; None if it has others by now than were seen."""
        grade_id = first.id
        with self._database.session() as session:
            row = find(session, GradeRow, owner, grade_id, lock=True)
            if len(_disputes(session, owner, [grade_id]).get(grade_id, ())) != len(first.disputes):
                return None
            row.standing_score = second.score
            made = Dispute(id=new_id(), created_at=utc_now(), objection=objection, second=second)
            session.add(
                DisputeRow(
                    tenant=owner.tenant,
                    person=owner.person,
                    id=made.id,
                    created_at=made.created_at,
                    grade_id=grade_id,
                    body=made.model_dump_json(),
                )
            )
            session.flush()
            return _stored(row, _disputes(session, owner, [grade_id]))

    def list(
        self,
        owner: Owner,
        *,
        question_id: str | None = None,
        limit: int = PAGE_ITEMS,
        cursor: str | None = None,
    ) -> Page[StoredGrade]:
        """Return the person's grades, newest first; those of one question if one is named.

        Raises:
            UsageError: The limit is out of range.
            NotFoundError: The cursor comes from no list.
        """
        query = of_person(GradeRow, owner)
        if question_id is not None:
            query = query.where(GradeRow.question_id == question_id)
        with self._database.reading() as session:
            page = read_page(session, query, GradeRow, cursor=cursor, limit=limit)
            disputes = _disputes(session, owner, [row.id for row in page.items])
        return page.map(lambda row: _stored(row, disputes))

    def scored(self, owner: Owner) -> tuple[Scored, ...]:
        """Return all graded answers of the person, oldest first."""
        query = (
            of_person(GradeRow, owner)
            .where(GradeRow.standing_score.is_not(None))
            .order_by(GradeRow.created_at, GradeRow.id)
        )
        with self._database.reading() as session:
            return tuple(
                Scored(
                    id=row.id,
                    created_at=row.created_at,
                    question_id=row.question_id,
                    score=row.standing_score or 0.0,
                    self_rating=row.self_rating,
                )
                for row in session.scalars(query)
            )


def keep(
    session: Session,
    owner: Owner,
    answer: str,
    grade: Grade,
    *,
    at: datetime,
    self_rating: float | None = None,
) -> StoredGrade:
    """Store a grade and the review that it is within a transaction; return it as stored."""
    stored = StoredGrade(
        id=new_id(),
        created_at=at,
        answer=answer,
        self_rating=self_rating,
        grade=grade,
        standing_score=grade.score,
    )
    session.add(_row(owner, stored))
    if grade.score is not None:
        review_card(session, owner, grade.question_id, grade.score, at)
    return stored


def _row(owner: Owner, stored: StoredGrade) -> GradeRow:
    return GradeRow(
        tenant=owner.tenant,
        person=owner.person,
        id=stored.id,
        created_at=stored.created_at,
        question_id=stored.grade.question_id,
        outcome=stored.grade.outcome,
        score=stored.grade.score,
        standing_score=stored.standing_score,
        self_rating=stored.self_rating,
        answer=stored.answer,
        body=stored.grade.model_dump_json(),
    )


def _disputes(session: Session, owner: Owner, grade_ids: Iterable[str]) -> dict[str, list[Dispute]]:
    query = (
        of_person(DisputeRow, owner)
        .where(DisputeRow.grade_id.in_([*grade_ids]))
        .order_by(DisputeRow.created_at, DisputeRow.id)
    )
    found: dict[str, list[Dispute]] = {}
    for row in session.scalars(query):
        found.setdefault(row.grade_id, []).append(Dispute.model_validate_json(row.body))
    return found


def _stored(row: GradeRow, disputes: dict[str, list[Dispute]]) -> StoredGrade:
    return StoredGrade(
        id=row.id,
        created_at=row.created_at,
        answer=row.answer,
        self_rating=row.self_rating,
        grade=Grade.model_validate_json(row.body),
        standing_score=row.standing_score,
        disputes=tuple(disputes.get(row.id, ())),
    )
