"""Documents that are parsed and cut before they are asked for."""

from __future__ import annotations

import pytest

from ingest.chunk import chunk
from ingest.contract import ChunkerParameters, Document
from ingest.cut_ahead import DOCUMENTS_AHEAD, CutAhead
from ingest.headings import parse
from tests.support.workshop import page

PARAMETERS = ChunkerParameters()
DOCUMENTS = [
    Document(name=f"{number}.md", root="/book", text=page(f"T{number}", alpha="A body."), sha256=str(number))
    for number in range(3 * DOCUMENTS_AHEAD)
]


def test_each_document_comes_in_its_turn_as_it_would_by_itself() -> None:
    """Sections and chunks are those of parsing and cutting one document alone."""
    with CutAhead(DOCUMENTS, PARAMETERS) as cut:
        for document in DOCUMENTS:
            parsed = parse(document)
            assert cut(document) == (parsed, chunk(parsed, PARAMETERS))


def test_a_document_out_of_turn_is_refused() -> None:
    """Order is what lets it run ahead, so another document than the next one is a mistake."""
    with CutAhead(DOCUMENTS, PARAMETERS) as cut, pytest.raises(ValueError, match=r"'1\.md' is not the next"):
        cut(DOCUMENTS[1])
    with CutAhead((), PARAMETERS) as cut, pytest.raises(ValueError, match=r"'0\.md' is not the next"):
        cut(DOCUMENTS[0])
