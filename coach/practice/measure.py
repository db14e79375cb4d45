"""What an answer has to do with each point of a page, as numbers, and where that is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from coach.answer.statements import Statement
from coach.faithfulness.frequencies import rarity
from coach.faithfulness.related import nearness as relatedness
from coach.faithfulness.tokens import tokenise
from coach.faithfulness.verdicts import ClaimVerdict, Problem
from coach.practice.candidate import Sentence
from coach.practice.page import Page
from coach.practice.page_vectors import PageVectors, Usual
from coach.practice.point_reader import READ, PointReader, summary
from coach.practice.vectors import Nearness, Texts, nearness
from ingest.contract import PartKind
from ingest.store.values import Vector

Places = np.ndarray[tuple[int], np.dtype[np.intp]]

FEATURES = (
    "good_late", "best_late", "mixed_late", "poor_late", "strong_whole", "good_dense", "mixed_dense",
    "poor_dense", "strong_dense", "strong_words", "said_whole", "said_dense", "said_words",
    "opening_late", "steps_late", "page_late", "trap_over_page",
    *READ,
)  # fmt: skip
"""Of one point. "late" is late interaction with two neighbouring sentences, "whole" with the whole answer,
"dense" a cosine, "words" a share of words. "good", "mixed" and so on are the anchors of the rubric; "said" is
what the page says on the point. What any answer reaches is taken off; docs/practice.md says how."""

MOST_READ = 8
"""So many sentences, the nearest to a point, are read against it: alone, and with the one behind."""

_TURNED = frozenset({"negation", "direction", "quantifier"})
_FIGURES = frozenset({"number", "unit", "date"})


class Checker(Protocol):
    """What holds the words and figures of a sentence against those of the page; a `Scorer` is one."""

    def check(self, claim: str, passages: Sequence[str]) -> ClaimVerdict:
        """Return the verdict of one claim against passages."""
        ...


class Meeting(NamedTuple):
    """A point and what an answer says to it.

    Attributes:
        features: By name, see `FEATURES`.
        statement: What the page says on the point, in the words that the answer comes nearest to.
        sentence: Place of the answer's sentence that comes nearest to the point.
        missed: What the page says on the point that the answer comes least near to.
        problems: What that sentence says otherwise than the page does.
        trap: Place of the page's trap that it comes nearest to; None if the page has none.
    """

    features: Mapping[str, float]
    statement: Statement | None
    sentence: int
    missed: Statement | None
    problems: tuple[Problem, ...]
    trap: int | None


def measure(
    vectors: PageVectors, sentences: Sequence[Sentence], said: Texts, checker: Checker, reader: PointReader
) -> list[Meeting]:
    """Return what an answer says to each point of a page, in its order.

    Args:
        vectors: Of the page.
        sentences: Of the answer, at least one.
        said: The same, embedded.
        checker: Finds what is turned around.
        reader: Reads points and words together.
    """
    measurement = _Measurement(vectors, sentences, said, checker, reader)
    return [measurement.of(place) for place in range(len(vectors.page.points))]


class _Beyond(NamedTuple):
    """How near an answer comes to texts, beyond what any answer reaches: float32 (n_texts,)."""

    late: Vector
    dense: Vector
    whole: Vector


class _Measurement:
    """One answer against one page."""

    def __init__(
        self,
        vectors: PageVectors,
        sentences: Sequence[Sentence],
        said: Texts,
        checker: Checker,
        reader: PointReader,
    ) -> None:
        self._vectors = vectors
        self._page: Page = vectors.page
        self._sentences = sentences
        self._checker = checker
        self._reader = reader
        self._words = _Words(sentences)
        self._near_anchors = nearness(vectors.anchors, said)
        self._near_page = nearness(vectors.statements, said)
        self._near_traps = nearness(vectors.traps, said) if vectors.traps else None
        self._to_anchors = _beyond(self._near_anchors, vectors.usual_anchors)
        self._to_page = _beyond(self._near_page, vectors.usual_statements)

    def of(self, place: int) -> Meeting:
        """Return what the answer says to one point."""
        point, near = self._page.points[place], self._near_page
        own = [at for at, owner in enumerate(self._vectors.owners) if owner == place]
        strong = own[len(point.weak) :]
        share = self._vectors.shares[place]
        kept = np.flatnonzero(share)
        weights = share[kept]
        to_point = self._near_anchors.dense[strong].max(axis=0) + weights @ near.dense[kept]
        nearest = int(np.argmax(to_point))
        statements = [self._page.statements[at] for at in kept]
        late = near.pairs[kept].max(axis=1)
        met = statements[int(np.argmax(weights * (0.2 + late)))] if statements else None
        missed = statements[int(np.argmax(weights * (1.0 - late)))] if statements else None
        features = {
            **self._against_rubric(place, own),
            **self._against_page(kept, weights),
            "trap_over_page": self._trap_over_page(nearest, kept),
            **self._as_read(place, to_point),
        }
        traps = self._near_traps
        return Meeting(
            features={name: features[name] for name in FEATURES},
            statement=met,
            sentence=nearest,
            missed=missed,
            problems=self._problems(nearest, met),
            trap=int(traps.dense[:, nearest].argmax()) if traps else None,
        )

    def _against_rubric(self, place: int, own: Sequence[int]) -> dict[str, float]:
        point, to = self._page.points[place], self._to_anchors
        weak, strong = list(own[: len(point.weak)]), list(own[len(point.weak) :])
        return {
            "good_late": float(to.late[strong[0]]),
            "best_late": float(to.late[strong[-1]]),
            "mixed_late": float(to.late[weak[-1]]) if weak else 0.0,
            "poor_late": float(to.late[weak[0]]) if weak else 0.0,
            "strong_whole": float(to.whole[strong].max()),
            "good_dense": float(to.dense[strong[0]]),
            "mixed_dense": float(to.dense[weak[-1]]) if weak else 0.0,
            "poor_dense": float(to.dense[weak[0]]) if weak else 0.0,
            "strong_dense": float(to.dense[strong].max()),
            "strong_words": self._words.share(f"{point.name} {point.strong[0]}"),
        }

    def _against_page(self, kept: Places, weights: Vector) -> dict[str, float]:
        to = self._to_page
        held = np.array([self._words.share(self._page.statements[at].text) for at in kept])
        return {
            "said_whole": float(weights @ to.whole[kept]),
            "said_dense": float(weights @ to.dense[kept]),
            "said_words": float(weights @ held),
            "opening_late": self._mean_late("direct_answer"),
            "steps_late": self._mean_late("step"),
            "page_late": float(to.late.mean()),
        }

    def _as_read(self, place: int, to_point: Vector) -> dict[str, float]:
        """Return what the point reader makes of the sentences that come nearest to a point."""
        places = np.argsort(-to_point, kind="stable")[:MOST_READ]
        said = [self._sentences[at].text for at in places]
        said += [
            f"{self._sentences[at].text} {self._sentences[at + 1].text}"
            for at in places
            if at + 1 < len(self._sentences)
        ]
        return summary(self._reader.read([self._vectors.point_text(place)], said)[0], len(places))

    def _mean_late(self, kind: PartKind) -> float:
        places = [at for at, one in enumerate(self._page.statements) if one.kind == kind]
        return float(self._to_page.late[places].mean()) if places else float(self._to_page.late.mean())

    def _trap_over_page(self, nearest: int, kept: Places) -> float:
        """Return how much nearer a sentence comes to a trap than to what the page says on the point."""
        said = float(self._near_page.dense[kept, nearest].max(initial=0.0))
        return (float(self._near_traps.dense[:, nearest].max()) if self._near_traps else 0.0) - said

    def _problems(self, nearest: int, statement: Statement | None) -> tuple[Problem, ...]:
        if statement is None:
            return ()
        found = self._checker.check(self._sentences[nearest].text, (statement.text,)).problems
        return tuple(one for one in found if one.kind in _TURNED or (one.kind in _FIGURES and one.found))


def _beyond(near: Nearness, usual: Usual) -> _Beyond:
    """Return the share of the way that an answer goes from what any answer reaches to identity."""

    def scaled(found: Vector, expected: Vector) -> Vector:
        reached: Vector = (found - expected) / (1.0 - expected)
        return reached

    return _Beyond(
        late=scaled(near.pairs.max(axis=1), usual.late),
        dense=scaled(near.dense.max(axis=1), usual.dense),
        whole=scaled(near.whole, usual.whole),
    )


class _Words:
    """The words of an answer: what share of a text's they hold, rare words counting more."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        self._stems = frozenset(token.stem for one in sentences for token in one.tokens if token.is_content)

    def share(self, text: str) -> float:
        """Return the share, 0 to 1; a related word counts for a part."""
        wanted = {token.stem for token in tokenise(text) if token.is_content}
        weights = {stem: 0.05 + rarity(stem) for stem in sorted(wanted)}
        total = sum(weights.values())
        held = sum(weight * relatedness(stem, self._stems) for stem, weight in weights.items())
        return held / total if total else 0.0
