"""One exchange of the SDK with the API: the request as httpx sends it, the reply as it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import stamina
from httpx_sse import ServerSentEvent, SSEError
from pydantic import ValidationError

from coach.api.calls import EVENT, Call, Reply
from coach.api.revive import revive
from coach.errors import ApiError, CoachError
from coach.events import Event

BASE_URL = "http://127.0.0.1:8000"
ATTEMPTS = 3
WAIT_MAX_S = 10.0
"""Longest wait between two attempts; a longer one is the caller's business."""


class ClientBase:
    """What both clients do alike: where they send to, and how often."""

    def __init__(self, base_url: str, api_key: str | None, timeout_s: float, attempts: int) -> None:
        self._attempts = attempts
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._options: dict[str, Any] = {"base_url": base_url, "headers": headers, "timeout": timeout_s}

    def _retries(self) -> Any:  # noqa: ANN401 - stamina keeps the type private
        return stamina.retry_context(on=wait_s, attempts=self._attempts, timeout=None, wait_max=WAIT_MAX_S)


def request(
    http: httpx.Client | httpx.AsyncClient, call: Call[Any], key: str, *, accept: str = "application/json"
) -> httpx.Request:
    """Return the request of a call; the key goes along if the call creates something."""
    headers = {"Accept": accept}
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    if call.creates:
        headers["Idempotency-Key"] = key
    return http.build_request(call.method, call.path, params=call.query, content=call.body, headers=headers)


def raise_for(response: httpx.Response) -> None:
    """Raise the error behind a response that was read, if it is one."""
    if response.is_error:
        raise revive(response.content, response.status_code, _retry_after_s(response.headers))


def read(call: Call[Reply], response: httpx.Response) -> Reply:
    """Return the reply of a call. Raises ApiError if it is of another shape."""
    try:
        return call.read(response.content)
    except ValidationError as error:
        raise _unreadable(error) from error


def read_event(sent: ServerSentEvent) -> Event | None:
    """Return an event of a stream, None for a comment; raises the error that the server sent instead.

    Once an event had an id, httpx-sse makes an event without data of each comment after it.
    """
    if not sent.data:
        return None
    if sent.event == "error":
        raise revive(sent.data.encode(), 0, None)
    try:
        return EVENT.validate_json(sent.data)
    except ValidationError as error:
        raise _unreadable(error) from error


def check_end(*, finished: bool) -> None:
    """Raise ApiError if a stream ended before the answer did."""
    if not finished:
        message = "the stream ended before the answer did"
        raise ApiError(message, slug="stream-broken", retryable=True, hint="Ask again.")


@contextmanager
def translated() -> Iterator[None]:
    """Turn failures of the network within the block into ApiError."""
    try:
        yield
    except (httpx.TransportError, SSEError) as error:
        raise ApiError(f"no answer: {error!r}", slug="unreachable", retryable=True) from error


def wait_s(error: Exception) -> bool | float:
    """Return whether to try again after an error, or after how many seconds."""
    if not (isinstance(error, CoachError) and error.retryable):
        return False
    known_s = getattr(error, "retry_after_s", None)
    if known_s is None:
        return True
    return float(known_s) if known_s <= WAIT_MAX_S else False


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    given = headers.get("retry-after", "")
    return float(given) if given.isdecimal() else None


def _unreadable(error: ValidationError) -> ApiError:
    where = ", ".join(".".join(map(str, one["loc"])) for one in error.errors()[:3])
    hint = "Use the client of the same version as the server."
    return ApiError(f"the reply cannot be read: {where}", slug="unreadable", hint=hint)
