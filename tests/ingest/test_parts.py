"""What stands in a section: labels, callouts, links and formulas as typed parts."""

from __future__ import annotations

from tests.support.markup import only_parts, parsed, parts


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
