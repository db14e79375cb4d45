"""Sections read as statements: where each begins and ends, and what its text says."""

from __future__ import annotations

import pytest

from coach.answer.digest import digest
from coach.answer.sentences import Span, sentences
from coach.answer.statements import Statement
from ingest.contract import Section
from tests.support.handbook import handbook, parsed


def read(notation: str) -> tuple[str, tuple[Statement, ...]]:
    """Return the text and the statements of the first section."""
    document = handbook("a.md", notation)
    return document.document.text, digest(document, document.sections[0]).statements


def texts(notation: str) -> list[str]:
    """Return what the statements of the first section say."""
    return [statement.text for statement in read(notation)[1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One thing. Another thing.", ["One thing.", "Another thing."]),
        ("**Fuse by rank.** Then cut.", ["**Fuse by rank.**", "Then cut."]),
        ("Use e.g. Redis. Or not.", ["Use e.g. Redis.", "Or not."]),
        ("See `a. B`. Done.", ["See `a. B`.", "Done."]),
        ("See [Dr. No. Two](http://x.example). Done.", ["See [Dr. No. Two](http://x.example).", "Done."]),
        ("锁是什么？它用于互斥。", ["锁是什么？", "它用于互斥。"]),
        ("no end", ["no end"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    """Sentences end where a reader ends them; code, links and emphasis stay whole."""
    padded = f"xx {text} yy"
    assert [padded[a:b] for a, b in sentences(padded, Span(3, 3 + len(text)))] == expected


def test_quote_is_raw_and_text_is_plain() -> None:
    """The span keeps the markup of the handbook; the text drops it."""
    text, (statement,) = read("# A\nbody@ Use **RRF**, see [it](http://x.example) and `k`.")
    assert text[statement.start : statement.end] == "Use **RRF**, see [it](http://x.example) and `k`."
    assert statement.text == "Use RRF, see it and k."


def test_sentence_in_the_air_takes_its_predecessor_along() -> None:
    """A sentence that points back is joined to the one before it."""
    assert texts("# A\nbody@ BM25 weighs rare words. It finds codes. Vectors differ.") == [
        "BM25 weighs rare words. It finds codes.",
        "Vectors differ.",
    ]


def test_sentence_in_the_air_is_passed_over_if_too_long() -> None:
    """Where the two are too long together, prose goes without it, a labelled answer does not."""
    first, second = f"A {'long ' * 60}start.", f"It {'goes ' * 20}on."
    assert texts(f"# A\nbody@ {first} {second}") == [first]
    assert texts(f"# A\ndirect_answer@ {first} {second}") == [first, second]


def test_long_item_is_cut_to_its_head() -> None:
    """A list item over the limit keeps whole sentences from its beginning."""
    head = "**Cut the load.** Shed batch jobs first."
    assert texts(f"# A\nstep@ 1. {head} {'Then talk about it at length, ' * 12}and stop.") == [
        "Cut the load. Shed batch jobs first."
    ]


def test_link_addresses_do_not_lengthen_an_item() -> None:
    """An item is measured by what is read of it: links with long addresses do not cost it its end."""
    linked = f"See [one](http://x.example/{'a' * 200}) and [two](http://x.example/{'b' * 200})."
    assert texts(f"# A\nstep@ 1. Cut the load. {linked}") == ["Cut the load. See one and two."]


def test_question_is_not_cut_from_its_answer() -> None:
    """A long follow-up that is cut keeps the answer to its question."""
    answered = f"**What do you do at the quota?** Shed by priority, {'then by tenant, ' * 20}and tell."
    assert texts(f"# A\nfollow_up@ - {answered} Then talk.") == [answered.replace("**", "")]


def test_figure_keeps_its_mark() -> None:
    """A long figure is not cut: what stands in brackets at its end says whether it holds."""
    figure = f"**half**: the share. It is often quoted {'and quoted ' * 25}wrongly. *(corrected; S1; 2026)*"
    (said,) = texts(f"# A\nnumber@ - {figure}")
    assert said.endswith("wrongly. (corrected; S1; 2026)")


def test_list_items_are_told_from_paragraphs() -> None:
    """An item is one statement however many sentences it has; a numbered list is known as such."""
    _, made = read("# A\nbody@ - One. Two.\nbody@ 1. Three. Four.\nbody@ Five. Six.")
    assert [(s.shape, s.ordered) for s in made] == [
        ("item", False),
        ("item", True),
        ("sentence", False),
        ("sentence", False),
    ]


def test_table_row_is_read_by_its_header() -> None:
    """A row says "header: cell"; its header is found in the document, to be cited too."""
    text, (first, second) = read(
        "# A\n| Store | Cost |\n|---|---|\ntable@ | pgvector | low |\ntable@ | a \\| b | `x|y` |"
    )
    assert first.text == "Store: pgvector; Cost: low"
    assert second.text == "Store: a | b; Cost: x|y"
    assert first.header is not None
    assert text[slice(*first.header)] == "| Store | Cost |"


def test_table_row_without_header_is_its_cells() -> None:
    """Where no header stands above a row, its cells are read alone and nothing else is cited."""
    _, (row,) = read("# A\ntable@ | pgvector | low |")
    assert row.text == "pgvector; low"
    assert row.header is None


def test_leading_label_is_left_out_of_the_quote() -> None:
    """A label that only announces the answer is no part of the statement."""
    text, (statement,) = read("# A\nbody@ **Answer:** Use two stages.")
    assert text[statement.start : statement.end] == statement.text == "Use two stages."


def test_code_keeps_its_lines() -> None:
    """Short code is quoted without its fence, line by line; long code and drawings are not."""
    text, (statement,) = read("# A\ncode@ ```sql\n SELECT a\n   FROM b;\n ```")
    assert statement.text == "SELECT a\n  FROM b;"
    assert text[statement.start : statement.end].split() == statement.text.split()
    assert texts("# A\ncode@ ```mermaid\n a --> b\n ```") == []
    assert texts(f"# A\ncode@ ```py\n x = [{'1, ' * 400}]\n ```") == []


@pytest.mark.parametrize(
    "line",
    [
        "rubric@ - Names both.",
        "related@ - Other page.",
        "alias@ Same question?",
        "tags@ senior",
        "body@ - [Other page](other.md)",
        "body@ ![A long picture title](a.png)",
        "body@ This is ~~not~~ true.",
        "body@ ***",
    ],
)
def test_what_is_no_statement(line: str) -> None:
    """Rubrics, links, tags, pictures and struck text never become claims."""
    assert texts(f"# A\n{line}") == []


def test_bare_lead_in_goes_with_its_first_item() -> None:
    """An item that only announces the next ones is said together with the first of them."""
    text, made = read("# A\nstep@ - Mitigate:\nstep@ - Shed load.\nstep@ - Roll back.")
    assert [statement.text for statement in made] == ["Mitigate: Shed load.", "Roll back."]
    assert text[made[0].start : made[0].end] == "Mitigate:\n- Shed load."


def test_paragraph_in_the_air_takes_the_one_before_along() -> None:
    """A paragraph that opens by pointing back is joined to the sentence before it."""
    assert texts("# A\nbody@ Load grew. Errors followed.\n\nbody@ This led to an outage.") == [
        "Load grew.",
        "Errors followed. This led to an outage.",
    ]


def test_heading_below_its_number_is_found() -> None:
    """A heading whose number stands on a line of its own is quoted without that line."""
    text = "Q03\n\nHow do you shed load?\n\nBy priority."
    section = Section(
        id="s", document="a.txt", heading="How do you shed load?", path=(), level=1, start=0, end=len(text)
    )
    title = digest(parsed("a.txt", text, section), section).heading
    assert title is not None
    assert text[title.start : title.end] == "How do you shed load?"


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("## What is RRF?", "What is RRF?"),
        ("### 12. What is **RRF**? 🚀", "What is RRF?"),
        ("## 📌 Q7: What is RRF?", "What is RRF?"),
        ('## Q: "Is it up?"¶', '"Is it up?"'),
        ("# 3 ways to fail", "3 ways to fail"),
        ("# 3.5 ways to fail", "3.5 ways to fail"),
        ("## Question 4 - Why?", "Why?"),
        ("## Q-learning or SARSA?", "Q-learning or SARSA?"),
        ("# C++", "C++"),
    ],
)
def test_heading_is_a_quote(heading: str, expected: str) -> None:
    """A heading is quoted without marker, number, question label and closing signs."""
    document = handbook("a.md", heading)
    title = digest(document, document.sections[0]).heading
    assert title is not None
    assert title.text == expected
    assert document.document.text[title.start : title.end].replace("*", "") == expected
