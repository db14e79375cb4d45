"""Which level a request is for: titles, the words of the person sought, years of experience."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from coach.recruit.contract import LEVELS
from coach.recruit.read_text import sentence_spans
from ingest.contract import Level

_FLAGS = re.IGNORECASE
_ROLE = r"(?:[\w/-]+ ){0,2}(?:engineer|developer|scientist)"
# Level marks as large companies write them: L3 or E3 opens the ladder.
_NAMES: dict[Level, str] = {
    "staff": r"staff(?!ing)|principal|distinguished|architect|(?:tech(?:nical)?|team) lead|head of"
    rf"|lead {_ROLE}|[le][67]",
    "senior": r"(?:senior|sr|snr)(?!\.?\s+(?:staff|principal))|seasoned|expert(?:[- ]level)?"
    r"|experienced(?=\s+(?:ai|ml|llm|software|engineer))"
    r"|(?:engineer|developer|se|swe|sde) (?:iii|3)|[le]5",
    "mid": r"mid|mid[- ]?(?:level|lvl|career|weight)|intermediate|medior|regular"
    r"|(?:engineer|developer|se|swe|sde) (?:ii|2)|[le]4",
    "junior": r"junior|jr|graduate|entry[- ]?(?:level)?|intern|trainee|apprentice|new[- ]?grad|fresher"
    rf"|beginner|newcomer|career[- ]?(?:starter|changer)|first job|working student|associate {_ROLE}|[le]3",
}
_ANY = re.compile(
    r"\b(?:any|all|every|no particular|whatever|mixed)[- ](?:level|seniorit|grade)"
    r"|levels? (?:does ?n[o']t|do ?n[o']t) matter|regardless of (?:level|seniority)"
    r"|(?:junior|entry) (?:to|through|up to) (?:staff|principal)\b",
    _FLAGS,
)
_WHO = (
    r"(?:[\w&+/-]+\s+){0,3}?(?:engineers?|developers?|candidates?|applicants?|person|seat|role|position|level"
    r"|lvl|eng|dev|hire|loop|questions?|interview|scientist|ops|llmops|specialist|architect|round|screen|set)\b"
)
# Colleagues, not the person sought: "two seniors", "the senior engineers of three departments".
_OTHERS = re.compile(
    r"\b(?:two|three|four|our|the|with|by|coach|mentor|alongside|other)\s+(?:\w+\s+)?$", _FLAGS
)
_NOT_A_PERSON = re.compile(
    r"^s?\s+(?:buddy|buddies|management|leadership|colleagues?|members?|team\b)|^s\b", _FLAGS
)
# "ten questions for juniors": there the plural is who is asked.
_SOUGHT = re.compile(
    r"\b(?:for|hire|hiring|seek|seeking|screen|screening|interview|interviewing)"
    r"\s+(?:(?:a|an|two|three|four|some|several|\d+)\s+)?$",
    _FLAGS,
)
_NOT_SO = re.compile(r"\b(?:not|nobody|no|never|neither|nor)\s+(?:(?:too|so|very|a|an|overly)\s+)?$", _FLAGS)
_SPELT = "zero one two three four five six seven eight nine ten eleven twelve fifteen twenty".split()
_SPELT_YEARS = dict(zip(_SPELT, (*range(13), 15, 20), strict=True))
_COUNTED_YEARS = rf"(?:\d{{1,2}}|{'|'.join(_SPELT)})"
_YEARS = re.compile(
    rf"\b(?P<low>{_COUNTED_YEARS})\s*(?:\+|plus)?\s*(?:(?:-|–|to|or)\s*{_COUNTED_YEARS}\s*)?"
    r"(?:\+|or more\s*|plus\s*)?(?:full\s*|solid\s*)?\s*(?:years?|yrs?|yoe)\b",
    _FLAGS,
)
_DECADE = re.compile(r"\b(?:a|one|more than a|over a) decade\b", _FLAGS)
_WORK = re.compile(
    r"\b(?:experience|xp|exp|overall|software|engineering|backend|professional|development|industry|devops"
    r"|data|security|seasoned|you (?:have|bring)|at least|engineer)\b",
    _FLAGS,
)
_NOT_WORK = re.compile(r"\b(?:for|has|last|named|anniversary|old|young|history|funded|founded|ago)\b", _FLAGS)
_TITLE_CHARS = 120
_TITLE, _SAID, _COUNTED = 5.0, 2.0, 2.0


class LevelCue(NamedTuple):
    """Words that speak for a level; None speaks for any."""

    level: Level | None
    weight: float
    start: int
    end: int


def read_level(text: str) -> LevelCue | None:
    """Return the level that most speaks for, with its best cue; None if nothing does.

    >>> cue = read_level("Software Engineer II, 3 years of experience, together with two seniors")
    >>> cue and cue.level
    'mid'
    """
    anything = _ANY.search(text)
    if anything:
        return LevelCue(None, _TITLE, *anything.span())
    cues = [*_named(text), *_counted(text)]
    if not cues:
        return None
    totals = {level: sum(cue.weight for cue in cues if cue.level == level) for level in LEVELS}
    best = max(cues, key=lambda cue: (totals[cue.level or "junior"], cue.weight, -cue.start))
    return best if totals[best.level or "junior"] > 0 else None


def _named(text: str) -> Iterator[LevelCue]:
    title_end = _title_end(text)
    for level, names in _NAMES.items():
        for match in re.finditer(rf"(?<![\w-])(?:{names})(?P<many>s?)(?!\w)\.?", text, _FLAGS):
            before, after = text[max(0, match.start() - 30) : match.start()], text[match.end() :]
            if not _SOUGHT.search(before) and (match["many"] or _NOT_A_PERSON.match(after)):
                continue
            if _NOT_SO.search(before):
                continue
            if match.start() > title_end and _OTHERS.search(before):
                continue
            is_person = bool(re.match(rf"[\s,-]*{_WHO}", after, _FLAGS))
            weight = _TITLE if match.start() <= title_end else _SAID if is_person else _SAID / 2
            yield LevelCue(level, weight, *match.span())


def _title_end(text: str) -> int:
    """Return where the first line or sentence ends: an advert names the post there."""
    first = next(sentence_spans(text), (0, 0))
    return min(first[1], first[0] + _TITLE_CHARS)


def _counted(text: str) -> Iterator[LevelCue]:
    """Yield the cue of the years of experience: the largest demand that is about work."""
    found = []
    for match in _YEARS.finditer(text):
        start, end = next(
            (span for span in sentence_spans(text) if span[0] <= match.start() < span[1]), match.span()
        )
        before = text[max(start, match.start() - 25) : match.start()]
        if _WORK.search(text, start, end) and not _NOT_WORK.search(before):
            low = match["low"].lower()
            found.append((_SPELT_YEARS.get(low) or int(low if low.isdigit() else 0), match.span()))
    found += [(10, match.span()) for match in _DECADE.finditer(text)]
    if found:
        years, span = max(found)
        yield LevelCue(_level_of(years), _COUNTED, *span)


def _level_of(years: int) -> Level:
    """Return the level at which people with so many years are usually hired."""
    if years < 2:  # noqa: PLR2004 - the borders stand in this function alone
        return "junior"
    if years < 5:  # noqa: PLR2004
        return "mid"
    return "senior" if years < 9 else "staff"  # noqa: PLR2004
