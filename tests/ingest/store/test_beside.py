"""Acceptance, both engines: builds beside the live one are listed, opened, promoted, rolled back, removed."""

from __future__ import annotations

from contextlib import closing

import pytest

from ingest.errors import IndexBusyError, IndexMissingError, StoreError
from ingest.settings import IndexSettings
from ingest.store import open_store
from ingest.store.port import Store
from tests.support.index_samples import (
    make_chunk,
    make_manifest,
    make_vectors,
    publish,
    versions_for,
)


def publish_beside(store: Store, text: str, build: str) -> None:
    """Make a build of one chunk that does not go live."""
    chunk = make_chunk(text)
    writer = store.begin("handbook", build, versions=versions_for([chunk]))
    writer.add([chunk], [make_vectors()])
    writer.publish(make_manifest("handbook", build, 1), beside=True)


def text_of(store: Store, build: str = "") -> set[str]:
    """Return the texts of all chunks of a build; of the live one if none is named."""
    with closing(store.open("handbook", build)) as opened:
        return {chunk.text for chunk in opened.chunks(list(opened.chunk_ids())).values()}


def statuses(store: Store) -> dict[str, str]:
    """Return the status of each build by name."""
    return {one.name: one.status for one in store.builds("handbook")}


def test_a_build_beside_leaves_the_live_one_in_force(store: Store) -> None:
    """It is listed and can be opened by its name, and readers of the collection do not see it."""
    publish(store, {make_chunk("old"): make_vectors()})
    publish_beside(store, "new", "b2")
    assert (text_of(store), text_of(store, "b2")) == ({"old"}, {"new"})
    assert statuses(store) == {"b2": "beside", "b1": "live"}
    assert store.live("handbook") == "b1"
    assert store.unfinished("handbook", embed_model_version="model@1") is None


def test_a_promoted_build_is_live_and_the_old_one_can_come_back(store: Store) -> None:
    """Promotion and the way back each swap one name; nothing is written again."""
    publish(store, {make_chunk("old"): make_vectors()})
    publish_beside(store, "new", "b2")
    with closing(store.open("handbook")) as reader:
        store.promote("handbook", "b2")
        assert statuses(store) == {"b2": "live", "b1": "earlier"}
        assert text_of(store) == {"new"}
        store.promote("handbook", "b1")
        assert statuses(store) == {"b2": "earlier", "b1": "live"}
        assert len(reader.chunk_ids()) == 1


def test_the_next_build_keeps_what_stands_beside(store: Store) -> None:
    """An ingest while somebody compares removes older builds and not the one that is compared."""
    publish(store, {make_chunk("one"): make_vectors()})
    publish_beside(store, "candidate", "b2")
    publish(store, {make_chunk("three"): make_vectors()}, build="b3")
    publish(store, {make_chunk("four"): make_vectors()}, build="b4")
    assert statuses(store) == {"b4": "live", "b3": "earlier", "b2": "beside"}
    assert text_of(store, "b2") == {"candidate"}


def test_a_collection_may_begin_with_a_build_beside(store: Store) -> None:
    """Without a live build the collection is missing until one is promoted."""
    publish_beside(store, "first", "b1")
    with pytest.raises(IndexMissingError):
        store.open("handbook")
    store.promote("handbook", "b1")
    assert text_of(store) == {"first"}


@pytest.mark.parametrize("name", ["b9", "../b1", "", "b1__library"])
def test_only_published_builds_go_live(store: Store, name: str) -> None:
    """A name that is unknown, or none, is one clear error, and the live build stays."""
    publish(store, {make_chunk("old"): make_vectors()})
    with pytest.raises(IndexMissingError, match="no published build"):
        store.promote("handbook", name)
    assert store.live("handbook") == "b1"


def test_an_unfinished_build_cannot_be_opened_or_promoted(store: Store) -> None:
    """It is listed as what it is."""
    publish(store, {make_chunk("old"): make_vectors()})
    writer = store.begin("handbook", "b2", versions=versions_for())
    writer.add([make_chunk("half")], [make_vectors()])
    writer.abandon()
    assert statuses(store) == {"b2": "unfinished", "b1": "live"}
    for act in (store.promote, store.open):
        with pytest.raises(IndexMissingError):
            act("handbook", "b2")


def test_builds_are_removed_by_name_but_never_the_live_one(store: Store) -> None:
    """If the live one is among them nothing is removed; unknown names are no error."""
    publish(store, {make_chunk("old"): make_vectors()})
    publish_beside(store, "new", "b2")
    with pytest.raises(StoreError, match=r"'b1' of collection .* is live"):
        store.remove("handbook", ["b2", "b1"])
    store.remove("handbook", ["b2", "b7"])
    assert statuses(store) == {"b1": "live"}
    store.remove("nothing-here", ["b1"])


def test_promotion_waits_for_no_writer(store: Store, settings: IndexSettings) -> None:
    """While another process writes, promoting and removing are refused at once."""
    publish(store, {make_chunk("old"): make_vectors()})
    publish_beside(store, "new", "b2")
    with closing(open_store(settings)) as other:
        writer = other.begin("handbook", "b3", versions=versions_for())
        with pytest.raises(IndexBusyError):
            store.promote("handbook", "b2")
        with pytest.raises(IndexBusyError):
            store.remove("handbook", ["b2"])
        writer.abandon()
    store.promote("handbook", "b2")
    assert store.live("handbook") == "b2"
