"""The facade of question sets: everything that the API, the page and the command line do with them."""

from __future__ import annotations

from threading import Lock

import numpy as np

from coach.coach import Coach
from coach.errors import UsageError
from coach.recruit.contract import Competency, Selection, Wishes
from coach.recruit.leak import Leak, find_leaks
from coach.recruit.pool import Pool, read_pool
from coach.recruit.read import MAX_REQUEST_CHARS, Reading, RequestReader
from coach.recruit.read_competencies import CompetencyReader
from coach.recruit.sets import QuestionSet, Weighting, make_set
from ingest.store.port import Vector

_ON_PREPARING = (
    "How do I prepare for a job interview?",
    "What do interviewers expect from candidates?",
    "What should I ask the interviewer at the end?",
)
# Cosine from which a question is about interviews rather than about the work.
_ASIDE_FROM = 0.35
_ASIDE_WEIGHT = 12.0


class Recruiter:
    """Builds question sets from the coach's live index; safe to share between threads."""

    def __init__(self, coach: Coach) -> None:
        self._coach = coach
        self._lock = Lock()
        self._known: Pool | None = None
        self._preparing: Vector | None = None
        self._reader: tuple[str, RequestReader] | None = None

    @property
    def pool(self) -> Pool:
        """The questions of the live index; the first to ask reads them, the others wait."""
        with self._lock:
            manifest = self._coach.manifest
            if self._known is None or self._known.build != manifest.build:
                vectors = self._coach.question_vectors()
                self._known = read_pool(manifest, self._coach.document, vectors)
            return self._known

    def competencies(self) -> tuple[Competency, ...]:
        """Return what questions can be about, in the order of the handbook."""
        return self.pool.competencies

    def read(self, text: str) -> Reading:
        """Return the wishes that a job text or a note states, with the words that each comes from.

        Raises:
            UsageError: The text is empty or too long.
        """
        if not text.strip() or len(text) > MAX_REQUEST_CHARS:
            raise UsageError(
                f"the request has {len(text)} characters; 1 to {MAX_REQUEST_CHARS} are taken",
                hint="Paste the part that is about the work.",
            )
        pool = self.pool
        with self._lock:
            if self._reader is None or self._reader[0] != pool.build:
                self._reader = (pool.build, RequestReader(pool, CompetencyReader(pool, self._coach.embed)))
            reader = self._reader[1]
        return reader.read(text)

    def choose(self, wishes: Wishes) -> Selection:
        """Return the questions for some wishes, or the nearest ones and why there are none.

        Raises:
            NotFoundError: The wishes name a competency or a question that the handbook lacks.
            UsageError: Neither a choice nor a proof that there is none was found.
        """
        from coach.recruit.choose import choose  # brings the solver

        pool = self.pool
        return choose(pool, wishes, self._nearness(pool, wishes.focus))

    def build(
        self,
        wishes: Wishes,
        *,
        title: str = "",
        request: str = "",
        weightings: tuple[Weighting, ...] = (),
    ) -> QuestionSet:
        """Return the set that the wishes ask for, or the nearest one and why there is none.

        Raises:
            NotFoundError: The wishes name a competency or a question that the handbook lacks.
            UsageError: Neither a choice nor a proof that there is none was found.
        """
        pool = self.pool
        return make_set(
            self.choose(wishes),
            pool,
            self._coach.document,
            title=title,
            request=request,
            weightings=weightings,
        )

    def leaks(self, made: QuestionSet, text: str) -> tuple[Leak, ...]:
        """Return the questions of a set that a text gives away."""
        pool = self.pool
        return find_leaks(made, text, pool.wordings, pool.vectors, self._coach.embed)

    def _nearness(self, pool: Pool, focus: str) -> dict[str, float]:
        """Return how near each question comes to the focus, less how much it is about interviews.

        A handbook for candidates has pages on how to prepare; they are no questions to ask one.
        """
        if not pool.vectors:
            return {}
        names = sorted(pool.vectors)
        vectors = np.stack([pool.vectors[name] for name in names])
        with self._lock:
            if self._preparing is None:
                self._preparing = np.stack([self._coach.embed(text) for text in _ON_PREPARING])
        near = np.zeros(len(names), dtype=np.float32)
        if focus.strip():
            near = np.maximum(vectors @ self._coach.embed(focus), 0.0)
        aside = np.maximum((vectors @ self._preparing.T).max(axis=1) - _ASIDE_FROM, 0.0)
        worth = near - _ASIDE_WEIGHT * aside
        return {name: float(value) for name, value in zip(names, worth, strict=True)}
