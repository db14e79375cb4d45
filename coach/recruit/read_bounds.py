"""Bounds on a number of questions: "up to eight", "ten at most", "no fewer than six"."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from coach.recruit.read_mentions import Mention
from coach.recruit.read_number_words import NUMBER

_FLAGS = re.IGNORECASE
_REACH = 40
ASKED = r"(?:questions?|q'?s|qns?|qus|ques|ones)"
"""Words for what is counted."""

_MAXIMUM = r"max(?:imum|imal(?:ly)?)?\b\.?"
_MINIMUM = r"min(?:imum|imal(?:ly)?)?\b\.?"
_LEAST_BEFORE = re.compile(
    r"\b(?:at (?:the )?(?:very )?least|(?:no|not|never) (?:fewer|less) than"
    rf"|(?:an? |the )?{_MINIMUM}(?: of)?)\s*[:=]?\s*$",
    _FLAGS,
)
_MOST_BEFORE = re.compile(
    r"\b(?:at (?:the )?(?:very )?most|up to|(?:no|not|never|(?:do|should|must|can)(?: ?n[o']t|not))"
    r" (?:(?:be |have |ask |want |need )?(?:more|any more) than|(?:go |be )?(?:over|above|beyond))"
    rf"|exceed(?:s|ing)?|limit(?:ed)? (?:\w+ )?to|cap(?:ped)? (?:\w+ )?at|(?:an? |the )?{_MAXIMUM}(?: of)?)"
    r"\s*[:=]?\s*$",
    _FLAGS,
)
_FEWER_BEFORE = re.compile(r"\b(?:under|below|(?:fewer|less) than)\s*$", _FLAGS)
_COUNTED = rf"\s*(?:(?:[\w-]+\s+){{0,2}}?{ASKED}\b)?\s*"
_LEAST_AFTER = re.compile(
    rf"{_COUNTED}\(?(?:at (?:the )?(?:very )?least|or more|{_MINIMUM}(?!\s*(?:of\s+)?{NUMBER}))", _FLAGS
)
_MOST_AFTER = re.compile(
    rf"{_COUNTED}\(?(?:at (?:the )?(?:very )?most|or (?:fewer|less)|tops\b"
    rf"|(?:is |are |as )?(?:an? |the |our |my )?(?:absolute )?{_MAXIMUM}(?!\s*(?:of\s+)?{NUMBER})"
    r"|,? (?:and )?(?:no|never|not one) more\b(?! than))",
    _FLAGS,
)


class Bounds(NamedTuple):
    """The fewest and the most that a number stands for, and where the words begin that say so."""

    low: float
    high: float
    start: int


def bounds_around(text: str, one: Mention) -> Bounds:
    """Return what a number is a bound of; the number itself twice, or its range, if of nothing.

    >>> bounds_around("no more than 9 questions", Mention(False, 9, 9, 13, 14))
    Bounds(low=1.0, high=9, start=0)
    """
    before = text[max(0, one.start - _REACH) : one.start]
    offset = one.start - len(before)
    for expression, low, high in (
        (_LEAST_BEFORE, one.low, math.inf),
        (_MOST_BEFORE, 1.0, one.high),
        (_FEWER_BEFORE, 1.0, one.high - 1),
    ):
        if found := expression.search(before):
            return Bounds(low, high, offset + found.start())
    after = text[one.end : one.end + _REACH]
    if _LEAST_AFTER.match(after):
        return Bounds(one.low, math.inf, one.start)
    if _MOST_AFTER.match(after):
        return Bounds(1.0 if one.low == one.high else one.low, one.high, one.start)
    return Bounds(one.low, one.high, one.start)
