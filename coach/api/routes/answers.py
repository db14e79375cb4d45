"""Questions and their answers: asked, kept, looked at stage by stage, judged."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from coach.api import asking
from coach.api.callers import Asker, Turn, json_only
from coach.api.examples import ANSWER_LINKS, EVENT_STREAM
from coach.api.idempotency import IdempotencyKey, Once
from coach.api.negotiation import EVENTS, choose_form
from coach.api.problems import describe
from coach.api.replies import EventReply, LastEvent, event_bytes, json_reply
from coach.api.said import Before
from coach.api.schemas import AnswerRequest, FeedbackReply, FeedbackRequest, PinnedAnswer, ReplayRequest
from coach.api.work import Stream
from coach.errors import CoachError, NotFoundError
from coach.events import Acknowledged, Event, Finished
from coach.store.feedback import Opinion
from coach.types import Answer, Replay

router = APIRouter(prefix="/v1", tags=["answers"])


@router.post(
    "/answers",
    response_model=Answer,
    responses={200: {"content": EVENT_STREAM, "links": ANSWER_LINKS}},
    dependencies=[Depends(json_only)],
)
async def create_answer(
    asked: AnswerRequest,
    request: Request,
    turn: Asker,
    accept: Annotated[str | None, Header(include_in_schema=False)] = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Answer a question with a cited outline, or say that the handbook does not cover it.

    With `Accept: text/event-stream` the answer comes event by event, each claim as soon as it is verified.
    Within a `conversation` a question may rest on what was said before; `standalone` says how it was read.
    """
    form = choose_form(accept)
    asking.check_length(turn, asked.question, "question")
    make = partial(_as_events if form == EVENTS else _as_json, turn, asked)
    return await Once(turn, request, idempotency_key, form).reply(make)


async def _as_json(turn: Turn, asked: AnswerRequest) -> Response:
    before = Before.of(asked.conversation)
    turn.record.surface = "json"

    def work() -> str:
        return asking.ask(turn, asked.question, asked.level, before).model_dump_json()

    return json_reply(await turn.think(asked.question, work))


async def _as_events(turn: Turn, asked: AnswerRequest) -> Response:
    turn.record.surface = "stream"
    tell = partial(asking.stream, turn, asked.question, asked.level, Before.of(asked.conversation))
    events = turn.stream(asked.question, tell)
    first = await events.first()  # before the status is sent, so that a failure gets its own
    if isinstance(first, Acknowledged):
        turn.record.request_id = first.answer_id
    keepalive_s = turn.services.settings.keepalive_s
    return EventReply(_encoded(first, events), on_error=_error_event, keepalive_s=keepalive_s)


async def _encoded(first: Event, rest: Stream[Event]) -> AsyncGenerator[bytes]:
    try:
        yield event_bytes(first.model_dump_json(), event=first.kind, number=0)
        number = 0
        async for event in rest:
            number += 1
            encoded = event_bytes(event.model_dump_json(), event=event.kind, number=number)
            yield LastEvent(encoded) if isinstance(event, Finished) else encoded
    finally:
        await rest.close()


def _error_event(error: CoachError) -> bytes:
    return event_bytes(describe(error).model_dump_json(exclude_none=True), event="error")


@router.get("/answers/{answer_id}", response_model=PinnedAnswer)
async def get_answer(answer_id: str, turn: Asker) -> Response:
    """Return an answer as it was given, and whether the handbook has changed since: a permalink."""
    services = turn.services

    def work() -> PinnedAnswer:
        stored = services.answers.get(turn.principal.tenant, answer_id)
        if stored is None:
            raise NotFoundError(f"there is no answer {answer_id!r}")
        return PinnedAnswer(
            answer=stored.answer,
            created_at=stored.created_at,
            corpus_hash=stored.corpus_hash,
            corpus_changed=stored.corpus_hash != turn.shelf.catalogue.corpus_hash,
        )

    return json_reply(await services.read(work))


@router.post("/replay", response_model=Replay, dependencies=[Depends(json_only)])
async def replay(asked: ReplayRequest, turn: Asker) -> Response:
    """Return what every stage saw and did for a question. Nothing is kept.

    With `passages` or `rerank` it is answered as these settings would have it, and nobody else is.
    """
    asking.check_length(turn, asked.question, "question")
    turn.record.surface = "replay"

    def work() -> str:
        found = turn.coach.replay(
            asked.question, level=asked.level, passages=asked.passages, rerank=asked.rerank
        )
        return found.model_dump_json()

    return json_reply(await turn.think(asked.question, work))


@router.post("/feedback", status_code=201, response_model=FeedbackReply, dependencies=[Depends(json_only)])
async def create_feedback(
    given: FeedbackRequest, request: Request, turn: Asker, idempotency_key: IdempotencyKey = None
) -> Response:
    """Keep what somebody thinks of an answer, or of one of its claims."""

    async def make() -> Response:
        return json_reply(await turn.services.read(partial(_add_feedback, turn, given)), status=201)

    return await Once(turn, request, idempotency_key, "application/json").reply(make)


def _add_feedback(turn: Turn, given: FeedbackRequest) -> FeedbackReply:
    stored = turn.services.answers.get(turn.principal.tenant, given.answer_id)
    claims = len(stored.answer.outline.claims()) if stored else 0
    if given.claim is not None and given.claim >= claims:
        raise NotFoundError(f"there is no claim {given.claim} in answer {given.answer_id!r}")
    opinion = Opinion(verdict=given.verdict, claim=given.claim, reason=given.reason, comment=given.comment)
    feedback = turn.services.feedback.add(turn.principal.owner, given.answer_id, opinion)
    return FeedbackReply(
        id=feedback.id, answer_id=feedback.answer_id, verdict=given.verdict, created_at=feedback.created_at
    )
