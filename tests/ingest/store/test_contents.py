"""Acceptance, both engines: what is written comes back."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from ingest.contract import QuestionTags, stable_id
from ingest.errors import IndexMissingError
from ingest.store.port import Store
from tests.support.index_samples import (
    make_chunk,
    make_document,
    make_manifest,
    make_vectors,
    publish,
    versions_for,
)

TAGS = QuestionTags(
    slug="rate-limits",
    levels=("senior", "staff"),
    kind="design",
    frequency="common",
    concept="back-pressure",
    stages=("onsite", "phone"),
    minutes=12.5,
    aliases=("How do you limit rates?",),
)


def test_a_chunk_comes_back_as_it_was(store: Store) -> None:
    """Every field of a chunk survives, with and without tags."""
    plain, tagged = make_chunk("plain"), make_chunk("tagged", document="b.md", tags=TAGS)
    publish(store, {plain: make_vectors(), tagged: make_vectors()})
    with closing(store.open("handbook")) as build:
        assert build.chunks([plain.id, tagged.id]) == {plain.id: plain, tagged.id: tagged}


def test_vectors_come_back_as_they_were(store: Store) -> None:
    """Dense vectors are float32 and equal to the last bit, sparse weights to float32; empty stays empty."""
    full, empty = make_chunk("full"), make_chunk("empty")
    given = make_vectors(body=33.3, title=77.7, bm25={7: 0.5, 4_000_000_000: 1.25})
    publish(store, {full: given, empty: make_vectors()})
    with closing(store.open("handbook")) as build:
        assert np.array_equal(build.titles([full.id])[full.id], given.title)
        found = build.vectors([full.id, empty.id])
    assert found[full.id].body.dtype == np.float32
    np.testing.assert_array_equal(found[full.id].body, given.body)
    np.testing.assert_array_equal(found[full.id].title, given.title)
    assert found[full.id].bm25 == given.bm25
    assert found[empty.id].bm25 == make_vectors().bm25


def test_unknown_ids_are_absent(store: Store) -> None:
    """Ids that are in no build, and texts that are no ids, are left out without an error."""
    known = make_chunk("known")
    publish(store, {known: make_vectors()})
    asked = [stable_id("nowhere"), "no id at all", "", known.id, known.id, known.id.upper()]
    with closing(store.open("handbook")) as build:
        assert list(build.chunks(asked)) == [known.id]
        assert list(build.vectors(asked)) == [known.id]
        assert build.chunks([]) == {}


def test_chunk_ids_list_every_chunk_with_its_content_hash(store: Store) -> None:
    """All chunks of all calls are listed, more than one request carries."""
    chunks = [make_chunk(f"chunk {number}") for number in range(300)]
    writer = store.begin("handbook", "b1", versions=versions_for(chunks))
    for batch in (chunks[:290], chunks[290:]):
        writer.add(batch, [make_vectors(body=float(number)) for number in range(len(batch))])
    writer.publish(make_manifest("handbook", "b1", len(chunks)))
    with closing(store.open("handbook")) as build:
        assert build.chunk_ids() == {chunk.id: chunk.content_hash for chunk in chunks}
        assert build.chunks([chunk.id for chunk in chunks]) == {chunk.id: chunk for chunk in chunks}


def test_documents_and_vocabulary_come_back(store: Store) -> None:
    """Names and texts in any script survive; a document that is not there is a KeyError."""
    documents = [
        make_document("größe/日本語 'quoted'.md", "# Größe\n\n質問 \U0001f600\x01\n"),
        make_document("a.md"),
    ]
    publish(store, {}, documents=documents, words={"größe": 2, "質問": 1})
    with closing(store.open("handbook")) as build:
        assert [build.document(one.document.name) for one in documents] == documents
        assert build.vocabulary() == {"größe": 2, "質問": 1}
        with pytest.raises(KeyError, match=r"absent\.md"):
            build.document("absent.md")


def test_a_document_of_some_megabytes_comes_back(store: Store) -> None:
    """A text longer than one stored part is put together again."""
    document = make_document("long.md", 'wide \U0001f600 and "quoted"\n' * 120_000)
    publish(store, {}, documents=[document])
    with closing(store.open("handbook")) as build:
        assert build.document("long.md") == document


def test_the_manifest_comes_back(store: Store) -> None:
    """A build carries the manifest it was published with."""
    publish(store, {make_chunk("a"): make_vectors()})
    with closing(store.open("handbook")) as build:
        assert build.manifest == make_manifest("handbook", "b1", 1)


def test_an_empty_build_answers(store: Store) -> None:
    """A build without chunks can be published and read."""
    publish(store, {})
    with closing(store.open("handbook")) as build:
        assert build.chunk_ids() == {}
        assert build.vocabulary() == {}


def test_a_chunk_without_versions_is_refused(store: Store) -> None:
    """No chunk is stored whose document has no version, and none beside it."""
    known, stray = make_chunk("known"), make_chunk("stray", document="unknown.md")
    writer = store.begin("handbook", "b1", versions=versions_for([known]))
    with pytest.raises(ValueError, match=r"unknown\.md"):
        writer.add([known, stray], [make_vectors(), make_vectors()])
    writer.publish(make_manifest("handbook", "b1"))
    with closing(store.open("handbook")) as build:
        assert build.chunk_ids() == {}
        assert build.chunks([known.id]) == {}


def test_what_does_not_fit_is_refused(store: Store) -> None:
    """Lists of different length and ids that are no UUID are errors before anything is stored."""
    one = make_chunk("one")
    writer = store.begin("handbook", "b1", versions=versions_for())
    with pytest.raises(ValueError, match="shorter"):
        writer.add([one], [])
    with pytest.raises(ValueError, match="no UUID"):
        writer.add([one.model_copy(update={"id": "7"})], [make_vectors()])
    writer.abandon()
    with pytest.raises(IndexMissingError):
        store.open("handbook")
