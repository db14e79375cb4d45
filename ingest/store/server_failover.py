"""Several nodes of one cluster behind one client: a node that does not answer is passed over."""

from __future__ import annotations

import re
from collections.abc import Sequence

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    stop_after_delay,
    wait_chain,
    wait_none,
    wait_random,
)

ROUNDS = 3
"""A node is asked at most so often for one request: a cluster that lost one takes a moment to notice."""

LONGEST_CONNECT_S = 2.0
SHORTEST_ATTEMPT_S = 1.0
WRITE_PATIENCE = 3.0
"""A write may take so many times as long: it goes to every copy of a shard, so that any node that is asked
waits for one that was cut off, until the cluster gives that one up. Nobody reads an answer meanwhile."""
UNWELL = frozenset({500, 502, 503, 504})
REPEATABLE = re.compile(r"/collections/[^/]+/(?:points|index)")
"""What may be sent again although it may have been done: points and their indexes come out the same.

Making a collection a second time is refused, and of a snapshot there would be two.
"""
POSTED_WRITES = re.compile(r"/points/(?:batch|delete|payload|vectors)\b")
"""What changes points and is a POST all the same; every other POST that may be repeated is a question."""


class FailoverTransport(httpx.BaseTransport):
    """Sends a request to the node that answered last and, while that fails, to the others in turn.

    A request that no node could be reached for is always tried elsewhere; one that was cut off, or answered
    with the status of a server in trouble, only if doing it twice is doing it once.

    Args:
        nodes: Addresses of the nodes, the first to be asked first.
        timeout_s: No new attempt begins after so many seconds, of a write `WRITE_PATIENCE` times as many;
            each gets its share of them.
        transport: Sends to one node; None makes connections of its own.
    """

    def __init__(
        self, nodes: Sequence[httpx.URL], *, timeout_s: float, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._nodes = tuple(nodes)
        self._timeout_s = timeout_s
        self._transport = transport or httpx.HTTPTransport()
        self._preferred = 0  # an index, so that threads may change it without a lock

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the first answer of a node that is well, or the last answer; raise the last failure."""
        request.read()  # a body that is a stream could be sent only once
        is_repeatable = request.method == "GET" or bool(REPEATABLE.search(request.url.path))
        unreached = retry_if_exception_type((httpx.ConnectError, httpx.ConnectTimeout))
        unwell = retry_if_exception_type(httpx.TransportError) | retry_if_result(_is_unwell)
        patience = WRITE_PATIENCE if is_repeatable and _is_write(request) else 1.0
        attempts = Retrying(
            retry=unwell if is_repeatable else unreached,
            stop=stop_after_attempt(ROUNDS * len(self._nodes)) | stop_after_delay(patience * self._timeout_s),
            wait=wait_chain(*[wait_none()] * (len(self._nodes) - 1), wait_random(0.05, 0.5)),
            retry_error_callback=_last,
        )
        return attempts(self._send, request, share=is_repeatable)

    def _send(self, request: httpx.Request, *, share: bool) -> httpx.Response:
        at = self._preferred
        try:
            response = self._transport.handle_request(self._addressed(request, self._nodes[at], share=share))
            response.read()  # here, so that a node that dies in the middle of its answer is passed over, too
        except httpx.TransportError:
            self._pass_over(at)
            raise
        if _is_unwell(response):
            self._pass_over(at)
        return response

    def _pass_over(self, at: int) -> None:
        if self._preferred == at:  # else another thread has done it
            self._preferred = (at + 1) % len(self._nodes)

    def _addressed(self, request: httpx.Request, node: httpx.URL, *, share: bool) -> httpx.Request:
        """Return the request as it goes to one node, with a share of the time if it may be repeated."""
        url = request.url.copy_with(scheme=node.scheme, host=node.host, port=node.port)
        headers = request.headers.copy()
        headers["host"] = url.netloc.decode("ascii")
        limits = dict(request.extensions.get("timeout", {}))
        limits["connect"] = min(LONGEST_CONNECT_S, self._timeout_s)
        if share:
            limits["read"] = max(SHORTEST_ATTEMPT_S, self._timeout_s / len(self._nodes))
        extensions = {**request.extensions, "timeout": limits}
        return httpx.Request(
            request.method, url, headers=headers, stream=request.stream, extensions=extensions
        )

    def close(self) -> None:
        """Close all connections; idempotent."""
        self._transport.close()


def _is_write(request: httpx.Request) -> bool:
    if request.method == "POST":
        return bool(POSTED_WRITES.search(request.url.path))
    return request.method != "GET"


def _is_unwell(response: httpx.Response) -> bool:
    return response.status_code in UNWELL


def _last(state: RetryCallState) -> httpx.Response:
    """Return the last answer, or raise the last failure."""
    if state.outcome is None:
        raise RuntimeError(state)
    answer: httpx.Response = state.outcome.result()
    return answer
