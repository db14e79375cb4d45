"""Mock interviews, and the questions that are due: practice that goes on for days."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from coach.api.callers import Practitioner, Turn, json_only
from coach.api.examples import CONFLICT, INTERVIEW_LINKS, INTERVIEWS_LINKS, REPORT_FORMS
from coach.api.idempotency import IdempotencyKey, Once
from coach.api.practice import (
    TIME_ZONE,
    DueList,
    DueQuestion,
    InterviewPage,
    InterviewRequest,
    ReviewRequest,
    SubmitRequest,
)
from coach.api.replies import json_reply
from coach.api.reports import ReportForm, report_reply
from coach.api.schemas import MAX_PAGE
from coach.practice.cards import DueCard
from coach.practice.grade import Grade
from coach.practice.interview import Interview, Wish
from coach.practice.report import InterviewReport, printable, report
from coach.practice.schedule import find_zone
from coach.store.base import utc_now

router = APIRouter(prefix="/v1/practice", tags=["practice"])
_JSON = "application/json"
FORECAST_DAYS = 14


@router.post(
    "/interviews",
    status_code=201,
    response_model=Interview,
    responses={201: {"links": INTERVIEW_LINKS}},
    dependencies=[Depends(json_only)],
)
async def create_interview(
    wanted: InterviewRequest, request: Request, turn: Practitioner, idempotency_key: IdempotencyKey = None
) -> Response:
    """Plan a mock interview by level, chapters and minutes, and ask its first question."""

    async def make() -> Response:
        start = partial(turn.shelf.interviews.start, turn.principal.owner, Wish(**dict(wanted)))
        return json_reply((await turn.think("", start)).shown(), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


@router.get("/interviews", response_model=InterviewPage, responses={200: {"links": INTERVIEWS_LINKS}})
async def list_interviews(
    turn: Practitioner,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Return one's own interviews, newest first."""
    find = partial(turn.shelf.interviews.list, turn.principal.owner, limit=limit, cursor=cursor)
    page = await turn.services.read(find)
    shown = tuple(one.shown() for one in page.items)
    return json_reply(InterviewPage(interviews=shown, next_cursor=page.next_cursor))


@router.get("/interviews/{interview_id}", response_model=Interview)
async def get_interview(interview_id: str, turn: Practitioner) -> Response:
    """Return an interview as it stands; after a crash it goes on from what was submitted."""
    find = partial(turn.shelf.interviews.get, turn.principal.owner, interview_id, partial(_charge, turn))
    return json_reply((await turn.think("", find)).shown())


@router.post(
    "/interviews/{interview_id}/turns/{number}", response_model=Interview, dependencies=[Depends(json_only)]
)
async def submit_turn(  # noqa: PLR0917 - FastAPI passes them by name
    interview_id: str,
    number: Annotated[int, Path(ge=0, le=10_000)],
    given: SubmitRequest,
    request: Request,
    turn: Practitioner,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Submit an answer; it is stored before anything else happens. Grades are shown at the end."""

    async def make() -> Response:
        owner = turn.principal.owner
        submit = partial(
            turn.shelf.interviews.submit, owner, interview_id, number, given.answer, partial(_charge, turn)
        )
        return json_reply((await turn.think(given.answer, submit)).shown())

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


@router.post("/interviews/{interview_id}/finish", response_model=Interview)
async def finish_interview(interview_id: str, turn: Practitioner) -> Response:
    """End an interview, whatever was still planned, and show its grades."""
    finish = partial(turn.shelf.interviews.finish, turn.principal.owner, interview_id, partial(_charge, turn))
    return json_reply(await turn.think("", finish))


@router.get(
    "/interviews/{interview_id}/report",
    response_model=InterviewReport,
    responses={200: {"content": REPORT_FORMS}, 409: CONFLICT},
)
async def get_interview_report(
    interview_id: str,
    turn: Practitioner,
    form: ReportForm = "json",
) -> Response:
    """Return how a finished interview went: by competency, strongest and weakest moment, transcript."""
    return await turn.think("", partial(_report, turn, interview_id, form))


def _report(turn: Turn, interview_id: str, form: str) -> Response:
    interview = turn.shelf.interviews.get(turn.principal.owner, interview_id, partial(_charge, turn))
    found = report(interview, turn.coach.practice_questions())
    return report_reply(found, partial(printable, found), form)


def _charge(turn: Turn, made: Grade) -> None:
    turn.charge(made.usage, made.cost_usd)


@router.get("/due", response_model=DueList)
async def list_due(
    turn: Practitioner,
    time_zone: Annotated[str, Query(**TIME_ZONE)] = "UTC",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Response:
    """Return the questions that are due before one's own day ends; a graded answer is the review."""
    return json_reply(await turn.services.read(partial(_due, turn, time_zone, limit)))


@router.post("/reviews", status_code=201, response_model=DueCard, dependencies=[Depends(json_only)])
async def create_review(
    given: ReviewRequest, request: Request, turn: Practitioner, idempotency_key: IdempotencyKey = None
) -> Response:
    """Rate how well a question was remembered, without an answer to grade; its card is put off by that."""

    def work() -> DueCard:
        services = turn.services
        question = turn.coach.practice_question(given.question_id)
        return services.cards.rate(turn.principal.owner, question.id, given.rating, utc_now())

    async def make() -> Response:
        return json_reply(await turn.services.read(work), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


def _due(turn: Turn, time_zone: str, limit: int) -> DueList:
    services, owner, now = turn.services, turn.principal.owner, utc_now()
    zone, questions = find_zone(time_zone), turn.coach.practice_questions()
    found = services.cards.due(owner, now, zone, known=questions, limit=limit)
    return DueList(
        questions=tuple(
            DueQuestion(
                question_id=one.question_id,
                wording=questions[one.question_id].wording(one.card.successes),
                due=one.card.due,
                successes=one.card.successes,
            )
            for one in found.cards
        ),
        days=services.cards.forecast(owner, now, zone, known=questions, days=FORECAST_DAYS),
        retired=found.retired,
    )
