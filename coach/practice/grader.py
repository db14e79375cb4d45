"""The grader: an answer held against the page of its question, without a language model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from coach.answer.statements import Statement
from coach.errors import UsageError
from coach.guard.steering import Steering
from coach.practice import floors
from coach.practice.book import Book
from coach.practice.calibration import Calibration, Judgement, load_calibration
from coach.practice.candidate import Sentence, find_words, read_answer
from coach.practice.grade import (
    MOST_POINTS,
    Addition,
    Grade,
    PointGrade,
    Reason,
    SetAside,
    TrapHit,
)
from coach.practice.grades import Objection
from coach.practice.measure import Checker, Meeting, measure
from coach.practice.moves import next_moves
from coach.practice.page import Page, Point
from coach.practice.page_vectors import PageVectors
from coach.practice.point_reader import PointReader
from coach.practice.shape import read_length, read_structure, said
from coach.practice.vectors import Texts, embed, nearness
from coach.retrieve.cohorts import Cohorts, load_cohorts
from coach.types import Citation
from ingest.contract import Level
from ingest.embed import Embedder

# Late interaction from which on a sentence counts as saying a statement of the page; see `shape._LEADS`.
_SAYS = 0.6
_LEVELS: tuple[Level, ...] = ("senior", "staff")


class Measured(NamedTuple):
    """The measurements of an answer, point by point; see `coach.practice.measure.FEATURES`."""

    points: tuple[Point, ...]
    features: tuple[Mapping[str, float], ...]


class _Read(NamedTuple):
    """What of an answer counts; `embedded` is None if nothing does."""

    reason: Reason | None
    own: tuple[Sentence, ...] = ()
    embedded: Texts | None = None
    aside: tuple[SetAside, ...] = ()


class Grader:
    """Grades answers to the questions of one build; safe to share between threads.

    Args:
        book: The questions.
        embedder: Of the same weights as the index.
        checker: Finds words and figures that are turned around.
        reader: Reads points and words together.
        steering: Tells sentences that speak to an AI.
        calibration: Fitted numbers; None means those that ship with the product.
    """

    def __init__(
        self,
        book: Book,
        embedder: Embedder,
        checker: Checker,
        reader: PointReader,
        steering: Steering,
        *,
        calibration: Calibration | None = None,
    ) -> None:
        self._book = book
        self._embedder = embedder
        self._checker = checker
        self._reader = reader
        self._calibration = calibration or load_calibration()
        self._cohorts: Cohorts = load_cohorts()
        self._steering = steering

    @property
    def version(self) -> str:
        """Of what decides about scores."""
        versions = (self._calibration.version, self._reader.version, self._steering.version)
        return "+".join(("rubric-3", *versions))

    def grade(self, question: str, answer: str) -> Grade:
        """Return the grade of an answer to a question, named by its id or slug.

        Raises:
            NotFoundError: There is no such question.
            UsageError: Its page holds nothing that an answer could be graded against.
        """
        vectors = self._book.vectors(question)
        read = self._read(vectors, answer)
        return (
            self._refused(vectors.page, answer, read) if read.reason else self._graded(vectors, answer, read)
        )

    def measure(self, question: str, answer: str) -> Measured | None:
        """Return the measurements that verdicts are made of, or None of an answer that cannot be graded."""
        vectors = self._book.vectors(question)
        read = self._read(vectors, answer)
        if read.embedded is None:
            return None
        meetings = measure(vectors, read.own, read.embedded, self._checker, self._reader)
        return Measured(vectors.page.points, tuple(one.features for one in meetings))

    def point_texts(self, question: str) -> dict[str, str]:
        """Return each point of a question's page as the point reader is given it, by its name."""
        vectors = self._book.vectors(question)
        return {point.name: vectors.point_text(at) for at, point in enumerate(vectors.page.points)}

    def _read(self, vectors: PageVectors, answer: str) -> _Read:
        """Return what of an answer counts."""
        reason = floors.unreadable(answer, self._book.stems)
        sentences = [] if reason else read_answer(answer, self._book.runs)
        if not sentences:
            return _Read(reason or "empty")
        embedded = embed(self._embedder, [one.text for one in sentences])
        found = floors.sort(sentences, embedded, vectors, self._cohorts, self._steering)
        aside = tuple(SetAside(reason=why, candidate=said(sentences[at])) for at, why in found.aside.items())
        if not found.own:
            return _Read(floors.reason_of([*found.aside.values()]), aside=aside)
        return _Read(None, tuple(sentences[at] for at in found.own), embedded.take(found.own), aside)

    def regrade(self, first: Grade, answer: str, objection: Objection) -> Grade:
        """Return the second judgement of an answer: the disputed point by the words said to make it.

        Those words are judged alone and the better of both readings counts; all other points stay as they
        were judged.

        Raises:
            NotFoundError: There is no such question any more.
            UsageError: The objection names no point of the grade, or words that the answer does not have.
        """
        place = next((at for at, one in enumerate(first.points) if one.point == objection.point), None)
        if place is None:
            raise UsageError(f"the grade has no point {objection.point!r}", hint="Copy it from the grade.")
        evidence = find_words(answer, objection.evidence)
        if evidence is None:
            raise UsageError("the answer does not have these words", hint="Copy them from the answer.")
        vectors = self._book.vectors(first.question_id)
        if len(vectors.page.points) <= place or vectors.page.points[place].name != objection.point:
            raise UsageError("the page has changed since", hint="Have the answer graded anew.")
        aside = {(one.candidate.start, one.candidate.end) for one in first.set_aside}
        named = [
            one
            for one in read_answer(answer, self._book.runs)
            if one.start < evidence.end and evidence.start < one.end and (one.start, one.end) not in aside
        ]
        if not named:
            return first
        embedded = embed(self._embedder, [one.text for one in named])
        meetings = measure(vectors, named, embedded, self._checker, self._reader)
        judged = self._calibration.judge([one.features for one in meetings])
        again = _PointWriter(vectors.page, named).write(
            vectors.page.points[place], meetings[place], judged[place]
        )
        if again.credit <= first.points[place].credit:
            return first
        return self._with_points(first, (*first.points[:place], again, *first.points[place + 1 :]))

    def reconsider(self, grade: Grade, points: tuple[PointGrade, ...]) -> Grade:
        """Return a grade with other points, and the score and the moves that follow from them."""
        page = self._book.vectors(grade.question_id).page
        moves = next_moves(page, points, grade.structure, grade.length)
        return self._with_points(grade, points).model_copy(update={"moves": moves})

    def _with_points(self, grade: Grade, points: tuple[PointGrade, ...]) -> Grade:
        """Return a grade with other points, and the score that follows from them."""
        score, half = self._score(points)
        changed = {
            "points": points,
            "score": round(score, 2),
            "low": round(max(score - half, 0.0), 2),
            "high": round(min(score + half, MOST_POINTS), 2),
            "grader": self.version,
        }
        return grade.model_copy(update=changed)

    def _score(self, points: Sequence[PointGrade]) -> tuple[float, float]:
        """Return the score and half the width of its interval."""
        weights, earned = [one.weight for one in points], [one.credit for one in points]
        score = sum(weight * credit for weight, credit in zip(weights, earned, strict=True)) / sum(weights)
        return MOST_POINTS * score, self._calibration.half_width(weights, [one.variance for one in points])

    def _graded(self, vectors: PageVectors, answer: str, read: _Read) -> Grade:
        page, own, embedded = vectors.page, read.own, read.embedded
        if embedded is None:
            raise TypeError(read)
        meetings = measure(vectors, own, embedded, self._checker, self._reader)
        judged = self._calibration.judge([one.features for one in meetings])
        points = tuple(map(_PointWriter(page, own).write, page.points, meetings, judged))
        structure, length = read_structure(own, embedded, vectors), read_length(answer, page.minutes)
        made = Grade(
            question_id=page.question_id,
            question=page.section.heading,
            document=page.document,
            outcome="graded",
            traps=_traps(vectors, own, meetings, judged),
            structure=structure,
            length=length,
            additions=_additions(vectors, embedded),
            moves=next_moves(page, points, structure, length),
            set_aside=read.aside,
            grader=self.version,
        )
        return self._with_points(made, points)

    def _refused(self, page: Page, answer: str, read: _Read) -> Grade:
        return Grade(
            question_id=page.question_id,
            question=page.section.heading,
            document=page.document,
            outcome="cannot_grade",
            reason=read.reason,
            message=floors.MESSAGES[read.reason] if read.reason else "",
            length=read_length(answer, page.minutes),
            set_aside=read.aside,
            grader=self.version,
        )


