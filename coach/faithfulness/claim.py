"""A claim read: its tokens, figures and names, and the lines of the passages that come nearest to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from coach.faithfulness.alignment import Alignment, align
from coach.faithfulness.evidence import Line, Passages, form_of, split_clauses
from coach.faithfulness.lexicon import MONTHS, WEEKDAYS
from coach.faithfulness.quantities import Quantity, read_quantities
from coach.faithfulness.related import nearness
from coach.faithfulness.tokens import Token, tokenise

NEAREST_LINES = 3


@dataclass(frozen=True)
class Claim:
    """A claim read, with the lines that come nearest to it, the best first."""

    text: str
    tokens: tuple[Token, ...]
    passages: Passages
    lines: tuple[Line, ...]

    @classmethod
    def read(cls, text: str, passages: Passages) -> Claim:
        """Return a claim held against passages."""
        tokens = tuple(tokenise(text))
        return cls(text, tokens, passages, tuple(passages.nearest(tokens, limit=NEAREST_LINES)))

    @cached_property
    def content(self) -> tuple[Token, ...]:
        """The tokens that say something of their own."""
        return tuple(token for token in self.tokens if token.is_content)

    @cached_property
    def near_stems(self) -> frozenset[str]:
        """The stems of the nearest lines together."""
        return frozenset[str]().union(*(line.stems for line in self.lines))

    @cached_property
    def near_forms(self) -> frozenset[str]:
        """The first letters of their longer words."""
        return frozenset(form for stem in self.near_stems if (form := form_of(stem)))

    @cached_property
    def near_clauses(self) -> tuple[frozenset[str], ...]:
        """The stems of each clause of the nearest lines."""
        return tuple(
            frozenset(token.stem for token in clause)
            for line in self.lines
            for clause in split_clauses(self.passages.texts[line.passage][line.start : line.end], line.tokens)
        )

    @cached_property
    def held(self) -> dict[str, float]:
        """How far each content stem is borne out by the nearest lines, 0 to 1, another word counting less."""
        return {token.stem: self._held(token.stem) for token in self.content}

    def _held(self, stem: str) -> float:
        near = nearness(stem, self.near_stems)
        return max(near, 0.9) if near < 1 and form_of(stem) in self.near_forms else near

    @cached_property
    def alignment(self) -> Alignment | None:
        """Along the line that says most of it in its order; None if no line shares a word."""
        return max(
            (align(self.tokens, line) for line in self.lines), key=lambda one: one.weight, default=None
        )

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Its figures."""
        return tuple(read_quantities(self.text, self.tokens))

    @cached_property
    def near_quantities(self) -> tuple[Quantity, ...]:
        """The figures of the nearest lines."""
        return tuple(one for line in self.lines for one in self.line_quantities(line))

    def line_quantities(self, line: Line) -> tuple[Quantity, ...]:
        """Return the figures of a line of the passages."""
        text = self.passages.texts[line.passage][line.start : line.end]
        return tuple(read_quantities(text, line.tokens))

    @cached_property
    def names(self) -> tuple[Token, ...]:
        """Words written as names: with a capital inside a sentence, or in capitals throughout."""
        return tuple(
            token
            for place, token in enumerate(self.tokens)
            if token.is_content and token.is_capital and self._is_name(place, token)
        )

    def _is_name(self, place: int, token: Token) -> bool:
        raw = self.text[token.start : token.end]
        if token.text in MONTHS or token.text.removesuffix("s") in WEEKDAYS:
            return False
        if len(raw) > 1 and not raw[1:].islower():
            return True
        before = self.text[: token.start].rstrip("\"'“‘(*_ ")
        opens = place == 0 or before.endswith((".", ":", "!", "?", ";", "-", "–", "—"))
        return not opens or is_name(token.stem)


def is_name(stem: str) -> bool:
    """Return whether a stem is written with a capital wherever it stands, as far as is known."""
    from coach.faithfulness.frequencies import names

    return stem in names()
