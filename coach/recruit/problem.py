"""Wishes and a pool as numbers: who may be chosen, and how many of what."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from coach.errors import NotFoundError
from coach.recruit.contract import LEVELS, MAX_QUESTIONS, PoolQuestion, Wishes
from coach.recruit.pool import Pool
from ingest.analysis import terms
from ingest.contract import Level

PROBE_MINUTES = 1.5
"""To ask a further question and to hear the answer."""
DEFAULT_PROBES = 2
DEFAULT_LENGTH_MINUTES = 45.0
"""Of an interview for which neither a length nor a number of questions is given."""
BUDGET_TOLERANCE = 0.05
USUAL_MINUTES = 6.0
"""A question with the probes that structured interviews leave room for; decides how many there are."""
LEVEL_SHARE = 0.5
"""At least so many of a set's questions are tagged with the very level that was asked for."""

_TRIED_AROUND = 3
_THIN_FACTOR = 3
_FIT_SCORE = 30
_FREQUENCY_SCORE = {"very-common": 20, "common": 10}
_FOCUS_SCORE = 60
_SEED_SCORE = 25


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question as the solver sees it.

    Attributes:
        fits: Whether it is for the very level.
        near: Whether it is for that level or one beside it.
        score: How much it is wanted; whole numbers compare.
    """

    question: PoolQuestion
    fits: bool
    near: bool
    score: int


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be solved; the same for the same pool, wishes and number of questions.

    Attributes:
        count: Questions of a set, by which seats are dealt out.
        fewest: At least so many questions. So is `most`: at most. Both are `count`, unless no number will do.
        minutes: Of a set; None if any length will do.
        seats: How many questions of a set each wanted competency should have; empty if all are wanted.
        extras: Must-have questions of other competencies: they come in addition, and take no seat.
        sets: Rounds times forms.
        avoided: Why a question is left out, by id.
        twins: Pairs of candidates that ask nearly the same.
        places: In which set, counted from 0, candidates had better be, by id.
    """

    wishes: Wishes
    candidates: tuple[Candidate, ...]
    count: int
    fewest: int
    most: int
    minutes: float | None
    seats: Mapping[str, int]
    extras: frozenset[str]
    sets: int
    avoided: Mapping[str, str]
    twins: tuple[tuple[str, str], ...]
    places: Mapping[str, int]


def state_problem(
    pool: Pool,
    wishes: Wishes,
    nearness: Mapping[str, float],
    *,
    count: int | None = None,
    places: Mapping[str, int] | None = None,
) -> Problem:
    """Return the problem.

    Args:
        pool: Of the live index.
        wishes: As they were stated.
        nearness: To the wishes' focus, by question id, 0 to 1.
        count: Questions of a set; the likeliest number that the wishes allow if none is given.
        places: In which set questions had better be, by id.

    Raises:
        NotFoundError: The wishes name a competency or a question that the handbook lacks.
    """
    check_names(pool, wishes)
    avoided = why_avoided(pool, wishes, pool.questions)
    candidates = tuple(
        _candidate(question, wishes, nearness.get(question.id, 0.0))
        for question in pool.questions
        if question.id not in avoided
    )
    questions = count or usual_counts(wishes)[0]
    ids = {candidate.question.id for candidate in candidates}
    extras = extras_of(pool, wishes)
    return Problem(
        wishes=wishes,
        candidates=candidates,
        count=questions,
        fewest=questions,
        most=questions,
        minutes=length_of(wishes),
        seats=seats_of(wishes, questions, extras),
        extras=extras,
        sets=wishes.rounds * wishes.forms,
        avoided=avoided,
        twins=tuple(pair for pair in pool.twins if ids.issuperset(pair)),
        places=places or {},
    )


def length_of(wishes: Wishes) -> float | None:
    """Return the minutes of a set, those of a usual interview if nothing is said of its size."""
    if wishes.minutes is None and not wishes.is_sized:
        return DEFAULT_LENGTH_MINUTES
    return wishes.minutes


