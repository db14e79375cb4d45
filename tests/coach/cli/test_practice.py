"""`coach practice ...` as a user runs it."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from pathlib import Path

import pytest

from tests.conftest import Ingested

ANSWER = (
    "I let one request rebuild the entry while the others wait for it, and I spread the expiry at random."
)
HEADING = "What is a cache stampede, and how do you stop it?"


@pytest.fixture(scope="module")
def question_id(ingested: Ingested) -> str:
    """The question on cache stampedes."""
    found = json.loads(ingested.program.run("search", HEADING, "-k", "1", "--json").out)
    return str(found["hits"][0]["question_id"])


def test_an_answer_is_graded_listed_and_exported(
    ingested: Ingested, question_id: str, tmp_path: Path
) -> None:
    """The grade is kept, its point can be disputed, and the question becomes a card of a deck."""
    program, file = ingested.program, tmp_path / "answer.txt"
    file.write_text(ANSWER, encoding="utf-8")
    shown = program.run("practice", "grade", question_id, "--file", str(file), "--self-rating", "5")
    assert shown.code == 0, shown.err
    assert HEADING in shown.out
    assert "Coalesce the misses" in shown.out
    stored = json.loads(program.run("practice", "grades", "--json").out.splitlines()[0])
    assert stored["answer"] == ANSWER
    assert stored["self_rating"] == 5
    point = stored["grade"]["points"][0]["point"]
    evidence = "I let one request rebuild the entry"
    again = program.run("practice", "dispute", stored["id"], "--point", point, "--evidence", evidence)
    assert again.code == 0, again.err
    assert "before" in again.out
    assert program.run("practice", "due", "--time-zone", "Europe/Berlin").code == 0
    deck = tmp_path / "cards.apkg"
    assert program.run("practice", "anki", str(deck)).out.startswith("1 cards")
    with zipfile.ZipFile(deck) as package:
        package.extract("collection.anki2", tmp_path)
    connection = sqlite3.connect(tmp_path / "collection.anki2")
    (fields,) = connection.execute("SELECT flds FROM notes").fetchone()
    connection.close()
    assert fields.startswith(HEADING)
    assert "Coalesce the misses" in fields


def test_what_cannot_be_graded_says_so(ingested: Ingested, question_id: str, tmp_path: Path) -> None:
    """It is no error: the program ends with 0 and stores nothing if it was told so."""
    file = tmp_path / "empty.txt"
    file.write_text("", encoding="utf-8")
    shown = ingested.program.run("practice", "grade", question_id, "--file", str(file), "--no-save")
    assert shown.code == 0, shown.err
    assert "cannot grade" in shown.out


def test_an_answer_that_no_database_can_hold_is_refused(
    ingested: Ingested, question_id: str, tmp_path: Path
) -> None:
    """The command ends with one line that says where it is wrong."""
    file = tmp_path / "nul.txt"
    file.write_text("I let one request\0 rebuild the entry while the others wait for it.", encoding="utf-8")
    done = ingested.program.run("practice", "grade", question_id, "--file", str(file))
    assert (done.code, done.err) == (2, "coach: character 17 of the text is U+0000. Remove it.\n")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("grade", "no-such-question", "--file", "-"), 10),
        (("dispute", "nothing", "--point", "x", "--evidence", "y"), 10),
        (("due", "--time-zone", "Mars"), 2),
        (("anki", "absent/x.apkg"), 2),
        (("dispute", "nothing", "--point", "x", "--evidence", os.fsdecode(b"caf\xe9")), 2),
        (("story", "add", "--title", "x" * 5000), 2),
        (("story", "add", "--title", os.fsdecode(b"caf\xe9")), 2),
        (("story", "add", "--title", "x", "--question", os.fsdecode(b"caf\xe9")), 2),
        (("interview", "start", *("--chapter", "x") * 51), 2),
    ],
)
def test_a_mistake_has_its_exit_code(ingested: Ingested, arguments: tuple[str, ...], code: int) -> None:
    """One line names the problem."""
    done = ingested.program.run("practice", *arguments)
    assert done.code == code
    assert done.err.startswith("coach: ")
    assert (done.err.count("\n"), len(done.err) < 200) == (1, True)
