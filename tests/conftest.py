"""One small handbook, ingested once by the command line, for every test that only reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import pytest
import structlog

from coach.coach import Coach
from coach.settings import Settings
from tests.support.counting_embedder import CountingEmbedder
from tests.support.pages import write_pages
from tests.support.program import Done, Program

# No test asserts a time: how long an example takes says what else the machine is doing.
hypothesis.settings.register_profile(
    "no-clock", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("no-clock")

# Up to Python 3.13 who asks for the main thread's event loop is made one, which nobody closes; litellm asks.
asyncio.set_event_loop(None)


@dataclass(frozen=True)
class Ingested:
    """The handbook, the program that reads its index, and how the ingest ended."""

    pages: Path
    program: Program
    done: Done

    def text(self, document: str) -> str:
        """Return a document as Python reads it."""
        return (self.pages / document).read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def log_as_it_comes() -> Iterator[None]:
    """A program that a test runs inside this process sets up logging; the next test starts without that."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    """The small handbook in an index of its own."""
    home = tmp_path_factory.mktemp("home")
    pages = write_pages(home / "pages")
    program = Program(home / "data", home)
    done = program.run("ingest", str(pages), "--json")
    assert done.code == 0, done.err
    return Ingested(pages, program, done)


@pytest.fixture(scope="session")
def settings_of_pages(ingested: Ingested) -> Settings:
    """Settings of the small handbook's index."""
    return Settings(_env_file=None, data_dir=ingested.program.data_dir)


@pytest.fixture(scope="session")
def coach(settings_of_pages: Settings) -> Iterator[Coach]:
    """A coach that reads the small handbook."""
    with Coach(settings_of_pages) as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_embedder() -> CountingEmbedder:
    """The real weights, loaded once; what was counted is of all tests."""
    return CountingEmbedder()


@pytest.fixture
def embedder(shared_embedder: CountingEmbedder) -> CountingEmbedder:
    """The real weights, nothing counted yet."""
    shared_embedder.embedded.clear()
    return shared_embedder
