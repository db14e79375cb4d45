"""Keys: who may use the API, and how much; for operators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from coach.api.callers import Administrator, Turn, json_only
from coach.api.examples import NEW_KEY_LINKS
from coach.api.operate import Allowance, KeyList, KeyReply, KeyRequest, NewKeyReply
from coach.api.replies import json_reply
from coach.guard.keys import Key
from coach.guard.principal import SCOPES
from coach.store.base import NAME_CHARS
from coach.store.owner import Owner

router = APIRouter(prefix="/v1/operate/keys", tags=["operations"])
TenantName = Annotated[
    str | None,
    Query(max_length=NAME_CHARS, pattern="^[A-Za-z0-9_.@-]*$", description="Those of one tenant alone."),
]


@router.get("", response_model=KeyList)
async def list_keys(turn: Administrator, tenant: TenantName = None) -> Response:
    """Return the keys of the service without their secrets, oldest first, with how their limits stand."""

    def work() -> KeyList:
        return KeyList(keys=tuple(_reply(turn, key) for key in turn.services.keys.list(tenant)))

    return json_reply(await turn.services.read(work))


@router.post(
    "",
    status_code=201,
    response_model=NewKeyReply,
    responses={201: {"links": NEW_KEY_LINKS}},
    dependencies=[Depends(json_only)],
)
async def create_key(given: KeyRequest, turn: Administrator) -> Response:
    """Make a key and return it with its secret, this once.

    No Idempotency-Key is taken: a stored reply would keep the secret.
    """

    def work() -> NewKeyReply:
        granted = [scope for scope in SCOPES if scope in given.scopes]
        owner = Owner(given.tenant, given.person)
        made = turn.administration().create_key(owner, granted, limits=given.limits, note=given.note)
        return NewKeyReply(key=KeyReply.of(made.key), secret=made.secret)

    reply = json_reply(await turn.services.read(work), status=201)
    reply.headers["Cache-Control"] = "no-store"
    return reply


@router.delete("/{key_id}", response_model=KeyReply)
async def revoke_key(key_id: str, turn: Administrator) -> Response:
    """End a key; every process refuses it within seconds. Ending it twice changes nothing."""

    def work() -> KeyReply:
        return KeyReply.of(turn.administration().revoke_key(key_id))

    return json_reply(await turn.services.read(work))


def _reply(turn: Turn, key: Key) -> KeyReply:
    windows = turn.services.quotas.standing(key.principal) if key.revoked_at is None else ()
    return KeyReply.of(
        key,
        tuple(
            Allowance(name=one.name, limit=one.limit, remaining=one.remaining, reset_s=one.reset_s)
            for one in windows
        ),
    )
