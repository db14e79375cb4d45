"""Repetition: how much of an answer was said before in it."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.analysis import terms

SHINGLE_TERMS = 3
SAME_SHARE = 0.7


def repetition(claims: Sequence[str]) -> float | None:
    """Return the share of the claims that repeat an earlier one; None if there is no claim.

    A claim repeats an earlier one if at least 70% of the three-stem runs of the shorter of the two stand in
    the other (containment, so that a short claim within a long one counts). A claim of fewer than three
    stems repeats only one of the very same stems.

    Source: Broder, "On the resemblance and containment of documents" (1997).

    >>> repetition(["Stop the loop after three equal calls.", "Name an owner.",
    ...             "First stop the loop after three equal calls, then page."])
    0.3333333333333333
    """
    if not claims:
        return None
    seen: list[frozenset[tuple[str, ...]]] = []
    repeated = 0
    for claim in claims:
        shingles = _shingles(claim)
        repeated += any(_is_same(shingles, other) for other in seen)
        seen.append(shingles)
    return repeated / len(claims)


def _is_same(shingles: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    smaller = min(len(shingles), len(other))
    return smaller > 0 and len(shingles & other) >= SAME_SHARE * smaller


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    stems = terms(text)
    if not stems:
        return frozenset()
    width = min(SHINGLE_TERMS, len(stems))
    return frozenset(tuple(stems[at : at + width]) for at in range(len(stems) - width + 1))
