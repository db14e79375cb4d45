"""HTML blocks inside Markdown: tags by CommonMark's own grammar, text between them with its offsets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

from ingest.read.blocks import Block, Lines, Span, has_words, trimmed
from ingest.read.plain import HTML_TAGS, plain_heading, read_inline

MAX_DEPTH = 20

_INLINE_TAGS = frozenset(
    "a abbr b big br cite code del dfn em font i img ins kbd label mark picture q s samp small "
    "source span strike strong sub sup tt u var wbr".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_UNREAD = frozenset(("script", "style", "svg", "iframe", "video", "audio"))
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)")


class Tag(NamedTuple):
    """One tag or comment."""

    name: str
    closing: bool
    start: int
    end: int


def tags(text: str, start: int, end: int) -> Iterator[Tag]:
    """Yield the tags and comments of a stretch of text, in order; a stray "<" is text."""
    pattern = _tag_pattern()
    at, comments = start, True
    while (at := text.find("<", at, end)) >= 0:
        if text.startswith("<!--", at):
            close = text.find("-->", at + 4, end) if comments else -1
            comments = comments and close >= 0
            if close >= 0:
                yield Tag("!--", closing=False, start=at, end=close + 3)
            at = close + 3 if close >= 0 else at + 4
            continue
        match = pattern.match(text, at, end)
        if match is None:
            at += 1
            continue
        name = _NAME.match(match[0])
        if name:
            yield Tag(name[1].lower(), match[0].startswith("</"), at, match.end())
        at = match.end()


@cache
def _tag_pattern() -> re.Pattern[str]:
    from markdown_it.common.html_re import close_tag, open_tag

    return re.compile(f"{open_tag}|{close_tag}")


def without_outer_tags(text: str, span: Span) -> Span:
    """Return a span without line breaks and partnerless tags at its ends."""
    if text[span.start] != "<" and text[span.end - 1] != ">":
        return span
    found = list(tags(text, span.start, span.end))
    opened = {tag.name for tag in found if not tag.closing}
    closed = {tag.name for tag in found if tag.closing}
    idle = [tag for tag in found if tag.name == "br" or tag.name not in (opened if tag.closing else closed)]
    idle = [tag for tag in idle if tag.name in HTML_TAGS and tag.name != "img"]
    for tag in idle:
        if tag.start == span.start:
            span = trimmed(text, tag.end, span.end)
    for tag in reversed(idle):
        if tag.end == span.end and tag.start >= span.start:
            span = trimmed(text, span.start, tag.start)
    return span


class HtmlReader:
    """Reads the HTML blocks of one document in order; open `<details>` carry over from block to block."""

    def __init__(self, lines: Lines, emit: Callable[[Block], None], drop: Callable[[str, int], None]) -> None:
        self.text = lines.text
        self.lines = lines
        self.details: tuple[int, ...] = ()
        self.closed: set[int] = set()
        self._count = 0
        self._emit = emit
        self._drop = drop
        self._opened = 0
        self._run: int | None = None
        self._inside = ""
        self._cells: list[Span] = []
        self._header: tuple[str, ...] = ()
        self._head_cells: tuple[Span, ...] = ()
        self._heads = False

    def read(self, start: int, end: int) -> None:
        """Emit the headings, summaries, rows, code and text runs between two offsets."""
        at = self._run = start
        self._inside, self._cells, unread = "", [], ""
        for tag in tags(self.text, start, end):
            if unread:
                if tag.closing and tag.name == unread:
                    unread, self._run = "", tag.end
                continue
            if tag.name in _UNREAD and not tag.closing:
                self._flush(tag.start)
                self._drop("script", tag.start)
                unread = tag.name
            elif tag.name == "!--":
                self._comment(tag)
            else:
                self._tag(tag)
            at = tag.end
        if not unread:
            self._flush(max(at, end))
        self._end_table()
        for cell in self._cells:  # the row goes on in Markdown, below a blank line
            if has_words(raw := self.text[cell.start : cell.end]):
                self._put("text", cell, read_inline(raw).plain)

    def _comment(self, tag: Tag) -> None:
        self._flush(tag.start)
        body = self.text[tag.start : tag.end].lower()
        self._drop("include" if "include" in body else "comment", tag.start)
        self._run = tag.end

    def _tag(self, tag: Tag) -> None:
        if self._inside == "pre" and tag.name != "pre":
            return
        if self._inside in ("td", "th") and tag.name not in ("td", "th", "tr", "table", "details", "summary"):
            return
        if tag.name in _INLINE_TAGS:
            return
        self._flush(tag.start)
        self._run = tag.end
        if tag.name == "details":
            self._toggle_details(tag)
        elif tag.name in ("tr", "table"):
            self._row()
            if tag.name == "table":
                self._end_table()
        elif tag.name in ("td", "th", "pre", "summary") or tag.name in _HEADINGS:
            self._inside = "" if tag.closing else tag.name
            if tag.name == "th":
                self._heads = True
            if tag.name == "pre" and not tag.closing:
                self._run = tag.start

    def _toggle_details(self, tag: Tag) -> None:
        if tag.closing:
            self.closed.update(self.details[-1:])
            self.details = self.details[:-1]
            return
        self._count += 1
        self.details = (*self.details, self._count)[-MAX_DEPTH:]
        self._opened = tag.start

    def _row(self) -> None:
        """Emit the cells read so far as a row, or keep them as the header of the rows to come."""
        cells, heads = tuple(self._cells), self._heads
        self._cells, self._heads = [], False
        words = self._plain(cells)
        if heads and not self._header:
            self._end_table()
            self._header, self._head_cells = words, cells
        elif sum(map(has_words, words)) == 1 and not self._header:  # a frame around one text, not a table
            lone = next(cell for cell, word in zip(cells, words, strict=True) if has_words(word))
            self._put("text", lone, read_inline(self.text[lone.start : lone.end]).plain)
        elif has_words("".join(words)):
            span = trimmed(self.text, cells[0].start, cells[-1].end)
            self._put("row", span, " | ".join(words), cells=cells)
            self._head_cells = ()

    def _end_table(self) -> None:
        """Emit a header that stands over no row as a row."""
        cells, self._head_cells, self._header = self._head_cells, (), ()
        if has_words("".join(self._plain(cells))):
            span = trimmed(self.text, cells[0].start, cells[-1].end)
            self._put("row", span, " | ".join(self._plain(cells)), cells=cells)

    def _plain(self, cells: Sequence[Span]) -> tuple[str, ...]:
        return tuple(plain_heading(self.text[cell.start : cell.end]) for cell in cells)

    def _flush(self, until: int) -> None:
        if self._run is None:
            return
        kind = self._inside
        span = self._words(self._run, until)
        if kind in ("td", "th"):
            self._cells.append(span)
        elif span.start < span.end and has_words(self.text[span.start : span.end]):
            if kind in _HEADINGS or kind == "summary":
                raw = self.text[span.start : span.end]
                self._put("summary" if kind == "summary" else "heading", span, plain_heading(raw), kind=kind)
            elif kind == "pre":
                self._put("code", trimmed(self.text, self._run, until), self.text[span.start : span.end])
            else:
                self._put("text", span, read_inline(self.text[span.start : span.end]).plain)
        self._run = None

    def _words(self, start: int, end: int) -> Span:
        """Return the span from the first to the last character that is not a tag or blank."""
        low, high, at = end, start, start
        for tag in (*tags(self.text, start, end), Tag("", closing=False, start=end, end=end)):
            span = trimmed(self.text, at, tag.start)
            if span.start < span.end:
                low, high = min(low, span.start), max(high, span.end)
            at = tag.end
        return Span(low, high) if low < high else Span(start, start)

    def _put(
        self,
        what: Literal["heading", "summary", "text", "row", "code"],
        span: Span,
        plain: str,
        *,
        cells: tuple[Span, ...] = (),
        kind: str = "",
    ) -> None:
        raw = self.text[span.start : span.end]
        inline = read_inline(raw) if what in ("text", "summary") else None
        begin = self._opened if what == "summary" and self.details else span.start
        self._emit(
            Block(
                kind=what,
                start=span.start,
                end=span.end,
                line=self.lines.start(self.lines.at(begin)),
                plain=plain,
                strong=inline.strong if inline else "",
                linked=inline.linked if inline else 0,
                level=_HEADINGS.get(kind, 0),
                details=self.details,
                header=self._header if what == "row" else (),
                cells=cells,
            )
        )
