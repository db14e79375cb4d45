"""What in a set, or in the text it is made from, is unfair, unlawful to ask or worth nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import yaml

from coach.recruit.pack import QuestionPack
from ingest.contract import Frozen, ParsedDocument, QuestionTags

Rule = Literal[
    "protected_topic", "personal_trait", "biased_wording", "trivia", "unequal_difficulty", "no_rubric"
]
_WORDED: tuple[Rule, ...] = ("protected_topic", "personal_trait", "biased_wording", "trivia")
MAX_DIFFERENCE = 0.25
"""Forms whose mean difficulties lie further apart, on the scale of 5, are not equally hard."""


class Finding(Frozen):
    """Something to mend.

    Attributes:
        place: The interview and the question, or "request".
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


def lint_text(text: str, *, place: str = "request") -> tuple[Finding, ...]:
    """Return what a job text or the wording of a question should not say, in the order of the text.

    >>> [finding.about for finding in lint_text("Native speakers only. How old are you?")]
    ['origin', 'age']
    >>> lint_text("How do you test a model for gender bias in a cloud-native service?")
    ()
    """
    patterns, advice = _rules()
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
    interviews: Sequence[tuple[str, float, Sequence[QuestionPack]]], load: Callable[[str], ParsedDocument]
) -> tuple[Finding, ...]:
    """Return the findings on interviews, each given as name, mean difficulty and packs.

    Everything that is said to a candidate is read: the question, its other wordings, and the probes.
    """
    found = [finding for name, _, packs in interviews for finding in _in_interview(name, packs, load)]
    return tuple(dict.fromkeys((*found, *_between(interviews))))


def _in_interview(
    name: str, packs: Sequence[QuestionPack], load: Callable[[str], ParsedDocument]
) -> Iterator[Finding]:
    _, advice = _rules()
    for number, pack in enumerate(packs, start=1):
        place = f"{name}, question {number}"
        tags = next(
            (
                section.question or QuestionTags()
                for section in load(pack.question.document).sections
                if section.id == pack.question.id
            ),
            QuestionTags(),
        )
        for said in (pack.question.text, *tags.aliases, *(probe.ask for probe in pack.probes)):
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
def _rules() -> tuple[tuple[_Pattern, ...], dict[Rule, str]]:
    text = resources.files("coach.recruit").joinpath("lint.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    patterns = tuple(
        _Pattern(rule, re.compile(entry["pattern"], re.IGNORECASE), entry["about"])
        for rule in _WORDED
        for entry in raw[rule]
    )
    return patterns, raw["advice"]
