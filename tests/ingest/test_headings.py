"""Which lines of Markdown, as people write it, open a section, and which of them ask."""

from __future__ import annotations

import pytest

from tests.support.markup import headings, only_parts, parsed, parts, questions


def test_a_section_starts_at_its_heading_and_ends_at_the_next() -> None:
    """Starts are the offsets of heading lines."""
    text = "intro words here, enough of them\n\n# A\n\nfirst\n\n## What is B?\n\nsecond\n"
    sections = parsed(text).sections
    assert [text[section.start :].split("\n", 1)[0] for section in sections] == [
        "intro words here, enough of them",
        "# A",
        "## What is B?",
    ]
    assert [section.end for section in sections] == [*[section.start for section in sections[1:]], len(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. ### What is A?\n\n   One.\n\n2. ### What is B?\n\n   Two.\n", ["What is A?", "What is B?"]),
        ("###### What is A?\n\n#### Answer: C\n\nBecause.\n", ["What is A?"]),
        ("# T\n\n#### Why A?\n\nx\n\n## Why B?\n\ny\n", ["Why A?", "Why B?"]),
        ("**What is A? 👶**\n\nOne.\n\n**Why B? 🚀**\n\nTwo.\n", ["What is A?", "Why B?"]),
        (
            "## Topic\n\n**Q1. What is A?** It is one.\n\n**Q2. Why B?**\nFor two.\n",
            ["Q1. What is A?", "Q2. Why B?"],
        ),
        ("- **What is A?** It is one thing.\n- **Why B?** For two reasons.\n", ["What is A?", "Why B?"]),
        ("- What is A?\n  - It is one.\n- Why B?\n  - For two.\n", ["What is A?", "Why B?"]),
        ("1. What is A?\n\nIt is one thing.\n\n2. Why B?\n\nFor two reasons.\n", ["What is A?", "Why B?"]),
        (
            "## Python Questions\n\n- What is A?\n- Explain B.\n- Why C?\n",
            ["What is A?", "Explain B.", "Why C?"],
        ),
        (
            "|Question|Answer|\n|-|-|\n|What is A?|One, and no other ones.|\n|Why B?|For one good reason.|\n",
            ["What is A?", "Why B?"],
        ),
        (
            "**1)** Rows of a.\n\nx\n\n**2)** Rows of b.\n\ny\n\n**3)** Rows of c.\n\nz\n",
            ["1) Rows of a.", "2) Rows of b.", "3) Rows of c."],
        ),
        ("Q: What is A?\nA: One.\n\nQ: Why B?\nA: Two.\n", ["Q: What is A?", "Q: Why B?"]),
        ('## Scenario 1: "Disk full"\n\nText of it.\n', ['Scenario 1: "Disk full"']),
        ("## Cache\n\n### Answer\n\nA store.\n", ["Cache"]),
        ("## 缓存是什么？\n\n答案在此。\n", ["缓存是什么？"]),
        (
            "## 1. What is A?\n\nx\n\n## 2. Why B?\n\ny\n\n## 3. Sharding\n\nz\n",
            ["1. What is A?", "2. Why B?", "3. Sharding"],
        ),
        (
            "## Globals\n\nWhy are they bad?\n\n## Locks\n\nWhen do they help?\n\n## Queues\n\nWhy queues?\n",
            ["Globals", "Locks", "Queues"],
        ),
    ],
)
def test_questions_are_found_in_any_shape(text: str, expected: list[str]) -> None:
    """Headings in lists, odd levels, bold lines, items, rows, marks and numbered prose all ask."""
    assert questions(text) == expected


@pytest.mark.parametrize("closing", ["</details>", "</b></details>", "</p>\n</details>"])
def test_details_hold_a_question_and_its_answer(closing: str) -> None:
    """The summary is the heading; what follows the element belongs to the heading above."""
    later = "The text after the element speaks of storage in general again, and at some length. " * 2
    later = later.strip()
    element = f"<details>\n<summary>What is <code>ext4</code>?</summary><br><b>\n\n* A file system\n{closing}"
    text = f"## Storage\n\n{element}\n\n{later}\n"
    document = parsed(text)
    question, rest = document.sections
    assert (question.heading, question.path) == ("What is ext4?", ("book", "Storage"))
    assert parts(document, question) == [("body", "", "A file system")]
    assert (rest.heading, rest.question, parts(document, rest)) == ("Storage", None, [("body", "", later)])


def test_a_summary_that_says_answer_labels_the_question_above() -> None:
    """Quiz pages hide the answer in an element of its own."""
    answer = (
        "<details><summary><b>Answer</b></summary>\n<p>\n\n#### Answer: B\n\nBecause.\n\n</p>\n</details>"
    )
    text = f"###### 1. What is printed?\n\n- A: one\n- B: two\n\n{answer}\n\n###### 2. Why?\n\nx\n"
    assert only_parts(text, "1. What is printed?") == [
        ("body", "", "A: one"),
        ("body", "", "B: two"),
        ("direct_answer", "Answer: B", "Because."),
    ]


def test_an_unclosed_details_element_does_not_swallow_what_follows() -> None:
    """Without its end tag the element ends at the next heading."""
    text = "<details><summary>What is A?</summary>\n\nOne.\n\n## Why B?\n\nTwo.\n"
    assert questions(text) == ["What is A?", "Why B?"]


