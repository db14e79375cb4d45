"""Answers to pages of our handbook, labelled stretch by stretch: `point-answers.jsonl`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from coach.practice.grade import PointVerdict
from evals.grading import Item, LabelledAnswer, LabelledPoint, Quality
from ingest.contract import Frozen

FILE = Path(__file__).parent / "point-answers.jsonl"
Kind = Literal["e", "r", "g", "m", "s", "w", "n", "o", "p", "f", "q", "l", "x"]
QUALITIES: dict[Kind, Quality] = {
    "e": "excellent", "r": "excellent", "g": "good", "m": "mixed", "s": "mixed", "w": "mixed",
    "n": "poor", "o": "poor", "p": "good", "f": "good", "q": "mixed", "l": "mixed", "x": "poor",
}  # fmt: skip
CROSSED: frozenset[Kind] = frozenset(("p", "f", "q", "l", "x"))


class Stretch(Frozen):
    """One or two sentences of an answer, and what they do by themselves to the points that they speak of."""

    text: str
    points: dict[str, PointVerdict]


class SpokenAnswer(Frozen):
    """An answer in the order in which it was said.

    Attributes:
        kind: `e` excellent, `r` the same in quite other words, `g` good, `m` mixed, `s` short, `w` half
            wrong, `n` wrong throughout, `o` beside the point. What holds much and sounds poor, or the
            other way round: `p` good in everyday words, `f` in foreign English, `q` mixed in everyday
            words, `l` mixed but brilliantly said, `x` brilliant beside the point.
        voice: Who speaks, in a few words.
        points: What the whole of it does to every point of the page.
    """

    kind: Kind
    voice: str
    points: dict[str, PointVerdict]
    stretches: tuple[Stretch, ...]

    @property
    def is_crossed(self) -> bool:
        """Whether its manner says nothing of what it holds."""
        return self.kind in CROSSED

    @property
    def text(self) -> str:
        """The whole of it."""
        return " ".join(one.text for one in self.stretches)


class SpokenPage(Frozen):
    """A page with the answers that one author wrote."""

    question_id: str
    author: str
    answers: tuple[SpokenAnswer, ...]

    def item(self) -> Item:
        """Return it as the grader's own sets are."""
        name = f"{self.question_id}-{self.author}"
        answers = (
            LabelledAnswer(
                id=f"{name}-{one.kind}",
                quality=QUALITIES[one.kind],
                voice=one.voice,
                text=one.text,
                points=tuple(LabelledPoint(point=point, verdict=does) for point, does in one.points.items()),
                paraphrase_of=f"{name}-e" if one.kind == "r" else None,
            )
            for one in self.answers
        )
        return Item(id=name, question_id=self.question_id, document="", heading="", answers=tuple(answers))


def spoken_pages() -> list[SpokenPage]:
    """Return all of them."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return [SpokenPage.model_validate_json(line) for line in lines]
