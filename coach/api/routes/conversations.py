"""Conversations: what a person asked in a row, kept beyond a session; nobody else sees it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from coach.api.callers import Asker, Turn, json_only
from coach.api.examples import CONVERSATION_LINKS, CONVERSATION_PAGE_LINKS
from coach.api.idempotency import IdempotencyKey, Once
from coach.api.personal import (
    ConversationDetail,
    ConversationPage,
    ConversationRequest,
    ConversationSummary,
    ConversationTurn,
)
from coach.api.replies import json_reply
from coach.api.said import new_state, title_of
from coach.api.schemas import MAX_PAGE
from coach.errors import NotFoundError
from coach.store.conversations import Conversation

router = APIRouter(prefix="/v1", tags=["conversations"])
PageLimit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
TurnNumber = Annotated[int | None, Query(ge=0, le=2**31 - 1)]


@router.post(
    "/conversations",
    status_code=201,
    response_model=ConversationSummary,
    responses={201: {"links": CONVERSATION_LINKS}},
    dependencies=[Depends(json_only)],
)
async def create_conversation(
    wanted: ConversationRequest, request: Request, turn: Asker, idempotency_key: IdempotencyKey = None
) -> Response:
    """Begin a conversation; hand its id to POST /v1/answers as `conversation`."""

    def work() -> ConversationSummary:
        state = new_state(wanted.title)
        return _summary(turn.services.conversations.create(turn.principal.owner, state=state))

    async def make() -> Response:
        return json_reply(await turn.services.read(work), status=201)

    return await Once(turn, request, idempotency_key, "application/json").reply(make)


@router.get(
    "/conversations",
    response_model=ConversationPage,
    responses={200: {"links": CONVERSATION_PAGE_LINKS}},
)
async def list_conversations(
    turn: Asker,
    limit: PageLimit = 50,
    cursor: Annotated[str | None, Query(max_length=1000)] = None,
) -> Response:
    """Return a page of one's own conversations, newest first. Follow `next_cursor` for older ones."""

    def work() -> ConversationPage:
        page = turn.services.conversations.list(turn.principal.owner, limit=limit, cursor=cursor)
        found = tuple(map(_summary, page.items))
        return ConversationPage(conversations=found, next_cursor=page.next_cursor)

    return json_reply(await turn.services.read(work))


@router.get("/conversations/{conversation_id}", response_model=ConversationDetail)
async def get_conversation(
    conversation_id: str, turn: Asker, limit: PageLimit = 50, before: TurnNumber = None
) -> Response:
    """Return a conversation of one's own with its last turns, or the last before the turn of a number."""
    work = partial(_detail, turn, conversation_id, limit=limit, before=before)
    return json_reply(await turn.services.read(work))


@router.delete("/conversations/{conversation_id}", status_code=204, response_class=Response)
async def delete_conversation(conversation_id: str, turn: Asker) -> Response:
    """Delete a conversation of one's own with its turns; its answers keep their permalinks."""
    delete = partial(turn.services.conversations.delete, turn.principal.owner, conversation_id)
    if not await turn.services.read(delete):
        raise _missing(conversation_id)
    return Response(status_code=204)


def _detail(turn: Turn, conversation_id: str, *, limit: int, before: int | None) -> ConversationDetail:
    store, owner = turn.services.conversations, turn.principal.owner
    kept = store.get(owner, conversation_id)
    if kept is None:
        raise _missing(conversation_id)
    turns = store.last_turns(owner, conversation_id, limit, before=before)
    told = tuple(ConversationTurn.model_validate(one.model_dump()) for one in turns)
    return ConversationDetail(conversation=_summary(kept), turns=told)


def _summary(kept: Conversation) -> ConversationSummary:
    return ConversationSummary(id=kept.id, created_at=kept.created_at, title=title_of(kept), turns=kept.turns)


def _missing(conversation_id: str) -> NotFoundError:
    return NotFoundError(f"there is no conversation {conversation_id!r}")
