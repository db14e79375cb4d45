"""How long and how many: minutes, questions, rounds and forms of a request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from coach.recruit.read_text import asking, is_terse, lies_in, sentence_spans

NumberField = Literal["minutes", "count", "rounds", "forms"]

_WORDS = {
    name: float(value)
    for value, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen seventeen eighteen nineteen".split()
    )
} | {"twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0}
_WORDS |= {"a dozen": 12.0, "dozen": 12.0, "half a dozen": 6.0, "two dozen": 24.0, "a score": 20.0}
_WORDS |= {"a couple of": 2.0, "a pair of": 2.0, "a single": 1.0}
_TENS = r"(?:twenty|thirty|forty|fifty)[- ](?:one|two|three|four|five|six|seven|eight|nine)"
_NUMBER = rf"(?:\d+(?:[.,]\d+)?|{_TENS}|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + ")"
_RANGE = rf"(?P<low>{_NUMBER})(?:\s*(?:-|–|to|or)\s*(?P<high>{_NUMBER}))?"
_FLAGS = re.IGNORECASE

_MINUTES = re.compile(rf"\b{_RANGE}[\s-]*(?P<unit>min(?:ute)?s?|hours?|hrs?|h)\b(?!\s*(?:week|ago))", _FLAGS)
_FULL = r"(?:full |whole |solid |good |entire )?"
_HOUR = r"(?:hours?|hrs?|h)"
_PARTS = {"half": 30.0, "quarter": 15.0, "three quarters": 45.0}
_PART = r"(?:a |an )?(?P<part>half|quarter|three[- ]quarters)"
_SPOKEN = (
    # "three quarters of an hour", "half hr"
    re.compile(rf"\b{_PART}[- ]?(?:of )?(?:an |a )?{_HOUR}\b", _FLAGS),
    # "an hour", "two full hours", "an hour and a quarter", "1 hr 10"; "1h30"
    re.compile(
        rf"\b(?P<hours>{_NUMBER}|an?)[- ]?{_FULL}{_HOUR}\b(?!\s*(?:week|ago|a day"
        rf"|per))(?:\s*(?:and )?\s*(?:{_PART}\b"
        r"|(?P<rest>\d{1,2})(?!\d)(?=\s*(?:m|mins?|minutes?)\b|\s*[,.;:)!?\"”]|\s+(?:for|with|on)\b|\s*$)))?",
        _FLAGS,
    ),
    re.compile(r"\b(?P<hours>\d)h(?P<rest>\d\d)\b", _FLAGS),
    re.compile(rf"\b(?P<hours>{_NUMBER}) and {_PART} {_HOUR}\b", _FLAGS),
)
_SHORT = re.compile(r"(?<![$€£\d.,])\b(?P<low>\d{2,3}) ?m\b(?!\w)")  # "45m"; an upper-case M is a million
# "20 to 30, let's say 25"; "20 at the very most"
_SETTLED = re.compile(
    rf"\b(?:let'?s say|make (?:it|that)|say|so about|call it|max(?:imum)?(?: of)?"
    rf"|at (?:the )?most)\s+(?P<low>{_NUMBER})\b"
    r"(?!\s+(?:\w+\s+){0,2}(?:questions?|qs|qns|q's|ones))"
    rf"|\b(?P<most>{_NUMBER})(?:\s*(?:minutes|mins?))?,?\s+(?:at (?:the )?(?:very )?most|max(?:imum)?"
    rf"|tops)\b",
    _FLAGS,
)
_ASKED = r"(?:questions?|q'?s|qns?|ques|ones)"
_COUNT = re.compile(
    rf"\b{_RANGE}\s+(?!minutes?\b|mins?\b|hours?\b"
    rf"|years?\b)(?:(?!{_NUMBER}\b)[\w/'-]+\s+){{0,4}}?{_ASKED}\b(?!\s+(?:per|a|every)\b)",
    _FLAGS,
)
_SUM = re.compile(
    rf"\b(?P<low>{_NUMBER})\s+[\w-]+\s*(?:and|plus|\+|,)\s*(?P<more>{_NUMBER})\s+[\w-]+\s+{_ASKED}\b",
    _FLAGS,
)
_COUNT_AFTER = re.compile(
    rf"(?:#|\bno\.?|\bnumber of)\s*{_ASKED}\s*[:=]?\s*(?P<numbered>{_NUMBER})\b"
    rf"|\b{_ASKED}\s*(?::|=|count|x)\s*(?P<low>{_NUMBER})\b"
    # "only debugging ones, 3 of them"; a clause that is a number and nothing else
    rf"|\b(?P<them>{_NUMBER}) of (?:them|these|those)\b"
    rf"|(?:^|[,;.:–—]\s)(?P<bare>{_NUMBER})(?:\s+(?:please|pls|only|max))?\s*(?=[,;!]|[.](?!\d)|$)",
    _FLAGS | re.MULTILINE,
)
_ROUNDS = re.compile(
    rf"\b(?P<low>{_NUMBER})\s+(?:[\w-]+\s+)?(?:rounds|interviews|sessions|stages|parts|halves)\b", _FLAGS
)
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
# "at least one question on cost" tells no number of questions where another one does.
_AT_LEAST = re.compile(r"\b(?:at least|including|of which|among them|with)\s+$", _FLAGS)
# "6 questions each" tells how many a round or form has; of topics it tells no number of all.
_EACH = re.compile(r"\s+each\b", _FLAGS)
_NEAR = 20
_IN_ALL = re.compile(r"\b(?:altogether|all together|in total|in all|overall|total|together)\b", _FLAGS)
_SPREAD = re.compile(r"\b(?:over|across|split|spread|divided|between|into|among)\b", _FLAGS)


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
        found.append(_settled(lengths))
    spans = asking(text)
    is_shared = bool(_ROUNDS.search(text) or _FORMS.search(text))
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
        # What is plainly a number of questions is asked first, a number that stands alone last.
        for expression in expressions:
            matches = [one for one in expression.finditer(text) if lies_in(one.start(), spans)]
            matches = [
                one
                for one in matches
                if not any(_meets(one, other) for other in found)
                and (is_shared or not _EACH.match(text, one.end()))
            ]
            matches = [
                one for one in matches if not _AT_LEAST.search(text[: one.start()][-_NEAR:])
            ] or matches
            if matches:
                found.append(Number(field, _middle(matches[-1]), *matches[-1].span()))  # type: ignore[arg-type]
                break
    return _shared(text, found)


def _settled(lengths: Sequence[Number]) -> Number:
    """Return the last length, or the one that those behind it are the parts of."""
    for at, one in enumerate(lengths[:-2]):
        if one.value == sum(part.value for part in lengths[at + 1 :]):
            return one
    return lengths[-1]


def _meets(match: re.Match[str], number: Number) -> bool:
    return match.start() < number.end and number.start < match.end()


def _shared(text: str, found: Sequence[Number]) -> list[Number]:
    """Return the numbers for one round: "14 questions over two rounds" are seven in each."""
    rounds = next((one for one in found if one.field == "rounds"), None)
    if rounds is None or rounds.value < 2:  # noqa: PLR2004 - one round has all of it
        return list(found)
    return [
        one._replace(value=one.value / rounds.value) if _is_of_all(text, one, rounds) else one
        for one in found
    ]


def _is_of_all(text: str, number: Number, rounds: Number) -> bool:
    """Return whether a number of questions or minutes is said of all rounds together."""
    if number.field not in {"count", "minutes"}:
        return False
    start, end = min(number.start, rounds.start), max(number.end, rounds.end)
    if any(char in text[start:end] for char in ".!?\n"):
        return False
    between = text[number.end : rounds.start]
    return bool(_IN_ALL.search(text, start, min(len(text), end + 20)) or _SPREAD.search(between))


def _lengths(text: str) -> Iterator[Number]:
    """Yield the lengths that the interview may have, in order: what is said last settles it."""
    terse, has_length = is_terse(text), False
    spans = asking(text)
    for start, end in sentence_spans(text):
        here = sorted(_lengths_between(text, start, end), key=lambda one: one.start)
        if (start, end) in spans:
            kept = [one for one in here if not _is_elsewhere(text, one, (start, end), terse=terse)]
            yield from kept
            has_length = has_length or bool(kept)
        settled = _SETTLED.search(text, start, end) if has_length else None
        if settled and not (here and here[-1].start > settled.end()):
            yield Number("minutes", _value(settled["low"] or settled["most"]), *settled.span())


def _lengths_between(text: str, start: int, end: int) -> Iterator[Number]:
    """Yield the lengths of a sentence; of two that overlap the one that says more."""
    found = [
        Number("minutes", _spoken(match), *match.span())
        for expression in _SPOKEN
        for match in expression.finditer(text, start, end)
    ]
    for match in _MINUTES.finditer(text, start, end):
        scale = 60.0 if match["unit"].lower().startswith("h") else 1.0
        found.append(Number("minutes", scale * _middle(match), *match.span()))
    found += [Number("minutes", _middle(one), *one.span()) for one in _SHORT.finditer(text, start, end)]
    for one in found:
        if not any(one is not other and _covers(other, one) for other in found):
            yield one


def _spoken(match: re.Match[str]) -> float:
    """Return the minutes of a length in hours and parts of them."""
    said = match.groupdict()
    hours = said.get("hours")
    minutes = 0.0 if hours is None else 60.0 * (1.0 if hours.lower() in {"a", "an"} else _value(hours))
    part = said.get("part")
    return minutes + (_PARTS[part.lower().replace("-", " ")] if part else float(said.get("rest") or 0))


def _covers(first: Number, second: Number) -> bool:
    return first.start <= second.start and second.end <= first.end and first[2:] != second[2:]


def _is_elsewhere(text: str, number: Number, sentence: tuple[int, int], *, terse: bool) -> bool:
    """Return whether a length belongs to something else: a delivery, a commute."""
    near = text[max(sentence[0], number.start - 40) : min(sentence[1], number.end + 20)]
    return not terse and bool(_ELSEWHERE.search(near))


def _middle(match: re.Match[str]) -> float:
    """Return a number, or the middle of two."""
    said = match.groupdict()
    low = _value(next(said[name] for name in ("low", "numbered", "them", "bare") if said.get(name)))
    high = said.get("high")
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
