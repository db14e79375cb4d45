"""Paragraphs that hold several labelled statements, cut where each label begins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ingest.labels import find_lead, label_kind
from ingest.questions import has_question_mark_or_number
from ingest.read.blocks import Block, Span, trimmed
from ingest.read.plain import read_inline

_LINE = re.compile(r"(?:\n|\r\n?|<br\s*/?>)[ \t>]*(?=\S)", re.IGNORECASE)
_INNER_LABEL = re.compile(r"(?<=[.?!”\")。？！])\s+(?:\*\*)?([A-Z][\w’'-]*(?: [\w’'-]+){0,4}):(?=\s)")
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
    line = block.line if span.start == block.start else text.rfind("\n", 0, span.start) + 1
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


def _inner_labels(text: str, block: Block) -> Iterator[int]:
    """Yield where a paragraph that begins with a label goes on with another: "Probe: ... Mitigations: ..."."""
    raw = text[block.start : block.end]
    if find_lead(raw) is None:
        return
    for match in _INNER_LABEL.finditer(raw):
        if label_kind(match[1]) is not None:
            yield block.start + match.start(1)


def _pieces(text: str, block: Block) -> Iterator[Block]:
    cuts = [block.start]
    for line in _LINE.finditer(text, block.start, block.end):
        rest = text[line.end() : block.end]
        if find_lead(rest) is not None or has_question_mark_or_number(rest.lstrip("*_ ")):
            cuts.append(line.end())
    cuts += _inner_labels(text, block)
    cuts = sorted(set(cuts))
    if len(cuts) == 1:
        yield block
        return
    for start, end in zip(cuts, [*cuts[1:], block.end], strict=True):
        span = trimmed(text, start, end)
        if span.start < span.end:
            yield part_of(text, block, span)
