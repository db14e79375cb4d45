"""From a span of a document back to the chunks that it stands in."""

from __future__ import annotations

from coach.coach import Coach
from coach.retrieve.layout import ChunkLayout
from tests.conftest import Ingested


def test_every_span_leads_to_the_chunks_that_hold_it(coach: Coach) -> None:
    """Its whole, its ends and a span over its border give what a walk over all chunks gives."""
    build = coach.switch.current.build
    chunks = sorted(build.chunks([*build.chunk_ids()]).values(), key=lambda one: (one.document, one.start))
    layout = ChunkLayout(build)
    for chunk in chunks:
        spans = (
            (chunk.start, chunk.end),
            (chunk.start, chunk.start + 1),
            (chunk.end - 1, chunk.end),
            (max(chunk.start - 5, 0), chunk.start + 5),
        )
        for start, end in spans:
            wanted = [
                one.id
                for one in chunks
                if one.document == chunk.document and one.start < end and start < one.end
            ]
            assert list(layout.under(chunk.document, start, end)) == wanted


def test_a_heading_leads_to_the_chunk_below(coach: Coach, ingested: Ingested) -> None:
    """A heading stands in no chunk; the one that is embedded with it follows."""
    build = coach.switch.current.build
    layout = ChunkLayout(build)
    led = 0
    for chunk in build.chunks([*build.chunk_ids()]).values():
        at = ingested.text(chunk.document).rfind(f"# {chunk.heading}\n", 0, chunk.start) + len("# ")
        if chunk.opens and at > 1:
            assert layout.under(chunk.document, at, at + len(chunk.heading)) == (chunk.id,)
            led += 1
    assert led


def test_an_unknown_document_has_no_chunks(coach: Coach) -> None:
    """Nothing is found rather than something else."""
    assert ChunkLayout(coach.switch.current.build).under("nope.md", 0, 10) == ()
