"""The part of the handbook in which a place stands."""

from __future__ import annotations

from ui.models import DocumentText, Section
from ui.state import api


def read_around(document: str, start: int, end: int) -> tuple[DocumentText, Section | None]:
    """Return the question around a span, or else the smallest section; whole lines where there is neither.

    Raises:
        ApiProblem: There is no such place, or the API does not answer.
    """
    text = api().document(document, start, end, margin=0)
    around = [one for one in text.sections if one.start <= start and end <= one.end]
    section = next((one for one in around if one.is_question), around[-1] if around else None)
    if section:
        text = api().document(document, section.start, section.end, margin=0)
    return text, section
