"""Our ranking metrics are those of the field: `ir_measures`, which wraps trec_eval and others, agrees."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import AP, RR, Qrel, R, ScoredDoc, Success, nDCG

from evals.metrics.context_precision import context_precision
from evals.metrics.ndcg import credited_grades, ndcg
from evals.metrics.recall import recall
from evals.metrics.reciprocal_rank import reciprocal_rank
from evals.metrics.success import success

CUTOFFS = (1, 3, 5, 10)
DOCUMENTS = [f"d{number:02}" for number in range(30)]


@dataclass(frozen=True)
class Judged:
    """A query with graded documents and the ranking that some system gave, perhaps empty or with repeats."""

    query: str
    grades: dict[str, int]
    ranked: tuple[str, ...]

    @property
    def places(self) -> list[str]:
        """The relevant documents, in the order of their numbers."""
        return [one for one, grade in self.grades.items() if grade]

    @property
    def found(self) -> list[list[int]]:
        """For each hit the number of the relevant document it is."""
        return [[self.places.index(one)] if one in self.places else [] for one in self.ranked]

    @property
    def relevant(self) -> list[bool]:
        return [bool(one) for one in self.found]

    @property
    def graded(self) -> list[int]:
        return [self.grades[one] for one in self.places]


def random_queries(seed: int) -> Iterator[Judged]:
    """Yield queries whose scores tie often, broken by id as the product does; some repeat a document."""
    chance = random.Random(seed)
    for number in range(25):
        scores = {
            one: chance.randint(0, 3) for one in chance.sample(DOCUMENTS, chance.choice([0, 1, 5, 12, 20]))
        }
        ranked = sorted(scores, key=lambda one: (-scores[one], one))
        if number % 3 == 0:
            ranked += chance.choices(ranked, k=3) if ranked else []
            chance.shuffle(ranked)
        grades = {one: chance.choice([0, 1, 1, 2]) for one in chance.sample(DOCUMENTS, chance.randint(1, 6))}
        if not any(grades.values()):
            grades[chance.choice(DOCUMENTS)] = 1
        yield Judged(f"q{number:02}", grades, tuple(ranked))


def qrels(queries: Sequence[Judged], *, exponential: bool = False) -> list[Qrel]:
    """Return the judgements in the library's form; with gains for grades, its linear nDCG is exponential."""
    return [
        Qrel(one.query, document, 2**grade - 1 if exponential else grade)
        for one in queries
        for document, grade in one.grades.items()
    ]


def run(queries: Sequence[Judged]) -> list[ScoredDoc]:
    """Return the rankings in the library's form; a repeat takes its rank as a document nobody judged.

    A query without hits is missing from them.
    """
    rows = []
    for one in queries:
        for rank, document in enumerate(one.ranked):
            name = document if document not in one.ranked[:rank] else f"again-{rank}"
            rows.append(ScoredDoc(one.query, name, -float(rank)))
    return rows


def theirs(
    measures: Sequence[ir_measures.Measure], judged: list[Qrel], ranked: list[ScoredDoc]
) -> dict[tuple[str, str], float]:
    """Return what the library computes, by query and measure."""
    return {
        (found.query_id, str(found.measure)): found.value
        for found in ir_measures.iter_calc(measures, judged, ranked)
    }


@pytest.mark.parametrize("seed", range(6))
def test_each_query_agrees_with_the_library(seed: int) -> None:
    """Success, reciprocal rank, recall and nDCG at every cutoff; a query that found nothing scores 0."""
    queries = list(random_queries(seed))
    assert any(not one.ranked for one in queries)
    assert any(len(set(one.ranked)) < len(one.ranked) for one in queries)
    measures = [measure for k in CUTOFFS for measure in (Success @ k, RR @ k, R @ k, nDCG @ k)]
    linear = theirs(measures, qrels(queries), run(queries))
    exponential = theirs([nDCG @ k for k in CUTOFFS], qrels(queries, exponential=True), run(queries))
    for one in queries:
        credited = credited_grades(one.found, one.graded)
        for k in CUTOFFS:
            ours = {
                f"Success@{k}": success(one.relevant, k),
                f"RR@{k}": reciprocal_rank(one.relevant, k),
                f"R@{k}": recall(one.found, k, places=len(one.places)),
                f"nDCG@{k}": ndcg(credited, one.graded, k, gain="linear"),
            }
            for name, value in ours.items():
                assert value == pytest.approx(linear.get((one.query, name), 0.0), abs=1e-9), (one, name)
            wanted = exponential.get((one.query, f"nDCG@{k}"), 0.0)
            assert ndcg(credited, one.graded, k) == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_context_precision_is_average_precision_over_what_was_found(seed: int) -> None:
    """Each rank is a document of its own, relevant or not, and only those among the first k were judged."""
    queries = list(random_queries(seed))
    for k in CUTOFFS:
        ranks = {one.query: list(enumerate(one.relevant[:k])) for one in queries}
        judged = [Qrel(q, str(rank), int(good)) for q, found in ranks.items() for rank, good in found]
        ranked = [ScoredDoc(q, str(rank), -float(rank)) for q, found in ranks.items() for rank, _ in found]
        wanted = theirs([AP], judged, ranked)
        for one in queries:
            expected = wanted.get((one.query, "AP"), 0.0)
            assert context_precision(one.relevant, k) == pytest.approx(expected, abs=1e-9)


def test_a_hit_in_nested_places_takes_the_better_one() -> None:
    """For recall it finds both; it is credited with one, so a hit in the other still brings something."""
    found = [[0, 1], [0]]
    assert recall(found, 1, places=2) == 1.0
    assert credited_grades(found, [1, 2]) == [2, 1]


@given(
    st.lists(st.lists(st.integers(0, 5), unique=True)), st.lists(st.integers(1, 3), min_size=6, max_size=6)
)
def test_ndcg_never_exceeds_one(found: list[list[int]], grades: list[int]) -> None:
    """However places nest and repeat, each is credited once, and the best order has 1."""
    credited = credited_grades(found, grades)
    assert len([one for one in credited if one]) <= len(grades)
    for k in CUTOFFS:
        assert 0.0 <= ndcg(credited, grades, k) <= 1.0 + 1e-9
        assert ndcg(sorted(grades, reverse=True), grades, k) == pytest.approx(1.0)


def test_nothing_found_is_zero() -> None:
    """No hit, and no place with a grade, is 0 and no division by it."""
    assert (success([], 5), reciprocal_rank([], 5), context_precision([], 5)) == (0.0, 0.0, 0.0)
    assert (recall([], 5, places=3), ndcg([], [2], 5), ndcg([], [], 5)) == (0.0, 0.0, 0.0)
