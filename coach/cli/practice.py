"""`coach practice ...`: answers of one's own, graded against the handbook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from coach.cli.database import open_database
from coach.cli.options import (
    WORDS,
    collection_option,
    json_option,
    load_settings,
    open_coach,
    read_text,
    tenant_option,
    whole_file,
)
from coach.cli.practice_drill import drill
from coach.cli.practice_interview import interview
from coach.cli.practice_progress import plan, progress
from coach.cli.practice_story import story

if TYPE_CHECKING:
    from coach.practice.grades import GradeStore, StoredGrade
    from coach.settings import Settings


@click.group()
def practice() -> None:
    """Answer questions yourself and have the answers graded, with proof."""


@practice.command()
@click.argument("question_id")
@click.option(
    "--file",
    "file",
    type=click.File("r", encoding="utf-8"),
    default="-",
    help="The answer; standard input if none is named.",
)
@click.option(
    "--self-rating",
    type=click.FloatRange(0, 10),
    help="What you think it is worth, before you see the grade.",
)
@click.option("--no-save", is_flag=True, help="Grade without keeping answer and grade.")
@collection_option
@tenant_option
@json_option
def grade(
    question_id: str,
    file: IO[str],
    self_rating: float | None,
    collection: str | None,
    tenant: str | None,
    *,
    no_save: bool,
    as_json: bool,
) -> None:
    """Grade an answer to QUESTION_ID, the id or slug of a question of the handbook."""
    from coach.guard.principal import LOCAL
    from coach.practice.candidate import check_length
    from coach.practice.render import render

    settings, answer = load_settings(collection), read_text(file, "the answer")
    check_length(answer)
    with open_coach(settings, tenant) as coach:
        made = coach.grade(question_id, answer)
    if no_save:
        click.echo(made.model_dump_json() if as_json else render(made))
        return
    with _grades(settings) as store:
        stored = store.add(LOCAL.owner, answer, made, self_rating=self_rating)
    click.echo(stored.model_dump_json() if as_json else f"{render(made)}\n\nKept as {stored.id}")


@practice.command()
@click.argument("grade_id")
@click.option(
    "--point", required=True, type=WORDS, help="Name of the point that you think was judged wrongly."
)
@click.option("--evidence", required=True, type=WORDS, help="The words of your answer that say it.")
@click.option("--comment", default="", type=WORDS, help="Anything else, for your own record.")
@collection_option
@tenant_option
@json_option
def dispute(
    grade_id: str,
    *,
    point: str,
    evidence: str,
    comment: str,
    collection: str | None,
    tenant: str | None,
    as_json: bool,
) -> None:
    """Have one point of the grade GRADE_ID judged again; both judgements are kept."""
    from coach.guard.principal import LOCAL
    from coach.practice.grades import Objection

    settings = load_settings(collection)
    objection = Objection(point=point, evidence=evidence, comment=comment)
    with _grades(settings) as store:
        store.get(LOCAL.owner, grade_id)  # before the work of opening
        with open_coach(settings, tenant) as coach:
            stored = store.dispute(LOCAL.owner, grade_id, objection, coach.regrade)
    click.echo(stored.model_dump_json() if as_json else _after_dispute(stored, point))


@practice.command()
@click.option("--question", "question_id", help="Only grades of this question, by its id or slug.")
@click.option("-n", "limit", type=click.IntRange(1, 200), default=20, show_default=True)
@collection_option
@tenant_option
@json_option
def grades(
    question_id: str | None, limit: int, collection: str | None, tenant: str | None, *, as_json: bool
) -> None:
    """List your grades, newest first."""
    from coach.guard.principal import LOCAL

    settings = load_settings(collection)
    with _grades(settings) as store:
        page = store.list(LOCAL.owner, question_id=question_id, limit=limit)
        if question_id and not page.items:  # a slug; ids need no handbook, and outlive its questions
            with open_coach(settings, tenant) as coach:
                named = coach.practice_question(question_id).id
            page = store.list(LOCAL.owner, question_id=named, limit=limit)
    for one in page.items:
        if as_json:
            click.echo(one.model_dump_json())
            continue
        score = "  –" if one.standing_score is None else f"{one.standing_score:4.1f}"
        click.echo(f"{one.created_at:%Y-%m-%d %H:%M}  {score}  {one.grade.question}  {one.id}")


@practice.command()
@click.option("--time-zone", default="UTC", show_default=True, help="Where your day ends: 'Europe/Berlin'.")
@collection_option
@tenant_option
@json_option
def due(time_zone: str, collection: str | None, tenant: str | None, *, as_json: bool) -> None:
    """List the questions that are due today."""
    import json

    from coach.guard.principal import LOCAL
    from coach.practice.cards import CardStore
    from coach.practice.schedule import find_zone
    from coach.store.base import utc_now

    settings, zone = load_settings(collection), find_zone(time_zone)
    with open_database(settings) as database, open_coach(settings, tenant) as coach:
        questions = coach.practice_questions()
        found = CardStore(database).due(LOCAL.owner, utc_now(), zone, known=questions, limit=200)
    for one in found.cards:
        wording = questions[one.question_id].wording(one.card.successes)
        if as_json:
            row = {"question_id": one.question_id, "wording": wording, "due": one.card.due.isoformat()}
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{one.card.due.astimezone(zone):%Y-%m-%d}  {wording}  {one.question_id}")
    if found.retired:
        told = f"Left out, since the handbook does not have their questions any more: {found.retired} due."
        click.echo(told, err=True)


@practice.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@collection_option
@tenant_option
def anki(file: Path, collection: str | None, tenant: str | None) -> None:
    """Write all your cards as an Anki deck to FILE."""
    from coach.guard.principal import LOCAL
    from coach.practice.anki import Note, write_deck
    from coach.practice.cards import CardStore

    settings = load_settings(collection)
    with open_database(settings) as database, open_coach(settings, tenant) as coach:
        questions, cards = coach.practice_questions(), CardStore(database).all(LOCAL.owner)
        notes = [
            Note(one.question_id, questions[one.question_id].question, coach.practice_answer(one.question_id))
            for one in cards
            if one.question_id in questions
        ]
    with whole_file(file) as draft:
        count = write_deck(notes, draft)
    click.echo(f"{count} cards in {file}")


def _after_dispute(stored: StoredGrade, point: str) -> str:
    from coach.practice.render import point_lines

    first, second = (
        next(one for one in grade.points if one.point == point) for grade in (stored.grade, stored.standing)
    )
    lines = [
        f"before  {stored.grade.score or 0:.1f} of 10 · {first.verdict}",
        f"now     {stored.standing_score or 0:.1f} of 10 · {second.verdict}",
        "",
        *point_lines(second),
    ]
    return "\n".join(lines)


@contextmanager
def _grades(settings: Settings) -> Iterator[GradeStore]:
    from coach.practice.grades import GradeStore

    with open_database(settings) as database:
        yield GradeStore(database)


for one in (drill, interview, story, plan, progress):
    practice.add_command(one)
