"""Models that misbehave, in front of a coach that reads the small handbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from coach.answer.cache import AnswerCache
from coach.answering import Asked
from coach.engine import Engine
from coach.events import Acknowledged, ClaimVerified, Degraded, Event, Finished
from coach.models.assemble import assemble
from coach.models.fake import FakeClock, FakeModel, Line
from coach.settings import Settings
from coach.types import Answer
from coach.writing import stream_written
from ingest.embed import Embedder
from tests.conftest import Ingested

QUESTION = "What is a cache stampede, and how do you stop it?"


@dataclass
class Asking:
    """One question to a coach with these models.

    Attributes:
        took_s: How long it took on the models' clock.
    """

    answer: Answer
    events: list[Event]
    models: list[FakeModel]
    took_s: float

    @property
    def shown(self) -> list[ClaimVerified]:
        """Every claim that was sent."""
        return [event for event in self.events if isinstance(event, ClaimVerified)]

    @property
    def degraded(self) -> list[str]:
        """Everything that was told to be missing."""
        return [event.what for event in self.events if isinstance(event, Degraded)]


@dataclass
class Arena:
    """Asks models of the test's making, and holds what is shown against the documents."""

    engine: Engine
    text: Callable[[str], str]
    clock: FakeClock = field(default_factory=FakeClock)

    def ask(self, *lines: Line, question: str = QUESTION, always: Line | None = None) -> Asking:
        """Return what comes of a question to one model that says these lines; it has to hold."""
        settings = self.engine.settings.model_copy(update={"model_attempts": 2})
        model = FakeModel(*lines, clock=self.clock, always=always)
        models = assemble([model], settings, self.clock)
        began_s = self.clock.now_s()
        events = list(stream_written(self.engine, models, Asked(question), AnswerCache()))
        last = events[-1]
        assert isinstance(last, Finished)
        asking = Asking(last.answer, events, [model], self.clock.now_s() - began_s)
        self.check(events)
        assert asking.took_s <= settings.budget_wall_clock_s
        return asking

    def check(self, events: list[Event]) -> None:
        """Assert what holds of every answer, whatever the model did."""
        first, *_, last = events
        assert isinstance(first, Acknowledged)
        assert first.found
        assert isinstance(last, Finished)
        answer = last.answer
        sent = [event for event in events if isinstance(event, ClaimVerified)]
        for event in sent:
            assert getattr(answer.outline, event.field)[event.index] == event.claim
            assert event.claim.support == "supported"
            assert event.claim.citations
            for cited in event.claim.citations:
                assert self.text(cited.document)[cited.start : cited.end] == cited.quote
        assert len(sent) == len(answer.outline.claims())
        assert answer.outline.direct_answer
        assert tuple(event.what for event in events if isinstance(event, Degraded)) == answer.degraded


@pytest.fixture(scope="session")
def engine(settings_of_pages: Settings) -> Iterator[Engine]:
    """What reads the small handbook."""
    embedder = Embedder(settings_of_pages.embed_model, settings_of_pages.weights_dir)
    opened = Engine(settings_of_pages, embedder)
    yield opened
    opened.close()


@pytest.fixture
def arena(ingested: Ingested, engine: Engine) -> Arena:
    """The small handbook, and a clock that no test waits for."""
    return Arena(engine, ingested.text)
