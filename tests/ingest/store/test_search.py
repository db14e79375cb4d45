"""Acceptance, both engines: order, scores, fusion and filters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from math import cos, radians

import numpy as np
import pytest

from ingest.contract import Chunk, QuestionTags
from ingest.errors import IndexMismatchError
from ingest.settings import IndexSettings
from ingest.store import open_store
from ingest.store.port import Build, Store
from ingest.store.values import ChunkVectors, Leg, RankedId
from tests.support.index_samples import dense, direction, make_chunk, make_vectors, publish, sparse

K = 60


def published(settings: IndexSettings, collection: str, held: dict[Chunk, ChunkVectors]) -> Iterator[Build]:
    """Yield a build of these chunks."""
    with closing(open_store(settings)) as store:
        publish(store, held, collection=collection)
        with closing(store.open(collection)) as build:
            yield build
        store.drop(collection)


@pytest.fixture(scope="module")
def three(settings: IndexSettings) -> Iterator[Build]:
    """Chunks a, b, c: nearest first by body a b c, by title c b a; the term 1 stands in c, then b."""
    held = {
        make_chunk("a"): make_vectors(body=10, title=60),
        make_chunk("b"): make_vectors(body=20, title=50, bm25={1: 0.5, 2: 1.0}),
        make_chunk("c"): make_vectors(body=30, title=40, bm25={1: 1.0}),
    }
    yield from published(settings, "three", held)


def names(hits: list[RankedId]) -> str:
    """Return the names of the chunks a to e that were hit, in order."""
    by_id = {make_chunk(name).id: name for name in "abcde"}
    return "".join(by_id[hit.id] for hit in hits)


def test_a_single_leg_keeps_its_own_scores(three: Build) -> None:
    """One dense leg brings cosines, best first, with ranks from 1."""
    hits = three.search([dense(0)], limit=2, rrf_k=K, where={})
    assert names(hits) == "ab"
    assert [hit.rank for hit in hits] == [1, 2]
    assert [hit.score for hit in hits] == pytest.approx([cos(radians(10)), cos(radians(20))], abs=1e-6)


def test_a_sparse_leg_weighs_by_rarity(three: Build) -> None:
    """Weights are multiplied by ln(1 + (N - n + 0.5) / (n + 0.5)); N counts the chunks with any term."""
    hits = three.search([sparse({1: 1.0})], limit=9, rrf_k=K, where={})
    idf = np.log(1 + (2 - 2 + 0.5) / (2 + 0.5))
    assert names(hits) == "cb"
    assert [hit.score for hit in hits] == pytest.approx([idf, 0.5 * idf], abs=1e-5)


def test_fusion_adds_reciprocal_ranks(three: Build) -> None:
    """The score is the sum of 1 / (k + rank) over the legs that bring the chunk, ranks from 1."""
    hits = three.search([dense(0), sparse({1: 1.0})], limit=9, rrf_k=K, where={})
    expected = {"c": 1 / (K + 3) + 1 / (K + 1), "b": 1 / (K + 2) + 1 / (K + 2), "a": 1 / (K + 1)}
    assert names(hits) == "cba"
    assert [hit.score for hit in hits] == pytest.approx([expected[name] for name in "cba"], abs=1e-6)


def test_k_is_the_callers(three: Build) -> None:
    """Another k gives other scores by the same formula."""
    hits = three.search([dense(0), dense(0, using="title")], limit=1, rrf_k=1, where={})
    assert hits[0].score == pytest.approx(1 / 2 + 1 / 4, abs=1e-6)


def test_a_weight_multiplies_the_share_of_a_leg(three: Build) -> None:
    """The score is the sum of weight / (k + rank)."""
    legs = [dense(0, weight=3), dense(0, using="title", weight=2)]
    hits = three.search(legs, limit=9, rrf_k=K, where={})
    assert names(hits) == "abc"
    expected = [3 / (K + 1) + 2 / (K + 3), 3 / (K + 2) + 2 / (K + 2), 3 / (K + 3) + 2 / (K + 1)]
    assert [hit.score for hit in hits] == pytest.approx(expected, abs=1e-6)


def test_the_limit_of_a_leg_cuts_before_fusion(three: Build) -> None:
    """A leg brings no more candidates than its limit, the search no more hits than its own."""
    legs = [dense(0, limit=1), sparse({1: 1.0}, limit=1)]
    assert names(three.search(legs, limit=9, rrf_k=K, where={})) in ("ac", "ca")
    assert len(three.search(legs, limit=1, rrf_k=K, where={})) == 1
    assert three.search(legs, limit=0, rrf_k=K, where={}) == []


def test_an_empty_sparse_leg_brings_nothing(three: Build) -> None:
    """The other legs are fused as if it had found no chunk; alone it gives no hits."""
    hits = three.search([dense(0), sparse({})], limit=9, rrf_k=K, where={})
    assert names(hits) == "abc"
    assert hits[0].score == pytest.approx(1 / (K + 1), abs=1e-6)
    assert three.search([sparse({})], limit=9, rrf_k=K, where={}) == []
    assert three.search([], limit=9, rrf_k=K, where={}) == []


def test_a_term_that_no_chunk_holds_gives_no_hits(three: Build) -> None:
    """A sparse query without a match brings nothing."""
    assert three.search([sparse({99: 1.0})], limit=9, rrf_k=K, where={}) == []


def test_another_dimension_is_a_mismatch(three: Build) -> None:
    """A query of another model's dimension is refused before the engine sees it."""
    leg = Leg(name="body", using="body", query=np.ones(7, dtype=np.float32), limit=5)
    with pytest.raises(IndexMismatchError, match=r"\(7,\)"):
        three.search([leg], limit=5, rrf_k=K, where={})


