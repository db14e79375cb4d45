"""Chunks of one build, kept in memory once read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from ingest.contract import Chunk
from ingest.store.port import Build

MOST_CHUNKS = 4096


class ReadChunks:
    """Reads what it does not hold in one request; safe to share between threads.

    Args:
        build: Whose chunks they are.
        most_chunks: How many are kept; those go that were not asked for longest.
    """

    def __init__(self, build: Build, most_chunks: int = MOST_CHUNKS) -> None:
        self._build = build
        self._most = most_chunks
        self._held: OrderedDict[str, Chunk] = OrderedDict()
        self._lock = Lock()

    def get(self, ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks of these ids, in order. Raises KeyError if the build has not all of them."""
        with self._lock:
            held = {one: self._held[one] for one in ids if one in self._held}
        missing = [one for one in dict.fromkeys(ids) if one not in held]
        if missing:  # read without the lock: two threads may read the same, which harms nobody
            held.update(self._build.chunks(missing))
        chunks = [held[one] for one in ids]
        with self._lock:
            for chunk in chunks:
                self._held[chunk.id] = chunk
                self._held.move_to_end(chunk.id)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return chunks
