"""POST /v1/chat/completions and GET /v1/models, as OpenAI's clients know them."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Callable, Generator
from datetime import datetime
from functools import partial

from fastapi import APIRouter, Depends, Request, Response

from coach.api import asking
from coach.api.callers import Asker, Turn, json_only
from coach.api.chat.markdown import LinkedMarkdown
from coach.api.chat.schemas import (
    MODELS,
    ChatChunk,
    ChatReply,
    ChatRequest,
    Choice,
    ChunkChoice,
    Delta,
    ModelCard,
    ModelList,
    ReplyMessage,
    Usage,
)
from coach.api.examples import EVENT_STREAM
from coach.api.failures import openai_error
from coach.api.idempotency import IdempotencyKey, Once
from coach.api.problems import describe
from coach.api.replies import EventReply, LastEvent, event_bytes, json_reply
from coach.api.said import Before
from coach.api.work import Stream
from coach.errors import CoachError, NotFoundError
from coach.events import Acknowledged, Event, Finished
from coach.types import Answer
from ingest.contract import Level

router = APIRouter(prefix="/v1", tags=["openai"])
Tell = Callable[[], Generator[Event]]


@router.get("/models", response_model=ModelList)
async def list_models(turn: Asker) -> Response:
    """Return the models: one for each level."""
    return json_reply(ModelList(data=tuple(_card(name, turn) for name in MODELS)))


@router.get("/models/{model}", response_model=ModelCard)
async def get_model(model: str, turn: Asker) -> Response:
    """Return one model."""
    _level(model)
    return json_reply(_card(model, turn))


@router.post(
    "/chat/completions",
    response_model=ChatReply,
    responses={200: {"content": EVENT_STREAM}},
    dependencies=[Depends(json_only)],
)
async def create_chat_completion(
    asked: ChatRequest, request: Request, turn: Asker, idempotency_key: IdempotencyKey = None
) -> Response:
    """Answer the last user message, as an OpenAI chat completion with links to the passages."""
    level = _level(asked.model)
    place = next((at for at in reversed(range(len(asked.messages))) if asked.messages[at].role == "user"), 0)
    asking.check_length(turn, asked.question, "messages", place, "content")
    base_url = turn.services.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    writer = LinkedMarkdown(asked.question, base_url)
    kept = asked.conversation is not None
    before = Before(asked.conversation) if kept else Before(turns=asked.earlier)
    tell = partial(asking.stream, turn, asked.question, level, before)
    make = partial(_as_chunks if asked.stream else _as_reply, turn, asked, tell, writer)
    return await Once(turn, request, idempotency_key, "").reply(make)


async def _as_reply(turn: Turn, asked: ChatRequest, tell: Tell, writer: LinkedMarkdown) -> Response:
    turn.record.surface = "chat"

    def work() -> str:
        text, answer = "", None
        for event in tell():
            text += writer.feed(event)
            if isinstance(event, Finished):
                answer = event.answer
        assert answer is not None  # noqa: S101 - a stream that raises nothing ends with the answer
        message = ReplyMessage(content=text, annotations=tuple(writer.annotations))
        return ChatReply(
            id=f"chatcmpl-{answer.id}",
            created=int(time.time()),
            model=asked.model,
            choices=(Choice(message=message),),
            usage=_usage(answer),
            system_fingerprint=answer.stack.hash,
            answer_id=answer.id,
            citations=tuple(writer.citations),
            degraded=answer.degraded,
            ignored=asked.ignored,
        ).model_dump_json()

    return json_reply(await turn.think(asked.question, work))


async def _as_chunks(turn: Turn, asked: ChatRequest, tell: Tell, writer: LinkedMarkdown) -> Response:
    turn.record.surface = "chat_stream"
    events = turn.stream(asked.question, tell)
    first = await events.first()  # before the status is sent, so that a failure gets its own
    assert isinstance(first, Acknowledged)  # noqa: S101 - every stream begins with it
    turn.record.request_id = first.answer_id
    chunks = _Chunks(asked, first, writer)
    keepalive_s = turn.services.settings.keepalive_s
    return EventReply(chunks.encoded(events), on_error=_error_chunk, keepalive_s=keepalive_s)


class _Chunks:
    """The chunks of one stream."""

    def __init__(self, asked: ChatRequest, first: Acknowledged, writer: LinkedMarkdown) -> None:
        self._asked = asked
        self._first = first
        self._writer = writer
        self._created = int(time.time())
        self._with_usage = bool(asked.stream_options and asked.stream_options.include_usage)

    async def encoded(self, events: Stream[Event]) -> AsyncGenerator[bytes]:
        """Yield every chunk as a server-sent event, and the mark of the end."""
        usage = Usage()
        try:
            yield self._chunk(self._first, Delta(role="assistant", content=""))
            async for event in events:
                known = len(self._writer.citations), len(self._writer.annotations)
                text = self._writer.feed(event)
                marks = tuple(self._writer.annotations[known[1] :])
                yield self._chunk(event, Delta(content=text or None, annotations=marks), known[0])
                if isinstance(event, Finished):
                    usage = _usage(event.answer)
        finally:
            await events.close()
        yield self._encode(choices=(ChunkChoice(delta=Delta(), finish_reason="stop"),))
        if self._with_usage:
            yield self._encode(usage=usage)
        yield LastEvent(event_bytes("[DONE]"))

    def _chunk(self, event: Event, delta: Delta, cited: int = 0) -> bytes:
        citations = tuple(self._writer.citations[cited:])
        return self._encode(choices=(ChunkChoice(delta=delta),), event=event, citations=citations)

    def _encode(self, **fields: object) -> bytes:
        chunk = ChatChunk.model_validate(
            {
                "id": f"chatcmpl-{self._first.answer_id}",
                "created": self._created,
                "model": self._asked.model,
                "choices": (),
                "system_fingerprint": self._first.stack_hash,
                "answer_id": self._first.answer_id,
                **fields,
            }
        )
        # Asked for, `usage` is null on every chunk but the last; else it is absent.
        return event_bytes(chunk.model_dump_json(exclude=None if self._with_usage else {"usage"}))


def _error_chunk(error: CoachError) -> bytes:
    return event_bytes(json.dumps({"error": openai_error(describe(error)).model_dump()}))


def _usage(answer: Answer) -> Usage:
    took = answer.usage
    if took is None:
        return Usage()
    return Usage(
        prompt_tokens=took.prompt_tokens,
        completion_tokens=took.completion_tokens,
        total_tokens=took.prompt_tokens + took.completion_tokens,
    )


def _level(model: str) -> Level:
    if model not in MODELS:
        raise NotFoundError(f"there is no model {model!r}", hint=f"Models are {', '.join(MODELS)}.")
    return MODELS[model]


def _card(model: str, turn: Turn) -> ModelCard:
    made = datetime.fromisoformat(turn.coach.manifest.created_at)
    return ModelCard(id=model, created=int(made.timestamp()))
