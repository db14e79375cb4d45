"""A section made ready to be quoted; the work is done once a section."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from coach.answer.cues import asks, cues
from coach.answer.plain import plain
from coach.answer.sentences import MAX_GLUED_CHARS, Span
from coach.answer.statements import Statement, make_statement, read_part
from coach.guard.screened import is_aside, is_steering_title, screen_of
from ingest.analysis import words
from ingest.contract import ParsedDocument, Part, Section

_HEADING_MARKERS = re.compile(r"(?:[ \t>#*+\-|=]|\d{1,3}[.)]|<[^>\n]{1,60}>)*")
_DECORATION = r"[^\w\"'“‘(`*\[<]*"
_HEADING_LABEL = re.compile(
    rf"{_DECORATION}(?:(?:Q(?:uestion)?(?:[ .#]?\d+(?:\s*[:.)]|\s+[–—-](?=\s))|\s*:)"
    rf"|\d{{1,3}}(?:\.\d+)*[.):](?=\s))\s*)?{_DECORATION}",
    re.IGNORECASE,
)
_HEADING_TAIL = re.compile(r"[^\w?？؟!.)\]}\"'”’»%+#`*_>]+$")
_HEADING_WINDOW = 200
_BETWEEN = re.compile(r"[\s>]*")
_BETWEEN_ITEMS = re.compile(r"[\s>]*(?:[-*+•]|\(?\d{1,3}[.)])?[ \t]*")
_MAX_LEAD_IN_WORDS = 8


@dataclass(frozen=True, slots=True)
class Digest:
    """What a section has to say; `heading` is None where there is none to quote."""

    statements: tuple[Statement, ...]
    heading: Statement | None
    is_question: bool


@dataclass(frozen=True, slots=True)
class _Key:
    """Equal for the same place in a file of the same content, read through the same screen."""

    place: tuple[str, str, int, int, str]
    document: ParsedDocument = field(compare=False)
    section: Section = field(compare=False)


def digest(document: ParsedDocument, section: Section) -> Digest:
    """Return a section's statements in text order."""
    return _digest(_key(document, section))


def heading(document: ParsedDocument, section: Section) -> Statement | None:
    """Return the heading of a section as a statement, without marker, number or closing marks."""
    return _heading(_key(document, section))


def _key(document: ParsedDocument, section: Section) -> _Key:
    place = (document.document.sha256, section.id, section.start, section.end, screen_of(document))
    return _Key(place, document, section)


@lru_cache(maxsize=4096)
def _digest(key: _Key) -> Digest:
    text = key.document.document.text
    made: list[Statement] = []
    for part in key.section.parts:
        for statement in read_part(text, part, len(made)):
            is_code = statement.shape == "code"
            if any(is_aside(key.document, key.section, *span, is_code=is_code) for span in statement.spans):
                continue  # whoever reads the page would not find it there, or it is not meant for them
            if made and _belong_together(text, made[-1], statement):
                made[-1] = _joined(made[-1], statement)
            elif is_steering_title(key.document, statement.label):
                made.append(replace(statement, label=""))
            else:
                made.append(statement)
    title = heading(key.document, key.section)
    is_question = title is not None and (key.section.question is not None or asks(title.text))
    return Digest(tuple(made), title, is_question)


def _belong_together(text: str, first: Statement, second: Statement) -> bool:
    """Return whether one cannot be said without the other: a bare lead-in, or words that point back."""
    if first.kind != second.kind or first.shape != second.shape or second.end - first.start > MAX_GLUED_CHARS:
        return False
    if first.shape == "item":
        is_lead_in = first.cues.leads_in and first.words <= _MAX_LEAD_IN_WORDS and not second.cues.leads_in
        return is_lead_in and bool(_BETWEEN_ITEMS.fullmatch(text, first.end, second.start))
    points_back = second.cues.dangles and not second.cues.asks and first.shape == "sentence"
    return points_back and bool(_BETWEEN.fullmatch(text, first.end, second.start))


def _joined(first: Statement, second: Statement) -> Statement:
    said = f"{first.text} {second.text}"
    return replace(
        first,
        end=second.end,
        text=said,
        terms=first.terms | second.terms,
        figures=first.figures | second.figures,
        negations=first.negations + second.negations,
        cues=cues(said),
        words=first.words + second.words,
    )


@lru_cache(maxsize=16384)
def _heading(key: _Key) -> Statement | None:
    text, section = key.document.document.text, key.section
    if not section.heading or is_steering_title(key.document, section.heading):
        return None
    line = _heading_line(text, section)
    if line is None:
        return None
    label = _HEADING_LABEL.match(text, line.start, line.end)
    start = label.end() if label else line.start
    tail = _HEADING_TAIL.search(text[start : line.end])
    end = start + tail.start() if tail else line.end
    if start >= end:
        return None
    return make_statement(text, Span(start, end), Part(kind="body", start=start, end=end), "heading", -1)


def _heading_line(text: str, section: Section) -> Span | None:
    """Return where the words of a heading stand: near the start, on a line of their own or within one."""
    window = min(section.end, section.start + 2 * len(section.heading) + _HEADING_WINDOW)
    at = text.find(section.heading, section.start, window)
    if at >= 0:
        return Span(at, at + len(section.heading))
    wanted = set(words(section.heading))
    start = section.start
    while start < window:
        end = text.find("\n", start, section.end)
        end = section.end if end < 0 else end
        marker = _HEADING_MARKERS.match(text, start, end)
        line = Span(marker.end() if marker else start, end)
        if wanted <= set(words(plain(text[line.start : line.end]))):
            return line
        start = end + 1
    return None
