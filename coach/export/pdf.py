"""A document as PDF, with fonts that travel inside the file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    ListFlowable,
    ListItem,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import PageBreak as NewPage
from reportlab.platypus import Paragraph as Words
from reportlab.platypus import Table as Grid

from coach.answer.plain import printable
from coach.export.blocks import (
    Block,
    Bullets,
    Field,
    Heading,
    Notes,
    Numbered,
    PageBreak,
    Paragraph,
    Printable,
    Run,
    Table,
    Text,
)
from coach.export.fonts import BODY, CODE, by_font, count_missing, register

_MARGIN = 20 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_INK = colors.HexColor("#1b1f24")
_DIM = colors.HexColor("#57606a")
_RULE = colors.HexColor("#c9d1d9")
_HEAD = colors.HexColor("#eef1f4")
_LINK = "#0550ae"
_LINE_MM = 8
_FOOTER_PT = 7.5
_FOOTER_WIDTH = _WIDTH - 12 * mm
_HEADING_SIZES = {1: 18.0, 2: 13.5, 3: 11.0, 4: 9.5}


def to_pdf(document: Printable) -> bytes:
    """Return a document as PDF on A4; equal documents give equal bytes.

    Characters that neither the embedded font nor the viewer's own Chinese, Japanese and Korean fonts hold
    are shown as U+FFFD; `unprintable` counts them. Right-to-left text is written in the order of its
    characters, unjoined.
    """
    register()
    target = BytesIO()
    template = _Template(
        target,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=printable(document.title),
        subject=printable(document.subject),
        author="Interview coach",
        creator="Interview coach",
        lang=document.language,
        invariant=1,
        initialFontName=BODY,
    )
    template.footer = _fitted(printable(document.footer))
    frame = Frame(_MARGIN, _MARGIN, _WIDTH, A4[1] - 2 * _MARGIN, 0, 0, 0, 0)
    template.addPageTemplates([PageTemplate("page", [frame], onPage=template.draw_footer)])
    following = (*document.blocks[1:], None)
    flowables = [
        flowable
        for block, after in zip(document.blocks, following, strict=True)
        for flowable in _flowables(block, after)
    ]
    template.build(_without_empty_pages(flowables))
    return target.getvalue()


def unprintable(document: Printable) -> int:
    """Return how many characters of a document its PDF shows as U+FFFD; those of the footer count once."""
    register()
    return sum(count_missing(printable(text)) for text in document.texts())


def _without_empty_pages(flowables: list[Flowable]) -> list[Flowable]:
    """Return flowables without the space before a page break: at a page's very end it would fill a page."""
    following = [*flowables[1:], None]
    return [
        one
        for one, other in zip(flowables, following, strict=True)
        if not (isinstance(one, Spacer) and isinstance(other, NewPage))
    ]


def _fitted(footer: str) -> str:
    """Return a footer that leaves room for the page's number."""
    if _footer_width(footer) <= _FOOTER_WIDTH:
        return footer
    shown = footer
    while shown and _footer_width(f"{shown}…") > _FOOTER_WIDTH:
        shown = shown[:-1]
    return f"{shown.rstrip()}…"


def _footer_width(footer: str) -> float:
    """Return the width of a footer in points."""
    width: float = sum(stringWidth(piece, font, _FOOTER_PT) for piece, font in by_font(footer, BODY))
    return width


class _Template(BaseDocTemplate):  # type: ignore[misc]  # reportlab carries no types
    """Pages with a footer, and an outline made of the headings."""

    footer: str = ""
    headings: int = 0
    depth: int = -1

    def draw_footer(self, canvas: Canvas, _template: BaseDocTemplate) -> None:
        """Write the footer of one page."""
        canvas.saveState()
        canvas.setFillColor(_DIM)
        canvas.setFont(BODY, _FOOTER_PT)
        canvas.drawRightString(A4[0] - _MARGIN, 11 * mm, str(canvas.getPageNumber()))
        words = canvas.beginText(_MARGIN, 11 * mm)
        for piece, font in by_font(self.footer, BODY):
            words.setFont(font, _FOOTER_PT)
            words.textOut(piece)
        canvas.drawText(words)
        canvas.restoreState()

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - reportlab's name
        """Put a heading that was just drawn into the outline."""
        if isinstance(flowable, _HeadingWords):
            self.headings += 1
            # An outline must not skip a level, though a document may.
            self.depth = min(flowable.depth, self.depth + 1)
            key = f"heading-{self.headings}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.text_shown, key, self.depth)


class _HeadingWords(Words):  # type: ignore[misc]  # reportlab carries no types
    depth: int = 0
    text_shown: str = ""


