"""A replay beside the same question under other settings: what they would have changed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import NamedTuple

from ui.models import OUTLINE_FIELDS, Level, Replay
from ui.parts.outline import TITLES

USUAL_PASSAGES = 5
_OUTCOMES = {"answered": "Answered", "abstained": "Abstained"}


class Variant(NamedTuple):
    """Settings of the search: sections that the answer may draw on, and whether they are reranked."""

    passages: int
    rerank: bool

    def told(self) -> str:
        """Return the settings in words."""
        return f"k = {self.passages}, {'with' if self.rerank else 'without'} reranker"


@dataclass(slots=True)
class Inspected:
    """A question that is looked at.

    Attributes:
        replay: As it is answered.
        varied: As it would be answered, by the settings that were tried.
        spot: The chunk whose section is read, as (document, start, end).
    """

    question: str
    level: Level
    replay: Replay
    varied: dict[Variant, Replay] = field(default_factory=dict)
    spot: tuple[str, int, int] | None = None


class Line(NamedTuple):
    """One measure of both, side by side."""

    name: str
    now: str
    then: str


class SectionLine(NamedTuple):
    """A section that either answer draws on, with its rank in each; None where it is not in it."""

    heading: str
    document: str
    now: int | None
    then: int | None


class SaidLine(NamedTuple):
    """A claim that one of the two answers alone makes."""

    part: str
    text: str


def in_force(replay: Replay) -> Variant:
    """Return the settings that a question was answered with, as its stack names them."""
    told = json.loads(replay.answer.stack.parts.get("retriever", "{}"))
    return Variant(int(told.get("passages", USUAL_PASSAGES)), bool(told.get("rerank", True)))


def compare(now: Replay, then: Replay) -> list[Line]:
    """Return the two side by side, measure by measure."""
    return [
        Line(name, told_now, told_then)
        for (name, told_now), (_, told_then) in zip(_measures(now), _measures(then), strict=True)
    ]


def _measures(replay: Replay) -> list[tuple[str, str]]:
    answer, gate = replay.answer, replay.gate
    supported = "no claims" if answer.support_rate is None else f"{answer.support_rate:.0%}"
    return [
        ("Outcome", _OUTCOMES[answer.status]),
        ("Covered, probability", f"{gate.probability:.2f} (threshold {gate.threshold:.2f})"),
        ("Sections drawn on", str(len(replay.passages))),
        ("Claims", str(len(_claims(replay)))),
        ("Supported", supported),
    ]


def compare_sections(now: Replay, then: Replay) -> list[SectionLine]:
    """Return the sections of both, those of the first in their order, then those of the second alone."""
    ranks_now, ranks_then = _ranks(now), _ranks(then)
    return [
        SectionLine(heading, document, ranks_now.get(place), ranks_then.get(place))
        for place in dict.fromkeys((*ranks_now, *ranks_then))
        for document, _, heading in [place]
    ]


def only_in(one: Replay, other: Replay) -> list[SaidLine]:
    """Return the claims of one answer that the other does not make, in the order of reading."""
    said = {line.text for line in _claims(other)}
    return [line for line in _claims(one) if line.text not in said]


def _ranks(replay: Replay) -> dict[tuple[str, int, str], int]:
    return {(one.document, one.start, one.heading): one.rank for one in replay.passages}


def _claims(replay: Replay) -> list[SaidLine]:
    outline = replay.answer.outline
    return [SaidLine(TITLES[name], claim.text) for name in OUTLINE_FIELDS for claim in getattr(outline, name)]
