"""Answers, steps, bullets and rubrics have the size and shape that the page format says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.contract import Part
from ingest.lint.finding import Finding
from ingest.lint.handbook import Handbook, Page
from ingest.read.blocks import has_words

MIN_ANSWER_WORDS, MAX_ANSWER_WORDS = 60, 110
MIN_STEPS, MAX_STEPS = 4, 8
MIN_BULLETS, MAX_BULLETS = 2, 5
MIN_RUBRIC_ROWS, MAX_RUBRIC_ROWS = 4, 7
WEIGHTS = ("1", "2", "3")
RUBRIC_HEADER = ("Key point", "Weight", "Poor", "Mixed", "Good", "Excellent")

_BAR = re.compile(r"(?<!\\)\|")
_BOLD_HEAD = re.compile(r"\*\*[^*]+\*\*")


def count_words(plain: str) -> int:
    """Return how many words a plain text has; marks that stand alone are none.

    >>> count_words("1 + 1 = 2, or so")
    5
    """
    return sum(has_words(word) for word in plain.split())


def check_direct_answers(handbook: Handbook) -> Iterator[Finding]:
    """Yield an error for each direct answer that is too short, too long or not one paragraph."""
    for page in handbook.pages:
        parts = page.parts("Direct answer")
        if not parts:
            continue
        if len(parts) > 1:
            message = f"{len(parts)} paragraphs; one is wanted"
            yield page.finding("error", "direct-answer", message, parts[1])
        words = sum(count_words(page.plain(part)) for part in parts)
        if not MIN_ANSWER_WORDS <= words <= MAX_ANSWER_WORDS:
            message = f"{words} words; {MIN_ANSWER_WORDS} to {MAX_ANSWER_WORDS} are wanted"
            yield page.finding("error", "direct-answer", message, parts[0])


def check_steps(handbook: Handbook) -> Iterator[Finding]:
    """Yield an error where the steps are too few or too many, a warning for one without a bold head."""
    for page in handbook.pages:
        steps = [part for part in page.parts("Steps") if part.kind == "step"]
        if steps and not MIN_STEPS <= len(steps) <= MAX_STEPS:
            message = f"{len(steps)} steps; {MIN_STEPS} to {MAX_STEPS} are wanted"
            yield page.finding("error", "steps", message, steps[0])
        yield from _headless(page, steps)


def check_bullets(handbook: Handbook) -> Iterator[Finding]:
    """Yield a warning for trade-offs, traps, follow-ups: too few, too many, headless or unanswered."""
    for page in handbook.pages:
        for label in ("Trade-offs", "Traps", "Follow-ups"):
            bullets = page.parts(label)
            if bullets and not MIN_BULLETS <= len(bullets) <= MAX_BULLETS:
                message = f"{len(bullets)} under {label!r}; {MIN_BULLETS} to {MAX_BULLETS} are wanted"
                yield page.finding("warning", "bullets", message, bullets[0])
            yield from _headless(page, bullets)


def check_rubrics(handbook: Handbook) -> Iterator[Finding]:
    """Yield an error for each rubric with other columns, too few or many rows, or a weight not 1 to 3."""
    for page in handbook.pages:
        rows = [part for part in page.parts("Rubric") if part.kind == "rubric"]
        if not rows:
            continue
        if rows[0].header != RUBRIC_HEADER:
            message = f"the columns are not {', '.join(RUBRIC_HEADER)}"
            yield page.finding("error", "rubric", message, rows[0])
        if not MIN_RUBRIC_ROWS <= len(rows) <= MAX_RUBRIC_ROWS:
            message = f"{len(rows)} key points; {MIN_RUBRIC_ROWS} to {MAX_RUBRIC_ROWS} are wanted"
            yield page.finding("error", "rubric", message, rows[0])
        for row in rows:
            yield from _rubric_row(page, row)


def _rubric_row(page: Page, row: Part) -> Iterator[Finding]:
    cells = [cell.strip() for cell in _BAR.split(page.raw(row).strip().strip("|"))]
    if len(cells) != len(RUBRIC_HEADER) or not all(has_words(cell) for cell in cells):
        message = f"{len(cells)} cells, or an empty one, and not {len(RUBRIC_HEADER)}"
        yield page.finding("error", "rubric", message, row)
    elif cells[1] not in WEIGHTS:
        yield page.finding("error", "rubric", f"weight {cells[1]!r} is not 1, 2 or 3", row)


def _headless(page: Page, parts: list[Part]) -> Iterator[Finding]:
    for part in parts:
        head = _BOLD_HEAD.match(page.raw(part))
        if head is None:
            message = f"{page.plain(part)[:60]!r} has no bold head"
        elif not has_words(page.raw(part)[head.end() :]):
            message = f"nothing follows the head {head[0].strip('*')[:60]!r}"
        else:
            continue
        yield page.finding("warning", "bullets" if part.kind != "step" else "steps", message, part)
