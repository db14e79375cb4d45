"""The Python SDK for asyncio; coach/client.py says what it promises."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from functools import cached_property
from typing import TYPE_CHECKING, Self

import httpx
from httpx_sse import EventSource
from tenacity import AsyncRetrying

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
from coach.api.sdk.method import Awaiting
from coach.events import Event, Finished
from ingest.contract import Level

if TYPE_CHECKING:
    from coach.api.sdk.operate import AsyncOperate
    from coach.api.sdk.practice import AsyncPractice
    from coach.api.sdk.set_templates import AsyncSetTemplates
    from coach.api.sdk.sets import AsyncSets


class AsyncClient(ClientBase, MainRequests, Awaiting):
    """The same for asyncio; use it as an asynchronous context manager. Arguments are those of `Client`."""

    def __init__(
        self,
        base_url: str = BASE_URL,
        *,
        api_key: str | None = None,
        timeout_s: float = 60.0,
        attempts: int = ATTEMPTS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(base_url, api_key, timeout_s, attempts)
        self._http = httpx.AsyncClient(**self._options, transport=transport)

    @cached_property
    def practice(self) -> AsyncPractice:
        """Grades, mock interviews, reviews and progress."""
        from coach.api.sdk.practice import AsyncPractice

        return AsyncPractice(self)

    @cached_property
    def operate(self) -> AsyncOperate:
        """Keys, stacks, switches and the audit log, with the scope "admin"."""
        from coach.api.sdk.operate import AsyncOperate

        return AsyncOperate(self)

    @cached_property
    def sets(self) -> AsyncSets:
        """Question sets for recruiters."""
        from coach.api.sdk.sets import AsyncSets

        return AsyncSets(self)

    @cached_property
    def set_templates(self) -> AsyncSetTemplates:
        """House rules that question sets are built on."""
        from coach.api.sdk.set_templates import AsyncSetTemplates

        return AsyncSetTemplates(self)

    async def stream(
        self,
        question: str,
        *,
        level: Level = "senior",
        conversation: Conversation = None,
        idempotency_key: str | None = None,
    ) -> AsyncGenerator[Event]:
        """Yield the answer event by event; closing the iterator stops the work on the server.

        What goes wrong before the first event is tried again, what goes wrong later is raised.
        """
        with described():
            call = answer_call(question, level, conversation, idempotency_key or secrets.token_hex(16))
        async with AsyncExitStack() as open_response:
            async for attempt in AsyncRetrying(**self._retry_rules):
                with attempt, translated():
                    sent = request(self._http, call, call.key, accept="text/event-stream")
                    response = await self._http.send(sent, stream=True)
                    open_response.push_async_callback(response.aclose)
                    if not response.is_success:
                        await response.aread()
                        raise_for(response)
            with translated():
                finished = False
                async for part in EventSource(response).aiter_sse():
                    event = read_event(part)
                    if event is not None:
                        finished = isinstance(event, Finished)
                        yield event
                check_end(finished=finished)

    async def close(self) -> None:
        """Release the connections; idempotent."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def send(self, call: Call[Reply]) -> Reply:
        """Return the reply of a call; tried again where that may help."""
        key = call.key or secrets.token_hex(16)
        async for attempt in AsyncRetrying(**self._retry_rules):
            with attempt, translated():
                response = await self._http.send(request(self._http, call, key))
                raise_for(response)
        return read(call, response)
