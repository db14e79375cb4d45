"""Prices that a reader can trace, and costs worked out by hand."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from coach.models.contract import Usage
from coach.models.names import is_pinned
from coach.models.prices import cost_usd, price_table
from coach.settings import TokenPrice

PRICE = TokenPrice(input_usd=3, cached_input_usd=0.3, output_usd=15)


def test_cached_tokens_cost_their_own_price() -> None:
    """2,000 fresh at 3, 8,000 cached at 0.3 and 1,000 written at 15 dollars a million: 0.0234 dollars."""
    usage = Usage(prompt_tokens=10_000, cached_tokens=8_000, completion_tokens=1_000)
    assert cost_usd(usage, PRICE) == pytest.approx(0.0234)


def test_an_unknown_price_is_none_and_a_free_model_costs_nothing() -> None:
    """The two are told apart."""
    usage = Usage(prompt_tokens=10, completion_tokens=10)
    assert cost_usd(usage, None) is None
    assert cost_usd(usage, TokenPrice(input_usd=0, cached_input_usd=0, output_usd=0)) == 0


def test_no_call_reads_more_from_the_cache_than_it_reads() -> None:
    """Such a count is refused where it is made, so that no cost falls below nothing."""
    with pytest.raises(ValidationError, match="cached"):
        Usage(prompt_tokens=10, cached_tokens=11, completion_tokens=1)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_cache_never_makes_a_call_dearer(fresh: int, cached: int, written: int) -> None:
    """For prices as they are, more cache hits cost no more."""
    hit = Usage(prompt_tokens=fresh + cached, cached_tokens=cached, completion_tokens=written)
    miss = hit.model_copy(update={"cached_tokens": 0})
    dear, cheap = cost_usd(miss, PRICE), cost_usd(hit, PRICE)
    assert dear is not None
    assert cheap is not None
    assert cheap <= dear


def test_every_row_is_pinned_dated_and_names_its_source() -> None:
    """A floating name has no fixed price."""
    for name, price in price_table().items():
        assert is_pinned(name)
        assert price.as_of > date(2026, 1, 1)
        assert price.source.startswith("https://")
        assert price.cached_input_usd <= price.input_usd <= price.output_usd


def test_the_table_agrees_with_the_one_that_litellm_carries() -> None:
    """An oracle from outside, read as a file."""
    import importlib.util

    found = importlib.util.find_spec("litellm")
    assert found
    assert found.origin
    path = Path(found.origin).parent / "model_prices_and_context_window_backup.json"
    theirs = json.loads(path.read_text(encoding="utf-8"))
    for name, price in price_table().items():
        row = theirs.get(name) or theirs[name.partition("/")[2]]
        assert price.input_usd == pytest.approx(1e6 * row["input_cost_per_token"])
        assert price.cached_input_usd == pytest.approx(1e6 * row["cache_read_input_token_cost"])
        assert price.output_usd == pytest.approx(1e6 * row["output_cost_per_token"])
