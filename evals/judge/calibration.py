"""How far a judge agrees with people, and what sways it besides the case itself."""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from statistics import median
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.errors import UsageError
from coach.faithfulness.claims import split
from coach.models.contract import Request
from evals.judge.judge import Judge, Preference
from evals.judge.record import Calibration, Label, LengthBias, PositionBias, rubrics
from evals.judge.requests import claim_request, pair_request
from evals.runs import estimate

MOST_PAIRS = 50


class Labelled(BaseModel):
    """An answer that people judged; other fields of the file are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(min_length=1)
    question: str = ""
    passages: tuple[str, ...] = Field(min_length=1)
    answer: str
    label: Label

    def requests(self) -> list[Request]:
        """Return what the judge is asked: one question a claim."""
        claims = [self.answer[one.start : one.end] for one in split(self.answer) if one.kind == "claim"]
        return [claim_request(claim, self.passages) for claim in claims]


class _Judged(NamedTuple):
    """An answer that both people and the judge labelled."""

    chars: int
    human: Label
    judge: Label


def load_labels(path: Path) -> list[Labelled]:
    """Return the labelled answers of a JSON-lines file.

    Raises:
        UsageError: The file cannot be read, is empty, or a line is no labelled answer; names the line.
    """
    shape = '{"id", "question", "passages": [...], "answer", "label": "faithful" or "unfaithful"}'
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {str(path)!r}: {error}", hint=f"A line is {shape}.") from error
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found.append(Labelled.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise UsageError(
                f"{path}:{number} is no labelled answer: {place} {first['msg']}", hint=f"A line is {shape}."
            ) from error
    if not found:
        raise UsageError(f"{path} holds no labelled answer", hint=f"A line is {shape}.")
    return found


def labelling_requests(items: Sequence[Labelled]) -> Iterator[Request]:
    """Yield all that a calibration asks, to reckon what it takes."""
    for item in items:
        yield from item.requests()
    for faithful, unfaithful in _pairs(items):
        yield pair_request(faithful.question, faithful.answer, unfaithful.answer)
        yield pair_request(faithful.question, unfaithful.answer, faithful.answer)


def calibrate(items: Sequence[Labelled], judge: Judge, *, labels: str = "") -> Calibration:
    """Return how far the judge agrees with the labels of the file that is named.

    An answer is judged unfaithful if one of its claims is not supported; faithful if all are; it is unscored
    if it makes no claim, or if a claim without a verdict decides.
    """
    judged = [
        _Judged(len(item.answer), item.label, label)
        for item in items
        if (label := _label(item, judge)) is not None
    ]
    human, machine = [one.human for one in judged], [one.judge for one in judged]
    content = "\n".join(item.model_dump_json() for item in items)
    return Calibration(
        id=secrets.token_hex(4),
        judge=judge.name,
        labels=labels,
        rubrics=rubrics(),
        labels_sha256=hashlib.sha256(content.encode()).hexdigest(),
        created_at=datetime.now(tz=UTC),
        n=len(judged),
        unscored=len(items) - len(judged),
        agreement=estimate(float(one.human == one.judge) for one in judged),
        kappa=cohen_kappa(human, machine),
        confusion=confusion_of(human, machine),
        length=_length_bias(judged),
        position=_position_bias(items, judge),
        cost_usd=judge.taken.cost_usd,
    )


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Return the agreement of two raters beyond what their habits alone give; None if that is undefined.

    Source: Cohen, "A coefficient of agreement for nominal scales" (1960).

    Worked: they agree on 3 of 4; by habit alone on 1/2 * 3/4 + 1/2 * 1/4 = 1/2; (3/4 - 1/2) / (1 - 1/2).

    >>> cohen_kappa(["a", "a", "b", "b"], ["a", "a", "a", "b"])
    0.5
    """
    if not first:
        return None
    n = len(first)
    agreed = sum(one == other for one, other in zip(first, second, strict=True)) / n
    by_habit = sum(first.count(label) * second.count(label) for label in set(first)) / n**2
    return None if by_habit == 1.0 else (agreed - by_habit) / (1.0 - by_habit)


def _label(item: Labelled, judge: Judge) -> Label | None:
    rulings = [judge.rule(request).supported for request in item.requests()]
    if False in rulings:
        return "unfaithful"
    return "faithful" if rulings and None not in rulings else None


def confusion_of(human: Sequence[Label], machine: Sequence[Label]) -> dict[str, int]:
    """Return how many answers got each pair of labels, as "people's, the judge's"."""
    labels: tuple[Label, ...] = ("faithful", "unfaithful")
    pairs = list(zip(human, machine, strict=True))
    return {f"{one}, {other}": pairs.count((one, other)) for one, other in product(labels, labels)}


def _length_bias(judged: Sequence[_Judged]) -> LengthBias | None:
    if not judged:
        return None
    middle = median(one.chars for one in judged)
    halves = ([one for one in judged if one.chars <= middle], [one for one in judged if one.chars > middle])
    if not all(halves):
        return None
    shorter, longer = (
        sum((one.judge == "faithful") - (one.human == "faithful") for one in half) / len(half)
        for half in halves
    )
    return LengthBias(shorter=shorter, longer=longer)


def _position_bias(items: Sequence[Labelled], judge: Judge) -> PositionBias | None:
    choices: list[tuple[Preference, Preference]] = []
    for faithful, unfaithful in _pairs(items):
        question, good, bad = faithful.question, faithful.answer, unfaithful.answer
        one = judge.choose(pair_request(question, good, bad)).better
        other = judge.choose(pair_request(question, bad, good)).better
        if one is not None and other is not None:
            choices.append((one, other))
    decided = [choice for pair in choices for choice in pair if choice != "neither"]
    if not choices or not decided:
        return None
    return PositionBias(
        pairs=len(choices),
        flipped=sum(one == other != "neither" for one, other in choices) / len(choices),
        first=decided.count("A") / len(decided),
    )


def _pairs(items: Sequence[Labelled]) -> list[tuple[Labelled, Labelled]]:
    """Return a faithful and an unfaithful answer to each question that has both."""
    by_question: dict[tuple[str, tuple[str, ...]], dict[Label, Labelled]] = defaultdict(dict)
    for item in items:
        if item.question:
            by_question[item.question, item.passages].setdefault(item.label, item)
    both = [found for found in by_question.values() if len(found) > 1]
    return [(found["faithful"], found["unfaithful"]) for found in both[:MOST_PAIRS]]
