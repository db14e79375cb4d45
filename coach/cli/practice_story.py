"""`coach practice story ...`: the story bank in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from coach.cli.database import open_database
from coach.cli.options import (
    WORDS,
    as_level,
    collection_option,
    json_option,
    load_settings,
    open_coach,
    taken_as,
    tenant_option,
)

if TYPE_CHECKING:
    from coach.practice.coverage import Coverage
    from coach.practice.stories import StoryStore
    from coach.practice.story import StoryText

Command = TypeVar("Command", bound=Callable[..., object])


@click.group()
def story() -> None:
    """Keep STAR stories, and see which behavioural questions they answer."""


def _parts(command: Command) -> Command:
    """Add the options of a story's parts."""
    for name in ("result", "action", "task", "situation", "title"):
        command = click.option(f"--{name}", type=WORDS, help=f"The {name}.")(command)
    return click.option(
        "--question", "questions", multiple=True, type=WORDS, help="Id or slug of a question it is for."
    )(command)


@story.command()
@_parts
@collection_option
@tenant_option
@json_option
def add(
    questions: tuple[str, ...],
    collection: str | None,
    tenant: str | None,
    *,
    as_json: bool,
    **parts: str | None,
) -> None:
    """Keep a new story."""
    from coach.guard.principal import LOCAL
    from coach.practice.story import StoryText, form_of

    given = {name: text for name, text in parts.items() if text}
    if "title" not in given:
        raise click.UsageError("a story needs --title")
    with taken_as(question_ids="--question"):
        text = StoryText.model_validate(given | {"question_ids": questions})
    text = _with_questions(text, collection, tenant)
    with _stories() as store:
        made = store.add(LOCAL.owner, text)
    click.echo(made.model_dump_json() if as_json else "\n".join((*form_of(made).notes, f"Kept as {made.id}")))


@story.command()
@click.argument("story_id")
@_parts
@collection_option
@tenant_option
def edit(
    story_id: str,
    questions: tuple[str, ...],
    collection: str | None,
    tenant: str | None,
    **parts: str | None,
) -> None:
    """Change the parts of STORY_ID that are named; `--question` replaces all of its questions."""
    from coach.guard.principal import LOCAL
    from coach.practice.story import StoryText, form_of

    with _stories() as store:
        before = store.get(LOCAL.owner, story_id)
        given: dict[str, object] = {name: text for name, text in parts.items() if text is not None}
        if questions:
            given["question_ids"] = questions
        kept = before.model_dump(include=set(StoryText.model_fields))
        with taken_as(question_ids="--question"):
            text = StoryText.model_validate(kept | given)
        text = _with_questions(text, collection, tenant, before.question_ids)
        made = store.replace(LOCAL.owner, story_id, text, after=before.version)
    click.echo("\n".join((*form_of(made).notes, f"Kept as version {made.version}")))


@story.command("list")
@click.option("-n", "limit", type=click.IntRange(1, 200), default=50, show_default=True)
@json_option
def list_stories(limit: int, *, as_json: bool) -> None:
    """List your stories, newest first."""
    from coach.guard.principal import LOCAL
    from coach.practice.story import form_of

    with _stories() as store:
        page = store.list(LOCAL.owner, limit=limit)
    for one in page.items:
        told = f"{form_of(one).minutes:4.1f} min  {one.title}  {one.id}"
        click.echo(one.model_dump_json() if as_json else told)


@story.command()
@click.argument("story_id")
def delete(story_id: str) -> None:
    """Delete the story STORY_ID."""
    from coach.guard.principal import LOCAL

    with _stories() as store:
        store.delete(LOCAL.owner, story_id)
    click.echo("Deleted.")


@story.command()
@click.option("--level", type=click.Choice(["junior", "mid", "senior", "staff"]), help="Only of this level.")
@collection_option
@tenant_option
@json_option
def coverage(level: str | None, collection: str | None, tenant: str | None, *, as_json: bool) -> None:
    """Hold your stories against the behavioural questions of the handbook."""
    from coach.guard.principal import LOCAL
    from coach.practice import coverage as covering
    from coach.store.paging import MOST_PAGE_ITEMS

    with _stories() as store:
        kept = store.list(LOCAL.owner, limit=MOST_PAGE_ITEMS).items
    with open_coach(load_settings(collection), tenant) as coach:
        found = covering.coverage(
            kept,
            coach.practice_questions(),
            coach.question_vectors(),
            coach.embed,
            as_level(level) if level else None,
        )
    click.echo(found.model_dump_json() if as_json else "\n".join(_told(found)))


def _with_questions(
    text: StoryText, collection: str | None, tenant: str | None, kept: tuple[str, ...] = ()
) -> StoryText:
    """Return a story with the ids of its questions; without new ones no handbook is needed."""
    from coach.practice.story import with_questions

    if set(text.question_ids) <= set(kept):
        return text
    with open_coach(load_settings(collection), tenant) as coach:
        return with_questions(text, coach.practice_question, kept=kept)


def _told(found: Coverage) -> Iterator[str]:
    marks = {"covered": "+", "offered": "~", "gap": "-"}
    yield f"{found.covered} covered · {found.offered} offered · {found.gaps} gaps\n"
    for one in found.questions:
        titles = ", ".join(story.title for story in one.stories)
        yield f"{marks[one.state]} {one.question}" + (f"  ({titles})" if titles else "")


@contextmanager
def _stories() -> Iterator[StoryStore]:
    from coach.practice.stories import StoryStore

    with open_database(load_settings(None)) as database:
        yield StoryStore(database)
