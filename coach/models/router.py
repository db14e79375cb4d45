"""One dependable model out of several: retries, circuit breakers and a fallback chain, inside a budget."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from types import MappingProxyType

from coach.errors import BudgetExceededError, ModelError, StreamBrokenError
from coach.models.breaker import Breakers, BreakerState
from coach.models.budget import Budget
from coach.models.call import complete_once, open_stream
from coach.models.contract import Clock, FailureReason, Model, Reply, Request, RoutedPart
from coach.models.retry import RetryRules, with_retries
from coach.models.walk import Walk

NOTHING_EXCLUDED: Mapping[str, FailureReason] = MappingProxyType({})


class Router:
    """Asks the models of a chain in order until one answers; one router serves all requests of a process.

    Each model is tried a few times while that may help; then the next one is asked, and the step is recorded
    as a `Hop`. When none answers, `ModelUnavailableError` names every step, and the caller answers without a
    model.

    Args:
        chain: The model of the settings, then its siblings, then models of other providers.
        breakers: Shared by all routers of a process that ask the same providers.
    """

    def __init__(
        self, chain: Sequence[Model], *, breakers: Breakers, clock: Clock, retries: RetryRules | None = None
    ) -> None:
        if not chain:
            raise ValueError("a chain has at least one model")
        self._chain = tuple(chain)
        self._breakers = breakers
        self._clock = clock
        self._retries = retries or RetryRules()

    @property
    def names(self) -> tuple[str, ...]:
        """The models of the chain, in order."""
        return tuple(model.name for model in self._chain)

    def asking(self, chain: Sequence[Model]) -> Router:
        """Return a router of another chain that shares what this one has learnt of the providers."""
        return Router(chain, breakers=self._breakers, clock=self._clock, retries=self._retries)

    @property
    def models(self) -> tuple[Model, ...]:
        """The chain itself."""
        return self._chain

    @property
    def breaker_states(self) -> dict[str, BreakerState]:
        """State of the breaker of each provider in the chain."""
        return {model.provider: self._breakers.state(model.provider) for model in self._chain}

    def complete(
        self, request: Request, budget: Budget, *, exclude: Mapping[str, FailureReason] = NOTHING_EXCLUDED
    ) -> Reply:
        """Return a reply that is not empty, of the first model that gives one.

        Models in `exclude` are passed over: this request has given them up, for the reason that it says.

        Raises:
            ModelUnavailableError: No model of the chain answers.
            BudgetExceededError: The budget ends before a model answers.
        """
        walk = Walk(self._chain, exclude)
        with _hops_kept(walk):
            for model in walk:
                call = partial(complete_once, model, request, budget=budget, breakers=self._breakers)
                try:
                    reply = with_retries(call, rules=self._retries, clock=self._clock, budget=budget)
                except ModelError as error:
                    walk.fail(model, error)
                else:
                    return reply.model_copy(update={"hops": walk.hops})
            budget.check_time()
        raise walk.exhausted()

    def stream(
        self, request: Request, budget: Budget, *, exclude: Mapping[str, FailureReason] = NOTHING_EXCLUDED
    ) -> Generator[RoutedPart, None, None]:
        """Yield the hops taken, then text as it comes, then one `StreamEnd`.

        Only a model that has written nothing yet is left for another. To go on after a broken stream, call
        again with the broken model excluded.

        Raises:
            StreamBrokenError: The stream ended after text was yielded; it says what was received.
            ModelUnavailableError: No model of the chain answers.
            BudgetExceededError: The budget ends first, perhaps in the middle of the text.
        """
        walk = Walk(self._chain, exclude)
        with _hops_kept(walk):
            for model in walk:
                yield from walk.hops[-1:]
                call = partial(open_stream, model, request, budget=budget, breakers=self._breakers)
                try:
                    opened = with_retries(call, rules=self._retries, clock=self._clock, budget=budget)
                except ModelError as error:
                    walk.fail(model, error)
                else:
                    with closing(opened.rest):
                        yield opened.first
                        yield from opened.rest
                    return
            budget.check_time()
        raise walk.exhausted()


@contextmanager
def _hops_kept(walk: Walk) -> Iterator[None]:
    """Let an error that ends the request tell how far down the chain it was."""
    try:
        yield
    except (BudgetExceededError, StreamBrokenError) as error:
        error.hops = walk.hops
        raise
