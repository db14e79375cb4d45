"""What one request may take, and what it is told when that is used up."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import BudgetExceededError
from coach.models.budget import Budget, BudgetLimits
from coach.models.contract import Message, Request, Usage
from coach.models.fake import FakeClock
from coach.settings import Settings

REQUEST = Request(purpose="answer", messages=(Message(role="user", content="x" * 400),), timeout_s=20)


def budget(clock: FakeClock | None = None, **limits: float) -> Budget:
    return Budget(BudgetLimits.model_validate(limits), clock or FakeClock())


def usage(tokens: int = 0, cost_usd: float | None = 0.0) -> Usage:
    return Usage(prompt_tokens=tokens, completion_tokens=0, cost_usd=cost_usd)


def test_the_defaults_are_those_of_the_settings() -> None:
    """25 calls, 50,000 tokens, half a dollar, two minutes."""
    settings = Settings(_env_file=None)
    limits = BudgetLimits()
    assert (limits.steps, limits.tokens, limits.cost_usd, limits.wall_clock_s) == (25, 50_000, 0.50, 120)
    assert (settings.budget_steps, settings.budget_tokens) == (limits.steps, limits.tokens)
    assert (settings.budget_usd, settings.budget_wall_clock_s) == (limits.cost_usd, limits.wall_clock_s)


def test_the_call_after_the_last_step_is_refused() -> None:
    """Three steps are three calls."""
    account = budget(steps=3)
    for _ in range(3):
        account.begin_call(REQUEST)
    with pytest.raises(BudgetExceededError, match="3 of 3") as caught:
        account.begin_call(REQUEST)
    assert caught.value.which == "steps"


def test_a_reply_that_passes_the_limit_is_kept_and_the_next_call_refused() -> None:
    """What was paid for is handed over."""
    account = budget(cost_usd=0.5)
    account.begin_call(REQUEST)
    account.charge(usage(cost_usd=0.7))
    with pytest.raises(BudgetExceededError) as caught:
        account.begin_call(REQUEST)
    assert caught.value.which == "dollars"


def test_a_prompt_that_would_pass_the_tokens_is_refused() -> None:
    """400 characters are about 100 tokens, and 90 are left."""
    account = budget(tokens=1000)
    account.charge(usage(910))
    with pytest.raises(BudgetExceededError) as caught:
        account.begin_call(REQUEST)
    assert caught.value.which == "tokens"


def test_the_wall_clock_ends_calls_and_streams() -> None:
    """After the last second neither a call nor the next piece of a stream is taken."""
    clock = FakeClock()
    account = budget(clock, wall_clock_s=10)
    clock.advance_s(10)
    for check in (account.check_time, lambda: account.begin_call(REQUEST)):
        with pytest.raises(BudgetExceededError) as caught:
            check()
        assert caught.value.which == "wall_clock"


def test_a_call_is_cut_down_to_what_is_left() -> None:
    """With 5 seconds and 300 tokens left, a call gets 5 seconds and the 200 tokens beside its prompt."""
    clock = FakeClock()
    account = budget(clock, wall_clock_s=60, tokens=1000)
    account.charge(usage(700))
    clock.advance_s(55)
    fitted = account.begin_call(REQUEST)
    assert (fitted.timeout_s, fitted.max_tokens) == (5, 200)
    assert fitted.messages == REQUEST.messages


def test_an_unknown_price_makes_the_sum_unknown_and_never_zero() -> None:
    """The other limits go on holding."""
    account = budget()
    account.charge(usage(100, cost_usd=0.1))
    account.charge(usage(100, cost_usd=None))
    assert account.spent.cost_usd is None
    assert account.spent.prompt_tokens == 200


def test_three_drafts_alike_end_the_work() -> None:
    """Two alike may be chance; a third means that nothing moves."""
    account = budget()
    draft = "The gate decides whether the handbook covers the question. " * 20
    account.check_output(draft)
    account.check_output(draft.replace("covers", "cover", 1))
    with pytest.raises(BudgetExceededError) as caught:
        account.check_output(draft)
    assert caught.value.which == "no_progress"


def test_drafts_that_differ_go_on() -> None:
    """Each draft says something else, even where one comes back."""
    account = budget()
    for draft in ("Sample five runs first.", "Cap the loop at ten steps.", "Sample five runs first."):
        account.check_output(draft)


@given(st.lists(st.integers(0, 400), max_size=40))
def test_spending_never_passes_a_limit_by_more_than_one_reply(taken: list[int]) -> None:
    """Whatever replies take, calls stop at the first one that finds nothing left."""
    account = budget(tokens=1000)
    with suppress(BudgetExceededError):
        for tokens in taken:
            account.begin_call(REQUEST)
            account.charge(usage(tokens))
    assert account.spent.prompt_tokens < 1000 + 400
    assert account.spent.steps <= 25
