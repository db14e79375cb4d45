"""What holds for every text, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.chunk import chunk
from ingest.contract import ChunkerParameters, Document
from ingest.headings import parse
from tests.support.markup import BLOCKS, cut, document, handbooks, parsed

MODEST = settings(max_examples=80, suppress_health_check=list(HealthCheck))
SIGNS = 'ab A#*-_>`~|[]()<>/!:?.0123\n\n\n\t"Q你。\u200b\ufeff\u00a0=+$&;{}\U0001f680\x00\x0c\u2028\\'
TEXTS = st.builds(
    document, st.text(alphabet=SIGNS, max_size=200), st.sampled_from(["a.md", "a.txt", "a.mdx"])
)


def is_inside_word(text: str, at: int) -> bool:
    """Return whether an offset parts two letters of an alphabet."""
    around = text[max(0, at - 1) : at + 1]
    return len(around) > 1 and around.isalnum() and all(ord(char) < 0x2E80 for char in around)


@MODEST
@given(st.one_of(handbooks(), TEXTS))
def test_sections_and_parts_are_exact_spans_in_order(book: Document) -> None:
    """Sections follow each other without overlap; parts are trimmed, whole words, in order, inside them."""
    sections = parse(book).sections
    after = 0
    for section in sections:
        assert after <= section.start <= section.end <= len(book.text)
        assert section.heading
        after = section.start
        for part in section.parts:
            assert after <= part.start < part.end <= section.end
            said = book.text[part.start : part.end]
            assert said == said.strip()
            assert not is_inside_word(book.text, part.start)
            assert not is_inside_word(book.text, part.end)
            after = part.end
        after = section.end
    assert len({section.id for section in sections}) == len(sections)


@MODEST
@given(st.one_of(handbooks(), TEXTS))
def test_chunks_are_exact_spans_of_one_section(book: Document) -> None:
    """A chunk's text is its span; chunks do not overlap, lie in their section and have ids of their own."""
    read = parse(book)
    by_id = {section.id: section for section in read.sections}
    chunks = chunk(read, ChunkerParameters(max_chars=60, min_chars=20))
    after = 0
    for piece in chunks:
        assert book.text[piece.start : piece.end] == piece.text
        assert after <= piece.start < piece.end
        assert piece.plain.strip()
        section = by_id[piece.section_id]
        assert section.start <= piece.start
        assert piece.end <= section.end
        after = piece.end
    assert len({piece.id for piece in chunks}) == len(chunks)


@MODEST
@given(st.lists(BLOCKS, max_size=8), st.sampled_from(["book.md", "book.txt", "book.mdx"]))
def test_no_sentence_is_lost(blocks: list[str], name: str) -> None:
    """A sentence between any two blocks reaches a chunk or is a heading."""
    text = "\n\n".join(f"{block}\n\nSentinel{at} stands here, unharmed." for at, block in enumerate(blocks))
    read = parsed(text, name)
    headings = " ".join(section.heading for section in read.sections)
    kept = headings + " ".join(piece.plain for piece in chunk(read, ChunkerParameters()))
    assert [at for at in range(len(blocks)) if f"Sentinel{at} stands" not in kept] == []


@MODEST
@given(handbooks())
def test_parsing_is_a_function_of_the_text(book: Document) -> None:
    """The same document gives the same sections and chunks."""
    assert parse(book) == parse(book)
    assert chunk(parse(book), ChunkerParameters()) == chunk(parse(book), ChunkerParameters())


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_newlines_and_byte_order_marks_do_not_change_what_is_read(newline: str, mark: str) -> None:
    """A file from another system has the same sections, at the offsets of its own text."""
    text = mark + newline.join(["# Title", "", "## What is a cache?", "", "A store of answers.", ""])
    read = parsed(text)
    assert [section.heading for section in read.sections] == ["What is a cache?"]
    (part,) = read.sections[0].parts
    assert text[part.start : part.end] == "A store of answers."


REPEATED = {
    "quotes": "> ",
    "list markers": "- ",
    "heading marks": "#",
    "headings": "# a\n",
    "unclosed fences": "```py\nx\n",
    "brackets": "[",
    "images": "![",
    "stars": "*a ",
    "table bars": "|",
    "angles": "<",
    "open tags": "<a ",
    "open attributes": "<a b='c ",
    "comments": "<!-- ",
    "details": "<details><summary>a?</summary>",
    "containers": ":::a\n",
    "template tags": "{% a\n",
    "shortcodes": "{{< a %} ",
    "sentences": "你好。",
    "quoted dashes": '- "a ',
    "questions": "- What is a?\n\n  b\n",
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize("construct", REPEATED)
def test_no_construct_hangs_the_reader(construct: str, name: str) -> None:
    """A hundred thousand characters of one construct are cut into chunks that lie inside the text.

    A step of quadratic time would not come back before the suite's own limit.
    """
    text = f"Answer outline: {REPEATED[construct] * (100_000 // len(REPEATED[construct]))}"
    assert all(0 <= piece.start < piece.end <= len(text) for piece in cut(text, name))


@pytest.mark.parametrize("depth", [50, 200, 2_000])
def test_deep_nesting_loses_no_text(depth: int) -> None:
    """What stands deeper than the parser goes is kept as text."""
    assert "Deep word" in cut("> " * depth + "Deep word")[0].plain
    nested = "\n".join(f"{'  ' * level}- level {level}" for level in range(min(depth, 300)))
    assert f"level {min(depth, 300) - 1}" in " ".join(piece.plain for piece in cut(nested))
