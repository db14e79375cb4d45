"""How a bad answer becomes a golden item, and what is refused."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from coach.coach import Coach
from coach.errors import UsageError
from evals.add import Asked, append, check_places, from_record, from_run, make_item, normalise, parse_place
from evals.commands.add import add as command
from evals.golden import GoldenItem, load_golden
from evals.runs import ItemRow, save
from tests.conftest import Ingested
from tests.support.pages import CLEAR_QUESTIONS
from tests.support.sample_runs import sample_run

ROW = ItemRow(
    id="q1",
    slices={"style": "misspelt", "persona": "candidate"},
    values={"success@5": 0.0},
    details={"question": "waht is a canary?"},
)
PLACE = f"releases.md#{CLEAR_QUESTIONS[1]}"


def item(question: str = "What is a canary?") -> GoldenItem:
    """Return an item that nothing answers."""
    return make_item(Asked(question=question), (), ())


def test_a_row_of_a_run_gives_its_question_and_its_slices(tmp_path: Path) -> None:
    """The item asks what the row asked, in the same style, and a reader of golden files can read it."""
    golden = tmp_path / "mine-dev.jsonl"
    made = make_item(from_run(sample_run([ROW]), "q1"), [parse_place("a.md#Canary")], ["one percent"])
    append(made, golden)
    (read,) = load_golden(golden)
    assert read == made
    assert (read.query, read.style, read.persona) == ("waht is a canary?", "misspelt", "candidate")
    assert (read.answerable, read.key_facts) == (True, ("one percent",))


@pytest.mark.parametrize("split", ["test", "locked"])
def test_a_row_of_a_held_back_split_stays_there(split: str) -> None:
    """What is measured on must not become what is worked on."""
    run = sample_run([ROW]).model_copy(update={"split": split})
    with pytest.raises(UsageError, match=f"of the {split} split"):
        from_run(run, "q1")


def test_a_row_that_is_missing_or_says_nothing_is_named() -> None:
    """The error gives the id that was asked for."""
    silent = ROW.model_copy(update={"id": "q2", "details": {}})
    for wanted, message in (("q9", "no item 'q9'"), ("q2", "does not say what 'q2' asked")):
        with pytest.raises(UsageError, match=message):
            from_run(sample_run([ROW, silent]), wanted)


@pytest.mark.parametrize("text", ["", "[1]", "{}", '{"question": " "}', '{"answer": "no"}', "[" * 100_000])
def test_a_record_without_a_question_is_refused(text: str) -> None:
    """Whatever comes, the error says what a record looks like."""
    with pytest.raises(UsageError) as refused:
        from_record(text)
    assert '{"question": "..."}' in (refused.value.hint or "")


@pytest.mark.parametrize("given", ["", "a.md", "#Heading", "a.md#", "a.md#  "])
def test_a_place_needs_document_and_heading(given: str) -> None:
    """Half a place is no place."""
    with pytest.raises(UsageError, match="is not DOCUMENT#HEADING"):
        parse_place(given)


def test_a_query_is_the_same_in_other_case_and_punctuation(tmp_path: Path) -> None:
    """The second one is refused, and the error names the item that has it."""
    golden = tmp_path / "mine.jsonl"
    append(item(), golden)
    with pytest.raises(UsageError, match=f"asks this already, as '{item().id}'"):
        append(item("what is   a CANARY"), golden)
    assert len(load_golden(golden)) == 1
    assert normalise("???") != normalise("!!!")


@pytest.mark.parametrize("name", ["mine-test.jsonl", "mine-locked.jsonl"])
def test_a_held_back_split_takes_no_item(tmp_path: Path, name: str) -> None:
    """It is refused by its name, and no file appears."""
    with pytest.raises(UsageError, match="is not a development split"):
        append(item(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_question_of_the_test_split_does_not_leak(tmp_path: Path) -> None:
    """What a test split beside the file asks is refused, without saying which item it is."""
    held_back = tmp_path / "mine-test.jsonl"
    held_back.write_text(item().model_dump_json() + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match="must not leak") as refused:
        append(item(), tmp_path / "mine-dev.jsonl")
    assert item().id not in str(refused.value)


def test_a_file_without_a_last_line_end_keeps_its_lines_apart(tmp_path: Path) -> None:
    """What stands in the file stays as it is, byte for byte."""
    golden = tmp_path / "mine.jsonl"
    before = '{"id":"old","query":"Why\u2028so?","answerable":false}'
    golden.write_text(before, encoding="utf-8")
    append(item(), golden)
    assert golden.read_text(encoding="utf-8").startswith(before + "\n")
    assert [one.id for one in load_golden(golden)] == ["old", item().id]


def test_two_at_once_lose_nothing(tmp_path: Path) -> None:
    """Each of eight writers finds its item in the file."""
    golden = tmp_path / "mine.jsonl"
    items = [item(f"What is number {number}?") for number in range(8)]
    writers = [threading.Thread(target=append, args=(one, golden)) for one in items]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {one.id for one in load_golden(golden)} == {one.id for one in items}


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is replaced in one step or not at all."""
    golden = tmp_path / "mine.jsonl"
    append(item(), golden)
    before = golden.read_bytes()

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full_disk)
    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(OSError, match="No space left"):
        append(item("Something else?"), golden)
    assert golden.read_bytes() == before


