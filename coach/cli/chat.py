"""`coach chat`: question after question in the terminal; `make run` starts it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from coach.cli.options import collection_option, level_option, load_settings, open_coach, tenant_option

if TYPE_CHECKING:
    from rich.console import Console

    from coach.coach import Coach

SAMPLE = "How would a senior engineer debug a wrong answer from a RAG system?"
HELP = "Ask a question. /level junior|mid|senior|staff changes whose answer you get; /quit or Ctrl-D ends."


@click.command()
@level_option
@collection_option
@tenant_option
def chat(level: str, collection: str | None, tenant: str | None) -> None:
    """Ask question after question. Without a terminal it answers one sample question and ends."""
    from rich.console import Console

    console = Console()
    with open_coach(load_settings(collection), tenant) as coach:
        if not sys.stdin.isatty():
            _answer(coach, console, SAMPLE, level)
            return
        console.print(HELP, style="dim")
        _converse(coach, console, level)


def _converse(coach: Coach, console: Console, level: str) -> None:
    while True:
        try:
            line = console.input("[bold]> [/]").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return
        if line in {"/quit", "/exit"}:
            return
        if line.startswith("/level"):
            level = _change_level(console, line, level)
        elif line.startswith("/"):
            console.print(HELP, style="dim")
        elif line:
            _answer(coach, console, line, level)


def _change_level(console: Console, line: str, level: str) -> str:
    wanted = line.removeprefix("/level").strip()
    if wanted not in {"junior", "mid", "senior", "staff"}:
        console.print("Levels are junior, mid, senior and staff.", style="dim")
        return level
    console.print(f"Answers are now those of level {wanted}.", style="dim")
    return wanted


def _answer(coach: Coach, console: Console, question: str, level: str) -> None:
    from coach.answer.render import to_terminal
    from coach.cli.options import as_level

    to_terminal(coach.ask(question, level=as_level(level)), console)
