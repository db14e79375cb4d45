"""What the headings and lead-ins of handbooks say about the text below them ("Traps:", "Follow-ups")."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ingest import words
from ingest.contract import Level, PartKind
from ingest.read.plain import plain_heading, tidy, without_emoji

MAX_LABEL_CHARS = 60

_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in words.LABELS)
_NEUTRAL = re.compile(words.NEUTRAL, re.IGNORECASE)
_CONTENTS = re.compile(words.CONTENTS, re.IGNORECASE)
_REVERSE = re.compile(words.REVERSE_QUESTIONS, re.IGNORECASE)
_QUESTIONS = re.compile(words.QUESTIONS, re.IGNORECASE)
_ENUMERATOR = re.compile(
    r"^\s*(?:\(?\d{1,3}(?:\.\d{1,3})*[.):、]|[IVX]{1,5}[.)]|[A-Za-z][.)])\s+|^\s*\d{1,3}(?:\.\d{1,3})+\s+|^\s*\d{1,3}、"
)
_OPENING = re.compile(
    r"(?P<mark>(?:[^\w\s*_<>\"'“‘(\[`&|{\\$#+=~/@.,;:!?-]|&nbsp;|\s)*)(?P<bold>\*{1,3}|_{1,3}|<(?:b|strong|em|i|u)>)?\s*",
    re.IGNORECASE,
)
_COLON = re.compile(r"\s*[:：]\s*|\s+[—–-]\s+(?=\S)")
_CLOSING = re.compile(
    r"\s*(?:\*{1,3}|_{1,3}|</(?:b|strong|em|i|u)>)?\s*[:：.。—–-]?\s*(?:<br\s*/?>\s*)*", re.IGNORECASE
)


class Lead(NamedTuple):
    """A label at the beginning of a text, and how many characters it takes up."""

    label: str
    kind: PartKind
    length: int


def bare_label(text: str) -> str:
    """Return a heading without number, emoji and closing colon, for comparing."""
    return tidy(_ENUMERATOR.sub("", without_emoji(text))).strip(" :：.。*_—–-#→➜►▶•").strip()


@lru_cache(maxsize=8192)
def label_kind(text: str) -> PartKind | None:
    """Return what a label announces, or None if it is not a known label.

    >>> label_kind("Common follow-ups:"), label_kind("✅ Answer"), label_kind("Caching")
    ('follow_up', 'direct_answer', None)
    """
    label = bare_label(text)
    if not label or len(label) > MAX_LABEL_CHARS + 40:
        return None
    return next((kind for kind, pattern in _PATTERNS if pattern.fullmatch(label)), None)


@lru_cache(maxsize=8192)
def is_label(text: str) -> bool:
    """Return whether a heading only names a part of what stands above it."""
    return label_kind(text) is not None or bool(_NEUTRAL.fullmatch(bare_label(text)))


def is_contents_heading(text: str) -> bool:
    """Return whether a heading announces a table of contents."""
    return bool(_CONTENTS.fullmatch(bare_label(text)))


def asks_the_interviewer(text: str) -> bool:
    """Return whether the questions below a heading are the candidate's own."""
    return bool(_REVERSE.search(text))


def announces_questions(text: str) -> bool:
    """Return whether a heading says, in one of many languages, that questions stand below it."""
    return bool(_QUESTIONS.search(text)) and not asks_the_interviewer(text)


def level_of(text: str) -> Level | None:
    """Return the level that a word names.

    >>> level_of("Mid-level"), level_of("Hard"), level_of("Redis")
    ('mid', 'senior', None)
    """
    name = bare_label(text).lower()
    return words.LEVELS.get(name) or words.LEVELS.get(re.sub(r"[- ](?:level|tier)$", "", name))


def find_lead(raw: str) -> Lead | None:
    """Return the known label that a paragraph or item begins with; `length` reaches to what follows it.

    >>> find_lead("**Traps:** none")
    Lead(label='Traps', kind='trap', length=11)
    >>> find_lead("Caching: none") is None
    True
    """
    opening = _OPENING.match(raw)
    if opening is None:
        return None
    bold = opening["bold"]
    end, after = _label_end(raw, opening.end(), bold)
    label = plain_heading(raw[opening.end() : end]).strip(" :：.。")
    if end == opening.end() or not label or len(label) > MAX_LABEL_CHARS:
        return None
    if len(label) == 1 and label.isascii() and not bold and ":" not in raw[end:after]:
        return None
    level = level_of(label) if bold else None
    kind: PartKind | None = "signal" if level else label_kind(label)
    return Lead(label, kind, after) if kind else None


def _label_end(raw: str, start: int, bold: str | None) -> tuple[int, int]:
    """Return where the label text ends and where the text after it begins; `start` twice if there is none."""
    line_end = raw.find("\n", start)
    line_end = len(raw) if line_end < 0 else line_end
    window = min(line_end, start + MAX_LABEL_CHARS + 20)
    if bold:
        close = raw.find("</" if bold.startswith("<") else bold, start, window)
        colon = _COLON.search(raw, start, close if close >= 0 else window)
        if close >= 0 and (colon is None or colon.end() >= close):
            closing = _CLOSING.match(raw, close)
            return close, closing.end() if closing else close
    else:
        colon = _COLON.search(raw, start, window)
    if colon:
        return colon.start(), colon.end()
    alone = line_end - start <= MAX_LABEL_CHARS
    return (line_end, line_end) if alone else (start, start)
