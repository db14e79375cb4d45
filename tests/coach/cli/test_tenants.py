"""Handbooks of tenants as an operator types them: ingested, asked, watched, built beside, and removed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from coach.cli.builds import index
from coach.cli.index import ingest
from coach.cli.practice import practice
from coach.cli.query import ask, search
from coach.cli.sets import question_sets
from coach.errors import NotFoundError, UsageError
from ingest.errors import SourceError, StoreError
from tests.support.program import Program
from tests.support.tenants import ACME, INITECH, SECRET_WORDS, own_page, write_own_pages
from tests.support.workshop import page

ASKED = "How do you service the coolant valves of the reactor?"
COMMANDS = {
    "ingest": ingest,
    "ask": ask,
    "search": search,
    "index": index,
    "practice": practice,
    "set": question_sets,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a shared handbook and those of two tenants, and settings that put the index there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COACH_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "a.md").write_text(page("A", alpha="An index is swapped by an alias."), "utf-8")
    for tenant in (ACME, INITECH):
        write_own_pages(tmp_path / tenant, tenant)
    return tmp_path


def run(command: str, *arguments: str) -> str:
    """Return what a command printed; an error of ours is raised."""
    result = CliRunner().invoke(COMMANDS[command], arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def read(command: str, *arguments: str) -> Any:
    """Return what a command printed as JSON."""
    return json.loads(run(command, *arguments, "--json"))


def test_a_tenants_handbook_is_added_asked_built_beside_and_removed(folder: Path) -> None:
    """Each step touches one handbook; what was removed is counted, and nothing of it is left."""
    run("ingest", "book")
    run("ingest", ACME, "--tenant", ACME)
    made = read("ingest", INITECH, "--tenant", INITECH)
    assert made["tenants"] == [ACME, INITECH]
    assert read("ingest", "book")["build"] == made["build"]

    own = run("ask", ASKED, "--tenant", ACME, "--json")
    assert SECRET_WORDS[ACME] in own
    assert SECRET_WORDS[INITECH] not in own
    for words in (run("ask", ASKED, "--json"), run("search", ASKED, "--json")):
        assert not [word for word in SECRET_WORDS.values() if word in words]
    hits = read("search", ASKED, "--tenant", INITECH)["hits"]
    assert hits[0]["document"] == f"@{INITECH}/manual.md"

    (folder / ACME / "more.md").write_text(page("More", beta="A body."), "utf-8")
    beside = read("index", "build", ACME, "--tenant", ACME)
    assert beside["added"] == [f"@{ACME}/more.md"]
    run("index", "promote", beside["build"])
    assert f"tenants {ACME}, {INITECH}" in run("index", "list")

    gone = read("ingest", "--tenant", ACME, "--remove", "--now")
    assert gone["documents"] == [f"@{ACME}/manual.md", f"@{ACME}/more.md"]
    assert (gone["orphans"], gone["kept_builds"]) == (0, [])
    assert gone["chunks"] > 0
    assert [(row["status"], row["tenants"]) for row in read("index", "list")] == [("live", [INITECH])]
    told = run("ingest", "--tenant", INITECH, "--remove")
    assert f"removed tenant {INITECH}: 1 document, " in told
    assert "0 orphans" in told
    with pytest.raises(NotFoundError, match="no document of tenant 'acme'"):
        run("ask", ASKED, "--tenant", ACME)


def test_a_tenants_handbook_is_practised_and_built_from(folder: Path) -> None:
    """Its questions are graded and offered to recruiters where the tenant is named, and nowhere else."""
    run("ingest", "book")
    rubric = "\n### Rubric\n\n| Key point | Weight | Poor | Good |\n|---|---|---|---|\n"
    rows = "| Drains the loop | 3 | No drain | Drains first |\n| New gasket | 2 | Old one | Replaces it |\n"
    manual = own_page(ACME, slug="id service-the-valves") + rubric + rows
    (folder / ACME / "manual.md").write_text(manual, "utf-8")
    run("ingest", ACME, "--tenant", ACME)

    (folder / "said.txt").write_text("Drain the loop, then replace the gasket with a new one.", "utf-8")
    graded = ("grade", "service-the-valves", "--file", "said.txt", "--no-save")
    points = read("practice", *graded, "--tenant", ACME)["points"]
    assert [one["point"] for one in points] == ["Drains the loop", "New gasket"]
    with pytest.raises(NotFoundError):
        run("practice", *graded)

    own = {one["id"] for one in read("set", "competencies", "--tenant", ACME)}
    shared = {one["id"] for one in read("set", "competencies")}
    assert len(own - shared) == 1


def test_what_cannot_be_meant_is_refused_before_anything_is_read(folder: Path) -> None:
    """A tenant without a folder, a folder to remove, names that no tenant can have, a tenant nobody knows."""
    del folder
    for arguments in (
        ("--tenant", ACME),
        ("--tenant", ACME, "--now", ACME),
        ("--tenant", ACME, "--remove", ACME),
        ("--remove",),
    ):
        with pytest.raises(UsageError):
            run("ingest", *arguments)
    for name in ("local", "a b", "../x", ""):
        with pytest.raises(StoreError, match="cannot be called"):
            run("ingest", "book", "--tenant", name)
    run("ingest", "book")
    with pytest.raises(SourceError, match="no document of tenant 'acem'"):
        run("ingest", "--tenant", "acem", "--remove")
    with pytest.raises(NotFoundError, match="tenant 'acem'"):
        run("search", ASKED, "--tenant", "acem")


def test_a_tenants_folder_is_watched(folder: Path) -> None:
    """An edit of its page is live soon after, and the shared handbook stays as it was."""
    run("ingest", "book")
    process = Program(folder / "data", folder).start("watch", ACME, "--tenant", ACME, "--json")
    assert process.stdout is not None
    try:
        assert json.loads(process.stdout.readline())["added"] == 1
        write_own_pages(folder / ACME, INITECH)
        row = json.loads(process.stdout.readline())
        assert (row["updated"], row["deleted"], row["error"]) == (1, 0, "")
    finally:
        process.terminate()
        process.communicate()
    assert read("index", "list")[0]["tenants"] == [ACME]
    assert read("ingest", "book")["unchanged"] == 2
