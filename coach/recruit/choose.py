"""Wishes become sets: solved, ordered, explained; or the nearest sets with the reason why there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from coach.recruit.check import misses
from coach.recruit.contract import (
    ChosenQuestion,
    ChosenSet,
    ConditionName,
    Conflict,
    PoolQuestion,
    Selection,
    Wishes,
)
from coach.recruit.explain import because, compromises, reasons
from coach.recruit.pool import Pool
from coach.recruit.problem import (
    PROBE_MINUTES,
    Problem,
    bounds_of,
    check_names,
    seats_of,
    state_problem,
    thinned,
    usual_counts,
)
from coach.recruit.solve import STATED, Solution, is_possible, solve
from coach.recruit.wishes import contradictions, settled


def choose(
    pool: Pool,
    wishes: Wishes,
    nearness: Mapping[str, float] | None = None,
    places: Mapping[str, int] | None = None,
) -> Selection:
    """Return the sets that the wishes ask for, or the nearest ones and why there are none.

    Args:
        pool: Of the live index.
        wishes: As they were stated.
        nearness: To the wishes' focus, by question id, 0 to 1.
        places: In which set, counted from 0, questions had better be, by id.

    Raises:
        NotFoundError: The wishes name a competency or a question that the handbook lacks.
        UsageError: Neither a choice nor a proof that there is none was found.
    """
    check_names(pool, wishes)
    nearness = nearness or {}
    against = contradictions(pool, wishes)
    if against:
        nearest = choose(pool, settled(pool, wishes), nearness, places)
        given_up = tuple(miss.told for miss in misses(pool, wishes, nearest.sets))
        conflict = Conflict(conditions=("request",), because=" ".join(against), given_up=given_up)
        return nearest.model_copy(update={"wishes": wishes, "conflict": conflict})
    counts = usual_counts(wishes)
    for count in counts:
        problem = state_problem(pool, wishes, nearness, count=count, places=places)
        solution = _solve(problem)
        if solution is not None:
            return _selection(pool, problem, solution, nearness)
    problem = state_problem(pool, wishes, nearness, count=counts[0], places=places)
    shorter = _shorter(problem, min(counts))
    if shorter is not None:
        return _selection(pool, *shorter, nearness)
    return _nearest(pool, problem, nearness)


def _solve(problem: Problem) -> Solution | None:
    if not problem.candidates:
        return None
    thin = thinned(problem)
    solution = solve(thin)
    return solve(problem) if solution is None and thin is not problem else solution


def _shorter(problem: Problem, fewest: int) -> tuple[Problem, Solution] | None:
    """Return the longest set below the usual length, if nobody has asked for a length."""
    wishes = problem.wishes
    if wishes.is_sized or wishes.minutes is not None:
        return None
    for count in range(fewest - 1, 0, -1):
        seats = seats_of(wishes, count, problem.extras)
        tried = replace(problem, count=count, fewest=count, most=count, minutes=None, seats=seats)
        solution = _solve(tried)
        if solution is not None:
            return tried, solution
    return None


def _nearest(pool: Pool, problem: Problem, nearness: Mapping[str, float]) -> Selection:
    if problem.wishes.is_sized:
        fewest, most = bounds_of(problem.wishes)
        problem = replace(problem, fewest=fewest, most=most)
    core = _smallest_core(problem)
    conflict = Conflict(conditions=core or ("request",), because=because(pool, problem, core))
    relaxed = solve(problem, held=()) if problem.candidates else None
    if relaxed is None:
        return Selection(wishes=problem.wishes, sets=(), conflict=conflict)
    made = _selection(pool, problem, relaxed, nearness)
    given_up = tuple(miss.told for miss in misses(pool, problem.wishes, made.sets))
    return made.model_copy(update={"conflict": conflict.model_copy(update={"given_up": given_up})})


def _smallest_core(problem: Problem) -> tuple[ConditionName, ...]:
    """Return conditions that cannot hold together, none of which could be spared: a deletion filter.

    Source: Chinneck, "Feasibility and Infeasibility in Optimization", 2008, section 6.3.
    """
    if not problem.candidates:
        return ()
    wishes = problem.wishes
    given = {
        "count": True,
        "minutes": problem.minutes is not None,
        "level": wishes.level is not None,
        "kinds": bool(wishes.kinds),
        "competencies": bool(problem.seats),
        "must_have": bool(wishes.must_have),
        "never_with": bool(wishes.never_with),
        "no_near_duplicates": bool(problem.twins),
    }
    held = [name for name in STATED if given[name]]
    for name in reversed(STATED):
        without = [one for one in held if one != name]
        if name in held and not is_possible(problem, without):
            held = without
    return tuple(held)


def _selection(pool: Pool, problem: Problem, solution: Solution, nearness: Mapping[str, float]) -> Selection:
    wishes, questions = problem.wishes, pool.by_id()
    sets = tuple(
        _made(_name(number, wishes), [questions[one] for one in ids], probes, pool, problem, nearness)
        for number, (ids, probes) in enumerate(zip(solution.sets, solution.probes, strict=True))
    )
    return Selection(
        wishes=wishes,
        sets=sets,
        compromises=compromises(pool, problem, sets),
        optimal=solution.optimal and not solution.missed,
    )


def _made(  # noqa: PLR0917 - a set is all of these
    name: str,
    questions: Sequence[PoolQuestion],
    probes: int,
    pool: Pool,
    problem: Problem,
    nearness: Mapping[str, float],
) -> ChosenSet:
    ordered = in_order(questions)
    shares = share_probes(ordered, probes)
    chosen = tuple(
        ChosenQuestion(
            question=one,
            probes=shares[one.id],
            minutes=one.minutes + PROBE_MINUTES * shares[one.id],
            reasons=reasons(
                one,
                pool,
                problem,
                nearness,
                [other.text for other in ordered if one.id in other.prerequisites],
            ),
        )
        for one in ordered
    )
    return ChosenSet.of(name, chosen)


def in_order(questions: Sequence[PoolQuestion]) -> list[PoolQuestion]:
    """Return questions from easy to hard, and so each behind what it builds on."""
    return sorted(questions, key=lambda one: (one.difficulty, one.competency, one.id))


def share_probes(questions: Sequence[PoolQuestion], probes: int) -> dict[str, int]:
    """Return how many probes each question gets: in turn, the harder ones first, as far as each has any."""
    shares = {one.id: 0 for one in questions}
    while probes > 0:
        open_ones = [one for one in reversed(questions) if shares[one.id] < one.probes]
        if not open_ones:
            break
        for one in open_ones[:probes]:
            shares[one.id] += 1
        probes -= min(probes, len(open_ones))
    return shares


def _name(number: int, wishes: Wishes) -> str:
    form = chr(ord("A") + number % wishes.forms)
    if wishes.rounds == 1:
        return f"Form {form}" if wishes.forms > 1 else "Set"
    return f"Round {number // wishes.forms + 1}" + (f", form {form}" if wishes.forms > 1 else "")
