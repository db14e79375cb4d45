"""A block that opens a section although it is no heading."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ingest.read.blocks import Block, Span, has_words, trimmed

Scope = tuple[Literal["details", "item"], int]


class Promotion(NamedTuple):
    """The section that a block opens.

    Attributes:
        body: What of the block is not the heading.
        scope: The element with which the section ends; None if it runs to the next heading or question.
        cells: For a table row, the cells that hold the answer with their header cells.
        tags: For a table row, its other cells as a tag line.
    """

    heading: str
    asks: bool = True
    body: Span | None = None
    scope: Scope | None = None
    cells: tuple[tuple[str, Span], ...] = ()
    tags: str = ""


def after_bold(text: str, block: Block) -> Span | None:
    """Return what follows the bold run that a block begins with, or None if nothing does."""
    raw = text[block.start : block.end]
    opening = next((mark for mark in ("**", "__", "<b>", "<strong>") if raw.lower().startswith(mark)), None)
    if opening is None:
        return None
    closing = opening.replace("<", "</")
    close = raw.lower().find(closing, len(opening))
    if close < 0:
        return None
    start = block.start + close + len(closing)
    span = trimmed(text, start, block.end)
    while span.start < span.end and text[span.start] in ":：-–—.":
        span = trimmed(text, span.start + 1, span.end)
    return span if has_words(text[span.start : span.end]) else None
