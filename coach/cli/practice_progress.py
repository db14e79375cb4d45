"""`coach practice progress` and `plan`: where one stands, and what to practise next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, TYPE_CHECKING

import click

from coach.cli.database import open_database
from coach.cli.options import (
    as_level,
    collection_option,
    json_option,
    load_settings,
    open_coach,
    read_text,
    tenant_option,
)

if TYPE_CHECKING:
    from coach.practice.interview import PracticeQuestion
    from coach.practice.plan import PlanDay
    from coach.practice.plans import PlanText
    from coach.practice.progress import GroupProgress, Progress

_zone_option = click.option(
    "--time-zone", default="UTC", show_default=True, help="Where your day ends: 'Europe/Berlin'."
)


@click.command()
@_zone_option
@collection_option
@tenant_option
@json_option
def progress(time_zone: str, collection: str | None, tenant: str | None, *, as_json: bool) -> None:
    """Show where you stand: by chapter, competency and level, and how well you rate yourself."""
    from coach.guard.principal import LOCAL
    from coach.practice import progress as standing
    from coach.practice.grades import GradeStore
    from coach.practice.schedule import find_zone

    settings, zone = load_settings(collection), find_zone(time_zone)
    with open_database(settings) as database, open_coach(settings, tenant) as coach:
        found = standing.progress(GradeStore(database).scored(LOCAL.owner), coach.practice_questions(), zone)
    click.echo(found.model_dump_json() if as_json else "\n".join(_told(found)))


@click.command()
@click.option("--days", type=click.IntRange(1, 60), default=14, show_default=True)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day, instead of --days.")
@click.option(
    "--level",
    type=click.Choice(["junior", "mid", "senior", "staff"]),
    help="That of the job text, else senior, if none is named.",
)
@click.option("--minutes", type=click.IntRange(5, 480), default=30, show_default=True, help="For a day.")
@click.option("--job", type=click.File("r", encoding="utf-8"), help="A job description to read.")
@_zone_option
@collection_option
@tenant_option
@json_option
def plan(  # noqa: PLR0913, PLR0917 - click passes them by name
    days: int,
    until: datetime | None,
    level: str | None,
    minutes: int,
    job: IO[str] | None,
    time_zone: str,
    collection: str | None,
    tenant: str | None,
    *,
    as_json: bool,
) -> None:
    """Lay out the next days by your grades, towards a date and a job."""
    import json

    from coach.guard.principal import LOCAL
    from coach.practice.job import PlanRequested, plan_of
    from coach.practice.plans import days_of
    from coach.recruit.recruiter import Recruiter

    asked = PlanRequested(
        days=days,
        until=until.date() if until else None,
        level=as_level(level) if level else None,
        minutes_a_day=minutes,
        job_text=read_text(job, repr(job.name)) if job else "",
        time_zone=time_zone,
    )
    settings = load_settings(collection)
    with open_database(settings) as database, open_coach(settings, tenant) as coach:
        recruiter, questions = Recruiter(coach), coach.practice_questions()
        made = plan_of(asked, recruiter.read, recruiter.pool)
        planned = days_of(database, LOCAL.owner, made.wish, time_zone, questions)
    for told in (*made.notes, *(f"Degraded: {one}" for one in made.degraded)):
        click.echo(told, err=True)
    if as_json:
        click.echo(json.dumps([one.model_dump(mode="json") for one in planned], ensure_ascii=False))
    else:
        click.echo("\n".join(_plan_lines(made, planned, questions)))


def _plan_lines(
    made: PlanText, planned: Sequence[PlanDay], questions: Mapping[str, PracticeQuestion]
) -> Iterator[str]:
    for read in made.read:
        yield f"read {read.field.replace('_', ' ')}: {read.value} (“{' '.join(read.words.split())}”)"
    for day in planned:
        also = f" · {', '.join(day.activities)}" if day.activities else ""
        yield f"\n{day.day:%a %Y-%m-%d} · {day.minutes:g} min{also}"
        yield from (f"  {questions[one].question}  {one}" for one in day.question_ids)


def _told(found: Progress) -> Iterator[str]:
    yield f"{found.answers} answers on {found.days} days"
    if not found.answers:
        yield "Grade an answer first: coach practice grade QUESTION --file answer.txt"
        return
    if found.self_rating:
        rated = found.self_rating
        yield f"You rate yourself {rated.bias:+.1f} points off, by {rated.error:.1f} on average"
    for name, groups in (
        ("Chapters", found.chapters),
        ("Competencies", found.competencies),
        ("Levels", found.levels),
    ):
        yield f"\n{name}"
        yield from map(_group_line, groups)


def _group_line(one: GroupProgress) -> str:
    score = "   –" if one.score is None else f"{one.score:4.1f}"
    return f"  {score}  {one.practised:3} of {one.questions:3}  {one.name}"