def usual_counts(wishes: Wishes) -> list[int]:
    """Return the numbers of questions to try, likeliest first: the one that the wishes state, if they do.

    Between bounds that are stated any number may be tried: what is said of them must hold for all of them.

    >>> usual_counts(Wishes(minutes=30))[:3], usual_counts(Wishes(minutes=60, fewest=3, most=8))
    ([5, 6, 4], [8, 7, 6, 5, 4, 3])
    """
    needed = max(1, len(wishes.kinds), len(wishes.must_have))
    fewest, most = bounds_of(wishes)
    if wishes.minutes is None and wishes.is_sized:
        usual = wishes.most or fewest
    else:
        minutes = length_of(wishes) or DEFAULT_LENGTH_MINUTES
        usual = max(needed, round(minutes / USUAL_MINUTES), min(len(wishes.competencies), int(minutes / 3)))
    usual = min(max(usual, fewest), most)
    least = max(fewest, min(needed, usual))
    around = range(least if wishes.is_sized else usual - _TRIED_AROUND, usual + _TRIED_AROUND + 1)
    nearest_first = sorted(around, key=lambda one: (abs(one - usual), -one))
    return [one for one in nearest_first if least <= one <= most]


def bounds_of(wishes: Wishes) -> tuple[int, int]:
    """Return the fewest and the most questions that the wishes allow in a set."""
    if wishes.count is not None:
        return wishes.count, wishes.count
    return wishes.fewest or 1, wishes.most or MAX_QUESTIONS


def told_count(fewest: int, most: int) -> str:
    """Return a number of questions in words.

    >>> told_count(8, 8), told_count(6, 8), told_count(1, 8), told_count(6, MAX_QUESTIONS)
    ('8', '6 to 8', 'at most 8', 'at least 6')
    """
    if fewest == most:
        return str(most)
    if fewest == 1:
        return f"at most {most}"
    return f"at least {fewest}" if most == MAX_QUESTIONS else f"{fewest} to {most}"


def apportion(count: int, weights: Mapping[str, float]) -> dict[str, int]:
    """Return how many of `count` seats each name gets, by weight, at least one each if there are enough.

    Source: largest remainders (Hamilton); ties go to the name that comes first.

    >>> apportion(6, {"evaluation": 3, "cost": 1, "safety": 1})
    {'evaluation': 4, 'cost': 1, 'safety': 1}
    >>> apportion(2, {"a": 1, "b": 5, "c": 4})
    {'a': 0, 'b': 1, 'c': 1}
    """
    if not weights:
        return {}
    order = sorted(weights, key=lambda name: -weights[name])
    if count <= len(weights):
        kept = set(order[:count])
        return {name: int(name in kept) for name in weights}
    total = sum(weights.values())
    exact = {name: count * weight / total for name, weight in weights.items()}
    seats = {name: max(1, int(share)) for name, share in exact.items()}
    while sum(seats.values()) < count:
        name = max(order, key=lambda one: exact[one] - seats[one])
        seats[name] += 1
    while sum(seats.values()) > count:
        name = max((one for one in order if seats[one] > 1), key=lambda one: seats[one] - exact[one])
        seats[name] -= 1
    return seats


def extras_of(pool: Pool, wishes: Wishes) -> frozenset[str]:
    """Return the must-have questions of competencies that are not asked for: they are wanted in addition."""
    asked = {one.id for one in wishes.competencies}
    questions = pool.by_id()
    return frozenset(one for one in wishes.must_have if asked and questions[one].competency not in asked)


def seats_of(wishes: Wishes, count: int, extras: Collection[str]) -> dict[str, int]:
    """Return how many of a set's questions each wanted competency should have.

    Questions in addition take no seat; of several sets nobody knows beforehand which one has them, and each
    set is measured by all its questions.
    """
    seats = count if wishes.rounds * wishes.forms > 1 else max(0, count - len(extras))
    return apportion(seats, {one.id: one.weight for one in wishes.competencies})


def weights_differ(wishes: Wishes) -> bool:
    """Return whether somebody said that some competencies count more than others."""
    return len({one.weight for one in wishes.competencies}) > 1


