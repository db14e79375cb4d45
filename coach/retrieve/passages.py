"""Which of the found sections an answer draws on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from coach.guard.screened import place_of
from coach.retrieve.parts import sections_of_parts
from coach.retrieve.retriever import FoundSection, Retrieval
from coach.types import Passage
from ingest.contract import ParsedDocument, Section

# A section whose score is this much below the best one's is no longer about the question.
FURTHEST_BELOW = 0.35
# A section that asks a question leads an answer before one that does not and is at most this much better:
# a chapter's introduction speaks of many questions and answers none.
QUESTION_LEAD = 0.25


def choose_passages(
    retrieval: Retrieval, *, limit: int, load: Callable[[str], ParsedDocument]
) -> tuple[Passage, ...]:
    """Return the sections to answer from, best first, each assigned to the part of the question it fits.

    Every part that stands alone has its best section among them, wherever that stands in the common order.
    """
    kept = _near_the_best(retrieval.sections, limit)
    of_parts = sections_of_parts(retrieval)
    kept += _missing(kept, of_parts.values(), retrieval.sections)
    kept.sort(key=lambda found: -found.score - QUESTION_LEAD * (found.chunks[0].question_id is not None))
    best = max((found.score for found in kept), default=0.0)
    passages = []
    for rank, found in enumerate(kept, start=1):
        document = load(found.chunks[0].document)
        section = find_section(document, found.section_id)
        place = place_of(document, section)
        passages.append(
            Passage(
                rank=rank,
                relevance=round(max(0.0, 1.0 - (best - found.score)), 4),
                document=section.document,
                section_id=section.id,
                heading=place.heading,
                path=place.path,
                start=section.start,
                end=section.end,
                focus=tuple((chunk.start, chunk.end) for chunk in found.chunks),
                chunk_ids=tuple(chunk.id for chunk in found.chunks),
                part=_part_of(found, of_parts) if retrieval.parts else 0,
            )
        )
    return tuple(passages)


def _missing(
    kept: Sequence[FoundSection], wanted: Iterable[FoundSection], sections: Sequence[FoundSection]
) -> list[FoundSection]:
    """Return the wanted sections that were not kept, with the score that each has for the whole question.

    What was not found for the whole goes last.
    """
    held = {found.section_id for found in kept}
    found_for_whole = {found.section_id: found for found in sections}
    missing = {one.section_id: one for one in wanted if one.section_id not in held}
    return [
        found_for_whole.get(name, replace(one, score=sections[-1].score)) for name, one in missing.items()
    ]


def _part_of(found: FoundSection, of_parts: Mapping[int, FoundSection]) -> int | None:
    """Return the first part of the question whose best section this is, if there is one."""
    return next((place for place, one in of_parts.items() if one.section_id == found.section_id), None)


def find_section(parsed: ParsedDocument, section_id: str) -> Section:
    """Return the section of this id. Raises KeyError if the document has none."""
    for section in parsed.sections:
        if section.id == section_id:
            return section
    raise KeyError(section_id)


def _near_the_best(sections: Sequence[FoundSection], limit: int) -> list[FoundSection]:
    if not sections:
        return []
    scores = np.array([found.score for found in sections[:limit]])
    return [
        found
        for found, score in zip(sections[:limit], scores, strict=True)
        if scores[0] - score <= FURTHEST_BELOW
    ]
