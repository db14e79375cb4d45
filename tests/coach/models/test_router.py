"""Which model answers, what is told of the others, and what happens when none does."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from coach.errors import (
    BudgetExceededError,
    ModelOutputError,
    ModelRefusedError,
    ModelRequestError,
    ModelTimeoutError,
    ModelUnavailableError,
    StreamBrokenError,
)
from coach.models.breaker import Breakers
from coach.models.budget import Budget, BudgetLimits
from coach.models.contract import FailureReason, Hop, Message, Request, RoutedPart, StreamEnd, TextDelta
from coach.models.fake import (
    FakeClock,
    FakeModel,
    Line,
    dies,
    drips,
    fails,
    never_ends,
    rate_limits,
    says,
    stalls,
)
from coach.models.router import Router

WORDS = "what the user said"
REQUEST = Request(purpose="answer", messages=(Message(role="user", content=WORDS),), timeout_s=20)
FIRST, SIBLING, OTHER = "acme/one-2026-01-01", "acme/two-2026-01-01", "other/three-2026-01-01"


class House:
    """A chain of fakes on one clock: the model, its sibling, and one of another provider."""

    def __init__(self, *scripts: list[Line], always: Line | None = None, **limits: float) -> None:
        self.clock = FakeClock()
        self.models = [
            FakeModel(*script, name=name, clock=self.clock, always=always)
            for name, script in zip((FIRST, SIBLING, OTHER), scripts, strict=False)
        ]
        self.breakers = Breakers(self.clock)
        self.router = Router(self.models, breakers=self.breakers, clock=self.clock)
        self.limits = BudgetLimits.model_validate(limits)
        self.budget = self.new_budget()

    def new_budget(self) -> Budget:
        return Budget(self.limits, self.clock)

    def stream(self, **exclude: FailureReason) -> list[RoutedPart]:
        return list(self.router.stream(REQUEST, self.budget, exclude=exclude))

    @property
    def asked(self) -> list[int]:
        return [len(model.requests) for model in self.models]


def text(parts: list[RoutedPart]) -> str:
    return "".join(part.text for part in parts if isinstance(part, TextDelta))


def test_the_first_model_answers_and_no_hop_is_told() -> None:
    """Nothing is degraded, and the others are not asked."""
    house = House([says("yes")], [])
    reply = house.router.complete(REQUEST, house.budget)
    assert (reply.text, reply.model, reply.hops) == ("yes", FIRST, ())
    assert house.asked == [1, 0]


def test_a_model_that_keeps_failing_hands_over_to_its_sibling() -> None:
    """Three calls, then the next model; the hop names both and the reason."""
    house = House([fails()] * 3, [says("yes")])
    reply = house.router.complete(REQUEST, house.budget)
    assert reply.hops == (Hop(source=FIRST, target=SIBLING, reason="unavailable"),)
    assert house.asked == [3, 1]
    assert house.budget.spent.steps == 4


def test_an_open_breaker_spares_the_sibling_and_asks_the_other_provider() -> None:
    """The fifth failure opens it: model and sibling are of one provider."""
    house = House([fails()] * 3, [fails()] * 2, [says("yes"), says("again")])
    reply = house.router.complete(REQUEST, house.budget)
    assert [hop.reason for hop in reply.hops] == ["unavailable", "breaker_open"]
    assert house.router.complete(REQUEST, house.new_budget()).text == "again"
    assert house.asked == [3, 2, 2]
    assert house.router.breaker_states == {"acme": "open", "other": "closed"}


def test_the_provider_is_asked_again_after_a_minute() -> None:
    """A good probe brings the first model back."""
    house = House([fails()] * 5 + [says("back")], [])
    for _ in range(2):
        with pytest.raises(ModelUnavailableError):
            Router(house.models[:1], breakers=house.breakers, clock=house.clock).complete(
                REQUEST, house.new_budget()
            )
    house.clock.advance_s(60)
    assert house.router.complete(REQUEST, house.new_budget()).model == FIRST


@pytest.mark.parametrize(
    ("line", "reason", "calls"),
    [
        (fails(ModelRefusedError("no")), "refused", 1),
        (fails(ModelRequestError("too long")), "request", 1),
        (fails(ModelOutputError("no JSON")), "unreadable", 1),
        (says(""), "unreadable", 1),
        (says(" \n"), "unreadable", 1),
        (Line("", finish_reason="filtered"), "refused", 1),
        (stalls(21), "timeout", 3),
        (rate_limits(60), "rate_limited", 1),
        (rate_limits(1), "rate_limited", 3),
    ],
)
def test_every_kind_of_failure_ends_in_a_named_hop(line: Line, reason: FailureReason, calls: int) -> None:
    """What may pass is tried again; what will not is left at once; the next model answers."""
    house = House([line] * calls, [says("yes")])
    reply = house.router.complete(REQUEST, house.budget)
    assert (reply.text, [hop.reason for hop in reply.hops]) == ("yes", [reason])
    assert house.asked == [calls, 1]


def test_when_all_fail_the_error_names_every_step_down_to_the_outline() -> None:
    """The last hop leads to the answer that needs no model."""
    house = House([fails(ModelRequestError("no"))], [fails(ModelRequestError("no"))])
    with pytest.raises(ModelUnavailableError, match="no model answers") as caught:
        house.router.complete(REQUEST, house.budget)
    assert [(hop.source, hop.target) for hop in caught.value.hops] == [(FIRST, SIBLING), (SIBLING, "outline")]
    assert caught.value.hint == ModelRequestError.hint


def test_a_storm_of_429_ends_inside_the_budget() -> None:
    """However long providers ask to wait, the request ends before its wall clock does."""
    house = House([], [], [], always=rate_limits(7.0), wall_clock_s=30)
    start_s = house.clock.now_s()
    with pytest.raises((ModelUnavailableError, BudgetExceededError)):
        house.router.complete(REQUEST, house.budget)
    assert house.clock.now_s() - start_s <= 30


def test_models_that_stall_cannot_use_up_more_than_the_wall_clock() -> None:
    """The last call gets what is left and no more; the error keeps the hops."""
    house = House([], [], always=stalls(3600), wall_clock_s=70)
    start_s = house.clock.now_s()
    with pytest.raises(BudgetExceededError) as caught:
        house.router.complete(REQUEST, house.budget)
    assert caught.value.which == "wall_clock"
    assert [hop.reason for hop in caught.value.hops] == ["timeout"]
    assert house.clock.now_s() - start_s == pytest.approx(70)


def test_a_stream_gives_text_as_it_comes_and_its_end() -> None:
    """Pieces are not held back; what they took is on the account."""
    house = House([says("a long answer in pieces", chunk_chars=5)])
    parts = house.stream()
    assert text(parts) == "a long answer in pieces"
    assert len(parts) == 6
    assert isinstance(parts[-1], StreamEnd)
    assert parts[-1].model == FIRST
    assert house.budget.spent.completion_tokens == parts[-1].usage.completion_tokens


def test_a_stream_that_fails_before_its_first_text_moves_on() -> None:
    """The hop comes before the text of the model that answers."""
    house = House([fails()] * 3, [says("yes")])
    parts = house.stream()
    assert parts[0] == Hop(source=FIRST, target=SIBLING, reason="unavailable")
    assert text(parts) == "yes"


def test_a_stream_that_dies_in_the_middle_says_what_was_received() -> None:
    """No other model continues it unasked; asked again without the broken model, the next one writes anew."""
    house = House([dies("the whole truth", 9)], [says("anew")])
    stream = house.router.stream(REQUEST, house.budget)
    with pytest.raises(StreamBrokenError) as caught:
        list(stream)
    assert (caught.value.model, caught.value.received) == (FIRST, "the whole")
    assert house.asked == [1, 0]
    parts = house.stream(**{FIRST: caught.value.reason})
    assert parts[0] == Hop(source=FIRST, target=SIBLING, reason="stream_broken")
    assert text(parts) == "anew"


def test_five_broken_streams_open_the_breaker() -> None:
    """A provider that begins and never ends is as ill as one that does not begin."""
    house = House([dies("the whole truth", 9)] * 5)
    for _ in range(5):
        with pytest.raises(StreamBrokenError):
            list(house.router.stream(REQUEST, house.new_budget()))
    assert house.router.breaker_states == {"acme": "open"}


def test_a_stream_that_drips_past_its_time_is_broken() -> None:
    """Every piece comes soon after the last, and still the call ends at its timeout."""
    house = House([drips("word " * 100, pause_s=1.0)], [says("yes")])
    start_s = house.clock.now_s()
    with pytest.raises(StreamBrokenError) as caught:
        house.stream()
    assert isinstance(caught.value.__cause__, ModelTimeoutError)
    assert house.clock.now_s() - start_s == pytest.approx(20)


def test_a_stream_without_end_is_cut() -> None:
    """A server that does not count tokens is stopped; the text so far stands, as cut short."""
    house = House([never_ends()])
    parts = house.stream()
    assert isinstance(parts[-1], StreamEnd)
    assert parts[-1].finish_reason == "length"
    assert parts[-1].usage.estimated
    assert len(text(parts)) < 4 * 4 * 1024 + 100


def test_closing_a_stream_closes_the_model_and_leaves_the_breaker_as_it_was() -> None:
    """A reader who leaves is nobody's failure; what was read so far is on the account."""
    house = House([says("a long answer in pieces", chunk_chars=5)])
    stream = house.router.stream(REQUEST, house.budget)
    next(stream)
    stream.close()
    assert house.breakers.state("acme") == "closed"
    spent = house.budget.spent
    assert (spent.estimated, spent.completion_tokens, spent.cost_usd) == (True, 2, 0.0)


