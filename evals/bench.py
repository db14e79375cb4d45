"""`make bench`: what the coach adds on top of its parts, as ratios side by side in one run."""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from coach.coach import Coach
from coach.log import configure
from coach.settings import Settings
from evals.golden import load_golden
from evals.side_by_side import ROUNDS, Ask, bare_search, time_in_turn
from ingest.chunk import chunk
from ingest.contract import ChunkerParameters
from ingest.embed import Embedder
from ingest.headings import parse
from ingest.pipeline import ingest
from ingest.sources import read_sources
from ingest.store import open_store
from ingest.weights import require

COLD_STARTS = 5


def main() -> None:
    """Print the three tables: warm queries, cold starts, ingest."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument("--golden", type=Path, default=Path("evals/golden/seeds-dev.jsonl"))
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    chosen = parser.parse_args()
    configure("warning")
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        console.print(_ingest_table(chosen.corpus, settings))
        questions = [item.query for item in load_golden(chosen.golden) if item.answerable]
        console.print(_query_table(questions, settings))
        console.print(_cold_table(questions[0], settings))


def _ingest_table(corpus: Path, settings: Settings) -> Table:
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    embedder.embed_query("warm up")
    chunks = [
        piece
        for document in read_sources([corpus], max_document_mb=settings.max_document_mb).documents
        for piece in chunk(parse(document), ChunkerParameters())
    ]
    texts = [f"{piece.lead}\n{piece.plain}" for piece in chunks] + sorted({piece.title for piece in chunks})
    bare_s = _seconds(lambda: _embed_bare(texts, settings))
    whole_s = _seconds(
        lambda: ingest(
            [corpus], store=open_store(settings), embedder=embedder, collection=settings.collection
        )
    )
    again_s = _seconds(
        lambda: ingest(
            [corpus], store=open_store(settings), embedder=embedder, collection=settings.collection
        )
    )
    table = Table(
        "ingest", "seconds", "ratio", title=f"{len(chunks)} chunks of {corpus}", title_justify="left"
    )
    table.add_row("fastembed alone, same texts", f"{bare_s:.1f}", "1.00")
    table.add_row("ingest from nothing", f"{whole_s:.1f}", f"{whole_s / bare_s:.2f}")
    table.add_row("ingest again, nothing changed", f"{again_s:.2f}", f"{again_s / bare_s:.2f}")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.caption = f"peak memory of this process {peak_mb:.0f} MB"
    return table


def _embed_bare(texts: Sequence[str], settings: Settings) -> None:
    from fastembed import TextEmbedding

    folder = require(settings.embed_model, settings.weights_dir)
    model = TextEmbedding(
        "sentence-transformers/all-MiniLM-L6-v2", specific_model_path=str(folder), threads=settings.threads
    )
    for _ in model.embed(texts, batch_size=1):
        pass


def _query_table(questions: Sequence[str], settings: Settings) -> Table:
    """Return what questions take, with and without what the coach adds."""
    plain = settings.model_copy(update={"rerank": False})
    with Coach(settings) as full, Coach(plain) as unranked, bare_search(settings) as bare:
        paths: dict[str, Ask] = {
            "bare embedding + bare Qdrant call": bare,
            "whole answer, no reranker": unranked.ask,
            "whole answer, with reranker": full.ask,
        }
        spent_ms = time_in_turn(paths, questions)
    table = Table(
        "warm query",
        "median ms",
        "p95 ms",
        "ratio of medians",
        title=f"{len(questions)} questions, {ROUNDS} rounds",
        title_justify="left",
    )
    base = statistics.median(spent_ms["bare embedding + bare Qdrant call"])
    for name, times in spent_ms.items():
        middle = statistics.median(times)
        p95 = statistics.quantiles(times, n=20)[-1]
        table.add_row(name, f"{middle:.2f}", f"{p95:.2f}", f"{middle / base:.2f}")
    return table


def _cold_table(question: str, settings: Settings) -> Table:
    coach = Path(sys.executable).with_name("coach")
    environment = {**os.environ, "COACH_DATA_DIR": str(settings.data_dir)}
    table = Table(
        "cold start", "median s", "slowest s", title=f"{COLD_STARTS} starts each", title_justify="left"
    )
    for command in (["--help"], ["ask", question]):
        start = partial(subprocess.run, [coach, *command], env=environment, capture_output=True, check=True)
        times = [_seconds(start) for _ in range(COLD_STARTS)]
        table.add_row(f"coach {command[0]}", f"{statistics.median(times):.2f}", f"{max(times):.2f}")
    return table


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
