"""Several ways to the same thing, timed side by side in one run: only their ratios hold on any machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from coach.settings import Settings
from ingest.embed import Embedder, sparse_query
from ingest.store import open_store
from ingest.store.values import Leg

ROUNDS = 3
Ask = Callable[[str], object]


def time_in_turn(paths: Mapping[str, Ask], questions: Sequence[str]) -> dict[str, list[float]]:
    """Return the milliseconds of each path, question by question, without those of a first round."""
    spent_ms: dict[str, list[float]] = {name: [] for name in paths}
    for number in range(ROUNDS + 1):
        for question in questions:
            for name, ask in paths.items():  # in turn, so that all meet the same state of the machine
                began = time.perf_counter()
                ask(question)
                if number:  # the first round warms up
                    spent_ms[name].append((time.perf_counter() - began) * 1000)
    return spent_ms


@contextmanager
def bare_search(settings: Settings) -> Iterator[Ask]:
    """Give what any coach on this index needs at least: one embedding and one hybrid call of Qdrant."""
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    with closing(open_store(settings).open(settings.collection)) as build:

        def ask(question: str) -> object:
            whole = embedder.embed_query(question)
            terms = sparse_query(dict.fromkeys(question.split(), 1.0))
            legs = [
                Leg("dense", "body", whole.body, settings.dense_limit),
                Leg("sparse", "bm25", terms, settings.sparse_limit),
            ]
            return build.search(legs, limit=10, rrf_k=settings.rrf_k, where={})

        yield ask
