"""Trying the same model again, a few times and never past the request's budget."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.stop import stop_base
from tenacity.wait import wait_base, wait_random_exponential

from coach.errors import BreakerOpenError, ModelError, ModelRateLimitedError
from coach.models.budget import Budget
from coach.models.contract import Clock
from ingest.contract import Frozen

T = TypeVar("T")


class RetryRules(Frozen):
    """How often and how patiently one model is tried.

    Attributes:
        attempts: Calls in all, the first included.
        first_wait_s: Top of the random wait before the second call; it doubles before each later one.
        longest_wait_s: A provider that asks for a longer wait is not tried again in this request.
    """

    attempts: int = 3
    first_wait_s: float = 0.5
    longest_wait_s: float = 8.0


def with_retries(call: Callable[[], T], *, rules: RetryRules, clock: Clock, budget: Budget) -> T:
    """Return what the call returns, tried again while that may help.

    The wait is random below an exponential bound ("full jitter"), and at least what the provider asks for.
    Source: aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter

    Raises:
        ModelError: The last one, once attempts, patience or the budget's wall clock are used up.
    """
    retrying = Retrying(
        sleep=clock.sleep_s,
        retry=retry_if_exception(_may_help),
        wait=_Wait(rules),
        stop=stop_after_attempt(rules.attempts) | _Impatience(rules, budget),
        before_sleep=_log,
        reraise=True,
    )
    return retrying(call)


class _Wait(wait_base):
    """A random wait, and at least as long as the provider asks."""

    def __init__(self, rules: RetryRules) -> None:
        self._backoff = wait_random_exponential(multiplier=rules.first_wait_s, max=rules.longest_wait_s)

    def __call__(self, retry_state: RetryCallState) -> float:
        error = _error(retry_state)
        asked_s = error.retry_after_s if isinstance(error, ModelRateLimitedError) else None
        return max(asked_s or 0.0, self._backoff(retry_state))


class _Impatience(stop_base):
    """Stops where the wait would be longer than the rules allow or than the budget has time for."""

    def __init__(self, rules: RetryRules, budget: Budget) -> None:
        self._rules = rules
        self._budget = budget

    def __call__(self, retry_state: RetryCallState) -> bool:
        wait_s = retry_state.upcoming_sleep
        return wait_s > self._rules.longest_wait_s or wait_s >= self._budget.remaining_s


def _may_help(error: BaseException) -> bool:
    return isinstance(error, ModelError) and error.retryable and not isinstance(error, BreakerOpenError)


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _log(state: RetryCallState) -> None:
    structlog.get_logger().info(
        "model_retry",
        attempt=state.attempt_number,
        error=type(_error(state)).__name__,
        wait_s=round(state.upcoming_sleep, 3),
    )
