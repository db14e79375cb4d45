"""`coach set ...` as a user runs it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("text", "options", "wishes"),
    [
        ("caching and releases", ["--avoid", "caching"], {"asked": ["releases"], "avoided": ["caching"]}),
        ("no caching", ["--competency", "caching"], {"asked": ["caching"], "avoided": []}),
        ("debugging questions only", ["--avoid", "debugging"], {"kinds": [], "avoid_kinds": ["debugging"]}),
        ("nothing behavioural", ["--kind", "behavioural"], {"kinds": ["behavioural"], "avoid_kinds": []}),
        (
            "",
            ["--kind", "design", "--avoid", "design"],
            {"kinds": ["design"], "avoid_kinds": ["design"]},
        ),
    ],
)
def test_options_win_over_what_the_text_rules_out_or_asks_for(
    ingested: Ingested, text: str, options: list[str], wishes: dict[str, list[str]]
) -> None:
    """What an option avoids is not asked for any more and the other way round; two options may conflict."""
    done = ingested.program.run("set", "build", text, *options, "--json")
    assert done.code == 0, done.err
    read = json.loads(done.out)["wishes"]
    found = {
        "asked": [one["id"] for one in read["competencies"]],
        "avoided": read["avoid_competencies"],
        "kinds": read["kinds"],
        "avoid_kinds": read["avoid_kinds"],
    }
    assert {name: found[name] for name in wishes} == wishes


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


def test_a_set_saved_again_with_a_byte_order_mark_is_read(ingested: Ingested, tmp_path: Path) -> None:
    """Notepad writes one; of two files, the one that is no set is named."""
    program, made, other = ingested.program, tmp_path / "a.json", tmp_path / "b.json"
    assert program.run("set", "build", "--count", "1", "--out", str(made)).code == 0
    made.write_text(made.read_text(encoding="utf-8"), encoding="utf-8-sig")
    done = program.run("set", "diff", str(made), str(made))
    assert done.code == 0, done.err
    assert json.loads(done.out)["same"]
    done = program.run("set", "export", str(made), "--format", "md", "--out", str(tmp_path / "a.md"))
    assert done.code == 0, done.err
    other.write_text("[", encoding="utf-8")
    done = program.run("set", "diff", str(made), str(other))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"coach: {str(other)!r} is no question set: Invalid JSON")


def test_what_a_pdf_cannot_show_is_told(ingested: Ingested, tmp_path: Path) -> None:
    """One line on standard error counts it; another format, and a PDF that lacks nothing, say nothing."""
    program, made, out = ingested.program, tmp_path / "a.json", str(tmp_path / "a")
    build = ("set", "build", "--count", "1", "--competency", "releases", "--out", str(made))
    assert program.run(*build, "--title", "面接：検索 مرحبا हिन्दी 😀 é").code == 0
    done = program.run("set", "export", str(made), "--format", "pdf", "--out", out)
    assert done.code == 0
    assert done.err == "12 characters could not be printed in PDF; the other formats hold them.\n"
    assert program.run("set", "export", str(made), "--format", "docx", "--out", out).err == ""
    assert program.run(*build).code == 0
    assert program.run("set", "export", str(made), "--format", "pdf", "--out", out).err == ""


def test_a_set_that_could_not_be_made_is_no_scorecard(ingested: Ingested, tmp_path: Path) -> None:
    """One error names the reason, and no file is written."""
    program, made, out = ingested.program, tmp_path / "a.json", tmp_path / "a.pdf"
    known = json.loads(program.run("set", "competencies", "--json").out)
    avoided = [word for one in known for word in ("--avoid", one["id"])]
    assert program.run("set", "build", *avoided, "--out", str(made)).code == 0
    done = program.run("set", "export", str(made), "--document", "scorecard", "--out", str(out))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "no set could be made" in done.err
    assert not out.exists()


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_kept(
    ingested: Ingested, tmp_path: Path
) -> None:
    """One line says so, for the set and for its export; --keep stores no set whose file is missing."""
    program, made = ingested.program, tmp_path / "a.json"
    absent = str(tmp_path / "absent" / "x")
    done = program.run("set", "build", "--count", "1", "--keep", "--out", absent)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"coach: cannot write {absent!r}: No such file or directory."
        " Name a file in a folder that exists and has room.\n"
    )
    assert program.run("set", "build", "--count", "1", "--out", str(made)).code == 0
    done = program.run("set", "export", str(made), "--out", absent)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert f"cannot write {absent!r}" in done.err


@pytest.mark.parametrize(
    "arguments",
    [("export", "{}", "--out", "x.pdf"), ("diff", "{}", "{}"), ("leaks", "{}", "text"), ("read", "-")],
)
def test_a_text_in_another_encoding_is_wrong_usage(
    ingested: Ingested, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """A file or standard input that is not UTF-8 is named in one line that says what to do."""
    wrong = tmp_path / "wrong.json"
    wrong.write_bytes(b"\xff\xfe job")
    process = ingested.program.start("set", *(one.format(wrong) for one in arguments))
    out, err = process.communicate(wrong.read_bytes(), timeout=120)
    assert (process.returncode, out) == (2, b"")
    assert b"is not UTF-8: invalid start byte at byte 0. Save it as UTF-8." in err
    assert err.count(b"\n") == 1


@pytest.mark.parametrize("title", ["x" * 250, os.fsdecode(b"caf\xe9")])
def test_a_title_that_is_not_taken_names_its_option(ingested: Ingested, title: str) -> None:
    """Too long a title, or one that is no text, is wrong usage; it is not repeated."""
    done = ingested.program.run("set", "build", "--count", "1", "--title", title)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "--title" in done.err
    assert title[:4] not in done.err


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
        ("title: a\nnotes: 2026-02-30\n", "neither YAML nor JSON"),
        ("title: a\nminutes: !!int ''\n", "neither YAML nor JSON"),
        ("[" * 3000, "neither YAML nor JSON"),
        ('{"title": "\\ud83d"}', "title"),
    ):
        rules.write_text(content, encoding="utf-8")
        done = ingested.program.run("set", "template", "save", str(rules))
        assert done.code in {2, 10}
        assert done.err.startswith("coach: ")
        assert problem in done.err


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_house_rules_are_read_from_any_json(ingested: Ingested, tmp_path: Path, encoding: str) -> None:
    """Tabs, escapes and control characters of JSON are kept, also when what is shown is saved again."""
    program, rules, again = ingested.program, tmp_path / "rules.json", tmp_path / "again.json"
    given = {"title": "a 😀 \x85\x7f", "notes": "one\ttwo"}
    rules.write_text(json.dumps(given, indent="\t"), encoding=encoding)
    saved = program.run("set", "template", "save", str(rules))
    assert saved.code == 0, saved.err
    shown = program.run("set", "template", "show", saved.out.split()[0])
    again.write_text(shown.out, encoding=encoding)
    saved = program.run("set", "template", "save", str(again))
    assert saved.code == 0, saved.err
    kept = json.loads(program.run("set", "template", "show", saved.out.split()[0]).out)
    assert {name: kept[name] for name in given} == given
