"""Mock interviews, conducted: what is submitted is committed before anything is made of it.

So a crash loses nothing: an answer that was stored and not yet graded is graded when the interview is looked
at again, and the interview goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coach.errors import ConflictError, NotFoundError, UsageError
from coach.practice.floors import MESSAGES
from coach.practice.grade import Grade
from coach.practice.grades import keep
from coach.practice.interview import Interview, PracticeQuestion, Turn, Wish, follow_up, plan
from coach.practice.shape import read_length
from coach.practice.tables import InterviewRow, InterviewTurnRow
from coach.store.base import new_id, utc_now
from coach.store.database import Database
from coach.store.owner import Owner
from coach.store.paging import PAGE_ITEMS, Page, read_page
from coach.store.private import find, of_person
from ingest.contract import Frozen

GradeAnswer = Callable[[str, str], Grade]
"""Question and answer to grade."""
Told = Callable[[Grade], object]
"""Told of each grade as it is made, whatever becomes of it: it may have cost tokens."""


class _Body(Frozen):
    """What an interview's row holds beside its columns."""

    wish: Wish
    planned: tuple[str, ...]
    ends_at: datetime


class Interviews:
    """Conducts mock interviews; each is visible to its person alone.

    Args:
        database: Keeps them.
        questions: All questions that can be asked, by id, as they are now.
        grade: Grades an answer.
        clock: Tells the time.
    """

    def __init__(
        self,
        database: Database,
        questions: Callable[[], Mapping[str, PracticeQuestion]],
        grade: GradeAnswer,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._questions = questions
        self._grade = grade
        self._clock = clock

    def questions(self) -> Mapping[str, PracticeQuestion]:
        """Return all questions that can be asked, by id, as they are now."""
        return self._questions()

    def start(self, owner: Owner, wish: Wish) -> Interview:
        """Return a new interview with its first question.

        Raises:
            NotFoundError: The handbook has no such chapter.
            UsageError: No question of the handbook fits.
        """
        identity, now = new_id(), self._clock()
        questions = self._questions().values()
        unknown = sorted(set(wish.chapters) - {one.document for one in questions})
        if unknown:
            raise NotFoundError(f"there is no chapter {unknown[0]!r}", hint="Name documents by their ids.")
        planned = plan(questions, wish, seed=identity)
        if not planned:
            raise UsageError("no question fits this interview", hint="Choose another level or more chapters.")
        ends_at = now + timedelta(minutes=wish.minutes)
        body = _Body(wish=wish, planned=tuple(one.id for one in planned), ends_at=ends_at)
        with self._database.session() as session:
            session.add(
                InterviewRow(
                    tenant=owner.tenant,
                    person=owner.person,
                    id=identity,
                    created_at=now,
                    version=0,
                    status="running",
                    body=body.model_dump_json(),
                )
            )
            session.flush()
            _ask(session, owner, identity, _question_turn(planned[0], 0, now))
        return self._load(owner, identity)

    def get(self, owner: Owner, interview_id: str, told: Told | None = None) -> Interview:
        """Return an interview as it stands, brought forward if it was left in the middle of a step.

        Raises:
            NotFoundError: The person has no such interview.
        """
        interview = self._load(owner, interview_id)
        last = interview.turns[-1]
        if interview.status == "running" and last.submitted_at and last.grade is None:
            return self._go_on(owner, interview, told)
        return interview

    def submit(
        self, owner: Owner, interview_id: str, number: int, answer: str, told: Told | None = None
    ) -> Interview:
        """Store an answer, then return the interview with the next question, or finished.

        The same answer to the same turn may be submitted again.

        Raises:
            NotFoundError: The person has no such interview, or it has no such turn.
            ConflictError: The turn was answered otherwise, or the interview is finished.
        """
        with self._database.session() as session:
            row = find(session, InterviewRow, owner, interview_id, lock=True)
            turn = session.get(InterviewTurnRow, (owner.tenant, interview_id, number))
            if turn is None:
                raise NotFoundError(f"interview {interview_id!r} has no turn {number}")
            if turn.submitted_at is None and row.status == "running":
                turn.answer, turn.submitted_at = answer, self._clock()
                row.version += 1
            elif turn.answer != answer or turn.submitted_at is None:
                raise ConflictError(
                    f"turn {number} was answered already, or the interview is finished",
                    hint="Read the interview again.",
                )
        return self.get(owner, interview_id, told)

    def finish(self, owner: Owner, interview_id: str, told: Told | None = None) -> Interview:
        """Return an interview that is over, whatever was still planned; idempotent.

        Raises:
            NotFoundError: The person has no such interview.
        """
        self.get(owner, interview_id, told)  # what was submitted is graded first
        with self._database.session() as session:
            row = find(session, InterviewRow, owner, interview_id, lock=True)
            if row.status == "running":
                row.status = "finished"
                row.version += 1
        return self._load(owner, interview_id)

    def list(self, owner: Owner, *, limit: int = PAGE_ITEMS, cursor: str | None = None) -> Page[Interview]:
        """Return the person's interviews, newest first.

        Raises:
            UsageError: The limit is out of range.
            NotFoundError: The cursor comes from no list.
        """
        query = of_person(InterviewRow, owner)
        with self._database.reading() as session:
            page = read_page(session, query, InterviewRow, cursor=cursor, limit=limit)
            return page.map(lambda row: _interview(session, row))

    def _go_on(self, owner: Owner, interview: Interview, told: Told | None) -> Interview:
        """Grade the answer that was submitted last, and ask what comes next."""
        last = interview.turns[-1]
        grade = self._graded(interview, last)
        if told is not None:
            told(grade)
        now = self._clock()
        asked = self._next(interview, last, grade, now)
        with self._database.session() as session:
            row = find(session, InterviewRow, owner, interview.id, lock=True)
            turn = session.get(InterviewTurnRow, (owner.tenant, interview.id, last.number))
            if row.version == interview.version and turn is not None:  # else another request went on already
                turn.body = _body(last.model_copy(update={"grade": grade}))
                if last.kind == "question":
                    keep(session, owner, last.answer, grade, at=now)
                if asked is None:
                    row.status = "finished"
                else:
                    _ask(session, owner, interview.id, asked)
                row.version += 1
        return self._load(owner, interview.id)

    def _graded(self, interview: Interview, turn: Turn) -> Grade:
        """Return the grade of a turn; a page that has gone since it was asked does not hold the rest up."""
        said = self._said(interview, turn)
        try:
            return self._grade(turn.question_id, said)
        except (NotFoundError, UsageError):
            asked = next(one for one in interview.turns if one.question_id == turn.question_id)
            return Grade(
                question_id=turn.question_id,
                question=asked.prompt,
                document="",
                outcome="cannot_grade",
                reason="gone",
                message=MESSAGES["gone"],
                length=read_length(said, asked.minutes),
                grader="",
            )

    def _said(self, interview: Interview, turn: Turn) -> str:
        """Return what is graded: of a follow-up, the answer before it too."""
        if turn.kind == "question":
            return turn.answer
        return f"{interview.turns[turn.number - 1].answer}\n\n{turn.answer}"

    def _next(self, interview: Interview, last: Turn, grade: Grade, now: datetime) -> Turn | None:
        """Return the next turn, or None if time or questions are used up."""
        questions, number = self._questions(), last.number + 1
        if now >= interview.ends_at:
            return None
        asked = questions.get(last.question_id)
        if last.kind == "question" and asked is not None and grade.reason != "gone":
            prompt = follow_up(asked, grade)
            if prompt is not None:
                return _question_turn(asked, number, now).model_copy(
                    update={"kind": "follow_up", "prompt": prompt, "minutes": max(asked.minutes / 2, 1.0)}
                )
        done = {turn.question_id for turn in interview.turns}
        left = [questions[one] for one in interview.planned if one not in done and one in questions]
        return _question_turn(left[0], number, now) if left else None

    def _load(self, owner: Owner, interview_id: str) -> Interview:
        with self._database.reading() as session:
            return _interview(session, find(session, InterviewRow, owner, interview_id))


def _question_turn(question: PracticeQuestion, number: int, now: datetime) -> Turn:
    return Turn(
        number=number,
        kind="question",
        question_id=question.id,
        prompt=question.question,
        minutes=question.minutes,
        asked_at=now,
    )


def _ask(session: Session, owner: Owner, interview_id: str, turn: Turn) -> None:
    session.add(
        InterviewTurnRow(
            tenant=owner.tenant,
            person=owner.person,
            interview_id=interview_id,
            number=turn.number,
            asked_at=turn.asked_at,
            submitted_at=None,
            answer="",
            body=_body(turn),
        )
    )


def _body(turn: Turn) -> str:
    return turn.model_dump_json(exclude={"answer", "submitted_at"})


def _interview(session: Session, row: InterviewRow) -> Interview:
    query = (
        select(InterviewTurnRow)
        .where(InterviewTurnRow.tenant == row.tenant, InterviewTurnRow.interview_id == row.id)
        .order_by(InterviewTurnRow.number)
    )
    turns = [
        Turn.model_validate_json(one.body).model_copy(
            update={"answer": one.answer, "submitted_at": one.submitted_at}
        )
        for one in session.scalars(query)
    ]
    body = _Body.model_validate_json(row.body)
    return Interview.model_validate(
        {
            "id": row.id,
            "created_at": row.created_at,
            "version": row.version,
            "status": row.status,
            "turns": tuple(turns),
            **dict(body),
        }
    )
