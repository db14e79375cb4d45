"""What each line of an advert is for: the work, what would be nice, the firm and what it offers.

Adverts are built alike. A heading opens a part, and what stands in it is judged by the heading rather
than by its words: retrieval under "nice to have" is no topic, a learning budget no matter of cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from coach.recruit.read_text import is_request, is_terse, sentence_spans

Role = Literal["work", "demand", "rest", "aside"]
"""The work itself; what the person brings; what no heading tells; what is no part of the work."""

_FLAGS = re.IGNORECASE
_HEADINGS: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (
        "aside",
        re.compile(
            r"\b(?:nice|good|great)[- ]to[- ]haves?\b|\b(?:is|are|it'?s) a plus\b|\bbonus(?:es"
            r"| points)?\b|\bplus(?:es)?$|\bpreferred\b|\bdesirable"
            r"|\bdesired\b|\bideal(?:ly)?\b|\boptional\b|\badvantage(?:ous|s)?\b|\bwelcome\b"
            r"|\bnot (?:a must|required)\b"
            r"|\bbenefits?\b|\bperks?\b|\boffer(?:s|ed|ing)?\b|\bcompensation\b|\bsalary\b|\bpay\b"
            r"|\bpackage\b|\brewards?\b"
            r"|(?<!application )\bconditions\b|\bin it for you\b|\byou(?:'ll| will)? (?:get|receive)\b"
            r"|\bwhy (?:join|us|you)\b|\bctc\b|\bstuff\b"
            r"|^(?:(?:more )?about|who is|meet) (?!you\b|the (?:role|job|work|post|position)|this)"
            r"|\bwho (?:are we|we are)\b"
            r"|\b(?:our|the) (?:company|firm|story|values|culture|client|mission|organisation"
            r"|organization|team|bank)$"
            r"|\bequal(?:ity)?\b|\bdiversity\b|\binclusion\b|\bhow to apply\b"
            r"|\bapplication\b(?! (?:conditions|requirements))"
            r"|\bprivacy notice\b|\bnotice period\b"
            r"|\blocation\b|\bcontact\b|\bshift\b|\bhours\b",
            _FLAGS,
        ),
    ),
    (
        "work",
        re.compile(
            r"\bresponsibilit|\bduties\b|\baccountabilit|\btasks?\b|\bmission\b|\bthe (?:role|job|work"
            r"|post|position|opportunity)\b"
            r"|\brole\b|\bjob (?:overview|description|summary|purpose)\b|\bjd\b|\byou(?:'ll| will"
            r"| would|'d)?(?: be)? (?:do|doing|own|work|build|lead)\b"
            r"|\byou will\b|\byou'll\b|\bwhat you do\b|\bday[- ]to[- ]day\b|\bscope\b|\byour (?:job"
            r"|work|task|impact)\b|\bwhat awaits\b",
            _FLAGS,
        ),
    ),
    (
        "demand",
        re.compile(
            r"\brequire|\bqualifications?\b|\bprofile\b|\bexpect|\bessential|\bmandatory\b"
            r"|\bmust[- ]haves?\b|\bskills\b"
            r"|\babout you\b|\byou (?:have|bring|are|need|should|must)\b|\byou(?:'ll)? need\b"
            r"|\blook(?:ing)? for\b|\bneed\b|\bexperience\b"
            r"|\bspecification\b|\bcriteria\b|\bwho you are\b|\bbackground\b|\bhope for\b|\bwish\b|^you$",
            _FLAGS,
        ),
    ),
)
# What speaks of the firm, the pay, the law or the application wherever it stands.
_ASIDE = re.compile(
    r"[$€£₹]\s?\d|\b(?:CHF|EUR|USD|GBP|INR|AUD|LPA|CTC)\b|\b(?:401\(?k\)?|holidays?|vacation"
    r"|days[’']? (?:off|leave)|annual leave"
    r"|parental leave|sick leave|pension|insurance|medical|dental|health ?care|mediclaim|stipend"
    r"|stock options|equity|bonus(?:es)?"
    r"|salary|allowance|gym|commut\w+|canteen|lunch(?:es)?|fruits?|snacks|retreats?|offsites?"
    r"|relocation|visa|sponsorship|home office"
    r"|learning (?:budget|wallet)|wellness|wellbeing|well-being|team events?|dress code|cycle to work"
    r"|sabbatical)\b"
    r"|\bequal (?:opportunity|employment)|\b(?:eoe|dbs|e-verify)\b|\bapplicants?\b"
    r"|\bapplications? (?:from|of|are|by|close)\b|\bapply\b"
    r"|\bdiversity\b|\bdisabilit\w+|\bregardless of\b|\bdiscriminat\w+|\bclosing date\b"
    r"|\bsecurity clearance\b|\bclearance\b|\bgreat place to work\b"
    r"|\bprivacy (?:notice|policy|statement)\b|\bprocessing of your\b"
    r"|\bfounded (?:in|by)\b|\bsince (?:1[6-9]|20)\d\d\b|\b(?:series [a-f]|backed by|investors"
    r"|raised)\b|\bheadquarter\w*|\bour values\b"
    r"|\b(?:offices|branches|customers|clients|employees|colleagues|stores|users|patients"
    r"|people) (?:across|worldwide)\b"
    r"|\b[\d,.]+\+? (?:people|employees|colleagues|countries|customers|offices|staff)\b|\b(?:send"
    r"|share) (?:us )?(?:your )?(?:updated )?cv\b",
    _FLAGS,
)
# A wish that can be done without, in the sentence itself.
_SPARE = re.compile(
    r"\b(?:is|are|would be|counts as|as) (?:an? )?(?:(?:big|definite|strong|nice|real) )?(?:plus|bonus"
    r"|advantage|asset|nice|desirable|helpful|beneficial"
    r"|welcome|preferred|optional)\b|\b(?:helps|desirable|preferred|a plus|an advantage|advantageous"
    r"|nice[- ]to[- ]have|good to have)\W*$"
    r"|\bnot (?:a must|required|needed|necessary|essential)\b|\b(?:it'?s|it is) a (?:plus|bonus)\b",
    _FLAGS,
)
# The work of others: "beside the incident manager", "you will report to the Head of Security".
_COLLEAGUES = re.compile(
    r"\b(?:beside|alongside|next to|report(?:s|ing)? to|supported by"
    r"|(?:work|working|collaborat\w+|partner\w*|coordinat\w+|liais\w+) (?:closely )?with)\s[^.,;:()\n]+",
    _FLAGS,
)
# "five years; a degree is a plus" is a demand and a wish
_PIECE = re.compile(r"[^;]+")
_HEADING_WORDS = 8
_INLINE = re.compile(r"^(?P<heading>[^:\n.]{2,60}):\s*(?P<rest>\S.*)?$", re.DOTALL)
_MARK = re.compile(r"^[\s•·*▪–—→\-#]*")
_LISTED = re.compile(r"^\s*(?:[•·*▪–—→\-]|\d+[.)](?!\d))")


_POST = re.compile(
    r"\b(?:engineers?|developers?|scientists?|specialists?|architects?|analysts?|researchers?"
    r"|programmers?|consultants?|leads?"
    r"|head of|director|technical staff|interns?|trainees?|apprentices?|student|officers?|managers?|sre"
    r"|mle)\b",
    _FLAGS,
)
_POST_LABEL = re.compile(
    r"^\W*(?:job title|title|role|position|post|vacancy|we are hiring|hiring)\s*:", _FLAGS
)
_TITLE_LINES, _TITLE_CHARS = 6, 120


class Part(NamedTuple):
    """A sentence or line of a request, and what it is for."""

    start: int
    end: int
    role: Role


def title(text: str) -> tuple[int, int]:
    """Return where an advert names the post: the first line at its head that is a title, else its beginning.

    >>> text = "Company: Oriel Press" + chr(10) + "Role: Lead Engineer, Search" + chr(10) + "We ..."
    >>> text[slice(*title(text))]
    'Role: Lead Engineer, Search'
    """
    lines = [(start, end) for start, end in _lines(text) if text[start:end].strip()][:_TITLE_LINES]
    for is_title in (_POST_LABEL.search, _POST.search):
        for start, end in lines:
            if end - start <= _TITLE_CHARS and not text[:end].endswith(".") and is_title(text[start:end]):
                return start, end
    first = next(iter(sentence_spans(text)), (0, 0))
    return first[0], min(first[1], first[0] + _TITLE_CHARS)


def parts(text: str) -> list[Part]:
    """Return the sentences of a request with what each is for; those of a note are all about the work.

    >>> lines = ["AI Engineer", "Nice to have:", "- GPUs", "Your tasks:", "- agents" + " and words" * 90]
    >>> [part.role for part in parts(chr(10).join(lines))]
    ['work', 'aside', 'aside', 'work', 'work']
    """
    if is_terse(text):
        return [Part(start, end, "work") for start, end in sentence_spans(text)]
    return list(_parts(text))


def _parts(text: str) -> Iterator[Part]:
    role: Role = "rest"
    begun = False
    post = title(text)
    for start, end in _lines(text):
        line = text[start:end]
        if (start, end) == post:
            yield Part(start, end, "work")
            continue
        if not line.strip():
            # A gap behind the content of a part ends what is no part of the work: prose follows.
            role = "rest" if begun and role == "aside" else role
            continue
        opened, whole = _opened(line)
        if opened is not None:
            here = opened
            role, begun = (opened, False) if whole else (role, begun)
        else:
            here, begun = role, True
        for first, last in sentence_spans(text[start:end]):
            for piece in _PIECE.finditer(text, start + first, start + last):
                if piece[0].strip():
                    yield Part(*piece.span(), _role(piece[0], here))


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def asides(text: str) -> list[tuple[int, int]]:
    """Return the spans of a request that are no part of the work: whole parts, and who else is named."""
    found = [(part.start, part.end) for part in parts(text) if part.role == "aside"]
    if is_terse(text):
        return found
    return found + [match.span() for match in _COLLEAGUES.finditer(text)]


def _opened(line: str) -> tuple[Role | None, bool]:
    """Return the part that a line opens, and whether it is a heading without content of its own."""
    bare = _MARK.sub("", line).strip()
    inline = _INLINE.match(bare)
    if inline and inline["rest"]:
        heading, whole = inline["heading"], False
    elif (
        len(bare.split()) <= _HEADING_WORDS and not bare.endswith((".", "!", ";")) and not _LISTED.match(line)
    ):
        heading, whole = bare.rstrip(":?"), True
    else:
        return None, False
    if len(heading.split()) > _HEADING_WORDS:
        return None, False
    return next((role for role, expression in _HEADINGS if expression.search(heading)), None), whole


def _role(sentence: str, role: Role) -> Role:
    if is_request(sentence):
        return "work"
    return "aside" if role == "aside" or _ASIDE.search(sentence) or _SPARE.search(sentence) else role
