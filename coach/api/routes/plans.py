"""Plans: what to practise on each day until a date; made anew from the grades each time."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from coach.api.callers import Practitioner, Turn, json_only
from coach.api.examples import PLAN_LINKS, PLANS_LINKS
from coach.api.idempotency import IdempotencyKey, Once
from coach.api.practice import TIME_ZONE, PlanPage, PlanReply, PlanRequest, PracticePlan
from coach.api.replies import json_reply
from coach.api.schemas import MAX_PAGE
from coach.practice.job import PlanRequested, plan_of
from coach.practice.plan import MOST_DAYS, PlanDay, PlanWish, known
from coach.practice.plans import StoredPlan, days_of
from coach.practice.schedule import find_zone
from coach.store.base import utc_now
from ingest.contract import Level

router = APIRouter(prefix="/v1/practice", tags=["practice"])
_JSON = "application/json"


@router.get("/plan", response_model=PracticePlan)
async def get_plan(
    turn: Practitioner,
    days: Annotated[int, Query(ge=1, le=MOST_DAYS)] = 14,
    level: Level = "senior",
    minutes: Annotated[int, Query(ge=5, le=480, description="Time for a day.")] = 30,
    time_zone: Annotated[str, Query(**TIME_ZONE)] = "UTC",
) -> Response:
    """Return what to practise on each of the next days, without keeping a plan."""

    def work() -> PracticePlan:
        today = _today(time_zone)
        until = today + timedelta(days=days - 1)
        wish = PlanWish(level=level, start=today, until=until, minutes_a_day=minutes)
        return PracticePlan(days=_days(turn, wish, time_zone))

    return json_reply(await turn.services.read(work))


@router.post(
    "/plans",
    status_code=201,
    response_model=PlanReply,
    responses={201: {"links": PLAN_LINKS}},
    dependencies=[Depends(json_only)],
)
async def create_practice_plan(
    given: PlanRequest, request: Request, turn: Practitioner, idempotency_key: IdempotencyKey = None
) -> Response:
    """Keep a plan towards a date, for a level and the text of a job."""

    async def make() -> Response:
        return json_reply(await turn.think(given.job_text, partial(_create, turn, given)), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


@router.get("/plans", response_model=PlanPage, responses={200: {"links": PLANS_LINKS}})
async def list_practice_plans(
    turn: Practitioner,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Return one's own plans, newest first, without their days."""
    find = partial(turn.services.plans.list, turn.principal.owner, limit=limit, cursor=cursor)
    page = await turn.services.read(find)
    return json_reply(PlanPage(plans=page.items, next_cursor=page.next_cursor))


@router.get("/plans/{plan_id}", response_model=PlanReply)
async def get_practice_plan(plan_id: str, turn: Practitioner) -> Response:
    """Return a plan with the days that are left of it, as one's grades are now."""

    def work() -> PlanReply:
        return _reply(turn, turn.services.plans.get(turn.principal.owner, plan_id))

    return json_reply(await turn.services.read(work))


@router.delete("/plans/{plan_id}", status_code=204, response_class=Response)
async def delete_practice_plan(plan_id: str, turn: Practitioner) -> Response:
    """Delete one of one's own plans."""
    await turn.services.read(partial(turn.services.plans.delete, turn.principal.owner, plan_id))
    return Response(status_code=204)


def _create(turn: Turn, given: PlanRequest) -> PlanReply:
    text = plan_of(PlanRequested(**given.model_dump()), turn.read_request, turn.shelf.recruiter.pool)
    return _reply(turn, turn.services.plans.add(turn.principal.owner, text))


def _reply(turn: Turn, plan: StoredPlan) -> PlanReply:
    questions = turn.coach.practice_questions()
    scored = turn.services.grades.scored(turn.principal.owner)
    practised = known(scored)
    fitting = [one.id for one in questions.values() if one.is_gradable and one.is_for(plan.wish.level)]
    days = _days(turn, plan.wish, plan.time_zone)
    return PlanReply(
        plan=plan,
        practised=sum(one in practised for one in fitting),
        questions=len(fitting),
        days=days,
        titles={one: questions[one].question for day in days for one in day.question_ids},
    )


def _days(turn: Turn, wish: PlanWish, time_zone: str) -> tuple[PlanDay, ...]:
    questions = turn.coach.practice_questions()
    return days_of(turn.services.database, turn.principal.owner, wish, time_zone, questions)


def _today(time_zone: str) -> date:
    return utc_now().astimezone(find_zone(time_zone)).date()
