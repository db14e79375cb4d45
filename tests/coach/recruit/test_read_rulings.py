"""What requests rule out or ask for alone, with the weights that ship and the real embedder."""

from __future__ import annotations

import pytest

from coach.recruit.recruiter import Recruiter


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        (
            "Debugging and design questions only, nothing behavioural",
            {"debugging", "design"},
            {"behavioural"},
        ),
        ("Behavioural questions are out, and so are conceptual ones", set(), {"behavioural", "conceptual"}),
        ("I'd keep design questions for the next round", set(), {"design"}),
        ("steer clear of theory; please don't ask about soft skills", set(), {"conceptual", "behavioural"}),
        ("8 Qs, senior, RAG. Our CTO already did the boxes and arrows with her", set(), {"design"}),
        ("staff, 5 questions on evals, no quizzing on definitions please", set(), {"conceptual"}),
        ("8 questions senior rag no behavioural", set(), {"behavioural"}),
    ],
)
def test_kinds_are_read_however_they_are_put(
    recruiter: Recruiter, text: str, wanted: set[str], unwanted: set[str]
) -> None:
    """Usual names and other words alike say what is wanted alone, and what is not."""
    wishes = recruiter.read(text).wishes
    assert set(wishes.kinds) == wanted
    assert set(wishes.avoid_kinds) == unwanted


@pytest.mark.parametrize(
    "text",
    [
        "You will design and debug systems with a staff engineer. 6 questions.",
        "junior, no agencies please, 5 questions about tokens",
        "Design questions are fine too, mostly debugging",
        "senior, 6 questions on how our agents behave",
    ],
)
def test_what_merely_sounds_like_it_rules_nothing_out(recruiter: Recruiter, text: str) -> None:
    """The job, the firm, and wishes that are not exclusive leave all kinds open."""
    wishes = recruiter.read(text).wishes
    assert wishes.kinds == ()
    assert wishes.avoid_kinds == ()


def test_a_kind_shows_the_words_that_it_was_read_from(recruiter: Recruiter) -> None:
    """Where it goes by another name it is the clause; nothing else of the request is lost by it."""
    text = "senior, 8 Qs on token cost. Our CTO already did the boxes and arrows with her"
    reading = recruiter.read(text)
    [avoided] = [one for one in reading.inferred if one.field == "avoid_kinds"]
    assert avoided.value == "design"
    assert "boxes and arrows" in text[avoided.start : avoided.end] == avoided.words
    assert [one.id for one in reading.wishes.competencies] == ["cost"]
    assert any("leave out design questions; it does not name them" in note for note in reading.notes)


def test_a_word_that_is_no_kind_leaves_out_none_on_a_hunch(recruiter: Recruiter) -> None:
    """What hardly means a kind that nothing names is no wish; a kind by its name needs no note."""
    assert (
        recruiter.read("6 questions on token cost for a junior. No trivia, no gotchas").wishes.avoid_kinds
        == ()
    )
    reading = recruiter.read("6 questions on token cost, no design questions")
    assert reading.wishes.avoid_kinds == ("design",)
    assert not any("does not name" in note for note in reading.notes)
