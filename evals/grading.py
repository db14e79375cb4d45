"""How well the grader grades: answers of intended quality, written and labelled by somebody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

from pydantic import ValidationError

from coach.errors import UsageError
from coach.practice.grade import VERDICTS, Grade, PointVerdict
from evals.metrics.confusion import confusion
from evals.metrics.spearman import spearman
from ingest.contract import Frozen

Quality = Literal["excellent", "good", "mixed", "poor", "adversarial"]
ORDER: tuple[Quality, ...] = ("adversarial", "poor", "mixed", "good", "excellent")
HIGHEST_FLOOR = 2.5
"""An answer that should fall to the floor may have this score at most: a quarter of what can be had."""
PARAGRAPHS = 3
"""Of other pages, put behind an answer to see what padding gains."""
VOICE_ANSWERS = 10
"""Answers of a quality in one voice, from which on their mean is told."""
CREDITED: frozenset[PointVerdict] = frozenset({"covered", "partly"})
GradeAnswer = Callable[[str, str], Grade]
"""Question and answer to grade."""


class LabelledPoint(Frozen):
    """What a person says of one point."""

    point: str
    verdict: PointVerdict


class LabelledAnswer(Frozen):
    """An answer with what it was written to be.

    Attributes:
        voice: How it is told; for the reader of the set.
        floor: Which trick it plays; None if none.
        paraphrase_of: Id of the answer that says the same in other words.
    """

    id: str
    quality: Quality
    text: str
    points: tuple[LabelledPoint, ...]
    voice: str = ""
    floor: str | None = None
    paraphrase_of: str | None = None


class Item(Frozen):
    """A question with its answers."""

    id: str
    question_id: str
    document: str
    heading: str
    answers: tuple[LabelledAnswer, ...]


class Graded(Frozen):
    """An answer with its label and its grade."""

    item: str
    answer: LabelledAnswer
    grade: Grade

    @property
    def points_earned(self) -> float:
        """The score; what could not be graded earned nothing."""
        return self.grade.score or 0.0


class PaddingGains(NamedTuple):
    """What padding with true text of other pages adds to scores: as it stands, and with words left out."""

    verbatim: list[float]
    altered: list[float]


class GradingReport(Frozen):
    """The aggregates.

    Attributes:
        rank_correlation: Spearman's, of score and intended order, mean over the questions.
        pairs_in_order: Pairs of one question and different quality that are scored in order; ties are not.
        point_f1: Of "credited" (covered or partly) against the labels, adversarial answers left out.
        verdict_macro_f1: Mean of the F1 of all four verdicts, on the same points.
        floors_held: Adversarial answers that cannot be graded or score `HIGHEST_FLOOR` at most.
        paraphrase_worst: Largest difference between an answer and its paraphrase, in points of ten.
        padding_worst: Largest gain by padding with true text of other pages; "altered" with words left out.
        misplaced_held: Excellent answers to questions of other documents that score `HIGHEST_FLOOR` at most.
        interval_holds: Answers whose score by the labels lies within the given interval.
        mean_by_voice: Mean score by quality and voice, of those with `VOICE_ANSWERS` answers or more.
    """

    questions: int
    answers: int
    rank_correlation: float
    pairs: int
    pairs_in_order: float
    points: int
    point_f1: float
    verdict_macro_f1: float
    floors: int
    floors_held: float
    floors_broken: tuple[str, ...]
    paraphrases: int
    paraphrase_mean: float
    paraphrase_worst: float
    paraphrase_within_half: float
    padded: int
    padding_worst: float
    altered_padding_mean: float
    altered_padding_worst: float
    misplaced: int
    misplaced_mean: float
    misplaced_worst: float
    misplaced_held: float
    interval_holds: float
    mean_scores: dict[str, float]
    mean_by_voice: dict[str, float]


def load_items(file: Path) -> list[Item]:
    """Return the items of a file. Raises UsageError that names the line if one cannot be read."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"cannot read {str(file)!r}: {error}") from error
    items = []
    for number, line in enumerate(lines, start=1):
        try:
            items.append(Item.model_validate_json(line))
        except ValidationError as error:
            raise UsageError(f"{file.name}, line {number}: {error}") from error
    return items


def grade_all(items: Sequence[Item], grade: GradeAnswer) -> Iterator[Graded]:
    """Yield every answer with its grade."""
    for item in items:
        for answer in item.answers:
            yield Graded(item=item.id, answer=answer, grade=grade(item.question_id, answer.text))


def padding_gains(
    items: Sequence[Item], graded: Sequence[Graded], padding: Mapping[str, Sequence[str]], grade: GradeAnswer
) -> PaddingGains:
    """Return by how much each good or mixed answer gains from three paragraphs of other pages.

    Each is padded twice: with the paragraphs as they stand, and with every seventh word left out, so that
    they are not taken for copied.

    Args:
        items: The questions.
        graded: Their answers, graded without padding.
        padding: True text by document; an answer gets that of other documents than its own.
        grade: Grades once more.
    """
    by_id, random = {item.id: item for item in items}, Random(7)
    gains = PaddingGains([], [])
    for one in graded:
        if one.answer.quality in ("good", "mixed") and not one.answer.paraphrase_of:
            item = by_id[one.item]
            others = [text for name, texts in padding.items() if name != item.document for text in texts]
            drawn = random.sample(others, PARAGRAPHS)
            for found, added in zip(gains, (drawn, [_disguised(text) for text in drawn]), strict=True):
                padded = grade(item.question_id, "\n\n".join((one.answer.text, *added)))
                found.append((padded.score or 0.0) - one.points_earned)
    return gains


