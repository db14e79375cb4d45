"""Incident drills: staged incidents in which one decides against the clock."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from coach.api.callers import Practitioner, Turn, json_only
from coach.api.examples import CONFLICT, DRILL_LINKS, DRILL_PAGE_LINKS, DRILLS_LINKS, REPORT_FORMS
from coach.api.idempotency import IdempotencyKey, Once
from coach.api.practice import DrillList, DrillPage, DrillSummary, PickedMove, SaidMove
from coach.api.replies import json_reply
from coach.api.reports import ReportForm, report_reply
from coach.api.schemas import MAX_PAGE
from coach.practice.drill_report import DrillReport, printable, report
from coach.practice.drill_run import DrillView

router = APIRouter(prefix="/v1/practice", tags=["practice"])
_JSON = "application/json"


@router.get("/drills", response_model=DrillList, responses={200: {"links": DRILLS_LINKS}})
async def list_drills(turn: Practitioner) -> Response:
    """Return the drills whose pages stand in the handbook."""

    def work() -> DrillList:
        fields = set(DrillSummary.model_fields)
        shelf = turn.shelf.drills.shelf()
        return DrillList(drills=tuple(DrillSummary(**one.model_dump(include=fields)) for one in shelf))

    return json_reply(await turn.services.read(work))


@router.post(
    "/drills/{drill_id}/runs",
    status_code=201,
    response_model=DrillView,
    responses={201: {"links": DRILL_LINKS}},
)
async def create_drill_run(
    drill_id: str, request: Request, turn: Practitioner, idempotency_key: IdempotencyKey = None
) -> Response:
    """Begin a drill: its clock runs from now on."""

    async def make() -> Response:
        start = partial(turn.shelf.drills.start, turn.principal.owner, drill_id)
        return json_reply(await turn.services.read(start), status=201)

    return await Once(turn, request, idempotency_key, _JSON).reply(make)


@router.get("/drill-runs", response_model=DrillPage, responses={200: {"links": DRILL_PAGE_LINKS}})
async def list_drill_runs(
    turn: Practitioner,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Return one's own runs, newest first."""
    find = partial(turn.shelf.drills.list, turn.principal.owner, limit=limit, cursor=cursor)
    page = await turn.services.read(find)
    return json_reply(DrillPage(runs=page.items, next_cursor=page.next_cursor))


@router.get("/drill-runs/{run_id}", response_model=DrillView)
async def get_drill_run(run_id: str, turn: Practitioner) -> Response:
    """Return a run as it stands at this minute; what is still to come is not in it."""
    find = partial(turn.shelf.drills.get, turn.principal.owner, run_id)
    return json_reply(await turn.services.read(find))


@router.post(
    "/drill-runs/{run_id}/decisions/{number}",
    response_model=DrillView,
    responses={200: {"links": DRILL_LINKS}},
    dependencies=[Depends(json_only)],
)
async def decide_drill(
    run_id: str,
    number: Annotated[int, Path(ge=0, le=10_000)],
    given: PickedMove | SaidMove,
    turn: Practitioner,
) -> Response:
    """Decide: a move that is offered, or words. The same decision may be sent again."""
    said = given.said if isinstance(given, SaidMove) else ""
    move = given.move if isinstance(given, PickedMove) else ""
    decide = partial(turn.shelf.drills.decide, turn.principal.owner, run_id, number, move=move, said=said)
    return json_reply(await turn.think(said, decide))


@router.post("/drill-runs/{run_id}/finish", response_model=DrillView)
async def finish_drill(run_id: str, turn: Practitioner) -> Response:
    """End a run, whatever was still to come."""
    finish = partial(turn.shelf.drills.finish, turn.principal.owner, run_id)
    return json_reply(await turn.services.read(finish))


@router.get(
    "/drill-runs/{run_id}/report",
    response_model=DrillReport,
    responses={200: {"content": REPORT_FORMS}, 409: CONFLICT},
)
async def get_drill_report(
    run_id: str,
    turn: Practitioner,
    form: ReportForm = "json",
) -> Response:
    """Return how a run went: each criterion with the handbook's words, what misled, and a good run."""
    return await turn.think("", partial(_report, turn, run_id, form))


def _report(turn: Turn, run_id: str, form: str) -> Response:
    found = report(turn.shelf.drills.run(turn.principal.owner, run_id))
    return report_reply(found, partial(printable, found), form)