def test_headings_that_only_label_parts_belong_to_their_question() -> None:
    """Labels repeated on each page and short sub-headings become labels; a child question stays a section."""
    text = "## What is A?\n\n### Idea\n\nOne.\n\n### Source\n\n[x](y)\n\n### Why is A fast?\n\nTwo.\n"
    assert questions(text) == ["What is A?", "Why is A fast?"]
    assert only_parts(text, "What is A?") == [("body", "Idea", "One."), ("related", "Source", "[x](y)")]


def test_a_long_chapter_below_a_question_stays_a_section() -> None:
    """Only what is small enough to be a part is folded."""
    chapter = "A sentence of some length that says a thing. " * 120
    text = f"# What is A?\n\nShort.\n\n## History of the matter\n\n{chapter}\n"
    assert headings(text) == ["What is A?", "History of the matter"]


def test_tiny_sections_join_their_parent() -> None:
    """A section of a few words is a labelled part of the section above it."""
    text = (
        "# Handbook\n\nWords about the book.\n\n## Contact\n\nWrite to us.\n\n## Long\n\n"
        + "A long text. " * 20
    )
    assert headings(text) == ["Handbook", "Long"]
    assert only_parts(text, "Handbook") == [
        ("body", "", "Words about the book."),
        ("body", "Contact", "Write to us."),
    ]


def test_a_heading_without_text_lives_on_in_the_path() -> None:
    """Group headings are no sections; one with nothing below it is reported."""
    document = parsed("# Book\n\n## Part one\n\n### What is A?\n\nOne.\n\n## Part two\n")
    assert [(section.heading, section.path) for section in document.sections] == [
        ("What is A?", ("Book", "Part one"))
    ]
    assert [row.reason for row in document.report] == ["heading without text: 'Part two'"]


def test_a_question_without_answer_is_a_section() -> None:
    """Nothing but the question is still worth finding."""
    document = parsed("## What is A?\n\n## Why B?\n\nBecause.\n")
    assert [(section.heading, section.parts == ()) for section in document.sections] == [
        ("What is A?", True),
        ("Why B?", False),
    ]


@pytest.mark.parametrize(
    ("heading", "plain"),
    [
        ("## 🚀 What is [A](x.md)? ##", "What is A?"),
        ('## <a name="a"></a>What is `A`? :tada:', "What is A?"),
        ("## What is **A** ![img](i.png)?", "What is A img?"),
        ("## What is A?¶", "What is A?"),
        ("## What is A? {#what-is-a}", "What is A?"),
        ("##\u00a0What is A?", "What is A?"),
        ("##What is A?", "What is A?"),
        ("\u200b## What is A?", "What is A?"),
        ("What is A?\n----------", "What is A?"),
        ("<h2>What is <i>A</i>?</h2>", "What is A?"),
        ("## " + "What is a very long question " * 8 + "?", "What is a very long question " * 8 + "?"),
    ],
)
def test_headings_are_plain_text(heading: str, plain: str) -> None:
    """Links, images, tags, emoji, marks and odd blanks are taken off; length is not."""
    assert questions(f"# T\n\n{heading}\n\nText.\n") == [plain]


def test_marks_inside_code_are_no_headings() -> None:
    """A comment in a program does not open a section."""
    assert headings("# T\n\n```bash\n# not a heading\n\n## nor this\n```\n\ntext\n") == ["T"]


@pytest.mark.parametrize(
    "code",
    [
        "```python\nx = 1\n\n## What is A?\n\nOne.",
        "```python\nx = 1\n\n## What is A?\n\nOne.\n\n```python\ny = 2\n```",
    ],
)
def test_an_unclosed_fence_is_ended_before_the_next_heading(code: str) -> None:
    """A forgotten fence does not turn the rest of the handbook into code, and the report says so."""
    document = parsed(f"# T\n\n{code}\n")
    assert [section.heading for section in document.sections if section.question is not None] == [
        "What is A?"
    ]
    assert "repaired" in {row.outcome for row in document.report}


def test_prose_above_dashes_is_no_heading() -> None:
    """A bold line or a sentence above a rule stays text."""
    text = "# T\n\nSome words to begin.\n\n**Note well**\n---\n\nThis is a sentence.\n---\n\nEnd of it.\n"
    assert headings(text) == ["T"]


def test_several_titles_hang_below_the_file_name() -> None:
    """With more than one first-level heading the file's name is the title."""
    long = "Some text that is long enough to be a section of its own. " * 3
    document = parsed(f"# One\n\n{long}\n\n# Two\n\n{long}\n", name="deep/my-notes.md")
    assert document.title == "my notes"
    assert [section.path for section in document.sections] == [("my notes",), ("my notes",)]


def test_the_file_name_can_be_the_question() -> None:
    """One page a question: the file asks, the page's heading is its topic."""
    (section,) = parsed("# UDP\n\nA protocol.\n", name="What do you know about UDP.md").sections
    assert section.question is not None
    assert section.question.aliases == ("What do you know about UDP",)


def test_summaries_on_one_line_are_sections_that_do_not_overlap() -> None:
    """Each holds its own answer, although all of them begin on the same line."""
    text = (
        "# T\n\n<details><summary>What is a cache?</summary>A store of answers.</details>"
        "<details><summary>What is a queue?</summary>A line of work.</details>\n"
    )
    first, second = parsed(text).sections
    assert text[first.start : first.end].count("A store of answers.") == 1
    assert first.end <= second.start
    assert "A line of work." in text[second.start : second.end]
