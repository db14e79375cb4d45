"""Text that is meant to be more than text, in each format: it stays text, and nothing is fetched."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pypdf
import pytest
from markdown_it import MarkdownIt

from coach.export import Bullets, Paragraph, Printable, Table, plain
from coach.export.docx import to_docx
from coach.export.markdown import to_markdown
from coach.export.pdf import to_pdf

HOSTILE = (
    "![x](http://evil.example/p.png)",
    "[click](javascript:alert(1))",
    '<img src="http://evil.example/p.png"/>',
    '<a href="file:///etc/passwd">x</a>',
    "<script>alert(1)</script>",
    "</para><para><font color='red'>x",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "{ INCLUDETEXT /etc/passwd } { DDEAUTO cmd }",
    "http://evil.example/auto",
    "<http://evil.example/auto>",
    "x\n\n# heading\n\n| a | b |\n|---|---|",
    "no\ufffe char\uffff act\ufdd0er\U0001ffff",
)
LIVE = {"image", "link_open", "html_inline", "html_block"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    """Markdown has no link, image or HTML of it; DOCX no field, relation or object; PDF no action or file."""
    table = Table(header=(text,), rows=((plain(text),),))
    blocks = (Paragraph(runs=plain(text)), Bullets(items=(plain(text),)), table)
    made = Printable(title=text, subject=text, footer=text, blocks=blocks)
    tokens = MarkdownIt("commonmark").enable("table").parse(to_markdown(made))
    kinds = {child.type for token in tokens for child in (token, *(token.children or ()))}
    assert not kinds & LIVE
    with zipfile.ZipFile(BytesIO(to_docx(made))) as word:
        relations = "".join(word.read(name).decode() for name in word.namelist() if name.endswith(".rels"))
        body = word.read("word/document.xml").decode()
    assert "evil.example" not in relations
    assert 'TargetMode="External"' not in relations
    assert "<!ENTITY" not in body
    assert "instrText" not in body
    pdf = to_pdf(made)
    assert not [mark for mark in (b"/URI", b"/JavaScript", b"/Launch", b"/EmbeddedFile") if mark in pdf]
    assert pypdf.PdfReader(BytesIO(pdf)).pages
