"""What is not retrieved, and that the report says so."""

from __future__ import annotations

import pytest

from ingest.contract import ParsedDocument
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


TOPICS = ("Latency", "Throughput", "Cost", "Quality of answers", "Safety")


def echoed(entries: list[str]) -> str:
    """Return a page with a list above the sections about its topics."""
    told = "".join(f"- {entry}\n" for entry in entries)
    below = "".join(f"## {topic}\n\nWhat there is to say of it, at length.\n\n" for topic in TOPICS)
    return f"# Service levels\n\nWhat we promise:\n\n{told}\n{below}"


@pytest.mark.parametrize(
    "entry",
    ["{topic}", "{topic} {page}", "{topic} ..... {page}", "Chapter {page}: {topic}", "{page}.1 {topic}"],
)
def test_a_list_of_the_headings_below_is_a_table_of_contents(entry: str) -> None:
    """However it counts chapters and pages, a list that only echoes headings is left out."""
    document = parsed(echoed([entry.format(topic=topic, page=page) for page, topic in enumerate(TOPICS, 3)]))
    assert [row.reason for row in document.report] == ["table of contents: 5 entries"]


@pytest.mark.parametrize(
    "fact", ["**{topic}** – p95 under 800 ms", "{topic} 800 ms", "{topic}: always the same"]
)
def test_a_list_that_says_more_than_the_headings_below_is_kept(fact: str) -> None:
    """Facts that begin with the words of a heading are text, not a table of contents."""
    facts = [fact.format(topic=topic) for topic in TOPICS]
    document = parsed(echoed(facts))
    parts = [part for section in document.sections for part in section.parts]
    assert set(facts) <= {document.document.text[part.start : part.end] for part in parts}
    assert document.report == ()


def test_module_lines_of_mdx_are_left_out() -> None:
    """Imports are not prose; the same words in Markdown are."""
    text = 'import X from "x"\n\n# T\n\nSome text about it.\n'
    assert "1 × MDX imports" in parsed(text, name="a.mdx").report[0].reason
    assert parsed(text, name="a.md").report == ()


@pytest.mark.parametrize(
    ("paragraph", "told"),
    [
        ("{% note %}\nRestart the worker.\n{% endnote %}", ["Restart the worker."]),
        ("{{< hint >}} Page 14 has the number. {{< /hint >}}", ["Page 14 has the number."]),
        ("> {{% hint info %}}\n> One line,\n> and two.\n> {{% /hint %}}", ["One line,\n> and two."]),
        (
            "{% tabs %}\n{% tab a='x' %}\nIn A.\n{% endtab %}\n{% tab b %}\nIn B.\n{% endtabs %}",
            ["In A.", "In B."],
        ),
        ("- Pull it.\n- Push it.\n{% endnote %}", ["Pull it.", "Push it."]),
        ("[TOC]\nWords below it.", ["Words below it."]),
        ("{% include a.html\n   with='x' %} {% b %}", []),
        ("[[toc]]", []),
    ],
)
def test_text_between_template_tags_is_read_without_them(paragraph: str, told: list[str]) -> None:
    """Only the tags are left out, and the report says so; what stands between them is quoted as it stands."""
    document = parsed(f"# T\n\nSome text about it.\n\n{paragraph}\n")
    parts = [part for section in document.sections for part in section.parts]
    found = [document.document.text[part.start : part.end] for part in parts]
    assert found == ["Some text about it.", *told]
    assert [row.reason for row in document.report] == ["1 × template tags"]


@pytest.mark.parametrize(
    "sentence",
    [
        "See {{< ref x >}} for the rest\nof {% it %} all.",
        "`{% note %}` opens a note, which ends with `{% endnote %}`",
        "[toc](#t) lists them.",
    ],
)
def test_template_tags_within_a_sentence_do_not_cut_it(sentence: str) -> None:
    """A sentence that has a tag in it, or talks of one, stays whole."""
    document = parsed(f"# T\n\n{sentence}\n")
    (part,) = document.sections[0].parts
    assert document.document.text[part.start : part.end] == sentence
    assert document.report == ()


@pytest.mark.parametrize(
    "front",
    [
        "a: [",
        "a: &x [1]\nb: *x",
        "- list",
        "a: " + "[" * 500,
        "a:\n " + "- " * 250 + "x",
        "logo: !!binary /9j/4AAQ",
        "a: {? !!binary /9j/4AAQ : 1}",
        "a: 0x" + "f" * 5000,
    ],
)
def test_bad_front_matter_is_a_note(front: str) -> None:
    """Front matter that is no plain mapping is not read, and the page is."""
    document = parsed(f"---\n{front}\n---\n\n# T\n\nSome text about it.\n")
    assert document.front_matter == {}
    assert [row.outcome for row in document.report] == ["note"]
    assert document.title == "T"


@pytest.mark.parametrize(
    ("front", "data"),
    [
        (r'title: "\ud83d\ude80 RAG"', {"title": "🚀 RAG"}),
        (r'"\ud83d\ude80": [{"\ud83d\ude80": "\ud83d\ude80"}]', {"🚀": [{"🚀": "🚀"}]}),
        (r'icon: "\ud83d and \ude80"', {"icon": "\ufffd and \ufffd"}),
    ],
)
def test_emoji_that_front_matter_escapes_are_read(front: str, data: dict[str, object]) -> None:
    """An emoji as JSON escapes it is that emoji, half of one is replaced, and the page can be stored."""
    document = parsed(f"---\n{front}\n---\n\n# T\n\nSome text about it.\n")
    assert document.front_matter == data
    assert document.title == data.get("title", "T")
    assert ParsedDocument.model_validate_json(document.model_dump_json()) == document


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
