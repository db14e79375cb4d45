"""Passages read once, and the lines of them that come nearest to a claim."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from coach.faithfulness.frequencies import rarity
from coach.faithfulness.related import related
from coach.faithfulness.tokens import Token, tokenise
from ingest.read.blocks import Span
from ingest.read.sentences import sentences

MAX_LINE_CHARS = 1200
_LINE = re.compile(r"[^\n]+")
_CLAUSE_MARKS = frozenset(",;:()")
_CLAUSE_WORDS = frozenset("and but or which because while whereas although if when".split())
# Words that share this many first letters are taken for forms of one word ("create", "creation").
_FORM_CHARS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of a passage, or a line without one.

    Attributes:
        place: Its place among all lines of all passages.
    """

    place: int
    passage: int
    start: int
    end: int
    tokens: tuple[Token, ...]
    stems: frozenset[str]


class Passages:
    """Passages cut into lines, with what is needed to find those that share a claim's words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = tuple(texts)
        self.lines = tuple(
            Line(place, passage, span.start, span.end, tuple(tokens), frozenset(one.stem for one in tokens))
            for place, (passage, span, tokens) in enumerate(_read(self.texts))
        )

    @cached_property
    def stems(self) -> frozenset[str]:
        """Every stem of every passage."""
        return frozenset(self._postings)

    @cached_property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Stems that follow one another in a line, function words passed over."""
        return frozenset(pair for line in self.lines for pair in neighbours(line.tokens))

    @cached_property
    def forms(self) -> frozenset[str]:
        """The first letters of every word that is long enough to be told by them."""
        return frozenset(form for stem in self.stems if (form := form_of(stem)))

    @cached_property
    def _postings(self) -> dict[str, list[int]]:
        postings: dict[str, list[int]] = defaultdict(list)
        for line in self.lines:
            for stem in line.stems:
                postings[stem].append(line.place)
        return dict(postings)

    def nearest(self, tokens: Sequence[Token], *, limit: int) -> list[Line]:
        """Return the lines that share most with a claim, the best first; ties go to the earlier line."""
        scores: dict[int, float] = defaultdict(float)
        for stem in sorted({token.stem for token in tokens if token.is_content}):
            reached = dict.fromkeys(self._postings.get(stem, ()), 1.0)
            for other, near in related(stem).items():
                for place in self._postings.get(other, ()):
                    reached[place] = max(reached.get(place, 0.0), near)
            for place, near in reached.items():
                scores[place] += near * (0.05 + rarity(stem))
        # Of two lines that share the same words, the shorter says more with them.
        ranked = sorted(
            scores, key=lambda place: (-scores[place] + 0.01 * len(self.lines[place].tokens), place)
        )
        return [self.lines[place] for place in ranked[:limit]]

    def lines_with(self, stem: str) -> list[Line]:
        """Return the lines in which a stem stands."""
        return [self.lines[place] for place in self._postings.get(stem, ())]


def split_clauses(text: str, tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the tokens of a sentence by clause; less than two words of content make none of their own.

    >>> text = "Susan leads the team, while Lee writes mobile apps."
    >>> [[token.text for token in clause] for clause in split_clauses(text, tokenise(text))]
    [['susan', 'leads', 'the', 'team'], ['while', 'lee', 'writes', 'mobile', 'apps']]
    """
    clauses: list[list[Token]] = [[]]
    at = content = 0
    for token in tokens:
        is_border = token.text in _CLAUSE_WORDS or not _CLAUSE_MARKS.isdisjoint(text[at : token.start])
        if is_border and content > 1:
            clauses.append([])
            content = 0
        at = token.end
        content += token.is_content
        clauses[-1].append(token)
    return clauses


def neighbours(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield each two stems that follow one another, function words passed over."""
    content = [token.stem for token in tokens if token.is_content]
    yield from pairwise(content)


def form_of(stem: str) -> str:
    """Return the letters by which forms of one word are told, or nothing for a short word or a number."""
    return stem[:_FORM_CHARS] if len(stem) > _FORM_CHARS and stem.isalpha() else ""


def _read(texts: Sequence[str]) -> Iterator[tuple[int, Span, list[Token]]]:
    for passage, text in enumerate(texts):
        for line in _LINE.finditer(text):
            for sentence in sentences(text, Span(line.start(), line.end())):
                for start in range(sentence.start, sentence.end, MAX_LINE_CHARS):
                    span = Span(start, min(start + MAX_LINE_CHARS, sentence.end))
                    tokens = tokenise(text[span.start : span.end])
                    if tokens:
                        yield passage, span, tokens
