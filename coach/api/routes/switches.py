"""Switches: what operators limit for now, without a restart."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from coach.api.callers import Administrator, json_only
from coach.api.examples import SWITCH_LINKS
from coach.api.operate import SwitchList, SwitchRequest, SwitchRule
from coach.api.replies import json_reply
from coach.operate.board import MAX_REASON_CHARS, REASON, Switch, Wanted
from coach.operate.mitigation import RULES, SwitchName
from coach.store.base import NAME_CHARS

router = APIRouter(prefix="/v1/operate/switches", tags=["operations"])
_RULES = tuple(SwitchRule(name=name, takes=rule.told, effect=rule.effect) for name, rule in RULES.items())


@router.get("", response_model=SwitchList)
async def list_switches(turn: Administrator) -> Response:
    """Return the switches that are set, and all that there are with what each takes."""
    found = await turn.services.read(turn.services.switchboard.list)
    return json_reply(SwitchList(switches=found, rules=_RULES))


@router.post(
    "", response_model=Switch, responses={200: {"links": SWITCH_LINKS}}, dependencies=[Depends(json_only)]
)
async def set_switch(given: SwitchRequest, turn: Administrator) -> Response:
    """Set a switch, in place of what it was set to; every process follows within two seconds.

    With `minutes` it ends by itself. Answers that are made under it name it in `degraded`.
    """
    wanted = Wanted(**given.model_dump())
    set_it = partial(turn.services.switchboard.set, wanted, actor=turn.principal.key_id)
    return json_reply(await turn.services.read(set_it))


@router.delete("/{name}", response_model=Switch)
async def clear_switch(
    name: SwitchName,
    turn: Administrator,
    reason: Annotated[str, Query(min_length=1, max_length=MAX_REASON_CHARS, pattern=REASON)],
    tenant: Annotated[str, Query(max_length=NAME_CHARS, pattern="^[A-Za-z0-9_.@-]*$")] = "",
) -> Response:
    """Take a switch back and return what it was; 404 if it is not set."""
    board, actor = turn.services.switchboard, turn.principal.key_id
    clear = partial(board.clear, name, tenant=tenant, actor=actor, reason=reason)
    return json_reply(await turn.services.read(clear))
