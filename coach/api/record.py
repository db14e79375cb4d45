"""What is noted of a request while it runs; the one log line and the response's headers are made of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import structlog

from coach.api.metrics import Surface

REQUEST_ID = "X-Request-Id"
_KEY = "coach.record"
_OPENAI_PATHS = ("/v1/chat/", "/v1/models")
# Of the coach's own line about an answer, what the request's line takes over.
_OF_ANSWER = (
    "status",
    "reason",
    "level_asked",
    "claims",
    "support_rate",
    "dropped",
    "degraded",
    "stack_hash",
    "question_chars",
    "total_ms",
)


@dataclass(slots=True)
class RequestRecord:
    """A request in the making; one a request, passed along in its scope.

    Attributes:
        began_s: On the clock of `time.perf_counter`.
        request_id: Sent back as X-Request-Id; the id of the answer where there is one.
        headers: Added to the response, whatever it is.
        noted: Added to the log line; never a user's words.
        surface: By which way an answer or the like is given; None of every other request.
        before_last: Awaited before the last piece of the response goes out.
    """

    path: str
    request_id: str = field(default_factory=lambda: secrets.token_hex(8))
    headers: dict[str, str] = field(default_factory=dict)
    noted: dict[str, object] = field(default_factory=dict)
    surface: Surface | None = None
    began_s: float = field(default_factory=time.perf_counter)
    before_last: Callable[[], Awaitable[None]] | None = None

    @property
    def speaks_openai(self) -> bool:
        """Whether the client expects errors as OpenAI sends them."""
        return self.path.startswith(_OPENAI_PATHS)


_current: ContextVar[RequestRecord | None] = ContextVar("coach_request", default=None)


def begin(scope: MutableMapping[str, Any]) -> RequestRecord:
    """Return a new record for the request of this scope; threads that serve the request find it too."""
    record = RequestRecord(path=scope["path"])
    scope[_KEY] = record
    _current.set(record)
    return record


def record_of(scope: MutableMapping[str, Any]) -> RequestRecord:
    """Return the record of a request."""
    record: RequestRecord = scope[_KEY]
    return record


def merge_answer_line(
    _: object, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep the coach's line about an answer for the request's line: one line a request. A log processor."""
    del method
    record = _current.get()
    if record is None or event.get("event") != "answer":
        return event
    record.noted |= {f"answer_{name}": event[name] for name in _OF_ANSWER if name in event}
    raise structlog.DropEvent
