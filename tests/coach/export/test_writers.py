from __future__ import annotations

from io import BytesIO

import docx
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from coach.answer.plain import printable
from coach.export import (
    Block,
    Bullets,
    Field,
    Heading,
    PageBreak,
    Paragraph,
    Printable,
    Run,
    Table,
    bold,
    paragraphs,
    plain,
)
from coach.export.docx import to_docx
from coach.export.markdown import to_markdown
from coach.export.pdf import to_pdf, unprintable
from tests.coach.export.sample import AWKWARD, NAMES, SAMPLE


def pdf_text(made: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(made)).pages)


def test_equal_documents_give_equal_bytes() -> None:
    """Neither the clock nor the process shows in a file."""
    assert to_pdf(SAMPLE) == to_pdf(SAMPLE)
    assert to_docx(SAMPLE) == to_docx(SAMPLE)


def test_a_pdf_holds_the_text_with_names_of_many_languages() -> None:
    """Text extracted from the PDF is the text that was put in, markup signs and accents included."""
    text = " ".join(pdf_text(to_pdf(SAMPLE)).split())
    for expected in (NAMES, AWKWARD, "Interview: <senior> & more", "[1]", "“exit, then back”", "Evidence"):
        assert expected in text


def test_a_pdf_names_itself_and_has_an_outline() -> None:
    """Title, language and headings are there for those who navigate by them; a page break breaks."""
    reader = pypdf.PdfReader(BytesIO(to_pdf(SAMPLE)))
    assert reader.metadata is not None
    assert reader.metadata.title == "Interview: <senior> & more"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert len(reader.pages) == 2
    titles = [entry.title for entry in pypdf_flat(reader.outline)]
    assert titles == ["Interview: <senior> & more", "Lists"]


def pypdf_flat(outline: list[object]) -> list[pypdf.generic.Destination]:
    flat: list[pypdf.generic.Destination] = []
    for entry in outline:
        flat += pypdf_flat(entry) if isinstance(entry, list) else [entry]  # type: ignore[list-item]
    return flat


def test_the_fonts_of_a_pdf_are_inside_it() -> None:
    """The PDF embeds every font that it uses for European text."""
    reader = pypdf.PdfReader(BytesIO(to_pdf(SAMPLE)))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    used = [font for font in fonts if font["/BaseFont"] != "/Helvetica"]  # reportlab lists it unused
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"] for font in used)


def test_a_docx_holds_the_text_and_leads_to_its_notes() -> None:
    """A DOCX opened again has the same words; a cited number is a link to the note's bookmark."""
    word = docx.Document(BytesIO(to_docx(SAMPLE)))
    words = [paragraph.text for paragraph in word.paragraphs]
    assert f"For: {NAMES} and others" in words
    assert AWKWARD in words
    assert word.tables[0].cell(1, 1).text == "“exit, then back”"
    xml = word.element.xml
    assert 'w:anchor="note-1"' in xml
    assert 'w:name="note-1"' in xml
    assert word.core_properties.title == "Interview: <senior> & more"


def test_markdown_reads_as_the_text_that_was_put_in() -> None:
    """A Markdown reader sees headings, lists, a table and the words without a stray mark."""
    tokens = MarkdownIt("commonmark").enable("table").parse(to_markdown(SAMPLE))
    kinds = {token.type for token in tokens}
    assert {"heading_open", "bullet_list_open", "ordered_list_open", "table_open", "blockquote_open"} <= kinds
    inline = [token for token in tokens if token.type == "inline"]
    texts = ["".join(child.content for child in token.children or ()) for token in inline]
    assert AWKWARD in texts
    assert "two `ticks` | bar" in texts


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=40))
def test_no_text_breaks_a_format(text: str) -> None:
    """Whatever a text holds, every format takes it, and Markdown and DOCX give it back."""
    blocks = (
        Paragraph(runs=(bold("x"), *plain(" " + text))),
        Bullets(items=(plain(text),)),
        Table(header=("h",), rows=((plain(text),),)),
    )
    made = Printable(title=text, footer=text, blocks=blocks)
    shown = f"x {printable(text)}".strip()
    tokens = MarkdownIt("commonmark").parse(to_markdown(made))
    read = next(token for token in tokens if token.type == "inline").children or ()
    assert "".join(child.content for child in read if child.type != "softbreak") == shown
    assert docx.Document(BytesIO(to_docx(made))).paragraphs[0].text.strip() == shown
    assert pypdf.PdfReader(BytesIO(to_pdf(made))).pages


@pytest.mark.parametrize("text", ["面接の質問", "面试问题", "면접 질문", "㈱㎡ㄅㇰ㌔㈀", "🙂 \u2066x"])
def test_a_pdf_takes_text_beyond_the_embedded_font(text: str) -> None:
    """East Asian text is written with the viewer's fonts, and what nobody has as a replacement sign."""
    made = to_pdf(Printable(title=text, blocks=(Paragraph(runs=plain(text)),)))
    assert printable(text).replace("🙂", "\ufffd").split()[0] in pdf_text(made)


