"""Splits: which one a file is, what an item's hash covers, and how leaks are found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.errors import UsageError
from evals.golden import GoldenItem, load_golden
from evals.redteam.items import load_red_team
from evals.runs import Split
from evals.splits import describe_leaks, find_leaks, golden_file, item_hash, split_of

TRAINING = Path(__file__).parents[2] / "evals" / "training"

QUERY = "our nightly index job silently skips half of the scanned contracts, what now"
ITEM = GoldenItem(id="t1", query=QUERY, answerable=False)


@pytest.mark.parametrize(
    ("file", "chosen", "split"),
    [
        (None, None, "dev"),
        (None, "locked", "locked"),
        ("mine.jsonl", None, "dev"),
        ("mine.jsonl", "test", "test"),
        ("handbook-test.jsonl", None, "test"),
        ("x-locked.jsonl", "locked", "locked"),
        ("latest.jsonl", None, "dev"),
    ],
)
def test_a_test_file_is_known_by_its_name(file: str | None, chosen: Split | None, split: Split) -> None:
    """So that nobody shows its items by leaving an option out."""
    assert split_of(Path(file) if file else None, chosen) == split


def test_a_name_and_an_option_that_disagree_are_refused() -> None:
    """A test file cannot be run as dev."""
    with pytest.raises(UsageError, match="test split by its name"):
        split_of(Path("handbook-test.jsonl"), "dev")


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"id": "t2"}, True),
        ({"style": "short", "persona": "recruiter"}, True),
        ({"query": QUERY + "?"}, False),
        ({"answerable": True}, False),
        ({"key_facts": ("x",)}, False),
        ({"must_not": ("x",)}, False),
    ],
)
def test_the_hash_covers_what_is_asked_and_expected(change: dict[str, object], *, same: bool) -> None:
    """A renamed item is the same; another expectation is another item."""
    assert (item_hash(ITEM.model_copy(update=change)) == item_hash(ITEM)) is same


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        (QUERY, True),
        (f"Example: “{QUERY.upper()}!” Answer: ...", True),
        (QUERY.replace("nightly", "weekly"), True),
        ("It silently skips half of the scanned contracts, what then?", False),
        ("Half of the scanned contracts are skipped by the job.", False),
        (" ".join(reversed(QUERY.split())), False),
    ],
)
def test_a_question_leaks_if_most_of_it_was_copied(tmp_path: Path, text: str, *, leaks: bool) -> None:
    """Whatever its case and punctuation, and with a word changed; a phrase in common is no copy."""
    file = tmp_path / "prompt.md"
    file.write_text(f"You are a coach.\n{text}\n", encoding="utf-8")
    found = find_leaks([ITEM], [file])
    assert [(leak.item_id, leak.line) for leak in found] == ([("t1", 2)] if leaks else [])


def test_a_question_of_few_words_is_too_common_to_tell(tmp_path: Path) -> None:
    """Four words in a row are the least that give a question away."""
    file = tmp_path / "prompt.md"
    file.write_text("Asked: why do agents loop forever?\nWhat is RAG?\n", encoding="utf-8")
    short = GoldenItem(id="s", query="Why do agents loop", answerable=True)
    common = GoldenItem(id="c", query="What is RAG?", answerable=True)
    assert [leak.item_id for leak in find_leaks([short, common], [file])] == ["s"]


def test_a_leak_is_noted_with_its_place(tmp_path: Path) -> None:
    """The note names item, file and line, and a set without leaks has none."""
    golden = tmp_path / "mine-test.jsonl"
    first = json.loads(golden_file("dev").read_text(encoding="utf-8").split("\n")[0])
    stolen = GoldenItem(id="stolen", query=first["query"], answerable=False)
    (note,) = describe_leaks([stolen, ITEM], "test", golden)
    assert "1 of 2 questions are known" in note
    assert "'stolen' in handbook-dev.jsonl:1" in note
    assert describe_leaks([ITEM], "test", golden) == []


def test_no_question_of_the_handbook_stands_in_a_prompt() -> None:
    """What the coach is told at run time holds no golden question, of whichever split."""
    splits: tuple[Split, ...] = ("dev", "test")
    for split in splits:
        assert describe_leaks(load_golden(golden_file(split)), "dev", golden_file(split)) == []


def test_no_question_of_the_test_split_is_worked_with() -> None:
    """Neither training questions nor development ones hold one, copied or nearly; a failure counts them."""
    known = describe_leaks(load_golden(golden_file("test")), "test", golden_file("test"))
    assert len(known) == 0


def test_nothing_of_the_held_out_red_team_is_fitted_on() -> None:
    """Attacks, poisoned pages and honest questions alike; a failure counts them and tells no word."""
    held_out = load_red_team("held-out")
    said = [one.text for one in (*held_out.attacks, *held_out.benign)]
    said += [one.question for one in held_out.poisons]
    items = [GoldenItem(id=str(at), query=text, answerable=False) for at, text in enumerate(said)]
    files = sorted(TRAINING.glob("**/*.jsonl"))
    assert len(files) > 8
    assert len(find_leaks(items, files)) == 0
