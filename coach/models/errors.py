"""The errors of models; coach/errors.py draws the whole tree and maps each leaf to an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ingest.errors import CoachError

if TYPE_CHECKING:
    from coach.models.contract import FailureReason, Hop, Usage


class ModelError(CoachError):
    """A language model did not answer; see the leaves.

    Attributes:
        reason: The cause in one word, as a `Hop` names it.
        hops: The steps that the router took down the fallback chain before it gave up.
    """

    reason: ClassVar[FailureReason] = "unavailable"

    def __init__(self, message: str, *, hint: str = "", hops: tuple[Hop, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.hops = hops


class ModelUnavailableError(ModelError):
    """The provider does not answer, or no model of the chain does."""

    retryable = True
    hint = "Try again later, name COACH_FALLBACK_MODELS, or unset COACH_MODEL to answer without a model."


class ModelTimeoutError(ModelError):
    """No whole answer came in time."""

    retryable = True
    reason = "timeout"
    hint = "Raise COACH_MODEL_TIMEOUT_S, or name a faster COACH_MODEL."


class ModelRateLimitedError(ModelError):
    """The provider wants fewer calls.

    Attributes:
        retry_after_s: Seconds that the provider asks to wait; None if it says nothing.
    """

    retryable = True
    reason = "rate_limited"
    hint = "Try again later, or name COACH_FALLBACK_MODELS of another provider."

    def __init__(
        self,
        message: str,
        *,
        retry_after_s: float | None = None,
        hint: str = "",
        hops: tuple[Hop, ...] = (),
    ) -> None:
        super().__init__(message, hint=hint, hops=hops)
        self.retry_after_s = retry_after_s


class ModelRefusedError(ModelError):
    """The provider does not answer such a text."""

    reason = "refused"
    hint = "Ask in other words, or unset COACH_MODEL to answer without a model."


class ModelRequestError(ModelError):
    """The provider cannot take the request: wrong key, unknown model, too long."""

    reason = "request"
    hint = "Correct COACH_MODEL, COACH_MODEL_API_BASE and COACH_MODEL_API_KEY."


class ModelOutputError(ModelError):
    """A reply came and cannot be read."""

    reason = "unreadable"
    hint = "Name another COACH_MODEL, or check that COACH_MODEL_API_BASE is an OpenAI-compatible server."


class StreamBrokenError(ModelError):
    """A stream ended in the middle.

    Attributes:
        model: Whose stream it was.
        received: The text that had come.
        usage: What it took, reckoned from the characters.
    """

    retryable = True
    reason = "stream_broken"
    hint = "Ask again."

    def __init__(
        self, message: str, *, model: str, received: str, usage: Usage, hops: tuple[Hop, ...] = ()
    ) -> None:
        super().__init__(message, hops=hops)
        self.model = model
        self.received = received
        self.usage = usage


class BreakerOpenError(ModelError):
    """The provider failed too often of late and is left alone for a minute."""

    retryable = True
    reason = "breaker_open"
    hint = "Try again in a minute, or name COACH_FALLBACK_MODELS of another provider."


BudgetLimit = Literal["steps", "tokens", "dollars", "wall_clock", "no_progress"]


class BudgetExceededError(CoachError):
    """One request used up what a request may take.

    Attributes:
        which: The limit that was reached.
        hops: The steps that the router had taken down the fallback chain.
    """

    hint = "Raise COACH_BUDGET_STEPS, _TOKENS, _USD or _WALL_CLOCK_S, or ask a narrower question."

    def __init__(self, which: BudgetLimit, message: str) -> None:
        super().__init__(message)
        self.which = which
        self.hops: tuple[Hop, ...] = ()
