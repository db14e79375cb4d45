"""What is not retrieved, and that the report says so."""

from __future__ import annotations

import pytest

from tests.support.markup import parsed


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        ("## Contents\n\n- [A](#a)\n- [B](#b)\n", "table of contents: 2 entries"),
        ("- [One page](a.md)\n- [Two pages](b.md)\n- [Three](c.md)\n", "link index: 3 entries"),
        (
            "| # | Question | Answer |\n|-|-|-|\n" + "| 1 | What is it? | [Answer](a.md) |\n" * 3,
            "link index: 3 entries",
        ),
    ],
)
def test_tables_of_contents_are_left_out_and_reported(contents: str, reason: str) -> None:
    """What only points elsewhere is not retrieved, and the report says where it stood."""
    text = f"# T\n\nWords about the book.\n\n{contents}\n## What is A?\n\nOne.\n"
    document = parsed(text)
    assert [section.heading for section in document.sections] == ["T", "What is A?"]
    assert [(row.outcome, row.reason) for row in document.report] == [("skipped", reason)]


def test_module_lines_of_mdx_are_left_out() -> None:
    """Imports are not prose; the same words in Markdown are."""
    text = 'import X from "x"\n\n# T\n\nSome text about it.\n'
    assert "1 × MDX imports" in parsed(text, name="a.mdx").report[0].reason
    assert parsed(text, name="a.md").report == ()


@pytest.mark.parametrize("front", ["a: [", "a: &x [1]\nb: *x", "- list", "a: " + "[" * 500])
def test_bad_front_matter_is_a_note(front: str) -> None:
    """Front matter that is no plain mapping is not read, and the page is."""
    document = parsed(f"---\n{front}\n---\n\n# T\n\nSome text about it.\n")
    assert document.front_matter == {}
    assert [row.outcome for row in document.report] == ["note"]
    assert document.title == "T"


def test_a_page_can_ask_to_be_left_out() -> None:
    """Front matter with index: false keeps a page out of the index, and the report says so."""
    document = parsed("---\nindex: false\n---\n\n# Format\n\n## What is A?\n\nOne.\n")
    assert document.sections == ()
    assert [row.reason for row in document.report] == ["its front matter says index: false"]


def test_a_document_of_nothing_to_read_is_reported() -> None:
    """An index page gives no section and says why."""
    document = parsed("# T\n\n- [a](x)\n- [b](y)\n- [c](z)\n")
    assert document.sections == ()
    assert [row.reason for row in document.report] == ["link index: 3 entries", "no text to retrieve"]
