"""Plain text to blocks: books and web pages saved as text, whose only structure is how the lines stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ingest.read.blocks import Block, Lines, Reading, trimmed
from ingest.read.plain import plain_inline
from ingest.read.titles import find_titles

_ITEM = re.compile(r"[ \t>]*(?:[-*+•·‣▪◦●○–]|\(?\d{1,3}[.)、]|[a-z][.)])[ \t\u00a0]+(?=\S)")
MIN_WRAPPED_CHARS = 50
MAX_WRAPPED_CHARS = 110


class _Line(NamedTuple):
    """A line that is not blank; `group` counts the stretches between blank lines."""

    start: int
    end: int
    group: int


def read_layout(text: str, name: str) -> Reading:
    """Return the blocks of a plain text in order; lines that stand like titles are headings."""
    lines = _lines(text)
    sizes: dict[int, list[_Line]] = {}
    for line in lines:
        sizes.setdefault(line.group, []).append(line)
    blocks: list[Block] = []
    for group in sizes.values():
        blocks += _group_blocks(text, group, len(blocks))
    return find_titles(blocks, name)


def _lines(text: str) -> list[_Line]:
    table = Lines(text)
    found: list[_Line] = []
    group, gap = 0, True
    for number in range(len(table)):
        span = trimmed(text, table.start(number), table.end(number))
        if span.start >= span.end:
            gap = True
            continue
        group += gap
        gap = False
        found.append(_Line(table.start(number), span.end, group))
    return found


def _group_blocks(text: str, group: Sequence[_Line], count: int) -> list[Block]:
    """Return one block for each line of a group, or for each paragraph where lines are wrapped."""
    wrapped = _is_wrapped(group)
    blocks: list[Block] = []
    for line in group:
        raw = text[line.start : line.end]
        marker = _ITEM.match(raw)
        if blocks and wrapped and not marker:
            last = blocks[-1]
            plain = plain_inline(text[last.start : line.end])
            blocks[-1] = replace(last, end=line.end, plain=plain, alone=False)
            continue
        span = trimmed(text, line.start + (marker.end() if marker else 0), line.end)
        number = count + len(blocks) + 1
        blocks.append(
            Block(
                kind="text",
                start=span.start,
                end=span.end,
                line=line.start,
                plain=plain_inline(text[span.start : span.end]) or text[span.start : span.end],
                items=(number,) if marker else (),
                lists=(line.group,) if marker else (),
                first=bool(marker),
                alone=len(group) == 1 and not marker,
            )
        )
    return [block for block in blocks if block.start < block.end]


def _is_wrapped(group: Sequence[_Line]) -> bool:
    """Return whether the lines of a group are one paragraph, broken at the width of a page."""
    lengths = [line.end - line.start for line in group[:-1]]
    return bool(lengths) and min(lengths) >= MIN_WRAPPED_CHARS and max(lengths) <= MAX_WRAPPED_CHARS
