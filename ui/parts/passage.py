"""Handbook text for reading: Markdown cut into blocks and runs whose offsets are kept.

So any spans can be marked exactly. A reader of its own, because Markdown libraries drop the offsets of inline
text; what it does not know stays readable as plain text. Nothing in it is HTML: every run is set as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

BlockKind = Literal["heading", "paragraph", "item", "quote", "row", "code"]
Style = Literal["", "bold", "italic", "code"]
MarkKind = Literal["", "quote", "used", "found"]

_FENCE = re.compile(r"\s*(```|~~~)")
_SEPARATOR = re.compile(r"\s*\|?\s*:?-{3,}:?\s*(\|\s*:?-{3,}:?\s*)*\|?\s*$")
_RULE = re.compile(r"\s*([-*_])(\s*\1){2,}\s*$")
_TAG_LINE = re.compile(r"\s*(<!--.*-->|</?(details|summary|br)\b[^>]*>)\s*$", re.IGNORECASE)
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+")
_ITEM = re.compile(r"(\s*)(?:[-*+]|\d{1,9}[.)])\s+")
_QUOTE = re.compile(r"\s*(?:>\s?)+")
_BAR = re.compile(r"(?<!\\)\|")
# The text of each kind stands in a group of its own; longer signs come first.
_INLINE = re.compile(
    r"""
    (?<!\\)`(?P<code>[^`\n]+)`
    | (?<!\\)\*\*(?P<bold>(?=\S).+?(?<=\S))\*\*
    | (?<![\\*\w])\*(?P<italic>(?=[^\s*])[^*\n]*?(?<=\S))\*(?!\*)
    | (?<!\\)!?\[(?P<link>[^\]\n]*)\]\([^)\s]*(?:\s+"[^"]*")?\)
    | \\(?P<escaped>[\\`*_{}\[\]()#+\-.!|>~$])
    """,
    re.VERBOSE,
)
_INDENT_SPACES = 2


class Mark(NamedTuple):
    """Characters [start, end) of a document that are to be seen: a quote, or a chunk that was found."""

    start: int
    end: int
    kind: MarkKind = "quote"


class Run(NamedTuple):
    """Text of one style and one mark; `start` is where it stands in the document."""

    text: str
    start: int
    style: Style
    mark: MarkKind = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A line of its kind, or a code block.

    Attributes:
        depth: Of a heading, 1 to 6; of an item, how far it is indented; otherwise 0.
        cells: One, except in a table row.
        sign: What stood before an item, "3." or "•".
        is_head: Whether a row is the head of its table.
    """

    kind: BlockKind
    cells: tuple[tuple[Run, ...], ...]
    depth: int = 0
    sign: str = ""
    is_head: bool = False


class _Line(NamedTuple):
    text: str
    start: int


def read_passage(text: str, start: int, *marks: Mark) -> tuple[Block, ...]:
    """Return the blocks of a Markdown text that begins at `start` of its document.

    Where marks overlap, the last one is seen.

    >>> [block] = read_passage("- **Trap.** Not `this`.", 100, Mark(104, 109))
    >>> block.kind, [(run.text, run.style, run.mark) for run in block.cells[0]][:2]
    ('item', [('Trap.', 'bold', 'quote'), (' Not ', '', '')])
    """
    blocks = (_read_block(lines) for lines in _groups(text, start))
    return tuple(_with_marks(block, marks) for block in blocks if block)


def _groups(text: str, start: int) -> Iterator[list[_Line]]:
    """Yield the lines of each block: of a code block, of a row and its separator, else one line."""
    pending: list[_Line] = []
    fence = ""
    place = start
    for raw in text.splitlines(keepends=True):
        line = _Line(raw.rstrip("\n"), place)
        place += len(raw)
        opened = _FENCE.match(line.text)
        if fence:
            if opened and opened[1] == fence:
                yield pending
                pending, fence = [], ""
            else:
                pending.append(line)
        elif opened:
            if pending:
                yield pending
            pending, fence = [_Line("", -1)], opened[1]
        elif _SEPARATOR.match(line.text) and pending and "|" in pending[0].text:
            pending.append(line)
        else:
            if pending:
                yield pending
            pending = [line]
    if pending:
        yield pending


