"""Plain text to blocks: books and web pages saved as text, whose only structure is how the lines stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ingest.read.blocks import Block, Lines, Reading, trimmed
from ingest.read.plain import plain_inline
from ingest.read.report import Report
from ingest.read.split import split_labelled
from ingest.read.titles import find_titles

_ITEM = re.compile(r"[ \t>]*(?:[-*+•·‣▪◦●○–]|\(?\d{1,3}[.)、]|[a-z][.)])[ \t\u00a0]+(?=\S)")
MIN_WRAPPED_CHARS = 50
MAX_WRAPPED_CHARS = 110
MIN_WRAPPED_SHARE = 0.5


class _Line(NamedTuple):
    """A line that is not blank; `group` counts the stretches between blank lines."""

    start: int
    end: int
    group: int


def read_layout(text: str, name: str) -> Reading:
    """Return the blocks of a plain text in order; lines that stand like titles are headings."""
    groups: dict[int, list[_Line]] = {}
    for line in _lines(text):
        groups.setdefault(line.group, []).append(line)
    paragraphs = [(group, lines) for group in groups.values() for lines in _paragraphs(text, group)]
    blocks = [
        _block(text, lines, number, alone=len(group) == 1)
        for number, (group, lines) in enumerate(paragraphs, 1)
    ]
    report = Report(name)
    for block in blocks:
        if not block.plain and "<!--" in text[block.start : block.end]:
            report.drop("comment", block.start)
    reading = find_titles(list(split_labelled(text, (block for block in blocks if block.plain))), name)
    return Reading(reading.blocks, {}, [*report.rows(), *reading.report])


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


def _paragraphs(text: str, group: Sequence[_Line]) -> list[list[_Line]]:
    """Return the lines of a group one by one, or by paragraph and list item where they are wrapped."""
    wrapped = _is_wrapped(text, group)
    found: list[list[_Line]] = []
    for line in group:
        if found and wrapped and not _ITEM.match(text, line.start, line.end):
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _block(text: str, lines: Sequence[_Line], number: int, *, alone: bool) -> Block:
    first, end = lines[0], lines[-1].end
    marker = _ITEM.match(text, first.start, first.end)
    span = trimmed(text, marker.end() if marker else first.start, end)
    return Block(
        kind="text",
        start=span.start,
        end=span.end,
        line=first.start,
        plain=plain_inline(text[span.start : span.end]),
        items=(number,) if marker else (),
        lists=(first.group,) if marker else (),
        first=bool(marker),
        alone=alone and not marker,
    )


def _is_wrapped(text: str, group: Sequence[_Line]) -> bool:
    """Return whether the lines of a group are one paragraph, broken at the width of a page."""
    lengths = [line.end - line.start for line in group[:-1]]
    if not lengths or max(lengths) > MAX_WRAPPED_CHARS:
        return False
    full = sum(length >= MIN_WRAPPED_CHARS for length in lengths)
    broken = any(
        text[above.end - 1] not in ".!?:;。！？"
        and text[trimmed(text, below.start, below.end).start].islower()
        for above, below in pairwise(group)
    )
    return broken and full >= MIN_WRAPPED_SHARE * len(lengths)
