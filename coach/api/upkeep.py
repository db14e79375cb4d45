"""What the server does from time to time beside the requests: renew, delete what is old, look around."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

import anyio
import structlog

from coach.api.gauges import PROBE_EVERY_S
from coach.api.services import Services
from coach.api.work import in_thread
from coach.errors import CoachError

PURGE_EVERY_S = 600.0
RENEWALS = 3
"""So many times a claim is renewed while it would hold, so that one that fails does no harm."""


@asynccontextmanager
async def renewed(services: Services, renew: Callable[[], object], holds_s: float) -> AsyncIterator[None]:
    """Renew something that holds for so long, again and again until the block ends."""
    task = asyncio.create_task(repeat(services, renew, what="renewal", every_s=holds_s / RENEWALS))
    try:
        yield
    finally:
        task.cancel()
        with anyio.CancelScope(shield=True):  # what is under way ends before the claim does
            await asyncio.wait([task])


async def purge(services: Services, *, every_s: float = PURGE_EVERY_S) -> None:
    """Delete stored replies that have run out, every so often, until cancelled; several processes may."""
    await repeat(services, services.idempotency.purge, what="purge", every_s=every_s)


async def watch(services: Services, *, every_s: float = PROBE_EVERY_S) -> None:
    """Look at what the service depends on, now and every so often, until cancelled; in its own thread."""
    thread = anyio.CapacityLimiter(1)
    while True:
        await in_thread(services.gauges.probe, nullcontext, thread)
        await anyio.sleep(every_s)


async def repeat(services: Services, work: Callable[[], object], *, what: str, every_s: float) -> None:
    """Do some work every so often until cancelled; what fails is logged and tried again the next time."""
    while True:
        await anyio.sleep(every_s)
        try:
            await services.read(work)
        except CoachError as error:
            structlog.get_logger().warning(f"{what} failed", error=str(error), hint=error.hint)
