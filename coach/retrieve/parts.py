"""Which section answers which part of a question that has several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from coach.retrieve.rerank import rerank_each
from coach.retrieve.search import EmbeddedQuery
from ingest.embed import QueryVectors
from ingest.store.port import Build
from ingest.store.values import SparseVector

if TYPE_CHECKING:
    from coach.retrieve.retriever import FoundSection

# A part by itself is often no question ("and where do I even start?"), so a section is measured against the
# whole question as well as against the part. More weight for the part loses what the whole is about.
PART_WEIGHT = 1.0
_NO_TERMS = SparseVector((), ())


def best_of_parts(
    build: Build, parts: Sequence[QueryVectors], sections: Sequence[FoundSection]
) -> tuple[str, ...]:
    """Return the id of the section that answers each part best, among those that were found for the whole."""
    if not (parts and sections):
        return ()
    ids = [chunk.id for section in sections for chunk in section.chunks]
    scored = rerank_each(build, [EmbeddedQuery(part, (), _NO_TERMS) for part in parts], ids)
    return tuple(_best({one.id: one.score for one in of_part}, sections) for of_part in scored)


def _best(scores: Mapping[str, float], sections: Sequence[FoundSection]) -> str:
    return max(
        sections,
        key=lambda section: (
            section.score + PART_WEIGHT * max(scores[chunk.id] for chunk in section.chunks),
            section.section_id,
        ),
    ).section_id
