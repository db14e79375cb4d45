"""When a provider is left alone, and when it is asked again."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from coach.errors import BreakerOpenError, ModelOutputError, ModelRequestError, ModelUnavailableError
from coach.models.breaker import Breakers
from coach.models.fake import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def breakers(clock: FakeClock) -> Breakers:
    return Breakers(clock)


def fail(breakers: Breakers, times: int = 1, provider: str = "acme") -> None:
    for _ in range(times):
        with pytest.raises(ModelUnavailableError), breakers.guard(provider):
            raise ModelUnavailableError("down")


def succeed(breakers: Breakers, provider: str = "acme") -> None:
    with breakers.guard(provider):
        pass


def test_the_fifth_failure_within_thirty_seconds_opens_it(breakers: Breakers, clock: FakeClock) -> None:
    """Four failures leave it closed, a fifth in the 30th second opens it, and no call is made then."""
    fail(breakers, 4)
    clock.advance_s(30.0)
    assert breakers.state("acme") == "closed"
    fail(breakers)
    assert breakers.state("acme") == "open"
    with pytest.raises(BreakerOpenError), breakers.guard("acme"):
        pytest.fail("the call was made")


def test_failures_older_than_thirty_seconds_do_not_count(breakers: Breakers, clock: FakeClock) -> None:
    """Four failures, a pause of more than 30 seconds and four more leave it closed."""
    fail(breakers, 4)
    clock.advance_s(30.1)
    fail(breakers, 4)
    assert breakers.state("acme") == "closed"


def test_a_success_between_failures_does_not_hide_them(breakers: Breakers) -> None:
    """A provider that answers every other call still opens its breaker."""
    for _ in range(5):
        succeed(breakers)
        fail(breakers)
    assert breakers.state("acme") == "open"


def test_it_is_half_open_after_sixty_seconds(breakers: Breakers, clock: FakeClock) -> None:
    """In the 60th second it lets a probe through, not before; a success closes it."""
    fail(breakers, 5)
    clock.advance_s(59.9)
    assert breakers.state("acme") == "open"
    clock.advance_s(0.1)
    assert breakers.state("acme") == "half_open"
    succeed(breakers)
    assert breakers.state("acme") == "closed"


def test_a_failed_probe_opens_it_for_another_minute(breakers: Breakers, clock: FakeClock) -> None:
    """One failure is enough while it is half open."""
    fail(breakers, 5)
    clock.advance_s(60)
    fail(breakers)
    clock.advance_s(59.9)
    assert breakers.state("acme") == "open"
    clock.advance_s(0.1)
    assert breakers.state("acme") == "half_open"


def test_only_one_of_many_threads_probes(breakers: Breakers, clock: FakeClock) -> None:
    """Of twenty calls at the same time one is made while it is half open."""
    fail(breakers, 5)
    clock.advance_s(60)
    entered, together = Barrier(20), Barrier(20)

    def call(_: int) -> bool:
        entered.wait()
        try:
            with breakers.guard("acme"):
                together.wait()
        except BreakerOpenError:
            together.wait()
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(call, range(20))) == 1
    assert breakers.state("acme") == "closed"


def test_a_probe_that_its_caller_gave_up_is_no_verdict(breakers: Breakers, clock: FakeClock) -> None:
    """The next call probes again."""
    fail(breakers, 5)
    clock.advance_s(60)
    with pytest.raises(KeyboardInterrupt), breakers.guard("acme"):
        raise KeyboardInterrupt
    assert breakers.state("acme") == "half_open"
    succeed(breakers)
    assert breakers.state("acme") == "closed"


@pytest.mark.parametrize("error", [ModelRequestError("wrong key"), ModelOutputError("no JSON")])
def test_errors_that_are_not_of_health_do_not_count(breakers: Breakers, error: Exception) -> None:
    """A wrong key or an unreadable reply says nothing about whether the provider is up."""
    for _ in range(10):
        with pytest.raises(type(error)), breakers.guard("acme"):
            raise error
    assert breakers.state("acme") == "closed"


def test_each_provider_has_its_own(breakers: Breakers) -> None:
    """One provider's failures leave the other's breaker closed, and both are to be seen."""
    fail(breakers, 5)
    succeed(breakers, "other")
    assert breakers.states() == {"acme": "open", "other": "closed"}


def test_a_late_failure_does_not_lengthen_the_wait(breakers: Breakers, clock: FakeClock) -> None:
    """A call that began before it opened and fails after leaves it to half-open in time."""
    with suppress(ModelUnavailableError), breakers.guard("acme"):
        fail(breakers, 5)
        clock.advance_s(30)
        raise ModelUnavailableError("late")
    clock.advance_s(30)
    assert breakers.state("acme") == "half_open"
