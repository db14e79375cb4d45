"""How long each stage took, and when: what `timing_ms` and the spans of a trace are made of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Lap:
    """One run of a stage; used by the thread that makes the answer.

    Attributes:
        began_ns: On the clock of `time.perf_counter_ns`.
        ended_ns: Likewise; None while it runs.
        inside: The lap that it ran within; None for a stage of its own.
        error: Class of the error that ended it; empty if it ended well.
    """

    name: str
    began_ns: int
    ended_ns: int | None = None
    inside: Lap | None = None
    error: str = ""


class Stopwatch:
    """Collects milliseconds by stage; a stage entered twice adds up.

    A stage within a stage is kept as a lap and counts in the outer one's milliseconds alone, so that stages
    never add up to more than the total.

    Attributes:
        laps: In the order in which they began.
    """

    def __init__(self) -> None:
        self.began_ns = time.perf_counter_ns()
        self.laps: list[Lap] = []
        self._current: Lap | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what runs inside."""
        lap = Lap(name, time.perf_counter_ns(), inside=self._current)
        self.laps.append(lap)
        self._current = lap
        try:
            yield
        except BaseException as error:  # a reader that goes away, too
            lap.error = type(error).__name__
            raise
        finally:
            self._current = lap.inside
            lap.ended_ns = time.perf_counter_ns()

    def read_ms(self) -> dict[str, float]:
        """Return milliseconds by stage so far, and the total since the watch was made."""
        spent_ns: dict[str, int] = {}
        for lap in self.laps:
            if lap.ended_ns is not None and lap.inside is None:
                spent_ns[lap.name] = spent_ns.get(lap.name, 0) + lap.ended_ns - lap.began_ns
        spent_ns["total"] = time.perf_counter_ns() - self.began_ns
        return {name: round(spent / 1e6, 3) for name, spent in spent_ns.items()}
