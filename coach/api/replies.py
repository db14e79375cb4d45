"""Replies as they go over the wire: JSON as it was serialised in the thread, server-sent events."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from fastapi import Response
from pydantic import BaseModel
from sse_starlette import EventSourceResponse, ServerSentEvent

from coach.errors import CoachError

LINE_END = "\n"


def json_reply(
    content: str | BaseModel, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Return a JSON response; a model is serialised, JSON text goes out as it is."""
    text = content.model_dump_json() if isinstance(content, BaseModel) else content
    return Response(text, status_code=status, headers=headers, media_type="application/json")


def event_bytes(data: str, *, event: str | None = None, number: int | None = None) -> bytes:
    r"""Return one server-sent event.

    >>> event_bytes("{}", event="claim", number=2)
    b'id: 2\nevent: claim\ndata: {}\n\n'
    """
    identity = None if number is None else str(number)
    return ServerSentEvent(data=data, event=event, id=identity, sep=LINE_END).encode()


class LastEvent(bytes):
    """The event that makes a stream whole; what a whole stream promises holds before it is sent."""


class EventReply(EventSourceResponse):
    """A stream of server-sent events; a comment fills each long silence.

    Args:
        parts: The events, encoded, up to a LastEvent. It is closed however the response ends.
        on_error: Makes the last event if `parts` raises one of our errors: the status was sent long ago.
        keepalive_s: Longest silence.

    Attributes:
        parts: May be replaced by a wrapper of itself until the response is sent.
    """

    def __init__(
        self,
        parts: AsyncGenerator[bytes],
        *,
        on_error: Callable[[CoachError], bytes],
        keepalive_s: float,
    ) -> None:
        self.parts = parts
        self._on_error = on_error
        super().__init__(
            self._all(),
            ping=keepalive_s,
            ping_message_factory=lambda: ServerSentEvent(comment="keep-alive", sep=LINE_END),
            sep=LINE_END,
        )

    async def _all(self) -> AsyncIterator[bytes]:
        async with aclosing(self.parts) as parts:
            try:
                async for part in parts:
                    yield part
            except CoachError as error:
                yield self._on_error(error)
