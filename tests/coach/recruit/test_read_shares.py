"""Parts of a set, as people tell them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.recruit.read_shares import read_shares, told_parts, weights
from coach.recruit.recruiter import Recruiter

NAMES = {
    "rag": ("retrieval", "ingestion"),
    "incidents": ("incidents",),
    "evals": ("evals",),
    "cost": ("cost",),
}


def named(said: str) -> list[str]:
    """Stands in for the reader of topics."""
    return [name for word in said.lower().split() for name in NAMES.get(word.strip("(:"), ())]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A third on incidents, two thirds on evals", {"incidents": 1 / 3, "evals": 2 / 3}),
        ("60% evals, 40 percent cost", {"evals": 0.6, "cost": 0.4}),
        ("evals 60%, cost 40%", {"evals": 0.6, "cost": 0.4}),
        ("cost (30 %), evals (70 %)", {"cost": 0.3, "evals": 0.7}),
        ("half of the questions should be on RAG", {"retrieval": 0.25, "ingestion": 0.25}),
        ("half about evals and cost", {"evals": 0.25, "cost": 0.25}),
        ("Three quarters of the hour on cost; a quarter on evals.", {"cost": 0.75, "evals": 0.25}),
        ("mostly evals, a bit of cost", {"evals": 0.6, "cost": 0.2}),
        ("a third on incidents, the rest evals and cost", {"incidents": 1 / 3, "evals": None, "cost": None}),
        ("some questions on evals and cost", {}),
        ("half an hour on evals, a quarter of an hour on cost", {}),
        ("an hour and a quarter on evals", {}),
        ("40% of our customers ask about cost; questions on evals", {}),
        ("they cut cost by 30%", {}),
        ("", {}),
    ],
)
def test_parts_are_read_with_their_topics(text: str, told: dict[str, float | None]) -> None:
    """In either order, in figures and in words; what is no part of the set is none."""
    shares = read_shares(text, (), named)
    assert {name: share.part for name, share in shares.items()} == pytest.approx(told)
    for share in shares.values():
        assert any(word in text[share.start : share.end].lower() for word in NAMES)


def test_of_several_competencies_the_wanted_ones_go_before() -> None:
    """What a name stands for beside them gets no part."""
    assert set(read_shares("half on RAG, half on cost", ["retrieval"], named)) == {"retrieval", "cost"}


@given(st.text(alphabet="af12 3%,.thirdhalfmostlyofrest/\n", max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    """Parts are none or between 0 and 1, and their words stand in the text."""
    for share in read_shares(text, (), lambda said: ["x"] if said.strip() else []).values():
        assert share.part is None or 0 < share.part <= 1
        assert 0 <= share.start < share.end <= len(text)
    assert all(text[start:end].strip() for start, end in told_parts(text))


def test_a_built_set_keeps_the_parts(recruiter: Recruiter) -> None:
    """A percentage is no number of questions, and the seats of the set are dealt out by the parts."""
    reading = recruiter.read("6 questions for a senior: 67% cost, a third on incident response")
    assert reading.wishes.count == 6
    assert {one.id: one.weight for one in reading.wishes.competencies} == pytest.approx(
        {"cost": 1.34, "incident-response": 0.66}, abs=0.02
    )
    said = {one.value: one.words for one in reading.inferred if one.field == "competencies"}
    assert said == {"cost": "67% cost", "incident-response": "a third on incident response"}
    built = recruiter.build(reading.wishes)
    assert [one.competencies for one in built.interviews] == [{"cost": 4, "incident-response": 2}]


@pytest.mark.parametrize(
    ("text", "count", "weights"),
    [
        (
            "4 questions on cost and 2 on incident response, senior",
            6,
            {"cost": 1.33, "incident-response": 0.67},
        ),
        ("6 questions, 2 on cost, four on incidents", 6, {"cost": 0.67, "incident-response": 1.33}),
        ("Two about incidents\nOne about cost", 3, {"incident-response": 1.33, "cost": 0.67}),
        ("Two interviews, 45 min: one on cost, one on incidents", None, {"cost": 1, "incident-response": 1}),
        ("Round 1: cost. Round 2: incidents", None, {"cost": 1, "incident-response": 1}),
        ("10 questions, 3 on cost, 2 on incidents", 10, {"cost": 1, "incident-response": 1}),
    ],
)
def test_questions_counted_by_topic_are_parts_of_the_set(
    recruiter: Recruiter, text: str, count: int | None, weights: dict[str, float]
) -> None:
    """Their sum is the number of questions and each topic has its share; rounds are no questions."""
    wishes = recruiter.read(text).wishes
    assert wishes.count == count
    assert {one.id: one.weight for one in wishes.competencies} == weights


@pytest.mark.parametrize(
    ("text", "count", "kinds"),
    [
        (
            "One debugging question, two design questions and one conceptual one",
            4,
            {"debugging", "design", "conceptual"},
        ),
        ("Two scenario and three design", 5, {"scenario", "design"}),
        ("3 on cost and 2 behavioural", 5, set()),
    ],
)
def test_questions_counted_by_kind_are_summed(
    recruiter: Recruiter, text: str, count: int, kinds: set[str]
) -> None:
    """All these kinds are asked for, and a note says that only the sum holds."""
    reading = recruiter.read(text)
    assert (reading.wishes.count, set(reading.wishes.kinds)) == (count, kinds)
    assert any("only the sum holds" in note for note in reading.notes)


def test_a_part_without_a_rest_is_told_so(recruiter: Recruiter) -> None:
    """One note; the set is about what was named."""
    reading = recruiter.read("senior, half on cost")
    assert any("part of the set" in note for note in reading.notes)


def test_weights_are_one_on_average() -> None:
    """Parts that leave nothing over leave the others something."""
    shares = read_shares("60% evals, 40% cost", (), named)
    weighed = weights(["evals", "cost", "incidents"], shares)
    assert weighed["evals"] > weighed["cost"] > weighed["incidents"] > 0
    assert sum(weighed.values()) == pytest.approx(3, abs=0.02)
