"""`make bench-retrieval`: our retrieval on public sets, beside what others published.

The sets go through `coach ingest` like any handbook, and questions through `coach search`; nothing is fitted
to them. The index is kept in the data folder, so that a second run only asks.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from coach.cli.progress import bar
from coach.coach import Coach
from coach.errors import CoachError
from coach.log import configure
from coach.settings import Settings
from evals.metrics.ndcg import credited_grades, ndcg
from evals.metrics.recall import recall
from evals.metrics.reciprocal_rank import reciprocal_rank
from evals.public_sets import GivenQuestion, PublicSet, load_anthropic_docs, load_scifact, write_out
from ingest.embed import Embedder
from ingest.pipeline import ingest
from ingest.store import open_store

DOCS_CUTOFF = 3
SCIFACT_CUTOFF = 10
# Hits are sections; a passage that the reader cut into several is found by the best of them.
HITS = 100
DOCS_PUBLISHED = (
    ("voyage-2", 0.659, 0.737, 0.519),
    ("voyage-2 and summaries by a large model", 0.714, 0.773, 0.555),
    ("the same, reranked by a large model", 0.693, 0.865, 0.536),
)
SCIFACT_PUBLISHED = (("BM25", 0.687), ("bge-small-en-v1.5", 0.713), ("BM25 and bge-base, fused", 0.742))


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench_retrieval", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/retrieval"), metavar="FOLDER")
    parser.add_argument("--only", choices=["anthropic-docs", "scifact"])
    chosen = parser.parse_args()
    settings = Settings()
    configure(settings.log_level)
    try:
        _print_tables(chosen.data, chosen.only, settings)
    except CoachError as error:
        sys.exit(f"{error}. {error.hint}")


def _print_tables(data: Path, only: str | None, settings: Settings) -> None:
    console = Console(width=100)
    if only != "scifact":
        public = load_anthropic_docs(data / "anthropic-docs")
        console.print(docs_table(public.questions, rank_all(public, settings)))
    if only != "anthropic-docs":
        public = load_scifact(data / "scifact")
        console.print(scifact_table(public.questions, rank_all(public, settings)))


def rank_all(public: PublicSet, settings: Settings) -> list[list[str]]:
    """Return for each question the ids of the passages found, best first, each once."""
    folder = settings.data_dir / "evals" / "public" / public.name
    names = write_out(public, folder)
    settings = settings.model_copy(update={"collection": f"public-{public.name}"})
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    store = open_store(settings)
    with bar() as progress:
        ingest([folder], store=store, embedder=embedder, collection=settings.collection, progress=progress)
    store.close()
    console = Console(stderr=True)
    with Coach(settings) as coach:
        asked = track(
            public.questions, "asking", console=console, transient=True, disable=not console.is_terminal
        )
        return [
            list(dict.fromkeys(names[hit.document] for hit in coach.search(one.text, limit=HITS)))
            for one in asked
        ]


def docs_table(questions: Sequence[GivenQuestion], rankings: Sequence[Sequence[str]]) -> Table:
    """Return recall, MRR and F1 at 3 beside the published ones; F1 is that of mean precision and recall."""
    found, ranks, precise = [], [], []
    for question, ranking in zip(questions, rankings, strict=True):
        holding = _numbers(question, ranking)
        found.append(recall(holding, DOCS_CUTOFF, places=len(question.relevant)))
        ranks.append(reciprocal_rank([bool(one) for one in holding], DOCS_CUTOFF))
        precise.append(sum(map(bool, holding[:DOCS_CUTOFF])) / DOCS_CUTOFF)
    mean_recall, mean_precision = _mean(found), _mean(precise)
    total = mean_recall + mean_precision
    f1 = 2 * mean_recall * mean_precision / total if total else 0.0
    table = _table(f"Anthropic's documentation, {len(questions)} questions", "recall@3", "MRR@3", "F1@3")
    for name, *figures in (*DOCS_PUBLISHED, ("ours", mean_recall, _mean(ranks), f1)):
        table.add_row(name, *(f"{figure:.3f}" for figure in figures))
    return table


def scifact_table(questions: Sequence[GivenQuestion], rankings: Sequence[Sequence[str]]) -> Table:
    """Return nDCG@10 beside the published ones; all grades are 1, so that gains do not matter."""
    values = []
    for question, ranking in zip(questions, rankings, strict=True):
        grades = [1] * len(question.relevant)
        values.append(ndcg(credited_grades(_numbers(question, ranking), grades), grades, SCIFACT_CUTOFF))
    table = _table(f"SciFact, {len(questions)} claims", "nDCG@10")
    for name, figure in (*SCIFACT_PUBLISHED, ("ours", _mean(values))):
        table.add_row(name, f"{figure:.3f}")
    return table


def _numbers(question: GivenQuestion, ranking: Sequence[str]) -> list[list[int]]:
    """Return for each passage found the number of the relevant one that it is."""
    relevant = sorted(question.relevant)
    return [[relevant.index(one)] if one in question.relevant else [] for one in ranking]


def _table(title: str, *columns: str) -> Table:
    table = Table("system", title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


if __name__ == "__main__":
    main()