@pytest.fixture(scope="module")
def tied(settings: IndexSettings) -> Iterator[Build]:
    """Sixty chunks of which each twenty have the same vectors."""
    held: dict[Chunk, ChunkVectors] = {}
    for number in range(60):
        angle = float(number % 3)
        held[make_chunk(f"tied {number}")] = make_vectors(angle, 90 - angle, {1: 1.0})
    yield from published(settings, "tied", held)


@pytest.mark.parametrize("legs", [1, 2, 3])
def test_ties_have_one_order(tied: Build, settings: IndexSettings, legs: int) -> None:
    """Thirty repeats, and a build opened anew, give one order; equal scores stand in the order of ids."""
    asked = [dense(0, limit=30), sparse({1: 1.0}, limit=30), dense(90, using="title", limit=30)][:legs]
    first = tied.search(asked, limit=25, rrf_k=K, where={})
    assert len(first) == 25
    assert first == sorted(first, key=lambda hit: (-hit.score, hit.id))
    assert all(tied.search(asked, limit=25, rrf_k=K, where={}) == first for _ in range(30))
    with closing(open_store(settings)) as store, closing(store.open("tied")) as again:
        assert again.search(asked, limit=25, rrf_k=K, where={}) == first


def test_equal_sums_of_different_ranks_tie(store: Store) -> None:
    """Ranks (1, 2, 3), (2, 3, 1) and (3, 1, 2) over three legs are one score, so ids decide."""
    held = {
        make_chunk("a"): make_vectors(body=1, title=2, bm25={1: 1.0}),
        make_chunk("b"): make_vectors(body=2, title=3, bm25={1: 3.0}),
        make_chunk("c"): make_vectors(body=3, title=1, bm25={1: 2.0}),
    }
    publish(store, held)
    with closing(store.open("handbook")) as build:
        legs = [dense(0), dense(0, using="title"), sparse({1: 1.0})]
        hits = build.search(legs, limit=9, rrf_k=K, where={})
    assert len({hit.score for hit in hits}) == 1
    assert [hit.id for hit in hits] == sorted(chunk.id for chunk in held)


@pytest.fixture(scope="module")
def mixed(settings: IndexSettings) -> Iterator[Build]:
    """Five chunks a to e, nearest first, with all kinds of tags."""
    tags = {
        "a": QuestionTags(levels=("junior",), kind="design"),
        "b": QuestionTags(levels=("mid", "senior"), kind="debugging", frequency="common"),
        "c": QuestionTags(levels=("senior",), kind="design", stages=("onsite",)),
        "d": QuestionTags(),
    }
    documents = dict.fromkeys("abce", "a.md") | {"d": "ä b.md"}
    chunks = [make_chunk(name, document=documents[name], tags=tags.get(name)) for name in "abcde"]
    held = {chunk: make_vectors(10.0 * place, bm25={1: 1.0}) for place, chunk in enumerate(chunks)}
    yield from published(settings, "mixed", held)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"level": ["senior"]}, "bc"),
        ({"level": ["junior", "mid"]}, "ab"),
        ({"level": ["senior"], "kind": ["design"]}, "c"),
        ({"level": ["senior", "junior"], "kind": ["design", "debugging"]}, "abc"),
        ({"frequency": ["common"]}, "b"),
        ({"stage": ["onsite"]}, "c"),
        ({"document": ["ä b.md"]}, "d"),
        ({"section_id": ["section of a.md"]}, "abce"),
        ({"question_id": ["question a", "question d"]}, "ad"),
        ({"level": ["staff"]}, ""),
        ({"level": []}, ""),
        ({"kind": ["design"], "level": []}, ""),
    ],
)
def test_filters_join_fields_by_and_and_values_by_or(
    mixed: Build, where: dict[str, list[str]], expected: str
) -> None:
    """Only chunks that meet every field come, in one leg or in several; no accepted value, no hit."""
    assert names(mixed.search([dense(0)], limit=9, rrf_k=K, where=where)) == expected
    fused = mixed.search([dense(0), sparse({1: 1.0})], limit=9, rrf_k=K, where=where)
    assert "".join(sorted(names(fused))) == expected


