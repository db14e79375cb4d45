"""Practice: answers graded against the handbook, kept for the person who gave them."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from coach.api.callers import Practitioner, Turn, json_only
from coach.api.examples import GRADE_LINKS, GRADES_LINKS
from coach.api.idempotency import IdempotencyKey, Once
from coach.api.practice import TIME_ZONE, DisputeRequest, GradePage, GradeRequest
from coach.api.replies import json_reply
from coach.api.schemas import MAX_PAGE
from coach.errors import NotFoundError
from coach.practice.grades import Objection, StoredGrade
from coach.practice.progress import Progress, progress
from coach.practice.schedule import find_zone
from coach.store.paging import Page

router = APIRouter(prefix="/v1/practice", tags=["practice"])
_JSON = "application/json"


@router.post(
    "/grades",
    status_code=201,
    response_model=StoredGrade,
    responses={201: {"links": GRADE_LINKS}},
    dependencies=[Depends(json_only)],
)
async def create_grade(
    given: GradeRequest, request: Request, turn: Practitioner, idempotency_key: IdempotencyKey = None
) -> Response:
    """Grade an answer against the page of its question, point by point, with both quotes.

    `outcome` is "cannot_grade" where there is nothing to grade; such an answer has no score.
    """

    async def make() -> Response:
        turn.record.surface = "grade"
        return json_reply(await turn.think(given.answer, partial(grade, turn, given)), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


def grade(turn: Turn, given: GradeRequest) -> StoredGrade:
    """Return an answer's grade, stored. Runs in a thread."""
    services = turn.services
    made = turn.coach.grade(given.question_id, given.answer)
    turn.charge(made.usage, made.cost_usd)
    return services.grades.add(turn.principal.owner, given.answer, made, self_rating=given.self_rating)


@router.get("/grades", response_model=GradePage, responses={200: {"links": GRADES_LINKS}})
async def list_grades(
    turn: Practitioner,
    question_id: Annotated[str | None, Query(max_length=128)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Return one's own grades, newest first; those of one question if one is named, by its id or slug."""

    def find(named: str | None) -> Page[StoredGrade]:
        grades, owner = turn.services.grades, turn.principal.owner
        return grades.list(owner, question_id=named, limit=limit, cursor=cursor)

    def work() -> Page[StoredGrade]:
        page = find(question_id)
        if question_id is None or page.items:  # ids need no handbook, and outlive its questions
            return page
        try:
            return find(turn.coach.practice_question(question_id).id)
        except NotFoundError:
            return page

    page = await turn.services.read(work)
    return json_reply(GradePage(grades=page.items, next_cursor=page.next_cursor))


@router.get("/grades/{grade_id}", response_model=StoredGrade)
async def get_grade(grade_id: str, turn: Practitioner) -> Response:
    """Return one of one's own grades, with every objection to it."""
    find = partial(turn.services.grades.get, turn.principal.owner, grade_id)
    return json_reply(await turn.services.read(find))


@router.post(
    "/grades/{grade_id}/dispute",
    status_code=201,
    response_model=StoredGrade,
    dependencies=[Depends(json_only)],
)
async def dispute_grade(
    grade_id: str,
    given: DisputeRequest,
    request: Request,
    turn: Practitioner,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Have one point judged again by the words that are said to make it; both judgements are kept."""

    async def make() -> Response:
        work = partial(_dispute, turn, grade_id, given)
        return json_reply(await turn.think(given.evidence, work), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


def _dispute(turn: Turn, grade_id: str, given: DisputeRequest) -> StoredGrade:
    objection = Objection(**given.model_dump())
    return turn.services.grades.dispute(turn.principal.owner, grade_id, objection, turn.coach.regrade)


@router.get("/progress", response_model=Progress)
async def get_progress(turn: Practitioner, time_zone: Annotated[str, Query(**TIME_ZONE)] = "UTC") -> Response:
    """Return where one stands: by chapter, competency and level, and how self-ratings compare with grades."""

    def work() -> Progress:
        services = turn.services
        scored = services.grades.scored(turn.principal.owner)
        return progress(scored, turn.coach.practice_questions(), find_zone(time_zone))

    return json_reply(await turn.services.read(work))
