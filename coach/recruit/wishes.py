"""Wishes that contradict each other before any question is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from coach.recruit.contract import Wishes
from coach.recruit.pool import Pool


def contradictions(pool: Pool, wishes: Wishes) -> tuple[str, ...]:
    """Return what the wishes both ask for and rule out, a sentence each."""
    return tuple(_contradictions(pool, wishes))


def _contradictions(pool: Pool, wishes: Wishes) -> Iterator[str]:
    for kind in wishes.kinds:
        if kind in wishes.avoid_kinds:
            yield f"{kind.capitalize()} questions are both asked for and to be avoided."
    for one in wishes.competencies:
        if one.id in wishes.avoid_competencies:
            yield f"{pool.title(one.id)!r} is both asked for and to be avoided."
    questions = pool.by_id()
    for name in wishes.must_have:
        if _is_avoided(pool, wishes, name):
            yield f"{questions[name].text!r} must come and is to be avoided."
    for first, second in wishes.never_with:
        if wishes.rounds * wishes.forms == 1 and {first, second} <= set(wishes.must_have):
            yield f"{questions[first].text!r} and {questions[second].text!r} must come and must not meet."


def _is_avoided(pool: Pool, wishes: Wishes, name: str) -> bool:
    question = pool.by_id()[name]
    return (
        name in wishes.avoid_questions
        or question.competency in wishes.avoid_competencies
        or question.kind in wishes.avoid_kinds
    )


def settled(pool: Pool, wishes: Wishes) -> Wishes:
    """Return the wishes with every contradiction settled: what is to be avoided stays out."""
    must_have = tuple(one for one in wishes.must_have if not _is_avoided(pool, wishes, one))
    return wishes.model_copy(
        update={
            "kinds": tuple(kind for kind in wishes.kinds if kind not in wishes.avoid_kinds),
            "competencies": tuple(
                one for one in wishes.competencies if one.id not in wishes.avoid_competencies
            ),
            "must_have": must_have,
            "never_with": tuple(pair for pair in wishes.never_with if not set(pair) <= set(must_have)),
        }
    )
