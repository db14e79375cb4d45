"""What a handbook holds, counted."""

from __future__ import annotations

from pathlib import Path

from ingest.lint.handbook import read_handbook
from ingest.lint.stats import count, to_markdown
from tests.ingest.lint.pages import CHAPTER, SOURCES, changed, second_page


def test_questions_are_counted_by_chapter_kind_and_level(tmp_path: Path) -> None:
    """Chapters stand in their order; a question for two levels counts under both."""
    first = changed(
        CHAPTER,
        ("chapter: 3", "chapter: 1"),
        ('title: "Serving"', 'title: "First | one"'),
        ("mid, senior · common · design", "staff · common · scenario"),
    )
    both = CHAPTER + "\n" + second_page().replace("How do you", "Why do you")
    (tmp_path / "a.md").write_text(both, encoding="utf-8")
    (tmp_path / "b.md").write_text(first, encoding="utf-8")
    (tmp_path / "c.md").write_text("# Notes\n\nNo question here.\n", encoding="utf-8")
    stats = count(read_handbook(tmp_path))
    assert [(one.file, one.questions) for one in stats.chapters] == [("b.md", 1), ("a.md", 2)]
    assert stats.chapters[1].by_kind_and_level["design"] == {"junior": 0, "mid": 2, "senior": 2, "staff": 0}
    lines = to_markdown(stats).split("\n")
    assert r"| First \| one | 1 | 0 / 0 / 0 / 1 | – | – | – | – |" in lines
    assert "| Serving | 2 | – | – | 0 / 2 / 2 / 0 | – | – |" in lines
    assert "| **All** | 3 | 0 / 0 / 0 / 1 | – | 0 / 2 / 2 / 0 | – | – |" in lines


def test_figures_are_counted_by_status(tmp_path: Path) -> None:
    """One without a date is counted and lowers the share."""
    text = changed(CHAPTER, ("*(rule of thumb; S1.Q1; 2026)*", "*(rule of thumb; S1.Q1)*"))
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    figures = count(read_handbook(tmp_path)).figures
    assert (figures.total, figures.complete, figures.by_status["derived"]) == (2, 1, 1)
    assert "50.0% have an origin" in to_markdown(count(read_handbook(tmp_path)))


def test_a_handbook_without_questions_has_empty_counts(tmp_path: Path) -> None:
    """The table has its head and its sum."""
    (tmp_path / "a.md").write_text("# Notes\n\nNo question here.\n", encoding="utf-8")
    text = to_markdown(count(read_handbook(tmp_path)))
    assert "| **All** | 0 | – | – | – | – | – |" in text
    assert text.endswith("Figures: none.")
