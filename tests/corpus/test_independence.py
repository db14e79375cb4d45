"""The golden questions were not taken from the pages that answer them, nor the pages from the questions."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from evals.golden import load_golden
from ingest.lint.handbook import Handbook

GOLDEN = Path(__file__).parents[2] / "evals" / "golden"
RUN_WORDS = 5


def runs(text: str) -> set[str]:
    """Return every run of `RUN_WORDS` words in a text, in lower case."""
    starts = [match.start() for match in re.finditer(r"\w+", text)] + [len(text)]
    words = [" ".join(re.findall(r"\w+", text[start:end].lower())) for start, end in pairwise(starts)]
    return {" ".join(words[at : at + RUN_WORDS]) for at in range(len(words) - RUN_WORDS + 1)}


@pytest.mark.parametrize("split", ["dev", "test"])
def test_a_question_shares_no_run_of_five_words_with_its_pages(handbook: Handbook, split: str) -> None:
    """Names the pages alone, so that a failure tells nothing of a test question."""
    text = {
        (page.chapter.name, page.section.heading): runs(
            page.chapter.parsed.document.text[page.section.start : page.section.end]
        )
        for page in handbook.pages
    }
    items = load_golden(GOLDEN / f"handbook-{split}.jsonl")
    shared = {
        (one.document, one.heading)
        for item in items
        for one in item.relevant
        if one.heading is not None and runs(item.query) & text[one.document, one.heading]
    }
    assert len(text) > 300
    assert shared == set()
