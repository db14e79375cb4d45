from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import DatabaseError, QuotaExceededError, SettingsError
from coach.guard import meter as metering
from coach.guard.meter import Meter, Spend
from coach.guard.principal import LOCAL, Limits, Principal
from coach.guard.quotas import NOTHING, Backend, Lease, Quotas
from coach.guard.quotas_redis import RedisBackend
from coach.guard.quotas_sql import SqlBackend
from coach.store.database import Database
from tests.support.databases import empty_tables

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC).timestamp()
MIDNIGHT_S = 12 * 3600


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = NOON

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """Each backend in turn, with nothing counted."""
    if request.param == "redis":
        url = request.getfixturevalue("redis_url")
        redis.Redis.from_url(url).flushall()
        opened = RedisBackend(url)
        yield opened
        opened.close()
    elif request.param == "postgresql":
        shared: Database = request.getfixturevalue("postgres_with_tables")
        empty_tables(shared)
        yield SqlBackend(shared)
    else:
        yield SqlBackend(request.getfixturevalue("sqlite_database"))


@pytest.fixture
def quotas(backend: Backend, clock: Clock) -> Quotas:
    return Quotas(backend, clock_s=clock)


def principal(key_id: str = "k1", tenant: str = "acme", **limits: float) -> Principal:
    """Return somebody with these limits."""
    return Principal(
        tenant=tenant, key_id=key_id, scopes=frozenset({"ask"}), limits=Limits.model_validate(limits)
    )


def admitted(quotas: Quotas, who: Principal, times: int) -> list[Lease]:
    """Return the leases of requests that must all be admitted."""
    return [quotas.admit(who).lease for _ in range(times)]


def refused(quotas: Quotas, who: Principal, expected: Spend = NOTHING) -> QuotaExceededError:
    """Return the error of a request that must be refused."""
    with pytest.raises(QuotaExceededError) as failure:
        quotas.admit(who, expected=expected)
    return failure.value


def test_a_minute_holds_as_many_requests_as_its_limit(quotas: Quotas, clock: Clock) -> None:
    """The limit may come at once; then one more every sixtieth of it, as Retry-After says."""
    who = principal(requests_per_minute=6)
    admitted(quotas, who, 6)
    error = refused(quotas, who)
    assert (error.which, error.limit) == ("requests_per_minute", 6)
    assert error.retry_after_s == pytest.approx(10)
    clock.now_s += error.retry_after_s
    admitted(quotas, who, 1)
    refused(quotas, who)


def test_headers_show_how_the_limits_stand(quotas: Quotas, clock: Clock) -> None:
    """Limit, what is left, and when it is whole again; the tightest first of all."""
    who = principal(requests_per_minute=60, requests_per_month=10)
    windows = {window.name: window for window in quotas.admit(who).windows}
    minute, month = windows["requests_per_minute"], windows["requests_per_month"]
    assert (minute.limit, minute.remaining, minute.span_s) == (60, 59, 60)
    assert minute.reset_s == pytest.approx(1)
    assert (month.limit, month.remaining, month.span_s) == (10, 9, 31 * 86400)
    assert month.reset_s == MIDNIGHT_S
    assert quotas.admit(who).tightest.name == "requests_per_month"  # type: ignore[union-attr]
    clock.now_s += 60
    assert [window.remaining for window in quotas.standing(who)] == [60, 8]


def test_tokens_are_taken_when_they_are_known(quotas: Quotas, clock: Clock) -> None:
    """A request that took more than was left is paid for by waiting afterwards."""
    who = principal(tokens_per_minute=600)
    quotas.settle(quotas.admit(who).lease, tokens=900, usd=0)
    error = refused(quotas, who)
    assert error.which == "tokens_per_minute"
    assert error.retry_after_s == pytest.approx(30, abs=0.01)
    clock.now_s += 30.1
    admitted(quotas, who, 1)


def test_what_is_set_aside_counts_until_the_request_ends(quotas: Quotas) -> None:
    """Expected tokens are held back; what was not used is given back, what was is not."""
    who = principal(tokens_per_minute=1000, usd_per_month=1)
    expected = Spend(tokens=600, usd=0.6)
    first = quotas.admit(who, expected=expected).lease
    assert refused(quotas, who, expected).which in {"tokens_per_minute", "usd_per_month"}
    quotas.settle(first, tokens=100, usd=0.1)
    second = quotas.admit(who, expected=expected).lease
    quotas.release(second)
    assert [round(window.remaining, 6) for window in quotas.standing(who)] == [900, 0.9]


