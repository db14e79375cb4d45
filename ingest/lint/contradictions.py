"""Number lines that give different figures for what seems to be one quantity."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from ingest.analysis import terms
from ingest.lint.finding import Finding
from ingest.lint.handbook import Handbook
from ingest.lint.numbers import Number, read_numbers

MIN_LIKENESS = 0.5
"""Share of the words of two descriptions, of all that they have, from which they describe one quantity."""

# These say themselves that other figures are about, or that the figure is made up.
_EXPECTED = frozenset({"contested", "corrected", "illustrative"})
_QUALIFIERS = frozenset(
    "under over below above least most less more than from once per only roughly near".split()
)
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SYMBOL = re.compile(r"[%$€£×]|(?<=\d)x\b")


@dataclass(frozen=True, slots=True)
class _Quantity:
    number: Number
    figures: frozenset[str]
    words: frozenset[str]
    conditions: frozenset[str]


def check_contradictions(handbook: Handbook) -> Iterator[Finding]:
    """Yield a warning for each two figures in one unit, described alike, that have no number in common.

    Descriptions that name different numbers themselves ("at 128 dimensions") are of different quantities.
    """
    by_unit: defaultdict[frozenset[str], list[_Quantity]] = defaultdict(list)
    for page in handbook.pages:
        for number in read_numbers(page):
            quantity = _quantity(number)
            if quantity.figures and number.status not in _EXPECTED:
                by_unit[_unit(number.value)].append(quantity)
    for quantities in by_unit.values():
        for one, other in combinations(quantities, 2):
            if _contradict(one, other):
                yield _finding(other.number, one.number)


def _quantity(number: Number) -> _Quantity:
    words = frozenset(word for word in terms(number.measure) if not word.isdigit())
    return _Quantity(number, _figures(number.value), words, _figures(number.measure))


def _contradict(one: _Quantity, other: _Quantity) -> bool:
    if one.figures & other.figures or one.conditions != other.conditions:
        return False
    every = one.words | other.words
    return bool(every) and len(one.words & other.words) / len(every) >= MIN_LIKENESS


def _figures(text: str) -> frozenset[str]:
    return frozenset(figure.replace(",", "") for figure in _FIGURE.findall(text))


def _unit(value: str) -> frozenset[str]:
    words = (word for word in terms(_FIGURE.sub(" ", value)) if word not in _QUALIFIERS)
    return frozenset((*words, *_SYMBOL.findall(value)))


def _finding(number: Number, other: Number) -> Finding:
    place = f"{other.page.chapter.name}:{other.page.chapter.lines.at(other.part.start) + 1}"
    message = f"{number.value!r} for what is {other.value!r} at {place} ({other.measure[:80]!r})"
    return number.page.finding("warning", "contradiction", message, number.part)
