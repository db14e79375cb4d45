"""What tokens cost: a dated table, and the settings on top of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources

import yaml

from coach.models.contract import Usage
from coach.settings import TokenPrice

MILLION = 1_000_000


class ListedPrice(TokenPrice):
    """A price with the day on which it was read at its source."""

    as_of: date
    source: str


@cache
def price_table() -> Mapping[str, ListedPrice]:
    """Return the table that ships with the product, by model name."""
    text = resources.files("coach.models").joinpath("prices.yaml").read_text(encoding="utf-8")
    return {name: ListedPrice.model_validate(row) for name, row in yaml.safe_load(text).items()}


def cost_usd(usage: Usage, price: TokenPrice | None) -> float | None:
    """Return what a call cost; None if the price is unknown.

    >>> price = TokenPrice(input_usd=2, cached_input_usd=0.5, output_usd=8)
    >>> cost_usd(Usage(prompt_tokens=1000, cached_tokens=600, completion_tokens=100), price)
    0.0019
    """
    if price is None:
        return None
    fresh = usage.prompt_tokens - usage.cached_tokens
    micro_usd = fresh * price.input_usd + usage.cached_tokens * price.cached_input_usd
    return (micro_usd + usage.completion_tokens * price.output_usd) / MILLION
