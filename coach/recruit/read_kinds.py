"""What rules find of kinds of questions that are wanted, and of what is to be left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from coach.recruit.read_text import Clause, clauses, sentence_spans
from ingest.contract import QuestionKind

_FLAGS = re.IGNORECASE
_NAMES: dict[QuestionKind, str] = {
    "scenario": r"scenarios?(?:[- ]based)?|situational|what[- ]if|case[- ]style",
    "debugging": r"debug(?:ging)?|trouble[- ]?shooting|diagnos(?:is|tic)",
    "design": r"(?:system[- ])?designs?|architecture[- ]style|whiteboard",
    "conceptual": r"conceptual|concepts?|theor(?:y|etical)|definitions?|textbook|fundamentals[- ]style",
    "behavioural": r"behaviou?rals?|soft[- ]skills?|personality|character|people[- ]skills"
    r"|tell[- ]me[- ]about(?:[- ]a[- ]time)?",
}
_KIND = "|".join(f"(?P<{kind}>{names})" for kind, names in _NAMES.items())
_KINDS = re.compile(rf"\b(?:{_KIND})\b", _FLAGS)
_ASKED = r"(?:questions?|qs|q's|ones?|exercises?|problems?|tasks?|round|style|interview|type|format)"
# "debugging and design only", "only scenario questions", "behavioural round", "a mix of design and debugging"


def _plain(names: str) -> str:
    return re.sub(r"\?P<\w+>", "?:", names)


_ANY_KIND = _plain(_KIND)
_KIND_LIST = rf"(?:{_ANY_KIND})(?:\s*(?:,|/|&|\+|and|or|plus)\s*(?:and\s+|or\s+)?(?:\w+\s+)?(?:{_ANY_KIND}))*"
_WANTED = re.compile(
    rf"\b(?P<before>{_KIND_LIST})[- ]*(?:{_ASKED}\b|(?:\w+\s+)?only\b)"
    r"|\b(?:only|just|exclusively|nothing but|solely|purely|pure|strictly|entirely|mix of|all)\s+(?:the\s+)?"
    rf"(?P<after>{_KIND_LIST})\b",
    _FLAGS,
)
_ALSO = re.compile(
    rf"\b(?P<also>{_KIND_LIST})\s+(?:is|are|would be|questions are)\s+(?:fine|ok|okay|welcome|good)", _FLAGS
)

_NOT = (
    r"(?:do\s?n[o'’]?t|does\s?n[o'’]?t|did\s?n[o'’]?t|should\s?n[o'’]?t|must\s?n[o'’]?t|wo\s?n[o'’]?t"
    r"|need\s?n[o'’]?t|(?:should|must|may|can|shall|need|will|do|does) not|cannot)"
)
_NEGATION = re.compile(
    r"\b(?:no(?!\s+(?:more|less|fewer|later|longer|agenc\w+|matter|need|idea|other|one)\b)"
    r"|not(?!\s+(?:too|only|just|more|sure|all)\b)|nothing(?!\s+(?:but|else|other)\b)"
    r"|nor|without|w/o|sans|skip(?:ping)?|avoid(?:ing)?|excl\.?|exclud(?:e|es|ing)|omit(?:ting)?"
    r"|except(?:\s+for)?|leav(?:e|ing)\s+out|drop|cut(?:\s+out)?|ban|none\s+of|minus"
    rf"|{_NOT}\s+(?:\w+\s+)?(?:need|want|ask|include|like|care|contain|cover|touch|bring|bother|test"
    rf"|use|do|go|get|feature|have|be)"
    r"|(?:anything|everything)\s+(?:but|except|besides)|other\s+than|apart\s+from|hates?|dislikes?"
    r"|rather\s+not|(?:stay|steer|keep)\s+(?:away|clear)\s+(?:of|from)"
    r"|refrain\s+from|spare\s+(?:me|us|him|her|them)|hold\s+(?:off|back)\s+on|no\s+need\s+(?:for|to)"
    r"|(?:off\s+limits|out\s+of\s+scope|off\s+the\s+table)\s*:|instead\s+of)(?!\w)",
    _FLAGS,
)
_LEAVE_OUT = re.compile(
    r"\b(?:leave|keep|save|park|hold|move"
    r"|push)\s+(?P<what>[\w\s&/,-]{2,60}?)\s+(?:out(?!\s+of\s+(?:the\s+)?box)|aside|away|off|(?:for|to"
    r"|until)\s+(?:the\s+|an?\s+)?(?:next|other|another|later|second|separate|different|final))\b",
    _FLAGS,
)
# "Design is out", "cost gets covered by another panel"
_RULED_OUT = re.compile(
    r"(?<![\w&/'-])(?P<what>[\w&/'-]+(?: [\w&/'-]+){0,5}?)"
    r"\s+(?:(?:is|are|gets?|'s|will be|has been|have been)\s+)"
    r"(?:out(?=\W|$)(?!\s+of\b)|off[- ](?:limits|the table)|out of (?:scope|bounds)|excluded"
    r"|not\s+(?:needed|wanted|required|necessary|relevant|of interest)"
    r"|unwanted|taboo|a no[- ]go|(?:already |being )?(?:covered|handled|done|asked|tested"
    r"|dealt with)\s+(?:already|elsewhere|separately|by|in (?:the|an)other))",
    _FLAGS,
)
# "RAG and agents were covered in the first round", "evals have been done"
_WAS_COVERED = re.compile(
    r"(?<![\w&/'-])(?P<what>[\w&/'-]+(?: [\w&/'-]+){0,5}?)"
    r"\s+(?:was|were|(?:has|have|had)(?: already)? been|got)\s+(?:already |all )?"
    r"(?:covered|handled|done|asked|tested|discussed|dealt with)"
    r"(?=\s*(?:[.,;:!?)\n]|$)|\s+(?:already|elsewhere|separately|earlier|before|yesterday|last|by|in|at|on"
    r"|during)\b)",
    _FLAGS,
)
# A form's field that says no, as in "System design: no."
_ANSWERED_NO = re.compile(
    r"(?<![\w&/'-])(?P<what>[\w&/'-]+(?: [\w&/'-]+){0,2}?)\s*[:=?]\s*"
    r"(?:no|none|nope|skip|n/?a|zero|not needed)(?=\s*(?:[.,;!)]|$))",
    _FLAGS | re.MULTILINE,
)
# "... and so is leadership", where something was ruled out before
_TOO = re.compile(
    r"\b(?:so (?:is|are)|as (?:is|are)|ditto(?: for)?|(?:the )?same (?:goes )?for"
    r"|likewise)\s+(?P<what>[\w\s&/'-]{2,60})",
    _FLAGS,
)
_SCOPE_END = re.compile(
    r"[.;:!?()\n–—🙏]|,(?!\d)|\s-\s|\b(?:but|please|pls|since|because|as|that's|this|we|he|she|they|it"
    r"|who|only|and\s+no|or\s+no)\b",
    _FLAGS,
)
_FILLER = re.compile(
    r"(?:\s|\b(?:any|the|a|an|of|on|in|into|about|with|for|from|to|do|be|by|more|please|pls|question"
    r"|questions|qs|ones?|stuff|topics?"
    r"|anything|things?|me|us|him|her|them|have|having|go|going|get|ask|asked|asking|test|cover|include"
    r"|use|waste|time|related|regarding)\b)+",
    _FLAGS,
)
_MOST_SCOPE_WORDS = 9


class Scope(NamedTuple):
    """Words that are ruled out: ``text[start:end]``; the negation stands from `from_` on."""

    from_: int
    start: int
    end: int


class KindCue(NamedTuple):
    """Words that ask for a kind, or rule it out."""

    kind: QuestionKind
    wanted: bool
    start: int
    end: int


def negated(text: str) -> list[Scope]:
    """Return what a request rules out, in order; in an advert only where it speaks of the interview."""
    found: list[Scope] = []
    for clause in _sentences(text):
        here: list[Scope] = []
        for expression in (_LEAVE_OUT, _RULED_OUT, _WAS_COVERED, _ANSWERED_NO, _NEGATION, _TOO):
            if expression is _TOO and not here:
                continue
            for match in expression.finditer(text, clause.start, clause.end):
                span = match.span("what") if "what" in expression.groupindex else (match.end(), clause.end)
                if not any(
                    one.from_ <= match.end() - 1 < one.end or one.from_ <= match.start() < one.end
                    for one in here
                ):
                    here += _scope(text, match.start(), *span)
        found += here
    return sorted(found)


def _scope(text: str, from_: int, start: int, end: int) -> Iterator[Scope]:
    """Yield the words that are ruled out between two places, if there are any."""
    opening = _FILLER.match(text, start, end)
    start = opening.end() if opening else start
    border = _SCOPE_END.search(text, start, end)
    end = border.start() if border else end
    words = list(re.finditer(r"\S+", text[start:end]))[:_MOST_SCOPE_WORDS]
    if words:
        yield Scope(min(from_, start), start, start + words[-1].end())


def _sentences(text: str) -> list[Clause]:
    requests = {clause.sentence for clause in clauses(text) if clause.is_request}
    return [
        Clause(start, end, text[start:end], number, is_request=True)
        for number, (start, end) in enumerate(sentence_spans(text))
        if number in requests
    ]


def read_kinds(text: str, scopes: Sequence[Scope]) -> list[KindCue]:
    """Return where kinds are asked for alone, and where they are ruled out.

    >>> text = "Debugging and design questions only, nothing behavioural"
    >>> [(cue.kind, cue.wanted) for cue in read_kinds(text, negated(text))]
    [('debugging', True), ('design', True), ('behavioural', False)]
    """
    found: list[KindCue] = []
    for scope in scopes:
        found += [KindCue(kind, False, *span) for kind, span in named_kinds(text, scope.start, scope.end)]
    asked = [cue for group in ("before", "after") for cue in _wanted(text, scopes, _WANTED, group)]
    if asked:  # "design is fine too" adds to what is asked for and asks for nothing by itself
        found += [*asked, *_wanted(text, scopes, _ALSO, "also")]
    return sorted(found, key=lambda cue: cue.start)


def _wanted(text: str, scopes: Sequence[Scope], expression: re.Pattern[str], group: str) -> Iterator[KindCue]:
    for clause in _sentences(text):
        for match in expression.finditer(text, clause.start, clause.end):
            if match[group]:
                for kind, span in named_kinds(text, *match.span(group)):
                    if not any(one.from_ <= span[0] < one.end for one in scopes):
                        yield KindCue(kind, True, *span)


def is_negated(said: str) -> bool:
    """Return whether words rule something out."""
    expressions = (_LEAVE_OUT, _RULED_OUT, _WAS_COVERED, _ANSWERED_NO, _NEGATION)
    return any(one.search(said) for one in expressions)


def is_asked(said: str) -> bool:
    """Return whether words ask for questions of a kind."""
    return bool(_WANTED.search(said))


def named_kinds(text: str, start: int, end: int) -> list[tuple[QuestionKind, tuple[int, int]]]:
    """Return the kinds whose usual names stand between two places, with where."""
    return [
        (kind, match.span())
        for match in _KINDS.finditer(text, start, end)
        for kind in _NAMES
        if match[kind] is not None
    ]
