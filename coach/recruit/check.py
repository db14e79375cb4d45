"""Whether sets are what was asked for: told from the sets alone, by other code than chose them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from coach.recruit.contract import LEVELS, ChosenSet, ConditionName, PoolQuestion, Wishes
from coach.recruit.pool import Pool
from coach.recruit.problem import (
    BUDGET_TOLERANCE,
    LEVEL_SHARE,
    bounds_of,
    extras_of,
    seats_of,
    told_count,
    weights_differ,
)


class Miss(NamedTuple):
    """A condition that does not hold, and how far it is from holding."""

    condition: ConditionName
    told: str


def misses(pool: Pool, wishes: Wishes, sets: Sequence[ChosenSet]) -> tuple[Miss, ...]:
    """Return every stated condition that the sets do not meet; nothing if all hold."""
    found = [miss for one in sets for miss in _in_set(pool, wishes, one)]
    found += _across(pool, wishes, sets)
    return tuple(found)


def _in_set(pool: Pool, wishes: Wishes, made: ChosenSet) -> Iterator[Miss]:
    questions = [chosen.question for chosen in made.questions]
    fewest, most = bounds_of(wishes)
    if not fewest <= len(questions) <= most:
        told = f"{_questions(len(questions))} instead of {told_count(fewest, most)}"
        yield Miss("count", f"{made.name} has {told}")
    minutes = wishes.minutes
    if minutes is not None and abs(made.minutes - minutes) > BUDGET_TOLERANCE * minutes:
        yield Miss("minutes", f"{made.name} takes {made.minutes:g} minutes instead of {minutes:g}")
    yield from _level(wishes, made.name, questions)
    yield from _kinds(wishes, made.name, questions)
    yield from _competencies(pool, wishes, made.name, questions)
    ids = {one.id for one in questions}
    for first, second in wishes.never_with:
        if ids.issuperset((first, second)):
            yield Miss("never_with", f"{made.name} has two questions that should not meet")
    for place, question in enumerate(questions):
        later = {one.id for one in questions[place + 1 :]}
        if later & set(question.prerequisites):
            yield Miss("request", f"{made.name} asks {question.text!r} before what it builds on")


def _level(wishes: Wishes, name: str, questions: Sequence[PoolQuestion]) -> Iterator[Miss]:
    if wishes.level is None:
        return
    at = LEVELS.index(wishes.level)
    gaps = [
        min((abs(LEVELS.index(one) - at) for one in question.levels), default=0) for question in questions
    ]
    far = sum(gap > 1 for gap in gaps)
    if far:
        yield Miss("level", f"{name} has {_questions(far)} more than a level away from {wishes.level}")
    if sum(gap == 0 for gap in gaps) < LEVEL_SHARE * len(questions):
        yield Miss("level", f"{name} has {_questions(gaps.count(0))} of {len(gaps)} for {wishes.level}")


def _kinds(wishes: Wishes, name: str, questions: Sequence[PoolQuestion]) -> Iterator[Miss]:
    held = Counter(question.kind for question in questions)
    others = [kind for kind in held if wishes.kinds and kind not in wishes.kinds]
    if others:
        told = ", ".join(f"{held[kind]} {kind or 'of no stated kind'}" for kind in others)
        yield Miss("kinds", f"{name} has questions of other kinds: {told}")
    for kind in wishes.kinds[: len(questions)]:
        if not held[kind]:
            yield Miss("kinds", f"{name} has no {kind} question")
    for kind in wishes.avoid_kinds:
        if held[kind]:
            yield Miss("kinds", f"{name} has {held[kind]} {kind}, which is to be avoided")


def _competencies(pool: Pool, wishes: Wishes, name: str, questions: Sequence[PoolQuestion]) -> Iterator[Miss]:
    held = Counter(question.competency for question in questions)
    extras = extras_of(pool, wishes)
    added = sum(question.id in extras for question in questions)
    seats = seats_of(wishes, len(questions), extras)
    unseated = added if wishes.rounds * wishes.forms > 1 else 0
    for competency, count in held.items():
        if (
            seats
            and competency not in seats
            and any(question.competency == competency and question.id not in extras for question in questions)
        ):
            yield Miss(
                "competencies", f"{name} has {count} on {pool.title(competency)!r}, which is not asked for"
            )
        if competency in wishes.avoid_competencies:
            yield Miss(
                "competencies", f"{name} has {count} on {pool.title(competency)!r}, which is to be avoided"
            )
    for competency, wanted in seats.items():
        short, over = wanted - held[competency], held[competency] - wanted
        off = weights_differ(wishes) and (short > 1 + unseated or over > 1)
        if off or (wanted and not held[competency]):
            told = f"{name} has {held[competency]} on {pool.title(competency)!r} instead of {wanted}"
            yield Miss("competencies", told)


def _across(pool: Pool, wishes: Wishes, sets: Sequence[ChosenSet]) -> Iterator[Miss]:
    used = Counter(chosen.question.id for one in sets for chosen in one.questions)
    if any(count > 1 for count in used.values()):
        yield Miss("request", "a question stands in two sets")
    questions = pool.by_id()
    for one in wishes.must_have:
        if not used[one]:
            yield Miss("must_have", f"{questions[one].text!r} is missing")
    for one in wishes.avoid_questions:
        if used[one]:
            yield Miss("request", f"{questions[one].text!r} is in, which is to be avoided")
    for first, second in pool.twins:
        if used[first] and used[second]:
            told = f"{questions[first].text!r} and {questions[second].text!r} ask nearly the same"
            yield Miss("no_near_duplicates", told)


def _questions(count: int) -> str:
    return f"{count} question{'' if count == 1 else 's'}"
