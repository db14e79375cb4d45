"""Which level a request is for: the title first, then what is said of the person sought, then years.

Other people stand in job texts too: mentors, colleagues, whoever left. Their levels are told apart by how the
sentence is built. The title of the post outranks everything below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from coach.recruit.contract import LEVELS
from coach.recruit.read_parts import asides, title
from coach.recruit.read_text import asking, is_terse, lies_in, sentence_spans
from ingest.contract import Level

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
    r"|ssr|pleno"
    rf"|{_RANK}[- ]?(?:ii|2)|[le]4|ic[23]",
    "junior": r"junior|jr|jnr|(?<!post-)(?<!post)graduate|grad|entry(?:[- ]?level)?"
    r"|(?<!months )(?<!month )intern(?:ship)?|trainee|apprentice"
    r"|new[- ]?grad|fresher|early[- ]career|recent graduate"
    r"|beginner|newcomer|career[- ]?(?:starter|changer)|first job|working student|werkstudent"
    rf"|associate {_ROLE}|{_RANK}[- ]?(?:1|(?-i:I)(?=\s*(?:[,(|–—-]|$)))|[le]3|ic1",
}
_GRADES = r"(?:levels?|lvl|seniorit\w+|grades?)"
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
_SEAT = r"(?:seat|role|position|post|level|lvl|hires?|loop|questions?|interview|round|screen|set)\b"
_WHO = (
    r"(?:[\w&+/-]+\s+){0,3}?(?:engineers?|developers?|candidates?|applicants?|person|eng|dev|scientist"
    r"|ops|llmops"
    rf"|specialist|architect|{_SEAT})\b"
)
_POSITION = rf"[\s,-]*(?:(?!(?:with|in|on|of|and|who|for|to)\b)[\w&+/-]+\s+){{0,2}}?{_SEAT}"
# Other people: "beside two seniors", "you will report to the staff engineer", "our junior left".
_OTHERS = re.compile(
    r"\b(?:two|three|four|five|six|\d+|our|the|their|your|with|by|beside|alongside|under|(?:next"
    r"|close) to|guid\w+|coach\w*|mentor\w*"
    r"|supervis\w+|support\w*|lead|leads|leading|manag\w+|report\w*(?: to)?|help\w*|assist\w*|teach\w*"
    r"|train\w*)"
    r"\s+(?:(?:an?|the|some|our|other|more|fellow|several|few)\s+)*(?:[\w/-]+ (?:and |or )?)?$",
    _FLAGS,
)
_NOT_A_PERSON = re.compile(
    r"^s?\s+(?:buddy|buddies|management|leadership|colleagues?|members?|team\b|stakeholders?"
    r"|managers?\b|clinicians?"
    r"|executives?|directors?|leaders?|partners?|counsel|editors?)|^['’]?s\b",
    _FLAGS,
)
# "ten questions for juniors": the plural is who is asked; "we lost our staff engineer": who is replaced.
_SOUGHT = re.compile(
    r"\b(?:for|hir(?:e|ing)|seek(?:s|ing)?|want(?:s|ed|ing)?|need(?:s|ed|ing)?|search(?:ing)?(?: for)?"
    r"|look(?:s|ing)? for|get(?:ting)?"
    r"|screen(?:ing)?|interview(?:ing)?|compar(?:e|ing)|as|lost|replac(?:e|es|ing)"
    r"|backfill(?:ing)?(?: for)?|success(?:or|ion) (?:of|to|for)"
    r"|promot(?:e|ed|ion) to|you are|you're|join us as|is|it's|it is|at)"
    r"\s+(?:(?:an?|the|our|my|two|three|four|some|several|another|new|internal|good|real|\d+)\s+){0,2}$",
    _FLAGS,
)
_NOT_SO = re.compile(
    r"\b(?:not|nobody|no|never|neither|nor|path to)\s+(?:(?:too|so|very|a|an|overly)\s+)?$", _FLAGS
)
_SPELT = "zero one two three four five six seven eight nine ten eleven twelve fifteen twenty".split()
_SPELT_YEARS = dict(zip(_SPELT, (*range(13), 15, 20), strict=True)) | {"a couple of": 2, "a few": 3}
_COUNTED_YEARS = rf"(?:\d{{1,2}}|{'|'.join(_SPELT_YEARS)})"
_YEARS = re.compile(
    rf"\b(?P<low>{_COUNTED_YEARS})\s*(?:\+|plus)?\s*(?:(?:-|–|to|or)\s*{_COUNTED_YEARS}\s*)?"
    r"(?:\+|or more\s*|plus\s*)?(?:full\s*|solid\s*)?\s*(?:years?|yrs?|(?P<work>y\.?o\.?e))\b",
    _FLAGS,
)
_DECADE = re.compile(r"\b(?:a|one|more than a|over a) decade\b", _FLAGS)
_OF_WORK = re.compile(
    r"^['’]?\W{0,3}(?:\w+\W+){0,3}?(?:exp|experience|xp|behind|overall|relevant|professional|as an?"
    r"|building|in)\b",
    _FLAGS,
)
_WORK = re.compile(
    r"\b(?:experience|xp|exp|overall|software|engineering|backend|professional|development|industry|devops"
    r"|data|security|seasoned|you (?:have|bring)|at least|engineer|minimum)\b",
    _FLAGS,
)
# "someone who did it already for 6+ years"
_WHO_HAS = re.compile(
    r"\b(?:someone|somebody|person|candidate|guy|girl|engineer|developer|dev|he|she|they)"
    r" (?:who |that |with |has |had |have )(?:[\w'’]+ ){0,6}$",
    _FLAGS,
)
# In a note "had 9 years", "with 5+" are of work.
_HAS = re.compile(
    r"\b(?:has|had|have|with|brings?|got)\s+(?:(?:at least|only|about|around|some|over) )?$", _FLAGS
)
_NO_SPAN_OF_WORK = re.compile(r"\W{0,2}(?:old|ago|plan|roadmap|contract|warranty|history)\b", _FLAGS)
_BARE_YEARS = re.compile(r"(?<![\w.,$€£])(?P<low>[1-9]|1\d|20)\+(?=[\s]*(?:[.,;)\"'”]|$|xp\b|exp\b))", _FLAGS)
_NOT_WORK = re.compile(
    r"\b(?:for|has|last|next|first|named|anniversary|old|young|history|funded|founded|ago|within|every"
    r"|after)\b",
    _FLAGS,
)
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
_TITLE, _SAID, _COUNTED, _NAMED = 5.0, 2.0, 2.0, 1.0
_NEAR = 45


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
    post = (0, 0) if is_terse(text) else title(text)
    # Not every "people of all levels" speaks of the post.
    spans = [post, *asking(text)]
    anything = next((one for one in _ANY.finditer(text) if lies_in(one.start(), spans)), None)
    if anything:
        return LevelCue(None, _TITLE, *anything.span())
    apart = [] if is_terse(text) else [span for span in asides(text) if span != post]
    cues = [cue for cue in _named(text, post) if not lies_in(cue.start, apart)]
    titled = [cue for cue in cues if cue.weight == _TITLE]
    cues = titled or [*cues, *(cue for cue in _counted(text) if not lies_in(cue.start, apart))]
    if not cues:
        return None
    totals = {level: sum(cue.weight for cue in cues if cue.level == level) for level in LEVELS}
    return max(cues, key=lambda cue: (totals[cue.level or "junior"], cue.weight, -cue.start))


def _named(text: str, post: tuple[int, int]) -> Iterator[LevelCue]:
    """Yield the levels that are named: in the title, of the person sought, or in a note at all."""
    for match in _BETWEEN.finditer(text):
        yield LevelCue("mid", _SAID + _NAMED, *match.span())
    for level, names in _NAMES.items():
        for match in re.finditer(rf"(?<![\w-])(?:{names})(?P<many>s?)(?!\w)", text, _FLAGS):
            weight = _weight(text, match, post)
            if weight:
                yield LevelCue(level, weight, *match.span())


def _weight(text: str, match: re.Match[str], post: tuple[int, int]) -> float:
    """Return what a word for a level counts for; nothing if it is said of somebody else."""
    is_titled = post[0] <= match.start() < post[1]
    border = post[0] if is_titled else _sentence_start(text, match.start())
    before, after = text[max(border, match.start() - _NEAR) : match.start()], text[match.end() :]
    if _NOT_SO.search(before):
        return 0.0
    if is_titled:
        return _TITLE
    is_note = is_terse(text)
    # In an advert "a senior engineer" is a colleague; the post is a "senior position", or is looked for.
    if _SOUGHT.search(before) or re.match(_POSITION, after, _FLAGS):
        return _SAID
    if match["many"] or _NOT_A_PERSON.match(after) or _OTHERS.search(before) or not is_note:
        return 0.0
    return _SAID if re.match(rf"[\s,-]*{_WHO}", after, _FLAGS) else _NAMED


def _sentence_start(text: str, place: int) -> int:
    return next((start for start, end in sentence_spans(text) if start <= place < end), 0)


def _counted(text: str) -> Iterator[LevelCue]:
    """Yield the cue of the years of experience: the largest demand that is about work.

    Years alone make nobody more than senior: what is beyond that is no matter of time.
    """
    found = []
    is_note = is_terse(text)
    for match in _YEARS.finditer(text):
        start, end = next(
            (span for span in sentence_spans(text) if span[0] <= match.start() < span[1]), match.span()
        )
        before = text[max(start, match.start() - 25) : match.start()]
        is_work = bool(
            match["work"]
            or _OF_WORK.match(text[match.end() : end])
            or _WHO_HAS.search(text[max(start, match.start() - _NEAR) : match.start()])
            or (is_note and _HAS.search(before) and not _NO_SPAN_OF_WORK.match(text, match.end()))
        )
        if is_work or (_WORK.search(text, start, end) and not _NOT_WORK.search(before)):
            low = match["low"].lower()
            found.append((_SPELT_YEARS.get(low) or int(low if low.isdigit() else 0), match.span()))
    found += [(10, match.span()) for match in _DECADE.finditer(text)]
    if is_note:
        found += [(int(match["low"]), match.span()) for match in _BARE_YEARS.finditer(text)]
    if found:
        years, span = max(found)
        yield LevelCue(_level_of(years), _COUNTED, *span)
    untried = _UNTRIED.search(text)
    if untried:
        yield LevelCue("junior", _COUNTED, *untried.span())


def _level_of(years: int) -> Level:
    """Return the level at which people with so many years are usually hired."""
    if years < 2:  # noqa: PLR2004 - the borders stand in this function alone
        return "junior"
    return "mid" if years < 5 else "senior"  # noqa: PLR2004
