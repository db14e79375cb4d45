"""HTTP as the adapter needs it: a deadline that no server can put off, and the status that truly came.

The timeouts of HTTP clients count from the last byte, so a server that drips one byte a second holds a caller
for ever. Here every read and write on the socket gets what is left until the deadline and no more.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx


@dataclass(slots=True)
class Exchange:
    """What this thread is doing with a server.

    Attributes:
        deadline_s: Moment of `time.monotonic` that no socket operation passes.
        status: HTTP status of the response; None if none came, or came by way of a proxy.
        retry_after: The response's header of that name.
    """

    deadline_s: float
    status: int | None = None
    retry_after: str = ""


class _Current(threading.local):
    exchange: Exchange | None = None


_current = _Current()


@contextmanager
def exchange_until(deadline_s: float) -> Iterator[Exchange]:
    """Hold this thread to a deadline, and tell what came back."""
    outer, _current.exchange = _current.exchange, Exchange(deadline_s)
    try:
        yield _current.exchange
    finally:
        _current.exchange = outer


class DeadlineTransport(httpx.HTTPTransport):
    """A transport for HTTP clients of any thread that keeps to the exchange of the thread that uses it."""

    def __init__(self) -> None:
        super().__init__()
        # httpx has no parameter for the network backend; httpcore, which it stands on, does.
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(), max_connections=None, network_backend=_Backend()
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response, and note what its status line and headers say."""
        response = super().handle_request(request)
        if _current.exchange is not None:
            _current.exchange.status = response.status_code
            _current.exchange.retry_after = response.headers.get("retry-after", "")
        return response


def _capped(timeout_s: float | None, late: type[Exception]) -> float | None:
    """Return the timeout, cut to what is left. Raises `late` if nothing is."""
    if _current.exchange is None:
        return timeout_s
    left_s = _current.exchange.deadline_s - time.monotonic()
    if left_s <= 0:
        raise late("the deadline has passed")
    return left_s if timeout_s is None else min(timeout_s, left_s)


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left_s = _capped(timeout, httpcore.ConnectTimeout)
        return _Stream(super().connect_tcp(host, port, left_s, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _capped(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _capped(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left_s = _capped(timeout, httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left_s))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401
        return self._inner.get_extra_info(info)
