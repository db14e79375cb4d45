"""Names, payloads and manifests, without an engine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.contract import Chunk, QuestionTags
from ingest.errors import IndexMismatchError, StoreError
from ingest.store.encoding import (
    SCHEMA_VERSION,
    canonical_ids,
    check_count,
    check_manifest,
    decode_chunk,
    encode_chunks,
    parse_manifest,
)
from ingest.store.query import make_plan
from ingest.store.values import FILTER_FIELDS, Leg
from tests.support.index_samples import (
    DIMENSION,
    dense,
    direction,
    make_chunk,
    make_manifest,
    make_vectors,
    sparse,
    versions_for,
)

TEXT = st.text(max_size=20)
TAGS = st.builds(
    QuestionTags,
    slug=TEXT,
    levels=st.lists(st.sampled_from(["junior", "mid", "senior", "staff"])).map(tuple),
    kind=st.sampled_from([None, "design", "debugging"]),
    frequency=st.sampled_from([None, "common"]),
    concept=TEXT,
    stages=st.lists(TEXT).map(tuple),
    minutes=st.none() | st.floats(0, 90),
    aliases=st.lists(TEXT).map(tuple),
)


@settings(max_examples=60)
@given(name=TEXT, document=TEXT.filter(bool), tags=st.none() | TAGS)
def test_a_payload_makes_the_chunk_again(name: str, document: str, tags: QuestionTags | None) -> None:
    """Decoding what was encoded gives an equal chunk, and every filter field is a text or list of texts."""
    chunk = make_chunk(name, document=document, tags=tags)
    [payload] = encode_chunks([chunk], [make_vectors()], versions_for([chunk])).values()
    assert decode_chunk(chunk.id, payload) == chunk
    for field in FILTER_FIELDS:
        assert isinstance(payload[field], str | list | None)


def test_a_payload_holds_the_versions_and_the_hash() -> None:
    """Every payload names its document's version, its model's version and its content hash."""
    chunk = make_chunk("a")
    versions = versions_for()
    [payload] = encode_chunks([chunk], [make_vectors()], versions).values()
    assert payload["doc_version"] == versions.doc_versions["a.md"]
    assert payload["embed_model_version"] == versions.embed_model_version
    assert payload["content_hash"] == chunk.content_hash


def test_a_payload_without_a_model_version_is_refused() -> None:
    """An empty model version is a missing one."""
    with pytest.raises(ValueError, match="version is missing"):
        encode_chunks([make_chunk("a")], [make_vectors()], versions_for(model=""))


def test_every_field_of_a_chunk_is_encoded() -> None:
    """A field that a chunk gains one day cannot be forgotten here."""
    [payload] = encode_chunks([make_chunk("a")], [make_vectors()], versions_for()).values()
    assert set(Chunk.model_fields) - {"id"} <= set(payload)


def test_ids_are_asked_for_once_and_only_if_they_can_exist() -> None:
    """Repeats and texts that are no canonical UUID are dropped, the order stays."""
    one, two = make_chunk("a").id, make_chunk("b").id
    assert canonical_ids([two, "x", one, two, one.upper(), one.replace("-", "")]) == [two, one]


def test_a_manifest_with_unknown_fields_is_judged_by_its_schema_version() -> None:
    """A later program's manifest is a mismatch of versions, not a damaged one."""
    with pytest.raises(IndexMismatchError, match="schema 99"):
        parse_manifest('{"schema_version": 99, "novelty": true}', "handbook")


@pytest.mark.parametrize("text", ["", "[]", "{}", "\ufeff{}", f'{{"schema_version": {SCHEMA_VERSION}}}'])
def test_a_damaged_manifest_is_a_mismatch(text: str) -> None:
    """What is no manifest is refused with the collection's name."""
    with pytest.raises(IndexMismatchError, match="'handbook'"):
        parse_manifest(text, "handbook")


def test_a_build_with_other_points_than_were_completed_does_not_go_live() -> None:
    """Points that an interrupted call left behind stop a publish."""
    with pytest.raises(StoreError, match="3 points"):
        check_count("b1", held=3, recorded=2)


@pytest.mark.parametrize(
    ("field", "value"), [("collection", "x"), ("build", "x"), ("dimension", 7), ("embed_model_version", "x")]
)
def test_a_manifest_describes_its_own_build(field: str, value: object) -> None:
    """What was begun with other names or versions does not go live under this manifest."""
    manifest = make_manifest("handbook", "b1")
    check_manifest(manifest, "handbook", "b1", versions_for())
    with pytest.raises(ValueError, match="describes"):
        check_manifest(manifest.model_copy(update={field: value}), "handbook", "b1", versions_for())


@pytest.mark.parametrize("weight", [0, 5, 1.5, -1])
def test_a_weight_is_a_whole_number_from_1_to_4(weight: int) -> None:
    """Other weights are refused when the leg is made."""
    with pytest.raises(ValueError, match="weight"):
        dense(0, weight=weight)


def test_a_leg_asks_with_the_right_kind_of_query() -> None:
    """Sparse weights cannot search a dense vector, nor the reverse; a limit below 1 is no limit."""
    with pytest.raises(ValueError, match="does not fit"):
        Leg(name="x", using="bm25", query=direction(0), limit=5)
    with pytest.raises(ValueError, match="does not fit"):
        Leg(name="x", using="body", query=sparse({1: 1.0}).query, limit=5)
    with pytest.raises(ValueError, match="limit"):
        dense(0, limit=0)


def test_a_plan_repeats_a_leg_by_its_weight() -> None:
    """A leg of weight 3 is put to the engine three times; the number of candidates does not grow."""
    plan = make_plan([dense(0, weight=3), sparse({1: 1.0})], dimension=DIMENSION, rrf_k=60, where={})
    assert plan is not None
    assert [leg.using for leg in plan.legs] == ["body", "body", "body", "bm25"]
    assert (plan.fetch, plan.engine_k, plan.fused) == (20, 61, True)
