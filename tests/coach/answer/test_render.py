"""Showing an answer: on a terminal of any width, and as Markdown, never obeying what a handbook says."""

from __future__ import annotations

import io
import re

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len
from rich.console import Console

from coach.answer.page import lay_out
from coach.answer.render import to_markdown, to_terminal
from coach.types import Abstention, Answer, Citation, Claim, NearestSection, Outline, Stack, Support

HOSTILE = (
    "Run [bold red]this[/] \x1b[31mnow\x1b[0m\x07 \u202eevil :boom: <script>alert(1)</script>"
    " [x](javascript:y)"
)


def claim(text: str, start: int = 0, *, label: str = "", support: Support = "supported") -> Claim:
    """Return a claim that cites its own text at a place of a handbook."""
    citation = Citation(
        document="rag.md", path=("RAG",), heading="Fusion", start=start, end=start + len(text), quote=text
    )
    return Claim(text=text, support=support, citations=(citation,), label=label)


def answered(**fields: object) -> Answer:
    """Return an answer, answered or as the fields say."""
    base = {
        "id": "a1",
        "question": "How do you fuse two rankings?",
        "status": "answered",
        "level": "senior",
        "outline": Outline(
            direct_answer=(claim("Add reciprocal ranks."), claim("Never add raw scores.", 40)),
            steps=(claim("Measure both.", 80), claim("Fuse them.", 120, label="Per query")),
            numbers=(claim("k = 60: the usual constant (rule of thumb; S1; 2026)", 160),),
            signals=(claim("Names k.", 240, label="Senior"), claim("Asks why.", 280, label="Senior")),
            traps=(claim("Adding scores.", 320, support="partial"), claim("Add reciprocal ranks.")),
        ),
        "support_rate": 8 / 9,
        "dropped": 1,
        "stack": Stack(hash="f00d", parts={}),
        "timing_ms": {"total": 12.3},
    }
    return Answer.model_validate(base | fields)


def abstained() -> Answer:
    """Return an abstention that names a near section."""
    near = NearestSection(document="rag.md", heading="Fusion", path=("RAG",), start=0, end=9)
    abstention = Abstention(
        reason="not_covered", message="Nothing on *brewing*.", next_step="Ask on retrieval.", nearest=(near,)
    )
    return answered(
        status="abstained", outline=Outline(), support_rate=None, dropped=0, abstention=abstention
    )


def on_terminal(answer: Answer, *, width: int = 80, is_terminal: bool = False) -> str:
    """Return what is printed."""
    out = io.StringIO()
    to_terminal(answer, Console(file=out, width=width, force_terminal=is_terminal, color_system="auto"))
    return out.getvalue()


def test_page_holds_everything() -> None:
    """A page has question, status, titled fields, numbered citations and their list."""
    page = on_terminal(answered(degraded=("reranker",)))
    for words in (
        "How do you fuse two rankings?",
        "answered · for senior · 8 of 9 claims supported · 1 dropped · 12 ms",
        "Degraded: answered without reranker.",
        "Add reciprocal ranks.\u00a0[1] Never add raw scores.\u00a0[2]",
        "2. Per query: Fuse them.",
        "Adding scores. (partly supported)",
        "rag.md › RAG › Fusion",
        "[2] “Never add raw scores.”  40–61",
        "stack f00d",
    ):
        assert words in page


def test_equal_citations_share_a_number() -> None:
    """Two claims with the same citation point to one source."""
    page = on_terminal(answered())
    assert page.count("“Add reciprocal ranks.”") == 1
    assert page.count("[1]") == 3


def test_repeated_label_is_shown_once() -> None:
    """A label that repeats that of the line above is left out."""
    assert on_terminal(answered()).count("Senior:") == 1


def test_what_is_no_step_is_not_numbered() -> None:
    """Trade-offs, callouts and table rows stand below the steps under the handbook's own names."""
    steps = (
        claim("Measure both.", 80),
        claim("Ranks or sums.", 120, label="Trade-offs"),
        claim("One store or two.", 160, label="Trade-offs"),
        claim("Users mix both.", 200, label="Topic > Key insight"),
        claim("Fuse them.", 240, label="Fusion"),
    )
    answer = answered(outline=Outline(steps=steps))
    assert [
        (block.field, block.title, block.style, len(block.lines)) for block in lay_out(answer).blocks
    ] == [
        ("steps", "Steps", "numbered", 2),
        ("steps", "Trade-offs", "bullets", 2),
        ("steps", "Topic > Key insight", "bullets", 1),
    ]
    assert "## Trade-offs\n\n- Ranks or sums.[^3]\n- One store or two.[^4]\n" in to_markdown(answer)
    assert "2. Fusion: Fuse them." in on_terminal(answer)


