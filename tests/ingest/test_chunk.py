"""Sections to chunks."""

from __future__ import annotations

from ingest.chunk import size
from tests.support.markup import cut, parsed

SENTENCE = "This sentence has exactly fifty-two letters in all, it"
PARAGRAPH = ". ".join([SENTENCE] * 4) + "."


def test_neighbouring_blocks_are_packed_up_to_the_limit() -> None:
    """A chunk takes in blocks while they fit, and ends at a block border."""
    text = "# T\n\n" + "\n\n".join(f"{number} {PARAGRAPH}" for number in range(6)) + "\n"
    chunks = cut(text, max_chars=500)
    assert [piece.plain.count("\n") + 1 for piece in chunks] == [2, 2, 2]
    assert all(size(piece.plain) <= 500 for piece in chunks)
    assert chunks[0].text == text[chunks[0].start : chunks[0].end]
    assert chunks[1].text.startswith("2 This")


def test_chunks_never_leave_their_section() -> None:
    """Small sections are not mixed."""
    text = "## What is A?\n\nOne.\n\n## What is B?\n\nTwo.\n"
    assert [(piece.heading, piece.text) for piece in cut(text)] == [
        ("What is A?", "One."),
        ("What is B?", "Two."),
    ]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    """Where one block is too long its sentences are packed, in any script."""
    english = cut("# T\n\n" + PARAGRAPH * 3, max_chars=200)
    assert all(piece.text.endswith(".") for piece in english)
    chinese = cut("# T\n\n" + "缓存让读取更快。它会过期！" * 12, max_chars=100)
    assert len(chinese) > 3
    assert all(piece.text.endswith(("。", "！")) for piece in chinese)
    assert "".join(piece.text for piece in chinese) == "缓存让读取更快。它会过期！" * 12


def test_emphasis_and_links_are_not_cut_in_two() -> None:
    """A sentence border inside of markup is none."""
    text = "# T\n\n" + "**One thing. And another thing.** See [a. b](c). " * 6
    assert all(piece.text.count("**") % 2 == 0 for piece in cut(text, max_chars=60))


def test_code_and_table_rows_are_never_cut() -> None:
    """A program longer than the limit stays whole, as does a row."""
    code = "```python\n" + "x = 1  # a comment. Another one.\n" * 40 + "```"
    row = "| " + PARAGRAPH + " | b |"
    chunks = cut(f"# T\n\n{code}\n\n| H | I |\n|---|---|\n{row}\n", max_chars=100)
    assert [piece.text for piece in chunks] == [code, row]
    assert chunks[0].plain.startswith("x = 1")


def test_each_part_of_a_table_repeats_its_header() -> None:
    """Spans stay the pure rows; the header cells stand in the plain text of each chunk."""
    rows = [f"| name {number} of some length | meaning {number} of some length |" for number in range(6)]
    chunks = cut(
        "# T\n\n| Name | Meaning |\n|---|---|\n" + "\n".join(rows) + "\n", max_chars=150, min_chars=10
    )
    assert len(chunks) > 1
    assert [line for piece in chunks for line in piece.text.split("\n")] == rows
    assert all(piece.plain.startswith("Name | Meaning\nname ") for piece in chunks)


def test_plain_text_has_no_markup() -> None:
    """Link targets, images' addresses, tags, marks and entities are gone; words and code are not."""
    text = (
        "# T\n\n**Bold** and [a *link*](http://x.example) &amp; `code_1`, "
        "![an image](i.png)<br/>end ~~old~~ $a_1$."
        "\n"
        "\n- item one\n- [x] item two\n\n> quoted\n> twice\n"
    )
    (piece,) = cut(text)
    assert piece.plain == (
        "Bold and a link & code_1, an image end old a_1.\nitem one\nitem two\nquoted twice"
    )


