"""Slices: by what the items of a run are grouped, and where in the handbook each belongs."""

from __future__ import annotations

from dataclasses import dataclass

from coach.coach import Coach
from evals.golden import GoldenItem, Relevant
from ingest.contract import Section


@dataclass(frozen=True, slots=True)
class Home:
    """The section that answers an item best, as the index holds it; `section` is None if it does not.

    Attributes:
        missing: Relevant places of the item that are not in the index.
    """

    section: Section | None
    missing: tuple[Relevant, ...]

    @property
    def minutes(self) -> float | None:
        """Time box of the page, where it has one."""
        tags = self.section.question if self.section else None
        return tags.minutes if tags else None


def find_home(item: GoldenItem, coach: Coach) -> Home:
    """Return where the index holds what answers an item: the first of its best places, and what it lacks."""
    best_first = sorted(item.places, key=lambda place: -place.grade)
    found = [(place, _section(place, coach)) for place in best_first]
    return Home(
        section=next((section for _, section in found if section), None),
        missing=tuple(place for place, section in found if section is None and not _is_span(place, coach)),
    )


def slices_of(item: GoldenItem, home: Home) -> dict[str, str]:
    """Return slice -> value: how and by whom it was asked, and level and chapter of the page that answers.

    What is not known is left out; a page for several levels is a slice of its own ("mid, senior").
    """
    section = home.section
    levels = section.question.levels if section and section.question else ()
    known = {
        "style": item.style,
        "persona": item.persona,
        "level": ", ".join(levels),
        "chapter": section.document if section else "",
    }
    return {name: value for name, value in known.items() if value}


def _section(place: Relevant, coach: Coach) -> Section | None:
    """Return the section that a place names: by its span the one that holds most of it."""
    sections = _sections(place.document, coach)
    if place.start is None or place.end is None:
        return next((section for section in sections if place.holds(section)), None)
    start, end = place.start, place.end
    touching = [section for section in sections if section.start < end and start < section.end]
    shared = [min(section.end, end) - max(section.start, start) for section in touching]
    return touching[shared.index(max(shared))] if shared else None


def _is_span(place: Relevant, coach: Coach) -> bool:
    """Return whether a place is a span within its document, be it outside of every section."""
    if place.end is None:
        return False
    try:
        return place.end <= len(coach.document_text(place.document))
    except KeyError:
        return False


def _sections(document: str, coach: Coach) -> tuple[Section, ...]:
    try:
        return coach.document(document).sections
    except KeyError:
        return ()
