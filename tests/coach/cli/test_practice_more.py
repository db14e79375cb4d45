"""Drills, interviews, stories, progress and plans as a user runs them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import Ingested
from tests.support.program import Program

INCIDENTS = Path(__file__).parents[3] / "corpus" / "incident-response.md"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A program whose handbook is the chapter on incidents."""
    home = tmp_path_factory.mktemp("incidents")
    made = Program(home / "data", home)
    done = made.run("ingest", str(INCIDENTS), "--json")
    assert done.code == 0, done.err
    return made


def test_a_drill_is_left_resumed_and_reported(program: Program, tmp_path: Path) -> None:
    """Numbers, words and empty lines decide; a run that is left goes on; the report can be a file."""
    begun = program.run(
        "practice",
        "drill",
        "run",
        "prices-of-another-country",
        given="1\nI declare a SEV-2.\n\nqwertz\nleave\n",
    )
    assert begun.code == 0, begun.err
    assert "Declared." in begun.out
    assert "Swiss francs" in begun.out
    assert "Nobody knew what to do with that" in begun.out
    (run_id,) = (line.split()[-1] for line in begun.out.splitlines() if line.startswith("Left at"))
    assert program.run("practice", "drill", "report", run_id).code == 11
    ended = program.run("practice", "drill", "run", "--resume", run_id, given="finish\n")
    assert ended.code == 0, ended.err
    assert "of 10" in ended.out
    assert "Root cause waits" in ended.out
    report = program.run("practice", "drill", "report", run_id, "--format", "json")
    assert json.loads(report.out)["criteria"][0]["verdict"] == "met"
    file = tmp_path / "report.pdf"
    options = ("--format", "pdf", "--output", str(file))
    assert program.run("practice", "drill", "report", run_id, *options).code == 0
    assert file.read_bytes().startswith(b"%PDF")
    assert program.run("practice", "drill", "report", run_id, "--format", "pdf").code == 2
    done = program.run("practice", "drill", "report", run_id, "--output", str(tmp_path / "absent" / "x.md"))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "x.md': No such file or directory" in done.err


def test_piped_decisions_are_told_once_each(program: Program) -> None:
    """What was decided, what came of it and what arrived stand there once, in their order."""
    done = program.run("practice", "drill", "run", "slow-provider", given="1\n1\n1\nleave\n")
    assert done.code == 0, done.err
    told = [line for line in done.out.splitlines() if line.startswith(("[", "> ["))]
    assert len(set(told)) == len(told)
    assert sum("] You: " in line for line in told) == 3


def test_grades_are_listed_by_the_slug_that_they_were_asked_for_by(program: Program, tmp_path: Path) -> None:
    """The name that `grade` takes finds the grade; one that there is not is an error."""
    slug, answer = "incident-first-hour", tmp_path / "answer.txt"
    answer.write_text("I roll the release back before I look for the cause.", encoding="utf-8")
    graded = program.run("practice", "grade", slug, "--file", str(answer), "--json")
    assert graded.code == 0, graded.err
    (listed,) = program.run("practice", "grades", "--question", slug, "--json").rows
    assert listed["id"] == json.loads(graded.out)["id"]
    assert program.run("practice", "grades", "--question", listed["grade"]["question_id"], "--json").rows
    assert program.run("practice", "grades", "--question", "no-such-question").code == 10


def test_a_handbook_without_the_pages_says_that_it_has_no_drills(ingested: Ingested) -> None:
    """It is no error to have none; to run one that is not there is."""
    assert "none of the pages" in ingested.program.run("practice", "drill", "list").out
    assert ingested.program.run("practice", "drill", "run", "tidy-agent").code == 10
    assert ingested.program.run("practice", "drill", "run").code == 2


def test_an_interview_is_left_and_resumed(ingested: Ingested, tmp_path: Path) -> None:
    """An answer ends with an empty line; nothing of it is lost; the report comes at the end alone."""
    run = partial(
        ingested.program.run, "practice", "interview", database_url=f"sqlite:///{tmp_path}/own.sqlite"
    )
    said = "I send the traffic back to the image before,\nand debug when users are safe again.\n\nleave\n"
    options = ("--level", "staff", "--minutes", "15", "--chapter", "releases.md")
    begun = run("start", *options, given=said)
    assert begun.code == 0, begun.err
    assert "How do you roll back a bad release?" in begun.out
    listed = json.loads(run("list", "--json").out.splitlines()[0])
    assert listed["turns"][0]["answer"].startswith("I send the traffic back")
    resumed = run("resume", listed["id"], given="finish\n")
    assert resumed.code == 0, resumed.err
    assert "Transcript" in resumed.out
    report = run("report", listed["id"], "--format", "json")
    assert json.loads(report.out)["interview"]["status"] == "finished"


