"""What a client can ask for to practise: grades, mock interviews, reviews, progress, and rehearsals."""

from __future__ import annotations

from typing import Literal

from coach.api import calls
from coach.api.calls import Call
from coach.api.practice import (
    DisputeRequest,
    DueList,
    GradePage,
    GradeRequest,
    InterviewPage,
    InterviewRequest,
    PracticePlan,
    ReviewRequest,
    SubmitRequest,
)
from coach.api.sdk.method import AwaitingThrough, Through, endpoint
from coach.api.sdk.rehearse import DrillRequests, PlanRequests, StoryRequests
from coach.practice.cards import DueCard
from coach.practice.grades import StoredGrade
from coach.practice.interview import Interview
from coach.practice.progress import Progress
from coach.practice.report import InterviewReport
from ingest.contract import Level

_PATH = "/v1/practice"


class PracticeRequests(DrillRequests, StoryRequests, PlanRequests):
    """All of it is one's own; what is another's is as if it were not there and raises NotFoundError."""

    @endpoint
    def grade_answer(
        self,
        question_id: str,
        answer: str,
        *,
        self_rating: float | None = None,
        idempotency_key: str | None = None,
    ) -> Call[StoredGrade]:
        """Return the grade of an answer, kept; `question_id` may be a slug.

        Args:
            question_id: Of the handbook.
            answer: As it was said.
            self_rating: What one thinks it is worth, 0 to 10, before one sees the grade.
            idempotency_key: To be sent again by another process, say; made here if none is given.
        """
        body = GradeRequest(question_id=question_id, answer=answer, self_rating=self_rating)
        return calls.create(f"{_PATH}/grades", StoredGrade, body, idempotency_key)

    @endpoint
    def grades(
        self, *, question_id: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Call[GradePage]:
        """Return a page of one's grades, newest first; those of one question if one is named."""
        return calls.get(f"{_PATH}/grades", GradePage, question_id=question_id, limit=limit, cursor=cursor)

    @endpoint
    def grade(self, grade_id: str) -> Call[StoredGrade]:
        """Return one grade with every objection to it."""
        return calls.get(f"{_PATH}/grades/{calls.in_path(grade_id)}", StoredGrade)

    @endpoint
    def dispute(
        self,
        grade_id: str,
        point: str,
        evidence: str,
        *,
        comment: str = "",
        idempotency_key: str | None = None,
    ) -> Call[StoredGrade]:
        """Return the grade with one point judged again by the words that are said to make it."""
        body = DisputeRequest(point=point, evidence=evidence, comment=comment)
        return calls.create(
            f"{_PATH}/grades/{calls.in_path(grade_id)}/dispute", StoredGrade, body, idempotency_key
        )

    @endpoint
    def start_interview(
        self,
        *,
        level: Level = "senior",
        chapters: tuple[str, ...] = (),
        minutes: int = 30,
        idempotency_key: str | None = None,
    ) -> Call[Interview]:
        """Return a new mock interview with its first question; no chapters means all of them."""
        body = InterviewRequest(level=level, chapters=chapters, minutes=minutes)
        return calls.create(f"{_PATH}/interviews", Interview, body, idempotency_key)

    @endpoint
    def interviews(self, *, limit: int = 20, cursor: str | None = None) -> Call[InterviewPage]:
        """Return a page of one's interviews, newest first."""
        return calls.get(f"{_PATH}/interviews", InterviewPage, limit=limit, cursor=cursor)

    @endpoint
    def interview(self, interview_id: str) -> Call[Interview]:
        """Return an interview as it stands."""
        return calls.get(f"{_PATH}/interviews/{calls.in_path(interview_id)}", Interview)

    @endpoint
    def submit(
        self, interview_id: str, number: int, answer: str, *, idempotency_key: str | None = None
    ) -> Call[Interview]:
        """Return the interview after an answer to one of its turns."""
        path = f"{_PATH}/interviews/{calls.in_path(interview_id)}/turns/{number}"
        return calls.create(path, Interview, SubmitRequest(answer=answer), idempotency_key)

    @endpoint
    def finish(self, interview_id: str) -> Call[Interview]:
        """Return the interview, ended, with its grades."""
        return calls.post(f"{_PATH}/interviews/{calls.in_path(interview_id)}/finish", Interview)

    @endpoint
    def report(self, interview_id: str) -> Call[InterviewReport]:
        """Return how a finished interview went. Raises ConflictError if it still runs."""
        return calls.get(f"{_PATH}/interviews/{calls.in_path(interview_id)}/report", InterviewReport)

    @endpoint
    def report_file(self, interview_id: str, form: Literal["markdown", "pdf"] = "pdf") -> Call[bytes]:
        """Return the same as a file. Raises ConflictError if the interview still runs."""
        return calls.get_bytes(f"{_PATH}/interviews/{calls.in_path(interview_id)}/report", format=form)

    @endpoint
    def due(self, *, time_zone: str = "UTC", limit: int = 50) -> Call[DueList]:
        """Return the questions to review before the day ends where one lives."""
        return calls.get(f"{_PATH}/due", DueList, time_zone=time_zone, limit=limit)

    @endpoint
    def review(self, question_id: str, rating: int, *, idempotency_key: str | None = None) -> Call[DueCard]:
        """Return when a question is due again that was remembered so well: 1 forgotten to 4 easy."""
        body = ReviewRequest(question_id=question_id, rating=rating)
        return calls.create(f"{_PATH}/reviews", DueCard, body, idempotency_key)

    @endpoint
    def progress(self, *, time_zone: str = "UTC") -> Call[Progress]:
        """Return where one stands, by chapter, competency and level."""
        return calls.get(f"{_PATH}/progress", Progress, time_zone=time_zone)

    @endpoint
    def plan(
        self, *, days: int = 14, level: Level = "senior", minutes: int = 30, time_zone: str = "UTC"
    ) -> Call[PracticePlan]:
        """Return what to practise on each of the next days."""
        path = f"{_PATH}/plan"
        return calls.get(path, PracticePlan, days=days, level=level, minutes=minutes, time_zone=time_zone)


class Practice(PracticeRequests, Through):
    """`Client.practice`."""


class AsyncPractice(PracticeRequests, AwaitingThrough):
    """`AsyncClient.practice`."""
