"""`coach set ...` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

from coach.recruit.exchange import read_json
from tests.conftest import Ingested


def test_a_set_is_built_from_a_note_exported_and_compared(ingested: Ingested, tmp_path: Path) -> None:
    """The note is read aloud, options win over it, files are written and read."""
    program, first, second = ingested.program, tmp_path / "a.json", tmp_path / "b.json"
    done = program.run("set", "build", "two senior questions", "--out", str(first))
    assert done.code == 0, done.err
    assert "level" in done.out
    assert "minutes, difficulty" in done.out
    made = read_json(first.read_text(encoding="utf-8"))
    assert (made.wishes.level, made.wishes.count) == ("senior", 2)
    done = program.run("set", "build", "two senior questions", "--count", "1", "--out", str(second))
    assert done.code == 0, done.err
    change = program.run("set", "diff", str(first), str(second))
    assert json.loads(change.out)["wishes"]["count"] == ["2", "1"]
    guide = tmp_path / "guide.pdf"
    done = program.run("set", "export", str(first), "--out", str(guide))
    assert done.code == 0, done.err
    assert guide.read_bytes().startswith(b"%PDF")


def test_what_cannot_be_met_is_told_with_the_nearest_set(ingested: Ingested) -> None:
    """It is an answer: the exit code is 0, the reason stands first."""
    done = ingested.program.run("set", "build", "--count", "50", "--minutes", "10", "--level", "any")
    assert done.code == 0
    assert done.out.startswith("Cannot be met because 50 questions cannot be had. The handbook has 6")


def test_wrong_input_is_named(ingested: Ingested, tmp_path: Path) -> None:
    """An unknown competency, a weight that is none and a file that is no set each get one error."""
    program = ingested.program
    assert "cooking" in program.run("set", "build", "--competency", "cooking").err
    assert "weight" in program.run("set", "build", "--competency", "caching=much").err
    broken = tmp_path / "x.json"
    broken.write_text("{}", encoding="utf-8")
    done = program.run("set", "export", str(broken), "--out", str(tmp_path / "y.pdf"))
    assert done.code == 2
    assert "no question set" in done.err


def test_competencies_are_listed(ingested: Ingested) -> None:
    """Each chapter with a question is one."""
    listed = json.loads(ingested.program.run("set", "competencies", "--json").out)
    assert {"caching", "releases"} <= {one["id"] for one in listed}
