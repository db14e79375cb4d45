"""Memory of each process through a run, and whether it grows."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import NamedTuple

import numpy as np

from deploy.process import Process
from tests.support.processes import family, memory_mb

WARM_UP_SHARE = 0.25
"""Of the samples, at the beginning: caches fill and pools open."""
MAX_GROWTH_SHARE = 0.10
MIN_SAMPLES = 8


class Sample(NamedTuple):
    """What one life of a part took: it and what it started."""

    at_s: float
    pid: int
    memory_mb: float


class Trend(NamedTuple):
    """Memory along the longest life of a part, without its warm-up.

    Attributes:
        growth_share: What the fitted line gains from the first to the last sample, relative to the median.
    """

    samples: int
    minutes: float
    median_mb: float
    slope_mb_per_hour: float
    growth_share: float

    @property
    def is_flat(self) -> bool:
        """Whether it gains no more than is allowed."""
        return self.growth_share <= MAX_GROWTH_SHARE


@dataclass
class Memory:
    """Samples by part."""

    samples: dict[str, list[Sample]] = field(default_factory=lambda: defaultdict(list))

    def follow(self, processes: Mapping[str, Process], began_at: float, until: Event, every_s: float) -> None:
        """Take samples until told to stop."""
        while not until.wait(every_s):
            for name, process in processes.items():
                pid = process.pid
                taken = sum(map(memory_mb, family(pid)))
                if pid is not None and taken:
                    self.samples[name].append(Sample(time.monotonic() - began_at, pid, taken))

    def trend(self, name: str) -> Trend | None:
        """Return how a part's memory went; None if it did not live long enough to tell."""
        lives: dict[int, list[Sample]] = defaultdict(list)
        for sample in self.samples[name]:
            lives[sample.pid].append(sample)
        longest = max(lives.values(), key=len, default=[])
        kept = longest[int(len(longest) * WARM_UP_SHARE) :]
        if len(kept) < MIN_SAMPLES:
            return None
        hours = np.array([one.at_s for one in kept]) / 3600
        taken = np.array([one.memory_mb for one in kept])
        slope = float(np.polyfit(hours, taken, 1)[0])
        spent, median = float(hours[-1] - hours[0]), float(np.median(taken))
        return Trend(len(kept), spent * 60, median, slope, slope * spent / median)
