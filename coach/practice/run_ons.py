"""Speech that was written down without full stops: what is too long for one sentence is read in stretches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.read.blocks import Span

LONGEST_WORDS = 48
"""About the 64 word pieces that the point reader reads; hardly a sentence that was written is longer."""
_SHORTEST, _USUAL, _MOST = 6, 12, 20
"""Words of a stretch: chosen on development answers without punctuation, among four to twice as many."""
_WORD = re.compile(r"\S+")
_PAUSE = re.compile(r"[,;:)–—-]$|\.{2,}$|…$")
# Where a writer sets a full stop, a speaker says one of the first; the others begin a clause.
_NEXT = frozenset(
    "and but so because then also plus first second third next finally otherwise however".split()
)
_CLAUSE = frozenset(
    "since after before while when where if unless until which who although though instead or i we you it"
    " they".split()
)


def stretches(text: str, span: Span) -> Iterator[Span]:
    """Yield a span of a text in order, cut where a speaker may have paused if it has too many words.

    >>> said = "we stop the writes first and then we look at the last deploy that went out " * 4
    >>> [said[one.start : one.end] for one in stretches(said, Span(0, len(said)))][0]
    'we stop the writes first and then we look at the last deploy that went out'
    """
    words = [Span(*match.span()) for match in _WORD.finditer(text, span.start, span.end)]
    first, enough = 0, _MOST if len(words) > LONGEST_WORDS else LONGEST_WORDS
    while len(words) - first > enough:
        last = _pause(text, words, first)
        yield Span(words[first].start, words[last - 1].end)
        first = last
    yield Span(words[first].start if first else span.start, span.end)


def _pause(text: str, words: Sequence[Span], first: int) -> int:
    """Return the place of the word before which the stretch that begins with the first is best cut."""

    def unlikeliness(place: int) -> tuple[int, int]:
        before, word = (text[one.start : one.end].casefold() for one in words[place - 1 : place + 1])
        likely = (_PAUSE.search(before), word in _NEXT and before not in _NEXT, word in _CLAUSE, True)
        return [bool(one) for one in likely].index(True), abs(place - first - _USUAL)

    return min(range(first + _SHORTEST, first + _MOST), key=unlikeliness)
