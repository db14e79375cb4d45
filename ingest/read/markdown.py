"""Markdown to blocks, through markdown-it; the line map of each token leads back to the original text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from ingest.read.blocks import Block, BlockKind, Lines, Reading, Span, has_words, trimmed
from ingest.read.containers import Containers, container_title, says_nothing
from ingest.read.front_matter import read_front_matter
from ingest.read.html import HtmlReader, without_outer_tags
from ingest.read.plain import plain_heading, plain_inline, read_inline
from ingest.read.repair import put_right, repair_fences
from ingest.read.report import Report
from ingest.read.shapes import (
    ALERT,
    TASK,
    after_markers,
    between_tags,
    is_accidental_heading,
    paragraph_shape,
    row_cells,
)

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

# Deeper than any page; what is nested deeper still is read line by line.
MAX_NESTING = 60


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
    reader.fill_gaps(Span(*found["map"]) for found in definitions if found.get("map"))
    return reader.reading()


class _Reader:
    """Walks the tokens of one document."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.report = Report(name)
        self._is_module = name.lower().endswith(".mdx")
        self._open = Containers()
        self._html = HtmlReader(self.lines, self._emit, self.report.drop)
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

    def fill_gaps(self, definitions: Iterator[Span]) -> None:
        """Turn lines that became no block, such as those nested too deep, into text."""
        for definition in definitions:
            self._cover(definition)
        for line in range(len(self.lines)):
            if line in self._covered:
                continue
            start, end = self.lines.start(line), self.lines.end(line)
            span = trimmed(self.text, after_markers(self.text, start, end), end)
            if has_words(raw := self.text[span.start : span.end]):
                self._blocks.append(Block("text", span.start, span.end, start, plain_inline(raw)))

    def _leaf(self, token: Token, lines: Span) -> None:
        whole = self._whole(lines)
        if token.type in ("fence", "code_block", "math_block", "math_block_label"):
            at = self.text.find(token.markup, whole.start, whole.end) if token.markup else -1
            span = trimmed(self.text, max(at, whole.start), whole.end)
            kind: BlockKind = "text" if token.type.startswith("math") else "code"
            self._put(Block(kind, span.start, span.end, whole.start, token.content.strip()), lines)
        elif token.type == "html_block":
            self._cover(lines)
            self._html.read(whole.start, whole.end)
        elif token.type == "front_matter" and not self.lines.content(lines.start).strip("- \t"):
            self._cover(lines)
            self._front_matter, problem = read_front_matter(token.content)
            self.report.front_matter(problem)
        elif token.type == "table_open":
            self._header = ()
        elif token.type == "container_any_open" and says_nothing(token.info):
            self._cover(Span(lines.start, lines.start + 1))
        elif token.type == "hr":
            self._cover(lines)

    def _heading(self, token: Token, lines: Span, content: str) -> None:
        if token.markup in ("-", "=") and is_accidental_heading(content, token.markup):
            self._paragraph(lines, content)
        else:
            self._put_heading(self._span(lines, content), lines, content, int(token.tag[1]))

    def _put_heading(self, span: Span, lines: Span, content: str, level: int) -> None:
        line = self.lines.start(lines.start)
        self._put(Block("heading", span.start, span.end, line, plain_heading(content), level=level), lines)

    def _paragraph(self, lines: Span, content: str) -> None:
        span, content = self._without_mark(self._span(lines, content), content)
        shape = paragraph_shape(content, is_module=self._is_module)
        if shape == "text":
            self._text(span, lines, content)
        elif shape == "glued heading":
            words = content.lstrip("#")
            self._put_heading(span, lines, words, len(content) - len(words))
            self.report.glued_heading(span.start)
        elif shape == "fold":
            self._cover(lines)
            self._html.read(span.start, span.end)
        else:
            self._cover(lines)
            self.report.drop(shape, span.start)

    def _text(self, span: Span, lines: Span, content: str) -> None:
        told = between_tags(self.text, span)
        if told != [span]:
            self._cover(lines)
            self.report.drop("template tag", span.start)
        alone = lines.end - lines.start == 1 and not self._open.items and not self._open.quotes
        for piece in told:
            line = self.lines.start(lines.start if piece == told[0] else self.lines.at(piece.start))
            inline = read_inline(content if piece == span else self.text[piece.start : piece.end])
            self._put(Block("text", piece.start, piece.end, line, *inline, alone=alone), lines)

    def _without_mark(self, span: Span, content: str) -> tuple[Span, str]:
        """Return a paragraph without the mark of an alert, which names its quote, or of a task."""
        alert = ALERT.match(content) if self._open.quotes else None
        if alert:
            self._open.name(container_title(alert["kind"]) or alert["kind"].capitalize())
        mark = alert or (TASK.match(content) if self._open.items else None)
        if mark is None:
            return span, content
        start = trimmed(self.text, span.start + len(mark[0].rstrip()), span.end).start
        rest = trimmed(self.text, after_markers(self.text, start, span.end), span.end)
        return rest, content[mark.end() :]

    def _row(self, lines: Span, tokens: Sequence[Token], at: int) -> None:
        close = next(end for end in range(at, len(tokens)) if tokens[end].type == "tr_close")
        words = tuple(plain_heading(inner.content) for inner in tokens[at:close] if inner.type == "inline")
        is_header = tokens[at + 1].type == "th_open"
        is_alone = is_header and tokens[close + 2].type == "table_close"
        if is_header:
            self._header = words
            self._cover(Span(lines.start, lines.start + 2))
        if not is_header or is_alone:
            whole = self._whole(Span(lines.start, lines.start + 1))
            span = trimmed(self.text, after_markers(self.text, *whole), whole.end)
            row = Block("row", span.start, span.end, whole.start, " | ".join(words))
            cells = tuple(row_cells(self.text, span))
            self._put(replace(row, header=() if is_alone else self._header, cells=cells), lines)

    def _whole(self, lines: Span) -> Span:
        return Span(self.lines.start(lines.start), self.lines.end(max(lines.start, lines.end - 1)))

    def _span(self, lines: Span, content: str) -> Span:
        """Return where the content of a block stands; its lines may begin with markers of containers."""
        whole = self._whole(lines)
        head = content.split("\n", 1)[0].strip()
        at = self.text.rfind(head, whole.start, self.lines.end(lines.start)) if head else -1
        return trimmed(self.text, max(at, whole.start), whole.end)

    def _cover(self, lines: Span) -> None:
        self._covered.update(range(lines.start, lines.end))

    def _put(self, block: Block, lines: Span) -> None:
        self._cover(lines)
        if block.start < block.end and block.plain:
            span = Span(block.start, block.end)
            span = without_outer_tags(self.text, span) if block.kind == "text" else span
            self._emit(replace(block, start=span.start, end=span.end))

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


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.container import container_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    md = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
    front_matter_plugin(md)
    dollarmath_plugin(md)
    container_plugin(md, "any", validate=lambda *_: True)
    repair_fences(md)
    return md.disable("inline")
