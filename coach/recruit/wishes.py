"""Wishes held against each other: what contradicts, and what somebody says who has wished before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from coach.errors import UsageError
from coach.recruit.contract import CompetencyWish, Wishes
from coach.recruit.pool import Pool
from coach.recruit.problem import why_avoided

SIZES = ("count", "fewest", "most")
"""Of a set, in questions: one wish in three fields."""
AVOIDED = ("avoid_kinds", "avoid_competencies", "avoid_questions", "avoid_topics")
_OPPOSITES = (
    ("kinds", "avoid_kinds"),
    ("competencies", "avoid_competencies"),
    ("must_have", "avoid_questions"),
)


def overlaid(wishes: Wishes, said: Mapping[str, Any], *, joined: Collection[str] = ()) -> Wishes:
    """Return wishes with what is said after them in its place; what is not spoken of stays.

    What is ruled out now is not asked for any more, and the other way round; said both now, it stays both.

    Args:
        wishes: As they were.
        said: Values by field.
        joined: Lists that what is said is added to.

    Raises:
        UsageError: Together they are no wishes.
    """
    values = dict(wishes)
    if any(said.get(name) is not None for name in SIZES):
        values |= dict.fromkeys(SIZES)
    for pair in _OPPOSITES:
        for name, other in (pair, pair[::-1]):
            values[name] = _without(values[name], said.get(other, ()))
    values |= {
        name: tuple(dict.fromkeys((*values[name], *value))) if name in joined else value
        for name, value in said.items()
    }
    try:
        return Wishes.model_validate(values)
    except ValidationError as error:
        raise UsageError(str(error.errors()[0]["msg"]).removeprefix("Value error, ")) from error


def _without(items: Collection[Any], others: Collection[Any]) -> tuple[Any, ...]:
    names = {_name(one) for one in others}
    return tuple(one for one in items if _name(one) not in names)


def _name(item: str | CompetencyWish) -> str:
    return item.id if isinstance(item, CompetencyWish) else item


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
    for name in _avoided_ones(pool, wishes):
        yield f"{questions[name].text!r} must come and is to be avoided."
    for first, second in wishes.never_with:
        if wishes.rounds * wishes.forms == 1 and {first, second} <= set(wishes.must_have):
            yield f"{questions[first].text!r} and {questions[second].text!r} must come and must not meet."


def _avoided_ones(pool: Pool, wishes: Wishes) -> Collection[str]:
    """Return the questions that must come and must not."""
    questions = pool.by_id()
    return why_avoided(pool, wishes, [questions[name] for name in wishes.must_have])


def settled(pool: Pool, wishes: Wishes) -> Wishes:
    """Return the wishes with every contradiction settled: what is to be avoided stays out."""
    must_have = _without(wishes.must_have, _avoided_ones(pool, wishes))
    return wishes.model_copy(
        update={
            "kinds": _without(wishes.kinds, wishes.avoid_kinds),
            "competencies": _without(wishes.competencies, wishes.avoid_competencies),
            "must_have": must_have,
            "never_with": tuple(pair for pair in wishes.never_with if not set(pair) <= set(must_have)),
        }
    )
