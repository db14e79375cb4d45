"""How long and how many: minutes, questions, rounds and forms of a request."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coach.recruit.read_lengths import lengths, settle
from coach.recruit.read_number_words import NUMBER, RANGE, Number, middle, value
from coach.recruit.read_text import asking, lies_in

_FLAGS = re.IGNORECASE
_ASKED = r"(?:questions?|q'?s|qns?|qus|ques|ones)"
_OF_A_ROUND = r"(?:rounds?|sessions?|interviews?|forms?|sets?|versions?|stages?|panels?|candidates?)\b"
_COUNT = re.compile(
    rf"(?:\b|(?<=\bx)){RANGE}(?:\s*[x×])?\s+(?!minutes?\b|mins?\b|hours?\b"
    rf"|years?\b)(?:(?!(?:{NUMBER}|for|to|at|by)\b)[\w/'-]+\s+){{0,4}}?{_ASKED}\b"
    rf"(?!\s+(?:per|a|every)\s+(?!{_OF_A_ROUND}))",
    _FLAGS,
)
# "8Qs", "ten-question set"
_COUNT_TIGHT = re.compile(
    rf"\b(?P<low>\d{{1,2}})\s?(?:q|qs|q's|qns|qus)\b(?!\s*'?\d)|\b(?P<given>{NUMBER})-question\b", _FLAGS
)
_SUM = re.compile(
    rf"\b(?P<low>{NUMBER})\s+[\w-]+\s*(?:and|plus|\+|,)\s*(?P<more>{NUMBER})\s+[\w-]+\s+{_ASKED}\b",
    _FLAGS,
)
_COUNT_AFTER = re.compile(
    rf"(?:#|\bno\.?|\bnumber of)\s*{_ASKED}\s*[:=]?\s*(?P<numbered>{NUMBER})\b"
    rf"|\b{_ASKED}\s*(?::|=|count|x)\s*(?P<low>{NUMBER})\b"
    # "only debugging ones, 3 of them"; a clause that is a number and nothing else
    rf"|\b(?P<them>{NUMBER}) of (?:them|these|those)\b"
    rf"|\b(?:set|pack|list) of (?P<held>{NUMBER})(?=\s*(?:[,.;:!)]|for\b|on\b|$))"
    r"|\b(?:give me|send me|(?:i|we) (?:need|want)|i'd like)"
    rf" (?P<given>{NUMBER})(?=\s*(?:[,;!)]|[.](?!\d)|$))"
    # a form's field
    rf"|\b(?:qty|quantity|how many|amount)\s*(?:>>|[:=])\s*(?P<bare>{NUMBER})\b",
    _FLAGS | re.MULTILINE,
)
_ABOUT = r"\s+(?=(?:on|about|around|re|regarding|covering|concerning)\b)"
# "can you do me 15 on releases"; "six on guardrails" where a line begins
_COUNT_OF = re.compile(
    rf"(?:\b(?:do|get|make|write|prepare|prep|send|give|draft|need|want|build|bring)(?: (?:me|us|him|her))?\s"
    rf"|^[^\w\n]{{0,6}}){RANGE}{_ABOUT}",
    _FLAGS | re.MULTILINE,
)
_UNIT = (
    r"(?!\s*-?\s*(?:minutes?|mins?|m|hours?|hrs?|h|years?|yrs?|days?|weeks?|months?|%|k|people|persons?"
    r"|pages?|rounds?|candidates?|calls?|am|pm|o'clock)\b)(?!\s*%)"
)
# "do not exceed 10", "no more than eight"
_COUNT_AT_MOST = re.compile(
    r"\b(?:(?:do not|don'?t|never|not to|must not) exceed|(?:no|not) more than|at (?:the )?most"
    rf"|up to|max(?:imum)?(?: of)?|limit(?:ed)? to)\s+(?P<low>{NUMBER})\b{_UNIT}",
    _FLAGS,
)
# a clause that is a number, or two, and nothing else: "..., between five and seven, easy ones"
_COUNT_BARE = re.compile(
    rf"(?:^|[,;.:–—]\s){RANGE}(?:\s+(?:please|pls|only|max))?\s*(?=[,;!]|[.](?!\d)|$)",
    _FLAGS | re.MULTILINE,
)
_MOST_AT_MOST = 30
# "Vacancies: 2" tells of something else.
_OTHER_LABEL = re.compile(
    r"\b(?:vacanc\w+|openings?|positions?|posts?|grade|level|team|floor|room|ref\w*|headcount|candidates?"
    r"|panel\w*|seats?|age|notice)\s*$",
    _FLAGS,
)
# "a dozen questions, no wait, make that eight"
_CORRECTED = re.compile(
    rf"\b(?:make (?:it|that)|or rather|no,? wait|i mean(?:t)?|let'?s say|actually|correction:?|better)\s+"
    rf"(?:just |only )?(?P<low>{NUMBER})\b{_UNIT}",
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
# "at least one question on cost" tells no number of questions where another one does.
_AT_LEAST = re.compile(r"\b(?:at least|including|of which|among them|with)\s+$", _FLAGS)
# "6 questions each" tells how many a round or form has; of topics it tells no number of all.
_EACH = re.compile(r"\s+each\b", _FLAGS)
_NEAR = 20
_OF = re.compile(r"\s*,?\s*(?:of|at|à|@|x|taking)\s+", _FLAGS)
_APIECE = re.compile(r"\s*,?\s*(?:each|apiece)\b", _FLAGS)
_PER_QUESTION = re.compile(r"\s*(?:per|a|for each|for every)\s+(?:question|q)\b", _FLAGS)
_ENDS = re.compile(r"[.!?\n]")
_IN_ALL = re.compile(r"\b(?:altogether|all together|in total|in all|overall|total|together)\b", _FLAGS)
_SPREAD = re.compile(r"\b(?:over|across|split|spread|divided|between|into|among)\b", _FLAGS)


def read_numbers(text: str) -> list[Number]:
    """Return at most one number for each field: the one that the request settles on.

    >>> [(one.field, one.value) for one in read_numbers("Ten Qs in half an hour")]
    [('minutes', 30.0), ('count', 10.0)]
    """
    found: list[Number] = []
    found_lengths = list(lengths(text))
    if found_lengths:
        found.append(settle(found_lengths))
    spans = asking(text)
    is_shared = bool(_ROUNDS.search(text) or _FORMS.search(text))
    for field, expressions in (
        ("count", (_COUNT, _COUNT_TIGHT, _COUNT_AFTER, _COUNT_OF, _COUNT_AT_MOST, _COUNT_BARE)),
        ("rounds", (_ROUNDS, _ROUNDS_OF)),
        ("forms", (_FORMS,)),
    ):
        added = _SUM.search(text) if field == "count" else None
        if added:
            total = value(added["low"]) + value(added["more"])
            found.append(Number("count", total, *added.span()))
            continue
        # What is plainly a number of questions is asked first, a number that stands alone last.
        for expression in expressions:
            matches = [one for one in expression.finditer(text) if lies_in(one.start(), spans)]
            matches = [
                one
                for one in matches
                if not any(other.meets(one) for other in found)
                and (is_shared or not _EACH.match(text, one.end()))
                and not _is_of_else(text, one)
            ]
            matches = [
                one for one in matches if not _AT_LEAST.search(text[: one.start()][-_NEAR:])
            ] or matches
            if matches:
                last = _corrected(text, matches[-1], found) if field == "count" else matches[-1]
                found.append(Number(field, middle(last), *last.span()))  # type: ignore[arg-type]
                break
    return _shared(text, _of_questions(text, found))


def _is_of_else(text: str, match: re.Match[str]) -> bool:
    """Return whether a number that stands alone is no number of questions."""
    if match.re is _COUNT_AT_MOST:
        return value(match["low"]) > _MOST_AT_MOST
    if match.re is not _COUNT_BARE or ":" not in match[0][:1]:
        return False
    return bool(_OTHER_LABEL.search(text[: match.start()][-_NEAR:]))


def _corrected(text: str, match: re.Match[str], found: Sequence[Number]) -> re.Match[str]:
    """Return the number that is said instead, behind a number of questions and before any length."""
    later = _CORRECTED.search(text, match.end())
    if later is None or any(match.end() <= one.start < later.end() for one in found):
        return match
    return later


def _of_questions(text: str, found: Sequence[Number]) -> list[Number]:
    """Return the numbers with the length of all questions where that of one is told."""
    told = {one.field: one for one in found}
    minutes, count = told.get("minutes"), told.get("count")
    if minutes is None or not _is_of_one(text, minutes, count) or "rounds" in told:
        return list(found)
    others = [one for one in found if one is not minutes]
    return [minutes._replace(value=minutes.value * count.value), *others] if count else others


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
