"""Another layout is another build, made of the vectors that are there."""

from __future__ import annotations

from ingest import pipeline
from ingest.contract import IndexManifest
from ingest.store.edge import EdgeStore
from ingest.store.layout import Layout
from tests.support.workshop import Workshop


def ingested(workshop: Workshop, layout: Layout, *, beside: bool = False) -> IndexManifest:
    """Return the manifest after an ingest with this layout."""
    workshop.embedder.embedded.clear()
    return pipeline.ingest(
        [workshop.folder / "book"],
        store=EdgeStore(workshop.folder / "index", layout),
        embedder=workshop.embedder,
        collection="handbook",
        beside=beside,
    )


def test_another_layout_is_built_anew_and_embeds_nothing(workshop: Workshop) -> None:
    """The new build holds the same, its manifest tells the layout, and a second run changes nothing."""
    first = workshop.ingest("book")
    scalar = Layout(quantisation="scalar")
    second = ingested(workshop, scalar, beside=True)
    assert workshop.embedder.embedded == []
    assert (second.layout, first.layout) == (scalar.version, Layout().version)
    assert (second.corpus_hash, second.chunks) == (first.corpus_hash, first.chunks)
    store = EdgeStore(workshop.folder / "index", scalar)
    assert store.live("handbook") == first.build
    store.promote("handbook", second.build)
    assert ingested(workshop, scalar).build == second.build


def test_a_search_may_walk_the_graph_otherwise(workshop: Workshop) -> None:
    """How many candidates a search keeps in hand is no reason to build anything."""
    first = workshop.ingest("book")
    assert ingested(workshop, Layout(search_ef=500)).build == first.build