def _flowables(block: Block, after: Block | None) -> Iterator[Flowable]:
    if isinstance(block, Heading):
        yield _heading(block)
    elif isinstance(block, Paragraph):
        yield Words(_markup(block.runs), _style("quote" if block.quote else "body"))
    elif isinstance(block, Bullets):
        yield _list(block.items, bulletType="bullet", start="•")
        yield Spacer(1, 2 * mm)
    elif isinstance(block, Numbered):
        yield _list(block.items, bulletType="1", start=block.first, bulletFormat="%s.")
        yield Spacer(1, 2 * mm)
    elif isinstance(block, Table):
        yield _grid(block)
        yield Spacer(1, 3 * mm)
    elif isinstance(block, Field):
        yield from _room(block, keep=isinstance(after, Paragraph))
    elif isinstance(block, PageBreak):
        yield NewPage()
    else:
        yield from _notes(block)


def _heading(block: Heading) -> Flowable:
    words = _HeadingWords(_pieces(block.text, f"{BODY}-Bold"), _style(f"h{block.level}"))
    words.depth = block.level - 1
    words.text_shown = printable(block.text)
    return words


def _list(items: tuple[Text, ...], **options: object) -> Flowable:
    entries = [ListItem(Words(_markup(item), _style("item"))) for item in items]
    return ListFlowable(entries, leftIndent=14, bulletFontName=BODY, bulletFontSize=9, **options)


def _grid(table: Table) -> Flowable:
    shares = table.widths or (1.0,) * len(table.header)
    widths = [_WIDTH * share / sum(shares) for share in shares]
    rows = [[Words(_pieces(name, f"{BODY}-Bold"), _style("cell")) for name in table.header]]
    rows += [[Words(_markup(cell), _style("cell")) for cell in row] for row in table.rows]
    heights = [0.0] + [table.min_row_mm * mm] * len(table.rows)
    style = [
        ("GRID", (0, 0), (-1, -1), 0.5, _RULE),
        ("BACKGROUND", (0, 0), (-1, 0), _HEAD),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    # A cell that is longer than a page is cut across pages.
    return Grid(rows, widths, repeatRows=1, splitInRow=1, minRowHeights=heights, style=style)


def _room(field: Field, *, keep: bool) -> Iterator[Flowable]:
    """Yield a label with its lines on one page, and on that of the paragraph that follows if `keep`."""
    lines = [
        HRFlowable(width="100%", thickness=0.5, color=_RULE, spaceBefore=_LINE_MM * mm, spaceAfter=0)
        for _ in range(field.lines)
    ]
    room = [Words(_pieces(field.label, f"{BODY}-Bold"), _style("label")), *lines, Spacer(1, 3 * mm)]
    for one in room if keep else room[:-1]:
        one.keepWithNext = 1
    yield from room


def _notes(block: Notes) -> Iterator[Flowable]:
    for note in block.notes:
        anchor = f'<a name="note-{note.number}"/>[{note.number}] '
        yield Words(anchor + _markup(note.runs), _style("note"))


def _markup(runs: Text) -> str:
    """Return runs in the markup that reportlab reads, all of their own text escaped."""
    return "".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    fonts = {"bold": f"{BODY}-Bold", "italic": f"{BODY}-Italic", "code": CODE}
    text = f"“{run.text}”" if run.style == "quote" else run.text
    marked = _pieces(text, fonts.get(run.style, BODY))
    if run.href:
        marked = f'<a href={quoteattr(run.href)} color="{_LINK}">{marked}</a>'
    notes = "".join(
        f'<super size="6.5"><a href="#note-{number}" color="{_LINK}">[{number}]</a></super>'
        for number in run.notes
    )
    return marked + notes


def _pieces(text: str, font: str) -> str:
    edges = " " * text[:1].isspace(), " " * text[-1:].isspace()
    shown = f"{edges[0]}{printable(text)}{edges[1]}" if text.strip() else edges[0]
    return "".join(f'<font name="{name}">{escape(piece)}</font>' for piece, name in by_font(shown, font))


@cache
def _style(name: str) -> ParagraphStyle:
    body = ParagraphStyle("body", fontName=BODY, fontSize=9.5, leading=13.5, textColor=_INK, spaceAfter=6)
    if name[0] == "h" and name[1:].isdigit():
        size = _HEADING_SIZES[int(name[1:])]
        return ParagraphStyle(
            name,
            body,
            fontSize=size,
            leading=size * 1.25,
            spaceBefore=size * 0.8,
            spaceAfter=5,
            keepWithNext=1,
        )
    changes: dict[str, dict[str, object]] = {
        "body": {},
        "quote": {"leftIndent": 12, "borderPadding": (2, 2, 2, 8), "textColor": _DIM},
        "item": {"spaceAfter": 3},
        "cell": {"fontSize": 8, "leading": 10.5, "spaceAfter": 0},
        "label": {"spaceBefore": 4, "spaceAfter": 0},
        "note": {"fontSize": 7.5, "leading": 10, "spaceAfter": 3, "textColor": _DIM},
    }
    return ParagraphStyle(name, body, **changes[name])
