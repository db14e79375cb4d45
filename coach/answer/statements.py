"""Parts of a section as statements: the sentences, list items and table rows that can become claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from coach.answer.cues import Cues, cues, word_count
from coach.answer.plain import cells, plain, printable_lines, read_row
from coach.answer.sentences import Span, glued, head, stripped
from ingest.analysis import terms
from ingest.contract import Part, PartKind
from ingest.labels import find_lead

Shape = Literal["sentence", "item", "row", "heading", "code"]

MAX_ITEM_CHARS = 300
# A figure is said with the mark at its end that tells whether it holds, and where it is from.
MAX_FIGURE_CHARS = 600
# A sentence longer than this is an accident of markup, or an attack.
MAX_STATEMENT_CHARS = 2000
# Longer code is read in the handbook, not said; pictures drawn in text are not code.
MAX_CODE_CHARS = 900
_PICTURES = frozenset({"mermaid", "text", "txt", "plain", "plaintext", "plantuml", "dot", "ascii", "diagram"})
_SILENT: frozenset[PartKind] = frozenset({"rubric", "related", "alias", "tags"})
_BY_SENTENCE: frozenset[PartKind] = frozenset({"direct_answer", "body"})

_LIST_MARKER = re.compile(
    r"^[ \t>]*(?:[-*+•·‣▪]|(?P<first>\(?\d{1,3}[.)、]))[ \t]+"
    r"|(?:^|\s)(?:[-*+•·‣▪]|(?P<last>\(?\d{1,3}[.)、]))[ \t]+$"
)
_INNER_BLOCK = re.compile(r"\n[ \t>]*(?:(?P<item>[-*+•]|\d{1,3}[.)])[ \t]+|(?=\n))")
_FENCED = re.compile(
    r"[ \t>]*(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[\w+#-]*)[^\n]*\n(?P<code>.*?)\n?[ \t>]*(?P=fence)?\s*",
    re.DOTALL,
)
_TABLE_RULE = re.compile(r"[\s|:+\-=]+")
_ONLY_LINK = re.compile(r"[*_\s]*\[[^\]]*\]\([^)]*\)\W*")
_ONLY_ADDRESS = re.compile(r"<?https?://\S+")
_ONLY_IMAGES = re.compile(r"(?:\s*\[?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\))?|\s*<img\b[^>]*>)+\s*")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_NEGATION = re.compile(r"\b(?:not|no|never|none|nor|without|cannot)\b|n['’]t\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """What can be quoted as one claim.

    Attributes:
        start: Of the quote, in the document; `end` likewise.
        text: The quote as plain text.
        order: Place in its section, from 0.
        terms: Stems without function words.
        figures: The numbers in it, as written.
        negations: How many negation words it holds.
        cues: What its wording gives away.
        words: How long it takes to say, counted in English words.
        ordered: Whether it is an item of a numbered list.
        header: Where the header of its table stands, if `text` reads the cells by it.
    """

    kind: PartKind
    shape: Shape
    start: int
    end: int
    text: str
    order: int
    terms: frozenset[str]
    figures: frozenset[str]
    negations: int
    cues: Cues
    words: int
    label: str = ""
    ordered: bool = False
    header: Span | None = None

    @property
    def spans(self) -> tuple[Span, ...]:
        """What is quoted: the header of its table, if it is read by it, and the statement itself."""
        own = Span(self.start, self.end)
        return (own,) if self.header is None else (self.header, own)


def read_part(text: str, part: Part, order: int) -> Iterator[Statement]:
    """Yield the statements of a part, numbered from `order`; nothing for parts that are not to be said."""
    raw = text[part.start : part.end]
    if part.kind in _SILENT or not raw:
        return
    if part.kind in ("code", "table") or part.header:
        single = _code(text, part, order) if part.kind == "code" else _row(text, part, order)
        if single is not None:
            yield single
        return
    if "~~" in raw:  # struck text is withdrawn text
        return
    for span, shape, ordered in _blocks(text, part):
        if shape == "item" or part.kind not in _BY_SENTENCE:
            max_chars = MAX_FIGURE_CHARS if part.kind == "number" else MAX_ITEM_CHARS
            pieces = iter([head(text, span, max_chars=max_chars)])
        else:
            pieces = glued(text, span, keep_all=part.kind == "direct_answer")
        for piece in pieces:
            made = make_statement(text, piece, part, shape, order, ordered=ordered)
            if made is not None:
                yield made
                order += 1


def _blocks(text: str, part: Part) -> Iterator[tuple[Span, Shape, bool]]:
    """Yield the paragraphs and list items inside a part, and whether each item is numbered."""
    line = text[text.rfind("\n", 0, part.start) + 1 : part.start]
    marker = _LIST_MARKER.search(line)
    shape: Shape = "item" if marker else "sentence"
    ordered = bool(marker and (marker["first"] or marker["last"]))
    start = part.start
    for border in _INNER_BLOCK.finditer(text, part.start, part.end):
        yield Span(start, border.start()), shape, ordered
        start = border.end()
        shape = "item" if border["item"] else "sentence"
        ordered = bool(border["item"]) and border["item"][0].isdigit()
    yield Span(start, part.end), shape, ordered


def make_statement(
    text: str,
    span: Span,
    part: Part,
    shape: Shape,
    order: int,
    *,
    ordered: bool = False,
    header: Span | None = None,
    reading: str = "",
) -> Statement | None:
    """Return a span as a statement, or None if it says nothing: no words, a picture, a bare link."""
    start, end = stripped(text, span)
    if end - start > MAX_STATEMENT_CHARS:
        return None
    lead = find_lead(text[start:end]) if shape in ("sentence", "item") else None
    if lead is not None and lead.kind in (part.kind, "direct_answer"):
        start += lead.length
    said = reading or plain(text[start:end])
    if not any(char.isalnum() for char in said) or _ONLY_IMAGES.fullmatch(text, start, end):
        return None
    if _ONLY_ADDRESS.fullmatch(text, start, end):
        return None
    if part.kind == "body" and shape == "item" and _ONLY_LINK.fullmatch(text, start, end):
        return None
    return Statement(
        kind=part.kind,
        shape=shape,
        start=start,
        end=end,
        text=said,
        order=order,
        terms=frozenset(terms(said)),
        figures=frozenset(_FIGURE.findall(said)),
        negations=len(_NEGATION.findall(said)),
        cues=cues(said),
        words=word_count(said),
        label=part.label,
        ordered=ordered,
        header=header,
    )


def _code(text: str, part: Part, order: int) -> Statement | None:
    """Return short code as a statement of several lines, without its fence."""
    if part.end - part.start > 2 * MAX_CODE_CHARS:
        return None
    fenced = _FENCED.fullmatch(text, part.start, part.end)
    span = Span(*fenced.span("code")) if fenced else Span(part.start, part.end)
    language = fenced["language"].lower() if fenced else ""
    if language in _PICTURES or span.end - span.start > MAX_CODE_CHARS:
        return None
    return make_statement(
        text, span, part, "code", order, reading=printable_lines(text[span.start : span.end])
    )


def _row(text: str, part: Part, order: int) -> Statement | None:
    """Return a table row read as "header: cell; ...", or as its cells where the header is not found."""
    raw = text[part.start : part.end]
    values = cells(raw) if len(raw) <= MAX_STATEMENT_CHARS else ()
    if not any(values) or _TABLE_RULE.fullmatch(raw) or "~~" in raw:
        return None
    header = _table_header(text, part.start) if any(part.header) else None
    names = cells(text[header.start : header.end]) if header else ()
    if len(names) != len(values):
        header, names = None, ()
    reading = read_row(names, values)
    return make_statement(
        text, Span(part.start, part.end), part, "row", order, header=header, reading=reading
    )


def _table_header(text: str, row_start: int) -> Span | None:
    """Return where the first line of a pipe table stands, if the table rule follows it."""
    below: Span | None = None
    line = Span(row_start, row_start)
    while line.start > 0:
        end = line.start - 1
        above = Span(text.rfind("\n", 0, end) + 1, end)
        if "|" not in text[above.start : above.end]:
            break
        below, line = line, above
    if below is None or not _TABLE_RULE.fullmatch(text, below.start, below.end):
        return None
    return stripped(text, line)