class _PointWriter:
    """Writes what was judged with both quotes."""

    def __init__(self, page: Page, own: Sequence[Sentence]) -> None:
        self._page = page
        self._own = own

    def write(self, point: Point, meeting: Meeting, judged: Judgement) -> PointGrade:
        """Return a point's grade; a point that is missing cites what should have been said."""
        is_said = judged.verdict in ("covered", "contradicted")
        shown = meeting.statement if is_said else meeting.missed
        return PointGrade(
            point=point.name,
            weight=point.weight,
            verdict=judged.verdict,
            credit=round(judged.credit, 4),
            confidence=round(judged.confidence, 4),
            variance=round(max(judged.variance, 0.0), 4),
            rubric=cite(self._page, point.start, point.end),
            handbook=_cite(self._page, shown) if shown else None,
            candidate=None if judged.verdict == "missing" else said(self._own[meeting.sentence]),
            problems=meeting.problems if judged.verdict == "contradicted" else (),
        )


def cite(page: Page, start: int, end: int) -> Citation:
    """Return the citation of a span of a page."""
    return Citation(
        document=page.document,
        path=page.place.path,
        heading=page.place.heading,
        start=start,
        end=end,
        quote=page.text[start:end],
    )


def _cite(page: Page, statement: Statement) -> Citation:
    return cite(page, statement.start, statement.end)


def _traps(
    vectors: PageVectors, own: Sequence[Sentence], meetings: Sequence[Meeting], judged: Sequence[Judgement]
) -> tuple[TrapHit, ...]:
    """Return the traps that come nearest to what contradicts the page, once each."""
    found: dict[int, TrapHit] = {}
    for meeting, verdict in zip(meetings, judged, strict=True):
        if verdict.verdict == "contradicted" and meeting.trap is not None and meeting.trap not in found:
            trap = vectors.page.traps[meeting.trap]
            found[meeting.trap] = TrapHit(
                trap=_cite(vectors.page, trap), candidate=said(own[meeting.sentence])
            )
    return tuple(found[place] for place in sorted(found))


def _additions(vectors: PageVectors, embedded: Texts) -> tuple[Addition, ...]:
    """Return what senior and staff answers say beyond the rest, and whether this one does."""
    near = np.asarray(nearness(vectors.statements, embedded).pairs.max(axis=1))
    return tuple(
        Addition(level=level, handbook=_cite(vectors.page, one), is_said=bool(near[place] >= _SAYS))
        for level in _LEVELS
        for place, one in enumerate(vectors.page.statements)
        if one.kind == "signal" and one.label.casefold().startswith(level)
    )
