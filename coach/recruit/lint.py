"""What in a set, or in the text it is made from, is unfair, unlawful to ask or worth nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import yaml

from coach.recruit.pack import QuestionPack
from ingest.contract import Frozen

Rule = Literal[
    "protected_topic", "personal_trait", "biased_wording", "trivia", "unequal_difficulty", "no_rubric"
]
_WORDED: tuple[Rule, ...] = ("protected_topic", "personal_trait", "biased_wording", "trivia")
_NAME = re.compile(r"<(\w+)>")
MAX_DIFFERENCE = 0.25
"""Forms whose mean difficulties lie further apart, on the scale of 5, are not equally hard."""


class Finding(Frozen):
    """Something to mend.

    Attributes:
        place: The interview and the question, or `REQUEST`.
        quote: The words in question; empty where it is not about words.
        about: What the words are about.
    """

    rule: Rule
    place: str
    quote: str
    about: str
    advice: str


@dataclass(frozen=True, slots=True)
class _Pattern:
    rule: Rule
    expression: re.Pattern[str]
    about: str


REQUEST = "request"
"""The place of a job text or a note, which speaks of the candidate to somebody else."""


def lint_text(text: str, *, place: str = REQUEST) -> tuple[Finding, ...]:
    """Return what a job text or the wording of a question should not say, in the order of the text.

    >>> [finding.about for finding in lint_text("Native speakers only. How old are you?")]
    ['origin', 'age']
    >>> [finding.about for finding in lint_text("Ask how old she is and about her husband.")]
    ['age', 'family']
    >>> lint_text("How do you test a model for gender bias in a cloud-native service?")
    ()
    """
    patterns, advice = _rules(is_request=place == REQUEST)
    found = [
        (
            match.start(),
            Finding(rule=one.rule, place=place, quote=match[0], about=one.about, advice=advice[one.rule]),
        )
        for one in patterns
        for match in one.expression.finditer(text)
    ]
    return tuple(finding for _, finding in sorted(found, key=lambda pair: pair[0]))


def lint_packs(
    interviews: Sequence[tuple[str, float, Sequence[QuestionPack]]],
) -> tuple[Finding, ...]:
    """Return the findings on interviews, each given as name, mean difficulty and packs.

    Everything that is said to a candidate is read: the question and the probes.
    """
    found = [finding for name, _, packs in interviews for finding in _in_interview(name, packs)]
    return tuple(dict.fromkeys((*found, *_between(interviews))))


def _in_interview(name: str, packs: Sequence[QuestionPack]) -> Iterator[Finding]:
    _, advice = _rules()
    for number, pack in enumerate(packs, start=1):
        place = f"{name}, question {number}"
        for said in (pack.question.text, *(probe.ask for probe in pack.probes)):
            yield from lint_text(said, place=place)
        if pack.rubric.derived:
            about = "the page has no rubric; its steps and traps stand in for one"
            yield Finding(rule="no_rubric", place=place, quote="", about=about, advice=advice["no_rubric"])


def _between(interviews: Sequence[tuple[str, float, Sequence[QuestionPack]]]) -> Iterator[Finding]:
    """Yield a finding for each round whose forms are not equally hard."""
    rounds: dict[str, list[tuple[str, float]]] = {}
    for name, difficulty, _ in interviews:
        rounds.setdefault(name.rpartition("orm ")[0], []).append((name, difficulty))
    for forms in rounds.values():
        easy, hard = min(forms, key=lambda one: one[1]), max(forms, key=lambda one: one[1])
        if hard[1] - easy[1] > MAX_DIFFERENCE and "orm " in hard[0]:
            about = f"{hard[0]} is harder than {easy[0]}: {hard[1]:.2f} against {easy[1]:.2f}"
            advice = _rules()[1]["unequal_difficulty"]
            yield Finding(rule="unequal_difficulty", place=hard[0], quote="", about=about, advice=advice)


@cache
def _rules(*, is_request: bool = False) -> tuple[tuple[_Pattern, ...], dict[Rule, str]]:
    text = resources.files("coach.recruit").joinpath("lint.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    persons = raw["persons"]
    named = {name: persons[name] for name in ("they", "someone", "must")} if is_request else {}
    named["your"] = persons["them" if is_request else "you"]
    patterns = tuple(
        _Pattern(
            rule,
            re.compile(_NAME.sub(lambda name: named[name[1]], entry["pattern"]), re.IGNORECASE),
            entry["about"],
        )
        for rule in _WORDED
        for entry in raw[rule]
        if {name[1] for name in _NAME.finditer(entry["pattern"])} <= named.keys()
    )
    return patterns, raw["advice"]
