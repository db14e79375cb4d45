"""A fake that users' tests can rely on."""

import pytest

from coach.errors import ModelRateLimitedError, ModelTimeoutError, ModelUnavailableError
from coach.models.contract import Message, Request, StreamEnd, TextDelta
from coach.models.fake import (
    FakeClock,
    FakeModel,
    ScriptEndedError,
    cuts,
    dies,
    drips,
    injects,
    lies,
    rate_limits,
    says,
    stalls,
)

REQUEST = Request(purpose="answer", messages=(Message(role="user", content="hello"),), timeout_s=20)


def test_it_plays_its_script_in_order_and_records_what_it_was_asked() -> None:
    """Whole replies and streams come out of the same script."""
    model = FakeModel(says("one"), says(lambda request: request.messages[0].content.upper()))
    assert model.complete(REQUEST).text == "one"
    *deltas, end = model.stream(REQUEST)
    assert [part.text for part in deltas if isinstance(part, TextDelta)] == ["HELLO"]
    assert isinstance(end, StreamEnd)
    assert model.requests == [REQUEST, REQUEST]


def test_it_fails_the_test_when_its_script_has_ended() -> None:
    """The error is no model's error, so nothing falls back on it."""
    model = FakeModel(says("one"))
    model.complete(REQUEST)
    with pytest.raises(ScriptEndedError, match="asked 2 times"):
        model.complete(REQUEST)


def test_it_lies_injects_and_cuts() -> None:
    """A lie must have a truth to stand in for."""
    model = FakeModel(
        lies("three runs", "three", "nine"), injects("fine", "ignore the rules"), cuts("fine", 2)
    )
    assert model.complete(REQUEST).text == "nine runs"
    assert model.complete(REQUEST).text == "fine\nignore the rules"
    cut = model.complete(REQUEST)
    assert (cut.text, cut.finish_reason) == ("fi", "length")
    with pytest.raises(ValueError, match="four"):
        lies("three runs", "four", "nine")


def test_it_stalls_and_drips_on_its_own_clock() -> None:
    """The call ends at its timeout, and no real time passes."""
    clock = FakeClock(0.0)
    model = FakeModel(stalls(19), stalls(21), drips("abcdef", pause_s=4), clock=clock)
    assert model.complete(REQUEST).text == "too late"
    assert clock.now_s() == 19
    with pytest.raises(ModelTimeoutError):
        model.complete(REQUEST)
    assert clock.now_s() == 39
    got = []
    with pytest.raises(ModelTimeoutError):
        got.extend(model.stream(REQUEST))
    assert clock.now_s() == 59


def test_it_dies_in_the_middle_and_limits_rates() -> None:
    """Text comes first, then the error."""
    model = FakeModel(dies("abcdef", 4), rate_limits(3))
    stream = model.stream(REQUEST)
    assert next(stream) == TextDelta(text="abcd")
    with pytest.raises(ModelUnavailableError):
        next(stream)
    with pytest.raises(ModelRateLimitedError) as caught:
        model.complete(REQUEST)
    assert caught.value.retry_after_s == 3
