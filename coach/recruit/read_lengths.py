"""Lengths of time as people write them: in minutes, hours and parts of them, or by the clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from coach.recruit.read_number_words import NUMBER, RANGE, bounds, value
from coach.recruit.read_text import apart

_FLAGS = re.IGNORECASE
HALF_A_DAY_HOURS = 12
LONGEST_MINUTES = 480
"""Between two times of a day; more is a working day, or opening hours."""

_MINUTES = re.compile(
    rf"(?:\b|(?<=\d[x×])){RANGE}(?:\s*\([\w -]{{3,20}}\))?[\s-]*"
    r"(?P<unit>min(?:ute)?s?|mn|minuters?|hours?|hrs?|h)\b(?!\s*(?:week|ago))",
    _FLAGS,
)
_FULL = r"(?:full |whole |solid |good |entire )?"
_HOUR = r"(?:hours?|hrs?|h)"
_PARTS = {"half": 30.0, "quarter": 15.0, "three quarter": 45.0, "3 quarter": 45.0}
_PART = r"(?:a |an )?(?P<part>half|(?:three|3)[- ]quarter|quarter)s?"
_REST = r"\d{1,2}(?!\d)|ten|fifteen|twenty|thirty|forty(?:[- ]five)?"
_SPOKEN = (
    # "three quarters of an hour", "half hr"
    re.compile(rf"\b{_PART}[- ]?(?:of )?(?:an |a )?{_HOUR}\b", _FLAGS),
    # "an hour", "two full hours", "an hour and a quarter", "1 hr 10"; "1h30"
    re.compile(
        rf"\b(?!ah\b)(?P<hours>{NUMBER}|an?)[- ]?{_FULL}{_HOUR}\b(?!\s*(?:week|ago|a day"
        rf"|per))(?:\s*(?:and )?\s*(?:{_PART}\b"
        rf"|(?P<rest>{_REST})(?:\s*(?:m|mins?|minutes?)\b|(?=\s*[,.;:)!?\"”]|\s+(?:for|with|on)\b|\s*$))))?",
        _FLAGS,
    ),
    re.compile(r"\b(?P<hours>\d)\s?h(?:rs?)?(?P<rest>[0-5]\d)\b", _FLAGS),
    re.compile(rf"\b(?P<hours>\d):(?P<rest>[0-5]\d)\s?{_HOUR}\b", _FLAGS),
    re.compile(r"\b(?P<hours>an?|one)?[- ]?hour[- ]long\b", _FLAGS),
    re.compile(rf"\b(?P<hours>{NUMBER}|an?) and {_PART} {_HOUR}\b", _FLAGS),
    re.compile(rf"\b(?P<hour>hour) and {_PART}\b", _FLAGS),
)
# from one time of a day to another, as "14:00-14:45", "10am to 11.30am", "16h to 17h20"
_CLOCK = re.compile(
    r"\b(?P<from_hour>\d{1,2})(?:[:.h](?P<from_minute>[0-5]\d)|h)?\s*(?:[ap]\.?m\.?)?"
    r"\s*(?:-|–|to|until|till)\s*"
    r"(?P<to_hour>\d{1,2})(?:[:.h](?P<to_minute>[0-5]\d)|h)?\s*(?P<to_half>(?:[ap]\.?m|o['’]?clock)\b\.?)?"
    r"(?![\d:])",
    _FLAGS,
)
_MARKED = re.compile(r":|\dh", _FLAGS)
# "45m", where an upper-case M is a million; "45'", unless that is where a quotation ends
_SHORT = re.compile(r"(?<![$€£\d.,'’‘\"“])\b(?P<low>\d{2,3}) ?(?:m\b|['’′](?!['’\w]))")
# a form's field: "minutes: 45"
_FIELD = re.compile(rf"\bmin(?:ute)?s?\s*[:=]\s*(?P<low>{NUMBER})\b", _FLAGS)
# "three blocks of 20 min"
_BLOCKS = re.compile(
    rf"\b(?P<times>{NUMBER})\s+(?:[\w-]+\s+)?(?:blocks?|chunks|slots|parts|sections|bits)\s+(?:of|à|at|x|with)\s+"
    rf"(?P<low>{NUMBER})[\s-]*(?:min(?:ute)?s?)\b",
    _FLAGS,
)


class Length(NamedTuple):
    """Minutes, where their words stand; `low` and `high` differ where a range is told."""

    low: float
    high: float
    start: int
    end: int


def lengths(text: str) -> list[Length]:
    """Return the lengths that a text tells, in order; of two that overlap the one that says more.

    >>> [one.low for one in lengths("An hour and a quarter, or 14:00-14:45; leave 5 min")]
    [75.0, 45.0, 5.0]
    """
    return apart(_lengths(text))


def _lengths(text: str) -> Iterator[Length]:
    for expression in _SPOKEN:
        for match in expression.finditer(text):
            yield _exactly(_spoken(match), match)
    for match in _MINUTES.finditer(text):
        scale = 60.0 if match["unit"].lower().startswith("h") else 1.0
        low, high = bounds(match)
        yield Length(scale * low, scale * high, *match.span())
    for match in _CLOCK.finditer(text):
        minutes = _from_clock(match)
        if minutes:
            yield _exactly(minutes, match)
    for match in (*_SHORT.finditer(text), *_FIELD.finditer(text)):
        yield _exactly(value(match["low"]), match)
    for match in _BLOCKS.finditer(text):
        yield _exactly(value(match["times"]) * value(match["low"]), match)


def _exactly(minutes: float, match: re.Match[str]) -> Length:
    return Length(minutes, minutes, *match.span())


def _from_clock(match: re.Match[str]) -> float | None:
    """Return the minutes between two times of a day; None for numbers that are no such times."""
    said = match.groupdict()
    is_marked = said["to_half"] or _MARKED.search(match[0])  # "03.11-05.11" are dates
    hours = int(said["to_hour"]) - int(said["from_hour"])
    minutes = 60 * hours + int(said["to_minute"] or 0) - int(said["from_minute"] or 0)
    if minutes < 0 and max(int(said["to_hour"]), int(said["from_hour"])) <= HALF_A_DAY_HOURS:
        minutes += 60 * HALF_A_DAY_HOURS  # from 12:30 to 1:15
    return float(minutes) if is_marked and 0 < minutes <= LONGEST_MINUTES else None


def _spoken(match: re.Match[str]) -> float:
    """Return the minutes of a length in hours and parts of them."""
    said = match.groupdict()
    hours = "one" if said.get("hour") else said.get("hours")
    part = said.get("part")
    if hours is None:
        minutes = 0.0 if part else 60.0
    else:
        minutes = 60.0 * (1.0 if hours.lower() in {"a", "an"} else value(hours))
    rest = value(said["rest"]) if said.get("rest") else 0.0
    return minutes + (_PARTS[part.lower().replace("-", " ")] if part else rest)
