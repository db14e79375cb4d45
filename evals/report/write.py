"""From a run file to a page file."""

from __future__ import annotations

from pathlib import Path

from coach.errors import UsageError
from evals.report.page import MOST_RUNS, render
from evals.runs import Run, list_runs, load


def write(run_file: Path, page: Path) -> Path:
    """Return the page that now shows a run, with the latest runs of its folder as trend.

    The page appears whole or not at all.

    Raises:
        UsageError: The run cannot be read, or the page cannot be written.
    """
    run = load(run_file)
    html = render(run, _earlier(run, run_file.parent))
    draft = page.with_name(f".{page.name}.draft")
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(html, encoding="utf-8", errors="replace")
        return draft.replace(page)
    except OSError as error:
        raise UsageError(
            f"cannot write {str(page)!r}: {error.strerror}", hint="Name a file in a folder that takes one."
        ) from error


def _earlier(run: Run, folder: Path) -> list[Run]:
    """Return the runs of this kind that the folder holds; no more are read than a trend shows."""
    before = [path for path in list_runs(folder, run.kind) if run.id not in path.name]
    found = []
    for path in reversed(before):
        one = load(path)
        if one.created_at < run.created_at and one.golden == run.golden:
            found.append(one)
        if len(found) == MOST_RUNS - 1:
            break
    return found
