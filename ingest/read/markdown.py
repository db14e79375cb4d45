"""Markdown to blocks, through markdown-it; the line map of each token leads back to the original text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from ingest.read.blocks import Block, BlockKind, Lines, Reading, Span, has_words, trimmed
from ingest.read.containers import Containers
from ingest.read.front_matter import read_front_matter
from ingest.read.html import HtmlReader, without_outer_tags
from ingest.read.plain import plain_heading, read_inline
from ingest.read.repair import put_right, repair_fences
from ingest.read.report import Report

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_SETEXT_CHARS = 100

_BAR = re.compile(r"(?<!\\)\|")
_MARKERS = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*[ \t>]*")
_ALERT = re.compile(r"\[!(\w+)\][+-]?\s*")
_FOLDS = re.compile(r"</?(?:details|summary)\b", re.IGNORECASE)
_CODE_SPAN = re.compile(r"(`+)[^`]+\1")
_TASK = re.compile(r"\[[ xX]\]\s+")
_GLUED_HEADING = re.compile(r"(#{2,6})(?=[^#\s!])[^\n]*")
_MODULE_LINE = re.compile(r"(?:import|export)\s.*(?:from\s|=|\{|require\()|\{/\*.*\*/\}$", re.DOTALL)
_TEMPLATE_TAG = re.compile(r"(?:\{%.*%\}|\{\{[<%].*[%>]\}\}|\\?\[toc\\?\]|\[\[toc\]\])\s*", re.IGNORECASE | re.DOTALL)


def read_markdown(text: str, name: str) -> Reading:
    """Return the blocks of a Markdown text in order."""
    source, mended_at = put_right(text.removeprefix("\ufeff"))
    env: dict[str, Any] = {}
    tokens = _parser().parse(source, env)
    if env.get("unclosed"):
        env = {"flipped": True}
        tokens = _parser().parse(source, env)
    reader = _Reader(text, name)
    reader.report.characters(mended_at)
    reader.report.fences(env, reader.lines)
    reader.read(tokens)
    definitions = [*env.get("references", {}).values(), *env.get("duplicate_refs", [])]
    reader.fill_gaps(found["map"] for found in definitions if found.get("map"))
    return reader.reading()


class _Reader:
    """Walks the tokens of one document."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.report = Report(name)
        self._modules = name.lower().endswith(".mdx")
        self._open = Containers()
        self._html = HtmlReader(text, self._emit, self.report.drop)
        self._blocks: list[Block] = []
        self._front_matter: dict[str, object] = {}
        self._header: tuple[str, ...] = ()
        self._covered: set[int] = set()

    def reading(self) -> Reading:
        """Return what was read; a `<details>` that is never closed holds nothing."""
        closed = self._html.closed
        blocks = [
            replace(block, details=tuple(number for number in block.details if number in closed))
            if block.details
            else block
            for block in sorted(self._blocks, key=lambda block: block.start)
        ]
        return Reading(blocks, self._front_matter, self.report.rows())

    def read(self, tokens: Sequence[Token]) -> None:
        """Turn the tokens into blocks."""
        for at, token in enumerate(tokens):
            self._open.see(token)
            if token.map is None:
                continue
            lines = Span(token.map[0], token.map[1])
            content = tokens[at + 1].content if at + 1 < len(tokens) else ""
            if token.type == "heading_open":
                self._heading(token, lines, content)
            elif token.type == "paragraph_open":
                self._paragraph(lines, content)
            elif token.type == "tr_open":
                self._row(lines, tokens, at)
            else:
                self._leaf(token, lines)

    def fill_gaps(self, definitions: Iterator[Sequence[int]]) -> None:
        """Turn lines that the parser gave up on (too deep a nesting) into text blocks."""
        for first, last in definitions:
            self._covered.update(range(first, last))
        for line in range(len(self.lines)):
            if line in self._covered:
                continue
            start, end = self.lines.start(line), self.lines.end(line)
            span = trimmed(self.text, _after_markers(self.text, start, end), end)
            if has_words(raw := self.text[span.start : span.end]):
                self._blocks.append(Block("text", span.start, span.end, start, read_inline(raw).plain))

    def _leaf(self, token: Token, lines: Span) -> None:
        first, last = self.lines.start(lines.start), self.lines.end(max(lines.start, lines.end - 1))
        if token.type in ("fence", "code_block", "math_block", "math_block_label"):
            at = self.text.find(token.markup, first, last) if token.markup else -1
            kind: BlockKind = "text" if token.type.startswith("math") else "code"
            self._put(kind, trimmed(self.text, max(at, first), last), lines, token.content.strip())
        elif token.type == "html_block":
            self._cover(lines)
            self._html.read(first, last)
        elif token.type == "front_matter":
            self._cover(lines)
            self._front_matter, problem = read_front_matter(token.content)
            self.report.front_matter(problem)
        elif token.type == "table_open":
            self._header = ()
        elif token.type == "container_any_open":
            self._cover(Span(lines.start, lines.start + 1))
        elif token.type == "hr":
            self._cover(lines)

    def _heading(self, token: Token, lines: Span, content: str) -> None:
        if token.markup in ("-", "=") and _is_accidental(content, token.markup):
            self._paragraph(lines, content)
            return
        self._put("heading", self._span(lines, content), lines, plain_heading(content), level=int(token.tag[1]))

    def _paragraph(self, lines: Span, content: str) -> None:
        span = self._span(lines, content)
        alert = _ALERT.match(content) if self._open.quotes else None
        mark = alert or (_TASK.match(content) if self._open.items else None)
        if alert:
            self._open.name(alert[1].capitalize())
        if mark:
            content = content[mark.end() :]
            start = trimmed(self.text, span.start + len(mark[0].rstrip()), span.end).start
            span = trimmed(self.text, _after_markers(self.text, start, span.end), span.end)
        if _FOLDS.search(_CODE_SPAN.sub("", content)):
            self._cover(lines)
            self._html.read(span.start, span.end)
            return
        glued = _GLUED_HEADING.fullmatch(content)
        if glued:
            self._put("heading", span, lines, plain_heading(content.lstrip("#")), level=len(glued[1]))
            self.report.glued_heading(span.start)
        elif _TEMPLATE_TAG.fullmatch(content):
            self._cover(lines)
            self.report.drop("template tag", span.start)
        elif self._modules and _MODULE_LINE.match(content):
            self._cover(lines)
            self.report.drop("module line", span.start)
        else:
            inline = read_inline(content)
            alone = lines.end - lines.start == 1 and not self._open.items and not self._open.quotes
            self._put("text", span, lines, *inline, alone=alone)

    def _row(self, lines: Span, tokens: Sequence[Token], at: int) -> None:
        close = next(end for end in range(at, len(tokens)) if tokens[end].type == "tr_close")
        words = tuple(plain_heading(inner.content) for inner in tokens[at:close] if inner.type == "inline")
        if tokens[at + 1].type == "th_open":
            self._header = words
            self._cover(Span(lines.start, lines.start + 2))
            return
        first, last = self.lines.start(lines.start), self.lines.end(lines.start)
        span = trimmed(self.text, _after_markers(self.text, first, last), last)
        cells = tuple(_cells(self.text, span))
        self._put("row", span, lines, " | ".join(words), header=self._header, cells=cells)

    def _span(self, lines: Span, content: str) -> Span:
        """Return where the content of a block stands; its lines may begin with markers of containers."""
        first, last = self.lines.start(lines.start), self.lines.end(max(lines.start, lines.end - 1))
        head = content.split("\n", 1)[0].strip()
        at = self.text.rfind(head, first, self.lines.end(lines.start)) if head else -1
        return trimmed(self.text, at if at >= 0 else first, last)

    def _cover(self, lines: Span) -> None:
        self._covered.update(range(lines.start, lines.end))

    def _put(  # noqa: PLR0913 - the fields of a block
        self,
        kind: BlockKind,
        span: Span,
        lines: Span,
        plain: str,
        strong: str = "",
        linked: int = 0,
        **more: Any,
    ) -> None:
        self._cover(lines)
        if span.start < span.end and plain:
            span = without_outer_tags(self.text, span) if kind == "text" else span
            line = self.lines.start(lines.start)
            self._emit(Block(kind, span.start, span.end, line, plain, strong, linked, **more))

    def _emit(self, block: Block) -> None:
        self._blocks.append(
            replace(
                block,
                items=self._open.items,
                lists=self._open.lists,
                details=self._html.details,
                first=bool(self._open.items) and self._open.take_first(),
                quoted=self._open.quotes > 0,
                label=self._open.label,
            )
        )


def _after_markers(text: str, start: int, end: int) -> int:
    match = _MARKERS.match(text, start, end)
    return match.end() if match else start


def _cells(text: str, row: Span) -> Iterator[Span]:
    """Yield where the cells of a table row stand."""
    start = row.start + text.startswith("|", row.start)
    for bar in _BAR.finditer(text, start, row.end):
        yield trimmed(text, start, bar.start())
        start = bar.end()
    if start < row.end:
        yield trimmed(text, start, row.end)


def _is_accidental(content: str, markup: str) -> bool:
    """Return whether a line above dashes is prose that somebody meant to rule off."""
    plain, strong, _ = read_inline(content)
    if markup == "=":
        return content.count("\n") > 1
    ends_as_prose = plain.endswith((".", "!", ";", ",", ":", "。", "！", "；", "，", "："))
    return bool(strong) or "\n" in content or ends_as_prose or len(plain) > MAX_SETEXT_CHARS


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.container import container_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    md = MarkdownIt("commonmark", {"maxNesting": 60}).enable("table")
    front_matter_plugin(md)
    dollarmath_plugin(md)
    container_plugin(md, "any", validate=lambda *_: True)
    repair_fences(md)
    return md.disable("inline")