def test_the_filter_comes_before_the_limit(mixed: Build) -> None:
    """A leg of limit 1 brings the best chunk that meets the filter, not the best of all."""
    legs = [dense(0, limit=1), dense(0, using="title", limit=1)]
    assert "c" in names(mixed.search(legs, limit=9, rrf_k=K, where={"stage": ["onsite"]}))
    assert names(mixed.search([dense(0, limit=1)], limit=9, rrf_k=K, where={"level": ["senior"]})) == "b"


def test_each_leg_by_itself_brings_what_it_would_alone(mixed: Build) -> None:
    """The same hits as of one search a leg, in their order; one that brings nothing keeps its place."""
    legs = [dense(0, limit=3), sparse({}), dense(90, using="title"), sparse({1: 1.0}), sparse({99: 1.0})]
    where, among = {"document": ["a.md"]}, [make_chunk(name).id for name in "bcd"]
    found = mixed.search_each(legs, where=where, among=among)
    assert found == [mixed.search([leg], limit=leg.limit, rrf_k=1, where=where, among=among) for leg in legs]
    assert ["".join(sorted(names(hits))) for hits in found] == ["bc", "", "bc", "bc", ""]
    assert mixed.search_each(legs, where={"level": []}) == [[]] * 5
    assert mixed.search_each([], where={}) == []


def test_a_filter_that_means_nothing_is_refused(mixed: Build) -> None:
    """An unknown field, and a text where a list is due, are errors."""
    with pytest.raises(ValueError, match="colour"):
        mixed.search([dense(0)], limit=9, rrf_k=K, where={"colour": ["red"]})
    with pytest.raises(ValueError, match="senior"):
        mixed.search([dense(0)], limit=9, rrf_k=K, where={"level": "senior"})


def test_words_are_compared_one_by_one_among_the_ids_named(settings: IndexSettings) -> None:
    """Late interaction adds up the best match of each of the query's words, for the named chunks alone."""
    near, far, other = (make_chunk(name) for name in "abc")
    slanted = replace(make_vectors(), tokens=np.array([[0.6, 0.8]], dtype=np.float32))
    leg = Leg("late", "tokens", np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32), 9)
    held = {near: make_vectors(), far: slanted, other: make_vectors()}
    for build in published(settings, "words", held):
        found = build.search([leg], limit=9, rrf_k=K, where={}, among=[far.id, near.id])
        assert names(found) == "ab"
        assert [hit.score for hit in found] == pytest.approx([2.0, 1.4], abs=2e-3)
        assert build.search([leg], limit=9, rrf_k=K, where={}, among=[]) == []


def test_the_nearest_wording_counts_for_a_chunk_that_has_some(settings: IndexSettings) -> None:
    """A chunk without wordings is not found by them; one with several counts for the best."""
    two, one, none = (make_chunk(name) for name in "abc")
    held = {
        two: replace(make_vectors(), wordings=np.stack([direction(80), direction(10)])),
        one: replace(make_vectors(), wordings=np.stack([direction(30)])),
        none: make_vectors(),
    }
    for build in published(settings, "wordings", held):
        found = build.search([Leg("wordings", "wordings", direction(0), 9)], limit=9, rrf_k=K, where={})
        assert names(found) == "ab"
        assert [hit.score for hit in found] == pytest.approx([cos(radians(10)), cos(radians(30))], abs=2e-3)
        stored = build.vectors([two.id, none.id])
        assert stored[two.id].wordings == pytest.approx(held[two].wordings, abs=1e-3)
        assert stored[none.id].wordings is None
