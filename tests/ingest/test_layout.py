"""Books and web pages saved as text, whose structure is how their lines stand."""

from __future__ import annotations

from textwrap import dedent

from tests.support.markup import headings, only_parts, parsed, questions


def starts(text: str) -> list[tuple[int, str]]:
    """Return line number and heading of each section of a plain text."""
    sections = parsed(text, name="page.txt").sections
    return [(text.count("\n", 0, section.start) + 1, section.heading) for section in sections]


def test_permalink_marks_are_headings() -> None:
    """Lines that end in a pilcrow are headings; those that ask stand below the others."""
    text = dedent(
        """\
        Storage questions¶
        A page about storage.
        Disks¶
        Q: "How do you replace a disk?"¶
        Tags: mid · common · scenario
        Answer outline: - Drain it. - Pull it. - Watch.
        Traps: - Haste.
        Q: "What wears out first?"¶
        Bearings do.
        """
    )
    document = parsed(text, name="page.txt")
    assert starts(text) == [
        (1, "Storage questions"),
        (4, 'Q: "How do you replace a disk?"'),
        (8, 'Q: "What wears out first?"'),
    ]
    question = document.sections[1]
    assert question.path == ("Storage questions", "Disks")
    assert question.question is not None
    assert (question.question.levels, question.question.kind) == (("mid",), "scenario")
    assert [part.kind for part in question.parts] == ["tags", "step", "step", "step", "trap"]


def test_number_lines_take_the_question_below_them() -> None:
    """A section starts at its number; the list of numbers in front is a table of contents."""
    contents = "\n".join(f"Q0{number}Topic number {number}" for number in range(1, 6))
    page = "Q0{0}\n\nDescribe thing {0} to me.\n\nIt is thing {0}.\n\nWHERE IT IS USED\nIn place {0}\n"
    pages = "\n".join(page.format(number) for number in range(1, 6))
    text = (
        f"A book of questions.\n\nContents\n{contents}\nPart I\n\nFirst\nThings\n\nThe first part.\n\n{pages}"
    )
    document = parsed(text, name="book.txt")
    assert starts(text)[:3] == [
        (1, "page"),
        (9, "Part I: First Things"),
        (16, "Describe thing 1 to me."),
    ]
    assert len(document.sections) == 7
    assert document.sections[2].path[-1] == "Part I: First Things"
    assert only_parts(text, "Describe thing 1 to me.", name="book.txt") == [
        ("body", "", "It is thing 1."),
        ("body", "WHERE IT IS USED", "In place 1"),
    ]
    assert [row.reason for row in document.report] == ["table of contents: 6 lines"]


def test_tag_lines_above_prompts_belong_to_them() -> None:
    """Where tags come first the paragraph below is the question, and the section starts at the tags."""
    prompt = (
        "Outline a plan that finds out why the numbers fell, and say when you would stop the experiment. " * 3
    )
    first, second = "MediumTechnical\n0 practiced", "HardSystem Design\n0 practiced"
    text = f"A list of prompts about experiments.\n{first}\n{prompt}\n{second}\nDesign it anew.\n"
    document = parsed(text, name="list.txt")
    assert [text.count("\n", 0, section.start) + 1 for section in document.sections] == [1, 2, 5]
    assert document.sections[1].heading == prompt.strip()
    tags = document.sections[2].question
    assert tags is not None
    assert (tags.levels, tags.kind) == (("senior",), "design")


def test_lines_that_stand_alone_are_titles() -> None:
    """Short lines between blank lines head what follows; questions stand below the title before them."""
    text = dedent(
        """\
        Hiring for storage teams

        We hire people who ask what a disk costs, and who know why it matters to somebody else.

        Junior questions

        What is a block device, and who reads it?

        Direct answer: A device that is read in blocks.

        Week 1 — Reading

        Read about disks, about heads and about heat, and write down what surprised you most of all.
        """
    )
    document = parsed(text, name="page.txt")
    assert starts(text) == [
        (1, "Hiring for storage teams"),
        (7, "What is a block device, and who reads it?"),
        (11, "Week 1 — Reading"),
    ]
    question = document.sections[1]
    assert question.path == ("Hiring for storage teams", "Junior questions")
    assert question.question is not None
    assert question.question.levels == ("junior",)


def test_wrapped_lines_are_one_paragraph() -> None:
    """Lines that end at the width of a page belong together; list items begin anew."""
    text = (
        "Disks are read in blocks, and each block has a number that\n"
        "the controller maps to a place on the platter or in flash, as it\n"
        "sees fit.\n"
        "- An item of some length that goes on to fill the line, just so\n"
        "  and beyond.\n"
    )
    kinds = only_parts(text, "page", name="page.txt")
    assert [said.replace("\n", " ").split()[-1] for _, _, said in kinds] == ["fit.", "beyond."]


def test_a_text_with_heading_marks_is_read_as_markdown() -> None:
    """A file's ending does not hide that it is Markdown."""
    text = '# Scenarios\n\n## Scenario 1: "Full"\n\nA.\n\n## Scenario 2: "Hot"\n\nB.\n'
    assert questions(text, name="x.txt") == ['Scenario 1: "Full"', 'Scenario 2: "Hot"']


def test_markdown_without_headings_gets_titles_from_its_layout() -> None:
    """Lone question lines of a Markdown file head what follows them."""
    text = "What is a block device?\n\nOne that is read in blocks.\n\nWhy do disks fail?\n\nThey wear out.\n"
    assert headings(text) == ["What is a block device?", "Why do disks fail?"]
