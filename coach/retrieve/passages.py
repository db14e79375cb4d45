"""Which of the found sections an answer draws on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from coach.guard.screened import place_of
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

    Every part of a question has its best section among them, wherever that stands in the common order.
    """
    kept = _near_the_best(retrieval.sections, limit)
    held = {found.section_id for found in kept}
    wanted = set(retrieval.part_sections) - held
    kept += [found for found in retrieval.sections if found.section_id in wanted]
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
                part=_part_of(found, retrieval.part_sections),
            )
        )
    return tuple(passages)


def _part_of(found: FoundSection, part_sections: Sequence[str]) -> int | None:
    """Return the first part of the question whose best section this is, if there is one."""
    if not part_sections:
        return 0
    return part_sections.index(found.section_id) if found.section_id in part_sections else None


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
