"""Eval runs as the evals leave them: one JSON file a run, below the data folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from coach.api.schemas import EvalRun, EvalRuns
from coach.errors import NotFoundError

RUNS = Path("evals") / "runs"


def list_runs(data_dir: Path) -> EvalRuns:
    """Return all runs, newest first; none if there never was one."""
    return EvalRuns(
        runs=tuple(sorted(_find(data_dir), key=lambda run: (run.created_at, run.id), reverse=True))
    )


def read_run(data_dir: Path, run_id: str) -> str:
    """Return a run's JSON. Raises NotFoundError if there is no such run."""
    if run_id not in {run.id for run in _find(data_dir)}:  # so that no id leads out of the folder
        raise NotFoundError(f"there is no eval run {run_id!r}")
    return (data_dir / RUNS / f"{run_id}.json").read_text(encoding="utf-8")


def _find(data_dir: Path) -> list[EvalRun]:
    found = []
    for file in (data_dir / RUNS).glob("*.json"):
        known = file.stat()
        written = datetime.fromtimestamp(known.st_mtime, UTC)
        found.append(EvalRun(id=file.stem, created_at=written, bytes=known.st_size))
    return found
