"""The way down a fallback chain, with a record of every step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import structlog

from coach.errors import ModelError, ModelUnavailableError
from coach.models.contract import FailureReason, Hop, Model

OUTLINE = "outline"
"""What stands in a hop for the last step of every chain: the answer that needs no model."""


class Walk:
    """Gives the models of a chain one after another, as long as each one before was reported as failed.

    Attributes:
        hops: The steps so far; one is added when the next model is given.
    """

    def __init__(self, chain: Sequence[Model], exclude: Mapping[str, FailureReason]) -> None:
        self.hops: tuple[Hop, ...] = ()
        self._chain = chain
        self._exclude = exclude
        self._failed: tuple[str, FailureReason] | None = None
        self._error: ModelError | None = None

    def __iter__(self) -> Iterator[Model]:
        for model in self._chain:
            if model.name in self._exclude:
                self._failed = (model.name, self._exclude[model.name])
                continue
            self._step_to(model.name)
            yield model

    def fail(self, model: Model, error: ModelError) -> None:
        """Remember why a model did not answer."""
        self._failed = (model.name, error.reason)
        self._error = error

    def exhausted(self) -> ModelUnavailableError:
        """Return the error to raise when the chain has ended; it has the last model's mend."""
        self._step_to(OUTLINE)
        causes = ", ".join(f"{hop.source} ({hop.reason})" for hop in self.hops)
        hint = self._error.hint if self._error and not self._error.retryable else ""
        error = ModelUnavailableError(f"no model answers: {causes}", hint=hint, hops=self.hops)
        error.__cause__ = self._error
        return error

    def _step_to(self, target: str) -> None:
        if self._failed is None:
            return
        source, reason = self._failed
        self.hops += (Hop(source=source, target=target, reason=reason),)
        structlog.get_logger().warning("model_hop", source=source, target=target, reason=reason)
