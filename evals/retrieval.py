"""`python -m evals.retrieval GOLDEN`: how well the coach finds what answers, and abstains from the rest."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from coach.coach import Coach
from coach.log import configure
from coach.settings import Settings
from evals.golden import GoldenItem, load_golden
from evals.metrics.reciprocal_rank import reciprocal_rank
from evals.metrics.success import success

CUTOFF = 10


@dataclass(frozen=True, slots=True)
class Row:
    """What one item gave. For an unanswerable item the ranks say nothing and are not averaged."""

    item: GoldenItem
    success_1: float
    success_5: float
    reciprocal_rank_10: float
    answered: bool
    claims: int
    citations: int
    resolving: int


def run(items: Iterable[GoldenItem], coach: Coach) -> list[Row]:
    """Return one row an item: its ranking, and whether the coach answered and its citations resolve."""
    rows = []
    for item in track(list(items), description="asking", console=Console(stderr=True), transient=True):
        hits = coach.search(item.query, limit=CUTOFF)
        relevant = [any(one.holds(hit) for one in item.relevant) for hit in hits]
        answer = coach.ask(item.query)
        cited = [citation for claim in answer.outline.claims() for citation in claim.citations]
        rows.append(
            Row(
                item=item,
                success_1=success(relevant, 1),
                success_5=success(relevant, 5),
                reciprocal_rank_10=reciprocal_rank(relevant, CUTOFF),
                answered=answer.status == "answered",
                claims=len(answer.outline.claims()),
                citations=len(cited),
                resolving=sum(
                    coach.document_text(one.document)[one.start : one.end] == one.quote for one in cited
                ),
            )
        )
    return rows


def summarise(rows: list[Row]) -> dict[str, float]:
    """Return the means over answerable items, and the two abstention rates."""
    answerable = [row for row in rows if row.item.answerable]
    other = [row for row in rows if not row.item.answerable]
    citations = sum(row.citations for row in rows)
    return {
        "answerable": len(answerable),
        "success@1": _mean(row.success_1 for row in answerable),
        "success@5": _mean(row.success_5 for row in answerable),
        "MRR@10": _mean(row.reciprocal_rank_10 for row in answerable),
        "falsely refused": _mean(float(not row.answered) for row in answerable),
        "unanswerable": len(other),
        "abstained": _mean(float(not row.answered) for row in other),
        "citations": citations,
        "citations resolving": sum(row.resolving for row in rows) / citations if citations else 0.0,
        "claims an answer": _mean(float(row.claims) for row in rows if row.answered),
    }


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0


def main() -> None:
    """Print the summary and the slices by style, as a table or with --json as JSON."""
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval", description=__doc__)
    parser.add_argument("golden", type=Path)
    parser.add_argument("--collection")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    settings = Settings(collection=chosen.collection) if chosen.collection else Settings()
    configure(settings.log_level)
    with Coach(settings) as coach:
        rows = run(load_golden(chosen.golden), coach)
    slices: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        slices[row.item.style].append(row)
    found = {"all": summarise(rows)} | {style: summarise(rows) for style, rows in sorted(slices.items())}
    if chosen.json:
        json.dump(found, sys.stdout)
        return
    table = Table("slice", *found["all"], title=str(chosen.golden))
    for style, figures in found.items():
        table.add_row(
            style, *(f"{value:.3f}" if isinstance(value, float) else str(value) for value in figures.values())
        )
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
