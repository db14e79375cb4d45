"""Answers, measured: each metric by hand on answers that are written out."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from coach.types import Abstention, Answer, Citation, Claim, Outline, Stack, Support
from evals.answers import is_valid, measure_answer, unscored_answer
from evals.golden import GoldenItem, Relevant
from evals.metrics.repetition import repetition
from evals.support import SpanJudge

TEXT = "Roll back first. Keep two images warm for 24 hours. Never debug in front of users."
ITEM = GoldenItem(
    id="q1",
    query="How do you roll back?",
    answerable=True,
    relevant=(Relevant(document="a.md", start=0, end=51),),
    key_facts=("two images warm", "24 hours", "postmortem"),
    must_not=("debug in front of users", "keep one image"),
)


def read(document: str) -> str:
    """Return the only document there is."""
    return {"a.md": TEXT}[document]


def judge(claim: str, spans: Sequence[str]) -> Support:
    """Support what a span repeats; a question says nothing."""
    if claim.endswith("?"):
        return "unchecked"
    return "supported" if any(claim in span for span in spans) else "unsupported"


def cite(start: int, end: int, *, document: str = "a.md", quote: str | None = None) -> Citation:
    """Return a citation of a span of the text."""
    return Citation(
        document=document,
        path=(),
        heading="Releases",
        start=start,
        end=end,
        quote=TEXT[start:end] if quote is None else quote,
    )


def claim(text: str, *citations: Citation) -> Claim:
    """Return a claim that verification let through."""
    return Claim(text=text, support="supported", citations=citations)


def answered(**fields: tuple[Claim, ...]) -> Answer:
    """Return an answer with these claims."""
    return Answer(
        id="1",
        question=ITEM.query,
        status="answered",
        level="senior",
        outline=Outline(**fields),
        support_rate=1.0,
        stack=Stack(hash="s", parts={}),
        timing_ms={},
    )


def abstained(next_step: str) -> Answer:
    """Return a no with this next step."""
    return answered().model_copy(
        update={
            "status": "abstained",
            "support_rate": None,
            "abstention": Abstention(reason="not_covered", message="No.", next_step=next_step),
        }
    )


def values(item: GoldenItem, answer: Answer, box_minutes: float | None = None) -> dict[str, float | None]:
    """Return the metrics of an answer."""
    return measure_answer(item, answer, judge=judge, read=read, box_minutes=box_minutes).values


def test_an_answer_gets_each_metric_that_applies() -> None:
    """Two of three claims supported, three of four quotes valid, two of four where the item says."""
    answer = answered(
        direct_answer=(claim("Roll back first.", cite(0, 16), cite(0, 16, quote="Roll it back")),),
        steps=(
            claim("Keep two images warm for 24 hours.", cite(17, 51)),
            claim("Debug in front of users.", cite(52, 82)),
        ),
    )
    found = values(ITEM, answer, box_minutes=0.1)
    assert found["citation_recall"] == pytest.approx(2 / 3)
    assert found["citation_precision"] == pytest.approx(2 / 4)
    assert found["quote_validity"] == pytest.approx(3 / 4)
    assert found["citation_relevance"] == pytest.approx(3 / 4)
    assert found["support_rate"] == 1.0
    assert found["key_fact_recall"] == pytest.approx(2 / 3)
    assert found["must_not"] == pytest.approx(1 / 2)
    assert found["repetition"] == 0.0
    assert found["spoken_minutes"] == pytest.approx(15 / 140)
    assert found["time_box"] == 0.0
    assert found["false_refusals"] == 0.0
    assert found.keys().isdisjoint(
        {"abstention_recall", "abstention_precision", "refusals_without_next_step"}
    )


def test_only_answer_and_steps_are_spoken() -> None:
    """What is shown beside them is for reading; a page without a time box has nothing to keep."""
    found = values(ITEM, answered(direct_answer=(claim("One two."),), traps=(claim("Three four five."),)))
    assert found["spoken_minutes"] == pytest.approx(2 / 140)
    assert "time_box" not in found


def test_a_false_refusal_names_no_key_fact() -> None:
    """The reader got none of them; of citations nothing can be said."""
    found = values(ITEM, abstained("Ask about releases."))
    assert found == {
        "refusals_without_next_step": 0.0,
        "key_fact_recall": 0.0,
        "must_not": 0.0,
        "false_refusals": 1.0,
        "abstention_precision": 0.0,
    }


def test_a_refusal_without_a_next_step_is_counted() -> None:
    """Blank space is no step."""
    item = GoldenItem(id="q2", query="Who won?", answerable=False)
    assert values(item, abstained(" ")) == {
        "refusals_without_next_step": 1.0,
        "abstention_recall": 1.0,
        "abstention_precision": 1.0,
    }


def test_an_answer_to_what_has_none_is_still_held_to_its_citations() -> None:
    """It missed the abstention; whether it proves what it says is another question."""
    item = ITEM.model_copy(update={"answerable": False})
    found = values(item, answered(steps=(claim("Roll back first.", cite(0, 16)),)))
    assert (found["abstention_recall"], found["citation_recall"]) == (0.0, 1.0)
    assert "key_fact_recall" not in found
    assert "citation_relevance" not in found


def test_claims_that_say_nothing_leave_citations_unscored() -> None:
    """No claim to support is None, neither 0 nor 1."""
    found = values(ITEM, answered(follow_ups=(claim("Why two?", cite(0, 16)),)))
    assert found["citation_recall"] is None
    assert found["citation_precision"] is None


def test_what_a_report_shows_has_a_verdict_a_claim_and_a_citation() -> None:
    """Claims with the judge's verdict beside the coach's, citations with what became of them."""
    answer = answered(steps=(claim("Roll back first.", cite(0, 16), cite(52, 60, document="b.md")),))
    details = measure_answer(ITEM, answer, judge=judge, read=read, box_minutes=None).details
    assert details["key_facts"] == {"two images warm": False, "24 hours": False, "postmortem": False}
    (row,) = json.loads(json.dumps(details["claims"]))
    assert (row["field"], row["support"], row["judged"]) == ("steps", "supported", "supported")
    flags = [(one["valid"], one["precise"], one["relevant"]) for one in row["citations"]]
    assert flags == [(True, True, True), (False, False, False)]


@pytest.mark.parametrize(
    "wrong",
    [
        cite(0, 16, quote="roll back first."),
        cite(1, 17, quote="Roll back first."),
        cite(16, 17),
        cite(-5, 82),
        cite(0, 16, document="gone.md"),
        cite(3, 3),
    ],
)
def test_a_quote_is_valid_only_where_it_says_it_stands(wrong: Citation) -> None:
    """Another case, one character off, blank, outside the text, no such document: none counts."""
    assert is_valid(cite(0, 16), read)
    assert not is_valid(wrong, read)


def test_a_question_that_could_not_be_asked_is_unscored_throughout() -> None:
    """Every metric that would have applied is there without a value."""
    assert set(unscored_answer(ITEM).values()) == {None}
    assert {"citation_recall", "key_fact_recall", "must_not", "false_refusals"} <= unscored_answer(
        ITEM
    ).keys()
    assert unscored_answer(GoldenItem(id="q", query="?", answerable=False)) == {"abstention_recall": None}


def test_repetition_is_found_inside_longer_claims() -> None:
    """A claim said again with more around it is said twice; the same topic in other words is not."""
    first = "Roll back to the last good image before anybody debugs."
    assert repetition([first, f"When it burns: {first} Then tell support."]) == 0.5
    assert repetition([first, "The last good image is the one that served yesterday."]) == 0.0
    assert repetition(["Name owners.", "Name owners!", "Name dates."]) == pytest.approx(1 / 3)
    assert repetition([]) is None


def test_the_judge_of_spans_tells_what_follows_from_what_does_not() -> None:
    """Word for word it follows, whatever the markup; another figure does not; no span supports nothing."""
    support = SpanJudge()
    span = "**Coalesce the misses.** One request rebuilds the entry within 5 seconds."
    assert support("One request rebuilds the entry within 5 seconds.", [span]) == "supported"
    assert support("One request rebuilds the entry within 9 seconds.", [span]) != "supported"
    assert support("One request rebuilds the entry.", []) != "supported"
