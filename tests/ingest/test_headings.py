"""Documents to sections: Markdown as people write it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.support.markup import headings, only_parts, parsed, parts, questions

PAGE = dedent(
    """\
    ---
    title: "Chapter"
    updated: 2026-01-01
    ---

    # Chapter

    Some words that frame the chapter, long enough to stand as a section of its own: a reader who opens the
    page here learns what the questions below have in common.

    ## How do you keep a cache fresh?

    **Tags:** senior · common · design · technical · 3 min · id cache-fresh

    **Also asked as:** "When do you invalidate?" · "How long may an entry live?"

    ### Direct answer

    Give every entry a lifetime.

    ### Steps

    1. **Name the owner.** Someone decides.
    2. **Set a lifetime.** Start short.
       - nested reason

    ### Numbers

    - **60 s**: a first lifetime. *(rule of thumb; me; 2026)*

    ### Trade-offs

    - **Fresh against cheap.** Both cost.

    ### Decision table

    | Data | Lifetime |
    |---|---|
    | prices | short |
    | names | long |

    ### Diagram

    ```mermaid
    flowchart LR
    ```

    ### Traps

    - **No lifetime.** It stays wrong.

    ### What they are really probing

    Whether you ask who reads it.

    ### What each level adds

    - **Mid:** a lifetime.
    - **Senior:** an owner.
    - **Staff:** a policy.

    ### Follow-ups

    - **What if the clock is wrong?** Use versions.

    > **Key insight:** staleness is a product decision.

    ### Rubric

    | Key point | Weight |
    |---|---|
    | Names an owner | 2 |

    ### Related

    - [Another page](other.md#x)

    **Facts from:** S1, S2
    """
)
QUESTION = "How do you keep a cache fresh?"


def test_every_part_of_our_page_format_is_typed() -> None:
    """Our own pages come out with the kind and label of each statement."""
    assert only_parts(PAGE, QUESTION) == [
        ("tags", "Tags", "senior · common · design · technical · 3 min · id cache-fresh"),
        ("alias", "Also asked as", '"When do you invalidate?" · "How long may an entry live?"'),
        ("direct_answer", "Direct answer", "Give every entry a lifetime."),
        ("step", "Steps", "**Name the owner.** Someone decides."),
        ("step", "Steps", "**Set a lifetime.** Start short."),
        ("step", "Steps", "nested reason"),
        ("number", "Numbers", "**60 s**: a first lifetime. *(rule of thumb; me; 2026)*"),
        ("trade_off", "Trade-offs", "**Fresh against cheap.** Both cost."),
        ("table", "Decision table", "| prices | short |"),
        ("table", "Decision table", "| names | long |"),
        ("code", "Diagram", "```mermaid\nflowchart LR\n```"),
        ("trap", "Traps", "**No lifetime.** It stays wrong."),
        ("probing", "What they are really probing", "Whether you ask who reads it."),
        ("signal", "Mid", "a lifetime."),
        ("signal", "Senior", "an owner."),
        ("signal", "Staff", "a policy."),
        ("follow_up", "Follow-ups", "**What if the clock is wrong?** Use versions."),
        ("callout", "Key insight", "staleness is a product decision."),
        ("rubric", "Rubric", "| Names an owner | 2 |"),
        ("related", "Related", "[Another page](other.md#x)"),
        ("related", "Facts from", "S1, S2"),
    ]


def test_tags_headings_and_paths_of_our_page_format() -> None:
    """Tag line and other wordings are data of the question; the title stands first in the path."""
    document = parsed(PAGE)
    title, question = document.sections
    assert document.title == "Chapter"
    assert document.front_matter["title"] == "Chapter"
    assert (title.heading, title.path, title.level, title.question) == ("Chapter", (), 1, None)
    assert (question.heading, question.path, question.level) == (QUESTION, ("Chapter",), 2)
    assert question.question is not None
    assert question.question.slug == "cache-fresh"
    assert question.question.aliases == ("When do you invalidate?", "How long may an entry live?")
    rubric = next(part for part in question.parts if part.kind == "rubric")
    assert rubric.header == ("Key point", "Weight")
    assert document.report == ()


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


def test_links_below_an_answer_are_related_parts() -> None:
    """Further reading of a question is kept with it."""
    text = "## What is A?\n\nOne.\n\n**Useful resources:**\n\n- [a](x)\n- [b](y)\n- [c](z)\n"
    assert [kind for kind, _, _ in only_parts(text, "What is A?")] == [
        "body",
        "related",
        "related",
        "related",
    ]


def test_a_glued_list_is_split_into_its_items() -> None:
    """Dashes that a web page lost its line breaks around become items with exact spans."""
    outline = 'Answer outline: - Confirm it. - Fix - fast. - Numbers to drop: "5 - 10"'
    text = f"## What is A?\n\n{outline}\n\nTraps: - None.\n"
    assert only_parts(text, "What is A?") == [
        ("step", "Answer outline", "Confirm it."),
        ("step", "Answer outline", "Fix"),
        ("step", "Answer outline", "fast."),
        ("number", "Numbers to drop", '"5 - 10"'),
        ("trap", "Traps", "None."),
    ]


def test_labels_inside_a_paragraph_part_it() -> None:
    """Labelled lines of one paragraph, and a second label in a line, are statements of their own."""
    text = "## What is A?\n\n**Difficulty:** Hard\n**Answer:** One.\n**Traps:** Two. Follow-ups: “Why?”\n"
    assert only_parts(text, "What is A?") == [
        ("tags", "", "**Difficulty:** Hard"),
        ("direct_answer", "Answer", "One."),
        ("trap", "Traps", "Two."),
        ("follow_up", "Follow-ups", "“Why?”"),
    ]


def test_containers_and_alerts_are_callouts() -> None:
    """Admonitions of common dialects carry their name as label, and their marks are no text."""
    text = "## What is A?\n\n::: tip\nOne.\n:::\n\n> [!WARNING]\n> Two.\n"
    assert only_parts(text, "What is A?") == [("callout", "Tip", "One."), ("trap", "Warning", "Two.")]


def test_math_includes_and_comments_do_not_disturb() -> None:
    """Formulas are text, comments and includes are counted in the report."""
    text = "# T\n\n<!-- a note -->\n\n<!-- @include: x.md -->\n\nWhere $a_1 * b_1$ holds:\n\n$$\n# x\n$$\n"
    document = parsed(text)
    assert [said for _, _, said in parts(document, document.sections[0])] == [
        "Where $a_1 * b_1$ holds:",
        "$$\n# x\n$$",
    ]
    assert len(document.report) == 2


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
