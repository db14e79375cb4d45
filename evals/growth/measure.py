"""An index of a given size, written through the store and asked as the retriever asks it."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from coach.retrieve.rewrite import Rewriter
from coach.retrieve.search import embed, find_candidates, make_legs
from coach.settings import Settings
from evals.growth.runs import Sample
from evals.growth.samples import CHUNKS_A_BATCH, Samples
from evals.memory import memory_of
from ingest.contract import IndexManifest
from ingest.embed import Embedder
from ingest.errors import IndexMismatchError
from ingest.store import open_store
from ingest.store.port import Build
from ingest.store.values import BuildVersions, Filter, Leg, RankedId

COLLECTION, BUILD = "growth", "b1"
BEST = 10
ROUNDS = 5
"""Of each question the quickest search counts: on a machine that does other things too, the others measure
those."""
RECALL_QUESTIONS = 60
"""An exact search among a million chunks takes most of a second, so not every question gets one."""

WAYS = 3
"""The first legs of each question: passages, keywords, wordings."""

FILTERED: Filter = {"level": ["staff"]}


class Written(NamedTuple):
    """Seconds that an index took: to write its chunks, and then to go live."""

    write_s: float
    publish_s: float


class Asked(NamedTuple):
    """What asking gave; the memory is what this process holds more than before it opened the index."""

    plain: Sample
    filtered: Sample
    resident_mb: float
    anonymous_mb: float


def questions(texts: Sequence[str], settings: Settings) -> list[list[Leg]]:
    """Return what the retriever asks the engine for each question.

    Raises:
        IndexMismatchError: The settings' collection was made by other weights.
    """
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    with closing(open_store(settings)) as store, closing(store.open(settings.collection)) as build:
        if build.manifest.embed_model_version != embedder.version:
            raise IndexMismatchError(f"collection {settings.collection!r} was embedded by another model")
        rewriter = Rewriter(build.vocabulary(), embedder.known_words())
    return [make_legs(embed(rewriter.rewrite(text), embedder), settings) for text in texts]


def handbook(settings: Settings, *, word_pieces: bool, seed: int) -> tuple[Samples, IndexManifest]:
    """Return samples that begin with the live build of the settings' collection, and its manifest."""
    with closing(open_store(settings)) as store, closing(store.open(settings.collection)) as build:
        ids = sorted(build.chunk_ids())
        chunks, vectors = build.chunks(ids), build.vectors(ids)
        manifest = build.manifest
    if not word_pieces:
        vectors = {one: replace(its, tokens=its.tokens[:1]) for one, its in vectors.items()}
    return Samples([chunks[one] for one in ids], [vectors[one] for one in ids], seed=seed), manifest


def write(samples: Samples, size: int, made: IndexManifest, settings: Settings) -> Written:
    """Write an index of this many chunks, in place of an earlier one."""
    versions = BuildVersions(
        dimension=made.dimension,
        token_dimension=made.token_dimension,
        embed_model_version=made.embed_model_version,
        doc_versions=samples.documents(size),
    )
    write_s = 0.0
    with closing(open_store(settings)) as store:
        store.drop(COLLECTION)
        writer = store.begin(COLLECTION, BUILD, versions=versions)
        for start in range(0, size, CHUNKS_A_BATCH):
            batch = samples.batch(start, size)
            began = time.perf_counter()
            writer.add(batch.chunks, batch.vectors)
            write_s += time.perf_counter() - began
        began = time.perf_counter()
        writer.set_vocabulary({})
        writer.publish(_manifest(made, size, store.layout))
        return Written(write_s, time.perf_counter() - began)


def _manifest(made: IndexManifest, size: int, layout: str) -> IndexManifest:
    return made.model_copy(
        update={
            "collection": COLLECTION,
            "build": BUILD,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "layout": layout,
            "chunks": size,
            "documents": (),
            "removed_chunks": 0,
        }
    )


def ask(settings: Settings, queries: Sequence[Sequence[Leg]]) -> Asked:
    """Return how long the searches take and what they find; best run in a process of its own."""
    with closing(open_store(settings)) as store:
        before = memory_of("self")  # with the engine's own program in it
        with closing(store.open(COLLECTION)) as build:
            plain, filtered = (_sample(build, queries, settings, where) for where in ({}, FILTERED))
            after = memory_of("self")
    grown = (now - then for now, then in zip(after, before, strict=True))
    return Asked(plain, filtered, *grown)


def _sample(
    build: Build, queries: Sequence[Sequence[Leg]], settings: Settings, where: Mapping[str, Sequence[str]]
) -> Sample:
    def quickest_ms(asked: Sequence[Sequence[Leg]]) -> list[float]:
        for legs in asked:
            find_candidates(build, legs, settings, where)
        quickest = [math.inf] * len(asked)
        for _ in range(ROUNDS):
            for number, legs in enumerate(asked):
                began = time.perf_counter()
                find_candidates(build, legs, settings, where)
                quickest[number] = min(quickest[number], (time.perf_counter() - began) * 1000)
        return quickest

    def best(legs: Sequence[Leg], *, exact: bool) -> list[RankedId]:
        return build.search(legs, limit=BEST, rrf_k=settings.rrf_k, where=where, exact=exact)

    compared = queries[:: max(1, len(queries) // RECALL_QUESTIONS)]
    dense = [_recall(best(legs[:1], exact=False), best(legs[:1], exact=True)) for legs in compared]
    hybrid = [_recall(best(legs, exact=False), best(legs, exact=True)) for legs in compared]
    whole = quickest_ms(queries)
    return Sample(
        p50_ms=statistics.median(whole),
        p95_ms=statistics.quantiles(whole, n=20)[-1],
        dense_recall=statistics.fmean(dense),
        hybrid_recall=statistics.fmean(hybrid),
        alone_ms=tuple(
            statistics.median(quickest_ms([legs[part : part + 1] for legs in queries]))
            for part in range(WAYS)
        ),
    )


def _recall(found: Sequence[RankedId], exact: Sequence[RankedId]) -> float:
    """Return the share of the exact hits that was found; 1.0 if there are none."""
    wanted = {hit.id for hit in exact}
    return len(wanted & {hit.id for hit in found}) / len(wanted) if wanted else 1.0