def check_names(pool: Pool, wishes: Wishes) -> None:
    """Raise NotFoundError if the wishes name a competency or a question that the handbook lacks."""
    known = {one.id for one in pool.competencies}
    for name in (*(one.id for one in wishes.competencies), *wishes.avoid_competencies):
        if name not in known:
            raise NotFoundError(
                f"the handbook has no competency {name!r}", hint=f"Known are {', '.join(sorted(known))}."
            )
    check_questions(pool, (*wishes.must_have, *(name for pair in wishes.never_with for name in pair)))


def check_questions(pool: Pool, ids: Iterable[str]) -> None:
    """Raise NotFoundError if the handbook lacks one of some questions."""
    questions = pool.by_id()
    for one in ids:
        if one not in questions:
            raise NotFoundError(f"the handbook has no question {one!r}", hint="Take ids from its list.")


def why_avoided(pool: Pool, wishes: Wishes, questions: Iterable[PoolQuestion]) -> dict[str, str]:
    """Return why questions must not come, by id, of those alone that must not."""
    topics = [(topic, set(terms(topic))) for topic in wishes.avoid_topics]
    avoided: dict[str, str] = {}
    for question in questions:
        if question.id in wishes.avoid_questions:
            avoided[question.id] = "it is on the list of questions to avoid"
        elif question.competency in wishes.avoid_competencies:
            avoided[question.id] = f"{pool.title(question.competency)!r} is to be avoided"
        elif question.kind in wishes.avoid_kinds:
            avoided[question.id] = f"{question.kind} questions are to be avoided"
        else:
            said = set(terms(" ".join(pool.wordings[question.id])))
            topic = next((name for name, stems in topics if stems and stems <= said), None)
            if topic is not None:
                avoided[question.id] = f"{topic!r} is to be avoided"
    return avoided


def _candidate(question: PoolQuestion, wishes: Wishes, nearness: float) -> Candidate:
    level = wishes.level
    fits = level is None or not question.levels or level in question.levels
    near = fits or is_near(question, level)
    score = (
        _FIT_SCORE * fits
        + _FREQUENCY_SCORE.get(question.frequency or "", 0)
        + round(_FOCUS_SCORE * nearness)
        + _drawn(wishes.seed, question.id)
    )
    return Candidate(question, fits, near, score)


def is_near(question: PoolQuestion, level: Level | None) -> bool:
    """Return whether a question is for a level or one beside it; one without levels suits any."""
    return not question.levels or any(level and _apart(level, other) <= 1 for other in question.levels)


def _apart(first: Level, second: Level) -> int:
    return abs(LEVELS.index(first) - LEVELS.index(second))


def _drawn(seed: int, name: str) -> int:
    """Return a number from 0 to `_SEED_SCORE` that depends on the seed and the name alone."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % (_SEED_SCORE + 1)


def full_minutes(question: PoolQuestion) -> float:
    """Return the time of a question with all its probes."""
    return question.minutes + PROBE_MINUTES * question.probes


def thinned(problem: Problem) -> Problem:
    """Return the problem with the likeliest candidates alone, for several sets: the others cost time.

    What it cannot solve, the whole problem may.
    """
    wanted = problem.sets * problem.count
    apt = [one for one in problem.candidates if not problem.seats or one.question.competency in problem.seats]
    if problem.sets == 1 or len(apt) <= _THIN_FACTOR * wanted:
        return problem
    kept: list[Candidate] = []
    by_place: dict[tuple[str, str | None], list[Candidate]] = defaultdict(list)
    for one in apt:
        by_place[one.question.competency, one.question.kind].append(one)
    shares = _THIN_FACTOR * wanted / len(apt)
    for found in by_place.values():
        best = sorted(found, key=lambda one: (not one.near, -one.score, one.question.id))
        kept += best[: max(2, math.ceil(shares * len(found)))]
    ids = {one.question.id for one in kept} | {*problem.wishes.must_have, *problem.places}
    return replace(
        problem,
        candidates=tuple(one for one in problem.candidates if one.question.id in ids),
        twins=tuple(pair for pair in problem.twins if ids.issuperset(pair)),
    )
