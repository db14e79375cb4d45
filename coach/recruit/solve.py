"""The choice as a constraint problem, solved by CP-SAT.

Every stated condition is written with a slack: how far it may be missed. A strict problem holds the slacks at
zero; a relaxed one makes them as small as it can. Source: https://developers.google.com/optimization/cp.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from coach.errors import UsageError
from coach.recruit.contract import MAX_QUESTIONS, ConditionName
from coach.recruit.problem import (
    BUDGET_TOLERANCE,
    DEFAULT_PROBES,
    LEVEL_SHARE,
    PROBE_MINUTES,
    Problem,
    weights_differ,
)

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar, LinearExprT

STATED: tuple[ConditionName, ...] = (
    "count",
    "minutes",
    "level",
    "kinds",
    "competencies",
    "must_have",
    "never_with",
    "no_near_duplicates",
)
# The clock of the solver, not of the wall: the same work on every machine. One unit is some seconds.
_WORK = 0.6
_PATIENCE = 8  # times more work, where it found neither a solution nor a proof that there is none
_TICKS = 2  # time is counted in half minutes
# A question of the wrong kind misses by more than one too few; minutes weigh per half minute.
_MISS = {"minutes": 400, "count": 1500}
_MISS_QUESTION = 4000
_SPREAD = 3
_OFF_SEATS = 60
_KIND_OVER_HALF = 40
_KIND_PRESENT = 25
_IN_PLACE = 600  # more than all preferences of a question together, less than one that is missed


@dataclass(frozen=True, slots=True)
class Solution:
    """What was chosen.

    Attributes:
        sets: Ids by set.
        probes: Further questions there is time for, by set.
        missed: By how much each stated condition is missed, those alone that are.
        optimal: Whether the solver proved that nothing is better.
    """

    sets: tuple[tuple[str, ...], ...]
    probes: tuple[int, ...]
    missed: Mapping[ConditionName, int]
    optimal: bool


def solve(problem: Problem, held: Collection[ConditionName] = STATED) -> Solution | None:
    """Return the best choice in which all `held` conditions hold; None if there is none.

    Conditions that are not held are missed by as little as possible.

    Raises:
        UsageError: Neither a choice nor a proof that there is none was found.
    """
    return _Model(problem, frozenset(held)).solve()


def is_possible(problem: Problem, held: Collection[ConditionName]) -> bool:
    """Return whether these conditions can hold together, whatever the others."""
    return _Model(problem, frozenset(held), ignore_rest=True).solve() is not None


@dataclass(slots=True)
class _Model:
    """One model; made, solved once and thrown away."""

    problem: Problem
    held: frozenset[ConditionName]
    ignore_rest: bool = False
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    chosen: list[dict[str, IntVar]] = field(default_factory=list)
    probes: list[IntVar] = field(default_factory=list)
    slacks: dict[ConditionName, list[IntVar]] = field(default_factory=lambda: defaultdict(list))
    gains: list[LinearExprT] = field(default_factory=list)

    def solve(self) -> Solution | None:
        """Return the solution, or None if there is none. Raises UsageError if neither could be shown."""
        self._state()
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        for work in (_WORK, _WORK * _PATIENCE):
            solver.parameters.max_deterministic_time = work
            status = solver.solve(self.model)
            if status != cp_model.UNKNOWN:
                break
        else:
            raise UsageError("no set was found, and no proof that there is none", hint="Ask for fewer sets.")
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        return Solution(
            sets=tuple(tuple(one for one, var in row.items() if solver.value(var)) for row in self.chosen),
            probes=tuple(solver.value(one) for one in self.probes),
            missed={
                name: sum(solver.value(one) for one in slacks)
                for name, slacks in self.slacks.items()
                if any(solver.value(one) for one in slacks)
            },
            optimal=status == cp_model.OPTIMAL,
        )

    def _state(self) -> None:
        for number in range(self.problem.sets):
            self._state_set(number)
        self._state_across()
        if self.ignore_rest:
            return
        score = {one.question.id: one.score for one in self.problem.candidates}
        self.gains += [score[one] * var for row in self.chosen for one, var in row.items()]
        self.gains += [
            _IN_PLACE * self.chosen[number][one]
            for one, number in self.problem.places.items()
            if number < len(self.chosen) and one in self.chosen[number]
        ]
        for name, slacks in self.slacks.items():
            self.gains += [-_MISS.get(name, _MISS_QUESTION) * slack for slack in slacks]
        self.model.maximize(sum(self.gains))

    def _is_stated(self, name: ConditionName) -> bool:
        return name in self.held or not self.ignore_rest

    def _slack(self, name: ConditionName) -> LinearExprT:
        """Return how far a condition may be missed at one place: not at all if it is held."""
        if name in self.held:
            return 0
        slack = self.model.new_int_var(0, 1000, f"{name}-{len(self.slacks[name])}")
        self.slacks[name].append(slack)
        return slack

    def _state_set(self, number: int) -> None:
        row = {
            one.question.id: self.model.new_bool_var(f"{number}-{one.question.id}")
            for one in self.problem.candidates
        }
        self.chosen.append(row)
        self.model.add(sum(row.values()) >= 1)
        if self._is_stated("count"):
            total = sum(row.values())
            self.model.add(total <= self.problem.most + self._slack("count"))
            self.model.add(total >= self.problem.fewest - self._slack("count"))
        self._state_minutes(row)
        self._state_level(row)
        self._state_kinds(row)
        self._state_competencies(row)
        if self._is_stated("never_with"):
            for first, second in self.problem.wishes.never_with:
                if first in row and second in row:
                    self.model.add(row[first] + row[second] <= 1 + self._slack("never_with"))

    def _state_minutes(self, row: Mapping[str, IntVar]) -> None:
        room = {one.question.id: one.question.probes for one in self.problem.candidates}
        answers = {one.question.id: round(one.question.minutes * _TICKS) for one in self.problem.candidates}
        probes = self.model.new_int_var(0, max(1, sum(sorted(room.values())[-100:])), "probes")
        self.probes.append(probes)
        self.model.add(probes <= sum(room[one] * var for one, var in row.items()))
        if self.problem.minutes is None:
            usual = sum(min(DEFAULT_PROBES, room[one]) * var for one, var in row.items())
            self.model.add(probes <= usual)
            self.gains.append(probes)
            return
        if not self._is_stated("minutes"):
            return
        ticks = sum(answers[one] * var for one, var in row.items()) + round(PROBE_MINUTES * _TICKS) * probes
        wanted = self.problem.minutes * _TICKS
        self.model.add(ticks <= math.floor(wanted * (1 + BUDGET_TOLERANCE)) + self._slack("minutes"))
        self.model.add(ticks >= math.ceil(wanted * (1 - BUDGET_TOLERANCE)) - self._slack("minutes"))

    def _state_level(self, row: Mapping[str, IntVar]) -> None:
        if self.problem.wishes.level is None or not self._is_stated("level"):
            return
        far = [row[one.question.id] for one in self.problem.candidates if not one.near]
        fitting = [row[one.question.id] for one in self.problem.candidates if one.fits]
        self.model.add(sum(far) <= self._slack("level"))
        share = Fraction(LEVEL_SHARE)
        missing = share.numerator * sum(row.values()) - share.denominator * sum(fitting)
        self.model.add(missing <= 0 + self._slack("level"))

    def _state_kinds(self, row: Mapping[str, IntVar]) -> None:
        by_kind: dict[str | None, list[IntVar]] = defaultdict(list)
        for one in self.problem.candidates:
            by_kind[one.question.kind].append(row[one.question.id])
        wanted = self.problem.wishes.kinds
        if not wanted:
            self._prefer_mixed_kinds([found for kind, found in by_kind.items() if kind])
        elif self._is_stated("kinds"):
            others = [var for kind, found in by_kind.items() if kind not in wanted for var in found]
            self.model.add(sum(others) <= self._slack("kinds"))
            for kind in wanted[: self.problem.count]:
                self.model.add(sum(by_kind[kind]) >= 1 - self._slack("kinds"))

    def _prefer_mixed_kinds(self, by_kind: Sequence[Sequence[IntVar]]) -> None:
        half = math.ceil(self.problem.count / 2)
        for found in by_kind:
            over = self.model.new_int_var(0, 1000, "")
            self.model.add(sum(found) <= half + over)
            self.gains.append(-_KIND_OVER_HALF * over)
            present = self.model.new_bool_var("")
            self.model.add(sum(found) >= present)
            self.gains.append(_KIND_PRESENT * present)

    def _state_competencies(self, row: Mapping[str, IntVar]) -> None:
        by_name: dict[str, list[IntVar]] = defaultdict(list)
        for one in self.problem.candidates:
            by_name[one.question.competency].append(row[one.question.id])
        seats = self.problem.seats
        if not seats:
            even = math.ceil(self.problem.count / max(len(by_name), 1))
            for found in by_name.values():
                over = self.model.new_int_var(0, 1000, "")
                self.model.add(sum(found) <= even + over)
                self.gains.append(-_OFF_SEATS * over)
        elif self._is_stated("competencies"):
            extras = [var for one, var in row.items() if one in self.problem.extras]
            others = [var for name, found in by_name.items() if name not in seats for var in found]
            self.model.add(sum(others) - sum(extras) <= self._slack("competencies"))
            for name, wanted in seats.items():
                self._state_seats(by_name[name], wanted, extras if self.problem.sets > 1 else ())

    def _state_seats(self, found: Sequence[IntVar], wanted: int, unseated: Sequence[IntVar]) -> None:
        """A competency has at least one of its seats; if weights were given, it is off by one at most.

        Args:
            found: Its questions.
            wanted: Its seats.
            unseated: Questions in addition that may take seats, since they may be in any of several sets.
        """
        held = sum(found)
        off = self.model.new_int_var(0, 1000, "")
        self.model.add(held - wanted <= off)
        self.model.add(wanted - held <= off)
        self.gains.append(-_OFF_SEATS * off)
        self.model.add(held >= min(wanted, 1) - self._slack("competencies"))
        if weights_differ(self.problem.wishes):
            self.model.add(sum([*found, *unseated]) >= wanted - 1 - self._slack("competencies"))
            self.model.add(held <= wanted + 1 + self._slack("competencies"))

    def _state_across(self) -> None:
        """What holds between sets: no question twice, twins apart, must-haves somewhere, equal difficulty."""
        used = {
            one.question.id: sum(row[one.question.id] for row in self.chosen)
            for one in self.problem.candidates
        }
        if len(self.chosen) > 1:
            for total in used.values():
                self.model.add(total <= 1)
        if self._is_stated("no_near_duplicates"):
            for first, second in self.problem.twins:
                self.model.add(used[first] + used[second] <= 1 + self._slack("no_near_duplicates"))
        if self._is_stated("must_have"):
            for one in self.problem.wishes.must_have:
                self.model.add(used.get(one, 0) >= 1 - self._slack("must_have"))
        if self.problem.wishes.forms > 1:
            self._balance()

    def _balance(self) -> None:
        """Make the forms of each round as equal in difficulty as can be."""
        hundredths = {
            one.question.id: round(100 * one.question.difficulty) for one in self.problem.candidates
        }
        forms = self.problem.wishes.forms
        for first in range(0, self.problem.sets, forms):
            low, high = (self.model.new_int_var(0, 500 * MAX_QUESTIONS, name) for name in ("low", "high"))
            for row in self.chosen[first : first + forms]:
                total = sum(hundredths[one] * var for one, var in row.items())
                self.model.add(total >= low)
                self.model.add(total <= high)
            self.gains.append(-_SPREAD * (high - low))
