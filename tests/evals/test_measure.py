"""`coach eval` as a user calls it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from evals.cli import evaluate
from tests.conftest import Ingested
from tests.support.golden import ITEMS, write

Call = Callable[..., Result]


@pytest.fixture
def call(ingested: Ingested, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """A function that runs `coach eval ARGUMENTS` on the small handbook."""
    (tmp_path / "index").symlink_to((ingested.program.data_dir / "index").absolute())
    for name in [name for name in os.environ if name.startswith("COACH_") and name != "COACH_WEIGHTS_DIR"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COACH_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(evaluate, arguments, catch_exceptions=False)

    return call


def test_help_names_every_command_without_loading_it(call: Call) -> None:
    """One line each."""
    shown = call("--help").output
    for name in ("retrieval", "answers", "all", "diff", "gate", "add"):
        assert f"\n  {name} " in shown


def test_every_command_can_be_loaded() -> None:
    """What --help lists is there."""
    context = click.Context(evaluate)
    for name in evaluate.list_commands(context):
        command = evaluate.get_command(context, name)
        assert command is not None
        assert command.name == name


def test_json_is_one_line_a_run(call: Call, tmp_path: Path) -> None:
    """Metrics, slices and the run's file; single items only if asked for."""
    golden = str(write(tmp_path))
    rows = [json.loads(line) for line in call("all", "--golden", golden, "--json").stdout.splitlines()]
    assert [row["kind"] for row in rows] == ["retrieval", "answers"]
    assert rows[0]["metrics"]["success@5"]["value"] == 0.5
    assert Path(rows[0]["file"]).is_file()
    assert "rows" not in rows[0]
    (shown,) = call("retrieval", "--golden", golden, "--json", "--show-items").stdout.splitlines()
    assert [row["id"] for row in json.loads(shown)["rows"]] == [item.id for item in ITEMS]


def test_the_table_says_how_sure_it_is_and_where_the_run_is(call: Call, tmp_path: Path) -> None:
    """Means with intervals and counts, slices, the look at a test split, notes, the file."""
    golden = str(write(tmp_path, name="mine-test.jsonl"))
    shown = call("retrieval", "--golden", golden).output
    assert re.search(r"success@5 +0\.500 +\d\.\d{3} - \d\.\d{3} +2 ", shown)
    assert "Look 1 at this test split." in shown
    assert "relevant places are not in the collection" in shown
    assert str(tmp_path / "evals" / "runs") in shown.replace("\n", "")


def test_a_report_is_written_for_each_run(call: Call, tmp_path: Path) -> None:
    """A run alone goes to the file that was named, several to one file each."""
    golden = str(write(tmp_path))
    call("retrieval", "--golden", golden, "--html", "report.html")
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")
    call("all", "--golden", golden, "--html", "both.html")
    assert {file.name for file in tmp_path.glob("both-*.html")} == {
        "both-retrieval.html",
        "both-answers.html",
    }


def test_wrong_usage_ends_with_2(call: Call, tmp_path: Path) -> None:
    """A split that does not exist."""
    assert call("retrieval", "--split", "train", "--golden", str(write(tmp_path))).exit_code == 2
