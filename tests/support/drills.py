"""The drills that come with the coach, staged on the chapters of this repository without an index."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from coach.errors import NotFoundError
from coach.practice.drill import Staged
from coach.practice.drill_shelf import stage_all
from ingest.contract import ParsedDocument, Section
from ingest.headings import parse
from ingest.sources import read_sources

CORPUS = Path(__file__).parents[2] / "corpus"


@cache
def chapters() -> dict[str, ParsedDocument]:
    """Return the chapters by name."""
    return {one.name: parse(one) for one in read_sources([CORPUS]).documents}


@cache
def staged() -> dict[str, Staged]:
    """Return all drills that have their pages in the chapters, by id."""
    return dict(stage_all(find_section, chapters().__getitem__))


def find_section(slug: str) -> Section:
    """Return the section of a question. Raises NotFoundError."""
    for parsed in chapters().values():
        for section in parsed.sections:
            if section.question and section.question.slug == slug:
                return section
    raise NotFoundError(slug)
