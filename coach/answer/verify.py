"""The check before anything is shown: does each citation stand in its document, and does it say the claim?

Nothing here trusts who wrote the outline: a composer, a model, or a hostile document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import permutations

from coach.answer.plain import cells, read_row
from coach.answer.wording import judge
from coach.types import OUTLINE_FIELDS, Citation, Claim, Outline
from ingest.contract import Frozen, ParsedDocument

_TABLE_RULE = re.compile(r"(?=[^-]*-)[ \t>|:-]+")


class Verified(Frozen):
    """An outline in which every claim has a verdict and every citation resolves.

    Attributes:
        dropped: Claims that were removed: unsupported, or without a citation that resolves.
        support_rate: Supported claims / claims shown; None if none is shown.
    """

    outline: Outline
    dropped: int
    support_rate: float | None


def verify(outline: Outline, load: Callable[[str], ParsedDocument]) -> Verified:
    """Return the outline with verdicts, without the claims and citations that do not hold.

    Args:
        outline: Whoever wrote it; the `support` that it states is ignored.
        load: Document by name; raises KeyError for a name that is not in the index.
    """
    texts = _texts(outline, load)
    fields = {
        name: tuple(checked for claim in getattr(outline, name) for checked in _checked(claim, texts))
        for name in OUTLINE_FIELDS
    }
    shown = [claim for claims in fields.values() for claim in claims]
    supported = sum(claim.support == "supported" for claim in shown)
    return Verified(
        outline=Outline(**fields),
        dropped=len(outline.claims()) - len(shown),
        support_rate=supported / len(shown) if shown else None,
    )


def resolves(citation: Citation, text: str | None) -> bool:
    """Return whether a citation's quote stands in the text exactly where it says, and says something."""
    if text is None or not 0 <= citation.start < citation.end <= len(text):
        return False
    return text[citation.start : citation.end] == citation.quote and not citation.quote.isspace()


def _texts(outline: Outline, load: Callable[[str], ParsedDocument]) -> dict[str, str]:
    """Return the text of each document that is cited and exists."""
    texts: dict[str, str] = {}
    for name in {citation.document for claim in outline.claims() for citation in claim.citations}:
        try:
            texts[name] = load(name).document.text
        except KeyError:
            continue
    return texts


def _checked(claim: Claim, texts: Mapping[str, str]) -> Iterator[Claim]:
    """Yield the claim with its verdict, or nothing if it does not hold."""
    citations = tuple(
        citation for citation in claim.citations if resolves(citation, texts.get(citation.document))
    )
    quotes = tuple(citation.quote for citation in citations)
    support = judge(claim.text, quotes)
    if support != "supported" and len(citations) > 1:
        support = judge(claim.text, (*quotes, *_table_readings(citations, texts)))
    if support != "unsupported":
        yield claim.model_copy(update={"support": support, "citations": citations})


def _table_readings(citations: Sequence[Citation], texts: Mapping[str, str]) -> Iterator[str]:
    """Yield table rows read by their header, "header: cell; ...", where both lines are cited."""
    for header, row in permutations(citations, 2):
        names, values = cells(header.quote), cells(row.quote)
        if len(names) == len(values) and _heads(header, row, texts[header.document]):
            yield read_row(names, values)


def _heads(header: Citation, row: Citation, text: str) -> bool:
    """Return whether one line is the header of the table in which the other line stands."""
    if header.document != row.document or header.end >= row.start or "\n" in header.quote + row.quote:
        return False
    line_start = text.rfind("\n", 0, header.start) + 1
    if text[line_start : header.start].strip(" \t>|"):
        return False
    rule, *rows = text[header.end : row.start].lstrip(" \t|").removeprefix("\n").split("\n")
    return bool(_TABLE_RULE.fullmatch(rule)) and all("|" in line for line in rows[:-1])
