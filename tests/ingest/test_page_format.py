"""Our own page format: every part of a question comes out typed."""

from __future__ import annotations

from textwrap import dedent

from tests.support.markup import only_parts, parsed

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
