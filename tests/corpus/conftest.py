"""The handbook of this repository, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.lint.handbook import Handbook, read_handbook

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture(scope="session")
def handbook() -> Handbook:
    """The chapters of corpus/, parsed."""
    return read_handbook(CORPUS)


@pytest.fixture(scope="session")
def pages(handbook: Handbook) -> dict[str, str]:
    """Page id -> text of the page."""
    return {
        page.section.question.slug: page.chapter.parsed.document.text[page.section.start : page.section.end]
        for page in handbook.pages
        if page.section.question is not None
    }