def test_labels_stand_in_front_of_what_they_label() -> None:
    """A label says in the embedded text what follows; those of the answer itself add nothing."""
    (piece,) = cut("## What is A?\n\n### Answer\n\nOne.\n\n### Traps\n\n- Two.\n- Three.\n")
    assert piece.plain == "One.\nTraps:\nTwo.\nThree."


def test_list_markers_stand_in_the_text_of_a_chunk() -> None:
    """A passage that begins with an item shows its marker."""
    assert cut("# T\n\n1. one\n2. two\n")[0].text == "1. one\n2. two"


def test_rubrics_and_links_are_chunks_of_their_own() -> None:
    """What is not the answer does not dilute it; tags and other wordings travel as data."""
    text = (
        '## What is A?\n\n**Tags:** senior · id a-1\n\n**Also asked as:** "Why A?"\n\nOne.\n\n### Rubric\n\n'
        "| Point | Weight |\n|---|---|\n| Names it | 2 |\n\n### Related\n\n- [B](b.md)\n"
    )
    chunks = cut(text)
    assert [piece.plain for piece in chunks] == [
        "One.",
        "Rubric:\nPoint | Weight\nNames it | 2",
        "Related:\nB",
    ]
    assert {piece.tags.slug for piece in chunks} == {"a-1"}
    assert chunks[0].title == "What is A?\nWhy A?"
    assert {piece.question_id for piece in chunks} == {chunks[0].section_id}


def test_a_question_without_answer_is_one_chunk_of_its_heading() -> None:
    """The heading is the text where there is no other, and only there."""
    text = "# T\n\n## What is **A**?\n\nTags: senior · common\n\n## Group\n\n### Why B?\n\nBecause.\n"
    chunks = cut(text)
    assert [(piece.text, piece.plain) for piece in chunks] == [
        ("## What is **A**?", "What is A?"),
        ("Because.", "Because."),
    ]


def test_the_lead_holds_title_and_headings() -> None:
    """What is embedded in front of a chunk is its path and heading."""
    (piece,) = cut("# Book\n\n## Caches\n\n### What is A?\n\nOne.\n")
    assert piece.lead == "Book > Caches > What is A?"


def test_ids_survive_moves_and_tell_twins_apart() -> None:
    """Text that only moves keeps its id; equal chunks of one section have their own."""
    before = cut("## What is A?\n\nOne.\n")
    after = cut("Some words in front of it all, to move it.\n\n## What is A?\n\nOne.\n")
    assert before[0].id == after[-1].id
    twins = cut("## What is A?\n\nOne.\n\n## What is A?\n\nOne.\n")
    assert len({piece.id for piece in twins}) == 2
    assert len({piece.section_id for piece in twins}) == 2


def test_a_tiny_rest_is_levelled_out() -> None:
    """The last chunk of a section is not left with a few words if the one before can give."""
    paragraphs = "\n\n".join(["A paragraph of words that is forty-five letters."] * 4 + ["End of it."])
    sizes = [size(piece.plain) for piece in cut(f"# T\n\n{paragraphs}\n", max_chars=200, min_chars=50)]
    assert min(sizes) >= 50


def test_a_document_without_sections_has_no_chunks() -> None:
    """Nothing in, nothing out."""
    assert cut("- [a](x)\n- [b](y)\n- [c](z)\n") == ()
    assert parsed("<!-- only a comment -->").sections == ()


def test_the_first_chunk_of_a_section_opens_it_with_every_wording() -> None:
    """The heading and its other wordings stand on one chunk a section, and change its content hash."""
    text = f'## Why cache?\n\n**Also asked as:** "What is a cache for?"\n\n{PARAGRAPH}\n\n{PARAGRAPH}\n'
    first, *rest = cut(text, max_chars=250)
    assert first.wordings == ("Why cache?", "What is a cache for?")
    assert rest
    assert not any(piece.wordings for piece in rest)
    assert first.model_copy(update={"opens": False}).content_hash != first.content_hash
