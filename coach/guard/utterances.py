"""What of a Markdown page can speak alone: sentences, cells, lines of code, titles of links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

MAX_CHARS = 1_000
"""A longer piece is cut: what follows in it is read as a piece of its own."""

_LINE = re.compile(
    r"""
    ^ (?P<quoted> [ \t]* (?: > [ \t]* )* )
      (?P<marker> (?: (?: [-*+•] | \(?\d{1,3}[.)] | \#{1,6} | \[\^[^\]\s]{1,40}\]: ) [ \t]+ )?
                  (?: \[[ xX!]\] [ \t]+ | \[!\w{1,12}\] [ \t]* )? )
      (?P<rest> [^\n]* )
    """,
    re.MULTILINE | re.VERBOSE,
)
_FENCE = re.compile(r"`{3,}|~{3,}")
_BORDER = re.compile(
    r"""
    (?<=[.!?…]) ["'”’»)\]*_`]*+ \s+  |  (?<=[。！？]) ["'”’»)\]」*_`]*+ \s*  |  (?= <[/\w][^<>\n]{0,200}> )
       (?! </?(?:b|code|em|font|i|kbd|mark|s|small|span|strong|sub|sup|u)> )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_TITLE = re.compile(r"""\]\([^()\s]{0,500}\s+["'(](?P<title>[^"\n]{4,300}?)["')]\)""")
_WORD = re.compile(r"[^\W\d_]{2}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_Kind = Literal["blank", "fence", "code", "row", "heading", "item", "prose"]


class Utterance(NamedTuple):
    """Characters [start, end) of a text; those of one paragraph, item or row share a `block`."""

    start: int
    end: int
    block: int


class _Line(NamedTuple):
    kind: _Kind
    start: int
    end: int


def utterances(text: str) -> Iterator[Utterance]:
    r"""Yield the pieces of a text; the title of a link comes after the paragraph that it stands in.

    >>> text = "# One\n\nTwo wraps\nhere. Three.\n\n| four | five |"
    >>> [text[one.start : one.end] for one in utterances(text)]
    ['One', 'Two wraps\nhere.', 'Three.', 'four', 'five']
    """
    for number, block in enumerate(_blocks(text)):
        for start, end in _pieces(text, block):
            if _WORD.search(text, start, end):
                yield Utterance(start, end, number)


def _blocks(text: str) -> Iterator[_Line]:
    """Yield paragraphs, items, headings, rows and lines of code."""
    block: _Line | None = None
    for line in _lines(text):
        if block is not None and line.kind == "prose":
            block = _Line(block.kind, block.start, line.end)
            continue
        if block is not None:
            yield block
            block = None
        if line.kind in ("item", "prose"):
            block = line
        elif line.kind not in ("blank", "fence"):
            yield line
    if block is not None:
        yield block


def _lines(text: str) -> Iterator[_Line]:
    fence = ""
    for match in _LINE.finditer(text):
        marks = _FENCE.match(match["rest"])
        if marks and (not fence or marks[0].startswith(fence)):
            fence = "" if fence else marks[0]
            yield _Line("fence", *match.span())
        elif fence:
            yield _Line("code", *match.span())
        else:
            yield _Line(_kind(match), *match.span("rest"))


def _kind(match: re.Match[str]) -> _Kind:
    if not match["rest"].strip():
        return "blank"
    if "|" in match["rest"]:
        return "row"
    if not match["marker"]:
        return "prose"
    return "heading" if "#" in match["marker"] else "item"


def _pieces(text: str, block: _Line) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a block without the blanks around them."""
    if block.kind == "code":
        yield from _cut(text, block.start, block.end)
        return
    start = block.start
    for cell in text[block.start : block.end].split("|") if block.kind == "row" else [""]:
        end = start + len(cell) if block.kind == "row" else block.end
        begin = start
        for border in _BORDER.finditer(text, start, end):
            yield from _cut(text, begin, border.end())
            begin = border.end()
        yield from _cut(text, begin, end)
        start = end + 1
    for title in _TITLE.finditer(text, block.start, block.end):
        yield title.span("title")


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a piece, in parts of at most `MAX_CHARS`."""
    for at in range(start, end, MAX_CHARS):
        raw = text[at : min(at + MAX_CHARS, end)]
        left, right = at + len(raw) - len(raw.lstrip()), at + len(raw.rstrip())
        if left < right:
            yield left, right
