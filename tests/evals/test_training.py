"""What models are fitted on holds no question that they are measured by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

EVALS = Path(__file__).parents[2] / "evals"
MEASURED = ("golden/handbook-test.jsonl", "redteam/sets/*-held-out.jsonl")
LEAST_WORDS = 4
"""Shorter ones ("thanks") are anybody's."""


def questions(*patterns: str) -> Iterator[str]:
    """Yield the questions of files below `evals`, without case and punctuation, of `LEAST_WORDS` or more."""
    for file in (file for pattern in patterns for file in sorted(EVALS.glob(pattern))):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line) if line.strip() else {}
            words = re.findall(r"\w+", str(row.get("query") or row.get("question") or "").lower())
            if len(words) >= LEAST_WORDS:
                yield " ".join(words)


def test_no_question_of_a_test_split_is_fitted_on() -> None:
    """Counts alone, so that a failure tells nothing of a test question."""
    measured = set(questions(*MEASURED))
    fitted = [*questions("training/*.jsonl", "training/gate/*.jsonl")]
    assert len(measured) > 200
    assert len(fitted) > 6000
    assert sum(one in measured for one in fitted) == 0
