"""One exchange of the SDK with the API: the request as httpx sends it, the reply as it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from httpx_sse import ServerSentEvent, SSEError
from pydantic import ValidationError
from tenacity import RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_random_exponential

from coach.api.calls import EVENT, Call, Reply
from coach.api.revive import revive
from coach.errors import ApiError, CoachError, UsageError
from coach.events import Event

BASE_URL = "http://127.0.0.1:8000"
ATTEMPTS = 3
WAIT_MAX_S = 10.0
"""Longest wait between two attempts; a longer one is the caller's business."""
_BACKOFF = wait_random_exponential(multiplier=0.5, max=WAIT_MAX_S)


class ClientBase:
    """What both clients do alike: where they send to, and how often."""

    def __init__(self, base_url: str, api_key: str | None, timeout_s: float, attempts: int) -> None:
        """Take what every request shares. Raises UsageError if none can be made of it."""
        key = (api_key or "").strip()  # a key that was read from a file has its line's end
        headers = {"Authorization": f"Bearer {in_header(key, 'the API key')}"} if key else {}
        if not base_url.startswith(("http://", "https://")):
            raise UsageError(
                f"{base_url!r} is no address of a server", hint="Begin it with http:// or https://."
            )
        self._options: dict[str, Any] = {"base_url": base_url, "headers": headers, "timeout": timeout_s}
        self._retry_rules: dict[str, Any] = {
            "retry": retry_if_exception(_may_help),
            "wait": _wait_s,
            "stop": stop_after_attempt(attempts),
            "reraise": True,
        }


def request(
    http: httpx.Client | httpx.AsyncClient, call: Call[Any], key: str, *, accept: str = "application/json"
) -> httpx.Request:
    """Return the request of a call; the key goes along if the call creates something."""
    headers = {"Accept": accept}
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    if call.creates:
        headers["Idempotency-Key"] = in_header(key, "the Idempotency-Key")
    return http.build_request(call.method, call.path, params=call.query, content=call.body, headers=headers)


def in_header(text: str, what: str) -> str:
    """Return a text that a header can carry. Raises UsageError without the text, which may be a secret."""
    if not (text.isascii() and text.isprintable()):
        hint = "Check how it was copied."
        raise UsageError(f"{what} has characters that no header can carry", hint=hint)
    return text


def raise_for(response: httpx.Response) -> None:
    """Raise the error behind a response that was read, unless it is a success.

    No redirect is followed: a POST would become a GET, and the key might go to another server.
    """
    if response.has_redirect_location:
        message = f"the server sends to {response.headers['location']} (status {response.status_code})"
        hint = "Use the address behind the redirect."
        raise ApiError(message, slug="redirected", status=response.status_code, hint=hint)
    if not response.is_success:
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


def _may_help(error: BaseException) -> bool:
    """Return whether to try again after an error."""
    asked_s = getattr(error, "retry_after_s", None) or 0.0
    return isinstance(error, CoachError) and error.retryable and asked_s <= WAIT_MAX_S


def _wait_s(state: RetryCallState) -> float:
    """Return how long to wait: what the server asks for, or else a random time that grows."""
    error = state.outcome.exception() if state.outcome else None
    return getattr(error, "retry_after_s", None) or _BACKOFF(state)


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    given = headers.get("retry-after", "")
    return float(given) if given.isdecimal() else None


def _unreadable(error: ValidationError) -> ApiError:
    where = ", ".join(".".join(map(str, one["loc"])) for one in error.errors()[:3])
    hint = "Use the client of the same version as the server."
    return ApiError(f"the reply cannot be read: {where}", slug="unreadable", hint=hint)
