"""The runner over a golden set, as a process and in ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coach.coach import Coach
from evals.golden import GoldenItem, Relevant
from evals.retrieval import run, summarise
from tests.conftest import Ingested
from tests.support.pages import CLEAR_QUESTIONS

ITEMS = [
    GoldenItem(
        id="found",
        query=CLEAR_QUESTIONS[1],
        style="plain",
        answerable=True,
        relevant=(Relevant(document="releases.md", heading=CLEAR_QUESTIONS[1]),),
    ),
    GoldenItem(
        id="missed",
        query=CLEAR_QUESTIONS[2],
        style="odd",
        answerable=True,
        relevant=(Relevant(document="releases.md", heading="No such heading"),),
    ),
    GoldenItem(id="none", query=" ", style="odd", answerable=False),
]


def test_the_runner_scores_what_the_coach_finds_and_says(coach: Coach) -> None:
    """A found section counts, a missing one does not, and an empty question is abstained from."""
    rows = run(ITEMS, coach)
    assert [row.item.id for row in rows] == ["found", "missed", "none"]
    assert [(row.success_1, row.reciprocal_rank_10) for row in rows[:2]] == [(1.0, 1.0), (0.0, 0.0)]
    assert [row.answered for row in rows] == [True, True, False]
    assert all(row.citations == row.resolving > 0 for row in rows[:2])
    found = summarise(rows)
    assert (found["success@1"], found["MRR@10"]) == (0.5, 0.5)
    assert (found["falsely refused"], found["abstained"], found["citations resolving"]) == (0.0, 1.0, 1.0)


def test_the_report_is_json_and_nothing_else(ingested: Ingested, tmp_path: Path) -> None:
    """`--json` gives the whole and each slice by style; no log line gets between."""
    golden = tmp_path / "golden.jsonl"
    golden.write_text("\n".join(item.model_dump_json() for item in ITEMS), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "evals.retrieval", str(golden), "--json"],
        cwd=tmp_path,
        env=os.environ | {"COACH_DATA_DIR": str(ingested.program.data_dir)},
        capture_output=True,
        text=True,
        check=True,
    )
    report = json.loads(done.stdout)
    assert report.keys() == {"all", "plain", "odd"}
    assert report["all"]["success@5"] == 0.5
    assert report["plain"]["MRR@10"] == pytest.approx(1.0)
    assert done.stderr.strip() == ""