@pytest.mark.parametrize(
    ("given", "decoding", "problem"),
    [
        (b"I roll\0 back.\n\n", "strict", "character 6 of the text is U+0000"),
        (b"I roll\xff back.\n\n", "surrogateescape", "character 6 of the text is no text"),
        (b"I roll\xff back.\n\n", "strict", "the answer is not UTF-8"),
        (b"word " * 4001 + b"\n\n", "strict", "the answer has 20004 characters; 20000 are taken"),
    ],
)
def test_an_answer_that_cannot_be_kept_ends_an_interview_that_can_be_resumed(
    ingested: Ingested, monkeypatch: pytest.MonkeyPatch, given: bytes, decoding: str, problem: str
) -> None:
    """One line names what is wrong with the answer; nothing of it is kept, and the question stands."""
    monkeypatch.setenv("PYTHONIOENCODING", f"utf-8:{decoding}")
    command = ("practice", "interview", "start", "--level", "staff", "--chapter", "releases.md")
    _, err = ingested.program.start(*command).communicate(given, timeout=60)
    assert (err.decode().startswith(f"coach: {problem}"), err.count(b"\n")) == (True, 1)
    (left,) = ingested.program.run("practice", "interview", "list", "-n", "1", "--json").rows
    assert (left["status"], [turn["answer"] for turn in left["turns"]]) == ("running", [""])


def test_stories_are_kept_changed_and_covered(ingested: Ingested) -> None:
    """What the form lacks is said at once; a part that is not named stays."""
    program = ingested.program
    parts = ("--title", "The rollback", "--action", "We met.")
    made = json.loads(program.run("practice", "story", "add", *parts, "--json").out)
    changed = program.run("practice", "story", "edit", made["id"], "--result", "It took 9 minutes.")
    assert "Write the situation and task." in changed.out
    assert "Kept as version 1" in changed.out
    wrong = program.run("practice", "story", "edit", made["id"], "--result", "x" * 6000)
    assert wrong.code == 2
    assert wrong.err.startswith("coach: --result: ")
    assert "The rollback" in program.run("practice", "story", "list").out
    assert "0 covered" in program.run("practice", "story", "coverage", "--level", "senior").out
    assert program.run("practice", "story", "delete", made["id"]).code == 0
    assert program.run("practice", "story", "delete", made["id"]).code == 10
    assert program.run("practice", "story", "add").code == 2


def test_a_story_is_for_a_question_that_there_is(program: Program) -> None:
    """A slug is kept as the id of its question; an unknown name is refused and nothing is kept."""
    add = partial(program.run, "practice", "story", "add", "--title", "The rollback", "--json")
    made = json.loads(add("--question", "incident-first-hour").out)
    assert (
        program.run("practice", "story", "edit", made["id"], "--question", made["question_ids"][0]).code == 0
    )
    assert made["question_ids"] != ["incident-first-hour"]
    assert add("--question", "no-such-question").code == 10
    assert len(program.run("practice", "story", "list", "--json").rows) == 1


def test_progress_and_plan_are_told(program: Program, tmp_path: Path) -> None:
    """Without answers the next step is named; a plan reads the job and ends with a day of rest."""
    of_nobody = f"sqlite:///{tmp_path}/coach.sqlite"
    assert "coach practice grade" in program.run("practice", "progress", database_url=of_nobody).out
    job = tmp_path / "job.txt"
    job.write_text("Staff engineer, incident response", encoding="utf-8")
    told = program.run("practice", "plan", "--days", "7", "--job", str(job))
    assert told.code == 0, told.err
    assert "read level: staff" in told.out
    german = "Wir suchen eine erfahrene Entwicklerin (m/w/d) und bauen Suchsysteme für den Betrieb."
    job.write_text(german, encoding="utf-8")
    told = program.run("practice", "plan", "--days", "3", "--job", str(job), "--json")
    assert "only English is read" in told.err
    assert json.loads(told.out)
    job.write_bytes(b"\xff\xfe job")
    told = program.run("practice", "plan", "--job", str(job))
    assert (told.code, told.out) == (2, "")
    assert told.err == (
        f"coach: {str(job)!r} is not UTF-8: invalid start byte at byte 0. Save it as UTF-8.\n"
    )
    days = json.loads(program.run("practice", "plan", "--days", "7", "--json").out)
    assert len(days) == 7
    assert days[-1]["activities"] == ["rest"]
    assert days[0]["question_ids"]
    assert program.run("practice", "plan", "--until", "2020-01-01").code == 2
