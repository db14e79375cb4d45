"""Runs as a runner would have written them, with values that a test chooses."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from coach.types import Stack
from evals.runs import ItemRow, Kind, Run, Split, summarise, summarise_slices

BEGAN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
STYLES = ("plain", "misspelt", "rambling", "jargon")

Columns = Mapping[str, Sequence[float | None]]


def rows_of(columns: Columns, styles: Sequence[str] = ("plain",)) -> tuple[ItemRow, ...]:
    """Return one row a position; its style goes round through `styles`."""
    length = len(next(iter(columns.values())))
    return tuple(
        ItemRow(
            id=f"q{number:03}",
            slices={"style": styles[number % len(styles)]},
            values={name: values[number] for name, values in columns.items()},
        )
        for number in range(length)
    )


def sample_run(
    rows: Sequence[ItemRow],
    *,
    name: str = "before",
    kind: Kind = "answers",
    split: Split = "dev",
    golden: str = "golden-dev.jsonl",
    minutes_later: int = 0,
    **changes: Any,
) -> Run:
    """Return the run of these rows; `changes` replace fields."""
    made = Run(
        id=name,
        kind=kind,
        created_at=BEGAN + timedelta(minutes=minutes_later),
        golden=golden,
        golden_sha256=hashlib.sha256(golden.encode()).hexdigest(),
        item_hashes={row.id: f"content of {row.id}" for row in rows},
        split=split,
        collection="handbook",
        stack=Stack(hash=f"stack-of-{name}", parts={"writer": "outline", "index": "build-7"}),
        metrics=summarise(rows),
        slices=summarise_slices(rows),
        rows=tuple(rows),
        duration_s=12.5,
    )
    return made.model_copy(update=changes)


def coin_tosses(seed: int, n: int, share: float) -> list[float]:
    """Return n values of 0 and 1, about `share` of them 1."""
    chance = random.Random(seed)
    return [float(chance.random() < share) for _ in range(n)]
