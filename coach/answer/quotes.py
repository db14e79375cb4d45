"""Where a quote that a model gives stands, if it stands anywhere: exactly, or under other typography.

What comes back is a span of the source, never the model's own wording, so that nothing is ever shown as a
quote that a document does not hold.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from coach.answer.cues import word_count
from ingest.contract import Frozen

QuoteVerdict = Literal["exact", "normalised", "wrong_place", "ambiguous", "failed"]
"""`exact`: character for character. `normalised`: but for blanks, typography and markup. `wrong_place`: in
another passage than the one named. `ambiguous`: so short that it stands in several places. `failed`: nowhere.
"""

# A longer quote points at a page, not at a statement.
MAX_QUOTE_CHARS = 1200
# A shorter quote says something only where it stands once.
FEWEST_WORDS = 4

_SPECIAL = re.compile(
    r"""
      (?P<blank> [\s|]+ )
    | (?P<silent>
        (?<![^\n]) [ \t>]* (?: [-*+•] | \d{1,3}[.)] | \#{1,6} ) [ \t]+     # list and heading markers
      | \]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\) | \[\^[^\]\s]+\] | [\[\]]  # links and notes
      | </?[A-Za-z][^<>\n]{0,200}> | <!--.*?-->
      | [*`]+ | ~~ | (?<![^\W_])_+ | _+(?![^\W_]) | \\(?=[^\w\s])
      | [\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]
      )
    | (?P<entity> &(?:[A-Za-z]{2,8}|\#\d{1,6}); )
    | (?P<dash> [-‐‑‒–—―−]+ )
    | (?P<double> ["“”„«»] )
    | (?P<single> ['’‘ʼ] )
    | (?P<ellipsis> … )
    | (?P<other> [^\x00-\x7f] )
    """,
    re.VERBOSE | re.DOTALL,
)
_FOLDED = {"blank": " ", "silent": "", "dash": "-", "double": '"', "single": "'", "ellipsis": "..."}
_EDGES = " \"'.…"
_CLOSERS = ".,;:"
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


class FoundQuote(Frozen):
    """What became of a quote; ``texts[place][start:end]`` is what the source says, unless it is not found.

    Attributes:
        place: Index of the text in which it stands; None if it was refused.
    """

    verdict: QuoteVerdict
    place: int | None = None
    start: int = 0
    end: int = 0


class QuoteFinder:
    """Looks quotes up in a few texts, each of which is normalised once."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = tuple(texts)
        self._read: dict[int, _Normalised] = {}

    def find(self, quote: str, place: int | None) -> FoundQuote:
        """Return where a quote stands.

        Args:
            quote: As the model gives it.
            place: The text that the model names; None if it names one that does not exist.
        """
        quote = quote.strip()
        if len(quote) > MAX_QUOTE_CHARS or not any(char.isalnum() for char in quote):
            return FoundQuote(verdict="failed")
        others = [other for other in range(len(self._texts)) if other != place]
        if place is not None and (spans := self._spans(quote, place)):
            exact = self._texts[place][spans[0].start : spans[0].end] == quote
            return self._found(quote, "exact" if exact else "normalised", [(place, span) for span in spans])
        elsewhere = [(other, span) for other in others for span in self._spans(quote, other)]
        return self._found(quote, "wrong_place", elsewhere) if elsewhere else FoundQuote(verdict="failed")

    def _found(self, quote: str, verdict: QuoteVerdict, spans: Sequence[tuple[int, _Span]]) -> FoundQuote:
        if len(spans) > 1 and word_count(quote) < FEWEST_WORDS:
            return FoundQuote(verdict="ambiguous")
        place, span = spans[0]
        return FoundQuote(verdict=verdict, place=place, start=span.start, end=span.end)

    def _spans(self, quote: str, place: int) -> list[_Span]:
        """Return each span of a text that says the quote, exact ones alone if there are any."""
        text = self._texts[place]
        exact = [_Span(at, at + len(quote)) for at in _occurrences(text, quote)]
        if exact:
            return exact
        source = self._read.setdefault(place, _normalise(text))
        for needle in _needles(quote):
            found = [source.span(at, at + len(needle)) for at in _occurrences(source.text, needle)]
            if found:
                return found
        return []


class _Span(NamedTuple):
    start: int
    end: int


class _Normalised(NamedTuple):
    """A text with its typography folded; character i of it stands for ``starts[i]`` to ``ends[i]``."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> _Span:
        return _Span(self.starts[start], self.ends[end - 1])


def _needles(quote: str) -> Iterator[str]:
    """Yield the normalised quote, then without the marks and the capital with which models dress quotes.

    Nothing is left of a quote whose words are all markup: it says nothing.
    """
    whole = _normalise(quote).text.strip()
    bare = whole.strip(_EDGES)
    seen: set[str] = set()
    for needle in (whole, bare, bare.rstrip(_CLOSERS)):
        for form in (needle, needle[:1].swapcase() + needle[1:]):
            if form not in seen and any(char.isalnum() for char in form):
                seen.add(form)
                yield form


def _normalise(text: str) -> _Normalised:
    made: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def put(chars: str, start: int, end: int) -> None:
        if chars == " " and (not made or made[-1] == " "):
            return
        made.extend(chars)
        starts.extend([start] * len(chars))
        ends.extend([end] * len(chars))

    at = 0
    for match in _SPECIAL.finditer(text):
        made.extend(text[at : match.start()])
        starts.extend(range(at, match.start()))
        ends.extend(range(at + 1, match.start() + 1))
        put(_folded(match), *match.span())
        at = match.end()
    made.extend(text[at:])
    starts.extend(range(at, len(text)))
    ends.extend(range(at + 1, len(text) + 1))
    return _Normalised("".join(made), tuple(starts), tuple(ends))


def _folded(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    if kind == "entity":
        return html.unescape(match[0]).replace("\u00a0", " ")
    return _FOLDED[kind] if kind in _FOLDED else unicodedata.normalize("NFKC", match[0])


def _occurrences(text: str, needle: str) -> Iterator[int]:
    """Yield where a needle stands as whole words; "able" does not stand in "unable", nor "10" in "10.5"."""
    at = text.find(needle)
    while at >= 0:
        if _parts(text, at) and _parts(text, at + len(needle)):
            yield at
        at = text.find(needle, at + 1)


def _parts(text: str, at: int) -> bool:
    """Return whether a place in a text stands between words and cuts no figure."""
    before, after = text[at - 1 : at] if at else "", text[at : at + 1]
    if not before or not after or _UNSPACED.match(before) or _UNSPACED.match(after):
        return True
    if before.isalnum() and after.isalnum():
        return False
    cut_left = before in ".,-" and after.isdigit() and text[at - 2 : at - 1].isdigit()
    cut_right = after in ".," and before.isdigit() and text[at + 1 : at + 2].isdigit()
    return not (cut_left or cut_right)
