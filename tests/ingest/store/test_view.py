"""What a tenant may read of a build, on both engines: the same port, and nothing of anybody else's."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ingest.contract import Chunk
from ingest.settings import IndexSettings
from ingest.store import open_store
from ingest.store.port import Build, WholeBuild
from ingest.store.values import Leg
from ingest.store.view import TenantView, view_of
from ingest.tenants import own_name, tenant_of
from tests.support.index_samples import dense, direction, make_chunk, make_vectors, publish, sparse
from tests.support.tenants import publish_owned

OWNERS = ("", "acme", "initech", "a@b.c")
ASKING = (*OWNERS, "nobody", "local")
PLACES = random.Random(1)
HELD: dict[Chunk, float] = {
    make_chunk(f"{owner} {number}", document=own_name(owner, f"{number % 3}.md")): PLACES.uniform(0, 90)
    for owner in OWNERS
    for number in range(8)
}
WORDS = {"": {"shared": 8, "both": 2}, "acme": {"acmes": 8, "both": 3}, "initech": {"initechs": 8}}
EVERY_LEG = ("body", "title", "bm25", "tokens", "wordings")


def may_read(tenant: str, chunk: Chunk) -> bool:
    """Return whether a chunk is shared or the tenant's own."""
    return tenant_of(chunk.document) in {"", tenant}


@pytest.fixture(scope="module")
def whole(settings: IndexSettings) -> Iterator[WholeBuild]:
    """A build with a handbook of each owner."""
    with closing(open_store(settings)) as store:
        publish_owned(store, {chunk: make_vectors(at, at, {1: 1.0}) for chunk, at in HELD.items()}, WORDS)
        with closing(store.open("handbook")) as build:
            yield build
        store.drop("handbook")


@pytest.mark.parametrize("tenant", ASKING)
def test_a_view_gives_what_is_shared_and_the_tenants_own(whole: WholeBuild, tenant: str) -> None:
    """Each method of the port, asked for everything there is, gives that and no more."""
    view = view_of(whole, tenant)
    readable = {chunk.id: chunk for chunk in HELD if may_read(tenant, chunk)}
    everything = [chunk.id for chunk in HELD]
    assert isinstance(view, TenantView)
    assert view.chunks(everything) == readable
    assert view.vectors(everything).keys() == readable.keys()
    assert view.titles(everything).keys() == readable.keys()
    assert view.chunk_ids() == {one: chunk.content_hash for one, chunk in readable.items()}
    assert {entry.name for entry in view.manifest.documents} == {one.document for one in readable.values()}
    assert view.manifest.chunks == len(readable)
    expected: dict[str, int] = {}
    for owner in {"", tenant} & WORDS.keys():
        for word, chunks in WORDS[owner].items():
            expected[word] = expected.get(word, 0) + chunks
    assert view.vocabulary() == expected
    for name in {chunk.document for chunk in HELD}:
        if tenant_of(name) in {"", tenant}:
            assert view.document(name).document.name == name
        else:
            with pytest.raises(KeyError):
                view.document(name)


@pytest.mark.parametrize("tenant", ASKING)
def test_no_search_finds_what_the_tenant_may_not_read(whole: WholeBuild, tenant: str) -> None:
    """Alone and fused, exact or not, filtered for another's document, or asked to choose among its chunks."""
    view = view_of(whole, tenant)
    readable = {chunk.id for chunk in HELD if may_read(tenant, chunk)}
    legs = [dense(30, limit=100), sparse({1: 1.0}, limit=100), dense(30, using="title", limit=100)]
    legs.append(Leg("tokens", "tokens", make_vectors().tokens, 100))
    for asked in ([leg] for leg in legs):
        assert {hit.id for hit in view.search(asked, limit=100, rrf_k=60, where={})} == readable
    for exact in (False, True):
        found = view.search(legs, limit=100, rrf_k=60, where={}, exact=exact)
        assert {hit.id for hit in found} == readable
    theirs = [chunk.id for chunk in HELD if chunk.id not in readable]
    documents = sorted({chunk.document for chunk in HELD if chunk.id not in readable})
    assert view.search(legs, limit=100, rrf_k=60, where={}, among=theirs) == []
    assert view.search_each(legs, where={}, among=theirs) == [[]] * len(legs)
    assert {hit.id for hits in view.search_each(legs, where={}) for hit in hits} <= readable
    assert view.search(legs, limit=100, rrf_k=60, where={"document": documents}) == []


@pytest.mark.parametrize("asked", [["initech"], ["", "acme", "initech"], []])
def test_nobody_may_say_whose_chunks_are_searched(whole: WholeBuild, asked: list[str]) -> None:
    """The filter that a view adds is none that a caller can name."""
    with pytest.raises(ValueError, match="no filter field 'tenant'"):
        view_of(whole, "acme").search([dense(0)], limit=9, rrf_k=60, where={"tenant": asked})
    with pytest.raises(ValueError, match="tenant"):
        view_of(whole, "acme").search_each([dense(0)], where={"tenant": asked})


@hypothesis_settings(max_examples=40)
@given(at=st.floats(0, 90), tenant=st.sampled_from(ASKING), limit=st.integers(1, 12))
def test_a_view_ranks_as_a_build_of_what_may_be_read_would(
    whole: WholeBuild, at: float, tenant: str, limit: int
) -> None:
    """Nobody else's chunk takes a place: the nearest of what may be read come back, worked out by hand."""
    readable = [(chunk, place) for chunk, place in HELD.items() if may_read(tenant, chunk)]
    cosines = sorted((math.cos(math.radians(place - at)) for _, place in readable), reverse=True)
    leg = Leg("dense", "body", direction(at), limit)
    found = view_of(whole, tenant).search([leg], limit=limit, rrf_k=60, where={})
    assert [hit.score for hit in found] == pytest.approx(cosines[:limit], abs=1e-5)


def test_a_build_without_tenants_is_its_own_view(settings: IndexSettings) -> None:
    """There is nothing to keep back, so nothing stands between a question and the engine."""
    with closing(open_store(settings)) as store:
        publish(store, {make_chunk("a"): make_vectors()}, build="plain")
        with closing(store.open("handbook", "plain")) as build:
            views: list[Build] = [view_of(build, tenant) for tenant in ASKING]
            assert all(view is build for view in views)


def test_the_whole_build_still_holds_everything(whole: WholeBuild) -> None:
    """Who copies and checks builds sees all chunks, all words, and whose they are."""
    everything = [chunk.id for chunk in HELD]
    assert whole.chunk_ids().keys() == set(everything)
    assert whole.tenants_of(everything) == {chunk.id: tenant_of(chunk.document) for chunk in HELD}
    for owner in OWNERS:
        theirs = {chunk.id: chunk.content_hash for chunk in HELD if tenant_of(chunk.document) == owner}
        assert whole.chunk_ids_of(owner) == theirs
        assert whole.vocabulary_of(owner) == WORDS.get(owner, {})
    assert whole.vocabulary() == {"shared": 8, "both": 5, "acmes": 8, "initechs": 8}
