"""The rules for chapters that follow the page format."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.lint.pages import (
    ANSWER,
    CHAPTER,
    SOURCES,
    changed,
    findings,
    line_of,
    of_chapter,
    second_page,
)

RUBRIC_ROW = "| Signal | 2 | Mean | Tail | By tenant | Smallest tenant |\n"
STEP = "4. **Watch the smallest.** Its waiting time is the first to show that somebody takes too much.\n"
FIGURE = "- **70%**: load from which waiting grows fast. *(rule of thumb; S1.Q1; 2026)*"

ERRORS = {
    "no part": (
        "part-missing",
        "### Traps\n\n- **Counting",
        "### Trade-offs on\n\n- **Counting",
        "## How do you",
    ),
    "empty part": (
        "part-missing",
        "Whether you see the unit in which a shared resource is spent.\n",
        "",
        "## How do you",
    ),
    "no level": ("part-missing", "- **Staff:** ties weights to contracts.\n", "", "## How do you"),
    "no callout": ("part-missing", "> **Key insight:** the unit decides who pays.\n", "", "## How do you"),
    "no origins": ("part-missing", "**Facts from:** arith-share, S1.Q1\n", "", "## How do you"),
    "unknown part": ("part-unknown", "### Rubric", "### Scoring\n\nText.\n\n### Rubric", "### Scoring"),
    "late part": (
        "part-order",
        "### Rubric",
        "### Decision table\n\nText.\n\n### Rubric",
        "### Decision table",
    ),
    "two callouts": (
        "part-repeated",
        "decides who pays.",
        "decides who pays.\n\n> **Mental model:** a queue.",
        "> **Mental",
    ),
    "tag of no kind": ("tag-line", "· design ·", "· drawing ·", "**Tags:**"),
    "tag of no level": ("tag-line", "mid, senior ·", "mid, expert ·", "**Tags:**"),
    "tag without minutes": ("tag-line", "· 2 min ·", "· two minutes ·", "**Tags:**"),
    "answer too short": ("direct-answer", ANSWER, "I take turns.", "I take turns."),
    "answer too long": ("direct-answer", ANSWER, f"{ANSWER} {ANSWER}", "I keep one queue"),
    "answer of two paragraphs": ("direct-answer", "on time. Limits", "on time.\n\nLimits", "Limits stand"),
    "too few steps": ("steps", STEP, "", "1. **Name the unit"),
    "too few key points": ("rubric", RUBRIC_ROW, "", "| Unit"),
    "weight of four": ("rubric", "| Unit | 3 |", "| Unit | 4 |", "| Unit"),
    "missing cell": ("rubric", "| With a time | Tested |", "| With a time |", "| Refusal"),
    "other columns": ("rubric", "| Mixed | Good |", "| Fair | Good |", "| Unit"),
    "number without origin": (
        "number-line",
        "*(rule of thumb; S1.Q1; 2026)*",
        "*(rule of thumb; 2026)*",
        "- **70%",
    ),
    "number without value": ("number-line", "- **70%**: load", "- load", "- load"),
    "unknown status": ("number-line", "(rule of thumb; S1.Q1;", "(guess; S1.Q1;", "- **70%"),
    "malformed date": ("number-line", "S1.Q1; 2026)", "S1.Q1; last year)", "- **70%"),
    "origin not named": (
        "number-origin",
        "**Facts from:** arith-share, S1.Q1",
        "**Facts from:** S1.Q1",
        "- **16 times",
    ),
    "origin not listed": ("facts-from", "arith-share, S1.Q1", "arith-share, S1.Q1, S1.Q9", "**Facts from"),
    "link to no page": ("link-page", "(#serving)", "(gone.md)", "- [Serving]"),
    "link to no anchor": ("link-anchor", "(#serving)", "(#gone)", "- [Serving]"),
    "no summary": ("front-matter", 'summary: "How tenants share one platform."\n', "", "---"),
    "title of another": ("front-matter", 'title: "Serving"', 'title: "Routing"', "---"),
}
WARNINGS = {
    "one wording": ("aliases", ' · "Who waits when the queue is full?"', "", "**Also asked"),
    "wording is the heading": (
        "aliases",
        '"Who waits when the queue is full?"',
        '"How do you share a platform fairly?"',
        "**Also",
    ),
    "step without a head": ("steps", "1. **Name the unit.** Tokens", "1. Tokens", "1. Tokens"),
    "one trap": (
        "bullets",
        "- **One queue for all.** The first tenant in line decides who waits.\n",
        "",
        "- **Counting requests",
    ),
    "follow-up without answer": (
        "bullets",
        "**Who may exceed a limit?** Nobody without a name in the log.",
        "**Who may exceed a limit?**",
        "- **Who may",
    ),
    "old figure": ("number-stale", "(rule of thumb; S1.Q1; 2026)", "(sourced; S1.Q1; 2021-05)", "- **70%"),
    "too little for the time box": ("time-box", "· 2 min ·", "· 9 min ·", "## How do you"),
}


def test_a_page_in_the_format_has_no_findings(tmp_path: Path) -> None:
    """The page that the other tests change is in order."""
    assert of_chapter(tmp_path) == []


@pytest.mark.parametrize(
    ("severity", "case"),
    [
        pytest.param(severity, case, id=name)
        for severity, cases in (("error", ERRORS), ("warning", WARNINGS))
        for name, case in cases.items()
    ],
)
def test_what_is_wrong_is_found_on_its_line(
    tmp_path: Path, severity: str, case: tuple[str, str, str, str]
) -> None:
    """One change gives a finding of the right rule and severity, at the line where to mend it."""
    rule, old, new, place = case
    found = of_chapter(tmp_path, (old, new))
    line = line_of(changed(CHAPTER, (old, new)), place)
    assert (severity, rule, "serving.md", line) in [
        (one.severity, one.rule, one.file, one.line) for one in found
    ]


def test_a_sourced_figure_within_the_age_is_not_stale(tmp_path: Path) -> None:
    """The limit is the caller's."""
    text = changed(CHAPTER, ("(rule of thumb; S1.Q1; 2026)", "(sourced; S1.Q1; 2021-05)"))
    files = {"serving.md": text, "sources.yaml": SOURCES}
    assert findings(tmp_path, files, max_age_months=66) == []
    assert [one.rule for one in findings(tmp_path, files, max_age_months=65)] == ["number-stale"]


