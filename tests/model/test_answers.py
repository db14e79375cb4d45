"""Questions to the coach with a real model behind it: whatever the model makes of them, every quote holds."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from coach.coach import Coach
from coach.events import Acknowledged, ClaimVerified, Finished
from coach.models.assemble import assemble
from coach.models.contract import Reply, Request, StreamPart, Usage
from coach.models.litellm_model import LitellmModel
from coach.settings import Settings
from coach.types import Answer
from tests.browser.stage import install_handbook
from tests.support.model_server import MODEL, ModelServer, model_server
from tests.support.openai_server import LITELLM_NOISE

pytestmark = [*LITELLM_NOISE, pytest.mark.timeout(1800)]
PATIENCE_S, MOST_TOKENS = 600.0, 300
QUESTIONS = (
    "RAG or fine-tuning for a support bot?",
    "How do I stop an agent that calls the same tool again and again?",
    "Why did p99 latency double after the last release?",
    "How do I know that an eval set is good enough?",
    "When is a vector database worth it?",
    "How do I choose the chunk size?",
    "How do I keep the cost of a chat assistant down?",
    "What do I do against prompt injection in retrieved text?",
    "How do I trust a model that grades another model?",
    "How do I roll back a bad prompt?",
)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The handbook's index."""
    folder = tmp_path_factory.mktemp("model")
    install_handbook(folder)
    return folder


class Patient:
    """The model with all the time there is: on one thread it reads 25 tokens a second and writes 8.

    Attributes:
        pieces_until_killed: After so many pieces of a stream the server is killed; 0 lets it live.
    """

    def __init__(self, server: ModelServer, *, pieces_until_killed: int = 0) -> None:
        self._server = server
        self._left = pieces_until_killed
        self._inner = LitellmModel(MODEL, api_base=server.url)
        self.name, self.provider = self._inner.name, self._inner.provider

    def complete(self, request: Request) -> Reply:
        return self._inner.complete(self._eased(request))

    def stream(self, request: Request) -> Generator[StreamPart, None, None]:
        for part in self._inner.stream(self._eased(request)):
            yield part
            self._left -= 1
            if self._left == 0:
                self._server.kill()

    def reckon(self, request: Request, text: str) -> Usage:
        return self._inner.reckon(request, text)

    def _eased(self, request: Request) -> Request:
        most = min(request.max_tokens, MOST_TOKENS)
        return request.model_copy(update={"timeout_s": PATIENCE_S, "max_tokens": most})


def opened(data_dir: Path, model: Patient) -> Coach:
    """Return a coach whose model has little to read and one try."""
    settings = Settings(
        _env_file=None,
        data_dir=data_dir,
        model_attempts=1,
        passages=1,
        passage_chars=600,
        budget_wall_clock_s=2 * PATIENCE_S,
    )
    return Coach(settings, models=assemble([model], settings))


@pytest.fixture(scope="module")
def coach(data_dir: Path, server: ModelServer) -> Iterator[Coach]:
    with opened(data_dir, Patient(server)) as coach:
        yield coach


def check(coach: Coach, answer: Answer) -> None:
    """Fail unless the answer is whole: claims, each with quotes that stand where they are said to stand."""
    assert answer.status == "answered"
    assert answer.outline.claims()
    for claim in answer.outline.claims():
        assert claim.citations
        for citation in claim.citations:
            text = coach.document_text(citation.document)
            assert text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("question", QUESTIONS[: int(os.environ["MODEL_QUESTIONS"])])
def test_every_answer_is_whole_and_every_quote_holds(coach: Coach, question: str) -> None:
    """What was streamed is what the answer holds; what the model does not give is quoted, and told."""
    first, *others, last = coach.stream(question)
    assert isinstance(first, Acknowledged)
    assert isinstance(last, Finished)
    check(coach, last.answer)
    claims = tuple(event.claim for event in others if isinstance(event, ClaimVerified))
    assert sorted(claims, key=str) == sorted(last.answer.outline.claims(), key=str)
    assert last.answer.usage
    assert last.answer.usage.completion_tokens
    assert last.answer.model == MODEL or last.answer.degraded
    answer = last.answer
    writer = answer.model or "quotes"
    print(  # noqa: T201 - what a reader of the run wants to see
        f"\n{question}\n  by {writer}; {len(claims)} claims, support {answer.support_rate}, "
        f"{answer.dropped} dropped, degraded {answer.degraded}, {answer.usage}, {answer.timing_ms}"
    )


def test_an_answer_is_whole_although_the_server_dies_under_it(data_dir: Path) -> None:
    """Killed in the middle of the stream; the reader gets quotes for the rest, and is told so."""
    with model_server() as mortal, opened(data_dir, Patient(mortal, pieces_until_killed=10)) as coach:
        *_, last = coach.stream(QUESTIONS[1])
        assert mortal.process.poll() is not None
        assert isinstance(last, Finished)
        check(coach, last.answer)
        assert any("stream_broken" in what for what in last.answer.degraded)
