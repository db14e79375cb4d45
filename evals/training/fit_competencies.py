"""Part of `make fit-requests`: what tells topics of clauses, and which competencies a request means."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rich.progress import track
from sklearn.linear_model import LogisticRegression

from coach.recruit.fitted import Regression
from coach.recruit.pool import Pool
from coach.recruit.read import on_topic
from coach.recruit.read_competencies import CompetencyReader, Gathered, signs
from evals.training.requests import WEIGHTS, Request, author_groups, fit, write
from ingest.store.values import Vector

TOPIC_STRENGTH, TOPIC_RARE, QUESTION_COUNTS = 3.0, 6.0, 0.5
"""Of clauses most are of no one topic; the handbook's own questions count less than what people write."""
COMPETENCY_STRENGTH = 0.3
LIKELY = 0.4


class Subject(NamedTuple):
    """What a request says of competencies.

    Attributes:
        spoken: float32 (n_clauses, n_topics), 1 where the author's words for a topic stand; None if the
            author named no words.
        meant: bool (n_competencies,).
    """

    author: str
    found: Gathered
    spoken: Vector | None
    meant: npt.NDArray[np.bool_]


class Topics(NamedTuple):
    """A logistic regression a topic over what clauses mean: float32 (n_topics, dim) and (n_topics,)."""

    weights: Vector
    bias: Vector

    def logits(self, vectors: Vector) -> Vector:
        """Return the logits of clauses, (n_clauses, n_topics)."""
        logits: Vector = vectors @ self.weights.T + self.bias
        return logits


def fit_competencies(requests: Sequence[Request], reader: CompetencyReader, pool: Pool) -> None:
    """Fit, print and write what tells topics of clauses, and what weighs all that speaks for one."""
    names = list(reader.about)
    asked = [(names.index(one.competency), pool.vectors[one.id]) for one in pool.questions]
    read = [subject(one, reader, names) for one in track(requests, "reading")]
    subjects = [one for one in read if one.found.clauses]
    groups = author_groups(one.author for one in subjects)
    # What weighs topics is fitted on logits of authors that these had not seen.
    rows = [
        [
            signs(names, one.found, topical.logits(one.found.vectors))
            for one in subjects
            if one.author in group
        ]
        for group in track(groups, "fitting")
        for topical in (fit_topics([one for one in subjects if one.author not in group], asked),)
    ]
    meant = [[one.meant for one in subjects if one.author in group] for group in groups]
    hits = Counter(missed=sum(int(one.meant.sum()) for one in read if not one.found.clauses))
    for at in range(len(groups)):
        model = _fit_meant([*rows[:at], *rows[at + 1 :]], [*meant[:at], *meant[at + 1 :]])
        for row, wanted in zip(rows[at], meant[at], strict=True):
            hits.update(_found(model.chances(row)[:, 1], wanted))
    f1 = 2 * hits["right"] / (2 * hits["right"] + hits["wrong"] + hits["missed"])
    sys.stdout.write(
        f"competencies of authors left out: F1 {f1:.3f}, all of them {hits['all'] / len(read):.3f}\n"
    )
    write("competencies", _fit_meant(rows, meant))
    fitted = fit_topics(subjects, asked)
    np.savez_compressed(
        WEIGHTS / "topics.npz",
        allow_pickle=False,
        topics=np.array([reader.about[name] for name in names]),
        weights=fitted.weights.astype(np.float16),
        bias=fitted.bias,
    )


def subject(request: Request, reader: CompetencyReader, names: Sequence[str]) -> Subject:
    """Return what a request says of competencies, with the labels of its clauses."""
    found = reader.gather(on_topic(request.text, reader.embed))
    meant = np.array([name in request.labels["competencies"] for name in names])
    words = request.words_by_name("competencies") if request.names_words else {}
    if meant.any() and not words:
        return Subject(request.author, found, None, meant)
    spoken = np.zeros((len(found.clauses), len(names)), dtype=np.float32)
    for name, phrases in words.items():
        for phrase in phrases:
            spoken[request.touched(phrase, found.clauses), names.index(name)] = 1.0
    return Subject(request.author, found, spoken, meant)


def fit_topics(subjects: Sequence[Subject], asked: Sequence[tuple[int, Vector]]) -> Topics:
    """Return regressions over the clauses of requests and the questions of the handbook."""
    told_of = [one for one in subjects if one.spoken is not None]
    vectors = np.concatenate([*(one.found.vectors for one in told_of), np.stack([one for _, one in asked])])
    spoken = np.concatenate([one.spoken for one in told_of if one.spoken is not None])
    told = np.eye(spoken.shape[1], dtype=np.float32)[[place for place, _ in asked]]
    counts = np.concatenate([np.ones(len(spoken)), np.full(len(told), QUESTION_COUNTS)])
    labels = np.concatenate([spoken, told]) > 0
    models = [
        LogisticRegression(C=TOPIC_STRENGTH, max_iter=300).fit(
            vectors, column, np.where(column, TOPIC_RARE, 1.0) * counts
        )
        for column in labels.T
    ]
    return Topics(
        np.array([one.coef_[0] for one in models], dtype=np.float32),
        np.array([one.intercept_[0] for one in models], dtype=np.float32),
    )


def _fit_meant(
    rows: Sequence[Sequence[Sequence[dict[str, float]]]], meant: Sequence[Sequence[npt.NDArray[np.bool_]]]
) -> Regression:
    """Return the regression over what speaks for each competency, for groups of authors."""
    spoken_for = [sign for group in rows for request in group for sign in request]
    labels = [int(one) for group in meant for request in group for one in request]
    return fit(spoken_for, labels, COMPETENCY_STRENGTH)


def _found(chances: npt.NDArray[np.float64], meant: npt.NDArray[np.bool_]) -> Iterator[str]:
    """Yield a name for each competency that is found rightly or wrongly, or is missed."""
    read = chances >= LIKELY
    yield from ["right"] * int((read & meant).sum())
    yield from ["wrong"] * int((read & ~meant).sum())
    yield from ["missed"] * int((~read & meant).sum())
    if (read == meant).all():
        yield "all"
