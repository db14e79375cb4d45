"""How well requests of recruiters are read, and whether the sets built from them are what was asked for."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeVar, get_args

from pydantic import ValidationError

from coach.errors import UsageError
from coach.recruit.check import misses
from coach.recruit.contract import ChosenSet, Selection, Wishes
from coach.recruit.pool import Pool
from ingest.contract import Frozen, Level, QuestionKind

Number = TypeVar("Number", int, float)
RequestSplit = Literal["dev", "plain", "test"]
_KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)


class Request(Frozen):
    """A request with what its author meant.

    Attributes:
        level: None means any.
        minutes: Of questions, in one set; two numbers where anything between them will do.
        count: Of questions; the same.
        avoid: Kinds and competencies.
        kinds: The only ones wanted; None means any.
    """

    id: str
    text: str
    style: str
    level: Level | None
    competencies: tuple[str, ...]
    minutes: float | tuple[float, float] | None
    count: int | tuple[int, int] | None
    avoid: tuple[str, ...]
    kinds: tuple[QuestionKind, ...] | None
    feasible: bool
    why_infeasible: str | None = None

    def stated(self, made: ChosenSet | None) -> Wishes:
        """Return the conditions that a set for it must meet; its topics are measured by themselves.

        Where anything between two numbers will do, the set's own number is asked of it if it lies there.
        """
        return Wishes(
            level=self.level,
            minutes=_nearest(self.minutes, made.minutes if made else 0),
            count=_nearest(self.count, len(made.questions) if made else 0),
            kinds=self.kinds or (),
            avoid_kinds=tuple(kind for kind in _KINDS if kind in self.avoid),
            avoid_competencies=tuple(name for name in self.avoid if name not in _KINDS),
        )


class RequestRow(Frozen):
    """What came of one request.

    Attributes:
        met: Whether every stated condition holds; None if the request is not feasible.
        named: Whether it was said that it cannot be met; None if it can.
        missed: The conditions that do not hold, in words.
        reasons: The same by name; "conflict" where the builder said that the request cannot be met.
    """

    id: str
    style: str
    level_right: bool
    found: int
    spurious: int
    missing: int
    met: bool | None
    named: bool | None
    missed: tuple[str, ...]
    reasons: tuple[str, ...]
    build_ms: float


class RequestFigures(Frozen):
    """Figures over a split.

    Attributes:
        competencies_f1: 2 found / (2 found + spurious + missing), over all requests.
        met: Share of the feasible requests whose set meets every stated condition.
        named: Share of the others that were named as such.
        unmet: How many of the feasible requests were not met, for each of the reasons.
    """

    split: RequestSplit
    requests: int
    level_right: float
    competencies_f1: float
    competencies_precision: float
    competencies_recall: float
    met: float | None
    named: float | None
    unmet: dict[str, int]
    slowest_build_ms: float


def load_requests(file: Path) -> tuple[Request, ...]:
    """Return the requests of a file. Raises UsageError for a line that is none."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            try:
                found.append(Request.model_validate(json.loads(line)))
            except (ValueError, ValidationError) as error:
                raise UsageError(f"line {number} of {file} is no request: {error}") from error
    return tuple(found)


def measure(
    requests: Sequence[Request],
    pool: Pool,
    read: Callable[[str], Wishes],
    choose: Callable[[Wishes], Selection],
) -> Iterator[RequestRow]:
    """Yield what comes of each request: read, built, and held against what its author meant."""
    for one in requests:
        wishes = read(one.text)
        started = time.perf_counter()
        selection = choose(wishes)
        build_ms = 1000 * (time.perf_counter() - started)
        found, wanted = {named.id for named in wishes.competencies}, set(one.competencies)
        missed = misses(pool, one.stated(next(iter(selection.sets), None)), selection.sets)
        is_met = selection.conflict is None and not missed
        yield RequestRow(
            id=one.id,
            style=one.style,
            level_right=wishes.level == one.level,
            found=len(found & wanted),
            spurious=len(found - wanted),
            missing=len(wanted - found),
            met=is_met if one.feasible else None,
            named=None if one.feasible else selection.conflict is not None,
            missed=tuple(f"{miss.condition}: {miss.told}" for miss in missed)
            + ((selection.conflict.because,) if selection.conflict else ()),
            reasons=(
                *sorted({miss.condition for miss in missed}),
                *(["conflict"] if selection.conflict else []),
            ),
            build_ms=build_ms,
        )


def summarise(rows: Sequence[RequestRow], split: RequestSplit) -> RequestFigures:
    """Return the figures of some rows, at least one."""
    found = sum(row.found for row in rows)
    spurious, missing = sum(row.spurious for row in rows), sum(row.missing for row in rows)
    return RequestFigures(
        split=split,
        requests=len(rows),
        level_right=sum(row.level_right for row in rows) / len(rows),
        competencies_f1=2 * found / max(1, 2 * found + spurious + missing),
        competencies_precision=found / max(1, found + spurious),
        competencies_recall=found / max(1, found + missing),
        met=_share([row.met for row in rows if row.met is not None]),
        named=_share([row.named for row in rows if row.named is not None]),
        unmet=dict(Counter(reason for row in rows if row.met is False for reason in row.reasons)),
        slowest_build_ms=max(row.build_ms for row in rows),
    )


def _nearest(wanted: Number | tuple[Number, Number] | None, number: Number) -> Number | None:
    """Return what is wanted; of two numbers and all between them what comes nearest to a number."""
    if not isinstance(wanted, tuple):
        return wanted
    low, high = wanted
    return min(max(number, low), high)


def _share(held: Sequence[bool]) -> float | None:
    return sum(held) / len(held) if held else None
