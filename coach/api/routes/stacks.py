"""Stacks, the index, and what the service depends on; for operators."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Depends, Response

from coach.api.callers import Administrator, Turn, json_only
from coach.api.examples import STACK_LINKS
from coach.api.operate import (
    BuildChoice,
    DependencyList,
    SavedStackReply,
    StackChoice,
    StackList,
    StackRollback,
)
from coach.api.replies import json_reply
from coach.operate.administration import SETTINGS_NAME
from coach.operate.dependencies import State, examine
from coach.operate.freshness import IndexState, freshness

router = APIRouter(prefix="/v1/operate", tags=["operations"])
_BY_SEVERITY: tuple[State, ...] = ("down", "degraded")


@router.get("/stacks", response_model=StackList, responses={200: {"links": STACK_LINKS}})
async def list_stacks(turn: Administrator) -> Response:
    """Return the saved stacks, which one is in force, and what this process answers with."""
    return json_reply(await turn.services.read(partial(_stacks, turn)))


@router.post("/stacks", status_code=201, response_model=StackList)
async def save_stack(turn: Administrator) -> Response:
    """Save the stack that the server's settings make, so that it can be chosen; nothing is switched."""

    def work() -> StackList:
        turn.administration().save_stack(turn.services.coach.switch)
        return _stacks(turn)

    return json_reply(await turn.services.read(work), status=201)


@router.post("/stacks/use", response_model=StackList, dependencies=[Depends(json_only)])
async def use_stack(given: StackChoice, turn: Administrator) -> Response:
    """Put a saved stack in force with the next question; questions under way end on the old one."""

    def work() -> StackList:
        turn.administration().use_stack(given.name)
        return _stacks(turn)

    return json_reply(await turn.services.read(work))


@router.post("/stacks/rollback", response_model=StackList, dependencies=[Depends(json_only)])
async def roll_back_stack(given: StackRollback, turn: Administrator) -> Response:
    """Put in force what was before the stack that is named; 409 if that is not in force any more.

    404 if nothing was before.
    """

    def work() -> StackList:
        turn.administration().roll_back_stack(given.chosen)
        return _stacks(turn)

    return json_reply(await turn.services.read(work))


@router.get("/index", response_model=IndexState)
async def get_index(turn: Administrator) -> Response:
    """Return the builds that are kept, which is served, which is live, and which files have changed since."""
    return json_reply(await turn.services.read(partial(freshness, turn.services.coach)))


@router.post("/index/reopen", response_model=IndexState)
async def reopen_index(turn: Administrator) -> Response:
    """Have every process on this data folder answer from the build that was published last."""

    def work() -> IndexState:
        turn.administration().reopen_index()
        _ = turn.services.coach.stack  # follows at once here; the others do with their next question
        return freshness(turn.services.coach)

    return json_reply(await turn.services.read(work))


@router.post("/index/promote", response_model=IndexState, dependencies=[Depends(json_only)])
async def promote_index(given: BuildChoice, turn: Administrator) -> Response:
    """Make a published build the live one; every process on this data folder follows with its next question.

    This is how an index goes back to the build before.
    """

    def work() -> IndexState:
        coach = turn.services.coach
        turn.administration().promote_index(coach.switch.settings, given.build)
        _ = coach.stack
        return freshness(coach)

    return json_reply(await turn.services.read(work))


@router.get("/dependencies", response_model=DependencyList)
async def list_dependencies(turn: Administrator) -> Response:
    """Return what the service depends on, and how each fares; one that is down is a reply, not an error."""

    def work() -> DependencyList:
        services = turn.services
        found = examine(services.coach, services.database, services.quotas)
        states = {one.state for one in found}
        worst: State = next((state for state in _BY_SEVERITY if state in states), "ok")
        return DependencyList(state=worst, dependencies=found)

    return json_reply(await turn.services.read(work))


def _stacks(turn: Turn) -> StackList:
    coach, store = turn.services.coach, turn.services.stacks
    serving, active, before = coach.stack, store.active(), store.before()
    chosen = active.stack.hash if active else SETTINGS_NAME
    saved = [SavedStackReply(stack=one.stack, in_force=one.stack.hash == chosen) for one in store.all()]
    return StackList(
        serving=serving,
        chosen=chosen,
        before=SETTINGS_NAME if before == "" else before,
        problem=coach.switch.problem,
        saved=tuple(saved),
    )
