"""Training examples read as the scorer reads an answer: features and labels of claims, and word pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from coach.faithfulness.arrays import Places, Signs
from coach.faithfulness.evidence import Passages
from coach.faithfulness.parts import parts
from coach.faithfulness.reader import Page, lay_out, pieces_of_claims
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


class PageExample(NamedTuple):
    """A part of an answer as the reader sees it, with what it should say.

    Attributes:
        source: The set that it comes from, and `group` what must stay together.
        claims: The places of each claim's word pieces among those between the marks, and whether it is
            unfaithful.
        wrong: bool (n_pieces,), whether a piece lies in what is unfaithful.
    """

    source: str
    group: str
    page: Page
    claims: list[tuple[Places, bool]]
    wrong: Signs


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


def read_pages(read: Sequence[ReadExample]) -> Iterator[PageExample]:
    """Yield the parts of all answers, laid out for the reader."""
    for one in read:
        for part in parts(one.reading):
            page = lay_out(one.reading, part)
            claims = [
                (pieces, bool(one.labels[place]))
                for place, pieces in pieces_of_claims(one.reading, part, page)
            ]
            if claims and len(page.told):
                starts, ends = np.array(page.places).T + part.answer.start
                wrong = np.zeros(len(starts), dtype=bool)
                for span in one.example.spans:
                    wrong |= (starts < span.end) & (ends > span.start)
                yield PageExample(one.example.source, one.example.group, page, claims, wrong)
