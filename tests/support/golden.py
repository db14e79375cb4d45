"""Golden items over the small handbook, and files of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evals.golden import GoldenItem, Relevant
from tests.support.pages import CLEAR_QUESTIONS

ROLLBACK = Relevant(document="releases.md", heading=CLEAR_QUESTIONS[1])
ITEMS = (
    GoldenItem(
        id="found",
        query=CLEAR_QUESTIONS[1],
        style="plain",
        persona="developer",
        answerable=True,
        relevant=(
            ROLLBACK,
            Relevant(document="releases.md", heading="What does a canary release prove?", grade=1),
        ),
        key_facts=("24 hours", "error budget"),
    ),
    GoldenItem(
        id="missed",
        query=CLEAR_QUESTIONS[2],
        style="odd",
        answerable=True,
        relevant=(Relevant(document="releases.md", heading="No such heading"),),
    ),
    GoldenItem(id="none", query=" ", style="odd", answerable=False),
)


def write(folder: Path, items: Sequence[GoldenItem] = ITEMS, name: str = "golden.jsonl") -> Path:
    """Return a golden file of these items."""
    file = folder / name
    file.write_text("\n".join(item.model_dump_json() for item in items), encoding="utf-8")
    return file
