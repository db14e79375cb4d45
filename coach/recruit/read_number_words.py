"""Numbers as people write them, alone or as a range."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

NumberField = Literal["minutes", "count", "rounds", "forms"]

_WORDS = {
    name: float(value)
    for value, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen seventeen eighteen nineteen".split()
    )
} | {"twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0}
_WORDS |= {"seventy": 70.0, "eighty": 80.0, "ninety": 90.0, "a hundred": 100.0, "one hundred": 100.0}
_WORDS |= {"a dozen": 12.0, "dozen": 12.0, "half a dozen": 6.0, "two dozen": 24.0, "a score": 20.0}
_WORDS |= {"a couple of": 2.0, "a pair of": 2.0, "a single": 1.0, "a handful of": 5.0, "half dozen": 6.0}
_FRACTIONS = {"¼": 0.25, "½": 0.5, "¾": 0.75, "1/4": 0.25, "1/2": 0.5, "3/4": 0.75}
_TENS = (
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"[- ](?:one|two|three|four|five|six|seven|eight|nine)"
)
_FRACTION = r"(?:[¼½¾]|(?:1/[24]|3/4))"
NUMBER = (
    # "6,300" is no six and a bit
    rf"(?:\d+\s?{_FRACTION}(?!\d)|(?:1/[24]|3/4)(?!\d)|\d++(?:[.,]\d{{1,2}})?(?![.,]?\d)|[¼½¾]|{_TENS}|"
    + "|".join(sorted(_WORDS, key=len, reverse=True))
    + ")"
)
RANGE = (
    rf"(?P<between>between\s+)?(?P<low>{NUMBER})"
    rf"(?:\s*(?:-|–|to|or|(?(between)and|(?!)))\s*(?P<high>{NUMBER}))?"
)


NAMES = ("low", "numbered", "them", "bare", "held", "given")
"""Of the groups in which expressions over `NUMBER` hold it."""


class Number(NamedTuple):
    """A number of the request, where its words stand; anything between `low` and `high` will do."""

    field: NumberField
    value: float
    start: int
    end: int
    low: float
    high: float


def bounds(match: re.Match[str]) -> tuple[float, float]:
    """Return a number twice, or the lower and the higher of two."""
    said = match.groupdict()
    low = value(next(said[name] for name in NAMES if said.get(name)))
    high = value(said["high"]) if said.get("high") else low
    return min(low, high), max(low, high)


def value(written: str) -> float:
    """Return what a number says.

    >>> value("1,5"), value("a dozen"), value("forty-five"), value("1 1/2")
    (1.5, 12.0, 45.0, 1.5)
    """
    name = written.lower()
    if name in _WORDS:
        return _WORDS[name]
    fraction = next((one for one in _FRACTIONS if name.endswith(one)), "")
    if fraction:
        return float(name.removesuffix(fraction) or 0) + _FRACTIONS[fraction]
    tens, dash, ones = name.replace(" ", "-").partition("-")
    if dash:
        return _WORDS[tens] + _WORDS[ones]
    return float(name.replace(",", "."))
