"""What every reader makes of a text: a flat list of blocks, each with its place in the original."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ingest.contract import ReportRow

BlockKind = Literal["heading", "summary", "text", "row", "code"]

_LINE_END = re.compile(r"\r\n|\n|\r")


class Span(NamedTuple):
    """Half-open character offsets."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, table row or code block.

    Attributes:
        start: First character of the content, list and quote markers excluded; `end` is past its last.
        line: Where the line begins on which the block begins.
        plain: The content without markup.
        strong: Plain text of the bold run that the content begins with, if it does.
        linked: How many characters of `plain` are the text of links.
        level: Of a heading, 1 to 6.
        items: Numbers of the list items it stands in, outermost first; unique in the document.
        lists: Numbers of the lists, likewise.
        details: Numbers of the `<details>` elements it stands in, likewise.
        first: Whether it is what its innermost list item begins with.
        quoted: Whether it stands in a block quote.
        label: Title of the container or alert it stands in ("tip").
        header: Of a table row, the plain header cells.
        cells: Of a table row, where its cells stand.
        alone: Whether it is a single line between blank lines.
        marker: What a layout reader took from the front of the heading ("Q01").
    """

    kind: BlockKind
    start: int
    end: int
    line: int
    plain: str
    strong: str = ""
    linked: int = 0
    level: int = 0
    items: tuple[int, ...] = ()
    lists: tuple[int, ...] = ()
    details: tuple[int, ...] = ()
    first: bool = False
    quoted: bool = False
    label: str = ""
    header: tuple[str, ...] = ()
    cells: tuple[Span, ...] = ()
    alone: bool = False
    marker: str = ""

    @property
    def in_list(self) -> bool:
        """Whether it stands in a list item."""
        return bool(self.items)


@dataclass(slots=True)
class Reading:
    """What a reader found: blocks in text order, front matter, and what it left out or repaired."""

    blocks: list[Block] = field(default_factory=list)
    front_matter: dict[str, object] = field(default_factory=dict)
    report: list[ReportRow] = field(default_factory=list)


class Lines:
    """Where the lines of a text begin and end, by 0-based line number."""

    def __init__(self, text: str) -> None:
        self.text = text
        ends = [(match.start(), match.end()) for match in _LINE_END.finditer(text)]
        first = 1 if text.startswith("\ufeff") else 0
        self._starts = [first, *(end for _, end in ends)]
        self._ends = [*(start for start, _ in ends), len(text)]

    def __len__(self) -> int:
        return len(self._starts)

    def start(self, line: int) -> int:
        """Return the offset of a line's first character; past the last line, the end of the text."""
        return self._starts[line] if line < len(self._starts) else len(self.text)

    def end(self, line: int) -> int:
        """Return the offset past a line's last character, its newline excluded."""
        return self._ends[line] if line < len(self._ends) else len(self.text)

    def at(self, offset: int) -> int:
        """Return the number of the line that holds an offset."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def content(self, line: int) -> str:
        """Return a line without its newline."""
        return self.text[self.start(line) : self.end(line)]


def trimmed(text: str, start: int, end: int) -> Span:
    """Return the span without the blank and invisible characters at its ends; empty if nothing is left."""
    while start < end and is_blank(text[start]):
        start += 1
    while end > start and is_blank(text[end - 1]):
        end -= 1
    return Span(start, end)


def is_blank(char: str) -> bool:
    """Return whether a character shows nothing: white space, zero-width marks, a byte-order mark."""
    return char.isspace() or char in "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"


def has_words(text: str) -> bool:
    """Return whether a text holds a letter or digit of any script."""
    return any(char.isalnum() for char in text)
