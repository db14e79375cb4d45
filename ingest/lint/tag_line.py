"""Tag lines and other wordings are written as the page format says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import get_args

from ingest.contract import Frequency, Level, QuestionKind
from ingest.lint.finding import Finding
from ingest.lint.handbook import Handbook, Page

LEVELS: tuple[Level, ...] = get_args(Level)
FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)
KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)
STAGES = ("recruiter", "technical", "system-design", "behavioural")
MIN_ALIASES, MAX_ALIASES = 2, 12

_FIELDS = 6
_MINUTES = re.compile(r"[1-9]\d? min")
_SLUG = re.compile(r"id [a-z0-9]+(?:-[a-z0-9]+)*")


def check_tag_lines(handbook: Handbook) -> Iterator[Finding]:
    """Yield an error for each tag line that is malformed."""
    for page in handbook.pages:
        for part in page.parts("Tags")[:1]:
            for problem in problems(page.raw(part)):
                yield page.finding("error", "tag-line", problem, part)


def check_aliases(handbook: Handbook) -> Iterator[Finding]:
    """Yield a warning where the other wordings are too few, too many, or the heading again."""
    for page in handbook.pages:
        yield from _aliases(page)


def problems(line: str) -> Iterator[str]:
    """Yield what is wrong with a tag line.

    >>> list(problems("senior · common · design · technical · 3 min · id rag-fusion"))
    []
    >>> list(problems("senior · often · design · technical · 3 minutes · id rag-fusion"))
    ["frequency 'often' is none of very-common, common, occasional", "'3 minutes' is not like '3 min'"]
    """
    fields = line.split(" · ")
    if len(fields) != _FIELDS:
        yield f"{len(fields)} fields and not levels · frequency · kind · stages · minutes · id"
        return
    levels, frequency, kind, stages, minutes, slug = fields
    yield from _unknown("level", levels.split(", "), LEVELS)
    yield from _unknown("frequency", [frequency], FREQUENCIES)
    yield from _unknown("kind", [kind], KINDS)
    yield from _unknown("stage", stages.split(", "), STAGES)
    if not _MINUTES.fullmatch(minutes):
        yield f"{minutes!r} is not like '3 min'"
    if not _SLUG.fullmatch(slug):
        yield f"{slug!r} is not like 'id rag-fusion'"


def _unknown(field: str, values: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    for value in values:
        if value not in known:
            yield f"{field} {value!r} is none of {', '.join(known)}"
    if len(set(values)) < len(values):
        yield f"{field} {', '.join(values)} names one twice"


def _aliases(page: Page) -> Iterator[Finding]:
    parts = page.parts("Also asked as")
    if not parts or page.section.question is None:
        return
    aliases = page.section.question.aliases
    if not MIN_ALIASES <= len(aliases) <= MAX_ALIASES:
        message = f"{len(aliases)} other wordings; {MIN_ALIASES} to {MAX_ALIASES} are wanted"
        yield page.finding("warning", "aliases", message, parts[0])
    if page.section.heading.casefold() in (alias.casefold() for alias in aliases):
        yield page.finding("warning", "aliases", "one of the other wordings is the heading", parts[0])
