"""Where the chunks of a build stand in their documents: from a span of text back to its chunks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import NamedTuple

from ingest.store.port import Build


class _Place(NamedTuple):
    """A chunk's span [start, end) in its document."""

    start: int
    end: int
    id: str


class ChunkLayout:
    """The chunks of a build by document, in the order of the text; chunks do not overlap."""

    def __init__(self, build: Build) -> None:
        places: defaultdict[str, list[_Place]] = defaultdict(list)
        for chunk in build.chunks([*build.chunk_ids()]).values():
            places[chunk.document].append(_Place(chunk.start, chunk.end, chunk.id))
        self._places = {document: sorted(found) for document, found in places.items()}

    def under(self, document: str, start: int, end: int) -> tuple[str, ...]:
        """Return the chunks that hold some of the characters [start, end) of a document, in order.

        What stands between chunks is a heading; it belongs to the chunk below, which is embedded with it.
        """
        places = self._places.get(document, [])
        first = bisect_right(places, start, key=lambda place: place.end)
        after = bisect_left(places, end, key=lambda place: place.start)
        return tuple(place.id for place in places[first : max(after, first + 1)])
