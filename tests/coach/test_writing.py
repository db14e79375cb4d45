"""Answers by a model through the facade: caching, conversation, privacy, a provider killed under load."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from coach.coach import Coach
from coach.conversation import Dialogue
from coach.errors import ModelUnavailableError
from coach.events import Acknowledged, ClaimVerified, Finished
from coach.models.assemble import Models, assemble
from coach.models.contract import Request, StreamPart, TextDelta, Usage, reckon
from coach.models.fake import FakeClock, FakeModel, Line, cuts, says
from coach.settings import Settings
from tests.conftest import Ingested

SENTENCE = "Let one request rebuild the entry and make the others wait for it."
STEP = "Across machines hold a lease in the store."
REPLY = json.dumps(
    {
        "direct_answer": [{"text": SENTENCE, "passage": "p1", "quote": SENTENCE}],
        "steps": [{"text": "Hold a lease in the store across machines.", "passage": "p1", "quote": STEP}],
    }
)
STAMPEDE = "What is a cache stampede, and how do you stop it?"
KILLED = 100


def models_of(settings: Settings, *chain: FakeModel) -> Models:
    """Return a chain of models on the clock of the first."""
    return assemble(list(chain), settings, chain[0].clock)


@pytest.fixture(scope="module")
def model() -> FakeModel:
    """A model; each test gives it its lines."""
    return FakeModel()


@pytest.fixture(scope="module")
def written_by(settings_of_pages: Settings, model: FakeModel) -> Iterator[Coach]:
    """A coach whose answers a model writes."""
    with Coach(settings_of_pages, models=models_of(settings_of_pages, model)) as coach:
        yield coach


@pytest.fixture(autouse=True)
def _fresh(model: FakeModel, written_by: Coach) -> None:
    model.script, model.requests, model.always = [], [], None
    model.clock.advance_s(200.0)  # whatever a breaker remembers is past
    written_by._answers.cache_clear()


def test_written_answer(written_by: Coach, model: FakeModel, ingested: Ingested) -> None:
    """Claims are the model's, quotes the handbook's, follow-ups are quoted; it says who wrote it."""
    model.script = [says(REPLY)]
    answer = written_by.ask(STAMPEDE, level="staff")
    assert [claim.text for claim in answer.outline.direct_answer] == [SENTENCE]
    assert answer.outline.follow_ups
    for claim in answer.outline.claims():
        for cited in claim.citations:
            assert ingested.text(cited.document)[cited.start : cited.end] == cited.quote
    assert (answer.model, answer.degraded, answer.cached) == ("fake/model-2026-01-01", (), False)
    assert answer.usage is not None
    assert answer.usage.calls == 1
    assert (answer.cost_usd, answer.support_rate) == (0.0, 1.0)
    assert answer.timing_ms["first_claim"] <= answer.timing_ms["total"]
    assert answer.stack.parts["writer"] == "fake/model-2026-01-01"
    assert "answer@" in answer.stack.parts["prompts"]
    assert "level: staff" in model.requests[0].messages[1].content


def test_sections_are_told_before_the_model_is_asked(written_by: Coach, model: FakeModel) -> None:
    """The first event says what was found, and no model was asked for it."""
    model.script = [says(REPLY)]
    events = written_by.stream(STAMPEDE)
    first = next(events)
    assert isinstance(first, Acknowledged)
    assert first.found[0].heading == STAMPEDE
    assert not model.requests
    events.close()


@pytest.mark.parametrize("question", ["Who won the football world cup in 1998?", "", "the of and"])
def test_what_is_not_covered_is_not_written(written_by: Coach, model: FakeModel, question: str) -> None:
    """The gate stands before the model: an abstention costs nothing."""
    answer = written_by.ask(question)
    assert (answer.status, answer.usage, answer.cost_usd) == ("abstained", None, 0.0)
    assert not model.requests


def test_same_question_is_answered_again_without_a_call(written_by: Coach, model: FakeModel) -> None:
    """The second time nothing is asked and nothing paid; another tenant's question is asked anew."""
    model.script = [says(REPLY), says(REPLY)]
    first, again = written_by.of("a").ask(STAMPEDE), written_by.of("a").ask(STAMPEDE)
    assert again.cached
    assert again.outline == first.outline
    assert again.id != first.id
    assert (again.usage, again.cost_usd) == (None, 0.0)
    assert not written_by.of("b").ask(STAMPEDE).cached
    assert len(model.requests) == 2


def test_degraded_answer_is_not_kept(written_by: Coach, model: FakeModel) -> None:
    """What a model failed at is tried again next time."""
    model.always = Line(error=ModelUnavailableError("no"))
    assert written_by.ask(STAMPEDE).degraded[-1] == "writer"
    model.always = says(REPLY)
    model.clock.advance_s(200.0)
    assert written_by.ask(STAMPEDE).degraded == ()


