"""A chapter of the handbook in an index of its own, opened once for all tests of practice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.coach import Coach
from coach.settings import Settings
from tests.support.program import Program

CHAPTER = Path(__file__).parents[3] / "corpus" / "agents-debugging.md"


@pytest.fixture(scope="session")
def practised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coach]:
    """A coach that reads one chapter, whose pages have rubrics."""
    home = tmp_path_factory.mktemp("practice")
    program = Program(home / "data", home)
    done = program.run("ingest", str(CHAPTER), "--json")
    assert done.code == 0, done.err
    with Coach(Settings(_env_file=None, data_dir=program.data_dir)) as opened:
        yield opened
