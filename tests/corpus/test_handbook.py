"""The handbook keeps the format that corpus/README.md promises."""

from __future__ import annotations

import re
from datetime import date

from ingest.lint import lint
from ingest.lint.finding import Limits
from ingest.lint.handbook import Handbook
from ingest.lint.stats import count, to_markdown
from tests.corpus.conftest import CORPUS

CHAPTERS = 21


def test_the_handbook_has_no_lint_errors(handbook: Handbook) -> None:
    """Structure, tags, links, origins and figures are as the page format says."""
    findings = lint(handbook, Limits(date(2026, 11, 21)))
    assert [finding for finding in findings if finding.severity == "error"] == []


def test_every_chapter_is_there_and_formatted(handbook: Handbook) -> None:
    """All chapters follow the page format; the page on the format itself is no chapter."""
    formatted = {chapter.name for chapter in handbook.chapters if chapter.is_formatted}
    assert len(formatted) == CHAPTERS
    assert {chapter.name for chapter in handbook.chapters} - formatted == {"README.md"}


def test_every_figure_has_origin_and_date_or_says_that_it_is_a_rule_of_thumb(handbook: Handbook) -> None:
    """No number line goes without."""
    figures = count(handbook).figures
    assert figures.total > 0
    assert figures.complete == figures.total


def test_the_counts_in_the_readme_are_current(handbook: Handbook) -> None:
    """Between the markers stands what `coach lint --stats` prints."""
    text = (CORPUS / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- stats: begin -->\n(.*?)<!-- stats: end -->", text, re.DOTALL)
    assert found is not None
    assert found[1].strip() == to_markdown(count(handbook))


def test_the_origins_are_sorted_by_key(handbook: Handbook) -> None:
    """An entry is found by eye."""
    assert handbook.sources is not None
    keys = [origin.key for origin in handbook.sources.origins]
    assert keys == sorted(keys, key=str.lower)
