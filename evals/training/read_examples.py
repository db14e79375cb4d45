"""Training examples read as the scorer reads an answer: features, labels, and aligned word pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coach.faithfulness.arrays import Places, Reals, Signs
from coach.faithfulness.evidence import Passages
from coach.faithfulness.head import SIGNS, Aligned, align
from coach.faithfulness.reader import Reader
from coach.faithfulness.reading import Reading, read_answer
from evals.training.faithfulness_data import Example

# Sentence bounds of people and of ours may differ by a sign or a space.
_LEAST_OVERLAP = 3


@dataclass(frozen=True, slots=True)
class ReadExample:
    """An example, read.

    Attributes:
        labels: bool (n_claims,), whether a claim is unfaithful.
    """

    example: Example
    reading: Reading
    labels: Signs


@dataclass(frozen=True, slots=True)
class PieceExample:
    """A part of an answer as the head sees it.

    Attributes:
        example: The place of its example; `claims` are places among that example's claims.
        pieces: int64 (n_claims_here, 2), half-open bounds of each claim's word pieces.
        labels: bool (n_pieces,), whether a piece lies in what is unfaithful.
    """

    example: int
    aligned: Aligned
    claims: Places
    pieces: Places
    labels: Signs


def read_examples(examples: Sequence[Example]) -> Iterator[ReadExample]:
    """Yield the examples, read; those without a claim are left out."""
    passages: dict[tuple[str, ...], Passages] = {}
    for example in examples:
        if example.passages not in passages:
            passages = {example.passages: Passages(example.passages)}
        reading = read_answer(example.answer, passages[example.passages], example.question)
        if reading.claims:
            labels = [
                any(
                    min(one.end, span.end) - max(one.start, span.start)
                    >= min(_LEAST_OVERLAP, one.end - one.start)
                    for span in example.spans
                )
                for one in reading.spans
            ]
            yield ReadExample(example, reading, np.array(labels))


def read_pieces(read: Sequence[ReadExample], reader: Reader) -> Iterator[PieceExample]:
    """Yield the parts of all answers, laid beside their passages."""
    for place, one in enumerate(read):
        for part in reader.parts(one.reading):
            if not len(part.answer.ids) or not len(part.passages.ids):
                continue
            told = [(claim, pieces) for claim, pieces in part.claims if len(pieces)]
            labels = np.zeros(len(part.answer.ids), dtype=bool)
            for span in one.example.spans:
                labels |= (part.answer.starts < span.end) & (part.answer.ends > span.start)
            yield PieceExample(
                example=place,
                aligned=align(part.answer, part.passages),
                claims=np.array([claim for claim, _ in told], dtype=np.int64),
                pieces=np.array([(pieces[0], pieces[-1] + 1) for _, pieces in told], dtype=np.int64).reshape(
                    -1, 2
                ),
                labels=labels,
            )


class PieceFile:
    """Piece examples in files, as half floats: reading them takes long and is done once.

    Args:
        folder: Where they are, or will be.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def is_there(self) -> bool:
        """Whether they were written to the end."""
        return (self._folder / "bounds.npy").exists()

    def write(self, found: Iterator[PieceExample]) -> None:
        """Write them."""
        self._folder.mkdir(parents=True, exist_ok=True)
        bounds: list[tuple[int, int]] = [(0, 0)]
        numbers: list[tuple[int, int, int, int]] = []
        labels: list[Signs] = []
        examples: list[int] = []
        with (self._folder / "aligned.f16").open("wb") as file:
            for one in found:
                np.concatenate(one.aligned, axis=1).astype(np.float16).tofile(file)
                numbers += [
                    (len(examples), int(claim), int(a), int(b))
                    for claim, (a, b) in zip(one.claims, one.pieces, strict=True)
                ]
                labels.append(one.labels)
                examples.append(one.example)
                bounds.append((bounds[-1][1], bounds[-1][1] + len(one.labels)))
        np.save(self._folder / "claims.npy", np.array(numbers, dtype=np.int64).reshape(-1, 4))
        np.save(self._folder / "labels.npy", np.concatenate(labels))
        np.save(self._folder / "examples.npy", np.array(examples, dtype=np.int64))
        np.save(self._folder / "bounds.npy", np.array(bounds[1:], dtype=np.int64))

    def read(self, dimension: int) -> list[PieceExample]:
        """Return them; the rows of `aligned` are half floats in a memory map."""
        width = 3 * dimension + SIGNS
        rows: Reals = np.memmap(self._folder / "aligned.f16", dtype=np.float16, mode="r").reshape(-1, width)
        labels, claims = np.load(self._folder / "labels.npy"), np.load(self._folder / "claims.npy")
        examples, bounds = np.load(self._folder / "examples.npy"), np.load(self._folder / "bounds.npy")
        firsts = np.searchsorted(claims[:, 0], np.arange(len(examples) + 1))
        cuts = (dimension, 2 * dimension, 3 * dimension)
        return [
            PieceExample(
                example=int(examples[place]),
                aligned=Aligned(*np.split(rows[start:end], cuts, axis=1)),
                claims=claims[firsts[place] : firsts[place + 1], 1],
                pieces=claims[firsts[place] : firsts[place + 1], 2:],
                labels=labels[start:end],
            )
            for place, (start, end) in enumerate(bounds)
        ]
