"""Citation recall and precision: do claims follow from what they cite, and do citations prove?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

Supports = Callable[[str, Sequence[str]], bool | None]
"""Whether passages, read together, support a claim; None if there is nothing in the claim to support."""


class CitedClaim(NamedTuple):
    """A claim with the text of each span that it cites, in order."""

    text: str
    spans: tuple[str, ...]


class CitationScores(NamedTuple):
    """Of one answer.

    Attributes:
        recall: Claims that their own citations support / claims that say something; None if none does.
        precision: Citations that do their claim good / citations of those claims; None if there is none.
        supported: For each claim, whether its citations support it together; None if it says nothing.
        useful: For each claim, for each of its citations, whether it counts as precise.
    """

    recall: float | None
    precision: float | None
    supported: tuple[bool | None, ...]
    useful: tuple[tuple[bool, ...], ...]


def citation_scores(claims: Sequence[CitedClaim], supports: Supports) -> CitationScores:
    """Return citation recall and precision of one answer, on spans.

    A claim without a citation has recall 0, for nothing supports nothing. A citation counts as precise if
    its claim is supported and the citation either supports it alone or cannot be left out: without it, the
    others no longer do. A claim that says nothing which could be true or false ("Why?") is left out of both.

    Source: Gao et al., "Enabling Large Language Models to Generate Text with Citations" (ALCE, 2023),
    section 4.3; there a citation is a passage of 100 words, here it is the quoted span.

    Worked: claim 1 is supported by its first span alone, its second is ballast; claim 2 cites nothing.

    >>> def says(claim, spans): return any(claim in span for span in spans)
    >>> scores = citation_scores([CitedClaim("a", ("a b", "c")), CitedClaim("d", ())], says)
    >>> scores.recall, scores.precision, scores.useful
    (0.5, 0.5, ((True, False), ()))
    """
    supported = tuple(supports(claim.text, claim.spans) for claim in claims)
    useful = tuple(
        tuple(verdict is True and _does_good(claim, place, supports) for place in range(len(claim.spans)))
        for claim, verdict in zip(claims, supported, strict=True)
    )
    verdicts = [verdict for verdict in supported if verdict is not None]
    flat = [
        good for row, verdict in zip(useful, supported, strict=True) if verdict is not None for good in row
    ]
    return CitationScores(
        recall=sum(verdicts) / len(verdicts) if verdicts else None,
        precision=sum(flat) / len(flat) if flat else None,
        supported=supported,
        useful=useful,
    )


def _does_good(claim: CitedClaim, place: int, supports: Supports) -> bool:
    """Return whether one span of a supported claim supports it alone, or is missed if it is left out."""
    if len(claim.spans) == 1 or supports(claim.text, claim.spans[place : place + 1]):
        return True
    return not supports(claim.text, claim.spans[:place] + claim.spans[place + 1 :])
