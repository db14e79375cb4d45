"""Answers read together with their passages, word piece by word piece, by weights that were fitted for it.

Stretches of the passages and the question are read each by itself; from the third layer on the answer looks
at all of them. Beside its states each of its pieces brings what a search would say of it: whether it, and its
neighbours, stand in the passages. evals/training/README.md says what the weights were made from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from coach.faithfulness.arrays import Places, Reals
from coach.faithfulness.parts import Part, parts
from coach.faithfulness.reading import Reading
from coach.fitted_network import FittedNetwork
from coach.word_pieces import ENDS, OPENS, WordPieces, cut

WEIGHTS = ("weights", "reader.onnx")
MOST_PASSAGE, MOST_QUESTION, MOST_ANSWER = 250, 60, 500
"""Word pieces of a stretch, the question and a part of an answer; the weights have seen no longer ones."""
PASSAGE, QUESTION = 0, 1
SIGNS = 5
"""How many numbers stand beside a word piece of an answer; `signs` says which."""
_TOP = 5


class Page(NamedTuple):
    """A part of an answer and what it is read against, as the weights take it.

    Attributes:
        told: int64 (n_told, n_pieces), the question and the stretches with their marks, filled up with 0.
        kinds: int64 (n_told,), `PASSAGE` or `QUESTION`.
        answer: int64 (1, n_answer), with its marks.
        signs: float32 (1, n_answer, SIGNS).
        places: Half-open offsets in the answer's part of its pieces between the marks.
    """

    told: Places
    kinds: Places
    answer: Places
    signs: Reals
    places: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class ClaimReading:
    """What the weights make of one claim.

    Attributes:
        logit: That the claim is not borne out.
        highest: The highest logit of one of its word pieces; `mean` is over all of them.
        top: The mean of the five highest.
    """

    logit: float
    highest: float
    mean: float
    top: float

    def values(self) -> list[float]:
        """Return them in the order in which they are weighed."""
        return [self.logit, self.highest, self.mean, self.top]


UNREAD = ClaimReading(logit=0.0, highest=0.0, mean=0.0, top=0.0)


class Reader:
    """Reads answers; safe to share between threads.

    Args:
        threads: That one reading may use.
    """

    def __init__(self, *, threads: int = 2) -> None:
        self._network = FittedNetwork("coach.faithfulness", WEIGHTS, threads=threads)

    @property
    def version(self) -> str:
        """Of the weights."""
        return self._network.version

    def read(self, reading: Reading) -> Reals:
        """Return what is made of each claim of an answer, float32 (n_claims, 4), as `ClaimReading` says."""
        rows = np.array([UNREAD.values()] * len(reading.claims), dtype=np.float32)
        for part in parts(reading):
            page = lay_out(reading, part)
            if not page.places or not len(page.told):
                continue
            logits = self._run(page)
            for place, pieces in pieces_of_claims(reading, part, page):
                rows[place] = judge(logits[pieces]).values()
        return rows

    def _run(self, page: Page) -> Reals:
        """Return three numbers for each piece of the answer between the marks, float32 (n, 3)."""
        made = self._network.run(told=page.told, kinds=page.kinds, answer=page.answer, signs=page.signs)
        logits: Reals = made[0, 1:-1]
        return logits


def lay_out(reading: Reading, part: Part) -> Page:
    """Return a part of an answer as the weights take it."""
    texts = [reading.passages.texts[one.passage][one.start : one.end] for one in part.passages]
    passages = [cut(text, MOST_PASSAGE).ids for text in texts]
    asked = cut(reading.question, MOST_QUESTION).ids
    answer = cut(reading.answer[part.answer.start : part.answer.end], MOST_ANSWER)
    told = [asked, *passages] if asked else passages
    kinds = [QUESTION] * bool(asked) + [PASSAGE] * len(passages)
    filled = np.zeros((len(told), max(map(len, told), default=0) + 2), dtype=np.int64)
    for row, ids in zip(filled, told, strict=True):
        row[: len(ids) + 2] = [OPENS, *ids, ENDS]
    return Page(
        told=filled,
        kinds=np.array(kinds, dtype=np.int64),
        answer=np.array([[OPENS, *answer.ids, ENDS]], dtype=np.int64),
        signs=np.pad(signs(answer, passages, asked), ((1, 1), (0, 0)))[None],
        places=answer.places,
    )


def signs(answer: WordPieces, passages: Sequence[Sequence[int]], asked: Sequence[int]) -> Reals:
    """Return what a search finds of each piece of an answer, float32 (n, SIGNS).

    Whether the passages hold the piece; it with the one before; with the one after; with both; whether the
    question holds it.
    """
    ids = answer.ids
    ones = {piece for passage in passages for piece in passage}
    twos = {two for passage in passages for two in pairwise(passage)}
    threes = {three for passage in passages for three in zip(passage, passage[1:], passage[2:], strict=False)}
    rows = [
        (
            piece in ones,
            at > 0 and (ids[at - 1], piece) in twos,
            at + 1 < len(ids) and (piece, ids[at + 1]) in twos,
            0 < at < len(ids) - 1 and (ids[at - 1], piece, ids[at + 1]) in threes,
            piece in asked,
        )
        for at, piece in enumerate(ids)
    ]
    return np.array(rows, dtype=np.float32).reshape(len(ids), SIGNS)


def pieces_of_claims(reading: Reading, part: Part, page: Page) -> list[tuple[int, Places]]:
    """Return the place of each claim of a part with those of its pieces, claims without one left out."""
    starts, ends = np.array(page.places, dtype=np.int64).reshape(-1, 2).T + part.answer.start
    found = []
    for place in part.claims:
        claim = reading.spans[place]
        pieces = np.flatnonzero((starts >= claim.start) & (ends <= claim.end))
        if len(pieces):
            found.append((place, pieces))
    return found


def judge(logits: Reals) -> ClaimReading:
    """Return what is made of a claim, for what is said of its pieces, float32 (n, 3) with at least one.

    The first number is a piece's own logit. The claim's is the mean of the third, weighed by the second.
    """
    own, weight, said = logits.T
    shares = np.exp(weight - weight.max())
    return ClaimReading(
        logit=float(shares @ said / shares.sum()),
        highest=float(own.max()),
        mean=float(own.mean()),
        top=float(np.sort(own)[-_TOP:].mean()),
    )


@cache
def load_reader(threads: int) -> Reader:
    """Return the reader that all scorers of a process share."""
    return Reader(threads=threads)
