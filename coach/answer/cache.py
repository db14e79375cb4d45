"""Answers that were given, to be given again: exactly the same question, never to another tenant."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import NamedTuple

from coach.events import Found
from coach.types import Answer
from ingest.contract import Level

MOST_ANSWERS = 512


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
    """Keeps the answers that were asked for last; safe to share between threads."""

    def __init__(self, most_answers: int = MOST_ANSWERS) -> None:
        self._most = most_answers
        self._held: OrderedDict[CacheKey, CachedAnswer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: CacheKey) -> CachedAnswer | None:
        """Return the answer to exactly this, or None."""
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                self._held.move_to_end(key)
            return held

    def put(self, key: CacheKey, answer: CachedAnswer) -> None:
        """Keep an answer; the one that was not asked for longest goes."""
        with self._lock:
            self._held[key] = answer
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)

    def __len__(self) -> int:
        """Return how many answers are kept."""
        return len(self._held)
