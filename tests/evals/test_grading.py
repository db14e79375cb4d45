"""The measures of grading, by hand, on answers whose grades are written out."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from coach.errors import UsageError
from coach.practice.grade import Grade, Length, PointGrade, PointVerdict
from coach.types import Citation
from evals.grading import (
    Graded,
    Item,
    LabelledAnswer,
    LabelledPoint,
    PaddingGains,
    Quality,
    grade_all,
    load_items,
    misplaced_scores,
    padding_gains,
    summarise,
    true_score,
)
from evals.training.fit_grader import scrambled

PLACE = Citation(document="a.md", path=(), heading="h", start=0, end=1, quote="x")


def make_answer(name: str, quality: Quality, verdict: PointVerdict, **more: str) -> LabelledAnswer:
    """Return an answer with one point, whose text is its name."""
    point = LabelledPoint(point="p", verdict=verdict)
    return LabelledAnswer(id=name, quality=quality, text=name, points=(point,), **more)


def make_grade(score: float | None, verdict: PointVerdict = "missing") -> Grade:
    """Return a grade of this score with one point."""
    point = PointGrade(
        point="p",
        weight=1,
        verdict=verdict,
        credit=0,
        confidence=1,
        variance=0,
        rubric=PLACE,
        handbook=PLACE,
        candidate=None,
    )
    return Grade(
        question_id="q",
        question="Q?",
        document="a.md",
        outcome="cannot_grade" if score is None else "graded",
        score=score,
        low=None if score is None else score - 1,
        high=None if score is None else score + 1,
        points=() if score is None else (point,),
        length=Length(words=1, minutes=0, box_minutes=1, verdict="short"),
        grader="test",
    )


ITEM = Item(
    id="i",
    question_id="q",
    document="a.md",
    heading="Q?",
    answers=(
        make_answer("best", "excellent", "covered"),
        make_answer("well", "good", "covered"),
        make_answer("again", "good", "covered", paraphrase_of="well"),
        make_answer("half", "mixed", "partly"),
        make_answer("wrong", "poor", "contradicted"),
        make_answer("trick", "adversarial", "missing", floor="fine"),
    ),
)
GRADES = {
    "best": make_grade(9.5, "covered"),
    "well": make_grade(7.0, "partly"),
    "again": make_grade(6.0, "covered"),
    "half": make_grade(7.5, "missing"),
    "wrong": make_grade(1.0, "contradicted"),
    "trick": make_grade(None),
}


def grade(question: str, answer: str) -> Grade:
    """Return the grade that is written out; padded text after the name adds half a point."""
    del question
    name, *padding = answer.split("\n\n")
    made = GRADES[name]
    return made.model_copy(update={"score": (made.score or 0) + 0.5}) if padding else made


def test_the_aggregates_are_those_worked_by_hand() -> None:
    """One pair of ten is out of order; two of the five points' credits are right and one is wrong."""
    graded = list(grade_all([ITEM], grade))
    found = summarise(graded, PaddingGains([0.25, -1.0], [0.5]))
    assert (found.questions, found.answers, found.pairs) == (1, 6, 10)
    assert found.pairs_in_order == pytest.approx(9 / 10)
    # Ranks 5 4 3 2 1 against 5 3 4 2 1: 1 - 6 * 2 / (5 * 24).
    assert found.rank_correlation == pytest.approx(0.9)
    # Credited in truth: best, well, again, half; given: best, well, again.
    assert found.point_f1 == pytest.approx(2 * 3 / (3 + 4))
    # covered: 2 hits of 2 given and 3 true; partly: none; missing: none; contradicted: right.
    assert found.verdict_macro_f1 == pytest.approx((4 / 5 + 0 + 0 + 1) / 4)
    assert (found.floors, found.floors_held) == (1, 1.0)
    assert (found.paraphrases, found.paraphrase_worst, found.paraphrase_within_half) == (1, 1.0, 0.0)
    assert (found.padding_worst, found.altered_padding_worst) == (0.25, 0.5)
    # 9.5 +- 1 holds 10, 7 +- 1 and 6 +- 1 miss it; 7.5 +- 1 misses 5; 1 +- 1 holds 0.
    assert found.interval_holds == pytest.approx(2 / 5)


