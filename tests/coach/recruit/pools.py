"""Pools of made-up questions, small enough to be solved by looking at every choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from coach.recruit.contract import Competency, PoolQuestion
from coach.recruit.pool import Pool
from ingest.contract import Level, QuestionKind
from ingest.store.values import Vector


def question(  # noqa: PLR0917
    name: str,
    competency: str = "cost",
    levels: Sequence[Level] = ("senior",),
    kind: QuestionKind | None = "design",
    minutes: float = 3.0,
    probes: int = 4,
    difficulty: float = 3.0,
    prerequisites: Sequence[str] = (),
) -> PoolQuestion:
    return PoolQuestion(
        id=name,
        slug=name,
        text=f"What about {name}?",
        document=f"{competency}.md",
        path=(competency.title(),),
        start=0,
        end=10,
        competency=competency,
        levels=tuple(levels),
        kind=kind,
        frequency="common",
        stages=(),
        minutes=minutes,
        minutes_stated=True,
        probes=probes,
        difficulty=difficulty,
        related=tuple(prerequisites),
        prerequisites=tuple(prerequisites),
        rubric_points=4,
    )


def pool(questions: Sequence[PoolQuestion], twins: Sequence[tuple[str, str]] = ()) -> Pool:
    names = dict.fromkeys(one.competency for one in questions)
    vectors: Mapping[str, Vector] = {one.id: np.ones(3, dtype=np.float32) for one in questions}
    return Pool(
        build="b",
        corpus_hash="c",
        questions=tuple(questions),
        competencies=tuple(
            Competency(
                id=name, title=name.title(), questions=sum(one.competency == name for one in questions)
            )
            for name in names
        ),
        twins=tuple(sorted(pair) for pair in twins),  # type: ignore[misc]
        wordings={one.id: (one.text,) for one in questions},
        vectors=vectors,
    )


def choices(questions: Sequence[PoolQuestion], count: int) -> list[tuple[PoolQuestion, ...]]:
    """Every way to take `count` questions."""
    return list(combinations(questions, count))
