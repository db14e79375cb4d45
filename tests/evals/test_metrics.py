"""Our metrics are those of the field: `ir_measures`, which wraps trec_eval and MS MARCO's script, agrees."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import ir_measures
import pytest
from ir_measures import RR, Qrel, ScoredDoc, Success

from evals.golden import GoldenItem
from evals.metrics.reciprocal_rank import reciprocal_rank
from evals.metrics.success import success
from evals.retrieval import Row, summarise

CUTOFFS = (1, 3, 5, 10)
DOCUMENTS = [f"d{number:02}" for number in range(30)]


@dataclass(frozen=True)
class Judged:
    """A query with its relevant documents and the ranking that some system gave; perhaps an empty one."""

    query: str
    relevant: frozenset[str]
    ranked: tuple[str, ...]

    @property
    def hits(self) -> list[bool]:
        return [document in self.relevant for document in self.ranked]


def random_queries(seed: int) -> Iterator[Judged]:
    """Yield queries whose scores tie often, broken by id as the product does; some rankings are empty."""
    chance = random.Random(seed)
    for number in range(25):
        scores = {
            one: chance.randint(0, 3) for one in chance.sample(DOCUMENTS, chance.choice([0, 1, 5, 12, 20]))
        }
        yield Judged(
            query=f"q{number:02}",
            relevant=frozenset(chance.sample(DOCUMENTS, chance.randint(1, 4))),
            ranked=tuple(sorted(scores, key=lambda one: (-scores[one], one))),
        )


def qrels(queries: list[Judged]) -> list[Qrel]:
    """Return the judgements in the library's form, some of them of grade 0."""
    relevant = [Qrel(one.query, document, 2) for one in queries for document in sorted(one.relevant)]
    wrong = [Qrel(one.query, document, 0) for one in queries for document in DOCUMENTS[:3]]
    return relevant + [row for row in wrong if row.doc_id not in _relevant(queries, row.query_id)]


def _relevant(queries: list[Judged], query: str) -> frozenset[str]:
    return next(one.relevant for one in queries if one.query == query)


def run(queries: list[Judged]) -> list[ScoredDoc]:
    """Return the rankings in the library's form; a query without hits is missing from them."""
    return [
        ScoredDoc(one.query, document, -float(rank))
        for one in queries
        for rank, document in enumerate(one.ranked)
    ]


@pytest.mark.parametrize("seed", range(6))
def test_each_query_agrees(seed: int) -> None:
    """Success@k and RR@k of every query, at every cutoff; a query that found nothing scores 0."""
    queries = list(random_queries(seed))
    assert any(not one.ranked for one in queries)
    measures = [measure for k in CUTOFFS for measure in (Success @ k, RR @ k)]
    theirs = {
        (found.query_id, str(found.measure)): found.value
        for found in ir_measures.iter_calc(measures, qrels(queries), run(queries))
    }
    for one in queries:
        for k in CUTOFFS:
            assert success(one.hits, k) == theirs.get((one.query, f"Success@{k}"), 0.0)
            assert reciprocal_rank(one.hits, k) == pytest.approx(theirs.get((one.query, f"RR@{k}"), 0.0))


@pytest.mark.parametrize("seed", range(6))
def test_the_summary_agrees(seed: int) -> None:
    """The means count a query that found nothing as 0 and leave unanswerable ones out."""
    queries = list(random_queries(seed))
    rows = [row(one.query, one.hits) for one in queries]
    rows += [row(f"none-{number}", [], answerable=False, answered=number == 0) for number in range(4)]
    ours = summarise(rows)
    theirs = ir_measures.calc_aggregate([Success @ 1, Success @ 5, RR @ 10], qrels(queries), run(queries))
    assert ours["success@1"] == pytest.approx(theirs[Success @ 1])
    assert ours["success@5"] == pytest.approx(theirs[Success @ 5])
    assert ours["MRR@10"] == pytest.approx(theirs[RR @ 10])
    assert (ours["answerable"], ours["unanswerable"], ours["abstained"]) == (25, 4, 0.75)


def row(query: str, hits: list[bool], *, answerable: bool = True, answered: bool = True) -> Row:
    """Return what the runner notes of a query."""
    return Row(
        item=GoldenItem(id=query, query=query, answerable=answerable),
        success_1=success(hits, 1),
        success_5=success(hits, 5),
        reciprocal_rank_10=reciprocal_rank(hits, 10),
        answered=answered,
        claims=0,
        citations=0,
        resolving=0,
    )


def test_nothing_asked_is_no_division_by_zero() -> None:
    """A summary of no rows, or of a golden set without unanswerable items, is zeros."""
    assert set(summarise([]).values()) == {0.0}
