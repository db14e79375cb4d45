"""A request that is sent again with its Idempotency-Key gets the stored reply, not a second effect."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from functools import partial
from typing import Annotated

import anyio
from fastapi import Header, Request, Response

from coach.api.callers import Turn
from coach.api.record import REQUEST_ID
from coach.api.replies import EventReply, LastEvent
from coach.api.upkeep import renewed
from coach.errors import IdempotencyBusyError, IdempotencyReuseError
from coach.store.idempotency import KEY_CHARS, Conflict, Fresh, InProgress, Stored

REPLAYED = "Idempotency-Replayed"
_KEPT_HEADERS = ("content-type", "location")
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=KEY_CHARS,
        pattern=r"^[\x21-\x7e]+$",
        description="Makes it safe to send the request again: the same key and body give the stored reply.",
        examples=["7b2f6c1e"],
    ),
]


class Once:
    """The claim of one request on its key; without a key nothing is remembered.

    Args:
        turn: Whose request it is.
        request: The request.
        key: Its Idempotency-Key.
        form: Media type of the reply, which belongs to what was asked for.
    """

    def __init__(self, turn: Turn, request: Request, key: str | None, form: str) -> None:
        self._turn = turn
        self._request = request
        self._key = key
        self._form = form

    async def reply(self, make: Callable[[], Awaitable[Response]]) -> Response:
        """Return the reply that `make` returns, or the one that was stored for this key.

        Raises:
            IdempotencyReuseError: The key came with another request before.
            IdempotencyBusyError: The first request with this key is still running.
        """
        if self._key is None:
            return await make()
        begun = await self._begin(self._key)
        if isinstance(begun, Stored):
            return self._again(begun)
        try:
            async with self._renewed(begun):
                response = await make()
            if isinstance(response, EventReply):
                response.parts = self._recorded(response, response.parts, begun)
                return response
            finished = await self._finish(begun, response, bytes(response.body))
        except BaseException:  # nothing was done that a repetition would double; a cancelled request too
            await self._abandon(begun)
            raise
        if finished:
            return response
        kept = await self._begin(self._key)  # another process took the claim over and finished first
        return self._again(kept) if isinstance(kept, Stored) else response

    def _renewed(self, fresh: Fresh) -> AbstractAsyncContextManager[None]:
        """Hold the claim for as long as the block takes."""
        store = self._turn.services.idempotency
        return renewed(self._turn.services, partial(store.renew, fresh), store.lease.total_seconds())

    async def _begin(self, key: str) -> Fresh | Stored:
        body = await self._request.body()
        path: str = self._request.scope["path"]  # with its ids, which the route lacks
        digest = hashlib.sha256(b"\0".join((self._form.encode(), path.encode(), body))).hexdigest()
        route: str = self._request.scope["route"].path
        self._turn.once = f"{key} {digest}"
        store, owner = self._turn.services.idempotency, self._turn.principal.owner
        begun = await self._turn.services.read(partial(store.begin, owner, route, key, digest))
        if isinstance(begun, Conflict):
            raise IdempotencyReuseError(f"Idempotency-Key {key!r} came with another request before")
        if isinstance(begun, InProgress):
            raise IdempotencyBusyError(f"the first request with Idempotency-Key {key!r} still runs")
        return begun

    async def _finish(self, fresh: Fresh, response: Response, body: bytes) -> bool:
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        headers[REQUEST_ID] = self._turn.record.request_id
        finish = partial(self._turn.services.idempotency.finish, fresh, response.status_code, headers, body)
        finished = False
        with anyio.CancelScope(shield=True):
            finished = await self._turn.services.read(finish)
        return finished  # noqa: RET504 - mypy takes the block for one that may swallow an error

    async def _abandon(self, fresh: Fresh) -> None:
        with anyio.CancelScope(shield=True):
            await self._turn.services.read(partial(self._turn.services.idempotency.abandon, fresh))

    def _again(self, stored: Stored) -> Response:
        headers = dict(stored.headers)
        self._turn.record.request_id = headers.pop(REQUEST_ID, self._turn.record.request_id)
        return Response(stored.body, stored.status, {**headers, REPLAYED: "true"})

    async def _recorded(
        self, response: Response, parts: AsyncGenerator[bytes], fresh: Fresh
    ) -> AsyncGenerator[bytes]:
        """Yield a stream's parts as they come; the whole is stored before the last of them is sent."""
        sent: list[bytes] = []
        is_stored = False
        try:
            async with self._renewed(fresh), aclosing(parts):
                async for part in parts:
                    sent.append(part)
                    if isinstance(part, LastEvent):
                        is_stored = await self._finish(fresh, response, b"".join(sent))
                    yield part
        finally:
            if not is_stored:
                await self._abandon(fresh)