def test_a_slip_in_a_heading_is_found(coach: Coach) -> None:
    """The error names the nearest heading, or the nearest document."""
    good = make_item(Asked(question="Why?"), [parse_place(PLACE)], ())
    check_places(good, coach)
    slip = make_item(Asked(question="Why?"), [parse_place(PLACE[:-2])], ())
    with pytest.raises(UsageError, match="has no heading") as refused:
        check_places(slip, coach)
    assert CLEAR_QUESTIONS[1] in (refused.value.hint or "")
    elsewhere = make_item(Asked(question="Why?"), [parse_place(PLACE.replace("releases", "release"))], ())
    with pytest.raises(UsageError, match=r"no document 'release\.md'") as refused:
        check_places(elsewhere, coach)
    assert "'releases.md'" in (refused.value.hint or "")


def run_command(*options: str, given: str | None = None) -> str:
    """Return what the command printed."""
    done = CliRunner().invoke(command, options, input=given, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_adds_from_a_run(
    tmp_path: Path, ingested: Ingested, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One step: the row, what answers it, what a good answer names; the section is looked up."""
    monkeypatch.setenv("COACH_DATA_DIR", str(ingested.program.data_dir))
    golden, run = tmp_path / "mine.jsonl", save(sample_run([ROW]), tmp_path / "runs")
    where = ("--run", str(run), "--id", "q1", "--golden", str(golden))
    printed = run_command(*where, "--relevant", PLACE, "--key-fact", "one percent")
    (read,) = load_golden(golden)
    assert printed == f"added {read.id} to {golden}\n"
    assert (read.query, read.relevant[0].heading) == (ROW.details["question"], CLEAR_QUESTIONS[1])
    with pytest.raises(UsageError, match="has no heading 'Nothing'"):
        run_command(*where, "--relevant", "releases.md#Nothing")


def test_the_command_adds_from_a_record_on_standard_input(tmp_path: Path) -> None:
    """An answer as the coach prints it is enough."""
    golden = tmp_path / "mine.jsonl"
    run_command(
        "--unanswerable", "--golden", str(golden), given=json.dumps({"question": "Who won?", "id": 3})
    )
    (read,) = load_golden(golden)
    assert (read.query, read.answerable) == ("Who won?", False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--question", "Why?"), "what answers the question or that nothing does"),
        (("--question", "Why?", "--unanswerable", "--relevant", "a#b"), "or that nothing does"),
        (("--question", " ", "--unanswerable"), "the question is empty"),
        (("--question", "Why?", "--id", "q1", "--unanswerable"), "comes from one place"),
        (("--id", "q1", "--unanswerable"), "comes from one place"),
        (("--question", "Why?", "--unanswerable", "--key-fact", "x"), "no key facts"),
    ],
)
def test_the_command_refuses_what_contradicts_itself(options: tuple[str, ...], message: str) -> None:
    """Nothing is written before everything is understood."""
    with pytest.raises(UsageError, match=message):
        run_command(*options, "--golden", "/nowhere/mine.jsonl")
