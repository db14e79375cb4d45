"""Two builds of a small handbook, asked the same questions side by side."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coach.cli import cli
from coach.errors import IndexMismatchError, IndexMissingError, UsageError, exit_code
from coach.settings import Settings
from evals.compare import compare_builds
from evals.golden import GoldenItem, Relevant
from evals.runs import load
from ingest import pipeline
from ingest.contract import ChunkerParameters, IndexManifest
from ingest.store.edge import EdgeStore
from tests.support.counting_embedder import CountingEmbedder
from tests.support.golden import write
from tests.support.pages import CLEAR_QUESTIONS, write_pages

ITEMS = (
    GoldenItem(
        id="stampede",
        query="What is a cache stampede, and how do you stop it?",
        answerable=True,
        relevant=(
            Relevant(document="caching.md", heading="What is a cache stampede, and how do you stop it?"),
        ),
    ),
    GoldenItem(
        id="rollback",
        query=CLEAR_QUESTIONS[1],
        answerable=True,
        relevant=(Relevant(document="releases.md", heading=CLEAR_QUESTIONS[1]),),
    ),
    GoldenItem(id="none", query="How do I bake bread with rye?", answerable=False),
)


class Home:
    """A data folder with a live build of the small handbook and a golden file."""

    def __init__(self, folder: Path, embedder: CountingEmbedder) -> None:
        self.settings = Settings(_env_file=None, data_dir=folder / "data")
        self.pages = write_pages(folder / "pages")
        self.golden = write(folder, ITEMS)
        self._embedder = embedder
        self.live = self.build().build

    def build(self, *, beside: bool = False, release: str = "", **parameters: int) -> IndexManifest:
        """Return the manifest of a new build of the pages as they are now."""
        embedder = CountingEmbedder(release=release) if release else self._embedder
        return pipeline.ingest(
            [self.pages],
            store=EdgeStore(self.settings.index_dir),
            embedder=embedder,
            collection="handbook",
            parameters=ChunkerParameters(**parameters),
            beside=beside,
        )


@pytest.fixture
def home(tmp_path: Path, embedder: CountingEmbedder) -> Home:
    """A fresh data folder."""
    return Home(tmp_path, embedder)


@pytest.fixture
def call(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A function that runs `coach index compare ARGUMENTS` in that folder."""
    for name in [name for name in os.environ if name.startswith("COACH_") and name != "COACH_WEIGHTS_DIR"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COACH_DATA_DIR", str(home.settings.data_dir))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        given = ["index", "compare", *arguments, "--golden", str(home.golden)]
        return CliRunner().invoke(cli, given, catch_exceptions=False)

    return call


def test_a_build_that_finds_the_same_is_no_worse(home: Home, call: Callable[..., Result]) -> None:
    """Another chunker over the same pages: the figures of both, the runs of both, and leave to promote."""
    made = home.build(beside=True, max_chars=250)
    found = compare_builds(home.settings, made.build, home.golden)
    assert (found.live, found.candidate, found.questions, found.worse) == (home.live, made.build, 3, ())
    assert 0.5 < found.overlap <= 1.0
    assert found.same_first >= 2 / 3  # of what is not covered no section is the right one
    by_name = {one.metric: one for one in found.metrics}
    assert (by_name["success@1"].before, by_name["success@1"].after) == (1.0, 1.0)
    assert [load(Path(file)).stack.parts["index"] for file in found.files] == [home.live, made.build]
    shown = call(made.build)
    assert shown.exit_code == 0
    assert f"coach index promote {made.build}" in shown.output
    assert json.loads(call(made.build, "--json").stdout)["candidate"] == made.build


def test_a_build_that_finds_less_is_worse(home: Home, call: Callable[..., Result]) -> None:
    """Without one of two pages half of the answers are gone: named, and the exit code is 1."""
    (home.pages / "releases.md").unlink()
    made = home.build(beside=True)
    found = compare_builds(home.settings, made.build, home.golden)
    assert {"success@5", "recall@10", "mrr@10"} <= set(found.worse)
    assert found.overlap < 1.0
    shown = call(made.build)
    assert (shown.exit_code, "worse by more than 0.03" in shown.output) == (1, True)
    assert call(made.build, "--margin", "1").exit_code == 0


def test_what_cannot_be_compared_is_one_clear_error(home: Home) -> None:
    """The live build with itself, and a build that is not there."""
    with pytest.raises(UsageError, match="is the live one"):
        compare_builds(home.settings, home.live, home.golden)
    with pytest.raises(IndexMissingError, match="'b9'"):
        compare_builds(home.settings, "b9", home.golden)


def test_a_build_of_other_weights_is_never_asked_with_ours(home: Home) -> None:
    """Vectors of two versions of a model do not meet: the candidate is refused, the live build answers."""
    made = home.build(beside=True, release="-next")
    with pytest.raises(IndexMismatchError, match="embedding weights") as caught:
        compare_builds(home.settings, made.build, home.golden)
    assert exit_code(caught.value) == 5


def test_a_test_split_is_not_for_choosing_a_build(
    home: Home, tmp_path: Path, call: Callable[..., Result]
) -> None:
    """A file that is a test split by its name is refused."""
    home.golden = write(tmp_path, ITEMS, name="mine-test.jsonl")
    with pytest.raises(UsageError, match="test split"):
        call("b1")


def test_the_command_stands_in_both_groups() -> None:
    """`coach index --help` lists it, and so does `coach eval --help`."""
    for group in ("index", "eval"):
        assert "\n  compare " in CliRunner().invoke(cli, [group, "--help"]).output
