"""What the page reads of verdicts and calibrations; fields that it does not know are passed over."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from ui.models import Estimate, Reply


class Change(Reply):
    """A headline metric of the baseline and of the run."""

    before: Estimate
    after: Estimate | None = None


class Failure(Reply):
    """One reason why the gate stayed shut; `slice` is empty for the whole run."""

    metric: str
    slice: str = ""
    problem: Literal["dropped", "missing", "unscored"]
    before: float | None = None
    after: float | None = None
    drop: float | None = None
    n: int = 0


class GateVerdict(Reply):
    """Whether a run may replace its baseline; `override` is why it does all the same."""

    id: str
    run: str
    baseline: str
    measured: str
    golden: str
    split: str
    created_at: datetime
    headlines: dict[str, Change] = Field(default_factory=dict)
    passed: bool
    override: str = ""
    failures: tuple[Failure, ...] = ()
    compared: str = ""
    items: int = 0


class LengthBias(Reply):
    """Share judged faithful minus share labelled so, in the shorter and the longer half."""

    shorter: float
    longer: float


class PositionBias(Reply):
    """What became of pairs that changed places."""

    pairs: int
    flipped: float
    first: float


class Calibration(Reply):
    """How far a judge agrees with people; `confusion` is by "people's, the judge's"."""

    id: str
    judge: str
    labels: str = ""
    created_at: datetime
    n: int
    unscored: int = 0
    agreement: Estimate
    kappa: float | None = None
    wanted_agreement: float
    wanted_kappa: float
    confusion: dict[str, int] = Field(default_factory=dict)
    metrics: dict[str, float | None] = Field(default_factory=dict)
    length: LengthBias | None = None
    position: PositionBias | None = None
    cost_usd: float | None = None

    @property
    def is_trusted(self) -> bool:
        """Whether its figures stand without a warning."""
        agreed = self.agreement.value or 0.0
        return (self.kappa or 0.0) >= self.wanted_kappa and agreed >= self.wanted_agreement
