"""How long: the minutes of an interview."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from coach.recruit.read_number_words import NUMBER, RANGE, Number, middle, value
from coach.recruit.read_text import asking, is_terse, sentence_spans

_FLAGS = re.IGNORECASE
HALF_A_DAY_HOURS = 12
LONGEST_MINUTES = 480
"""Between two times of a day; more is a working day, or opening hours."""

SHORTEST_MINUTES = 10
"""What is left of an interview without its pieces; else they are no pieces of it."""

_MINUTES = re.compile(
    rf"(?:\b|(?<=\d[x×])){RANGE}[\s-]*(?P<unit>min(?:ute)?s?|minuters?|hours?|hrs?|h)\b(?!\s*(?:week|ago))",
    _FLAGS,
)
_FULL = r"(?:full |whole |solid |good |entire )?"
_HOUR = r"(?:hours?|hrs?|h)"
_PARTS = {"half": 30.0, "quarter": 15.0, "three quarter": 45.0}
_PART = r"(?:a |an )?(?P<part>half|three[- ]quarter|quarter)s?"
_REST = r"\d{1,2}(?!\d)|ten|fifteen|twenty|thirty|forty(?:[- ]five)?"
_SPOKEN = (
    # "three quarters of an hour", "half hr"
    re.compile(rf"\b{_PART}[- ]?(?:of )?(?:an |a )?{_HOUR}\b", _FLAGS),
    # "an hour", "two full hours", "an hour and a quarter", "1 hr 10"; "1h30"
    re.compile(
        rf"\b(?P<hours>{NUMBER}|an?)[- ]?{_FULL}{_HOUR}\b(?!\s*(?:week|ago|a day"
        rf"|per))(?:\s*(?:and )?\s*(?:{_PART}\b"
        rf"|(?P<rest>{_REST})(?:\s*(?:m|mins?|minutes?)\b|(?=\s*[,.;:)!?\"”]|\s+(?:for|with|on)\b|\s*$))))?",
        _FLAGS,
    ),
    re.compile(r"\b(?P<hours>\d)\s?h(?:rs?)?(?P<rest>[0-5]\d)\b", _FLAGS),
    re.compile(rf"\b(?P<hours>\d):(?P<rest>[0-5]\d)\s?{_HOUR}\b", _FLAGS),
    re.compile(r"\b(?P<hours>an?|one)?[- ]?hour[- ]long\b", _FLAGS),
    re.compile(rf"\b(?P<hours>{NUMBER}) and {_PART} {_HOUR}\b", _FLAGS),
)
# from one time of a day to another, as "14:00-14:45" or "10am to 11.30am"
_CLOCK = re.compile(
    r"\b(?P<from_hour>\d{1,2})(?:[:.](?P<from_minute>[0-5]\d))?\s*(?:[ap]\.?m\.?)?"
    r"\s*(?:-|–|to|until|till)\s*"
    r"(?P<to_hour>\d{1,2})(?:[:.](?P<to_minute>[0-5]\d))?\s*(?P<to_half>[ap]\.?m\b\.?)?(?![\d:])",
    _FLAGS,
)
# "45m", where an upper-case M is a million; "45'", unless that is where a quotation ends
_SHORT = re.compile(r"(?<![$€£\d.,'’‘\"“])\b(?P<low>\d{2,3}) ?(?:m\b|['’′](?!['’\w]))")
# "20 to 30, let's say 25"; "20 at the very most"
_SETTLED = re.compile(
    rf"\b(?:let'?s say|make (?:it|that)|say|so about|call it|max(?:imum)?(?: of)?"
    rf"|at (?:the )?most)\s+(?P<low>{NUMBER})\b"
    r"(?!\s+(?:\w+\s+){0,2}(?:questions?|qs|qns|q's|ones))"
    rf"|\b(?P<most>{NUMBER})(?:\s*(?:minutes|mins?))?,?\s+(?:at (?:the )?(?:very )?most|max(?:imum)?"
    rf"|tops)\b"
    # "60, of which ten are small talk, so 50"
    rf"|\bso\s+(?:really\s+|effectively\s+)?(?P<left>{NUMBER})(?=\s*(?:[,.;:)]|mins?\b|minutes?\b|$))",
    _FLAGS,
)
# "three blocks of 20 min"
_BLOCKS = re.compile(
    rf"\b(?P<times>{NUMBER})\s+(?:[\w-]+\s+)?(?:blocks?|chunks|slots|parts|sections|bits)\s+(?:of|à|at|x|with)\s+"
    rf"(?P<low>{NUMBER})[\s-]*(?:min(?:ute)?s?)\b",
    _FLAGS,
)
# What has minutes and is no interview.
_ELSEWHERE = re.compile(
    r"\b(?:deliver\w*|latency|respon\w+|commut\w+|walk|train|bus|drive|within \d+ ?ms|sla|uptime|week|per day"
    r"|chit[- ]?chat|tour|break)\b",
    _FLAGS,
)

_AND = re.compile(r"^[^.;,]*(?:\band|&|\+|plus)\s*(?:the last |another )?$", re.IGNORECASE)
_COMMA = re.compile(r"[,;](?!\d)|\bthen\b")

# A piece of the interview: "leave 15 minutes at the end", "5 min intro".
_OFF = (
    r"\b(?:leav\w+|reserv\w+|first|last|minus|less|excl(?:uding|\.)?|incl(?:uding|\.)?|of which|of that)"
    r"\s+(?:the\s+)?"
)
_PIECE_BEFORE = re.compile(rf"{_OFF}$", _FLAGS)
# "the last ten for their questions", where a length was told
_BARE_PIECE = re.compile(
    rf"{_OFF}(?P<low>{NUMBER})\s+(?:for|as)\s+(?:(?:an?|the|their|your|his|her|any)\s+){{0,3}}"
    r"(?:q['’]?s|questions?|intro\w*|wrap[- ]?up|small[- ]?talk|buffer|q ?& ?a|warm[- ]?up|candidate"
    r"|lunch)\b",
    _FLAGS,
)
_PIECE_AFTER = re.compile(
    r"[\s-]*(?:of |for |as )?(?:an? |the |their |your |some )?"
    r"(?:intro\w*|wrap[- ]?up|small[- ]?talk|buffer|q ?& ?a|debrief|warm[- ]?up|at the (?:end|start)"
    r"|candidate)\b",
    _FLAGS,
)


def settle(lengths: Sequence[Number]) -> Number:
    """Return the last length, or the one that those behind it are the parts of."""
    for at, one in enumerate(lengths[:-2]):
        if one.value == sum(part.value for part in lengths[at + 1 :]):
            return one
    return lengths[-1]


def lengths(text: str) -> Iterator[Number]:
    """Yield the lengths that the interview may have, in order: what is said last settles it.

    What goes to an introduction or to the candidate's own questions is taken off.
    """
    terse = is_terse(text)
    spans = asking(text)
    whole: list[Number] = []
    pieces: list[Number] = []
    for start, end in sentence_spans(text):
        if (start, end) not in spans:
            continue
        here = sorted(_lengths_between(text, start, end), key=lambda one: one.start)
        kept = [one for one in here if not _is_elsewhere(text, one, (start, end), terse=terse)]
        said = _pieces(text, kept)
        whole += [one for one in kept if one not in said]
        pieces += said
        pieces += [
            Number("minutes", value(one["low"]), *one.span())
            for one in _BARE_PIECE.finditer(text, start, end)
            if not any(other.meets(one) for other in here)
        ]
        settled = _SETTLED.search(text, start, end) if whole or pieces else None
        if settled and not (here and here[-1].start > settled.end()):
            whole.append(
                Number(
                    "minutes", value(settled["low"] or settled["most"] or settled["left"]), *settled.span()
                )
            )
    yield from _less(whole, pieces) if whole else pieces


def _lengths_between(text: str, start: int, end: int) -> Iterator[Number]:
    """Yield the lengths of a sentence; of two that overlap the one that says more."""
    found = [
        Number("minutes", _spoken(match), *match.span())
        for expression in _SPOKEN
        for match in expression.finditer(text, start, end)
    ]
    for match in _MINUTES.finditer(text, start, end):
        scale = 60.0 if match["unit"].lower().startswith("h") else 1.0
        found.append(Number("minutes", scale * middle(match), *match.span()))
    found += [
        Number("minutes", minutes, *match.span())
        for match in _CLOCK.finditer(text, start, end)
        if (minutes := _from_clock(match))
    ]
    found += [Number("minutes", middle(one), *one.span()) for one in _SHORT.finditer(text, start, end)]
    found += [
        Number("minutes", value(one["times"]) * value(one["low"]), *one.span())
        for one in _BLOCKS.finditer(text, start, end)
    ]
    for one in found:
        if not any(one is not other and _covers(other, one) for other in found):
            yield one


def _from_clock(match: re.Match[str]) -> float | None:
    """Return the minutes between two times of a day; None for numbers that are no such times."""
    said = match.groupdict()
    is_marked = said["to_half"] or ":" in match[0]  # "03.11-05.11" are dates
    hours = int(said["to_hour"]) - int(said["from_hour"])
    minutes = 60 * hours + int(said["to_minute"] or 0) - int(said["from_minute"] or 0)
    if minutes < 0 and max(int(said["to_hour"]), int(said["from_hour"])) <= HALF_A_DAY_HOURS:
        minutes += 60 * HALF_A_DAY_HOURS  # from 12:30 to 1:15
    return float(minutes) if is_marked and 0 < minutes <= LONGEST_MINUTES else None


def _spoken(match: re.Match[str]) -> float:
    """Return the minutes of a length in hours and parts of them."""
    said = match.groupdict()
    hours = said.get("hours")
    part = said.get("part")
    if hours is None:
        minutes = 0.0 if part else 60.0
    else:
        minutes = 60.0 * (1.0 if hours.lower() in {"a", "an"} else value(hours))
    rest = value(said["rest"]) if said.get("rest") else 0.0
    return minutes + (_PARTS[part.lower().replace("-", " ")] if part else rest)


def _covers(first: Number, second: Number) -> bool:
    return first.start <= second.start and second.end <= first.end and first[2:] != second[2:]


def _is_elsewhere(text: str, number: Number, sentence: tuple[int, int], *, terse: bool) -> bool:
    """Return whether a length belongs to something else: a delivery, a commute."""
    before = text[max(sentence[0], number.start - 40) : number.start]
    after = text[number.end : min(sentence[1], number.end + 20)]
    # "questions from 2 to 3, tour until 4": what a comma parts belongs to other things
    near = _COMMA.split(before)[-1] + text[number.start : number.end] + _COMMA.split(after)[0]
    return not terse and bool(_ELSEWHERE.search(near))


def _pieces(text: str, found: Sequence[Number]) -> list[Number]:
    """Return the lengths of a sentence that are said of parts that are no questioning."""
    pieces: list[Number] = []
    for one in found:
        goes_on = pieces and _AND.search(text[pieces[-1].end : one.start])
        if _is_piece(text, one) or goes_on:
            pieces.append(one)
    return pieces


def _less(whole: Sequence[Number], pieces: Sequence[Number]) -> Iterator[Number]:
    """Yield lengths without the pieces that they hold: "an hour, of which 15 minutes are intro".

    A piece is one of the length before it, or of the first where there is none before it.
    """
    for at, one in enumerate(whole):
        until = whole[at + 1].start if at + 1 < len(whole) else math.inf
        since = one.start if at else 0
        left = one.value - sum(
            piece.value for piece in pieces if piece is not one and since <= piece.start < until
        )
        yield one._replace(value=left) if left >= SHORTEST_MINUTES else one


def _is_piece(text: str, number: Number) -> bool:
    """Return whether a length is said of a part that is no questioning."""
    before = text[max(0, number.start - 20) : number.start]
    return bool(_PIECE_BEFORE.search(before) or _PIECE_AFTER.match(text, number.end))
