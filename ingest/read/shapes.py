"""What a Markdown paragraph, heading or table row is, told by its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from ingest.read.blocks import Span, trimmed
from ingest.read.plain import read_inline

MAX_SETEXT_CHARS = 100

Shape = Literal["text", "fold", "glued heading", "module line"]
"""`fold`: it holds `<details>` or `<summary>`. `glued heading`: "##Caching"."""

ALERT = re.compile(r"\[!(?P<kind>\w+)\][+-]?\s*")
TASK = re.compile(r"\[[ xX]\]\s+")

_BAR = re.compile(r"(?<!\\)\|")
_MARKERS = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*[ \t>]*")
_FOLD = re.compile(r"</?(?:details|summary)\b", re.IGNORECASE)
_CODE_SPAN = re.compile(r"(`+)[^`]+\1")
_GLUED_HEADING = re.compile(r"#{2,6}[^#\s!][^\n]*")
_MODULE_LINE = re.compile(r"(?:import|export)\s.*(?:from\s|=|\{|require\()|\{/\*.*\*/\}$", re.DOTALL)
_TEMPLATE_TAG = (
    r"(?:\{\{[<%](?:(?!\{\{[<%]|[%>]\}\}).)*[%>]\}\}|\{%(?:(?!\{%|%\}).)*%\}"
    r"|\[\[toc\]\]|\\?\[toc\\?\](?![\[(:]))"
)
_LINE_BREAKS = r"[ \t\r]*(?P<{}>\n[ \t>\r]*)*"
_TEMPLATE_TAGS = re.compile(
    rf"(?P<before>\n[ \t>]*)?{_TEMPLATE_TAG}(?:{_LINE_BREAKS.format('between')}{_TEMPLATE_TAG})*"
    rf"{_LINE_BREAKS.format('after')}|(?<!`)(?P<code>`++)[^`]+(?P=code)",
    re.IGNORECASE | re.DOTALL,
)


def paragraph_shape(content: str, *, is_module: bool) -> Shape:
    """Return what a paragraph is; only files of MDX hold module lines.

    >>> paragraph_shape("##Caching", is_module=False), paragraph_shape("A `<details>` tag", is_module=False)
    ('glued heading', 'text')
    """
    if _FOLD.search(_CODE_SPAN.sub("", content)):
        return "fold"
    if _GLUED_HEADING.fullmatch(content):
        return "glued heading"
    return "module line" if is_module and _MODULE_LINE.match(content) else "text"


def between_tags(text: str, span: Span) -> list[Span]:
    """Return where a paragraph holds text: without template tags at its ends or on lines of their own.

    >>> between_tags("{% a %} See {% b %} there. {% c %}", Span(0, 34))
    [Span(start=8, end=26)]
    """
    found: list[Span] = []
    start = span.start
    for tags in _TEMPLATE_TAGS.finditer(text, *span):
        parts_lines = (tags["before"] and tags["after"]) or tags["between"]
        if not tags["code"] and (parts_lines or tags.start() == span.start or tags.end() == span.end):
            found.append(trimmed(text, start, tags.start()))
            start = tags.end()
    found.append(trimmed(text, start, span.end))
    return [piece for piece in found if piece.start < piece.end]


def is_accidental_heading(content: str, markup: str) -> bool:
    """Return whether a line above dashes is prose that somebody meant to rule off."""
    if markup == "=":
        return content.count("\n") > 1
    plain, strong, _ = read_inline(content)
    ends_as_prose = plain.endswith((".", "!", ";", ",", ":", "。", "！", "；", "，", "："))
    return bool(strong) or "\n" in content or ends_as_prose or len(plain) > MAX_SETEXT_CHARS


def after_markers(text: str, start: int, end: int) -> int:
    """Return where the content of a line begins, behind its quote and list markers."""
    match = _MARKERS.match(text, start, end)
    return match.end() if match else start


def row_cells(text: str, row: Span) -> Iterator[Span]:
    """Yield where the cells of a table row stand."""
    start = row.start + text.startswith("|", row.start)
    for bar in _BAR.finditer(text, start, row.end):
        yield trimmed(text, start, bar.start())
        start = bar.end()
    if start < row.end:
        yield trimmed(text, start, row.end)
