"""`coach practice interview ...`: mock interviews in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from coach.cli.database import open_database
from coach.cli.options import (
    as_level,
    collection_option,
    decoded,
    json_option,
    level_option,
    load_settings,
    open_coach,
    taken_as,
    tenant_option,
)
from coach.cli.practice_report import form_option, output_option, write_report

if TYPE_CHECKING:
    from coach.practice.interview import Interview, Turn
    from coach.practice.interviews import Interviews

_HELP = "Answer in lines of text; an empty line sends them. 'leave' on a line leaves, 'finish' ends it."


@click.group()
def interview() -> None:
    """Hold a mock interview: answer first, see the grades at the end."""


@interview.command()
@level_option
@click.option("--minutes", type=click.IntRange(5, 180), default=30, show_default=True)
@click.option("--chapter", "chapters", multiple=True, help="Only questions of this document; repeatable.")
@collection_option
@tenant_option
def start(
    level: str, minutes: int, chapters: tuple[str, ...], collection: str | None, tenant: str | None
) -> None:
    """Begin an interview, reading answers from standard input."""
    from coach.guard.principal import LOCAL
    from coach.practice.interview import Wish

    with taken_as(chapters="--chapter"):
        wish = Wish(level=as_level(level), chapters=chapters, minutes=minutes)
    with _interviews(collection, tenant) as interviews:
        _hold(interviews, interviews.start(LOCAL.owner, wish))


@interview.command()
@click.argument("interview_id")
@collection_option
@tenant_option
def resume(interview_id: str, collection: str | None, tenant: str | None) -> None:
    """Go on with the interview INTERVIEW_ID; nothing that was sent is lost."""
    from coach.guard.principal import LOCAL

    with _interviews(collection, tenant) as interviews:
        _hold(interviews, interviews.get(LOCAL.owner, interview_id))


@interview.command("list")
@click.option("-n", "limit", type=click.IntRange(1, 200), default=20, show_default=True)
@collection_option
@tenant_option
@json_option
def list_interviews(limit: int, collection: str | None, tenant: str | None, *, as_json: bool) -> None:
    """List your interviews, newest first."""
    from coach.guard.principal import LOCAL

    with _interviews(collection, tenant) as interviews:
        page = interviews.list(LOCAL.owner, limit=limit)
    for one in page.items:
        told = f"{one.created_at:%Y-%m-%d %H:%M}  {one.status:8}  {one.wish.level}  {one.id}"
        click.echo(one.shown().model_dump_json() if as_json else told)


@interview.command()
@click.argument("interview_id")
@form_option
@output_option
@collection_option
@tenant_option
def report(
    interview_id: str, form: str, output: Path | None, collection: str | None, tenant: str | None
) -> None:
    """Print how the interview INTERVIEW_ID went."""
    from coach.guard.principal import LOCAL

    with _interviews(collection, tenant) as interviews:
        _report(interviews.get(LOCAL.owner, interview_id), interviews, form, output)


def _hold(interviews: Interviews, held: Interview) -> None:
    from coach.guard.principal import LOCAL
    from coach.practice.candidate import check_length

    lines = sys.stdin
    click.echo(f"Interview {held.id} · {held.wish.level} · {held.wish.minutes} minutes\n{_HELP}")
    while held.status == "running":
        turn = held.turns[-1]
        click.echo(f"\n{_heading(turn)}\n{turn.prompt}\n> ", nl=False)
        with decoded("the answer"):
            said = _read_answer(lines)
        if said is None:
            click.echo(f"\nLeft. Go on with: coach practice interview resume {held.id}")
            return
        if said == "finish":
            held = interviews.finish(LOCAL.owner, held.id)
        else:
            check_length(said)
            held = interviews.submit(LOCAL.owner, held.id, turn.number, said)
    click.echo()
    _report(held, interviews, "markdown", None)


def _heading(turn: Turn) -> str:
    kind = "Follow-up" if turn.kind == "follow_up" else "Question"
    return f"{kind} {turn.number + 1} · {turn.minutes:g} min"


def _read_answer(lines: IO[str]) -> str | None:
    """Return the lines up to an empty one; None if the input ends or the person leaves."""
    said: list[str] = []
    while line := lines.readline():
        text = line.strip()
        if text == "leave":
            return None
        if text == "finish" and not said:
            return text
        if not text and said:
            break
        if text:
            said.append(text)
    return "\n".join(said) or None


def _report(held: Interview, interviews: Interviews, form: str, output: Path | None) -> None:
    from coach.practice import report as reporting

    found = reporting.report(held, interviews.questions())
    write_report(form, output, reporting.printable(found), found.model_dump_json())


@contextmanager
def _interviews(collection: str | None, tenant: str | None) -> Iterator[Interviews]:
    from coach.practice.interviews import Interviews

    settings = load_settings(collection)
    with open_database(settings) as database, open_coach(settings, tenant) as coach:
        yield Interviews(database, coach.practice_questions, coach.grade)
