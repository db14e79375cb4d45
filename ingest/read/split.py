"""Paragraphs that hold several labelled statements, cut where each label begins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.labels import find_lead, label_kind
from ingest.questions import is_marked_question
from ingest.read.blocks import Block, Span, trimmed
from ingest.read.plain import read_inline

_LINE = re.compile(r"(?:\n|\r\n?|<br\s*/?>)[ \t>]*(?=\S)", re.IGNORECASE)
_INNER_LABEL = re.compile(
    r"(?<=[.?!”\")。？！])[ \t]+(?P<lead>(?:\*\*)?(?P<label>[A-Z][\w’'-]*(?: [\w’'-]+){0,4}):(?=[\s*]))"
)
MAX_LEAD_CHARS = 200
MAX_CHARS = 20_000


def split_labelled(text: str, blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks; a paragraph whose later lines begin with a label becomes one block for each."""
    for block in blocks:
        if block.kind == "text" and block.end - block.start <= MAX_CHARS:
            yield from _pieces(text, block)
        else:
            yield block


def part_of(text: str, block: Block, span: Span) -> Block:
    """Return the stretch of a block as a block of its own."""
    inline = read_inline(text[span.start : span.end])
    line = block.line
    if span.start > block.start:
        line = max(line, *(text.rfind(end, line, span.start) + 1 for end in "\n\r"))
    return replace(
        block,
        start=span.start,
        end=span.end,
        line=line,
        plain=inline.plain,
        strong=inline.strong,
        linked=inline.linked,
        alone=False,
        first=block.first and span.start == block.start,
    )


def _breaks(text: str, block: Block) -> Iterator[Span]:
    """Yield the blanks in front of each label within a paragraph."""
    labelled = find_lead(text[block.start : min(block.end, block.start + MAX_LEAD_CHARS)]) is not None
    for line in _LINE.finditer(text, block.start, block.end):
        rest = text[line.end() : min(block.end, line.end() + MAX_LEAD_CHARS)]
        if find_lead(rest) is not None or is_marked_question(rest.lstrip("*_ ")):
            labelled = True
            yield Span(line.start(), line.end())
    for match in _INNER_LABEL.finditer(text, block.start, block.end) if labelled else ():
        if label_kind(match["label"]) is not None:
            yield Span(match.start(), match.start("lead"))


def _pieces(text: str, block: Block) -> Iterator[Block]:
    breaks = sorted(set(_breaks(text, block)))
    if not breaks:
        yield block
        return
    starts = [block.start, *(gap.end for gap in breaks)]
    ends = [*(gap.start for gap in breaks), block.end]
    for start, end in zip(starts, ends, strict=True):
        span = trimmed(text, start, end)
        if span.start < span.end:
            yield part_of(text, block, span)