def test_more_than_the_whole_limit_waits_for_a_full_bucket(quotas: Quotas, clock: Clock) -> None:
    """A request that expects more than a minute holds is not refused for ever."""
    who = principal(tokens_per_minute=100)
    quotas.settle(quotas.admit(who).lease, tokens=50, usd=0)
    error = refused(quotas, who, Spend(tokens=500))
    clock.now_s += error.retry_after_s
    quotas.admit(who, expected=Spend(tokens=500))


@pytest.mark.parametrize(
    ("limit", "tokens", "usd"), [("tokens_per_month", 100, 0), ("usd_per_month", 0, 2.5)]
)
def test_a_month_is_over_when_its_budget_is(
    quotas: Quotas, clock: Clock, limit: str, tokens: int, usd: float
) -> None:
    """A spent budget opens again with the next calendar month, UTC."""
    who = principal(**{limit: tokens or usd})
    quotas.settle(quotas.admit(who).lease, tokens=tokens, usd=usd)
    error = refused(quotas, who)
    assert (error.which, error.retry_after_s) == (limit, MIDNIGHT_S)
    clock.now_s += MIDNIGHT_S
    admitted(quotas, who, 1)


def test_dollars_count_by_the_minute(quotas: Quotas, clock: Clock) -> None:
    """A bill that comes in is waited off at the rate of the limit."""
    who = principal(usd_per_minute=0.6)
    quotas.settle(quotas.admit(who).lease, tokens=1, usd=0.7)
    assert refused(quotas, who).retry_after_s == pytest.approx(10, abs=0.01)
    clock.now_s += 11
    admitted(quotas, who, 1)


def test_so_many_run_at_once(quotas: Quotas) -> None:
    """One more than the cap is refused until one ends, however it ends."""
    who = principal(concurrent_requests=2)
    first, second = admitted(quotas, who, 2)
    assert refused(quotas, who).which == "concurrent_requests"
    quotas.release(first)
    third = admitted(quotas, who, 1)[0]
    refused(quotas, who)
    quotas.settle(second, tokens=1, usd=0)
    quotas.settle(third, tokens=1, usd=0)
    admitted(quotas, who, 2)


def test_a_dead_request_stops_counting(quotas: Quotas, clock: Clock) -> None:
    """A lease that nobody ends or renews runs out; one that is renewed holds on."""
    who = principal(concurrent_requests=1)
    lease = admitted(quotas, who, 1)[0]
    clock.now_s += 119
    refused(quotas, who)
    quotas.renew(lease)
    clock.now_s += 119
    refused(quotas, who)
    clock.now_s += 2
    admitted(quotas, who, 1)


def test_what_a_late_request_took_still_counts(quotas: Quotas, clock: Clock) -> None:
    """Settling after the lease ran out charges all the same."""
    who = principal(tokens_per_month=100)
    lease = admitted(quotas, who, 1)[0]
    clock.now_s += 500
    quotas.settle(lease, tokens=100, usd=0)
    assert refused(quotas, who).which == "tokens_per_month"


def test_a_refused_request_counts_nothing(quotas: Quotas) -> None:
    """Where one limit has no room, no other is touched."""
    who = principal(requests_per_minute=10, concurrent_requests=1)
    lease = admitted(quotas, who, 1)[0]
    for _ in range(20):
        refused(quotas, who)
    quotas.release(lease)
    assert quotas.standing(who)[0].remaining == 9


def test_keys_do_not_share(quotas: Quotas) -> None:
    """Each key of each tenant has its own meter."""
    for who in (principal(requests_per_minute=1), principal("k2", requests_per_minute=1)):
        admitted(quotas, who, 1)
    admitted(quotas, principal(tenant="other", requests_per_minute=1), 1)
    refused(quotas, principal(requests_per_minute=1))


