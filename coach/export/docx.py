"""A document as DOCX, for those who want to edit it."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

import docx
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

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

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import Table as Grid
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph as Words
    from docx.text.run import Run as Piece

# What is made from the same content must be the same file: neither the clock nor the zip may tell.
_MADE = datetime(2000, 1, 1, tzinfo=UTC)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_MARGIN = Mm(20)
_WIDTH = Mm(210) - 2 * _MARGIN
_CLOSE = Pt(3)
_KEPT_ROWS = 10
_FOOTER_CHARS = 90
_DIM = RGBColor(0x57, 0x60, 0x6A)
_LINK = RGBColor(0x05, 0x50, 0xAE)


def to_docx(document: Printable) -> bytes:
    """Return a document as DOCX on A4; equal documents give equal bytes."""
    word = docx.Document()
    _prepare(word, document)
    writer = _Writer(word)
    for block in document.blocks:
        writer.write(block)
    target = BytesIO()
    word.save(target)
    return _stamped(target.getvalue())


def _prepare(word: Word, document: Printable) -> None:
    about = word.core_properties
    about.title, about.subject = printable(document.title)[:255], printable(document.subject)[:255]
    about.author = about.last_modified_by = "Interview coach"
    about.comments, about.language = "", document.language
    about.created = about.modified = _MADE
    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = _MARGIN
    body = word.styles["Normal"]
    body.font.name, body.font.size = "Calibri", Pt(10.5)
    foot = page.footer.paragraphs[0]
    foot.style = body  # that of footers has tab stops of its own
    _write_footer(foot, printable(document.footer))


def _write_footer(words: Words, text: str) -> None:
    """Write the footer with the page's number at the right edge; a long text ends in an ellipsis."""
    words.paragraph_format.tab_stops.add_tab_stop(_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    shown = text if len(text) <= _FOOTER_CHARS else f"{text[:_FOOTER_CHARS].rstrip()}…"
    words.add_run(f"{shown}\t")
    number = words.add_run("1")
    for piece in words.runs:
        piece.font.size, piece.font.color.rgb = Pt(8), _DIM
    page = OxmlElement("w:fldSimple")
    page.set(qn("w:instr"), "PAGE")
    words._p.replace(number._r, page)  # noqa: SLF001 - python-docx has no fields
    page.append(number._r)  # noqa: SLF001 - as above


class _Writer:
    """Writes blocks to the end of a document; each numbered list counts on its own."""

    def __init__(self, word: Word) -> None:
        self._word = word
        self._anchors = 0
        self._breaks = False

    def write(self, block: Block) -> None:
        """Add one block."""
        if isinstance(block, PageBreak):
            self._breaks = True
            return
        before = len(self._word.paragraphs)
        if self._breaks and isinstance(block, Table):
            self._word.add_paragraph()
        self._write(block)
        if self._breaks:  # a paragraph that held the break alone would leave an empty line on the new page
            self._word.paragraphs[before].paragraph_format.page_break_before = True
            self._breaks = False

    def _write(self, block: Block) -> None:
        if isinstance(block, Heading):
            self._word.add_heading(printable(block.text), block.level)
        elif isinstance(block, Paragraph):
            self._add(self._word.add_paragraph(style="Quote" if block.quote else None), block.runs)
        elif isinstance(block, Bullets):
            for item in block.items:
                self._add(self._word.add_paragraph(style="List Bullet"), item)
        elif isinstance(block, Numbered):
            self._numbered(block)
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Field):
            self._field(block)
        elif isinstance(block, Notes):
            self._notes(block)

    def _numbered(self, block: Numbered) -> None:
        """Number by hand: a list style of Word would count on from the list before."""
        for number, item in enumerate(block.items, block.first):
            words = self._word.add_paragraph()
            words.paragraph_format.left_indent = Mm(8)
            words.paragraph_format.first_line_indent = -Mm(8)
            words.paragraph_format.tab_stops.add_tab_stop(Mm(8))
            words.paragraph_format.space_after = _CLOSE
            words.add_run(f"{number}.\t")
            self._add(words, item)

    def _table(self, block: Table) -> None:
        table = self._word.add_table(rows=1, cols=len(block.header), style="Table Grid")
        table.autofit = False
        _set_frame(table)
        for cell, name in zip(table.rows[0].cells, block.header, strict=True):
            _small(cell.paragraphs[0].add_run(printable(name))).bold = True
            _shade(cell)
        _repeat_header(table.rows[0]._tr)  # noqa: SLF001 - python-docx offers no other way
        for row in block.rows:
            made = table.add_row()
            if block.min_row_mm:
                made.height = Mm(block.min_row_mm)
            for cell, runs in zip(made.cells, row, strict=True):
                self._add(cell.paragraphs[0], runs, small=True)
        _keep_rows_whole(table)
        shares = block.widths or (1.0,) * len(block.header)
        for column, share in zip(table.columns, shares, strict=True):
            width = round(_WIDTH * share / sum(shares))
            column.width = width
            for cell in column.cells:
                cell.width = width
        self._word.add_paragraph()

    def _field(self, block: Field) -> None:
        words = self._word.add_paragraph()
        words.add_run(printable(block.label)).bold = True
        words.paragraph_format.keep_with_next = True
        for _ in range(block.lines):
            line = self._word.add_paragraph()
            line.paragraph_format.keep_with_next = True
            _underline(line)

    def _notes(self, block: Notes) -> None:
        for note in block.notes:
            words = self._word.add_paragraph()
            words.paragraph_format.space_after, words.paragraph_format.line_spacing = _CLOSE, 1.0
            self._anchors += 1
            _bookmark(words, f"note-{note.number}", self._anchors)
            _small(words.add_run(f"[{note.number}] "))
            self._add(words, note.runs, small=True)

    def _add(self, words: Words, runs: Text, *, small: bool = False) -> None:
        for run in runs:
            piece = words.add_run(_shown(run))
            if small:
                _small(piece)
            piece.bold = run.style == "bold" or None
            piece.italic = run.style == "italic" or None
            if run.style == "code":
                piece.font.name = "Consolas"
            if run.href:
                target = words.part.relate_to(run.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
                _link(words, piece, "r:id", target)
            for number in run.notes:
                mark = words.add_run(f"[{number}]")
                mark.font.superscript = True
                _link(words, mark, "w:anchor", f"note-{number}")


def _shown(run: Run) -> str:
    words = printable(run.text)
    shown = f"“{words}”" if run.style == "quote" else words
    return (
        f"{' ' * run.text[:1].isspace()}{shown}{' ' * run.text[-1:].isspace()}"
        if words
        else " " * bool(run.text)
    )


def _small(piece: Piece) -> Piece:
    piece.font.size = Pt(9)
    return piece


def _link(words: Words, piece: Piece, attribute: str, target: str) -> None:
    """Make a run that was just added lead somewhere."""
    piece.font.color.rgb = _LINK
    link = OxmlElement("w:hyperlink")
    link.set(qn(attribute), target)
    element = piece._r  # noqa: SLF001 - python-docx offers no other way to nest a run
    words._p.replace(element, link)  # noqa: SLF001 - as above
    link.append(element)


def _bookmark(words: Words, name: str, number: int) -> None:
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(qn("w:id"), str(number))
        words._p.append(element)  # noqa: SLF001 - python-docx has no bookmarks
    start.set(qn("w:name"), name)


def _underline(words: Words) -> None:
    """Draw a line to write on under an empty paragraph."""
    words.paragraph_format.space_before, words.paragraph_format.space_after = Pt(10), Pt(0)
    border = OxmlElement("w:pBdr")
    for side in ("bottom", "between"):  # Word draws one frame around neighbours that are framed alike
        border.append(_line(side))
    properties = words._p.get_or_add_pPr()  # noqa: SLF001 - python-docx has no borders
    properties.insert_element_before(border, "w:spacing", "w:ind", "w:jc")  # Word wants its schema's order


def _line(side: str) -> BaseOxmlElement:
    line = OxmlElement(f"w:{side}")
    for key, value in {"val": "single", "sz": "4", "space": "1", "color": "C9D1D9"}.items():
        line.set(qn(f"w:{key}"), value)
    return line


def _set_frame(table: Grid) -> None:
    """Give a table thin grey lines and its cells room above and below the text."""
    properties = table._tbl.tblPr  # noqa: SLF001 - python-docx has neither borders nor margins
    borders, margins = OxmlElement("w:tblBorders"), OxmlElement("w:tblCellMar")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_line(side))
    for side in ("top", "bottom"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "50")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    properties.insert_element_before(margins, "w:tblLook")


def _keep_rows_whole(table: Grid) -> None:
    """Cut no row, and no short table, across pages."""
    rows = table.rows
    together = len(rows) <= _KEPT_ROWS
    for number, row in enumerate(rows, start=1):
        row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))  # noqa: SLF001 - as above
        for words in (words for cell in row.cells for words in cell.paragraphs):
            words.paragraph_format.space_after = Pt(0)
            words.paragraph_format.line_spacing = 1.0
            words.paragraph_format.keep_with_next = number == 1 or (together and number < len(rows))


def _shade(cell: _Cell) -> None:
    shade = OxmlElement("w:shd")
    for key, value in {"val": "clear", "color": "auto", "fill": "EEF1F4"}.items():
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - python-docx has no shading


def _repeat_header(row: BaseOxmlElement) -> None:
    row.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _stamped(made: bytes) -> bytes:
    """Return the archive with every member dated alike."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(made)) as source, zipfile.ZipFile(target, "w") as stamped:
        for member in source.infolist():
            info = zipfile.ZipInfo(member.filename, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            stamped.writestr(info, source.read(member))
    return target.getvalue()
