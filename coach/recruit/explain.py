"""Why a question is in a set, what had to give way, and why there is no set at all: in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from coach.recruit.contract import ChosenSet, ConditionName, PoolQuestion, Wishes
from coach.recruit.pool import Pool
from coach.recruit.problem import (
    BUDGET_TOLERANCE,
    DEFAULT_LENGTH_MINUTES,
    LEVEL_SHARE,
    Problem,
    full_minutes,
    is_near,
    told_count,
)

# Nearness to the focus from which a reader sees the likeness.
_CLOSE = 0.45
_EVEN = 0.25
"""Forms whose mean difficulties differ by more than this are not equally hard."""


def reasons(
    question: PoolQuestion,
    pool: Pool,
    problem: Problem,
    nearness: Mapping[str, float],
    with_it: Sequence[str],
) -> tuple[str, ...]:
    """Return why a question was taken, the weightiest reason first."""
    return tuple(_reasons(question, pool, problem, nearness.get(question.id, 0.0), with_it))


def _reasons(
    question: PoolQuestion, pool: Pool, problem: Problem, near: float, with_it: Sequence[str]
) -> Iterator[str]:
    wishes = problem.wishes
    if question.id in wishes.must_have:
        yield "It was asked for by name."
    title = pool.title(question.competency)
    seats = problem.seats.get(question.competency)
    yield f"One of {seats} on {title!r}, by its weight." if seats else f"It covers {title!r}."
    if wishes.level is None:
        yield f"The handbook names it for {_and(question.levels) or 'no level in particular'}; any will do."
    elif wishes.level in question.levels:
        yield f"The handbook names it for {wishes.level} level."
    elif question.levels:
        yield f"The handbook names it for {_and(question.levels)}, one level away from {wishes.level}."
    if question.kind and question.kind in wishes.kinds:
        yield f"A {question.kind} question, as asked."
    elif question.kind:
        yield f"A {question.kind} question, for the mix of kinds."
    if near >= _CLOSE and wishes.focus:
        yield "Its wording is close to what was asked for."
    if question.frequency == "very-common":
        yield "It is asked very often in such interviews."
    for other in with_it:
        yield f"It prepares {other!r}, which comes later."


def compromises(pool: Pool, problem: Problem, sets: Sequence[ChosenSet]) -> tuple[str, ...]:
    """Return the preferences that were not met, and what had to be assumed, a sentence each."""
    return tuple(dict.fromkeys(_compromises(pool, problem, sets)))


def _compromises(pool: Pool, problem: Problem, sets: Sequence[ChosenSet]) -> Iterator[str]:
    for made in sets:
        chosen = [one.question for one in made.questions]
        level = problem.wishes.level
        off = sum(bool(one.levels) and level not in one.levels for one in chosen)
        if off and level:
            yield f"{made.name}: {off} of {len(chosen)} questions are one level away from {level}."
        for name, seats in problem.seats.items():
            if made.competencies.get(name, 0) != seats:
                held = made.competencies.get(name, 0)
                yield f"{made.name}: {held} on {pool.title(name)!r}, where the weights ask for {seats}."
        most = Counter(one.kind for one in chosen if one.kind).most_common(1)
        if most and not problem.wishes.kinds and most[0][1] > (len(chosen) + 1) // 2:
            yield f"{made.name}: {most[0][1]} of {len(chosen)} questions are of the kind {most[0][0]!r}."
    if problem.minutes is None and problem.wishes.minutes is None and not problem.wishes.is_sized:
        took = " and ".join(f"{made.minutes:g}" for made in sets)
        usual = f"the usual {DEFAULT_LENGTH_MINUTES:g} minutes"
        yield f"The handbook has too few such questions for {usual}; this takes {took}."
    everything = [one.question for made in sets for one in made.questions]
    unstated = sum(not one.minutes_stated for one in everything)
    if unstated:
        yield f"The handbook states no time for {unstated} of the questions; 3 minutes are assumed for each."
    if any(not one.levels for one in everything):
        yield "The handbook names no level for some of the questions; they count as fitting any."
    yield from _uneven(problem.wishes, sets)


def _uneven(wishes: Wishes, sets: Sequence[ChosenSet]) -> Iterator[str]:
    for first in range(0, len(sets), wishes.forms):
        means = [one.difficulty for one in sets[first : first + wishes.forms]]
        if means and max(means) - min(means) > _EVEN:
            yield f"The forms differ in difficulty: {min(means):.2f} to {max(means):.2f} on a scale of 5."


def because(pool: Pool, problem: Problem, core: Sequence[ConditionName]) -> str:
    """Return the reason why conditions cannot hold together, with the figures that show it."""
    if not problem.candidates:
        return "nothing of the handbook is left after what is to be avoided"
    told = _and([_phrase(pool, problem, name) for name in core])
    figures = " ".join(_figures(problem, frozenset(core)))
    verdict = "cannot hold together" if len(core) > 1 else "cannot be had"
    return f"{told} {verdict}. {figures} {_left_out(pool, problem, frozenset(core))}".strip()


def _left_out(pool: Pool, problem: Problem, core: frozenset[ConditionName]) -> str:
    """Return how many questions would fit but for what is to be avoided, and why; empty if none would."""
    questions, level = pool.by_id(), problem.wishes.level
    whys = Counter(
        why
        for name, why in problem.avoided.items()
        if _is_apt(problem, core, questions[name])
        and ("level" not in core or is_near(questions[name], level))
    )
    told = _and([f"{count} because {why}" for why, count in sorted(whys.items())])
    return f"Of those that would fit, {whys.total()} are left out: {told}." if whys else ""


def _phrase(pool: Pool, problem: Problem, name: ConditionName) -> str:
    wishes = problem.wishes
    each = f" in each of {problem.sets} sets" if problem.sets > 1 else ""
    plural = "" if problem.most == 1 else "s"
    return {
        "count": f"{told_count(problem.fewest, problem.most)} question{plural}{each}",
        "minutes": f"{problem.minutes or 0:g} minutes{each}",
        "level": f"{wishes.level} level",
        "kinds": f"questions of the kinds {_and(wishes.kinds)} alone",
        "competencies": f"the shares of {_and([pool.title(one) for one in problem.seats])}",
        "must_have": f"{len(wishes.must_have)} named question{'' if len(wishes.must_have) == 1 else 's'}",
        "never_with": "the pairs that must not meet",
        "no_near_duplicates": "no two questions that ask nearly the same",
    }.get(name, name)


def _figures(problem: Problem, core: frozenset[ConditionName]) -> Iterator[str]:
    """Yield the figures that make a conflict plain."""
    apt = [one for one in problem.candidates if _is_apt(problem, core, one.question)]
    if "level" in core:
        fitting = sum(one.fits for one in apt)
        apt = [one for one in apt if one.near]
        needed = -int(-LEVEL_SHARE * problem.fewest // 1) * problem.sets
        yield (
            f"The handbook has {len(apt)} such questions for {problem.wishes.level} or a level beside it, "
            f"{fitting} for {problem.wishes.level} itself, of which {needed} would be needed."
        )
    elif core & {"kinds", "competencies"} or "minutes" not in core:
        yield f"The handbook has {len(apt)} such questions; {problem.fewest * problem.sets} would be needed."
    if "minutes" in core and "count" in core and apt:
        shortest = sum(sorted(one.question.minutes for one in apt)[: problem.fewest])
        longest = sum(sorted((full_minutes(one.question) for one in apt), reverse=True)[: problem.most])
        yield f"So many questions take {shortest:g} minutes at least and {longest:g} at most."
        yield f"A set may be off its length by {BUDGET_TOLERANCE:.0%}."


def _is_apt(problem: Problem, core: frozenset[ConditionName], question: PoolQuestion) -> bool:
    wishes = problem.wishes
    return ("kinds" not in core or question.kind in wishes.kinds) and (
        "competencies" not in core or question.competency in problem.seats
    )


def _and(names: Sequence[str]) -> str:
    """Return names as a list in a sentence.

    >>> _and(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