def test_answers_of_other_pages_are_no_follow_ups() -> None:
    """What another page answers is a paragraph under its question, and not a list of what to ask next."""
    asked = claim("Why ranks? Scores differ.", 400)
    told = (claim("One reads.", 440, label="Fusion"), claim("One ranks.", 480, label="Fusion"))
    answer = answered(outline=Outline(direct_answer=(claim("Add."),), follow_ups=(asked, *told)))
    page = to_markdown(answer)
    assert "## Follow-ups\n\n- Why ranks? Scores differ.[^2]\n\n" in page
    assert "## Another page on this: Fusion\n\nOne reads.[^3] One ranks.[^4]\n" in page
    assert "Another page on this: Fusion\n  One reads.\u00a0[3] One ranks.\u00a0[4]" in on_terminal(answer)


def test_question_of_a_page_stands_above_its_answer() -> None:
    """The question that a direct answer replies to reads as one, on a line of its own."""
    question = "What must never stand in a prompt?"
    answer = answered(outline=Outline(direct_answer=(claim("Nothing secret.", label=question),)))
    assert f"## Direct answer\n\n*{question}*\n\nNothing secret.[^1]\n" in to_markdown(answer)
    assert f"  {question}" in on_terminal(answer).splitlines()[4]
    short = answered(outline=Outline(traps=(claim("No one.", label="Who else?"),)))
    assert "- **Who else?** No one.[^1]" in to_markdown(short)
    assert "Who else? No one." in on_terminal(short)


@pytest.mark.parametrize("width", [40, 57, 80, 120])
@pytest.mark.parametrize("answer", [answered(), abstained()], ids=["answered", "abstained"])
def test_no_line_is_wider_than_the_terminal(answer: Answer, width: int) -> None:
    """Whatever the width, every line fits, long words and wide characters too."""
    wide = claim("分布式锁用于互斥访问共享资源" * 8 + " " + "x" * 150, 500)
    answer = answer.model_copy(update={"outline": answer.outline.model_copy(update={"probing": (wide,)})})
    assert max(cell_len(line) for line in on_terminal(answer, width=width).splitlines()) <= width


def test_no_colour_without_a_terminal() -> None:
    """A pipe gets plain text; a terminal gets colour."""
    assert "\x1b" not in on_terminal(answered())
    assert "\x1b[" in on_terminal(answered(), is_terminal=True)


def test_handbook_text_is_data_on_a_terminal() -> None:
    """Markup, escapes, control characters and direction overrides of a handbook do nothing."""
    page = on_terminal(
        answered(question=HOSTILE, outline=Outline(steps=(claim(HOSTILE, label="[red]L"),))), width=120
    )
    assert "[bold red]this[/]" in page
    assert "[red]L" in page
    assert ":boom:" in page
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", page)


def test_abstention_is_a_card() -> None:
    """An abstention says why, what is near, and what to do next."""
    card = on_terminal(abstained())
    for words in (
        "does not cover",
        "Nothing on *brewing*.",
        "rag.md › RAG › Fusion",
        "Next: Ask on retrieval.",
    ):
        assert words in card


def test_markdown_has_a_footnote_for_each_citation() -> None:
    """Every mark in the text has its footnote, and every footnote is used."""
    page = to_markdown(answered())
    marks = set(re.findall(r"\[\^(\d+)\](?!:)", page))
    notes = re.findall(r"^\[\^(\d+)\]:", page, re.MULTILINE)
    assert marks == set(notes)
    assert len(notes) == len(set(notes)) == 8
    assert "[^2]: rag.md › RAG › Fusion, characters 40–61: “Never add raw scores.”" in page
    assert "\n1. Measure both.[^3]\n2. **Per query:** Fuse them.[^4]\n" in page


def test_handbook_text_is_data_in_markdown() -> None:
    """Whatever a handbook holds, its text reads as itself: no tag, link, emphasis or heading comes of it."""
    hostile = HOSTILE + " *a* _b_ `c` ~~d~~ &amp; | ![i](j)"
    outline = Outline(
        direct_answer=(claim("# No heading"),),
        steps=(claim(hostile, 50), claim("1. no list", 400)),
        traps=(claim("- no list", 500),),
    )
    html = MarkdownIt("commonmark").render(to_markdown(answered(question=hostile, outline=outline)))
    for tag in ("<script", "<a ", "<img", "<code", "<s>", "<h1>No", "<em>a<", "<em>b<", "<strong>"):
        assert tag not in html
    assert "# No heading" in html
    assert "<li>1. no list" in html
    assert "&amp;amp;" in html


def test_code_keeps_its_lines() -> None:
    """Code is shown line by line, indented, and in Markdown inside a fence that it cannot close."""
    answer = answered(outline=Outline(steps=(claim("def f():\n    return '```'"),)))
    assert re.search(r"def f\(\): *\n +    return '```'", on_terminal(answer))
    html = MarkdownIt("commonmark").render(to_markdown(answer))
    assert "<code>def f():\n    return '```'\n</code>" in html


def test_abstention_in_markdown() -> None:
    """An abstention is a paragraph, a list of near sections and a next step."""
    page = to_markdown(abstained())
    assert "**The handbook does not cover this question.** Nothing on \\*brewing\\*." in page
    assert "- rag.md › RAG › Fusion" in page
    assert "**Next:** Ask on retrieval." in page
