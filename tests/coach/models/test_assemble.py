"""From settings to models."""

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from coach.errors import SettingsError
from coach.models.assemble import open_model, open_models
from coach.models.litellm_model import LitellmModel
from coach.models.names import is_pinned
from coach.settings import Settings
from coach.stack import Recipe

PINNED = "openai/gpt-5-2025-08-07"


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


def test_without_a_model_there_are_none() -> None:
    """The coach answers without a model, as it does without these settings."""
    assert open_models(settings()) is None


def test_the_chain_is_that_of_the_settings() -> None:
    """In its order; the limits are theirs too."""
    models = open_models(
        settings(
            model=PINNED, fallback_models=["openai/gpt-5-mini-2025-08-07"], budget_steps=7, budget_usd=0.1
        )
    )
    assert models
    assert models.writer.names == (PINNED, "openai/gpt-5-mini-2025-08-07")
    assert models.judge is None
    assert (models.new_budget().limits.steps, models.new_budget().limits.cost_usd) == (7, 0.1)


def test_a_floating_name_is_warned_of_once_wherever_it_stands() -> None:
    """A pinned one is not."""
    with capture_logs() as lines:
        open_models(settings(model=PINNED, fallback_models=["openai/gpt-5"], judge_model="openai/gpt-5"))
    assert [(line["model"], line["log_level"]) for line in lines] == [("openai/gpt-5", "warning")]


@pytest.mark.parametrize(
    ("name", "pinned"),
    [
        ("openai/gpt-4.1-mini-2025-04-14", True),
        ("anthropic/claude-haiku-4-5-20251001", True),
        ("openai/gpt-4-0613", True),
        ("mistral/mistral-small-2603", True),
        ("gemini/gemini-2.0-flash-001", True),
        ("vertex_ai/claude-sonnet-4-5@20250929", True),
        ("openai/gpt-4o", False),
        ("anthropic/claude-sonnet-4-5", False),
        ("mistral/mistral-large-latest", False),
        ("ollama/llama3.1:8b", False),
        ("openai/local", False),
    ],
)
def test_a_pin_is_a_date_or_a_numbered_release(name: str, pinned: bool) -> None:
    """A family's version number is none."""
    assert is_pinned(name) is pinned


def test_server_and_key_stay_with_the_provider_they_were_set_for() -> None:
    """A fallback of another provider must not get the first one's key."""
    given = settings(model="openai/local", model_api_base="http://127.0.0.1:1/v1", model_api_key="k")
    sibling, other = open_model("openai/other", given), open_model("mistral/other", given)
    assert sibling._address == {"api_base": "http://127.0.0.1:1/v1", "api_key": "k"}
    assert other._address == {"api_base": None, "api_key": None}


def test_a_stack_of_another_provider_gets_neither_server_nor_key() -> None:
    """Whatever models a stack or a switch puts in their place, both stay with `COACH_MODEL`'s provider."""
    old = settings(model="mistral/old", fallback_models=["openai/older"], judge_model="mistral/judge")
    given = settings(model="openai/local", model_api_base="http://127.0.0.1:1/v1", model_api_key="k")
    applied = Recipe.of(old).applied(given)
    opened = open_models(applied)
    assert opened
    assert opened.judge
    switched = opened.asking(["mistral/new", "openai/new"], applied)
    asked = (*opened.writer.models, *opened.judge.models, *switched.writer.models)
    keys = {model.name: model._address["api_key"] for model in asked if isinstance(model, LitellmModel)}
    none = dict.fromkeys(("mistral/old", "mistral/judge", "mistral/new"))
    assert keys == none | {"openai/older": "k", "openai/new": "k"}


def test_a_price_of_the_settings_wins_over_the_table() -> None:
    """And a model that neither knows has none."""
    free = {"input_usd": 0, "cached_input_usd": 0, "output_usd": 0}
    given = settings(model=PINNED, model_prices={PINNED: free})
    own = open_model(PINNED, given)._price
    assert own
    assert own.output_usd == 0
    listed = open_model("anthropic/claude-haiku-4-5-20251001", given)._price
    assert listed
    assert listed.output_usd == 5
    assert open_model("openai/unheard-of", given)._price is None


@pytest.mark.parametrize(
    "values",
    [
        {"fallback_models": [PINNED]},
        {"judge_model": PINNED},
        {"model": PINNED, "fallback_models": [PINNED]},
    ],
)
def test_names_that_make_no_chain_are_refused(values: dict[str, object]) -> None:
    """The error names what is wrong."""
    with pytest.raises(SettingsError, match=r"COACH_MODEL|twice"):
        open_models(settings(**values))


@pytest.mark.parametrize(
    "values",
    [{"model": "gpt-4o"}, {"model_timeout_s": 4}, {"model_timeout_s": 31}, {"model_api_base": "ftp://x"}],
)
def test_values_that_cannot_work_are_refused(values: dict[str, object]) -> None:
    """A name without its provider, a timeout outside 5 to 30 seconds, an address that is none."""
    with pytest.raises(ValidationError):
        settings(**values)
