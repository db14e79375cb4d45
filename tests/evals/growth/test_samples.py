"""Chunks drawn around real ones."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from evals.growth.samples import CHUNKS_A_BATCH, Samples, neighbour_spread
from ingest.contract import Chunk, stable_id
from ingest.store.values import ChunkVectors, SparseVector, Vector

REAL = 300
SIZE = 2 * CHUNKS_A_BATCH + 7
DIMENSION = 16


def near(chance: np.random.Generator, centre: Vector) -> Vector:
    """Return a unit vector near another, apart from it in the first half of the dimensions alone."""
    moved = centre.copy()
    moved[: DIMENSION // 2] += 0.1 * chance.standard_normal(DIMENSION // 2)
    unit: Vector = (moved / np.linalg.norm(moved)).astype(np.float32)
    return unit


@pytest.fixture(scope="module")
def samples() -> Samples:
    """Samples around 300 chunks in ten clusters, whose terms are the commoner the smaller they are."""
    chance = np.random.default_rng(5)
    centres = chance.standard_normal((10, DIMENSION)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    chunks, vectors = [], []
    for number in range(REAL):
        name = str(number)
        chunks.append(
            Chunk(
                id=stable_id(name), document="a.md", section_id=name, question_id=None, heading=name, path=(),
                start=0, end=1, text=name, plain=name,
            )
        )  # fmt: skip
        body = near(chance, centres[number % 10])
        terms = tuple(sorted({int(term) for term in chance.zipf(1.5, 30) if term < 2000}))
        bm25 = SparseVector(terms, tuple(np.linspace(0.5, 2.0, len(terms)).tolist()))
        wordings = body[np.newaxis] if number % 3 == 0 else None
        vectors.append(ChunkVectors(body, body, body[np.newaxis, :4], bm25, wordings))
    return Samples(chunks, vectors, seed=7)


def drawn(samples: Samples, size: int = SIZE) -> tuple[list[Chunk], list[ChunkVectors]]:
    """Return all chunks and vectors up to a size."""
    made = [samples.batch(start, size) for start in range(0, size, CHUNKS_A_BATCH)]
    return [one for batch in made for one in batch.chunks], [one for batch in made for one in batch.vectors]


def test_a_larger_size_begins_with_a_smaller_one(samples: Samples) -> None:
    """The real chunks come first, then those drawn; what stands at a place does not depend on the size."""
    (few, few_vectors), (many, many_vectors) = drawn(samples, 420), drawn(samples)
    assert [one.section_id for one in few[:REAL]] == [str(number) for number in range(REAL)]
    assert few == many[:420]
    assert len(many) == len(many_vectors) == len({one.id for one in many}) == SIZE
    for one, other in zip(few_vectors, many_vectors, strict=False):
        np.testing.assert_array_equal(one.body, other.body)
        assert one.bm25 == other.bm25


def test_every_document_has_a_version(samples: Samples) -> None:
    """A store takes no chunk of a document that it was not told of."""
    chunks, _ = drawn(samples)
    assert {one.document for one in chunks} <= samples.documents(SIZE).keys()


def test_drawn_vectors_lie_as_near_as_neighbours_do(samples: Samples) -> None:
    """Each has unit norm, and is about as far from its model as a real chunk is from the next one."""
    chunks, vectors = drawn(samples)
    bodies = np.stack([one.body for one in vectors])
    np.testing.assert_allclose(np.linalg.norm(bodies, axis=1), 1.0, atol=1e-5)
    real = bodies[:REAL]
    likeness = real @ real.T
    np.fill_diagonal(likeness, -1.0)
    by_heading = {one.heading: body for one, body in zip(chunks[:REAL], real, strict=True)}
    models = np.stack([by_heading[one.heading] for one in chunks[REAL:]])
    to_model = (bodies[REAL:] * models).sum(axis=1)
    assert abs(np.median(to_model) - np.median(likeness.max(axis=1))) < 0.02


def test_the_spread_is_that_of_the_differences(samples: Samples) -> None:
    """Its square is their covariance, worked out here pair by pair."""
    _, vectors = drawn(samples, REAL)
    bodies = np.stack([one.body for one in vectors])
    apart = []
    for place, body in enumerate(bodies):
        others = [other for other in range(REAL) if other != place]
        nearest = max(others, key=lambda other: float(bodies[other] @ body))
        apart.append(bodies[nearest] - body)
    expected = sum(np.outer(one, one) for one in apart) / REAL
    spread = neighbour_spread(bodies, [str(number) for number in range(REAL)])
    np.testing.assert_allclose(spread @ spread.T, expected, atol=1e-5)


def test_common_terms_stay_common_and_new_ones_go_on_coming(samples: Samples) -> None:
    """The commonest real terms lead among the drawn ones too, and the vocabulary grows past the real one."""
    _, vectors = drawn(samples)
    real, new = (
        Counter(index for one in part for index in one.bm25.indices)
        for part in (vectors[:REAL], vectors[REAL:])
    )
    assert {index for index, _ in real.most_common(3)} == {index for index, _ in new.most_common(3)}
    assert new.keys() - real.keys()
    assert all(list(one.bm25.indices) == sorted(set(one.bm25.indices)) for one in vectors)
    assert all(len(one.bm25.indices) == len(one.bm25.values) for one in vectors)
