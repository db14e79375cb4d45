"""A running coach follows the index: a new live build answers the next question."""

from __future__ import annotations

from pathlib import Path

import pytest

from coach import live_build
from coach.coach import Coach
from coach.errors import IndexMissingError, IndexUnreachableError
from coach.live_build import LiveBuild
from coach.settings import Settings
from ingest import pipeline
from ingest.contract import ChunkerParameters, IndexManifest
from ingest.embed import Embedder
from ingest.store import open_store
from ingest.store.edge import EdgeStore
from tests.support.workshop import page


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an index of one page."""
    chosen = Settings(data_dir=tmp_path / "data")
    write(tmp_path, page("Caches", caching="A cache keeps what was asked before."))
    build(chosen, tmp_path)
    return chosen


def write(folder: Path, text: str) -> None:
    """Put this text into the handbook."""
    (folder / "book").mkdir(exist_ok=True)
    (folder / "book" / "a.md").write_text(text, encoding="utf-8")


def build(settings: Settings, folder: Path, *, beside: bool = False) -> IndexManifest:
    """Ingest the handbook."""
    return pipeline.ingest(
        [folder / "book"],
        store=open_store(settings),
        embedder=Embedder(settings.embed_model, settings.weights_dir),
        collection=settings.collection,
        parameters=ChunkerParameters(max_chars=500) if beside else None,
        beside=beside,
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The live build is asked for at every question."""
    monkeypatch.setattr(live_build, "EVERY_S", 0.0)


@pytest.mark.usefixtures("quick")
def test_an_edit_is_seen_by_the_next_question(settings: Settings, tmp_path: Path) -> None:
    """Without a restart; the stack's hash tells the two builds apart."""
    with Coach(settings) as coach:
        before = coach.stack
        assert [hit.heading for hit in coach.search("What is sharding?")] == ["What is caching?"]
        write(tmp_path, page("Caches", sharding="A shard holds a part of the index."))
        made = build(settings, tmp_path)
        assert [hit.heading for hit in coach.search("What is sharding?")] == ["What is sharding?"]
        assert coach.stack.parts["index"] == made.build
        assert coach.stack.hash != before.hash


@pytest.mark.usefixtures("quick")
def test_a_promotion_and_a_rollback_are_followed_and_a_build_beside_is_not(
    settings: Settings, tmp_path: Path
) -> None:
    """Only what is live answers, unless the settings name a build."""
    store = EdgeStore(settings.index_dir)
    first = store.live(settings.collection)
    second = build(settings, tmp_path, beside=True).build
    with Coach(settings) as coach, Coach(settings.model_copy(update={"build": second})) as pinned:
        assert (coach.stack.parts["index"], pinned.stack.parts["index"]) == (first, second)
        store.promote(settings.collection, second)
        coach.search("caching")
        assert coach.stack.parts["index"] == second
        store.promote(settings.collection, first)
        coach.search("caching")
        pinned.search("caching")
        assert (coach.stack.parts["index"], pinned.stack.parts["index"]) == (first, second)


def test_a_build_that_is_not_there_is_one_clear_error(settings: Settings) -> None:
    """The settings name it, so nothing else is taken in its place."""
    with pytest.raises(IndexMissingError, match="no published build 'b9'"):
        Coach(settings.model_copy(update={"build": "b9"}))


def test_the_index_is_asked_once_a_second(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """In between, and while the index does not tell, the name that was known last is the one."""
    now_s, asked = [0.0], []

    def live(_: EdgeStore, collection: str) -> str:
        asked.append(collection)
        if len(asked) == 3:
            raise IndexUnreachableError("gone for a moment")
        return f"b{len(asked)}"

    monkeypatch.setattr(EdgeStore, "live", live)
    current = LiveBuild(settings, clock=lambda: now_s[0])
    told = []
    for at_s in (0.0, 0.5, 1.0, 1.9, 2.0, 3.0):
        now_s[0] = at_s
        told.append(current())
    assert told == ["b1", "b1", "b2", "b2", "b2", "b4"]
    current.close()


def test_what_was_never_known_is_not_told_twice(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An index that does not answer at the start is the error of whoever opens it, and nothing is logged."""

    def live(_: EdgeStore, collection: str) -> str:
        raise IndexUnreachableError(f"{collection} is out of reach")

    monkeypatch.setattr(EdgeStore, "live", live)
    assert LiveBuild(settings)() == ""
    assert capsys.readouterr() == ("", "")
