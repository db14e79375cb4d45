"""`coach index` and `coach watch` as an operator types them."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.support.program import Program, finish
from tests.support.workshop import page


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The command line in a folder with a handbook of one page."""
    book = tmp_path / "book"
    book.mkdir()
    body = "An index is swapped by an alias. " * 20
    (book / "a.md").write_text(page("A", alpha=body, beta="Second body."), encoding="utf-8")
    return Program(tmp_path / "data", tmp_path)


def statuses(program: Program) -> dict[str, str]:
    """Return status by build."""
    rows = json.loads(program.run("index", "list", "--json").out)
    return {row["build"]: row["status"] for row in rows}


def test_a_new_chunker_is_built_beside_promoted_rolled_back_and_moved(
    program: Program, tmp_path: Path
) -> None:
    """The live build serves until the other is promoted; each step says what is live."""
    assert "no builds" in program.run("index", "list").out
    first = json.loads(program.run("ingest", "book", "--json").out)["build"]
    assert "nothing to build" in program.run("index", "build", "book").out
    assert program.run("index", "rollback").code == 2
    made = json.loads(program.run("index", "build", "book", "--json", chunk_chars=250).out)
    second = made["build"]
    assert made["chunker"]["max_chars"] == 250
    assert statuses(program) == {second: "beside", first: "live"}
    assert program.run("index", "promote", second).out == f"{second} is live; {first} was\n"
    assert "at most 250 characters" in program.run("index", "list").out
    missing = program.run("index", "promote", "b9")
    assert (missing.code, missing.out) != (0, "")
    assert "no published build 'b9'" in missing.err
    assert program.run("index", "rollback").out == f"{first} is live; {second} was\n"
    moved = program.run("index", "move", str(tmp_path / "elsewhere"))
    assert "no difference" in moved.out, moved.err
    assert "would remove" in program.run("index", "gc", "--keep", "0", "--dry-run").out
    assert program.run("index", "gc", "--keep", "0").out == f"removed {second}\n"
    assert statuses(program) == {first: "live"}
    assert statuses(Program(tmp_path / "elsewhere", tmp_path)) == {first: "live"}


@pytest.mark.parametrize("to", ["localhost:6333", "10.0.0.7:6333", "qdrant://db", "grpc://db:6334"])
def test_an_address_without_http_is_no_folder(program: Program, tmp_path: Path, to: str) -> None:
    """Whoever means a server is asked for its URL; nothing is copied into a folder of that name."""
    done = program.run("index", "move", to)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "http://" in done.err
    assert not (tmp_path / to.partition("/")[0]).exists()


def test_watching_brings_an_edit_into_the_index_and_ends_at_ctrl_c(program: Program, tmp_path: Path) -> None:
    """A page that is edited is live soon after; a folder that is empty meanwhile is said and survived."""
    process = program.start("watch", "book", "--json")
    assert process.stdout is not None
    first = json.loads(process.stdout.readline())
    assert (first["added"], first["error"]) == (1, "")
    file = tmp_path / "book" / "a.md"
    file.write_text(page("A", gamma="A new body."), encoding="utf-8")
    second = json.loads(process.stdout.readline())
    assert (second["updated"], second["error"]) == (1, "")
    assert second["build"] != first["build"]
    assert second["waited_s"] > 0
    file.unlink()
    third = json.loads(process.stdout.readline())
    assert (third["build"], third["updated"]) == (0, 0)
    assert "book" in third["error"]
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert (done.code, done.err.strip()) == (130, "coach: interrupted")
    assert second["build"] in statuses(program)
