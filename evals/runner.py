"""One pass over a golden set: each question is asked once, and all that is wanted is measured on that."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coach.coach import Coach
from coach.errors import UsageError
from evals.answers import Judge, Measured, measure_answer, unscored_answer
from evals.golden import GoldenItem, load_golden
from evals.recorder import Plan, Recorder, instrument
from evals.retrieval import HITS, describe_retrieval, measure_retrieval, unscored_retrieval
from evals.runs import ItemRow, Kind, Run, Split, run_folder
from evals.slices import Home, find_home, slices_of
from evals.splits import item_hash

Progress = Callable[[Sequence[GoldenItem]], Iterable[GoldenItem]]
"""Passes items through, one by one, and shows how far it is."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A run and the file that holds it."""

    run: Run
    path: Path


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be run.

    Attributes:
        show_items: Whether rows hold questions and answers although the split is not dev.
        reason: Why a locked split is run.
    """

    kinds: tuple[Kind, ...]
    golden: Path
    split: Split
    show_items: bool = False
    reason: str = ""

    @property
    def with_details(self) -> bool:
        """Whether rows hold what a report shows of an item."""
        return self.split == "dev" or self.show_items


def run_golden(
    task: Task, coach: Coach, *, judge: Judge, notes: Sequence[str] = (), progress: Progress = iter
) -> list[Finished]:
    """Return a finished run of each kind, in order, over one pass in which each question is asked once.

    Rows measured by an interrupted run of the same golden set, stack and code are taken over.

    Raises:
        UsageError: The golden file is unusable, or the collection holds no relevant place of it; or a locked
            split is to be run without a reason.
    """
    if task.split == "locked" and not task.reason.strip():
        raise UsageError("a locked split is run for a reason", hint="Give it with --reason; it is stored.")
    items = load_golden(task.golden)
    homes = {item.id: find_home(item, coach) for item in items}
    notes = [*notes, *_check_places(items, homes, coach)]
    began, folder = time.monotonic(), run_folder(coach.settings.data_dir)
    with ExitStack() as open_files:
        recorders = [
            open_files.enter_context(Recorder(_plan(kind, task, items, coach), folder, now=datetime.now(UTC)))
            for kind in task.kinds
        ]
        waiting = [item for item in items if any(item.id not in one.rows for one in recorders)]
        for item in progress(waiting):
            for row, recorder in zip(
                _measure(item, homes[item.id], task, coach, judge), recorders, strict=True
            ):
                recorder.add(row)
        duration_s = round(time.monotonic() - began, 3)
        return [Finished(*one.finish(duration_s=duration_s, notes=notes)) for one in recorders]


def _plan(kind: Kind, task: Task, items: Sequence[GoldenItem], coach: Coach) -> Plan:
    return Plan(
        kind=kind,
        golden=str(task.golden),
        golden_sha256=hashlib.sha256(task.golden.read_bytes()).hexdigest(),
        item_hashes={item.id: item_hash(item) for item in items},
        split=task.split,
        collection=coach.settings.collection,
        stack=coach.stack,
        instrument=instrument(),
        with_details=task.with_details,
        reason=task.reason,
    )


def _measure(item: GoldenItem, home: Home, task: Task, coach: Coach, judge: Judge) -> list[ItemRow]:
    """Return a row of each kind; a question that cannot be asked is unscored, with the reason."""
    try:
        hits, answer = coach.search(item.query, limit=HITS), coach.ask(item.query)
    except UsageError as error:
        found = [_unscored(kind, item, error) for kind in task.kinds]
    else:
        found = [
            Measured(measure_retrieval(item, hits, answer), describe_retrieval(item, hits, answer))
            if kind == "retrieval"
            else measure_answer(item, answer, judge=judge, read=coach.document_text, box_minutes=home.minutes)
            for kind in task.kinds
        ]
    return [
        ItemRow(
            id=item.id,
            slices=slices_of(item, home),
            values=one.values,
            details=one.details if task.with_details else {},
        )
        for one in found
    ]


def _unscored(kind: Kind, item: GoldenItem, error: UsageError) -> Measured:
    values = unscored_retrieval(item) if kind == "retrieval" else unscored_answer(item)
    return Measured(values, {"question": item.query, "error": str(error)})


def _check_places(items: Sequence[GoldenItem], homes: dict[str, Home], coach: Coach) -> list[str]:
    """Return a note on relevant places that the index lacks: they count as not found.

    Raises:
        UsageError: It lacks all of them, so that the golden set must be of another handbook.
    """
    missing = [(item, place) for item in items for place in homes[item.id].missing]
    if not missing:
        return []
    first_item, first = missing[0]
    example = f"{first.document!r}, {first.heading or f'{first.start}-{first.end}'!r} of {first_item.id!r}"
    total = sum(len(item.places) for item in items)
    if len(missing) == total:
        raise UsageError(
            f"collection {coach.settings.collection!r} holds none of the {total} relevant places: {example}",
            hint="Name the collection that holds the handbook of this golden set with --collection.",
        )
    return [f"{len(missing)} of {total} relevant places are not in the collection, the first: {example}"]
