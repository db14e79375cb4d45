"""Where the chunks of a replay lie: on a bar for each document, and in the text of a section."""

from __future__ import annotations

from collections.abc import Iterator

from ui.models import DocumentText, RankedChunk, Replay, Section
from ui.parts.passage import Mark, as_data, read_passage
from ui.parts.plain import visible
from ui.parts.stages import last_stage, used_chunks

DOCUMENTS_SHOWN = 5
CHUNKS_SHOWN = 15


def as_map(
    replay: Replay, titles: dict[str, str], chars: dict[str, int], spot: tuple[str, int, int]
) -> list[dict[str, object]]:
    """Return the best chunks by document as the JSON that ui/components/chunks.js draws, best document first.

    Args:
        replay: What was found.
        titles: Document -> title.
        chars: Document -> length; chunks of a document that is not in it any more are passed over.
        spot: The chunk that is read.
    """
    used = used_chunks(replay)
    by_document: dict[str, list[RankedChunk]] = {}
    for one in last_stage(replay)[:CHUNKS_SHOWN]:
        by_document.setdefault(one.document, []).append(one)
    return [
        {
            "document": name,
            "title": visible(titles.get(name, name)),
            "chars": chars[name],
            "chunks": [_chunk(one, is_used=one.chunk_id in used, spot=spot) for one in several],
        }
        for name, several in list(by_document.items())[:DOCUMENTS_SHOWN]
        if chars.get(name)
    ]


def _chunk(one: RankedChunk, *, is_used: bool, spot: tuple[str, int, int]) -> dict[str, object]:
    return {
        "rank": one.rank,
        "heading": visible(one.heading),
        "document": one.document,
        "start": one.start,
        "end": one.end,
        "used": is_used,
        "open": (one.document, one.start, one.end) == spot,
    }


def as_reading(
    replay: Replay, text: DocumentText, section: Section | None, spot: tuple[str, int, int]
) -> dict[str, object]:
    """Return a part of a document with its chunks and quotes marked, to be read from the chosen chunk on."""
    blocks = read_passage(text.text, text.start, *_marks(replay, text.id))
    return {
        "section": visible(section.heading if section else text.title),
        "title": visible(text.title),
        "key": f"{replay.answer.id} {spot}",
        "blocks": as_data(blocks, anchor=spot[1]),
    }


def _marks(replay: Replay, document: str) -> Iterator[Mark]:
    """Yield what is marked in a document; what the answer used lies over what was only found."""
    used = used_chunks(replay)
    chunks = [one for one in last_stage(replay)[:CHUNKS_SHOWN] if one.document == document]
    yield from (Mark(one.start, one.end, "found") for one in chunks if one.chunk_id not in used)
    yield from (Mark(one.start, one.end, "used") for one in chunks if one.chunk_id in used)
    for _, claims in replay.answer.outline:
        for claim in claims:
            yield from (Mark(one.start, one.end) for one in claim.citations if one.document == document)
