"""What kinds of questions are wanted, and what is to be left out."""

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
    "behavioural": r"behaviou?rals?|soft[- ]skills?|personality|character|people[- ]skills",
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
    rf"|\b(?:only|just|exclusively|nothing but|solely|mix of|all)\s+(?:the\s+)?(?P<after>{_KIND_LIST})\b",
    _FLAGS,
)
_ALSO = re.compile(
    rf"\b(?P<also>{_KIND_LIST})\s+(?:is|are|would be|questions are)\s+(?:fine|ok|okay|welcome|good)", _FLAGS
)

_NEGATION = re.compile(
    r"\b(?:no(?!\s+(?:more|less|fewer|later|longer|agenc\w+|matter|need|idea)\b)|not(?!\s+(?:too|only|just|more)\b)|nothing"
    r"|without|skip|avoid|exclud(?:e|es|ing)|omit|except(?:\s+for)?|leave\s+out|drop|none\s+of"
    r"|(?:do\s?n[o']t|does\s?n[o']t|dont)\s+(?:need|want|ask|include|like|care)|may\s+not\s+contain|must\s+not\s+(?:contain|include)"
    r"|(?:anything|everything)\s+(?:but|except)|other\s+than|apart\s+from|hates?|dislikes?|rather\s+not|stay\s+away\s+from|keep\s+(?:away|clear)\s+(?:of|from)|instead\s+of)\b",
    _FLAGS,
)
_LEAVE_OUT = re.compile(
    r"\bleave\s+(?P<what>[\w\s&/,-]{2,60}?)\s+(?:out|aside)\b|\bkeep\s+(?P<that>[\w\s&/,-]{2,60}?)\s+out\b",
    _FLAGS,
)
_SCOPE_END = re.compile(
    r"[.;:!?()\n–—🙏]|,(?!\d)|\s-\s|\b(?:but|please|pls|since|because|as|that's|this|we|he|she|they|it|who|only|and\s+no|or\s+no)\b",
    _FLAGS,
)
_FILLER = re.compile(
    r"(?:\s|\b(?:any|the|a|an|of|on|in|about|with|from|to|more|please|pls|question|questions|qs|ones?|stuff|topics?"
    r"|anything|things?|me|us|him|her)\b)+",
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
        for match in _LEAVE_OUT.finditer(text, clause.start, clause.end):
            group = "what" if match["what"] else "that"
            found.append(Scope(match.start(), *match.span(group)))
        for match in _NEGATION.finditer(text, clause.start, clause.end):
            if any(one.from_ <= match.start() < one.end for one in found):
                continue
            opening = _FILLER.match(text, match.end(), clause.end)
            start = opening.end() if opening else match.end()
            border = _SCOPE_END.search(text, start, clause.end)
            end = border.start() if border else clause.end
            words = list(re.finditer(r"\S+", text[start:end]))[:_MOST_SCOPE_WORDS]
            if words:
                found.append(Scope(match.start(), start, start + words[-1].end()))
    return sorted(found)


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
        found += [KindCue(kind, False, *span) for kind, span in _kinds(text, scope.start, scope.end)]
    asked = [cue for group in ("before", "after") for cue in _wanted(text, scopes, _WANTED, group)]
    if asked:  # "design is fine too" adds to what is asked for and asks for nothing by itself
        found += [*asked, *_wanted(text, scopes, _ALSO, "also")]
    return sorted(found, key=lambda cue: cue.start)


def _wanted(text: str, scopes: Sequence[Scope], expression: re.Pattern[str], group: str) -> Iterator[KindCue]:
    for clause in _sentences(text):
        for match in expression.finditer(text, clause.start, clause.end):
            if match[group]:
                for kind, span in _kinds(text, *match.span(group)):
                    if not any(one.from_ <= span[0] < one.end for one in scopes):
                        yield KindCue(kind, True, *span)


def _kinds(text: str, start: int, end: int) -> list[tuple[QuestionKind, tuple[int, int]]]:
    return [
        (kind, match.span())
        for match in _KINDS.finditer(text, start, end)
        for kind in _NAMES
        if match[kind] is not None
    ]
