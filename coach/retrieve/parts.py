"""Which parts of a question that has several can be answered by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.retrieve.retriever import FoundSection, Retrieval

# The score from which a part is a question of its own (docs/decisions/0027-parts-that-stand-alone.md). Where
# the best section of a part differs from that of the whole, 15 of 16 parts that stand alone score 2.22 and
# more; those that hang on another part ("how do we schedule the switch?") or find a wrong page score at most
# 2.16. Read off 36 questions of the development sets and 23 written for this; on other pages fewer reach it.
STANDS_ALONE = 2.2


def sections_of_parts(retrieval: Retrieval) -> dict[int, FoundSection]:
    """Return the best section of each part that stands alone, by the part's place in the question."""
    return {place: part.sections[0] for place, part in enumerate(retrieval.parts) if stands_alone(part)}


def stands_alone(part: Retrieval) -> bool:
    """Return whether what was found for a part fits it so well that it needs no other part.

    Without reranking that cannot be told, and no part does.
    """
    return bool(part.scored and part.sections) and part.sections[0].score >= STANDS_ALONE
