"""The models that the settings name, put together once for a process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from coach.errors import SettingsError
from coach.models.breaker import Breakers
from coach.models.budget import Budget, BudgetLimits, charge_nobody
from coach.models.clock import SystemClock
from coach.models.contract import Clock, Model, Usage
from coach.models.litellm_model import LitellmModel
from coach.models.names import is_pinned, provider_of
from coach.models.prices import price_table
from coach.models.retry import RetryRules
from coach.models.router import Router
from coach.settings import Settings


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a process.

    Attributes:
        writer: Writes answers.
        judge: Checks claims; None if the settings name none.
        charge: Told what each call took as soon as it has ended, however it did.
    """

    writer: Router
    judge: Router | None
    limits: BudgetLimits
    clock: Clock
    charge: Callable[[Usage], None] = charge_nobody

    def new_budget(self) -> Budget:
        """Return the account of a request that begins now."""
        return Budget(self.limits, self.clock, self.charge)

    def charging(self, charge: Callable[[Usage], None]) -> Models:
        """Return the same for one who keeps count of what calls take."""
        return replace(self, charge=charge)

    def asking(self, names: Sequence[str], settings: Settings) -> Models:
        """Return the same with a writer that asks these models in order; one that is not known is opened."""
        known = {model.name: model for model in self.writer.models}
        chain = [known.get(name) or open_model(name, settings) for name in names]
        return replace(self, writer=self.writer.asking(chain))


def open_models(settings: Settings) -> Models | None:
    """Return the models that the settings name, or None if they name none; nothing is called yet.

    A name that the provider may point at another model is logged once, as a warning.

    Raises:
        SettingsError: The names make no chain.
    """
    if not settings.model:
        if settings.fallback_models or settings.judge_model:
            raise SettingsError("COACH_FALLBACK_MODELS and COACH_JUDGE_MODEL need a COACH_MODEL")
        return None
    chain = (settings.model, *settings.fallback_models)
    if len(set(chain)) < len(chain):
        raise SettingsError(f"a model stands twice in the chain: {', '.join(chain)}")
    for name in dict.fromkeys((*chain, settings.judge_model)):
        if name and not is_pinned(name):
            structlog.get_logger().warning("model_name_floats", model=name, hint="Name a dated release.")
    return assemble([open_model(name, settings) for name in chain], settings)


def open_model(name: str, settings: Settings) -> LitellmModel:
    """Return one model; the server and the key of the settings are for `COACH_MODEL`'s provider alone."""
    own = provider_of(name) == provider_of(settings.own_model)
    return LitellmModel(
        name,
        api_base=settings.model_api_base if own else "",
        api_key=settings.model_api_key.get_secret_value() if own else "",
        structured={"auto": None, "always": True, "never": False}[settings.model_structured_output],
        price=settings.model_prices.get(name) or price_table().get(name),
    )


def assemble(chain: Sequence[Model], settings: Settings, clock: Clock | None = None) -> Models:
    """Return models of one's own making, with the judge and the limits that the settings name."""
    clock = clock or SystemClock()
    breakers = Breakers(clock)
    retries = RetryRules(attempts=settings.model_attempts)
    judge = [open_model(settings.judge_model, settings)] if settings.judge_model else []
    return Models(
        writer=Router(chain, breakers=breakers, clock=clock, retries=retries),
        judge=Router(judge, breakers=breakers, clock=clock, retries=retries) if judge else None,
        limits=BudgetLimits(
            steps=settings.budget_steps,
            tokens=settings.budget_tokens,
            cost_usd=settings.budget_usd,
            wall_clock_s=settings.budget_wall_clock_s,
        ),
        clock=clock,
    )
