"""``python -m evals.training.fit_grader`` fits coach/practice/grader.json on labelled answers.

Two kinds of answers are added as ones that say nothing. Answers whose words were dealt out anew among each
other have the right words, and only what stands between words tells them from good ones. Excellent answers
beside questions of other documents sound right, and only what they say tells them from good ones. The fit is
measured on questions that it has not seen, one question at a time, and on answers of authors of whom it has
learnt nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from coach.coach import Coach
from coach.faithfulness.frequencies import rarity
from coach.faithfulness.tokens import tokenise
from coach.practice.calibration import CREDITS, UNSAID, WEIGHTS_FILE, columns
from coach.practice.grade import VERDICTS
from coach.practice.grader import Measured
from coach.settings import Settings
from evals.grading import Item, LabelledAnswer, load_items
from evals.training.point_answers import spoken_pages
from ingest.store.values import Vector

GOLDEN = Path(__file__).parents[1] / "golden" / "grading" / "dev.jsonl"
STRANGERS = Path(__file__).parent / "grading.jsonl"
"""Answers of six more authors."""
CROSSED = Path(__file__).parent / "crossed.jsonl"
"""Answers whose manner says nothing of what they hold: good ones badly said, bad ones brilliantly."""
LEARNT = Path(__file__).parent / "points.jsonl"
"""The pages whose points the point reader has learnt from: what it reads there is no measure of it."""
TARGET = Path(__file__).parents[2] / "coach" / "practice" / WEIGHTS_FILE
# Chosen on held-out questions among 0.003 to 1, 0.15 to 1, 0 to 0.5, and 0 to 1. More of the misplaced ones
# takes from good answers what it takes from these; more of the crossed ones lifts platitudes off the floor.
STRENGTH = 0.1
WEIGHTS = {"own": 1.0, "scrambled": 0.5, "misplaced": 0.1, "crossed": 0.25}
_MISPLACED = 2
"""Other questions that each excellent answer stands beside."""
_CONTENT = 0.3
_WIDENINGS = np.arange(1.0, 4.05, 0.05)
_NINE_OF_TEN = 0.9

Kind = Literal["own", "crossed", "scrambled", "misplaced"]
"""An answer that was labelled, with or without a manner that fits, or one of those that say nothing; see the
module."""
LABELLED: frozenset[Kind] = frozenset({"own", "crossed"})


class Row(NamedTuple):
    """An answer beside a question, as the fit sees it."""

    question: str
    columns: Vector
    verdicts: tuple[int, ...]
    weights: tuple[float, ...]
    kind: Kind


def main() -> None:
    """Fit, measure on held-out questions, and write the numbers."""
    learnt = {json.loads(line)["question_id"] for line in LEARNT.read_text(encoding="utf-8").splitlines()}
    strangers = [*load_items(GOLDEN), *load_items(STRANGERS)]
    others = [one.item() for one in spoken_pages()]
    with Coach(Settings()) as coach:
        usual, crossed, unseen = (
            list(_rows(coach, [item for item in items if item.question_id not in learnt]))
            for items in (strangers, load_items(CROSSED), others)
        )
    rows = [*usual, *(row._replace(kind="crossed") for row in crossed)]
    chances = _held_out(rows)
    scaler, model = _fit(rows)
    strange = [model.predict_proba(scaler.transform(row.columns)) for row in unseen]
    widening = _widening([*rows, *unseen], [*chances, *strange])
    files = ", ".join(file.name for file in (GOLDEN, STRANGERS, CROSSED))
    fitted = {
        "origin": f"{files}: {sum(one.kind in LABELLED for one in rows)} answers, "
        f"multinomial logistic regression, C={STRENGTH}",
        "widening": round(widening, 2),
        "means": _plain(scaler.mean_),
        "scales": _plain(scaler.scale_),
        "weights": [_plain(row) for row in model.coef_],
        "bias": _plain(model.intercept_),
    }
    TARGET.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"interval widened {widening:.2f} times\n")
    _tell("held out by question", rows, chances)
    _tell("of other authors", unseen, strange)


def _rows(coach: Coach, items: Sequence[Item]) -> Iterator[Row]:
    shuffling, choosing = Random(3), Random(5)
    for item in items:
        others = [one for one in items if one.document != item.document]
        for answer in item.answers:
            yield from _row(coach, item, answer)
            if answer.quality == "excellent" and not answer.paraphrase_of:
                yield from _empty_row(coach, item, scrambled(answer.text, shuffling), "scrambled")
                for other in choosing.sample(others, min(_MISPLACED, len(others))):
                    yield from _empty_row(coach, other, answer.text, "misplaced")


def _row(coach: Coach, item: Item, answer: LabelledAnswer) -> Iterator[Row]:
    """Yield an answer with its measurements, unless it is one that cannot be graded."""
    found = coach.measure_answer(item.question_id, answer.text)
    if found is None:
        return
    names = [point.name for point in found.points]
    if names != [point.point for point in answer.points]:
        raise ValueError(f"{answer.id}: the points are {names}")
    verdicts = tuple(VERDICTS.index(point.verdict) for point in answer.points)
    yield Row(item.question_id, columns(found.features), verdicts, _weights(found), "own")


def _empty_row(coach: Coach, item: Item, text: str, kind: Kind) -> Iterator[Row]:
    """Yield a text that meets none of the points of a question, unless it is one that cannot be graded."""
    found = coach.measure_answer(item.question_id, text)
    if found is not None:
        verdicts = (VERDICTS.index("missing"),) * len(found.points)
        yield Row(item.question_id, columns(found.features), verdicts, _weights(found), kind)


def _weights(found: Measured) -> tuple[float, ...]:
    return tuple(point.weight for point in found.points)


def scrambled(text: str, random: Random) -> str:
    """Return a text whose rarer words have changed places with each other."""
    places = [
        token
        for token in tokenise(text)
        if token.is_content and token.value is None and token.text != "not" and rarity(token.stem) >= _CONTENT
    ]
    words = [text[token.start : token.end] for token in places]
    random.shuffle(words)
    pieces, at = [], 0
    for token, word in zip(places, words, strict=True):
        pieces += [text[at : token.start], word]
        at = token.end
    return "".join([*pieces, text[at:]])


def _fit(rows: Sequence[Row]) -> tuple[StandardScaler, LogisticRegression]:
    x = np.concatenate([row.columns for row in rows])
    y = np.concatenate([row.verdicts for row in rows])
    weights = np.concatenate([[WEIGHTS[row.kind]] * len(row.verdicts) for row in rows])
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(scaler.transform(x), y, sample_weight=weights)
    return scaler, model


def _held_out(rows: Sequence[Row]) -> list[Vector]:
    """Return the chances of each answer's points by a fit that has not seen its question."""
    found: dict[int, Vector] = {}
    for question in sorted({row.question for row in rows}):
        scaler, model = _fit([row for row in rows if row.question != question])
        for place, row in enumerate(rows):
            if row.question == question:
                found[place] = model.predict_proba(scaler.transform(row.columns))
    return [found[place] for place in range(len(rows))]


