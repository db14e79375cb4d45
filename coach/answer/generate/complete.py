"""What a model left unsaid, said by the quote-only outline, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coach.answer.cues import word_count
from coach.answer.limits import LIMITS
from coach.events import ClaimVerified
from coach.types import OUTLINE_FIELDS, Claim, Outline, OutlineField
from ingest.contract import Level


def complete(
    written: Outline, composed: Outline, level: Level, *, fields: tuple[OutlineField, ...] = OUTLINE_FIELDS
) -> Iterator[ClaimVerified]:
    """Yield the claims of the quote-only outline that a written one lacks, as its next claims.

    What quotes a stretch of the handbook that is quoted already is not said again, and no field grows
    beyond what a level is given.
    """
    quoted = [citation for claim in written.claims() for citation in claim.citations]
    for name in fields:
        held: list[Claim] = list(getattr(written, name))
        for claim in getattr(composed, name):
            if _has_room(name, held, claim, level) and not any(
                one.document == other.document and one.start < other.end and other.start < one.end
                for one in claim.citations[-1:]
                for other in quoted
            ):
                held.append(claim)
                yield ClaimVerified(field=name, index=len(held) - 1, claim=claim)


def added(written: Outline, claims: Sequence[ClaimVerified]) -> Outline:
    """Return an outline with claims added at the end of their fields."""
    fields = {name: list(getattr(written, name)) for name in OUTLINE_FIELDS}
    for event in claims:
        fields[event.field].append(event.claim)
    return Outline(**{name: tuple(held) for name, held in fields.items()})


def _has_room(name: OutlineField, held: list[Claim], claim: Claim, level: Level) -> bool:
    limits = LIMITS[level]
    if not held:
        return True
    if name == "direct_answer":
        return sum(word_count(one.text) for one in (*held, claim)) <= limits.direct_words
    most: int = getattr(limits, name)
    return len(held) < most + (limits.asides if name == "steps" else 0)
