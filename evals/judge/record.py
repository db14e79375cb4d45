"""What is kept of a judge that was measured against people, and what a reader of its figures must know."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from coach.errors import UsageError
from evals.judge.requests import load_rubric
from evals.runs import Estimate, file_name, list_records, run_folder, write_whole
from ingest.contract import Frozen

LEAST_KAPPA = 0.6
LEAST_AGREEMENT = 0.8

Label = Literal["faithful", "unfaithful"]


class LengthBias(Frozen):
    """Share judged faithful minus share labelled so, in the shorter and the longer half of the answers."""

    shorter: float
    longer: float

    @property
    def difference(self) -> float:
        """How much kinder the judge is to long answers than people are; 0 is unbiased."""
        return self.longer - self.shorter


class PositionBias(Frozen):
    """What became of pairs of answers to one question when they changed places.

    Attributes:
        flipped: Share of the pairs whose verdict went with the place.
        first: Share of all verdicts that preferred the first answer; 0.5 is unbiased.
    """

    pairs: int
    flipped: float
    first: float


class Calibration(Frozen):
    """A judge's agreement with people, of one version: model and rubrics, or the offline scorer's version.

    Kept beside the runs as a record of its own kind.

    Attributes:
        labels: The file of labels, as it was named.
        confusion: "human label, judge's label" -> answers; unfaithful is the positive class.
        unscored: Answers without a verdict; they are in no other figure.
        agreement: Share of the answers labelled alike, with its 95% bootstrap interval.
        kappa: Cohen's; None if it is not defined, as where people gave one label only.
        metrics: What else was measured against the labels; unfaithful is the positive class.
        wanted_agreement: From which on the judge's figures stand without a warning; so `wanted_kappa`.
        position: None if the file has no two answers to one question with different labels.
    """

    id: str
    kind: Literal["calibration"] = "calibration"
    judge: str
    labels: str
    rubrics: tuple[str, ...]
    labels_sha256: str
    created_at: datetime
    n: int
    unscored: int
    agreement: Estimate
    kappa: float | None
    wanted_agreement: float = LEAST_AGREEMENT
    wanted_kappa: float = LEAST_KAPPA
    confusion: dict[str, int]
    metrics: dict[str, float | None] = Field(default_factory=dict)
    length: LengthBias | None = None
    position: PositionBias | None = None
    cost_usd: float | None = None

    @property
    def is_trusted(self) -> bool:
        """Whether it agrees with people well enough for its figures to stand without a warning."""
        agreed = self.agreement.value or 0.0
        return (self.kappa or 0.0) >= self.wanted_kappa and agreed >= self.wanted_agreement


def rubrics() -> tuple[str, ...]:
    """Return the names of the rubrics that a model judges by; another text has another name."""
    return (load_rubric("claim").name, load_rubric("pair").name)


def save_calibration(made: Calibration, data_dir: Path) -> Path:
    """Return the file that now holds the calibration; the last one of a judge's version counts."""
    return write_whole(made, run_folder(data_dir) / file_name(made.kind, made.created_at, made.id))


def load_calibration(path: Path) -> Calibration:
    """Return the calibration of a file. Raises UsageError if it holds none."""
    try:
        return Calibration.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise UsageError(
            f"{str(path)!r} is no calibration", hint="Delete it and measure the judge again."
        ) from error


def warning(judge: str, data_dir: Path) -> str:
    """Return what a reader of this judge's figures must know; empty if it agrees with people well enough."""
    files = reversed(list_records(run_folder(data_dir), "calibration"))
    known = (load_calibration(file) for file in files)
    made = next((one for one in known if (one.judge, one.rubrics) == (judge, rubrics())), None)
    if made is None:
        return f"The judge {judge} was never measured against labels of people (coach eval judge --labels)."
    if made.is_trusted:
        return ""
    kappa = "undefined" if made.kappa is None else f"{made.kappa:.2f}"
    agreement = "unknown" if made.agreement.value is None else f"{made.agreement.value:.0%}"
    return (
        f"The judge {judge} agrees with people too little to be relied on: kappa {kappa} (wanted "
        f"{LEAST_KAPPA}), agreement {agreement} (wanted {LEAST_AGREEMENT:.0%}), on {made.n} answers."
    )