def misplaced_scores(items: Sequence[Item], grade: GradeAnswer) -> list[float]:
    """Return what excellent answers earn beside the next question that stands in another document.

    That is nothing but their manner, unless the two pages speak of the same matter.
    """
    found = []
    for place, item in enumerate(items):
        rest = (*items[place + 1 :], *items[:place])
        other = next((one for one in rest if one.document != item.document), None)
        excellent = [one for one in item.answers if one.quality == "excellent" and not one.paraphrase_of]
        found += [grade(other.question_id, one.text).score or 0.0 for one in excellent] if other else []
    return found


def _disguised(text: str) -> str:
    return " ".join(word for place, word in enumerate(text.split(), start=1) if place % 7)


def summarise(
    graded: Sequence[Graded], gains: PaddingGains, misplaced: Sequence[float] = ()
) -> GradingReport:
    """Return the aggregates of graded answers, of the gains by padding and of what misplaced answers earn."""
    by_question: dict[str, list[Graded]] = {}
    for one in graded:
        if not one.answer.paraphrase_of:
            by_question.setdefault(one.item, []).append(one)
    pairs = [_in_order(a, b) for group in by_question.values() for a, b in combinations(group, 2)]
    decided = [one for one in pairs if one is not None]
    labels = [pair for one in graded if one.answer.quality != "adversarial" for pair in _verdicts(one)]
    floors = [one for one in graded if one.answer.floor]
    broken = [one for one in floors if one.points_earned > HIGHEST_FLOOR]
    apart = _paraphrases(graded)
    honest = [one for one in graded if one.grade.score is not None and one.answer.quality != "adversarial"]
    return GradingReport(
        questions=len(by_question),
        answers=len(graded),
        rank_correlation=_mean([_correlation(group) for group in by_question.values()]),
        pairs=len(decided),
        pairs_in_order=_mean(decided),
        points=len(labels),
        point_f1=_f1(labels, CREDITED),
        verdict_macro_f1=_mean([_f1(labels, frozenset({verdict})) for verdict in VERDICTS]),
        floors=len(floors),
        floors_held=1 - len(broken) / len(floors) if floors else 1.0,
        floors_broken=tuple(sorted(f"{one.answer.floor}" for one in broken)),
        paraphrases=len(apart),
        paraphrase_mean=_mean(apart),
        paraphrase_worst=max(apart, default=0.0),
        paraphrase_within_half=_mean([float(one <= 0.5) for one in apart]),  # noqa: PLR2004 - the target
        padded=len(gains.verbatim),
        padding_worst=max(gains.verbatim, default=0.0),
        altered_padding_mean=_mean(gains.altered),
        altered_padding_worst=max(gains.altered, default=0.0),
        misplaced=len(misplaced),
        misplaced_mean=_mean(misplaced),
        misplaced_worst=max(misplaced, default=0.0),
        misplaced_held=_mean([float(one <= HIGHEST_FLOOR) for one in misplaced]),
        interval_holds=_mean([float(_within(one)) for one in honest]),
        mean_scores={
            quality: _mean([one.points_earned for one in graded if one.answer.quality == quality])
            for quality in reversed(ORDER)
        },
        mean_by_voice=_by_voice(graded),
    )


def _by_voice(graded: Sequence[Graded]) -> dict[str, float]:
    scores: dict[str, list[float]] = {}
    for one in graded:
        if one.answer.voice:
            scores.setdefault(f"{one.answer.quality}, {one.answer.voice}", []).append(one.points_earned)
    return {name: _mean(found) for name, found in sorted(scores.items()) if len(found) >= VOICE_ANSWERS}


def true_score(answer: LabelledAnswer, grade: Grade) -> float:
    """Return the score that the labels give: weights times one, a half, nothing and nothing."""
    credits_ = {"covered": 1.0, "partly": 0.5}
    weights = [point.weight for point in grade.points]
    earned = sum(
        weight * credits_.get(label.verdict, 0.0)
        for weight, label in zip(weights, answer.points, strict=True)
    )
    return 10 * earned / sum(weights)


def _within(one: Graded) -> bool:
    return (one.grade.low or 0.0) <= true_score(one.answer, one.grade) <= (one.grade.high or 0.0)


def _in_order(one: Graded, other: Graded) -> float | None:
    """Return whether the better answer has the higher score; None if neither is meant to be better."""
    first, second = (ORDER.index(each.answer.quality) for each in (one, other))
    if first == second:
        return None
    better, worse = (one, other) if first > second else (other, one)
    return float(better.points_earned > worse.points_earned)


def _correlation(group: Sequence[Graded]) -> float:
    return spearman(
        [float(ORDER.index(one.answer.quality)) for one in group], [one.points_earned for one in group]
    )


def _verdicts(one: Graded) -> Iterator[tuple[PointVerdict, PointVerdict]]:
    """Yield given and true verdict of each point; what could not be graded gave no credit."""
    given = {point.point: point.verdict for point in one.grade.points}
    for label in one.answer.points:
        yield given.get(label.point, "missing"), label.verdict


def _paraphrases(graded: Sequence[Graded]) -> list[float]:
    by_id = {one.answer.id: one for one in graded}
    return [
        abs(one.points_earned - by_id[one.answer.paraphrase_of].points_earned)
        for one in graded
        if one.answer.paraphrase_of
    ]


def _f1(verdicts: Sequence[tuple[PointVerdict, PointVerdict]], wanted: frozenset[PointVerdict]) -> float:
    """Return the F1 of given against true verdicts, those that are wanted being the positive ones."""
    counts = confusion([true in wanted for _, true in verdicts], [given in wanted for given, _ in verdicts])
    return counts.f1 or 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