@pytest.mark.parametrize(
    "line", [never_ends(), dies("the whole truth", 9), drips("word " * 100, pause_s=1.0)]
)
def test_a_stream_that_does_not_come_whole_costs_what_was_read_of_it(line: Line) -> None:
    """At the model's own price: that of a free model is known, and nothing."""
    house = House([line])
    with suppress(StreamBrokenError):
        house.stream()
    spent = house.budget.spent
    assert (spent.estimated, spent.completion_tokens > 0, spent.cost_usd) == (True, True, 0.0)


def test_the_wall_clock_ends_a_stream_whose_reader_is_slow() -> None:
    """Time that the reader takes counts."""
    house = House([says("a long answer in pieces", chunk_chars=5)], wall_clock_s=10)
    stream = house.router.stream(REQUEST, house.budget)
    next(stream)
    house.clock.advance_s(11)
    with pytest.raises(BudgetExceededError, match="seconds"):
        next(stream)


def test_a_hundred_threads_get_their_own_answers_when_the_first_provider_dies() -> None:
    """None is lost, none is mixed up, all name the hop."""
    clock = FakeClock()
    dead = FakeModel(name=FIRST, clock=clock, always=fails())
    echo = FakeModel(name=OTHER, clock=clock, always=says(lambda request: request.messages[0].content * 20))
    router = Router([dead, echo], breakers=Breakers(clock), clock=clock)

    def ask(number: int) -> list[RoutedPart]:
        request = REQUEST.model_copy(update={"messages": (Message(role="user", content=f"<{number}>"),)})
        return list(router.stream(request, Budget(BudgetLimits(wall_clock_s=1e6), clock)))

    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(ask, range(100)))
    assert [text(parts) for parts in answers] == [f"<{number}>" * 20 for number in range(100)]
    assert all(isinstance(parts[0], Hop) and parts[0].source == FIRST for parts in answers)


def test_one_line_is_logged_a_call_without_a_word_of_it() -> None:
    """It says who was asked, how it ended and what it took."""
    house = House([fails()] * 3, [says("a private answer")])
    with capture_logs() as lines:
        house.stream()
    calls = [line for line in lines if line["event"] == "model_call"]
    assert [line["outcome"] for line in calls] == ["ModelUnavailableError"] * 3 + ["answered"]
    assert calls[-1]["completion_tokens"] == 4
    assert not any(word in str(lines) for word in (WORDS, "private"))


def test_a_chain_without_a_model_is_no_chain() -> None:
    """It is refused where it is made."""
    with pytest.raises(ValueError, match="at least one"):
        Router([], breakers=Breakers(FakeClock()), clock=FakeClock())
