"""The judge: a model, its rubrics, a cache of its replies and the account of what it took."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import ValidationError

from coach.errors import BudgetExceededError, ModelError, ModelRequestError
from coach.models.breaker import Breakers
from coach.models.budget import Budget, BudgetLimits
from coach.models.contract import Clock, Model, Request, Usage, estimate_tokens
from coach.models.prices import cost_usd
from coach.models.retry import RetryRules
from coach.models.router import Router
from coach.settings import TokenPrice
from evals.judge.requests import reminded
from ingest.contract import Frozen

THREADS = 8
READINGS = 2
"""How often a case is put before an unreadable reply leaves it unscored."""
_LIMITS = BudgetLimits(steps=10, tokens=1_000_000, cost_usd=1000.0, wall_clock_s=300.0)
_OBJECT = re.compile(r"\{[^{}]*\}")

Asked = Future[tuple["Value | None", str]]
Progress = Callable[[Sequence[Asked]], Iterable[Asked]]
"""Passes cases through, one by one, and shows how far it is."""
Preference = Literal["A", "B", "neither"]
Value = bool | str
_VERDICTS: dict[str, tuple[str, tuple[Value, ...]]] = {
    "judge-claim": ("supported", (True, False)),
    "judge-pair": ("better", ("A", "B", "neither")),
}
_PREFERENCES: dict[Value | None, Preference] = {"A": "A", "B": "B", "neither": "neither"}


class Ruling(NamedTuple):
    """What a judge said of a claim; `supported` is None if it gave no verdict, and `unscored` says why."""

    supported: bool | None
    unscored: str = ""


class Choice(NamedTuple):
    """Which of two answers a judge prefers; None if it gave no verdict, and `unscored` says why."""

    better: Preference | None
    unscored: str = ""


class Forecast(NamedTuple):
    """What judging cases would take at most.

    Attributes:
        calls: Cases that are not in the cache.
        cost_usd: None if the price of the model is unknown.
    """

    calls: int
    cached: int
    tokens: int
    cost_usd: float | None


class Taken(NamedTuple):
    """What judging took; `cost_usd` is None if the price of any call is unknown."""

    calls: int
    tokens: int
    cost_usd: float | None


class _Kept(Frozen):
    """A reply as the cache holds it."""

    model: str
    text: str


class Judge:
    """Asks one model, at temperature 0, and never twice the same.

    Args:
        model: The model itself.
        cache_dir: Folder of replies, one file each, named by model and content; it may be shared.
        clock: Time, for the waits between attempts.
        price: To reckon the cost before; None if it is unknown.
        attempts: Calls to the model for one case before it is left unscored.
    """

    def __init__(
        self,
        model: Model,
        cache_dir: Path,
        *,
        clock: Clock,
        price: TokenPrice | None = None,
        attempts: int = 3,
    ) -> None:
        self.name = model.name
        self._router = Router(
            [model], breakers=Breakers(clock), clock=clock, retries=RetryRules(attempts=attempts)
        )
        self._cache_dir = cache_dir
        self._clock = clock
        self._price = price
        self._usages: list[Usage] = []
        self._unscored: dict[Path, str] = {}
        self._refusal: ModelRequestError | None = None

    @property
    def taken(self) -> Taken:
        """What was taken so far."""
        costs = [usage.cost_usd for usage in self._usages]
        known = [cost for cost in costs if cost is not None]
        return Taken(
            calls=len(costs),
            tokens=sum(usage.total_tokens for usage in self._usages),
            cost_usd=sum(known) if len(known) == len(costs) else None,
        )

    def forecast(self, requests: Iterable[Request]) -> Forecast:
        """Return what the cases would take at most, if each reply is as long as it may be."""
        distinct = {self._file(request): request for request in requests}
        waiting = [request for file, request in distinct.items() if not file.exists()]
        read = sum(estimate_tokens(one.content) for request in waiting for one in request.messages)
        written = sum(request.max_tokens for request in waiting)
        usage = Usage(prompt_tokens=read, completion_tokens=written, estimated=True)
        cached = len(distinct) - len(waiting)
        return Forecast(len(waiting), cached, usage.total_tokens, cost_usd(usage, self._price))

    def rule(self, request: Request) -> Ruling:
        """Return whether the claim of a `claim_request` is supported.

        Raises:
            ModelRequestError: The provider cannot take any such request: wrong key, unknown model.
        """
        value, why = self._ask(request)
        return Ruling(None if value is None else value is True, why)

    def choose(self, request: Request) -> Choice:
        """Return which answer of a `pair_request` is better. Raises what `rule` raises."""
        value, why = self._ask(request)
        return Choice(_PREFERENCES.get(value), why)

    def prepare(self, requests: Iterable[Request], progress: Progress = iter) -> None:
        """Put all cases to the model, several at a time; what is asked of them later is known by then.

        Replies are on disk as they come, so that a judging that was stopped goes on where it was.

        Raises:
            ModelRequestError: The provider cannot take any such request; nothing more is asked.
        """
        distinct = list({self._file(request): request for request in requests}.values())
        with ThreadPoolExecutor(THREADS) as pool:
            waiting = [pool.submit(self._ask, request) for request in distinct]
            try:
                for one in progress(waiting):
                    one.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _ask(self, request: Request) -> tuple[Value | None, str]:
        """Return the verdict of a reply; or None, and a word for why there is no reply to read."""
        file = self._file(request)
        field, allowed = _VERDICTS[request.purpose]
        if (kept := _read(file)) is not None and (value := _field(kept, field, allowed)) is not None:
            return value, ""
        if file not in self._unscored:
            value, why = self._ask_afresh(request, file, field, allowed)
            if value is not None:
                return value, ""
            self._unscored[file] = why
        return None, self._unscored[file]

    def _ask_afresh(
        self, request: Request, file: Path, field: str, allowed: Sequence[Value]
    ) -> tuple[Value | None, str]:
        if self._refusal:  # what the provider cannot take from one thread it takes from none
            raise self._refusal
        asked, budget = request, Budget(_LIMITS, self._clock)
        for _ in range(READINGS):
            try:
                reply = self._router.complete(asked, budget)
            except ModelError as error:
                if isinstance(error.__cause__, ModelRequestError):
                    self._refusal = error.__cause__
                    raise error.__cause__ from error
                return None, error.hops[-1].reason if error.hops else error.reason
            except BudgetExceededError as error:
                return None, error.which
            self._usages.append(reply.usage)
            value = _field(reply.text, field, allowed)
            if value is not None:
                _keep(file, _Kept(model=self.name, text=reply.text))
                return value, ""
            asked = reminded(request, reply.text)
        return None, "unreadable"

    def _file(self, request: Request) -> Path:
        content = request.model_dump_json(include={"messages", "max_tokens", "temperature", "output_schema"})
        digest = hashlib.sha256(f"{self.name}\0{content}".encode()).hexdigest()
        return self._cache_dir / digest[:2] / f"{digest}.json"


def _field(reply: str, field: str, allowed: Sequence[Value]) -> Value | None:
    """Return what the last JSON object of a reply has in a field, if that is one of what is allowed."""
    for candidate in reversed(_OBJECT.findall(reply)):
        try:
            value = json.loads(candidate).get(field)
        except (ValueError, RecursionError):
            continue
        found = next((one for one in allowed if type(value) is type(one) and value == one), None)
        if found is not None:
            return found
    return None


def _read(file: Path) -> str | None:
    """Return a kept reply; one that was damaged is asked for again."""
    try:
        return _Kept.model_validate_json(file.read_bytes()).text
    except (FileNotFoundError, ValidationError):
        return None


def _keep(file: Path, reply: _Kept) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{secrets.token_hex(4)}.draft")
    draft.write_text(reply.model_dump_json(), encoding="utf-8")
    draft.replace(file)
