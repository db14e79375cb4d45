"""The facade of question sets: everything that the API, the page and the command line do with them."""

from __future__ import annotations

from functools import partial
from threading import Lock

import numpy as np

from coach.coach import Coach
from coach.errors import UsageError
from coach.recruit.contract import Competency, Selection, Wishes
from coach.recruit.leak import Leak, find_leaks
from coach.recruit.pool import Pool, read_pool
from coach.recruit.problem import check_names, check_questions
from coach.recruit.read import MAX_REQUEST_CHARS, Reading, RequestReader
from coach.recruit.read_competencies import CompetencyReader
from coach.recruit.sets import QuestionSet, Weighting, make_set
from coach.recruit.template import TemplateRules, applied
from ingest.store.values import Vector

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

        With a model set up it is read by the model too; if the model fails, `degraded` says so.

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
        return self._read_by_model(text, reader.read(text), pool)

    def _read_by_model(self, text: str, offline: Reading, pool: Pool) -> Reading:
        """Return a reading with what a model adds to it, if one is set up."""
        from coach.recruit.read_model import completed, make_request

        make = partial(make_request, competencies=pool.competencies)
        said = self._coach.consult(text, make)
        if said is None:
            return offline
        return completed(text, offline, said, {one.id for one in pool.competencies})

    def choose(self, wishes: Wishes, like: QuestionSet | None = None) -> Selection:
        """Return the questions for some wishes, or the nearest ones and why there are none.

        Args:
            wishes: As they were stated.
            like: A set whose questions stay where they are as far as the wishes allow.

        Raises:
            NotFoundError: The wishes name a competency or a question that the handbook lacks.
            UsageError: Neither a choice nor a proof that there is none was found.
        """
        from coach.recruit.choose import choose  # brings the solver

        pool = self.pool
        places = {
            pack.question.id: number
            for number, one in enumerate(like.interviews if like else ())
            for pack in one.packs
        }
        return choose(pool, wishes, self._nearness(pool, wishes.focus), places)

    def build(
        self,
        wishes: Wishes,
        *,
        title: str = "",
        request: str = "",
        weightings: tuple[Weighting, ...] = (),
        like: QuestionSet | None = None,
    ) -> QuestionSet:
        """Return the set that the wishes ask for, or the nearest one and why there is none; see `choose`.

        Raises:
            NotFoundError: The wishes name a competency or a question that the handbook lacks.
            UsageError: Neither a choice nor a proof that there is none was found.
        """
        pool = self.pool
        return make_set(
            self.choose(wishes, like),
            pool,
            self._coach.document,
            title=title,
            request=request,
            weightings=weightings,
        )

    def check(self, rules: TemplateRules) -> None:
        """Return if the handbook has all that house rules name. Raises NotFoundError if it has not."""
        pool = self.pool
        check_names(pool, applied(rules, Wishes()))
        weighed = (one.question_id for one in rules.weightings)
        check_questions(pool, (*rules.avoid_questions, *weighed))

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