@pytest.mark.parametrize(
    ("text", "count"),
    [("Zoë 面接 ㈱ é �", 0), ("हिन्दी", 6), ("ภาษาไทย", 7), ("𠮷 👍", 2), ("مرحبا שלום 𝗔", 0)],
)
def test_what_a_pdf_cannot_show_is_counted(text: str, count: int) -> None:
    """A character that no font holds counts wherever it stands; no other is replaced in any style."""
    table = Table(header=(text,), rows=((plain(text),),))
    code = Paragraph(runs=(Run(text=text, style="code"), bold(text)))
    blocks = (Heading(level=1, text=text), code, table, Field(label=text))
    made = Printable(title="t", footer=text, blocks=blocks)
    assert unprintable(made) == 7 * count
    assert pdf_text(to_pdf(made)).count("\ufffd") == 7 * (count + text.count("\ufffd"))


@pytest.mark.parametrize("text", ["面试问题", "面接の質問", "면접", "Zoë"])
def test_a_footer_is_printed_in_the_fonts_that_hold_it(text: str) -> None:
    """It has the same characters as the heading, and one that is too long ends in an ellipsis."""
    [page] = printed(Paragraph(runs=plain("words")), footer=f"{text} · हि").pages
    assert f"{text} · \ufffd\ufffd" in page.extract_text()
    [page] = printed(Paragraph(runs=plain("words")), footer=text * 60).pages
    [foot] = [line for line in page.extract_text().splitlines() if line.startswith(text)]
    assert foot.endswith("…")
    assert len(foot) < len(text * 60)


def test_each_line_of_a_text_is_a_paragraph() -> None:
    """Empty lines are left out; a text without a word has none."""
    assert [one.runs for one in paragraphs(" one\n\n \r\n\ttwo ")] == [plain("one"), plain("two")]
    assert all(one.quote for one in paragraphs("one\ntwo", quote=True))
    assert paragraphs(" \n") == ()


LINES = 6
LONG_FOOTER = "Donaudampfschifffahrtsgesellschaft " * 12


def printed(*blocks: Block, footer: str = "") -> pypdf.PdfReader:
    """Return a document as a PDF that was read again."""
    return pypdf.PdfReader(BytesIO(to_pdf(Printable(title="t", footer=footer, blocks=blocks))))


@given(rows=st.integers(30, 70))
@settings(max_examples=15)
def test_a_page_break_leaves_no_page_empty(rows: int) -> None:
    """However full the page before it is, a break leads to the next words at once."""
    items = Bullets(items=tuple(plain(f"item {number}") for number in range(rows)))
    reader = printed(items, PageBreak(), Paragraph(runs=plain("after")))
    assert all("item" in page.extract_text() for page in reader.pages[:-1])
    assert "after" in reader.pages[-1].extract_text()


@given(before=st.integers(1, 60))
@settings(max_examples=15)
def test_room_to_write_stays_with_what_is_rated(before: int) -> None:
    """A label, its lines and the paragraph behind them are on one page."""
    filler = [Paragraph(runs=plain("filler")) for _ in range(before)]
    reader = printed(*filler, Field(label="Evidence", lines=LINES), Paragraph(runs=plain("Rating")))
    [page] = [text for page in reader.pages if "Evidence" in (text := page.extract_text())]
    assert "Rating" in page


def test_a_long_footer_leaves_room_for_the_number() -> None:
    """It ends in an ellipsis; the page's number stands behind it, in PDF and in DOCX."""
    [page] = printed(Paragraph(runs=plain("words")), footer=LONG_FOOTER).pages
    lines = page.extract_text().splitlines()
    assert next(line for line in lines if line.startswith("Donau")).endswith("…")
    assert "1" in lines
    made = Printable(title="t", footer=LONG_FOOTER, blocks=(Paragraph(runs=plain("words")),))
    foot = docx.Document(BytesIO(to_docx(made))).sections[0].footer
    assert "…" in foot.paragraphs[0].text
    assert 'w:instr="PAGE"' in foot.paragraphs[0]._p.xml


def test_a_docx_cuts_no_row_and_draws_every_line() -> None:
    """Rows stay whole, a short table stays on one page, and each line to write on has a border of its own."""
    table = Table(header=("a", "b"), rows=((plain("1"), plain("2")), (plain("3"), plain("4"))))
    made = Printable(title="t", blocks=(table, Field(label="Evidence", lines=LINES)))
    word = docx.Document(BytesIO(to_docx(made)))
    rows = word.tables[0].rows
    assert all("w:cantSplit" in row._tr.xml for row in rows)
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in rows]
    assert kept == [True, True, False]
    assert word.element.xml.count("<w:between ") == LINES
