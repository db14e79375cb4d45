"""When the same model is tried again, and how long is waited before."""

from collections.abc import Callable, Iterator

import pytest

from coach.errors import (
    BreakerOpenError,
    ModelError,
    ModelRateLimitedError,
    ModelRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
)
from coach.models.budget import Budget, BudgetLimits
from coach.models.fake import FakeClock
from coach.models.retry import RetryRules, with_retries


def failing(errors: list[ModelError]) -> Callable[[], str]:
    """Return a call that raises these one after another, then answers."""
    left: Iterator[ModelError] = iter(errors)

    def call() -> str:
        if error := next(left, None):
            raise error
        return "answer"

    return call


def run(errors: list[ModelError], clock: FakeClock, *, wall_clock_s: float = 120.0) -> str:
    budget = Budget(BudgetLimits(wall_clock_s=wall_clock_s), clock)
    return with_retries(failing(errors), rules=RetryRules(), clock=clock, budget=budget)


def test_the_third_call_is_the_last() -> None:
    """Two failures are forgiven; the third is raised as it came."""
    assert run([ModelTimeoutError("1"), ModelUnavailableError("2")], FakeClock()) == "answer"
    with pytest.raises(ModelUnavailableError, match="3"):
        run([ModelUnavailableError("1"), ModelUnavailableError("2"), ModelUnavailableError("3")], FakeClock())


def test_waits_are_random_below_a_bound_that_doubles() -> None:
    """Over many runs no wait passes 0.5 and 1 second, and they differ."""
    waits = []
    for _ in range(50):
        clock = FakeClock()
        run([ModelUnavailableError("1"), ModelUnavailableError("2")], clock)
        waits.append(clock.slept_s)
    assert all(0 <= first <= 0.5 and 0 <= second <= 1 for first, second in waits)
    assert len({first for first, _ in waits}) > 25


@pytest.mark.parametrize("error", [ModelRequestError("wrong key"), BreakerOpenError("left alone")])
def test_what_a_second_call_cannot_mend_is_raised_at_once(error: ModelError) -> None:
    """Nothing is waited for."""
    clock = FakeClock()
    with pytest.raises(type(error)):
        run([error], clock)
    assert clock.slept_s == []


def test_it_waits_as_long_as_the_provider_asks() -> None:
    """Retry-After of 5 seconds is 5 seconds and no less."""
    clock = FakeClock()
    assert run([ModelRateLimitedError("slower", retry_after_s=5.0)], clock) == "answer"
    assert clock.slept_s == [5.0]


def test_it_does_not_wait_for_a_provider_that_asks_for_too_long() -> None:
    """A minute's wait means that the next model is asked now."""
    clock = FakeClock()
    with pytest.raises(ModelRateLimitedError):
        run([ModelRateLimitedError("slower", retry_after_s=60.0)], clock)
    assert clock.slept_s == []


def test_no_wait_goes_past_the_wall_clock() -> None:
    """With three seconds left, five are not waited."""
    clock = FakeClock()
    with pytest.raises(ModelRateLimitedError):
        run([ModelRateLimitedError("slower", retry_after_s=5.0)], clock, wall_clock_s=3)
    assert clock.slept_s == []
