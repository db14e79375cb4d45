"""Drills as operators run them: two of them end to end, and what they say where something is missing."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from coach.cli.drill import drill as command
from coach.operate.drills.catalogue import ABSENT, drills, find, rehearse
from coach.operate.drills.provider import LYING, SLOW, WASTEFUL, WELL, Provider
from coach.operate.drills.stage import Stage
from coach.operate.drills.step import Drill, Step
from tests.support.program import Program


@pytest.mark.parametrize("name", ["stale-index", "database-unreachable"])
def test_a_drill_breaks_reads_mends_and_looks_again(name: str) -> None:
    """The failure shows on a real service, the runbook's mitigation works, and nothing is left behind."""
    found = rehearse(find(name))
    assert found.passed, [step for step in found.steps if not step.held]
    parts = [step.part for step in found.steps]
    assert parts == sorted(parts, key=["before", "broken", "signal", "mitigation", "after"].index)
    assert set(parts) == {"before", "broken", "signal", "mitigation", "after"}


def test_a_drill_ends_with_the_first_step_that_does_not_hold() -> None:
    """What comes after it would prove nothing; its folder is gone all the same."""
    folders: list[Path] = []

    def play(stage: Stage) -> Iterator[Step]:
        folders.append(stage.folder)
        yield Step("before", "well", "", held=True)
        yield Step("signal", "seen", "nothing", held=False)
        raise AssertionError("never reached")

    found = rehearse(Drill("x", "", play))
    assert (found.passed, len(found.steps)) == (False, 2)
    assert not folders[0].exists()


def test_an_error_that_a_drill_does_not_foresee_is_a_step_that_failed() -> None:
    """A command that fails ends the drill with what the command said, not with a traceback."""

    def play(stage: Stage) -> Iterator[Step]:
        stage.coach("stack", "rollback")
        yield Step("before", "never reached", "", held=True)

    found = rehearse(Drill("x", "", play))
    assert not found.passed
    assert "there is nothing to go back to" in found.steps[-1].seen


def test_a_stage_takes_none_of_the_operators_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drill must not touch the service that the operator's environment names."""
    monkeypatch.setenv("COACH_DATABASE_URL", "postgresql://live.example/coach")
    monkeypatch.setenv("COACH_COLLECTION", "live")
    with ExitStack() as opened:
        stage = Stage(tmp_path, opened, None)
        stage.coach("db", "upgrade")
        said = stage.coach("db", "status")
    assert str(tmp_path) in said
    assert "live" not in said


def test_the_list_and_what_is_missing(tmp_path: Path) -> None:
    """--list names all; without its server a drill is not run, in one line and with a code of its own."""
    run = CliRunner().invoke(command, ["--list"])
    assert [line.split()[0] for line in run.output.splitlines()] == [one.name for one in drills()]
    listed = json.loads(CliRunner().invoke(command, ["--list", "--json"]).output)
    assert [one["name"] for one in listed if one["needs_qdrant"]] == [
        one.name for one in drills() if one.needs_qdrant
    ]
    program = Program(tmp_path, tmp_path)
    done = program.run("drill", "index-unreachable", "--qdrant", str(tmp_path / "nowhere"))
    assert (done.code, done.out, done.err.count("\n")) == (ABSENT, "", 1)
    assert "needs a Qdrant server" in done.err
    assert program.run("drill", "no-such").code == 10
    assert program.run("drill").code == 2


def test_candidates_drills_are_told_apart() -> None:
    """The help says whom it is for, and where the other drills are."""
    told = " ".join(CliRunner().invoke(command, ["--help"]).output.split())
    assert "for whoever operates the service" in told
    assert "Candidates' incident drills are 'coach practice drill'" in told


def test_the_provider_is_as_ill_as_the_models_name_says() -> None:
    """Well it quotes the first passage, lying it does not, wasteful it says how much it took."""
    passage = "Retries\nA request is safe to retry if twice is as good as once. Wait before each."
    prompt = f"<<<passage p1 ab>>>\n{passage}\n<<<end passage p1 ab>>>"
    provider = Provider(stall_s=0.0)
    try:
        replies = {
            name: httpx.post(
                f"{provider.url}/chat/completions",
                json={"model": name, "messages": [{"role": "user", "content": prompt}]},
            ).json()
            for name in (WELL, SLOW, LYING, WASTEFUL)
        }
    finally:
        provider.stop()
    quotes = {
        name: json.loads(replies[name]["choices"][0]["message"]["content"])["direct_answer"][0]["quote"]
        for name in (WELL, SLOW, LYING)
    }
    assert quotes[WELL] == quotes[SLOW] == "A request is safe to retry if twice is as good as once."
    assert quotes[LYING] not in passage
    assert replies[WASTEFUL]["usage"]["total_tokens"] > 100_000
    with pytest.raises(httpx.ConnectError):
        httpx.get(provider.url)


def test_a_drill_leaves_no_variable_behind() -> None:
    """A drill's settings are of its own processes alone."""
    before = dict(os.environ)
    rehearse(Drill("x", "", lambda _: iter([Step("before", "well", "", held=True)])))
    assert dict(os.environ) == before