def test_without_limits_nothing_is_counted(quotas: Quotas) -> None:
    """The local user is admitted without a look at the backend."""
    admission = quotas.admit(LOCAL)
    assert admission.windows == ()
    assert admission.tightest is None
    quotas.settle(admission.lease, tokens=10, usd=1)


def test_threads_never_overdraw(backend: Backend, clock: Clock) -> None:
    """Of many that come at once exactly as many are admitted as the limits say."""
    quotas, who = Quotas(backend, clock_s=clock), principal(requests_per_minute=7, concurrent_requests=9)

    def attempt(_: int) -> bool:
        try:
            quotas.admit(who)
        except QuotaExceededError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(24))) == 7


@pytest.mark.parametrize("jump_s", [-86400, -61, -30, 30, 61, 86400])
def test_a_clock_that_is_set_neither_locks_out_nor_opens_up(
    quotas: Quotas, clock: Clock, jump_s: float
) -> None:
    """Three minutes after a jump the key has a minute's limit and not more."""
    who = principal(requests_per_minute=5)
    admitted(quotas, who, 5)
    clock.now_s += jump_s + 180
    admitted(quotas, who, 5)
    refused(quotas, who)


def test_clocks_that_differ_refill_once(backend: Backend) -> None:
    """Two machines, one of them two seconds ahead, together admit no more than one would."""
    ahead, behind = Clock(), Clock()
    ahead.now_s += 2
    pair = [Quotas(backend, clock_s=clock) for clock in (ahead, behind)]
    who = principal(requests_per_minute=60)
    taken = 0
    for turn in range(140):
        try:
            pair[turn % 2].admit(who)
        except QuotaExceededError:
            continue
        taken += 1
    assert taken == 62 - 2 * (taken == 60)


def test_a_redis_that_is_gone_is_retryable() -> None:
    """A closed port becomes our error; a URL of something else a wrong setting."""
    quotas = Quotas(RedisBackend("redis://:hunter2@127.0.0.1:1/0", timeout_s=0.2))
    with pytest.raises(DatabaseError) as failure:
        quotas.admit(principal(requests_per_minute=1))
    assert failure.value.retryable
    assert "hunter2" not in str(failure.value)
    with pytest.raises(SettingsError):
        RedisBackend("http://localhost")


@given(st.lists(st.tuples(st.floats(0, 90), st.integers(0, 40)), max_size=30), st.integers(1, 50))
def test_no_stretch_of_time_takes_more_than_its_due(steps: list[tuple[float, int]], limit: int) -> None:
    """In any stretch, admitted requests are at most a full bucket and what was refilled since."""
    limits, now_s, meter = Limits(requests_per_minute=limit), NOON, Meter()
    taken: list[float] = []
    for pause_s, attempts in steps:
        now_s += pause_s
        for _ in range(attempts):
            meter = metering.advance(meter, limits, now_s, lease_s=1)
            with suppress(QuotaExceededError):
                meter = metering.admit(meter, limits, now_s, lease="x", until_s=now_s, expected=NOTHING)
                taken.append(now_s)
    for first, start_s in enumerate(taken):
        for last, end_s in enumerate(taken[first:], start=first):
            assert last - first + 1 <= limit * (1 + (end_s - start_s) / 60) + 1e-3


@given(st.integers(1, 1000), st.integers(0, 2000), st.integers(0, 3000), st.floats(0, 30))
def test_retry_after_is_exactly_long_enough(limit: int, before: int, expected: int, pause_s: float) -> None:
    """After the wait that a refusal names the same request is admitted; shortly before it is not."""
    limits, asked = Limits(tokens_per_minute=limit), Spend(tokens=expected)
    meter = metering.take(metering.advance(Meter(), limits, NOON, lease_s=1), limits, Spend(tokens=before))

    def attempt(now_s: float) -> None:
        advanced = metering.advance(meter, limits, now_s, lease_s=1)
        metering.admit(advanced, limits, now_s, lease="x", until_s=now_s, expected=asked)

    try:
        attempt(NOON + pause_s)
    except QuotaExceededError as refusal:
        wait_s = refusal.retry_after_s
        attempt(NOON + pause_s + wait_s + 1e-6)
        if wait_s > 0.1:
            with pytest.raises(QuotaExceededError):
                attempt(NOON + pause_s + wait_s - 0.05)
