"""The offline scorer as judge: how far it agrees with people."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from evals.faithfulness import Metrics, Row
from evals.judge.calibration import cohen_kappa, confusion_of
from evals.judge.record import Calibration, Label
from evals.runs import estimate

NAME = "offline scorer"


def calibration_of(rows: Sequence[Row], found: Metrics, labels: Path, scorer: str) -> Calibration:
    """Return how far a scorer agrees with the labels of a file, which gave these rows."""
    pairs: list[tuple[Label, Label]] = [
        (row.label, row.verdict) for row in rows if row.label is not None and row.verdict != "unscored"
    ]
    human, machine = [one for one, _ in pairs], [one for _, one in pairs]
    return Calibration(
        id=secrets.token_hex(4),
        judge=f"{NAME} {scorer}",
        labels=str(labels),
        rubrics=(),
        labels_sha256=hashlib.sha256(labels.read_bytes()).hexdigest(),
        created_at=datetime.now(tz=UTC),
        n=len(pairs),
        unscored=sum(row.label is not None and row.verdict == "unscored" for row in rows),
        agreement=estimate(float(one == other) for one, other in pairs),
        kappa=cohen_kappa(human, machine),
        confusion=confusion_of(human, machine),
        metrics=found.model_dump(include={"precision", "recall", "f1", "balanced_accuracy", "auroc"}),
    )
