"""What came of a soak: a verdict for each promise, and the figures behind it, as JSON and for people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.contract import Frozen
from tests.soak.faults import Happened
from tests.soak.memory import Sample, Trend
from tests.soak.verdicts import Verdict

ROWS_SHOWN = 20
_CURVE_ROWS = 12


class Report(Frozen):
    """One run.

    Attributes:
        left_out: Faults that could not be made on this machine, and why.
        done: Visits that went well, by kind; `errors` those that did not, by kind and by what was told.
    """

    seed: int
    minutes: float
    per_second: float
    left_out: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    done: dict[str, int]
    errors: dict[str, int]
    statuses: dict[int, int]
    median_s: float
    p99_s: float
    faults: tuple[Happened, ...]
    trends: dict[str, Trend]
    samples: dict[str, list[Sample]]

    @property
    def is_kept(self) -> bool:
        """Whether every promise was kept."""
        return all(verdict.kept for verdict in self.verdicts)


def write(report: Report, folder: Path) -> tuple[Path, Path]:
    """Write both forms into a folder and return where."""
    folder.mkdir(parents=True, exist_ok=True)
    data, page = folder / "soak.json", folder / "soak.md"
    data.write_text(report.model_dump_json(indent=1), encoding="utf-8")
    page.write_text(as_markdown(report), encoding="utf-8")
    return data, page


def as_markdown(report: Report) -> str:
    """Return the report for people."""
    lines = [
        "# Soak",
        "",
        _summary(report),
        "",
        *_table("promise", "kept", "figure", rows=[_row(one) for one in report.verdicts]),
        *(f"- {one.promise}: {what}" for one in report.verdicts for what in one.evidence[:ROWS_SHOWN]),
        "## Faults",
        "",
        *_table("fault", "from", "to", "ready again after", "started again", rows=map(_fault, report.faults)),
        *(f"Left out: {what}" for what in report.left_out),
        "",
        "## Visits",
        "",
        *_table("visit", "went well", rows=sorted(report.done.items())),
        *_table("visit: error", "times", rows=sorted(report.errors.items())),
        *_table("status", "replies", rows=sorted(report.statuses.items())),
        "## Memory",
        "",
        *_table("part", "minutes", "median MB", "MB an hour", "growth", rows=_trends(report.trends)),
        *_curve(report.samples),
    ]
    return "\n".join(lines)


def _summary(report: Report) -> str:
    requests, well, bad = (sum(one.values()) for one in (report.statuses, report.done, report.errors))
    return (
        f"{report.minutes:.1f} minutes, seed {report.seed}, {len(report.faults)} faults. "
        f"{requests} requests: median {report.median_s:.2f} s, 99th percentile {report.p99_s:.2f} s. "
        f"{well} visits went well, {bad} met an error."
    )


def _row(verdict: Verdict) -> tuple[str, str, str]:
    return verdict.promise, "yes" if verdict.kept else "**no**", verdict.figure


def _fault(one: Happened) -> tuple[object, ...]:
    ready = f"{one.recovered_s:.1f} s" if one.recovered_s is not None else "never"
    return one.name, f"{one.began_s:.0f} s", f"{one.ended_s:.0f} s", ready, ", ".join(one.restarted)


def _trends(trends: dict[str, Trend]) -> list[tuple[object, ...]]:
    return [
        (
            name,
            f"{one.minutes:.0f}",
            f"{one.median_mb:.0f}",
            f"{one.slope_mb_per_hour:+.1f}",
            f"{one.growth_share:+.1%}",
        )
        for name, one in trends.items()
    ]


def _curve(samples: dict[str, list[Sample]]) -> list[str]:
    """Return a table of memory along the run, some rows of it."""
    names = [name for name, taken in samples.items() if taken]
    if not names:
        return []
    last_s = max(taken[-1].at_s for taken in samples.values() if taken)
    rows = []
    for number in range(_CURVE_ROWS):
        at_s = last_s * number / (_CURVE_ROWS - 1)
        nearest = [min(samples[name], key=lambda one: abs(one.at_s - at_s)) for name in names]
        rows.append((f"{at_s / 60:.1f}", *(f"{one.memory_mb:.0f}" for one in nearest)))
    return _table("minute", *(f"{name} MB" for name in names), rows=rows)


def _table(*header: str, rows: Any) -> list[str]:
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    return [*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows), ""]
