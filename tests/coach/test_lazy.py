"""Commands that packages above the coach bring along."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from coach.cli.lazy import LazyGroup

PLUGIN = '''
import click

@click.command()
def brought():
    """Bring something along. With more to say."""
    click.echo("brought")
'''


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> click.Group:
    """A program with a command that cannot be imported, and one that an installed package brings."""
    monkeypatch.syspath_prepend(str(tmp_path))
    info = tmp_path / "bringer-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bringer\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[test.commands]\nbrought = bringer_of_commands:brought\n")
    (tmp_path / "bringer_of_commands.py").write_text(PLUGIN)
    lazy = {
        "broken": ("no.such.module", "Cannot be imported."),
        "taken": ("json:dumps", "Is no command, and is not asked to be."),
    }
    return LazyGroup("program", lazy=lazy, plugins="test.commands")


def test_help_lists_commands_without_importing_them(program: click.Group) -> None:
    """Ours first, with their summaries; then those of plugins, with their own first sentence."""
    shown = CliRunner().invoke(program, ["--help"], catch_exceptions=False).output
    commands = shown.partition("Commands:\n")[2].splitlines()
    assert [line.split()[0] for line in commands] == ["broken", "taken", "brought"]
    assert commands[2].endswith("Bring something along.")
    assert "no" not in sys.modules


def test_a_plugin_runs_and_an_unknown_command_is_unknown(program: click.Group) -> None:
    """The entry point is looked up only when the name is not one of ours."""
    assert CliRunner().invoke(program, ["brought"]).output == "brought\n"
    unknown = CliRunner().invoke(program, ["missing"])
    assert unknown.exit_code == 2
    assert "No such command 'missing'" in unknown.output


def test_without_plugins_none_are_looked_for() -> None:
    """A group that names no entry points has its own commands alone."""
    group = LazyGroup("program", lazy={})
    assert group.list_commands(click.Context(group)) == []
