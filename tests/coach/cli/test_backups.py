"""`coach index backup` and `coach index restore` as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Ingested
from tests.support.pages import CLEAR_QUESTIONS
from tests.support.program import Program


def hits(program: Program, *more: str) -> object:
    """Return what a search finds."""
    return json.loads(program.run("search", CLEAR_QUESTIONS[1], "--json", *more).out)["hits"]


def test_an_index_that_was_lost_comes_back_from_its_backup(ingested: Ingested, tmp_path: Path) -> None:
    """The same search finds the same; what stands in the way, or is no backup, is one line."""
    file = tmp_path / "handbook.zip"
    made = ingested.program.run("index", "backup", str(file))
    assert made.code == 0, made.err
    assert f"is in {file}; " in made.out
    home = Program(tmp_path / "data", tmp_path)
    back = home.run("index", "restore", str(file))
    assert (back.code, "checked, no difference" in back.out) == (0, True), back.err
    assert hits(home) == hits(ingested.program)
    again = home.run("index", "restore", str(file))
    assert (again.code, again.out, again.err.count("\n")) == (1, "", 1)
    assert "--collection" in again.err
    assert home.run("index", "restore", str(file), "--collection", "beside").code == 0
    assert hits(home, "--collection", "beside") == hits(home)
    file.write_bytes(file.read_bytes()[:1000])
    cut = home.run("index", "restore", str(file), "--collection", "third")
    assert (cut.code, cut.out, cut.err.count("\n")) == (3, "", 1)
    assert "coach index backup" in cut.err
