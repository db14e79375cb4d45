"""How long each stage took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Collects milliseconds by stage; a stage entered twice adds up."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._spent_ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what runs inside."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self._spent_ms[name] = self._spent_ms.get(name, 0.0) + (time.perf_counter() - began) * 1000

    def read_ms(self) -> dict[str, float]:
        """Return milliseconds by stage so far, and the total since the watch was made."""
        total = (time.perf_counter() - self._began) * 1000
        return {name: round(spent, 3) for name, spent in self._spent_ms.items()} | {"total": round(total, 3)}
