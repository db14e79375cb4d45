"""How long and how many: minutes, questions, rounds and forms of a request."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from coach.recruit.fitted import Chances
from coach.recruit.read_bounds import ASKED, bounds_around
from coach.recruit.read_mentions import ROLES, Mention, Role, roles
from coach.recruit.read_number_words import NUMBER, Number, NumberField, value
from coach.recruit.read_shares import told_parts
from coach.recruit.read_text import without

_FLAGS = re.IGNORECASE
SHORTEST_MINUTES = 10
"""What is left of an interview when all is taken off that goes to something else; if less, nothing is."""
# a form's field: "#questions 8"
_FIELD = re.compile(rf"(?:#|\bno\.?|\bnumber of)\s*{ASKED}\s*[:=]?\s*(?P<low>{NUMBER})\b", _FLAGS)
# "one senior question on drift" as the first words; further on, a single question is mostly part of a set.
_OPENING = re.compile(
    rf"\W*(?:[a-z']+\s+){{0,3}}?(?P<low>one|1|a single)\s+(?:(?!of\b|for\b)[\w-]+\s+){{0,3}}?{ASKED}\b",
    _FLAGS,
)
LEAST_CHANCE: dict[Role, float] = {"count": 0.2, "less": 0.4, "minutes": 0.4}
"""Of a mention that is taken for it; "other" needs more than the rest, for a request mostly tells one."""
LONGEST_PIECE = 45
"""A number without a unit of more is no piece of an interview."""

_SUM = re.compile(
    rf"\b(?P<low>{NUMBER})\s+[\w-]+\s*(?:and|plus|\+|,)\s*(?P<more>{NUMBER})\s+[\w-]+\s+{ASKED}\b",
    _FLAGS,
)
UNIT = (
    r"(?!\s*-?\s*(?:minutes?|mins?|m|hours?|hrs?|h|years?|yrs?|days?|weeks?|months?|%|k|people|persons?"
    r"|pages?|rounds?|candidates?|calls?|am|pm|o'clock)\b)(?!\s*%)"
)
"""Behind a number that may be one of questions no such word stands."""
# "a dozen questions, no wait, make that eight"
_CORRECTED = re.compile(
    rf"\b(?:make (?:it|that)|or rather|no,? wait|i mean(?:t)?|let'?s say|actually|correction:?|better)\s+"
    rf"(?:just |only )?(?P<low>{NUMBER})\b{UNIT}",
    _FLAGS,
)
_ROUNDS = re.compile(
    rf"\b(?P<low>{NUMBER})\s+(?:[\w-]+\s+)?(?:rounds|interviews|sessions|stages|parts|halves)\b", _FLAGS
)
# "2 x 45 minutes"
_ROUNDS_OF = re.compile(r"\b(?P<low>[2-9])\s?[x×]\s?(?=\d+[\s-]*(?:m|min|mins|minutes?|h|hours?)\b)", _FLAGS)
_FORMS = re.compile(
    rf"\b(?P<low>{NUMBER})\s+(?:[\w-]+\s+){{0,2}}?"
    r"(?:forms|versions|variants|(?:parallel|equivalent) sets)\b",
    _FLAGS,
)
# "6 questions each" tells how many a round or form has; of topics it tells no number of all.
_EACH = re.compile(rf"\s*(?:[\w-]+\s+){{0,3}}{ASKED}\s+each\b", _FLAGS)
_COUNTED = re.compile(rf"\s*(?:[\w-]+\s+){{0,2}}?{ASKED}\b", _FLAGS)
_MOST = re.compile(r"\s*(?:at (?:the )?(?:very )?most|max\w*|tops|or less)\b", _FLAGS)
_SAYS_NOTHING, _SOON = 0.8, 40
"""A number likelier to be none of these settles no range, nor does one so many characters behind it."""
_NEAR = 20
_OF = re.compile(rf"\s*(?:(?:[\w-]+\s+){{0,2}}{ASKED})?\s*,?\s*(?:of|at|à|@|x|taking)\s+", _FLAGS)
_APIECE = re.compile(r"\s*,?\s*(?:each|apiece)\b", _FLAGS)
_PER_QUESTION = re.compile(r"\s*(?:per|a|for each|for every)\s+(?:question|q)\b", _FLAGS)
_ENDS = re.compile(r"[.!?\n]")
_IN_ALL = re.compile(r"\b(?:altogether|all together|in total|in all|overall|total|together)\b", _FLAGS)
_SPREAD = re.compile(r"\b(?:over|across|split|spread|divided|between|into|among)\b", _FLAGS)

Weighed = tuple[Mention, Chances]
"""A mention with the chance of each of `ROLES`."""


def read_numbers(text: str) -> list[Number]:
    """Return at most one number for each field: the one that the request settles on; parts of a set are none.

    >>> [(one.field, one.value) for one in read_numbers("Ten Qs in half an hour")]
    [('minutes', 30.0), ('count', 10.0)]
    """
    text = without(text, told_parts(text))
    return chosen_numbers(text, roles(text))


def counted(text: str, numbers: Sequence[Number]) -> tuple[int, int] | None:
    """Return where the words stand that say of what a request wants so many: "4 debugging questions".

    None if the number of questions is not followed by a word for them.
    """
    count = next((one for one in numbers if one.field == "count"), None)
    found = _COUNTED.match(text, count.end) if count else None
    return (count.start, found.end()) if count and found else None


def of_counts(text: str) -> tuple[list[Mention], list[Mention]]:
    """Return the numbers and lengths of a text, parts of a set aside, and those that may count questions."""
    weighed = roles(without(text, told_parts(text)))
    return [one for one, _ in weighed], [one for one, _ in _taken_for(weighed, "count")]


def tells_rounds(text: str) -> bool:
    """Return whether a text speaks of several rounds or forms."""
    return bool(_ROUNDS.search(text) or _FORMS.search(text))


def chosen_numbers(text: str, weighed: Sequence[Weighed]) -> list[Number]:
    """Return the numbers of a text for its mentions, weighed."""
    length = [*_length(weighed)]
    settled = _settled(text, length, weighed) if length else None
    if settled:
        weighed = [one for one in weighed if one[0] is not settled]
        length = [length[0]._replace(value=settled.value, low=settled.value, high=settled.value)]
    found = [*length, *_count(text, weighed)]
    for field, expressions in (("rounds", (_ROUNDS, _ROUNDS_OF)), ("forms", (_FORMS,))):
        found += _told(text, field, expressions, found)  # type: ignore[arg-type]
    return _shared(text, _of_questions(text, found))


def _taken_for(weighed: Sequence[Weighed], role: Role) -> list[Weighed]:
    """Return what may well be of a role, the likeliest first, of equals what is said last."""
    place = ROLES.index(role)
    least = LEAST_CHANCE[role]
    found = [one for one in weighed if one[1][place] >= least and one[1][place] >= one[1][:3].max()]
    return sorted(found, key=lambda one: (-one[1][place], -one[0].start))


def _length(weighed: Sequence[Weighed]) -> Iterator[Number]:
    """Yield the length of the interview, less what of it goes to an introduction or other things."""
    told = [one for one, _ in _taken_for(weighed, "minutes")]
    if not told:
        return
    whole = next((one for one in told if _is_sum(one, told)), told[0])
    off = sum(
        one.value for one, _ in _taken_for(weighed, "less") if one.is_length or one.value <= LONGEST_PIECE
    )
    lengths = [one for one, _ in weighed if one.is_length]
    is_net = any(one.value == whole.value + off for one in lengths)
    if is_net or _is_sum(whole, lengths) or whole.low - off < SHORTEST_MINUTES:
        off = 0.0
    yield Number("minutes", whole.value - off, whole.start, whole.end, whole.low - off, whole.high - off)


def _settled(text: str, length: Sequence[Number], weighed: Sequence[Weighed]) -> Mention | None:
    """Return the number without a unit by which a range of lengths is settled: "30 to 35 minutes, say 33"."""
    told = length[0]
    if told.low == told.high:
        return None
    soon = [one for one in weighed if 0 <= one[0].start - told.end <= _SOON and not one[0].is_length]
    for one, chances in soon:
        is_within = told.low <= one.low == one.high <= told.high
        corrects = any(match.start("low") == one.start for match in _CORRECTED.finditer(text, told.end))
        may_be = corrects or chances[ROLES.index("other")] < _SAYS_NOTHING
        if is_within and may_be and not (_COUNTED.match(text, one.end) or _MOST.match(text, one.end)):
            return one
    return None


def _is_sum(one: Mention, told: Sequence[Mention]) -> bool:
    """Return whether the others are its parts: "60 min: 20 on agents, 25 on evals, 15 on cost"."""
    parts = [other.value for other in told if other is not one]
    return len(parts) > 1 and one.value == sum(parts)


def _count(text: str, weighed: Sequence[Weighed]) -> Iterator[Number]:
    plain = _SUM.search(text) or _FIELD.search(text)
    if plain:
        total = sum(value(one) for one in plain.groups())
        yield Number("count", total, *plain.span(), total, total)
        return
    is_shared = tells_rounds(text)
    told = [
        one
        for one, _ in _taken_for(weighed, "count")
        if one.low.is_integer() and (is_shared or not _EACH.match(text, one.end))
    ]
    if told:
        best = told[0]
        later = _CORRECTED.search(text, best.end)
        if later and not any(best.end <= one.start < later.end() for one, _ in weighed if one.is_length):
            number = value(later["low"])
            yield Number("count", number, *later.span(), number, number)
        else:
            yield _bounded(text, best, told[1:])
    elif opening := _OPENING.match(text):
        yield Number("count", 1, *opening.span("low"), 1, 1)


def _bounded(text: str, best: Mention, others: Sequence[Mention]) -> Number:
    """Return a number of questions with its bounds, of which two numbers may tell one each."""
    low, high, start = bounds_around(text, best)
    for other in others:
        more = bounds_around(text, other)
        if low == 1 < more.low < high and more.high == math.inf:
            low = more.low
        elif high == math.inf and more.low == 1 and low < more.high:
            high = more.high
    return Number("count", best.value, start, best.end, low, high)


def _told(
    text: str, field: NumberField, expressions: Sequence[re.Pattern[str]], taken: Sequence[Number]
) -> Iterator[Number]:
    """Yield the last number that is plainly one of a field."""
    for expression in expressions:
        matches = [
            match
            for match in expression.finditer(text)
            if not any(one.start < match.end() and match.start() < one.end for one in taken)
        ]
        if matches:
            number = value(matches[-1]["low"])
            yield Number(field, number, *matches[-1].span(), number, number)
            return


def _of_questions(text: str, found: Sequence[Number]) -> list[Number]:
    """Return the numbers with the length of all questions where that of one is told."""
    told = {one.field: one for one in found}
    minutes, count = told.get("minutes"), told.get("count")
    if minutes is None or not _is_of_one(text, minutes, count) or "rounds" in told:
        return list(found)
    others = [one for one in found if one is not minutes]
    return [_times(minutes, count.value), *others] if count else others


def _times(number: Number, many: float) -> Number:
    return number._replace(value=number.value * many, low=number.low * many, high=number.high * many)


def _is_of_one(text: str, minutes: Number, count: Number | None) -> bool:
    """Return whether a length is said of one question: "4 questions of 10 minutes", "ten minutes each"."""
    if _PER_QUESTION.match(text, minutes.end):
        return True
    if count is None or not 0 <= minutes.start - count.end <= _NEAR:
        return False
    between = text[count.end : minutes.start]
    return bool(_OF.fullmatch(between) or (_APIECE.match(text, minutes.end) and not _ENDS.search(between)))


def _shared(text: str, found: Sequence[Number]) -> list[Number]:
    """Return the numbers for one round: "14 questions over two rounds" are seven in each."""
    rounds = next((one for one in found if one.field == "rounds"), None)
    if rounds is None or rounds.value < 2:  # noqa: PLR2004 - one round has all of it
        return list(found)
    return [_times(one, 1 / rounds.value) if _is_of_all(text, one, rounds) else one for one in found]


def _is_of_all(text: str, number: Number, rounds: Number) -> bool:
    """Return whether a number of questions or minutes is said of all rounds together."""
    if number.field not in {"count", "minutes"}:
        return False
    start, end = min(number.start, rounds.start), max(number.end, rounds.end)
    if any(char in text[start:end] for char in ".!?\n"):
        return False
    between = text[number.end : rounds.start]
    return bool(_IN_ALL.search(text, start, min(len(text), end + 20)) or _SPREAD.search(between))
