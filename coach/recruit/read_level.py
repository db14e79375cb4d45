"""Which level a request is for: names of levels, years of work, and what is said instead of either.

Other people stand in job texts too: mentors, colleagues, whoever left; and years are also those of a firm.
Which of the words are said of the person sought is weighed by a regression, and by a network that also says
what the whole request is for; evals/training/README.md says what both have learnt from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from coach.faithfulness.frequencies import rarity
from coach.recruit.fitted import Chances, load_regression
from coach.recruit.read_mentions import around
from coach.recruit.read_parts import asides, title
from coach.recruit.read_text import apart, asking, clauses, is_terse, lies_in
from coach.recruit.request_network import chances_of, read_pieces
from ingest.analysis import stem
from ingest.contract import Level
from ingest.store.values import Vector

_FLAGS = re.IGNORECASE
_POST = r"(?:engineer|developer|scientist|programmer|analyst|specialist)"
_ROLE = rf"(?:[\w/&-]+ ){{0,3}}{_POST}"
_RANK = rf"(?:{_POST}|mts|technical staff|se|swe|sde|mle|sre)"
# Level marks as large companies write them: L3 or E3 opens the ladder, IC4 is where seniors are hired.
_NAMES: dict[Level, str] = {
    "staff": r"(?<!technical )(?<!support )staff(?!ing)(?! (?:members?|room|discount))|principal"
    r"|distinguished|architect"
    r"|(?:tech(?:nical)?|team|ai|ml|llm|engineering|platform)[- ]lead|head of|pmts|lmts"
    rf"|lead {_ROLE}|{_POST} lead|[le][678]|ic[567]",
    "senior": r"(?:senior|sr|snr)(?!\.?[- ]+(?:staff|principal))|seasoned|expert(?:[- ]level)?|smts"
    r"|experienced(?=\s+(?:ai|ml|llm|software|engineer))"
    rf"|{_RANK}[- ]?(?:iii|3)|[le]5|ic4",
    "mid": r"mid|mid(?:dle)?[- ]?(?:level|lvl|career|weight)|intermediate|medior|regular|semi[- ]?senior"
    r"|middle|(?:not a beginner|no beginner|no novice|not a novice)(?: any ?more)?"
    r"|ssr|pleno"
    rf"|{_RANK}[- ]?(?:ii|2)|[le]4|ic[23]",
    "junior": r"junior|jr|jnr|(?<!post-)(?<!post)graduate|grad|entry(?:[- ]?level)?"
    r"|(?<!months )(?<!month )intern(?:ship)?|trainee|apprentice"
    r"|new[- ]?grad|fresher|early[- ]career|recent graduate"
    r"|beginner|newcomer|career[- ]?(?:starter|changer)|first job|working student|werkstudent"
    rf"|associate {_ROLE}|{_RANK}[- ]?(?:1|(?-i:I)(?=\s*(?:[,(|–—-]|$)))|[le]3|ic1",
}
_SPELT_LEVELS: dict[str, Level] = {
    "senior": "senior",
    "junior": "junior",
    "graduate": "junior",
    "principal": "staff",
    "intermediate": "mid",
}
_WORD = re.compile(r"[^\W\d_]{5,}")
_SENIORITY = r"(?:levels?|lvl|seniority|seniorit\w+|grades?|experience|senior|junior|years)"
_ANY = re.compile(
    rf"\b(?:any|all|every|no particular|whatever|whichever|mixed|various|different|several"
    rf"|multiple)(?: your| their| the)?[- ]{_SENIORITY}\b"
    rf"|\b{_SENIORITY}(?: \w+)? (?:does ?n[o'’]?t|do ?n[o'’]?t|is ?n[o'’]?t|not) (?:matter|important"
    rf"|relevant|fixed)"
    rf"|\b(?:does ?n[o'’]?t|do ?n[o'’]?t) (?:matter|care|mind) (?:\w+ ){{0,3}}{_SENIORITY}\b"
    rf"|\b(?:regardless|irrespective|independent(?:ly)?) of (?:\w+ ){{0,2}}{_SENIORITY}\b"
    r"|\b(?:junior|entry|graduate|associate|intern) (?:to|through|up to) (?:staff|principal|senior)\b",
    _FLAGS,
)
_BETWEEN = re.compile(r"\bbetween (?:an? )?(?:junior|graduate) and (?:an? )?senior\b", _FLAGS)
_SPELT = "zero one two three four five six seven eight nine ten eleven twelve fifteen twenty".split()
_SPELT_YEARS = dict(zip(_SPELT, (*range(13), 15, 20), strict=True)) | {"a couple of": 2, "a few": 3}
_COUNTED_YEARS = rf"(?:\d{{1,2}}|{'|'.join(_SPELT_YEARS)})"
_YEARS = re.compile(
    rf"\b(?P<low>{_COUNTED_YEARS})\s*(?:\+|plus)?\s*(?:(?:-|–|to|or)\s*{_COUNTED_YEARS}\s*)?"
    r"(?:\+|or more\s*|plus\s*)?(?:full\s*|solid\s*)?\s*(?:years?|yrs?|(?P<work>y\.?o\.?e))\b",
    _FLAGS,
)
_DECADE = re.compile(r"\b(?:a|one|more than a|over a) decade\b", _FLAGS)
_BARE_YEARS = re.compile(r"(?<![\w.,$€£])(?P<low>[1-9]|1\d|20)\+(?=[\s]*(?:[.,;)\"'”]|$|xp\b|exp\b))", _FLAGS)
_UNTRIED = re.compile(
    r"\bno (?:\w+ ){0,2}experience (?:is )?(?:needed|required|necessary|expected)\b"
    r"|\bnobody expects (?:\w+ )?experience\b"
    r"|\b(?:finish\w*|complet\w*|done with|straight from|fresh (?:from|out of)|(?:right|just) out of)"
    r" (?:(?:your|a|an|the|his|her|their|my) )?(?:degree|stud(?:ies|y)|uni(?:versity)?|college|school"
    r"|masters?|bachelors?|phd|boot ?camp|diploma)\b"
    r"|\b(?:his|her|their|your|a|the|one's) (?:very )?first (?:real )?(?:position|employment|job|post|role)\b"
    r"|\bfirst (?:position|employment|job) after\b|\bwill be first employment\b"
    r"|\bfinal[- ]year\b|\bcampus (?:hir\w+|recruit\w+|drive)\b"
    r"|\b(?:one|two|three|four|five|six|\d{1,2})[- ]months? internship\b"
    r"|\bjust (?:graduated|finished)\b|\brecent(?:ly)? graduat",
    _FLAGS,
)
WHOLE_LEVELS: tuple[Level | None, ...] = (None, "junior", "mid", "senior", "staff")
"""What a request as a whole may be for."""
WHOLE_COUNTS, WITHOUT_CUES = 0.3, 0.15
"""What the whole has to say beside words for a level, and what speaks for any level where there are none."""
_MOST_YEARS = 12

CueKind = Literal["name", "years", "bare years", "untried", "any", "between", "whole"]


class LevelCue(NamedTuple):
    """Words that may speak for a level; None speaks for any.

    Attributes:
        kind: How it is said.
        own: The words, or the years.
    """

    level: Level | None
    kind: CueKind
    own: str
    start: int
    end: int


def read_level(text: str) -> LevelCue | None:
    """Return what speaks for the level of the person sought; None if nothing does.

    >>> cue = read_level("Software Engineer II, 3 years of experience, together with two seniors")
    >>> cue and cue.level
    'mid'
    """
    cues, pieces = level_cues(text), read_pieces(text)
    level, cue = chosen_level(cues, cue_chances(text, cues), told(pieces.mean("whole", 0, len(text))))
    told_by = clauses(text)
    if cue or level is None or not told_by:
        return cue
    place = WHOLE_LEVELS.index(level)
    clause = max(told_by, key=lambda one: pieces.mean("whole", one.start, one.end)[place])
    return LevelCue(level, "whole", "", clause.start, clause.end)


def cue_chances(text: str, cues: Sequence[LevelCue]) -> list[float]:
    """Return the chance of each cue that it is said of the person sought."""
    if not cues:
        return []
    chances: list[float] = load_regression("levels").chances(list(level_signs(text, cues)))[:, 1].tolist()
    return chances


def told(logits: Vector) -> Chances:
    """Return what the whole of a request has to say for each of `WHOLE_LEVELS`, by their logits."""
    return WHOLE_COUNTS * chances_of(logits)


def chosen_level(
    cues: Sequence[LevelCue], chances: Sequence[float], whole: Chances
) -> tuple[Level | None, LevelCue | None]:
    """Return the level that cues and the whole request speak for, and its likeliest cue if it has any.

    Args:
        cues: Of the request.
        chances: Of each, that it is said of the person sought.
        whole: What speaks for each of `WHOLE_LEVELS` beside its cues.
    """
    best: dict[Level | None, tuple[float, LevelCue]] = {}
    for cue, chance in zip(cues, chances, strict=True):
        best[cue.level] = max(best.get(cue.level, (0.0, cue)), (chance, cue), key=lambda one: one[0])
    totals = dict(zip(WHOLE_LEVELS, whole.tolist(), strict=True))
    for level, (chance, _) in best.items():
        totals[level] += chance
    if not best:
        totals[None] += WITHOUT_CUES
    chosen = max(totals, key=lambda level: totals[level])
    return chosen, best[chosen][1] if chosen in best else None


def level_cues(text: str) -> list[LevelCue]:
    """Return all words of a text that may speak for a level, in order; of two that overlap the longer."""
    return apart(_cues(text))


def _cues(text: str) -> Iterator[LevelCue]:
    for match in _ANY.finditer(text):
        yield LevelCue(None, "any", "", *match.span())
    for match in _BETWEEN.finditer(text):
        yield LevelCue("mid", "between", "", *match.span())
    for level, names in _NAMES.items():
        for match in re.finditer(rf"(?<![\w-])(?:{names})s?(?!\w)", text, _FLAGS):
            yield LevelCue(level, "name", match[0].lower(), *match.span())
    yield from _misspelt(text) if is_terse(text) else ()
    for match in _YEARS.finditer(text):
        low = match["low"].lower()
        yield _of_years(_SPELT_YEARS.get(low) or int(low if low.isdigit() else 0), "years", match)
    for match in _DECADE.finditer(text):
        yield _of_years(10, "years", match)
    for match in _BARE_YEARS.finditer(text):
        yield _of_years(int(match["low"]), "bare years", match)
    for match in _UNTRIED.finditer(text):
        yield LevelCue("junior", "untried", "", *match.span())


def _misspelt(text: str) -> Iterator[LevelCue]:
    """Yield the words of a note that are none, but a slip away from the name of a level: "senoir"."""
    from rapidfuzz.distance import OSA

    for match in _WORD.finditer(text):
        word = match[0].lower()
        near = [level for level in _SPELT_LEVELS if OSA.distance(word, level, score_cutoff=1) == 1]
        if near and rarity(stem(word)) >= 1:
            yield LevelCue(_SPELT_LEVELS[near[0]], "name", near[0], *match.span())


def _of_years(years: int, kind: CueKind, match: re.Match[str]) -> LevelCue:
    return LevelCue(_level_of(years), kind, str(min(years, _MOST_YEARS)), *match.span())


def level_signs(text: str, cues: Sequence[LevelCue]) -> Iterator[dict[str, float]]:
    """Yield what stands around each cue of a text, by name."""
    is_note = is_terse(text)
    post = (0, 0) if is_note else title(text)
    beside = [] if is_note else [span for span in asides(text) if span != post]
    asked = asking(text)
    for at, one in enumerate(cues):
        others = [other for other in cues if other is not one]
        facts = {
            "is of a note": is_note,
            "is in the title": post[0] <= one.start < post[1],
            "is asked in an advert": not is_note and lies_in(one.start, asked),
            "is aside": lies_in(one.start, beside),
            "is alone": not others,
            "is first": at == 0,
            "is beside a name": any(other.kind == "name" for other in others),
            "is beside years": any(other.kind == "years" for other in others),
            "is said twice": any(other.level == one.level for other in others),
        }
        told = around(text, one.start, one.end, one.kind)
        told |= {f"is {one.kind}": 1.0, f"own {one.own}": 1.0, f"for {one.level}": 1.0}
        told |= {f"{one.kind} for {one.level}": 1.0, "place": one.start / len(text)}
        yield told | {name: 1.0 for name, holds in facts.items() if holds}


def _level_of(years: int) -> Level:
    """Return the level at which people with so many years are usually hired."""
    if years < 2:  # noqa: PLR2004 - the borders stand in this function alone
        return "junior"
    return "mid" if years < 5 else "senior"  # noqa: PLR2004
