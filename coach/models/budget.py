"""What one request of a reader may take: calls, tokens, dollars and time, counted outside the model."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from itertools import pairwise

from pydantic import Field
from rapidfuzz import fuzz

from coach.errors import BudgetExceededError, BudgetLimit
from coach.models.contract import Clock, MadeCall, Request, Usage, estimate_tokens
from ingest.contract import Frozen

# Two drafts may rightly differ in one figure only, since a repair does that; three in a row go in circles.
SIMILAR = 98.0  # of 100
REPEATS = 3
COMPARED_CHARS = 8000  # comparing takes the product of the lengths

_NAMES: dict[BudgetLimit, str] = {
    "steps": "calls to models:",
    "tokens": "tokens:",
    "dollars": "dollars:",
    "wall_clock": "seconds:",
}


def charge_nobody(usage: Usage) -> None:
    """Do nothing: what is in force where nobody keeps count."""
    del usage


class BudgetLimits(Frozen):
    """The most that one request may take; see the settings."""

    steps: int = Field(25, ge=1)
    tokens: int = Field(50_000, ge=1)
    cost_usd: float = Field(0.50, gt=0)
    wall_clock_s: float = Field(120.0, gt=0)


class Spent(Frozen):
    """What one request took so far.

    Attributes:
        steps: Calls to models, repeated ones included.
        cost_usd: None if the price of any call is unknown.
        estimated: Whether some of the tokens are reckoned and not counted by a provider.
    """

    steps: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    cost_usd: float | None
    wall_clock_s: float
    estimated: bool


class Budget:
    """The account of one request; safe to be charged from several threads.

    What was paid for is handed over: a limit that a reply passes stops the next call, not this reply.

    Args:
        limits: The most that may be taken.
        clock: Tells the time.
        charge: Told what each call took as soon as it has ended, however it did; one call at a time.

    Attributes:
        calls: Those that have ended, repeated ones included; for traces.
    """

    def __init__(
        self, limits: BudgetLimits, clock: Clock, charge: Callable[[Usage], None] = charge_nobody
    ) -> None:
        self.limits = limits
        self.calls: list[MadeCall] = []
        self._clock = clock
        self._charge = charge
        self._start_s = clock.now_s()
        self._steps = 0
        self._usages: list[Usage] = []
        self._outputs: deque[str] = deque(maxlen=REPEATS)
        self._lock = threading.Lock()

    @property
    def remaining_s(self) -> float:
        """Seconds until the wall clock's limit; 0 once it is reached."""
        return max(0.0, self._start_s + self.limits.wall_clock_s - self._clock.now_s())

    @property
    def remaining_tokens(self) -> int:
        """Tokens that are left; 0 once the limit is reached."""
        return max(0, self.limits.tokens - sum(usage.total_tokens for usage in self._usages))

    @property
    def spent(self) -> Spent:
        """What was taken so far."""
        costs = [usage.cost_usd for usage in self._usages]
        known = [cost for cost in costs if cost is not None]
        return Spent(
            steps=self._steps,
            prompt_tokens=sum(usage.prompt_tokens for usage in self._usages),
            cached_tokens=sum(usage.cached_tokens for usage in self._usages),
            completion_tokens=sum(usage.completion_tokens for usage in self._usages),
            cost_usd=sum(known) if len(known) == len(costs) else None,
            wall_clock_s=self._clock.now_s() - self._start_s,
            estimated=any(usage.estimated for usage in self._usages),
        )

    def begin_call(self, request: Request) -> Request:
        """Count a call and return the request, cut down to the time and the tokens that are left.

        Raises:
            BudgetExceededError: Nothing is left of one of the limits.
        """
        with self._lock:
            self.check_time()
            self._check("steps", self._steps, self.limits.steps)
            self._check("dollars", self._known_cost_usd(), self.limits.cost_usd)
            prompt = sum(estimate_tokens(message.content) for message in request.messages)
            left = self.remaining_tokens - prompt
            self._check("tokens", self.limits.tokens - left, self.limits.tokens)
            self._steps += 1
        return request.model_copy(
            update={
                "timeout_s": min(request.timeout_s, self.remaining_s),
                "max_tokens": min(request.max_tokens, left),
            }
        )

    def charge(self, usage: Usage) -> None:
        """Count what a call took; never raises."""
        with self._lock:
            self._usages.append(usage)
            self._charge(usage)

    def check_time(self) -> None:
        """Return if there is time left. Raises BudgetExceededError if there is none."""
        self._check("wall_clock", self._clock.now_s() - self._start_s, self.limits.wall_clock_s)

    def check_output(self, text: str) -> None:
        """Remember a draft of the work in hand.

        Raises:
            BudgetExceededError: The last drafts hardly differ: more calls would not get further.
        """
        with self._lock:
            self._outputs.append(text[:COMPARED_CHARS])
            if len(self._outputs) == REPEATS and all(
                fuzz.ratio(one, other) >= SIMILAR for one, other in pairwise(self._outputs)
            ):
                raise BudgetExceededError("no_progress", f"the last {REPEATS} drafts hardly differ")

    def _known_cost_usd(self) -> float:
        return sum(usage.cost_usd or 0.0 for usage in self._usages)

    @staticmethod
    def _check(which: BudgetLimit, taken: float, limit: float) -> None:
        if taken >= limit:
            raise BudgetExceededError(which, f"{_NAMES[which]} {taken:.4g} of {limit:.4g}")
