"""Rules for handbooks: pure functions from parsed chapters to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from ingest.lint import (
    answer,
    contradictions,
    copied,
    duplicates,
    links,
    numbers,
    origins,
    readability,
    structure,
    tag_line,
)
from ingest.lint.finding import Finding, Limits
from ingest.lint.handbook import Handbook

Rule = Callable[[Handbook], Iterator[Finding]]

GENERAL: tuple[Rule, ...] = (
    structure.check_bare_headings,
    links.check_links,
    links.check_references,
    duplicates.check_near_duplicates,
    readability.check_sentences,
    readability.check_page_length,
)
"""For any handbook."""

OF_THE_FORMAT: tuple[Rule, ...] = (
    structure.check_chapters,
    structure.check_parts,
    structure.check_duplicates,
    tag_line.check_tag_lines,
    tag_line.check_aliases,
    answer.check_direct_answers,
    answer.check_steps,
    answer.check_bullets,
    answer.check_rubrics,
    numbers.check_number_lines,
    contradictions.check_contradictions,
    origins.check_facts_from,
    origins.check_sources,
    readability.check_time_box,
)
"""For chapters that follow the page format; they say nothing about others."""


def lint(handbook: Handbook, limits: Limits) -> tuple[Finding, ...]:
    """Return all that the rules find, by file, line and rule."""
    rules: tuple[Rule, ...] = (
        *GENERAL,
        *OF_THE_FORMAT,
        partial(numbers.check_stale_numbers, limits=limits),
        partial(copied.check_copied, originals=limits.originals),
    )
    found = (finding for rule in rules for finding in rule(handbook))
    return tuple(sorted(found, key=lambda one: (one.file, one.line, one.severity, one.rule, one.message)))