def _read_block(lines: list[_Line]) -> Block | None:
    first = lines[0]
    if first.start < 0:
        return Block("code", (tuple(Run(line.text + "\n", line.start, "code") for line in lines[1:]),))
    if not first.text.strip() or _RULE.match(first.text) or _TAG_LINE.match(first.text):
        return None
    if first.text.lstrip().startswith("|"):
        return Block("row", tuple(_cells(first)), is_head=len(lines) > 1)
    return _read_line(first)


def _read_line(first: _Line) -> Block:
    if heading := _HEADING.match(first.text):
        return Block("heading", (_runs(first, heading.end()),), depth=len(heading[1]))
    if item := _ITEM.match(first.text):
        sign = item[0].strip()
        return Block(
            "item",
            (_runs(first, item.end()),),
            depth=len(item[1].expandtabs(4)) // _INDENT_SPACES,
            sign=sign if sign[0].isdigit() else "•",
        )
    if quoted := _QUOTE.match(first.text):
        return Block("quote", (_runs(first, quoted.end()),))
    return Block("paragraph", (_runs(first, len(first.text) - len(first.text.lstrip())),))


def _cells(line: _Line) -> Iterator[tuple[Run, ...]]:
    bars = [bar.start() for bar in _BAR.finditer(line.text)]
    ends = bars[1:] if bars and bars[-1] == len(line.text.rstrip()) - 1 else [*bars[1:], len(line.text)]
    for begin, end in zip(bars, ends, strict=False):
        cell = line.text[begin + 1 : end]
        lead = len(cell) - len(cell.lstrip())
        yield tuple(_inline(cell.strip(), line.start + begin + 1 + lead, ""))


def _runs(line: _Line, skip: int) -> tuple[Run, ...]:
    return tuple(_inline(line.text[skip:].rstrip(), line.start + skip, ""))


def _inline(text: str, start: int, style: Style) -> Iterator[Run]:
    """Yield a text as runs, without the signs that only dress it."""
    done = 0
    for found in _INLINE.finditer(text):
        if found.start() > done:
            yield Run(text[done : found.start()], start + done, style)
        name = str(found.lastgroup)
        inner, place = found[name], start + found.start(name)
        if name == "code":
            yield Run(inner, place, "code")
        elif name == "escaped":
            yield Run(inner, place, style)
        else:
            yield from _inline(inner, place, style if name == "link" else _STYLES[name])
        done = found.end()
    if done < len(text):
        yield Run(text[done:], start + done, style)


_STYLES: dict[str, Style] = {"bold": "bold", "italic": "italic"}


def _with_marks(block: Block, marks: Sequence[Mark]) -> Block:
    if not marks:
        return block
    cells = tuple(tuple(piece for run in cell for piece in _cut(run, marks)) for cell in block.cells)
    return Block(block.kind, cells, block.depth, block.sign, block.is_head)


def _cut(run: Run, marks: Sequence[Mark]) -> Iterator[Run]:
    """Yield a run in pieces, each of one mark or of none."""
    end = run.start + len(run.text)
    bounds = (at for mark in marks for at in (mark.start, mark.end))
    cuts = sorted({run.start, end, *(min(max(at, run.start), end) for at in bounds)})
    for begin, until in pairwise(cuts):
        kinds = [mark.kind for mark in marks if mark.start <= begin and until <= mark.end]
        text = run.text[begin - run.start : until - run.start]
        yield Run(text, begin, run.style, kinds[-1] if kinds else "")


def as_data(blocks: Sequence[Block], anchor: int | None = None) -> list[dict[str, object]]:
    """Return blocks as the JSON that ui/components/dom.js draws; the block at `anchor` can be scrolled to."""
    at = next((at for at, block in enumerate(blocks) if anchor is not None and _end(block) > anchor), -1)
    return [
        {
            "kind": block.kind,
            "depth": block.depth,
            "sign": block.sign,
            "head": block.is_head,
            "anchor": number == at,
            "cells": [[[run.text, run.style, run.mark] for run in cell] for cell in block.cells],
        }
        for number, block in enumerate(blocks)
    ]


def _end(block: Block) -> int:
    return max((run.start + len(run.text) for cell in block.cells for run in cell), default=0)