def _widening(rows: Sequence[Row], chances: Sequence[Vector]) -> float:
    """Return the least widening with which nine of ten held-out scores lie in their interval."""
    for widening in _WIDENINGS:
        inside = [
            abs(_expected(row, chance) - _true(row)) <= widening * 1.645 * _deviation(row, chance)
            for row, chance in zip(rows, chances, strict=True)
            if row.kind in LABELLED
        ]
        if np.mean(inside) >= _NINE_OF_TEN:
            return float(widening)
    return float(_WIDENINGS[-1])


def _expected(row: Row, chance: Vector) -> float:
    earned = np.maximum(chance @ CREDITS - UNSAID, 0.0) / (1.0 - UNSAID)
    return float(np.average(earned, weights=row.weights))


def _true(row: Row) -> float:
    return float(np.average(CREDITS[list(row.verdicts)], weights=row.weights))


def _deviation(row: Row, chance: Vector) -> float:
    credit = chance @ CREDITS
    variance = chance @ CREDITS**2 - credit**2
    weights = np.array(row.weights)
    return float(np.sqrt(weights**2 @ variance) / weights.sum())


def _plain(values: Sequence[float]) -> list[float]:
    return [round(float(value), 5) for value in values]


def _tell(which: str, rows: Sequence[Row], chances: Sequence[Vector]) -> None:
    """Print how many verdicts are right."""
    own = [(row, chance) for row, chance in zip(rows, chances, strict=True) if row.kind in LABELLED]
    true = np.concatenate([row.verdicts for row, _ in own])
    fitted = np.concatenate([chance.argmax(axis=1) for _, chance in own])
    sys.stdout.write(
        f"{len(own)} answers {which}, {len(true)} points: "
        f"verdicts right {np.mean(fitted == true):.3f}, "
        f"credited or not {np.mean((fitted < 2) == (true < 2)):.3f}\n"  # noqa: PLR2004 - the first two
    )


if __name__ == "__main__":
    main()
