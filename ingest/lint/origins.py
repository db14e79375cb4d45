"""Every origin that a page names is an entry of sources.yaml, and each entry is whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.lint.finding import Finding
from ingest.lint.handbook import SOURCES_FILE, Handbook
from ingest.lint.numbers import facts_from
from ingest.lint.sources import FIELDS, KINDS, Origin

_DATE = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


def check_facts_from(handbook: Handbook) -> Iterator[Finding]:
    """Yield an error for each origin that a page names and sources.yaml lacks."""
    known = handbook.sources.keys if handbook.sources else frozenset()
    for page in handbook.pages:
        for part in page.parts("Facts from"):
            for key in facts_from(page):
                if key not in known:
                    message = f"{key!r} is not in {SOURCES_FILE}"
                    yield page.finding("error", "facts-from", message, part)


def check_sources(handbook: Handbook) -> Iterator[Finding]:
    """Yield an error for each entry that is not whole or repeats a key, a warning for one unused."""
    if handbook.sources is None:
        return
    if handbook.sources.problem:
        yield _finding(1, handbook.sources.problem)
    named = {key for page in handbook.pages for key in facts_from(page)}
    seen: set[str] = set()
    for origin in handbook.sources.origins:
        yield from (_finding(origin.line, problem) for problem in _problems(origin))
        if origin.key in seen:
            yield _finding(origin.line, f"the key {origin.key!r} stands twice")
        elif origin.key and origin.key not in named:
            yield _unused(origin)
        seen.add(origin.key)


def _problems(origin: Origin) -> Iterator[str]:
    name = origin.key or "an entry"
    for field in FIELDS:
        if not origin.fields.get(field, "").strip():
            yield f"{name} has no {field!r}"
    for field in origin.fields.keys() - set(FIELDS):
        yield f"{name} has the unknown field {field!r}"
    if origin.fields.get("kind", KINDS[0]) not in KINDS:
        yield f"{name}: kind {origin.fields['kind']!r} is none of {', '.join(KINDS)}"
    if not _DATE.fullmatch(origin.fields.get("date", "2026")):
        yield f"{name}: date {origin.fields['date']!r} is not a year, month or day"


def _unused(origin: Origin) -> Finding:
    return Finding(
        severity="warning",
        rule="source-unused",
        file=SOURCES_FILE,
        line=origin.line,
        heading="",
        message=f"no page names {origin.key!r}",
    )


def _finding(line: int, message: str) -> Finding:
    return Finding(
        severity="error", rule="source-entry", file=SOURCES_FILE, line=line, heading="", message=message
    )