def test_answer_that_was_cut_off_is_completed_and_not_kept(
    coach: Coach, written_by: Coach, model: FakeModel
) -> None:
    """Every part that quotes alone would have is there, and the same question is asked anew."""
    model.script = [cuts(REPLY, REPLY.index("steps"))]
    answer = written_by.ask(STAMPEDE)
    assert answer.degraded[-1] == "writer"
    assert answer.outline.direct_answer[0].text == SENTENCE
    quoted = coach.ask(STAMPEDE).outline
    assert [name for name, claims in quoted if claims] == [name for name, claims in answer.outline if claims]
    model.script = [says(REPLY)]
    assert (again := written_by.ask(STAMPEDE)).degraded == ()
    assert not again.cached


def test_follow_up_is_completed_by_rules_without_a_call(written_by: Coach, model: FakeModel) -> None:
    """What was meant is searched for and shown; the model reads the whole question."""
    model.script = [says(REPLY), says(REPLY)]
    dialogue = Dialogue().after(written_by.ask(STAMPEDE))
    answer = written_by.ask("how do you stop it?", conversation=dialogue)
    assert "a cache stampede" in answer.standalone
    assert answer.question == "how do you stop it?"
    assert [request.purpose for request in model.requests] == ["answer", "answer"]
    assert "a cache stampede" in model.requests[1].messages[1].content


def test_model_is_asked_where_rules_are_not_sure(written_by: Coach, model: FakeModel) -> None:
    """The model's reading of a follow-up is taken if the conversation can mean it."""
    meant = "What is a lease, and how does it stop a cache stampede?"
    model.script = [says(REPLY), says(json.dumps({"question": meant})), says(REPLY)]
    dialogue = Dialogue().after(written_by.ask(STAMPEDE))
    assert written_by.ask("a lease?", conversation=dialogue).standalone == meant


def test_personal_data_of_question_and_conversation_stay_here(written_by: Coach, model: FakeModel) -> None:
    """Names, addresses and numbers are placeholders in every request, and whole in the answer's question."""
    private = ["Priya Raghunathan", "priya@example.org", "+44 20 7946 0958"]
    question = f"I am {private[0]} ({private[1]}, {private[2]}). {STAMPEDE}"
    model.always = says(REPLY)
    answer = written_by.ask(question)
    dialogue = Dialogue().after(answer)
    written_by.ask("lease?", conversation=dialogue)
    sent = " ".join(message.content for request in model.requests for message in request.messages)
    assert "<PERSON_1>" in sent
    assert [word for word in private if word in sent] == []
    assert answer.question == question


def test_request_for_questions_is_quoted(coach: Coach, written_by: Coach, model: FakeModel) -> None:
    """The handbook's own questions need no writing: no model is asked, and nothing is missing."""
    answer = written_by.ask("Give me interview questions about caching")
    assert answer.outline == coach.ask("Give me interview questions about caching").outline
    assert (answer.model, answer.degraded, model.requests) == ("", (), [])


class _Killed:
    """A model whose provider dies while all of its streams are under way."""

    name, provider = "doomed/model-2026-01-01", "doomed"

    def __init__(self, streams: int) -> None:
        self._all_there = threading.Barrier(streams, timeout=120)

    def complete(self, request: Request) -> object:
        raise ModelUnavailableError(f"gone before {request.purpose}")

    def stream(self, request: Request) -> Iterator[StreamPart]:
        """Send one claim of the question's own page, wait for all others, and die."""
        asked = request.messages[1].content
        number = asked.split("number ")[1].split(" ")[0].rstrip("?.:")
        yield TextDelta(text='{"direct_answer": [')
        yield TextDelta(text=json.dumps({"text": SENTENCE, "passage": "p1", "quote": SENTENCE}) + ", ")
        self._all_there.wait()
        yield TextDelta(text=f'{{"text": "Nobody reads {number}')
        raise ModelUnavailableError("gone")

    def reckon(self, request: Request, text: str) -> Usage:
        return reckon(request, text)


def test_provider_killed_under_a_hundred_streams(settings_of_pages: Settings, ingested: Ingested) -> None:
    """A hundred readers get a hundred whole answers, all marked, each to its own question."""
    doomed = _Killed(KILLED)
    models = assemble([doomed], settings_of_pages, FakeClock())  # type: ignore[list-item]
    with Coach(settings_of_pages, models=models) as coach, ThreadPoolExecutor(KILLED) as pool:

        def ask(number: int) -> list[object]:
            return list(coach.stream(f"{STAMPEDE} This is number {number} of many."))

        answers = list(pool.map(ask, range(KILLED)))
    for number, events in enumerate(answers):
        last = events[-1]
        assert isinstance(last, Finished)
        answer = last.answer
        assert answer.question.endswith(f"number {number} of many.")
        assert answer.degraded == ("model:doomed/model-2026-01-01→outline: stream_broken", "writer")
        shown = [event for event in events if isinstance(event, ClaimVerified)]
        assert shown[0].claim.text == SENTENCE
        assert [claim.text for claim in answer.outline.claims()].count(SENTENCE) == 1
        assert len(shown) == len(answer.outline.claims()) > 5
        for claim in answer.outline.claims():
            for cited in claim.citations:
                assert ingested.text(cited.document)[cited.start : cited.end] == cited.quote
    assert len({events[-1].answer.id for events in answers}) == KILLED  # type: ignore[attr-defined]
