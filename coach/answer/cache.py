"""Answers that were given, to be given again: exactly the same question, never to another tenant."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from coach.events import Found
from coach.types import Answer
from ingest.contract import Level

MOST_ANSWERS = 512
KEEP_S = 3600.0
"""So that what was erased elsewhere does not stay in the memory of a process that was not told."""


class CacheKey(NamedTuple):
    """What an answer depends on.

    Attributes:
        stack_hash: So that no answer outlives what made it.
        question: Sha256 of the question, blanks at its ends left out.
    """

    tenant: str
    stack_hash: str
    level: Level
    question: str

    @classmethod
    def of(cls, tenant: str, stack_hash: str, level: Level, question: str) -> CacheKey:
        """Return the key of a question."""
        return cls(tenant, stack_hash, level, hashlib.sha256(question.strip().encode()).hexdigest())


class CachedAnswer(NamedTuple):
    """An answer with the sections that it was said to draw on."""

    answer: Answer
    found: tuple[Found, ...]


class AnswerCache:
    """Keeps the answers that were asked for last; safe to share between threads.

    Args:
        most_answers: How many are kept at most.
        keep_s: How long each is kept.
        clock_s: Gives seconds since some fixed moment.
    """

    def __init__(
        self,
        most_answers: int = MOST_ANSWERS,
        keep_s: float = KEEP_S,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most_answers
        self._keep_s = keep_s
        self._clock_s = clock_s
        self._held: OrderedDict[CacheKey, tuple[float, CachedAnswer]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: CacheKey) -> CachedAnswer | None:
        """Return the answer to exactly this, or None."""
        with self._lock:
            until_s, held = self._held.get(key, (0.0, None))
            if held is None:
                return None
            if self._clock_s() >= until_s:
                del self._held[key]
                return None
            self._held.move_to_end(key)
            return held

    def put(self, key: CacheKey, answer: CachedAnswer) -> None:
        """Keep an answer; the one that was not asked for longest goes."""
        with self._lock:
            self._held[key] = (self._clock_s() + self._keep_s, answer)
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)

    def forget(self, tenant: str) -> int:
        """Drop the answers of a tenant; return how many there were."""
        with self._lock:
            gone = [key for key in self._held if key.tenant == tenant]
            for key in gone:
                del self._held[key]
            return len(gone)

    def __len__(self) -> int:
        """Return how many answers are kept."""
        return len(self._held)
