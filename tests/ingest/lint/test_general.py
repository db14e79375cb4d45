"""The rules for any handbook, with the parts it has."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import SourceError
from ingest.lint.duplicates import resemblance, sketch
from ingest.lint.handbook import is_local, read_handbook
from ingest.lint.markup import anchor, read_markup
from tests.ingest.lint.pages import findings

PROSE = " ".join(f"word{place} says a little about part {place} of the plan." for place in range(30))


def test_a_foreign_handbook_is_not_held_to_the_format(tmp_path: Path) -> None:
    """Questions with an answer below are enough."""
    text = "# Questions\n\n## What is a cache?\n\nA store of answers.\n\n## What is a queue?\n\nA line.\n"
    assert findings(tmp_path, {"questions.md": text}) == []


def test_links_to_pages_and_anchors_that_exist_are_fine(tmp_path: Path) -> None:
    """Across folders, to other files, to a folder, to repeated headings and to anchors written in HTML."""
    start = (
        "# Start\n\n[a](b/deep.md#what-is-it) [b](b/deep.md#what-is-it-1) [c](#start) [d](b/)\n"
        "[e](b/notes.txt) [f](b/deep.md#by-hand) [g](https://x.example/none) [h](mailto:a@x.example)\n"
        "![i](b/notes.txt) [j](b/deep) [k](b/deep.html) [l](b/deep.md?plain=1#what-is-it)\n"
        '[m][r]\n\n[r]: b/deep.md\n\n<!-- <a href="none.md">n</a> -->\n'
    )
    deep = "# Deep\n\n[up](../start.md#start)\n\n## What is it?\n\nA.\n\n"
    deep += '## What is it?\n\n<a id="by-hand"></a>B.\n'
    files = {"start.md": start, "b/deep.md": deep, "b/notes.txt": "Some notes.\n"}
    assert findings(tmp_path, files) == []


def test_a_byte_order_mark_hides_no_heading(tmp_path: Path) -> None:
    """The first heading of a file from another system has its anchor, in links from here and elsewhere."""
    files = {"a.md": "\ufeff# Start\n\n[a](#start)\n", "b.md": "# B\n\n[b](a.md#start) [c](.c.md#see)\n"}
    assert findings(tmp_path, files | {".c.md": "\ufeff# See\n\nText.\n"}) == []


@pytest.mark.parametrize(
    ("link", "rule", "severity"),
    [
        ("[a](none.md)", "link-page", "error"),
        ("![a](none.png)", "link-page", "error"),
        ('<img src="none.png">', "link-page", "error"),
        ("[a](#none)", "link-anchor", "error"),
        ("[a](other.md#none)", "link-anchor", "error"),
        ("[a](/none)", "link-page", "warning"),
        ("[a][none]", "unresolved-reference", "warning"),
        ("Said before.[^1]", "unresolved-reference", "warning"),
    ],
)
def test_links_that_lead_nowhere_are_found(tmp_path: Path, link: str, rule: str, severity: str) -> None:
    """On the line where they stand, also in the second line of a paragraph."""
    files = {"a.md": f"# A\n\nText and\n{link} more.\n", "other.md": "# Other\n\nText.\n"}
    assert [(one.rule, one.severity, one.file, one.line) for one in findings(tmp_path, files)] == [
        (rule, severity, "a.md", 4)
    ]


def test_a_link_in_a_table_is_found_on_its_row(tmp_path: Path) -> None:
    """Not at the head of the table."""
    text = "# A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| [x](none.md) | 3 |\n"
    assert [one.line for one in findings(tmp_path, {"a.md": text})] == [6]


def test_links_in_code_are_text(tmp_path: Path) -> None:
    """They are not meant to be followed."""
    text = "# A\n\n`[a](none.md)` and `x[0][1]`\n\n```md\n[a](none.md)\n# not a heading\n```\n"
    assert findings(tmp_path, {"a.md": text}) == []


def test_one_file_may_link_to_its_neighbours(tmp_path: Path) -> None:
    """A file that was named alone is linted alone; its targets are looked up on disk."""
    (tmp_path / "other.md").write_text("# Other\n\n[x](gone.md)\n", encoding="utf-8")
    (tmp_path / "a.md").write_text("# A\n\n[b](other.md#other) [c](other.md#none)\n", encoding="utf-8")
    handbook = read_handbook(tmp_path / "a.md")
    assert [chapter.name for chapter in handbook.chapters] == ["a.md"]
    targets = {written: target.anchors for (_, written), target in handbook.targets.items()}
    assert targets == {"other.md#other": {"other"}, "other.md#none": {"other"}}


def test_a_heading_with_nothing_below_it_is_found(tmp_path: Path) -> None:
    """A heading above a deeper one has something below it."""
    text = "# A\n\n## B\n\n### C\n\nText.\n\n## D\n\n## E\n\nText.\n\n## F\n"
    found = findings(tmp_path, {"a.md": text})
    assert [(one.rule, one.line) for one in found] == [("bare-heading", 9), ("bare-heading", 15)]


def test_a_section_that_says_the_same_is_found(tmp_path: Path) -> None:
    """The later one is named, with the place of the earlier."""
    files = {
        "a.md": f"# A\n\n## First\n\n{PROSE}\n",
        "b.md": f"# B\n\n## Other\n\nNothing alike.\n\n## Second\n\n{PROSE} And a bit more.\n",
    }
    found = findings(tmp_path, files)
    assert [(one.rule, one.file, one.line) for one in found] == [("near-duplicate", "b.md", 7)]
    assert "'First' (a.md:3)" in found[0].message


def test_a_copy_of_a_file_is_found(tmp_path: Path) -> None:
    """Equal bytes need no comparison."""
    found = findings(tmp_path, {"a.md": "# A\n\nText.\n", "b.md": "# A\n\nText.\n"})
    assert [(one.rule, one.file) for one in found] == [("near-duplicate", "b.md")]


def test_short_sections_are_not_compared(tmp_path: Path) -> None:
    """ "See above" twice is no duplicate."""
    assert findings(tmp_path, {"a.md": "# A\n\n## B\n\nSee above.\n\n## C\n\nSee above.\n"}) == []


def test_the_estimate_is_near_the_true_share() -> None:
    """Two texts that share half of their shingles resemble each other by about a third."""
    one = [f"w{place}" for place in range(2000)]
    other = [f"w{place}" for place in range(1000, 3000)]
    assert resemblance(sketch(one), sketch(other)) == pytest.approx(1 / 3, abs=0.1)


def test_long_sentences_and_pages_are_found(tmp_path: Path) -> None:
    """What stands in quotation marks has sentences of its own."""
    long = "This sentence " + "goes on and on " * 12 + "at last."
    speech = '"' + "I say a thing. " * 20 + 'Then I stop."'
    text = f"# A\n\n{speech}\n\nShort.\n{long}\n\n## B\n\n{PROSE * 6}\n"
    found = findings(tmp_path, {"a.md": text})
    assert [(one.rule, one.line) for one in found] == [("sentence-long", 6), ("page-long", 8)]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("What's new?", "whats-new"),
        ("A & B", "a--b"),
        ("`code` and *more*", "code-and-more"),
        ("Was heißt das?", "was-heißt-das"),
        ("分布式锁", "分布式锁"),
        ("🚀 Start", "-start"),
    ],
)
def test_anchors_are_those_of_a_git_host(heading: str, expected: str) -> None:
    """Lower case, blanks to hyphens, punctuation and emoji dropped, other scripts kept."""
    assert read_markup(f"## {heading}\n").anchors == {expected}


def test_repeated_anchors_are_counted() -> None:
    """The second heading of a name gets -1."""
    assert read_markup("# A\n\n## A\n\n## A\n").anchors == {"a", "a-1", "a-2"}
    assert anchor("A") == "a"


@pytest.mark.parametrize(
    "target", ["https://x.example", "//x.example/a", "mailto:a@b.example", "", "http://[x"]
)
def test_links_into_the_network_are_not_local(target: str) -> None:
    """They are not followed."""
    assert not is_local(target)


@given(st.text('# []()<>=`|-^!:a1"\n', max_size=200))
@settings(max_examples=80)
def test_any_text_can_be_read(text: str) -> None:
    """What is found stands on a line of the text."""
    markup = read_markup(text)
    lines = {found.line for found in (*markup.headings, *markup.links, *markup.undefined)}
    assert lines <= set(range(1, text.count("\n") + 2))


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    """The message names it."""
    with pytest.raises(SourceError, match="none"):
        read_handbook(tmp_path / "none")


def test_pages_that_are_not_indexed_have_their_links_checked(tmp_path: Path) -> None:
    """A page about the handbook is read by people."""
    text = "---\nindex: false\n---\n\n# About\n\n[x](none.md)\n"
    assert [one.rule for one in findings(tmp_path, {"README.md": text, "a.md": "# A\n\nText.\n"})] == [
        "link-page"
    ]
