"""What the page says of an answer, as data and as Markdown."""

from __future__ import annotations

from tests.ui.samples import QUOTE, TEXT, abstained, answer, citation, claim
from ui.asking import Progress, settled
from ui.models import Answer
from ui.parts import footnotes, outline
from ui.parts.plain import escaped


def shown(**changes: object) -> Progress:
    """Return an answer as the page has it."""
    return settled(Answer.model_validate(answer(**changes)))


def test_equal_citations_share_a_number_in_the_order_of_reading() -> None:
    """Two claims on one span point to one number; numbers count up down the page."""
    parts = {"traps": [claim("T", citations=[citation(0, 8)])], "direct_answer": [claim("A"), claim("B")]}
    data = outline.as_data(shown(outline=parts))
    numbers = [[one["refs"] for one in section["claims"]] for section in data["sections"]]  # type: ignore[attr-defined]
    assert numbers == [[[1], [1]], [[2]]]


def test_the_support_rate_counts_what_is_shown() -> None:
    """Partly supported claims are shown and not counted as supported."""
    data = outline.as_data(shown(outline={"steps": [claim(), claim(support="partial")]}))
    assert (data["supported"], data["total"]) == (1, 2)


def test_each_kind_of_thing_has_a_part_of_its_own() -> None:
    """Only steps are numbered, follow-ups ask, what another page answers stands under its question."""
    page = "How do you stop a loop?"
    progress = shown(
        outline={
            "direct_answer": [claim("A", label=page), claim("B", label=page)],
            "steps": [claim("C"), claim("D", label="Trade-offs"), claim("E", label="Trade-offs")],
            "follow_ups": [claim("Why?"), claim("F", label=page)],
        }
    )
    sections = outline.as_data(progress)["sections"]
    assert [(one["field"], one["title"], one["style"], len(one["claims"])) for one in sections] == [  # type: ignore[attr-defined]
        ("direct_answer", "Direct answer", "prose", 2),
        ("steps", "Steps", "numbered", 1),
        ("steps", "Trade-offs", "bullets", 2),
        ("follow_ups", "Follow-ups", "asks", 1),
        ("follow_ups", f"Another page on this: {page}", "prose", 1),
    ]
    text = footnotes.to_markdown(progress)
    assert f"- **{page}** A[^1]\n- B[^1]" in text
    assert "1. C[^1]\n\n## Trade-offs\n\n- D[^1]\n- E[^1]" in text
    bare = shown(outline={"follow_ups": [claim("Why?", label=page)]})
    assert [one["title"] for one in outline.as_data(bare)["sections"]] == ["Follow-ups"]  # type: ignore[attr-defined]


def test_degradation_is_told_in_words() -> None:
    """Each thing that is missing has a sentence, known or not."""
    told = outline.notices(shown(degraded=["reranker", "model:a/b→c/d: timeout", "budget: tokens", "new"]))
    assert len(told) == 4
    assert "timeout" in told[1]
    assert "new" in told[3]


def test_an_abstention_keeps_its_next_step_and_nearest_sections() -> None:
    """The card leads on."""
    card = outline.as_data(settled(Answer.model_validate(abstained())))["abstention"]
    assert card["next"] == "Ask otherwise."  # type: ignore[index]
    assert card["nearest"][0]["trail"] == "Agents › Loops"  # type: ignore[index]


def test_markdown_has_a_footnote_for_each_citation() -> None:
    """Whoever reads the file finds the place and the quote."""
    text = footnotes.to_markdown(shown())
    assert "- By evidence of no progress.[^1]" in text
    assert f"[^1]: agents.md › Agents › How do you stop a loop?, characters {QUOTE[0]}–{QUOTE[1]}" in text


def test_text_of_others_is_never_markup() -> None:
    """A claim cannot bring a picture, a link or a heading into the file, nor into the page."""
    evil = "# x ![p](http://a.example/p) <img src=x> [^1] :red[y]"
    text = footnotes.to_markdown(shown(outline={"steps": [claim(evil)]}))
    assert "![" not in text.replace("\\[", "").replace("!\\", "")
    assert "<img" not in text.replace("\\<", "")
    assert "![" not in escaped(evil)
    assert ":red[" not in escaped(evil)


def test_directions_and_controls_are_taken_out() -> None:
    """A text cannot turn its reading direction round."""
    data = outline.as_data(shown(question="a\u202eb\x1b"))
    assert data["question"] == "ab"


def test_a_quote_is_read_without_its_dress() -> None:
    """The source pane shows the quote's words before the passage has come."""
    [reference] = outline.as_data(shown())["references"]  # type: ignore[misc]
    assert "**" in TEXT
    assert reference["quote"] == "By evidence of no progress."  # type: ignore[index]
