"""What the service depends on, and how each of them fares at this moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from coach.coach import Coach
from coach.errors import CoachError
from coach.guard.principal import LOCAL
from coach.guard.quotas import Quotas
from coach.operate.freshness import live_build
from coach.store.database import Database
from ingest.contract import Frozen

State = Literal["ok", "degraded", "down"]
_PROBE = "index"


class Dependency(Frozen):
    """One thing that the service depends on.

    Attributes:
        detail: What was found, without a secret in it.
        effect: What users get while it is not well; docs/operations.md has the whole table.
    """

    name: str
    state: State
    detail: str
    effect: str = ""


def examine(coach: Coach, database: Database, quotas: Quotas) -> tuple[Dependency, ...]:
    """Return how everything fares; whatever does not answer is "down" and no error."""
    settings = coach.switch.settings
    counted_in = "Redis" if settings.redis_url.get_secret_value() else "the database"
    probes: tuple[tuple[str, Callable[[], str], str], ...] = (
        ("database", lambda: _checked(database), "No answer is given: none could be kept."),
        ("quotas", lambda: _read(quotas, counted_in), "Keys with limits are refused; others go on."),
        ("index", lambda: f"{settings.index_place}, build {live_build(coach)}", "Questions are refused."),
        ("weights", lambda: _embedded(coach), "Questions are refused."),
    )
    return (*(_probed(*one) for one in probes), *_models(coach), *_limits(coach))


def _probed(name: str, probe: Callable[[], str], effect: str) -> Dependency:
    try:
        return Dependency(name=name, state="ok", detail=probe())
    except CoachError as error:
        return Dependency(name=name, state="down", detail=str(error), effect=effect)


def _checked(database: Database) -> str:
    database.check()
    return database.name


def _read(quotas: Quotas, counted_in: str) -> str:
    quotas.standing(LOCAL)
    return f"counted in {counted_in}"


def _embedded(coach: Coach) -> str:
    coach.embed(_PROBE)
    return coach.manifest.embed_model


def _models(coach: Coach) -> Iterator[Dependency]:
    for provider, state in sorted(coach.switch.breakers.items()):
        yield Dependency(
            name=f"model provider {provider}",
            state="ok" if state == "closed" else "degraded",
            detail=f"circuit breaker {state.replace('_', ' ')}",
            effect="" if state == "closed" else "The next model of the chain is asked; last come quotes.",
        )


def _limits(coach: Coach) -> Iterator[Dependency]:
    """Yield what is missing because somebody chose so, or because a choice could not be followed."""
    is_on = coach.settings.rerank
    yield Dependency(
        name="reranker",
        state="ok" if is_on else "degraded",
        detail="on" if is_on else "off",
        effect="" if is_on else "Sections come in the order of the search.",
    )
    if problem := coach.switch.problem:
        effect = "What was chosen last is not followed; the stack before it answers."
        yield Dependency(name="stack", state="degraded", detail=problem, effect=effect)
