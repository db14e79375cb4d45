"""One question to a model about a text that somebody sent, with what is personal hidden from the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from coach.answer.generate.causes import cause
from coach.errors import BudgetExceededError, ModelError
from coach.guard.privacy import Pseudonyms
from coach.models.contract import Request
from coach.types import ModelUse

if TYPE_CHECKING:
    from coach.engine import Engine
    from coach.models.assemble import Models

MakeRequest = Callable[[str, float], Request]
"""Makes the request of the text as a model may see it, and of the longest wait in seconds."""


class Consulted(NamedTuple):
    """What a model replied.

    Attributes:
        text: Of the reply, nothing of which is believed; empty if none came.
        model: Who replied.
        restore: Puts back what was hidden.
        degraded: Each step down the fallback chain; last why no reply came, if none did.
    """

    text: str
    model: str
    restore: Callable[[str], str]
    degraded: tuple[str, ...]
    usage: ModelUse
    cost_usd: float | None


def consult(engine: Engine, models: Models, text: str, make: MakeRequest) -> Consulted:
    """Return a model's reply about a text, within the budget of one question; failing is no error."""
    pseudonyms = Pseudonyms(engine.people)
    request = make(pseudonyms.hide(text), engine.settings.model_timeout_s)
    budget = models.new_budget()
    said = model = ""
    failed: tuple[str, ...] = ()
    try:
        reply = models.writer.complete(request, budget)
        said, model, hops = reply.text, reply.model, reply.hops
    except (ModelError, BudgetExceededError) as error:
        hops, failed = error.hops, (f"{request.purpose}: {cause(error)}",)
    spent = budget.spent
    return Consulted(
        text=said,
        model=model,
        restore=pseudonyms.restore,
        degraded=(*(f"model:{hop.source}→{hop.target}: {hop.reason}" for hop in hops), *failed),
        usage=ModelUse(
            calls=spent.steps,
            prompt_tokens=spent.prompt_tokens,
            cached_tokens=spent.cached_tokens,
            completion_tokens=spent.completion_tokens,
            estimated=spent.estimated,
        ),
        cost_usd=spent.cost_usd if spent.steps else 0.0,
    )
