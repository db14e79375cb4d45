"""Chapters and pages have the parts of the page format, once and in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ingest.lint.finding import Finding
from ingest.lint.handbook import Chapter, Handbook, Page

ORDER = (
    "Direct answer",
    "Steps",
    "Numbers",
    "Trade-offs",
    "Decision table",
    "Diagram",
    "Worked example",
    "Traps",
    "What they are really probing",
    "What each level adds",
    "Follow-ups",
    "Rubric",
    "Related",
)
OPTIONAL = frozenset({"Numbers", "Decision table", "Diagram", "Worked example"})
REQUIRED = tuple(label for label in ORDER if label not in OPTIONAL)
# Parts that stand without a heading of their own, by the label that the reader gives them.
LED_IN = ("Tags", "Also asked as", "Mid", "Senior", "Staff", "Facts from")
CALLOUTS = ("Interview tip", "Mental model", "Key insight", "Real-world use")

_FREE = frozenset({"Decision table", "Diagram", "Worked example"})
_CHAPTER_FIELDS = ("chapter", "title", "summary", "updated")


def check_parts(handbook: Handbook) -> Iterator[Finding]:
    """Yield an error for each part that a page lacks, repeats, misplaces or invents."""
    for page in handbook.pages:
        yield from _missing(page)
        yield from _headings(page)


def check_chapters(handbook: Handbook) -> Iterator[Finding]:
    """Yield an error for front matter that lacks or misspells a field, or repeats a chapter's number."""
    seen: dict[object, str] = {}
    for chapter in handbook.chapters:
        if not chapter.is_formatted:
            continue
        for problem in _front_matter(chapter):
            yield chapter.finding("error", "front-matter", problem, 1)
        number = chapter.parsed.front_matter.get("chapter")
        if number in seen:
            yield chapter.finding("error", "front-matter", f"{seen[number]} is chapter {number} too", 1)
        elif number is not None:
            seen[number] = chapter.name


def check_duplicates(handbook: Handbook) -> Iterator[Finding]:
    """Yield an error for each id that the handbook, and each heading that a chapter, has twice."""
    slugs: dict[str, str] = {}
    for chapter in handbook.chapters:
        headings: set[str] = set()
        for page in chapter.pages:
            heading = page.section.heading.casefold()
            if heading in headings:
                yield page.finding(
                    "error", "duplicate-heading", "another page of the chapter has this heading"
                )
            headings.add(heading)
            slug = page.section.question.slug if page.section.question else ""
            if slug in slugs:
                yield page.finding("error", "duplicate-id", f"the id {slug!r} is also that of {slugs[slug]}")
            elif slug:
                slugs[slug] = f"{chapter.name}, {page.section.heading!r}"


def check_bare_headings(handbook: Handbook) -> Iterator[Finding]:
    """Yield a warning for each heading with nothing below it."""
    for chapter in handbook.chapters:
        for heading in chapter.markup.headings:
            if heading.is_bare:
                message = f"nothing stands below {heading.text[:80]!r}"
                yield chapter.finding("warning", "bare-heading", message, heading.line)


def _missing(page: Page) -> Iterator[Finding]:
    labels = {part.label for part in page.section.parts}
    for name in (*LED_IN[:2], *REQUIRED, *LED_IN[2:]):
        if name == "What each level adds":
            continue  # Mid, Senior and Staff say more precisely what is missing
        if name not in labels:
            yield page.finding("error", "part-missing", f"there is no {name!r}, or nothing stands in it")
    callouts = [part for part in page.section.parts if part.kind == "callout" and part.label in CALLOUTS]
    if not callouts:
        yield page.finding("error", "part-missing", f"there is no callout of the kinds {', '.join(CALLOUTS)}")
    for extra in callouts[1:]:
        yield page.finding("error", "part-repeated", "one callout a page", extra)


def _headings(page: Page) -> Iterator[Finding]:
    seen: list[str] = []
    for heading in page.headings:
        name, place = heading.text, (heading.line, page.section.heading)
        if heading.level != 3 or name not in ORDER:  # noqa: PLR2004
            message = f"{name[:80]!r} is not a part of the page format"
            yield page.chapter.finding("error", "part-unknown", message, *place)
        elif name in seen:
            yield page.chapter.finding("error", "part-repeated", f"{name!r} stands twice", *place)
        elif _is_late(name, seen):
            message = f"{name!r} stands after {seen[-1]!r}"
            yield page.chapter.finding("error", "part-order", message, *place)
        if name in ORDER:
            seen.append(name)


def _is_late(name: str, seen: list[str]) -> bool:
    """Return whether a part stands after one that should follow it; free parts stand in any order."""
    rest = [other for other in seen if not (name in _FREE and other in _FREE)]
    return any(ORDER.index(other) > ORDER.index(name) for other in rest)


def _front_matter(chapter: Chapter) -> Iterator[str]:
    given = chapter.parsed.front_matter
    for name in _CHAPTER_FIELDS:
        if given.get(name) in (None, ""):
            yield f"the front matter has no {name!r}"
    if not isinstance(given.get("chapter", 0), int):
        yield f"chapter is {given['chapter']!r} and not a number"
    updated = given.get("updated")
    if updated and not isinstance(updated, date) and not re.fullmatch(r"\d{4}-\d\d-\d\d", str(updated)):
        yield f"updated is {updated!r} and not a day like 2026-11-21"
    top = [heading.text for heading in chapter.markup.headings if heading.level == 1]
    if given.get("title") and top != [given["title"]]:
        yield f"the title is {given['title']!r} and the level-1 headings are {top}"
