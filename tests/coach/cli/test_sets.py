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


def test_house_rules_are_kept_built_on_and_applied(ingested: Ingested, tmp_path: Path) -> None:
    """Saved from YAML; a kept set follows an edit once it is written, not before."""
    program, rules = ingested.program, tmp_path / "rules.yaml"
    rules.write_text("title: House\nintroduction: Welcome.\nminutes: 10\n", encoding="utf-8")
    done = program.run("set", "template", "save", str(rules))
    assert done.code == 0, done.err
    template_id = done.out.split()[0]
    assert "House" in program.run("set", "template", "list").out
    done = program.run("set", "build", "--level", "senior", "--template", template_id, "--keep", "--json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["introduction"] == "Welcome."
    set_id = done.err.split()[-1].removesuffix(".")
    rules.write_text("title: House\nintroduction: Good morning.\nminutes: 10\n", encoding="utf-8")
    assert program.run("set", "template", "save", str(rules), "--id", template_id).out.endswith("version 2\n")
    assert (
        "introduction: Welcome. → Good morning."
        in program.run("set", "template", "diff", template_id, "1").out
    )
    told = program.run("set", "template", "apply", template_id)
    assert f"{set_id}  " in told.out
    assert "version 1 would become version 2" in told.out
    written = program.run("set", "template", "apply", template_id, set_id, "--write")
    assert "version 1 became version 2" in written.out
    assert "follows these rules already" in program.run("set", "template", "apply", template_id).out
    assert json.loads(program.run("set", "template", "show", template_id, "--version", "1").out)["title"]
    assert program.run("set", "template", "delete", template_id).code == 0
    assert program.run("set", "template", "show", template_id).code == 10


def test_a_file_without_house_rules_is_named(ingested: Ingested, tmp_path: Path) -> None:
    """Neither a list nor an unknown field nor an unknown question is taken."""
    rules = tmp_path / "rules.yaml"
    for content, problem in (
        ("- a\n", "the whole"),
        ("title: a\nminuts: 5\n", "minuts"),
        ("title: a\nquestions: [gone]\n", "gone"),
        ("a: [\n", "neither YAML nor JSON"),
    ):
        rules.write_text(content, encoding="utf-8")
        done = ingested.program.run("set", "template", "save", str(rules))
        assert done.code in {2, 10}
        assert problem in done.err
