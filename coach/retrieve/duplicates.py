"""Near-duplicate passages: the second copy of a text is not shown."""

from __future__ import annotations

from functools import lru_cache

from ingest.analysis import words

SHINGLE_WORDS = 4
# Share of the smaller text's shingles that the other holds; above it the two say the same in the same words.
SAME_SHARE = 0.8


class Duplicates:
    """Remembers texts and recognises near copies, by overlap of word shingles (Broder, 1997)."""

    def __init__(self) -> None:
        self._seen: list[frozenset[tuple[str, ...]]] = []

    def holds(self, text: str) -> bool:
        """Return whether a near copy was seen before; if not, remember the text."""
        shingles = _shingles(text)
        for other in self._seen:
            smaller = min(len(shingles), len(other))
            if smaller and len(shingles & other) / smaller >= SAME_SHARE:
                return True
        self._seen.append(shingles)
        return False


@lru_cache(maxsize=4096)
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    tokens = words(text)
    width = min(SHINGLE_WORDS, max(len(tokens), 1))
    return frozenset(tuple(tokens[i : i + width]) for i in range(len(tokens) - width + 1))
