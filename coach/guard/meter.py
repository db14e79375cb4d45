"""What one key has taken, and whether it may take more: arithmetic alone, for every backend.

A limit per minute is a bucket that holds one minute's worth and is refilled evenly: a burst of the whole
limit is fine, after that the rate is. What a request takes in tokens and dollars is known when it ends; it
is then taken from the bucket, which may sink below zero, and the next requests wait until it is above. A
limit per month counts within the calendar month, UTC. Requests that run are leases with an end, so that
those of a process that died stop counting.

Source: token bucket as in ITU-T I.371 / RFC 2697 section 3, with debt.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import Field

from coach.errors import QuotaExceededError, QuotaName
from coach.guard.principal import Limits
from ingest.contract import Frozen

MINUTE_S = 60.0
CLOCK_JUMP_S = 60.0
BUSY_RETRY_S = 1.0
ROUNDING = 1e-6
"""What sums of fractions may lack of a whole."""


class Spend(Frozen):
    """What requests take."""

    requests: int = 0
    tokens: int = 0
    usd: float = 0.0

    def plus(self, other: Spend) -> Spend:
        """Return the sum."""
        return Spend(
            requests=self.requests + other.requests,
            tokens=self.tokens + other.tokens,
            usd=self.usd + other.usd,
        )


class Running(Frozen):
    """A request that runs: when it stops counting if nobody renews it, and what was set aside for it."""

    until_s: float
    reserved: Spend


class Meter(Frozen):
    """The state of one key.

    Attributes:
        at_s: When `owed` was reckoned, seconds since 1970.
        owed: What the buckets lack to be full, by the limit's name.
        month: The calendar month of `spent`, such as "2026-11".
        running: By lease.
    """

    at_s: float = 0.0
    owed: dict[QuotaName, float] = Field(default_factory=dict)
    month: str = ""
    spent: Spend = Spend()
    running: dict[str, Running] = Field(default_factory=dict)


class Window(NamedTuple):
    """How one limit stands.

    Attributes:
        span_s: What it counts over, seconds.
        remaining: What may still be taken; never below 0.
        reset_s: Seconds until it is whole again.
    """

    name: QuotaName
    limit: float
    span_s: float
    remaining: float
    reset_s: float


def advance(meter: Meter, limits: Limits, now_s: float, *, lease_s: float) -> Meter:
    """Return the meter at a moment: buckets refilled, an old month closed, dead leases dropped.

    Clocks differ between machines and are set: a meter that was written a little in the future stays there,
    so that nothing is refilled twice; of one from far in the future nobody knows how old it is, and its
    buckets are full again.
    """
    jumped = meter.at_s - now_s > CLOCK_JUMP_S
    at_s = now_s if jumped else max(now_s, meter.at_s)
    passed_s = at_s - meter.at_s
    owed = {
        window.name: left
        for window in _buckets(limits)
        if (left := meter.owed.get(window.name, 0.0) - window.limit * passed_s / MINUTE_S) > 0 and not jumped
    }
    month = f"{datetime.fromtimestamp(at_s, UTC):%Y-%m}"
    running = {
        lease: one.model_copy(update={"until_s": min(one.until_s, now_s + lease_s)})
        for lease, one in meter.running.items()
        if one.until_s > now_s
    }
    spent = meter.spent if month == meter.month else Spend()
    return Meter(at_s=at_s, owed=owed, month=month, spent=spent, running=running)


def windows(meter: Meter, limits: Limits, now_s: float) -> tuple[Window, ...]:
    """Return how each limit stands, for a meter that was advanced to this moment."""
    return tuple(_standing(meter, limits, now_s))


def admit(
    meter: Meter, limits: Limits, now_s: float, *, lease: str, until_s: float, expected: Spend
) -> Meter:
    """Return the meter with one more request running.

    Raises:
        QuotaExceededError: A limit has no room for it; the one with the longest wait is named.
    """
    asked = expected.model_copy(update={"requests": 1})
    refusals = [
        QuotaExceededError(window.name, limit=window.limit, retry_after_s=wait_s)
        for window in windows(meter, limits, now_s)
        if (wait_s := _wait_s(window, asked)) > 0
    ]
    cap = limits.concurrent_requests
    if cap is not None and len(meter.running) >= cap:
        refusals.append(QuotaExceededError("concurrent_requests", limit=cap, retry_after_s=BUSY_RETRY_S))
    if refusals:
        raise max(refusals, key=lambda refusal: refusal.retry_after_s)
    running = {**meter.running, lease: Running(until_s=until_s, reserved=expected)}
    return take(meter, limits, asked).model_copy(update={"running": running})


def end(meter: Meter, limits: Limits, *, lease: str, actual: Spend, reserved: Spend) -> Meter:
    """Return the meter after a request ended that took `actual`, where `reserved` was set aside for it."""
    difference = Spend(tokens=actual.tokens - reserved.tokens, usd=actual.usd - reserved.usd)
    running = {name: one for name, one in meter.running.items() if name != lease}
    return take(meter, limits, difference).model_copy(update={"running": running})


def renew(meter: Meter, *, lease: str, until_s: float, reserved: Spend) -> Meter:
    """Return the meter with a lease that ends later."""
    running = {**meter.running, lease: Running(until_s=until_s, reserved=reserved)}
    return meter.model_copy(update={"running": running})


def take(meter: Meter, limits: Limits, spend: Spend) -> Meter:
    """Return the meter after something was taken, or given back where it is negative."""
    owed = {
        window.name: max(0.0, meter.owed.get(window.name, 0.0) + _part(window.name, spend))
        for window in _buckets(limits)
    }
    return meter.model_copy(update={"owed": owed, "spent": meter.spent.plus(spend)})


def _buckets(limits: Limits) -> Iterator[Window]:
    names: tuple[QuotaName, ...] = ("requests_per_minute", "tokens_per_minute", "usd_per_minute")
    for name in names:
        if (limit := getattr(limits, name)) is not None:
            yield Window(name, limit, MINUTE_S, limit, 0.0)


def _standing(meter: Meter, limits: Limits, now_s: float) -> Iterator[Window]:
    for bucket in _buckets(limits):
        owed = meter.owed.get(bucket.name, 0.0)
        remaining = max(0.0, bucket.limit - owed)
        yield bucket._replace(remaining=remaining, reset_s=owed * MINUTE_S / bucket.limit)
    start, following = _month(now_s)
    months: tuple[QuotaName, ...] = ("requests_per_month", "tokens_per_month", "usd_per_month")
    for name in months:
        if (limit := getattr(limits, name)) is not None:
            remaining = max(0.0, limit - _part(name, meter.spent))
            yield Window(name, limit, following - start, remaining, following - now_s)


def _wait_s(window: Window, asked: Spend) -> float:
    """Return the seconds until the window has room for what is asked; 0 if it has.

    There is room for a request of unknown cost as soon as anything is left, and for one that is larger than
    the limit when the window is whole.
    """
    needed = min(_part(window.name, asked), window.limit)
    if window.remaining > 0 and window.remaining + ROUNDING >= needed:
        return 0.0
    if window.span_s > MINUTE_S:
        return window.reset_s
    # `reset_s` counts debt as well, which `remaining` does not show.
    return max(window.reset_s - (window.limit - needed) * MINUTE_S / window.limit, 1e-3)


def _part(name: QuotaName, spend: Spend) -> float:
    return float(getattr(spend, name.partition("_")[0]))


def _month(now_s: float) -> tuple[float, float]:
    """Return where the calendar month of a moment starts and ends, seconds since 1970."""
    now = datetime.fromtimestamp(now_s, UTC)
    start = datetime(now.year, now.month, 1, tzinfo=UTC)
    following = datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)
    return start.timestamp(), following.timestamp()