def test_a_broken_floor_is_named() -> None:
    """An adversarial answer with a high score does not hold, whatever its points say."""
    one = Graded(item="i", answer=ITEM.answers[-1], grade=make_grade(3.0))
    found = summarise([one], PaddingGains([], []))
    assert (found.floors_held, found.floors_broken) == (0.0, ("fine",))


def test_voices_are_told_apart_where_enough_answers_have_one() -> None:
    """Ten plain good answers have a mean of their own, one polished answer has none."""
    answers = [make_answer(f"{at}", "good", "covered", voice="plain") for at in range(10)]
    graded = [Graded(item="i", answer=one, grade=make_grade(at)) for at, one in enumerate(answers)]
    other = make_answer("o", "good", "covered", voice="polished")
    graded.append(Graded(item="i", answer=other, grade=make_grade(9.0)))
    assert summarise(graded, PaddingGains([], [])).mean_by_voice == {"good, plain": 4.5}


def test_labels_give_a_score() -> None:
    """Half the weight of the only point is five of ten."""
    assert true_score(ITEM.answers[3], GRADES["half"]) == 5.0


def test_padding_is_text_of_other_documents() -> None:
    """Good and mixed answers are padded, each twice, never with their own document's text."""
    graded = list(grade_all([ITEM], grade))
    seen: list[str] = []

    def listening(question: str, answer: str) -> Grade:
        seen.append(answer)
        return grade(question, answer)

    padding = {"a.md": ["own text"], "b.md": ["one two three four five six seven eight", "b2", "b3"]}
    gains = padding_gains([ITEM], graded, padding, listening)
    assert gains == PaddingGains([0.5, 0.5], [0.5, 0.5])
    assert not any("own text" in one for one in seen)
    assert sum("one two three four five six eight" in one for one in seen) == 2


def test_excellent_answers_are_held_against_questions_of_other_documents() -> None:
    """Each once, paraphrases aside; where all questions stand in one document there is nothing to hold."""
    asked: list[tuple[str, str]] = []

    def listening(question: str, answer: str) -> Grade:
        asked.append((question, answer))
        return make_grade(4.0 if question == "r" else None)

    near = ITEM.model_copy(update={"id": "n", "question_id": "near"})
    far = ITEM.model_copy(update={"id": "j", "question_id": "r", "document": "b.md"})
    assert misplaced_scores([ITEM, near, far], listening) == [4.0, 4.0, 0.0]
    assert asked == [("r", "best"), ("r", "best"), ("q", "best")]
    assert misplaced_scores([ITEM, near], listening) == []
    found = summarise([], PaddingGains([], []), [4.0, 2.0])
    assert (found.misplaced, found.misplaced_mean, found.misplaced_worst) == (2, 3, 4)
    assert found.misplaced_held == 0.5


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """The second line lacks its answers."""
    file = tmp_path / "set.jsonl"
    file.write_text(ITEM.model_dump_json() + '\n{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="line 2"):
        load_items(file)
    with pytest.raises(UsageError):
        load_items(tmp_path / "none.jsonl")


def test_scrambling_keeps_the_words_and_takes_the_sense() -> None:
    """The same words stand in another order; function words, numbers and signs stay where they are."""
    text = "Canaries catch regressions at 5% of traffic, and rollbacks need warm images."
    mixed = scrambled(text, Random(1))
    assert mixed != text
    assert sorted(mixed.replace(",", " ").replace(".", " ").split()) == sorted(
        text.replace(",", " ").replace(".", " ").split()
    )
    assert " at 5% of " in mixed
