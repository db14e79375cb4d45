"""Who is asking, whether that one may, and the turn in which the work is done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Annotated, TypeVar

import anyio
import structlog
from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from coach.api.record import RequestRecord, record_of
from coach.api.services import Services, Shelf, services_of
from coach.api.upkeep import renewed
from coach.api.work import Stream, in_thread
from coach.coach import Coach
from coach.errors import CoachError, ForbiddenError, TenantDisabledError, UnauthenticatedError
from coach.guard.keys import SECRET
from coach.guard.principal import LOCAL, UNLIMITED, Principal, Scope
from coach.guard.quotas import Admission
from coach.models.contract import Usage
from coach.operate.administration import Administration
from coach.recruit.read import Reading
from coach.types import ModelUse

Result = TypeVar("Result")
Item = TypeVar("Item")
CHARS_PER_TOKEN = 4
"""Of English text, about; what a question weighs in the queue need not be exact."""
MICRO = 1_000_000


@dataclass(slots=True)
class Turn:
    """A request that was admitted: who asks, and the means to have its work done.

    Attributes:
        tokens: What models took for it so far; counted on the key when the request ends, like `usd`.
        once: Tells that a request is one that came before, by its Idempotency-Key; None if it has none.
    """

    principal: Principal
    services: Services
    record: RequestRecord
    tokens: int = 0
    usd: float = 0.0
    once: str | None = None

    @property
    def coach(self) -> Coach:
        """The coach as it answers whoever asks."""
        return self.services.coach.of(self.principal.tenant)

    @property
    def shelf(self) -> Shelf:
        """What whoever asks reads the handbook by."""
        return self.services.shelf(self.principal.tenant)

    async def think(self, text: str, work: Callable[[], Result]) -> Result:
        """Return what a function returns that asks the coach about a text."""
        slot = self.services.slot(self.principal.tenant, _weight(text))
        return await in_thread(work, slot, self.services.thinkers)

    def charge(self, usage: Usage | ModelUse | None, cost_usd: float | None) -> None:
        """Count what models took; an unknown price cannot be counted on a key."""
        if usage is not None:
            self.tokens += usage.prompt_tokens + usage.completion_tokens
        self.usd += cost_usd or 0.0
        self.services.metrics.count_use(self.principal.tenant, usage, cost_usd)

    def read_request(self, text: str) -> Reading:
        """Return what a job text or a note asks for; what a model took for it is counted on the key."""
        reading = self.shelf.recruiter.read(text)
        self.charge(reading.usage, reading.cost_usd)
        return reading

    def administration(self) -> Administration:
        """Return the means to make keys and choose stacks in the name of whoever asks."""
        one = self.services
        return Administration(one.database, one.keys, one.stacks, actor=self.principal.key_id)

    def stream(self, text: str, items: Callable[[], Generator[Item]]) -> Stream[Item]:
        """Return the items of a generator that asks the coach about a text."""
        slot = self.services.slot(self.principal.tenant, _weight(text))
        return Stream(items, slot, self.services.thinkers)


async def identify(services: Services, record: RequestRecord, authorization: str) -> Principal:
    """Return whose key a request carries, or whoever uses this machine where no key is needed.

    Without need of a key, one of ours still has to be valid; any other word is passed over, because
    clients made for other services always send one.

    Raises:
        UnauthenticatedError: A key is needed and there is none, or it is not valid.
    """
    scheme, _, secret = authorization.partition(" ")
    given = secret.strip() if scheme.casefold() == "bearer" else ""
    if services.needs_key or SECRET.fullmatch(given):
        principal = await services.read(partial(services.keys.verify, given)) if given else None
        if principal is None:
            raise UnauthenticatedError("the API key is not valid" if given else "the request has no API key")
    else:
        principal = LOCAL
    record.noted |= {"tenant": principal.tenant, "key_id": principal.key_id}
    return principal


@asynccontextmanager
async def admitted(
    services: Services, record: RequestRecord, authorization: str, scope: Scope | None
) -> AsyncIterator[Turn]:
    """Give a request its turn within the limits of its key; it counts as running until the block ends.

    Any key will do where no scope is named.

    Raises:
        UnauthenticatedError: A key is needed and there is none, or it is not valid.
        ForbiddenError: The key lacks the scope.
        TenantDisabledError: Operators have switched the tenant off; what needs the scope "admin" stays open.
        QuotaExceededError: The key used up what it may take.
    """
    principal = await identify(services, record, authorization)
    if scope is not None and not principal.may(scope):
        raise ForbiddenError(f"key {principal.key_id!r} lacks the scope {scope!r}")
    if scope != "admin":
        await _check_tenant(services, principal.tenant)
    if principal.limits == UNLIMITED:
        yield Turn(principal, services, record)
        return
    admission = await services.read(partial(services.quotas.admit, principal))
    record.headers |= _limit_headers(admission)
    turn = Turn(principal, services, record)
    renew = partial(services.quotas.renew, admission.lease)
    async with AsyncExitStack() as running:
        running.push_async_callback(_settle, turn, admission)
        await running.enter_async_context(renewed(services, renew, services.quotas.lease_s))
        record.before_last = running.aclose  # so that whoever has the whole response may ask again
        yield turn


async def _check_tenant(services: Services, tenant: str) -> None:
    board = services.switchboard
    if board.is_stale:
        await services.read(board.refresh)
    if board.is_off(tenant):
        raise TenantDisabledError(f"tenant {tenant!r} is switched off")


async def _settle(turn: Turn, admission: Admission) -> None:
    """Count what a request took. Its answer is there: if this fails, it is not the client who has to know."""
    settle = partial(turn.services.quotas.settle, admission.lease, turn.tokens, turn.usd)
    try:
        with anyio.CancelScope(shield=True):  # also if the client went away
            await turn.services.read(settle)
    except CoachError as error:
        structlog.get_logger().exception("what a request took was not counted", hint=error.hint)


def _turn(scope: Scope | None) -> Callable[[Request], AsyncIterator[Turn]]:
    async def take(request: Request) -> AsyncIterator[Turn]:
        header = request.headers.get("authorization", "")
        async with admitted(services_of(request), record_of(request.scope), header, scope) as turn:
            yield turn

    return take


Asker = Annotated[Turn, Depends(_turn("ask"))]
"""The turn of a request that needs the scope "ask"."""

Anyone = Annotated[Turn, Depends(_turn(None))]
"""The turn of a request that any key opens."""

Practitioner = Annotated[Turn, Depends(_turn("practice"))]
"""The turn of a request that needs the scope "practice"."""

RecruitingTeam = Annotated[Turn, Depends(_turn("recruit"))]
"""The turn of a request that needs the scope "recruit"."""

Administrator = Annotated[Turn, Depends(_turn("admin"))]
"""The turn of a request that needs the scope "admin"."""


async def json_only(request: Request) -> None:
    """Refuse a body that is not called JSON; a form on another site's page cannot send such a type."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if media_type != "application/json":
        raise HTTPException(415, f"the body is called {media_type!r}; application/json is taken")


def _weight(text: str) -> float:
    return max(1.0, len(text) / CHARS_PER_TOKEN)


def _limit_headers(admission: Admission) -> dict[str, str]:
    """Return how the limits stand, for the client: whole numbers, of dollars millionths.

    Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (policies by name; the
    tightest first).
    """
    windows = sorted(admission.windows, key=lambda one: (one.remaining / one.limit, one.name))
    if not windows:
        return {}
    policies, standings = [], []
    for one in windows:
        name, units = one.name.replace("_", "-"), 1
        if name.startswith("usd"):
            name, units = f"micro{name}", MICRO
        policies.append(f'"{name}";q={one.limit * units:.0f};w={one.span_s:.0f}')
        standings.append(f'"{name}";r={int(one.remaining * units)};t={ceil(one.reset_s)}')
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(standings)}
