"""A run in the making: each row is on disk as soon as it is measured, so that a stopped run resumes."""

from __future__ import annotations

import fcntl
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pydantic import ValidationError

from coach.types import Stack
from evals.runs import (
    ItemRow,
    Kind,
    Run,
    Split,
    earlier_looks,
    file_name,
    save,
    summarise,
    summarise_slices,
)
from ingest.contract import Frozen

PARTIAL = ".partial.jsonl"


class Plan(Frozen):
    """What a run will measure; two runs of equal plans give equal rows.

    Attributes:
        with_details: Whether rows hold what a report shows of an item.
    """

    kind: Kind
    golden: str
    golden_sha256: str
    item_hashes: dict[str, str]
    split: Split
    collection: str
    stack: Stack
    instrument: str
    with_details: bool
    reason: str = ""


class _Head(Frozen):
    """First line of an unfinished run's file."""

    id: str
    created_at: datetime
    plan: Plan


class Recorder:
    """Keeps the rows of one run; use it as a context manager, and `finish` it when all rows are there.

    Attributes:
        rows: Item id -> row, those of an earlier attempt included.
    """

    def __init__(self, plan: Plan, folder: Path, *, now: datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.rows: dict[str, ItemRow] = {}
        self._head, self._stream = self._resume(plan) or self._begin(plan, now)

    def add(self, row: ItemRow) -> None:
        """Keep a row; it is on disk when this returns."""
        self.rows[row.id] = row
        _write_line(self._stream, row)

    def finish(self, *, duration_s: float, notes: Sequence[str]) -> tuple[Run, Path]:
        """Return the run with all its rows and the file that holds it; the unfinished file is gone."""
        plan = self._head.plan
        rows = tuple(self.rows[one] for one in plan.item_hashes)
        is_look = plan.split != "dev"
        run = Run(
            id=self._head.id,
            created_at=self._head.created_at,
            **{name: getattr(plan, name) for name in Plan.model_fields if name != "with_details"},
            metrics=summarise(rows),
            slices=summarise_slices(rows),
            rows=rows,
            look=earlier_looks(self._folder, plan.kind, plan.item_hashes.values()) if is_look else 0,
            notes=tuple(notes),
            duration_s=duration_s,
        )
        path = save(run, self._folder)
        Path(self._stream.name).unlink()
        self._stream.close()
        return run, path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def _begin(self, plan: Plan, now: datetime) -> tuple[_Head, IO[str]]:
        head = _Head(id=secrets.token_hex(4), created_at=now, plan=plan)
        name = file_name(plan.kind, now, head.id).removesuffix(".json") + PARTIAL
        stream = (self._folder / name).open("w", encoding="utf-8")
        fcntl.flock(stream, fcntl.LOCK_EX)
        _write_line(stream, head)
        return head, stream

    def _resume(self, plan: Plan) -> tuple[_Head, IO[str]] | None:
        """Return the fullest unfinished run of this plan that no other process is at work on, or None."""
        for path in sorted(self._folder.glob(f"{plan.kind}-*{PARTIAL}"), key=_size, reverse=True):
            stream = path.open("r+", encoding="utf-8")
            if _lock(stream) and (head := self._read(stream, plan)):
                return head, stream
            stream.close()
        return None

    def _read(self, stream: IO[str], plan: Plan) -> _Head | None:
        """Return the head of an unfinished run if it is of this plan, its rows kept.

        A last line that was torn is cut off.
        """
        first, *others = stream.read().split("\n")[:-1] or [""]
        try:
            head = _Head.model_validate_json(first)
        except ValidationError:  # killed before its first line was written, or made by another version
            return None
        if head.plan != plan:
            return None
        rows = [ItemRow.model_validate_json(line) for line in others]
        self.rows = {row.id: row for row in rows}
        stream.seek(0)
        stream.truncate()
        for one in (head, *rows):
            _write_line(stream, one)
        return head


@cache
def instrument() -> str:
    """Return the hash of the code that measures, so that rows of different code are never mixed."""
    here = Path(__file__).parent
    files = sorted([*here.glob("*.py"), *here.glob("metrics/*.py")])
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _write_line(stream: IO[str], value: Frozen) -> None:
    stream.write(value.model_dump_json() + "\n")
    stream.flush()


def _lock(stream: IO[str]) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _size(path: Path) -> int:
    return path.stat().st_size
