"""How long and how many: minutes, questions, rounds and forms of a request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from coach.recruit.read_text import is_terse, sentence_spans

NumberField = Literal["minutes", "count", "rounds", "forms"]

_WORDS = {
    name: float(value)
    for value, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen seventeen eighteen nineteen".split()
    )
} | {"twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0}
_WORDS |= {"a dozen": 12.0, "dozen": 12.0, "half a dozen": 6.0, "a couple of": 2.0, "a single": 1.0}
_TENS = r"(?:twenty|thirty|forty|fifty)[- ](?:one|two|three|four|five|six|seven|eight|nine)"
_NUMBER = rf"(?:\d+(?:[.,]\d+)?|{_TENS}|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + ")"
_RANGE = rf"(?P<low>{_NUMBER})(?:\s*(?:-|–|to|or)\s*(?P<high>{_NUMBER}))?"
_FLAGS = re.IGNORECASE

_MINUTES = re.compile(rf"\b{_RANGE}[\s-]*(?P<unit>min(?:ute)?s?|hours?|hrs?|h)\b(?!\s*(?:week|ago))", _FLAGS)
_SPOKEN = (
    (re.compile(r"\bthree[- ]quarters? of an hour\b", _FLAGS), 45.0),
    (re.compile(r"\ban hour and a half\b|\bone and a half hours\b", _FLAGS), 90.0),
    (re.compile(r"\b(?:a )?half(?: an|-)? ?hour\b", _FLAGS), 30.0),
    (re.compile(r"\b(?:a )?quarter(?: of)? an hour\b", _FLAGS), 15.0),
    (re.compile(r"\b(?:an|one) hour\b(?! and)", _FLAGS), 60.0),
)
_SHORT = re.compile(r"(?<![$€£\d.,])\b(?P<low>\d{2,3}) ?m\b(?!\w)")  # "45m"; an upper-case M is a million
_SETTLED = re.compile(
    rf"\b(?:let'?s say|make (?:it|that)|say|so about|call it)\s+(?P<low>{_NUMBER})\b", _FLAGS
)
_COUNT = re.compile(
    rf"\b{_RANGE}\s+(?!minutes?\b|mins?\b|hours?\b|years?\b)(?:[\w/'-]+\s+){{0,4}}?(?:questions?|q'?s|ones)\b",
    _FLAGS,
)
_SUM = re.compile(
    rf"\b(?P<low>{_NUMBER})\s+[\w-]+\s*(?:and|plus|\+|,)\s*(?P<more>{_NUMBER})\s+[\w-]+\s+(?:questions?|q'?s)\b",
    _FLAGS,
)
_COUNT_AFTER = re.compile(rf"\bquestions?\s*(?::|=|count|x)\s*(?P<low>{_NUMBER})\b", _FLAGS)
_ROUNDS = re.compile(rf"\b(?P<low>{_NUMBER})\s+(?:[\w-]+\s+)?(?:rounds|interviews|sessions|stages)\b", _FLAGS)
_FORMS = re.compile(
    rf"\b(?P<low>{_NUMBER})\s+(?:[\w-]+\s+){{0,2}}?"
    r"(?:forms|versions|variants|(?:parallel|equivalent) sets)\b",
    _FLAGS,
)
# What has minutes and is no interview.
_ELSEWHERE = re.compile(
    r"\b(?:deliver\w*|latency|respon\w+|commut\w+|walk|train|bus|drive|within \d+ ?ms|sla|uptime|week|per day"
    r"|chit[- ]?chat|tour|break)\b",
    _FLAGS,
)
_INTERVIEW = re.compile(
    r"\b(?:questions?|qs|interview\w*|rounds?|screen\w*|loop|panel|sets?|slot|net)\b", _FLAGS
)


class Number(NamedTuple):
    """A number of the request, where its words stand."""

    field: NumberField
    value: float
    start: int
    end: int


def read_numbers(text: str) -> list[Number]:
    """Return at most one number for each field: the one that the request settles on.

    >>> [(one.field, one.value) for one in read_numbers("Ten Qs in half an hour")]
    [('minutes', 30.0), ('count', 10.0)]
    """
    found: list[Number] = []
    lengths = list(_lengths(text))
    if lengths:
        found.append(lengths[-1])
    for field, expressions in (
        ("count", (_COUNT, _COUNT_AFTER)),
        ("rounds", (_ROUNDS,)),
        ("forms", (_FORMS,)),
    ):
        added = _SUM.search(text) if field == "count" else None
        if added:
            total = _value(added["low"]) + _value(added["more"])
            found.append(Number("count", total, *added.span()))
            continue
        matches = [match for one in expressions for match in one.finditer(text)]
        if matches:
            last = max(matches, key=lambda match: match.start())
            found.append(Number(field, _middle(last), *last.span()))  # type: ignore[arg-type]
    return found


def _lengths(text: str) -> Iterator[Number]:
    """Yield the lengths that the interview may have, in order: what is said last settles it."""
    terse = is_terse(text)
    for start, end in sentence_spans(text):
        here = sorted(_lengths_between(text, start, end), key=lambda one: one.start)
        if terse or _INTERVIEW.search(text, start, end):
            yield from (one for one in here if not _is_elsewhere(text, one, (start, end), terse=terse))
        settled = _SETTLED.search(text, start, end)
        if here and settled and settled.start() > here[-1].start:
            yield Number("minutes", _value(settled["low"]), *settled.span())


def _lengths_between(text: str, start: int, end: int) -> Iterator[Number]:
    """Yield the lengths of a sentence; of two that overlap the one that says more."""
    found = [
        Number("minutes", value, *match.span())
        for expression, value in _SPOKEN
        for match in expression.finditer(text, start, end)
    ]
    for match in _MINUTES.finditer(text, start, end):
        scale = 60.0 if match["unit"].lower().startswith("h") else 1.0
        found.append(Number("minutes", scale * _middle(match), *match.span()))
    found += [Number("minutes", _middle(one), *one.span()) for one in _SHORT.finditer(text, start, end)]
    for one in found:
        if not any(one is not other and _covers(other, one) for other in found):
            yield one


def _covers(first: Number, second: Number) -> bool:
    return first.start <= second.start and second.end <= first.end and first[2:] != second[2:]


def _is_elsewhere(text: str, number: Number, sentence: tuple[int, int], *, terse: bool) -> bool:
    """Return whether a length belongs to something else: a delivery, a commute."""
    near = text[max(sentence[0], number.start - 40) : min(sentence[1], number.end + 20)]
    return not terse and bool(_ELSEWHERE.search(near))


def _middle(match: re.Match[str]) -> float:
    """Return a number, or the middle of two."""
    low, high = _value(match["low"]), match.groupdict().get("high")
    return (low + _value(high)) / 2 if high else low


def _value(written: str) -> float:
    """Return what a number says.

    >>> _value("1,5"), _value("a dozen"), _value("forty-five")
    (1.5, 12.0, 45.0)
    """
    name = written.lower()
    if name in _WORDS:
        return _WORDS[name]
    tens, dash, ones = name.replace(" ", "-").partition("-")
    if dash:
        return _WORDS[tens] + _WORDS[ones]
    return float(name.replace(",", "."))
