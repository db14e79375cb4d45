"""Sentences and pages are not too long to read, and answers fit the time box that the tag line sets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.contract import Section
from ingest.lint.answer import count_words
from ingest.lint.finding import Finding
from ingest.lint.handbook import Chapter, Handbook, Page
from ingest.read.blocks import Span
from ingest.read.plain import plain_part
from ingest.read.sentences import sentences

MAX_SENTENCE_WORDS = 45
MAX_PAGE_WORDS = 1500
# Source: the usual pace of clear speech; a spoken-time estimate is words / 150.
WORDS_A_MINUTE = 150
MIN_SHARE = 0.4
"""An answer that fills less of its time box than this leaves the candidate with nothing to say."""

# The splitter keeps what stands in quotation marks together; a speech has sentences of its own.
_QUOTED_END = re.compile(r"(?<=[.!?])[\"”*]*\s+(?=[\"“*(]*[A-Z])")
_SPOKEN = ("Direct answer", "Steps")
_SPEAKABLE = (*_SPOKEN, "Numbers", "Trade-offs")
_PROSE = frozenset(
    {"direct_answer", "step", "trade_off", "trap", "probing", "signal", "follow_up", "callout", "body"}
)


def check_sentences(handbook: Handbook) -> Iterator[Finding]:
    """Yield a warning for each sentence that is too long."""
    for chapter in handbook.chapters:
        for section in chapter.parsed.sections:
            yield from _sentences(chapter, section)


def check_page_length(handbook: Handbook) -> Iterator[Finding]:
    """Yield a warning for each section that is too long."""
    for chapter in handbook.chapters:
        text = chapter.parsed.document.text
        for section in chapter.parsed.sections:
            words = count_words(text[section.start : section.end])
            if words > MAX_PAGE_WORDS:
                message = f"{words} words; {MAX_PAGE_WORDS} are a long page"
                line = chapter.lines.at(section.start) + 1
                yield chapter.finding("warning", "page-long", message, line, section.heading)


def check_time_box(handbook: Handbook) -> Iterator[Finding]:
    """Yield a warning for each answer whose spoken time leaves the minutes that its tag line gives.

    Spoken at `WORDS_A_MINUTE`, the direct answer and the steps must fit into the box; with numbers and
    trade-offs they must fill `MIN_SHARE` of it.
    """
    for page in handbook.pages:
        minutes = page.section.question.minutes if page.section.question else None
        if not minutes:
            continue
        least, most = _spoken_minutes(page, _SPOKEN), _spoken_minutes(page, _SPEAKABLE)
        if least > minutes:
            message = f"answer and steps take {least:.1f} minutes to speak; the time box is {minutes:g}"
        elif most < MIN_SHARE * minutes:
            message = f"all there is to say takes {most:.1f} minutes; the time box is {minutes:g}"
        else:
            continue
        yield page.finding("warning", "time-box", message)


def _spoken_minutes(page: Page, labels: tuple[str, ...]) -> float:
    words = sum(count_words(page.plain(part)) for label in labels for part in page.parts(label))
    return words / WORDS_A_MINUTE


def _sentences(chapter: Chapter, section: Section) -> Iterator[Finding]:
    text = chapter.parsed.document.text
    for part in section.parts:
        if part.kind not in _PROSE or part.end - part.start < 2 * MAX_SENTENCE_WORDS:
            continue
        for span in sentences(text, Span(part.start, part.end)):
            raw = text[span.start : span.end]
            words, first = max((count_words(plain_part(piece)), piece) for piece in _QUOTED_END.split(raw))
            if words > MAX_SENTENCE_WORDS:
                message = f"a sentence of {words} words: {first[:50]!r}"
                line = chapter.lines.at(span.start) + 1
                yield chapter.finding("warning", "sentence-long", message, line, section.heading)
