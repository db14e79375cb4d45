"""The Python SDK: `Client` and `AsyncClient` for the HTTP API, typed with the product's own types.

Failures are those of coach/errors.py. What may succeed later is tried again; a request that creates something
carries an Idempotency-Key, so that trying again never creates it twice. The requests themselves are described
in coach/api/sdk, once for both clients.
"""

from __future__ import annotations

import secrets
from collections.abc import Generator
from contextlib import ExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Self

import httpx
from httpx_sse import EventSource
from tenacity import Retrying

from coach.api.calls import Call, Reply, described
from coach.api.exchange import (
    ATTEMPTS,
    BASE_URL,
    ClientBase,
    check_end,
    raise_for,
    read,
    read_event,
    request,
    translated,
)
from coach.api.sdk.main import Conversation, MainRequests, answer_call
from coach.api.sdk.method import Waiting
from coach.async_client import AsyncClient
from coach.events import Event, Finished
from ingest.contract import Level

if TYPE_CHECKING:
    from coach.api.sdk.operate import Operate
    from coach.api.sdk.practice import Practice
    from coach.api.sdk.set_templates import SetTemplates
    from coach.api.sdk.sets import Sets

__all__ = ["AsyncClient", "Client"]


class Client(ClientBase, MainRequests, Waiting):
    """A client that waits for each reply; use it as a context manager, in one thread or several.

    Args:
        base_url: Where the API is.
        api_key: From `coach keys create`; not needed on loopback.
        timeout_s: Longest silence of the server.
        attempts: How often a request is sent at most.
        transport: Replaces the network, for tests.
    """

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = 60.0,
        attempts: int = ATTEMPTS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, api_key, timeout_s, attempts)
        self._http = httpx.Client(**self._options, transport=transport)

    @cached_property
    def practice(self) -> Practice:
        """Grades, mock interviews, reviews and progress."""
        from coach.api.sdk.practice import Practice

        return Practice(self)

    @cached_property
    def operate(self) -> Operate:
        """Keys, stacks, switches and the audit log, with the scope "admin"."""
        from coach.api.sdk.operate import Operate

        return Operate(self)

    @cached_property
    def sets(self) -> Sets:
        """Question sets for recruiters."""
        from coach.api.sdk.sets import Sets

        return Sets(self)

    @cached_property
    def set_templates(self) -> SetTemplates:
        """House rules that question sets are built on."""
        from coach.api.sdk.set_templates import SetTemplates

        return SetTemplates(self)

    def stream(
        self,
        question: str,
        *,
        level: Level = "senior",
        conversation: Conversation = None,
        idempotency_key: str | None = None,
    ) -> Generator[Event]:
        """Yield the answer event by event; closing the iterator stops the work on the server.

        What goes wrong before the first event is tried again, what goes wrong later is raised.
        """
        with described():
            call = answer_call(question, level, conversation, idempotency_key or secrets.token_hex(16))
        with ExitStack() as open_response:
            for attempt in Retrying(**self._retry_rules):
                with attempt, translated():
                    sent = request(self._http, call, call.key, accept="text/event-stream")
                    response = self._http.send(sent, stream=True)
                    open_response.callback(response.close)
                    if not response.is_success:
                        response.read()
                        raise_for(response)
            with translated():
                finished = False
                for part in EventSource(response).iter_sse():
                    event = read_event(part)
                    if event is not None:
                        finished = isinstance(event, Finished)
                        yield event
                check_end(finished=finished)

    def close(self) -> None:
        """Release the connections; idempotent."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, call: Call[Reply]) -> Reply:
        """Return the reply of a call; tried again where that may help."""
        key = call.key or secrets.token_hex(16)
        for attempt in Retrying(**self._retry_rules):
            with attempt, translated():
                response = self._http.send(request(self._http, call, key))
                raise_for(response)
        return read(call, response)
