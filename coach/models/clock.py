"""The clock of the machine; tests use `coach.models.fake.FakeClock` in its place."""

from __future__ import annotations

import time


class SystemClock:
    """Monotonic time, and sleep that takes as long as it says."""

    def now_s(self) -> float:
        """Return seconds since some fixed moment; never goes back."""
        return time.monotonic()

    def sleep_s(self, seconds: float) -> None:
        """Return once that many seconds have passed."""
        time.sleep(seconds)