def test_an_id_or_heading_used_twice_is_an_error(tmp_path: Path) -> None:
    """Links and answers name pages by these."""
    found = findings(tmp_path, {"serving.md": CHAPTER + "\n" + second_page(), "sources.yaml": SOURCES})
    second = CHAPTER.count("\n") + 2
    assert {(one.rule, one.line) for one in found if one.severity == "error"} == {
        ("duplicate-id", second),
        ("duplicate-heading", second),
    }


def test_a_chapter_number_used_twice_is_an_error(tmp_path: Path) -> None:
    """Chapters have an order."""
    other = changed(CHAPTER, ("id serve-fair-share", "id other"))
    found = findings(tmp_path, {"a.md": CHAPTER, "b.md": other, "sources.yaml": SOURCES})
    assert [(one.rule, one.file) for one in found if one.severity == "error"] == [("front-matter", "b.md")]


def test_figures_that_disagree_on_one_quantity_are_named(tmp_path: Path) -> None:
    """Same unit, same description, no figure in common."""
    again = FIGURE.replace("70%", "40%").replace("grows fast", "grows")
    found = of_chapter(tmp_path, (FIGURE, f"{FIGURE}\n{again}"))
    assert [one.rule for one in found] == ["contradiction"]
    assert "'40%'" in found[0].message
    assert "serving.md:" in found[0].message


@pytest.mark.parametrize(
    "again",
    [
        FIGURE.replace("70%", "about 70%"),
        FIGURE.replace("70%", "70 users"),
        FIGURE.replace("70%", "40%").replace("fast", "fast with 3 tenants"),
        FIGURE.replace("70%", "40%").replace("rule of thumb", "contested"),
        FIGURE.replace("70%", "40%").replace("load from which waiting grows fast", "share of small tenants"),
    ],
)
def test_other_figures_do_not_contradict(tmp_path: Path, again: str) -> None:
    """The same figure, another unit, condition, quantity, or a figure that says it is in dispute."""
    assert of_chapter(tmp_path, (FIGURE, f"{FIGURE}\n{again}")) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "severity"),
    [
        ("  kind: arithmetic\n", "", "source-entry", "error"),
        ("kind: arithmetic", "kind: rumour", "source-entry", "error"),
        ('date: "2026-11"', 'date: "lately"', "source-entry", "error"),
        ("  kind: arithmetic", "  page: 3\n  kind: arithmetic", "source-entry", "error"),
        ("- key: S1.Q1", "- key: arith-share", "source-entry", "error"),
        ("- key: S1.Q1", "- key: S1.Q2", "source-unused", "warning"),
    ],
)
def test_entries_of_the_origins_are_checked(
    tmp_path: Path, old: str, new: str, rule: str, severity: str
) -> None:
    """Each entry is whole, known by one key and named by some page."""
    found = of_chapter(tmp_path, sources=changed(SOURCES, (old, new)))
    assert (rule, severity, "sources.yaml") in [(one.rule, one.severity, one.file) for one in found]


@pytest.mark.parametrize("text", ["key: [", "key: S1.Q1"])
def test_origins_that_are_no_list_are_an_error(tmp_path: Path, text: str) -> None:
    """It is said once, and then for each origin that is missing."""
    found = of_chapter(tmp_path, sources=text)
    assert [one.rule for one in found if one.file == "sources.yaml"] == ["source-entry"]
    assert {one.rule for one in found if one.file == "serving.md"} == {"facts-from"}


def test_origins_in_another_encoding_are_an_error(tmp_path: Path) -> None:
    """A sources.yaml that is not UTF-8 is a finding, and the pages are checked all the same."""
    (tmp_path / "sources.yaml").write_bytes("- title: Größe\n".encode("latin-1"))
    found = findings(tmp_path, {"serving.md": changed(CHAPTER, ("(#serving)", "(#gone)"))})
    assert [(one.rule, one.message) for one in found if one.file == "sources.yaml"] == [
        ("source-entry", "not UTF-8")
    ]
    assert {one.rule for one in found if one.file == "serving.md"} == {"facts-from", "link-anchor"}


def test_a_page_without_any_tag_line_in_a_numbered_chapter_is_found(tmp_path: Path) -> None:
    """A chapter number is enough to be held to the format."""
    tag_line = next(line for line in CHAPTER.splitlines(keepends=True) if line.startswith("**Tags:**"))
    found = of_chapter(tmp_path, (tag_line, ""))
    assert ["'Tags'" in one.message for one in found if one.rule == "part-missing"] == [True]


def test_an_answer_longer_than_its_time_box_is_found(tmp_path: Path) -> None:
    """At 150 words a minute, two minutes hold 300 words of answer and steps."""
    long = "Requests differ, and so do the tenants that send them. " * 20
    found = of_chapter(tmp_path, ("differ by a factor of a hundred.", long.strip()))
    assert [one.rule for one in found] == ["time-box"]
