"""Runs: what one evaluation asked, of which stack, and what came out, kept as one JSON file each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, JsonValue, ValidationError

from coach.errors import UsageError
from coach.types import Stack
from evals.statistics import bootstrap_interval
from ingest.contract import Frozen

Kind = Literal["retrieval", "answers", "faithfulness"]
RecordKind = Literal["gate", "calibration"]
"""What else is kept beside the runs: verdicts of the gate, and how far judges agree with people."""
Split = Literal["dev", "test", "locked"]
RUNS_FOLDER = Path("evals") / "runs"
"""Below `Settings.data_dir`."""


class Estimate(Frozen):
    """A mean over items with its 95% interval.

    Attributes:
        value: None if no item was scored.
        low: Of the bootstrap interval; None below two scored items. So is `high`.
        n: Scored items, those that the mean is over.
        unscored: Items to which the metric applies and which could not be scored; not in the mean.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    unscored: int


class ItemRow(Frozen):
    """What one golden item gave.

    Attributes:
        slices: Slice name ("style", "persona", "level", "chapter") -> the value the item belongs to.
        values: Metric -> value; None means unscored. A metric that does not apply to the item is absent.
        details: What a report shows beside them: question, hits, claims with their verdicts. Empty in runs
            of a test split unless the items were asked for.
    """

    id: str
    slices: dict[str, str]
    values: dict[str, float | None]
    details: dict[str, JsonValue] = Field(default_factory=dict)


class Run(Frozen):
    """One evaluation, whole: compared, gated and reported by its file alone.

    Attributes:
        golden: The file that was run, as it was named.
        golden_sha256: Of that file's bytes.
        item_hashes: Item id -> hash of what the item asks and expects (evals/splits.py).
        stack: What gave the answers, as hash and parts.
        metrics: Metric -> its mean over all items.
        slices: Slice name -> slice value -> metric -> its mean over the items of that slice.
        instrument: Hash of the code that measured; runs of different ones may differ by definition.
        look: How many runs of a test split with items of this one were made before, in the run folder.
        reason: Why a locked split was run; empty otherwise.
        notes: Counts and warnings that are no metrics, as a reader should see them.
    """

    id: str
    kind: Kind
    created_at: datetime
    golden: str
    golden_sha256: str
    item_hashes: dict[str, str]
    split: Split
    collection: str
    stack: Stack
    metrics: dict[str, Estimate]
    slices: dict[str, dict[str, dict[str, Estimate]]]
    rows: tuple[ItemRow, ...]
    instrument: str = ""
    look: int = 0
    reason: str = ""
    notes: tuple[str, ...] = ()
    duration_s: float


def run_folder(data_dir: Path) -> Path:
    """Return the folder that holds the runs of a data folder."""
    return data_dir / RUNS_FOLDER


def file_name(kind: Kind | RecordKind, created_at: datetime, run_id: str) -> str:
    """Return the name of a run's file; names sort by time within a kind.

    >>> file_name("answers", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "ab12cd34")
    'answers-20260102T030405Z-ab12cd34.json'
    """
    return f"{kind}-{created_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{run_id}.json"


def save(run: Run, folder: Path) -> Path:
    """Return the file that now holds the run; it appears whole or not at all."""
    return write_whole(run, folder / file_name(run.kind, run.created_at, run.id))


def write_whole(value: Frozen, path: Path) -> Path:
    """Return the file that now holds a value as JSON; it appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(value.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return draft.replace(path)


def load(path: Path) -> Run:
    """Return the run of a file.

    Raises:
        UsageError: The file is missing or holds no run; says what is wrong with it.
    """
    hint = "Name a run file; 'coach eval' prints the file of each run, and writes no other kind of JSON."
    try:
        return Run.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror}", hint=hint) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{str(path)!r} is no run: {place} {first['msg']}".rstrip(), hint=hint) from error


def list_runs(folder: Path, kind: Kind | None = None) -> list[Path]:
    """Return the run files of a folder, oldest first; of one kind, or of all."""
    kinds = (kind,) if kind else get_args(Kind)
    return _oldest_first(path for one in kinds for path in folder.glob(f"{one}-*.json"))


def list_records(folder: Path, kind: RecordKind) -> list[Path]:
    """Return the files of a folder that hold verdicts of the gate, or calibrations; oldest first."""
    return _oldest_first(folder.glob(f"{kind}-*.json"))


def _oldest_first(paths: Iterable[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: (path.stem.split("-")[1:2], path.name))


def estimate(values: Iterable[float | None]) -> Estimate:
    """Return the mean of the values that are not None, with its bootstrap interval.

    >>> estimate([1.0, None]).model_dump()
    {'value': 1.0, 'low': None, 'high': None, 'n': 1, 'unscored': 1}
    """
    listed = list(values)
    scored = [value for value in listed if value is not None]
    if not scored:
        return Estimate(value=None, low=None, high=None, n=0, unscored=len(listed))
    low, high = bootstrap_interval(scored) if len(scored) > 1 else (None, None)
    return Estimate(
        value=sum(scored) / len(scored),
        low=low,
        high=high,
        n=len(scored),
        unscored=len(listed) - len(scored),
    )


def summarise(rows: Sequence[ItemRow]) -> dict[str, Estimate]:
    """Return the estimate of each metric over the items that it applies to, in the order of the rows."""
    names = dict.fromkeys(name for row in rows for name in row.values)
    return {name: estimate(row.values[name] for row in rows if name in row.values) for name in names}


def summarise_slices(rows: Sequence[ItemRow]) -> dict[str, dict[str, dict[str, Estimate]]]:
    """Return the estimates of each slice: name -> value -> metric; values in alphabetical order."""
    grouped: dict[str, dict[str, list[ItemRow]]] = {}
    for row in rows:
        for name, value in row.slices.items():
            grouped.setdefault(name, {}).setdefault(value, []).append(row)
    return {name: _summarise_each(by_value) for name, by_value in grouped.items()}


def _summarise_each(rows_by_value: Mapping[str, Sequence[ItemRow]]) -> dict[str, dict[str, Estimate]]:
    return {value: summarise(rows) for value, rows in sorted(rows_by_value.items())}


def earlier_looks(folder: Path, kind: Kind, item_hashes: Iterable[str]) -> int:
    """Return how many runs of a kind in the folder looked at any of these items in a test or locked split."""
    wanted = set(item_hashes)
    runs = (load(path) for path in list_runs(folder, kind))
    return sum(run.split != "dev" and not wanted.isdisjoint(run.item_hashes.values()) for run in runs)
