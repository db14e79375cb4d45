"""What is done around every request: id, headers, refusals, one log line, metrics, the last boundary."""

from __future__ import annotations

import time
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coach.api.drain import Drain
from coach.api.failures import crashed, from_ours, refuse
from coach.api.metrics import Metrics
from coach.api.record import REQUEST_ID, RequestRecord, begin
from coach.errors import DrainingError

_ALWAYS_SERVED = frozenset({"/healthz", "/readyz", "/metrics"})
_FIXED_PATHS = frozenset({"/mcp", "/v1/openapi.json"})  # plain routes, which do not name themselves
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Envelope:
    """The outermost layer but for CORS: nothing that happens to a request escapes it.

    Args:
        app: What it wraps.
        drain: Counts what runs.
        metrics: Counts what ran.
        max_body_bytes: Longest request body.
        hosts: Host names under which the server answers; None if any will do.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        drain: Drain,
        metrics: Metrics,
        max_body_bytes: int,
        hosts: frozenset[str] | None,
    ) -> None:
        self._app = app
        self._drain = drain
        self._metrics = metrics
        self._max_body_bytes = max_body_bytes
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record = begin(scope)
        outgoing = _Outgoing(send, record)
        self._drain.enter()
        self._metrics.begin()
        try:
            await self._serve(scope, receive, outgoing, record)
        finally:
            self._drain.leave()
            spent_s = time.perf_counter() - record.began_s
            self._metrics.end(scope["method"], _route(scope), outgoing.status, spent_s, record.surface)
            _log(scope, record, outgoing, spent_s)

    async def _serve(
        self, scope: Scope, receive: Receive, outgoing: _Outgoing, record: RequestRecord
    ) -> None:
        try:
            refusal = self._refusal(scope, record)
            if refusal is not None:
                await refusal(scope, receive, outgoing)
                return
            await self._app(scope, _Limited(receive, self._max_body_bytes), outgoing)
        except Exception:  # noqa: BLE001 - an outermost boundary: whatever it is, the client gets a problem
            structlog.get_logger().exception(
                "request failed", request_id=record.request_id, route=_route(scope)
            )
            if outgoing.status == 0:
                await crashed(record)(scope, receive, outgoing)

    def _refusal(self, scope: Scope, record: RequestRecord) -> ASGIApp | None:
        """Return the response to a request that goes no further, or None."""
        headers = Headers(scope=scope)
        if self._drain.is_draining and scope["path"] not in _ALWAYS_SERVED:
            record.headers["Connection"] = "close"
            return from_ours(record, DrainingError("the server is shutting down"))
        if self._hosts is not None and _host_name(headers.get("host", "")) not in self._hosts:
            return refuse(record, 421, "this server does not answer under that name")
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._max_body_bytes:
            return refuse(record, 413, _too_large(self._max_body_bytes))
        return None


def allowed_hosts(extra: tuple[str, ...]) -> frozenset[str]:
    """Return the host names of loopback and these."""
    return _LOOPBACK_NAMES | {name.casefold() for name in extra}


class _Outgoing:
    """The response on its way out: takes on the record's headers, and is measured."""

    def __init__(self, send: Send, record: RequestRecord) -> None:
        self._send = send
        self._record = record
        self.status = 0
        self.sent_bytes = 0

    async def __call__(self, message: Message) -> None:
        """Send one message."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in {**self._record.headers, REQUEST_ID: self._record.request_id}.items():
                headers[name] = value
            headers.setdefault("X-Content-Type-Options", "nosniff")
        elif message["type"] == "http.response.body":
            self.sent_bytes += len(message.get("body", b""))
            if self._record.before_last is not None and not message.get("more_body", False):
                await self._record.before_last()
        await self._send(message)


class _Limited:
    """The request's body on its way in; ends with 413 where it grows too long."""

    def __init__(self, receive: Receive, max_bytes: int) -> None:
        self._receive = receive
        self._max_bytes = max_bytes
        self._left_bytes = max_bytes

    async def __call__(self) -> Message:
        """Receive one message."""
        message = await self._receive()
        self._left_bytes -= len(message.get("body", b""))
        if self._left_bytes < 0:
            raise HTTPException(413, _too_large(self._max_bytes))
        return message


def _too_large(max_bytes: int) -> str:
    return f"the body is longer than the {max_bytes} bytes that are taken"


def _host_name(host: str) -> str:
    """Return a Host header's name without its port.

    >>> _host_name("[::1]:8000"), _host_name("LOCALHOST"), _host_name("a.example:80")
    ('[::1]', 'localhost', 'a.example')
    """
    name, _, port = host.rpartition(":")
    return (name if port.isdecimal() else host).casefold()


def _route(scope: Scope) -> str:
    """Return the template of the route that serves a request, which holds nothing of the request."""
    known = scope["path"] if scope["path"] in _FIXED_PATHS else "none"
    return str(getattr(scope.get("route"), "path", known))


def _log(scope: Scope, record: RequestRecord, outgoing: _Outgoing, spent_s: float) -> None:
    noted: dict[str, Any] = dict(record.noted)
    structlog.get_logger().info(
        "request",
        request_id=record.request_id,
        method=scope["method"],
        route=_route(scope),
        status=outgoing.status,
        sent_bytes=outgoing.sent_bytes,
        total_ms=round(spent_s * 1000, 3),
        **noted,
    )
