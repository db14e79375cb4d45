"""`coach ...`: the command line. Each command imports what it needs when it runs."""

from __future__ import annotations

import codecs
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from json import JSONDecodeError
from typing import TYPE_CHECKING

import click

from coach.cli.lazy import LazyGroup

if TYPE_CHECKING:
    from coach.errors import SettingsError

# Before numpy is loaded: its threads and those of the embedding runtime would wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_COMMANDS = {
    "ingest": ("coach.cli.index", "Put handbooks into the index."),
    "watch": ("coach.cli.watch", "Keep the index fresh while files change."),
    "index": ("coach.cli.builds", "List, build, compare, promote, move and back up the builds of an index."),
    "search": ("coach.cli.query", "Find the sections that answer a question."),
    "ask": ("coach.cli.query", "Answer a question with a cited outline."),
    "replay": ("coach.cli.query", "Show what every stage saw and did for a question."),
    "chat": ("coach.cli.chat", "Ask question after question in the terminal."),
    "practice": ("coach.cli.practice", "Grade answers of your own against the handbook."),
    "set": ("coach.cli.sets:question_sets", "Build question sets for recruiters, lint and export them."),
    "up": ("coach.cli.up", "Start the API and the page together."),
    "serve": ("coach.cli.serve", "Serve the HTTP API."),
    "mcp": ("coach.cli.serve", "Serve the MCP tools on standard input and output."),
    "keys": ("coach.cli.keys", "Make, list and revoke API keys."),
    "switches": ("coach.cli.switches", "Limit a running service for now: models, sections, tenants."),
    "audit": ("coach.cli.audit", "Trace answers and chunks, and verify the audit log."),
    "drill": ("coach.cli.drill", "Rehearse a runbook on a service of the drill's own."),
    "db": ("coach.cli.database", "Show and upgrade the database."),
    "lint": ("coach.cli.lint", "Check a handbook: structure, links, origins, figures, readability."),
    "stack": ("coach.cli.stack", "List, show and switch what answers are made with."),
    "weights": ("coach.cli.index", "Show and fetch model weights."),
    "doctor": ("coach.cli.doctor", "Say what is installed, where the index is, and what is degraded."),
}


# Packages above the coach bring commands under this entry point; the coach itself imports none of them.
_PLUGINS = "coach.commands"


class _Program(LazyGroup):
    """All commands, with an end that is quiet when the reader goes away."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        """Read the arguments, which prints the help if they ask for it."""
        with _quiet_without_reader():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        with _quiet_without_reader():
            return super().invoke(ctx)


@contextmanager
def _quiet_without_reader() -> Iterator[None]:
    """End with 141 if the reader of the output goes away ("coach search ... | head")."""
    try:
        yield
    except (BrokenPipeError, SystemExit) as end:  # click would end with 1, as rich does
        if not (isinstance(end, BrokenPipeError) or isinstance(end.__context__, BrokenPipeError)):
            raise
        # What is still buffered has nowhere to go; Python would complain of that on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(141) from end


@click.group(
    cls=_Program, lazy=_COMMANDS, plugins=_PLUGINS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="interview-coach", prog_name="coach")
def cli() -> None:
    """Cited answer outlines for senior AI-engineer interviews. Works without a network or an API key."""


def main() -> None:
    """Run the command line; exit with the code of the error, if there is one (docs/cli.md lists them)."""
    codecs.register_error("coach.escape", _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="coach.escape")
    try:
        sys.exit(cli(standalone_mode=False, prog_name="coach"))  # None, or what a command exits with
    except click.Abort:
        _fail("interrupted", 130)
    except KeyboardInterrupt:
        _fail("interrupted", 130)
    except click.exceptions.NoArgsIsHelpError as nothing_asked:
        nothing_asked.show()
        sys.exit(nothing_asked.exit_code)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "coach"
        _fail(f"{error.format_message().rstrip('.')}. See '{command} --help'.", error.exit_code)
    except click.ClickException as error:
        _fail(error.format_message(), error.exit_code)
    except Exception as error:  # noqa: BLE001 - the outermost boundary; what is not ours is raised again
        _fail_with(error)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    r"""Return JSON's escapes ("\u2026") of characters that an encoding lacks, so that JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _fail_with(error: Exception) -> None:
    from coach.errors import CoachError, exit_code

    if _stems_from_interrupt(error):
        _fail("interrupted", 130)
    if isinstance(error, CoachError):
        _fail(f"{error}. {error.hint}" if error.hint else str(error), exit_code(error))
    if wrong := _wrong_setting(error):
        _fail(f"{wrong}. {wrong.hint}", exit_code(wrong))
    raise error


def _wrong_setting(error: Exception) -> SettingsError | None:
    """Return what an error says of a setting, if it is about one."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError as UnreadableError

    from coach.errors import SettingsError

    if isinstance(error, ValidationError) and error.title in {"Settings", "IndexSettings"}:
        first = error.errors()[0]
        field, value, problem = first["loc"][0], first["input"], first["msg"]
    elif isinstance(error, UnreadableError) and isinstance(error.__cause__, JSONDecodeError):
        field = str(error).split('"')[1]  # only the message names it
        value, problem = error.__cause__.doc, "JSON is wanted"
    else:
        return None
    return SettingsError(f"COACH_{str(field).upper()} has the value {value!r}: {problem}")


def _stems_from_interrupt(error: BaseException | None) -> bool:
    """Return whether Ctrl-C is behind an error: a C extension that is interrupted raises ImportError, say."""
    seen: set[int] = set()
    while error and id(error) not in seen and not isinstance(error, KeyboardInterrupt):
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return isinstance(error, KeyboardInterrupt)


def _fail(message: str, code: int) -> None:
    click.echo(f"coach: {message}", err=True)
    sys.exit(code)
