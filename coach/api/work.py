"""Work off the event loop: the coach is synchronous, so each question runs in a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import Generic, Self, TypeVar

import anyio
from anyio import to_thread

Result = TypeVar("Result")
Item = TypeVar("Item")
Slot = Callable[[], AbstractContextManager[object]]
"""Gives the turn that a piece of work waits for, in its thread, and holds while it runs."""


async def in_thread(work: Callable[[], Result], slot: Slot, limiter: anyio.CapacityLimiter) -> Result:
    """Return what a function returns that ran in a thread, once it was its turn."""

    def run() -> Result:
        with slot():
            return work()

    return await to_thread.run_sync(run, limiter=limiter)


class Stream(Generic[Item]):
    """Items of a generator that runs in a thread, in order, as they come; iterate it once.

    The thread never waits for the reader: what is not read yet is kept. `close` stops the generator at its
    next item and waits for the thread, so that nothing runs on for a client that went away.
    """

    def __init__(
        self, items: Callable[[], Generator[Item]], slot: Slot, limiter: anyio.CapacityLimiter
    ) -> None:
        self._items = items
        self._stopped = threading.Event()
        self._ready: asyncio.Queue[Item | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._run(slot, limiter))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        """Return the next item; an error of the generator is raised after the items that came before it."""
        item = await self._ready.get()
        if item is not None:
            return item
        await self._task
        raise StopAsyncIteration

    async def first(self) -> Item:
        """Return the first item; if there is none, the stream is closed and the reason raised."""
        try:
            return await anext(self)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Stop the generator and wait for its thread; idempotent. Its errors are the reader's business."""
        self._stopped.set()
        with anyio.CancelScope(shield=True):
            await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.exception()  # looked at, or asyncio would report it as lost

    async def _run(self, slot: Slot, limiter: anyio.CapacityLimiter) -> None:
        try:
            await in_thread(self._drain, slot, limiter)
        finally:
            self._ready.put_nowait(None)

    def _drain(self) -> None:
        if self._stopped.is_set():
            return
        items = self._items()
        try:
            for item in items:
                if self._stopped.is_set():
                    return
                # Without waiting for the loop: at many clients a round trip for each claim is what costs.
                self._loop.call_soon_threadsafe(self._ready.put_nowait, item)
        finally:
            items.close()
