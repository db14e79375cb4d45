"""`coach set ...`: question sets for recruiters, built into files; no applicant is ever scored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click

from coach.cli.database import open_database
from coach.cli.options import (
    WORDS,
    collection_option,
    json_option,
    load_settings,
    open_coach,
    read_text,
    taken_as,
    tell_unprintable,
    tenant_option,
    whole_file,
)
from coach.cli.set_templates import template

if TYPE_CHECKING:
    from coach.recruit.contract import Wishes
    from coach.recruit.exchange import DocumentName, ExportFormat
    from coach.recruit.read import Reading
    from coach.recruit.sets import QuestionSet
    from coach.recruit.store import StoredTemplate

_FILE = click.Path(dir_okay=False, path_type=Path)
_LEVELS = ["junior", "mid", "senior", "staff"]
_KINDS = ["scenario", "debugging", "design", "conceptual", "behavioural"]
_FORMATS = ["json", "csv", "md", "pdf", "docx"]
_DOCUMENTS = ["guide", "scorecard", "preparation"]
set_option = click.argument("set_file", metavar="SET", type=click.File("r", encoding="utf-8-sig"))


@click.group("set")
def question_sets() -> None:
    """Question sets for recruiters: read a request, build, lint, compare and export."""


question_sets.add_command(template)


@question_sets.command("read")
@click.argument("text", type=WORDS)
@json_option
@collection_option
@tenant_option
def read(*, text: str, as_json: bool, collection: str | None, tenant: str | None) -> None:
    """Show what a job text or a note asks for, and the words that it is read from; '-' reads them."""
    from coach.recruit.lint import lint_text
    from coach.recruit.recruiter import Recruiter

    given = _text(text)
    with open_coach(load_settings(collection), tenant) as coach:
        reading = Recruiter(coach).read(given)
    if as_json:
        click.echo(reading.model_dump_json(indent=2))
        return
    _tell_reading(reading)
    for finding in lint_text(given):
        click.echo(f"  mend “{finding.quote}”: {finding.about}. {finding.advice}")


@question_sets.command("competencies")
@json_option
@collection_option
@tenant_option
def competencies(*, as_json: bool, collection: str | None, tenant: str | None) -> None:
    """List what questions can be about."""
    import json

    from coach.recruit.recruiter import Recruiter

    with open_coach(load_settings(collection), tenant) as coach:
        found = Recruiter(coach).competencies()
    if as_json:
        click.echo(json.dumps([one.model_dump() for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(f"{one.id:24} {one.questions:4}  {one.title}")


@question_sets.command("build")
@click.argument("text", default="", type=WORDS)
@click.option("--level", type=click.Choice([*_LEVELS, "any"]), help="Whom the questions are for.")
@click.option("--minutes", type=click.FloatRange(5, 480), help="Length of each interview.")
@click.option("--count", type=click.IntRange(1, 60), help="Questions of each interview.")
@click.option("--fewest", type=click.IntRange(1, 60), help="At least so many, instead of --count.")
@click.option("--most", type=click.IntRange(1, 60), help="At most so many, instead of --count.")
@click.option(
    "--competency", "named", multiple=True, metavar="NAME[=WEIGHT]", help="What they are about; repeatable."
)
@click.option("--kind", "kinds", multiple=True, type=click.Choice(_KINDS), help="Only these kinds.")
@click.option("--avoid", multiple=True, metavar="WORD", help="Kind, competency or topic to leave out.")
@click.option("--must-have", multiple=True, metavar="ID", help="Question that must come.")
@click.option("--forms", type=click.IntRange(1, 12), help="Equivalent sets without a shared question.")
@click.option("--rounds", type=click.IntRange(1, 6), help="Interviews of a loop.")
@click.option("--seed", type=click.IntRange(0), help="Another seed, another set.")
@click.option("--title", default="", type=WORDS, help="What the set is called.")
@click.option("--template", "template_id", metavar="ID", help="House rules to build on.")
@click.option("--keep", is_flag=True, help="Keep the set in the database and print its id.")
@click.option("--out", type=_FILE, metavar="FILE", help="Where to write the set as JSON.")
@json_option
@collection_option
@tenant_option
def build(
    *,
    text: str,
    title: str,
    template_id: str | None,
    keep: bool,
    out: Path | None,
    as_json: bool,
    collection: str | None,
    tenant: str | None,
    **given: object,
) -> None:
    """Build a set from a job text or a note, from options, or from both: options win over the text.

    Ends with 0 also if the wishes cannot be met: the nearest set then comes with the reason.
    """
    from coach.recruit.order import Order, build_first
    from coach.recruit.recruiter import Recruiter
    from coach.recruit.tell import tell

    request = _text(text)
    with open_coach(load_settings(collection), tenant) as coach:
        recruiter = Recruiter(coach)
        reading = recruiter.read(request) if request.strip() else None
        wishes = _wishes(reading, given, {one.id for one in recruiter.competencies()})
        with taken_as(text="TEXT"):
            order = Order(wishes=wishes, text=request, title=title)
        made = build_first(recruiter, order, _template(template_id))
    content = made.model_dump_json(indent=2) + "\n"
    if out is not None:
        with whole_file(out) as draft:
            draft.write_text(content, encoding="utf-8")
    if keep:
        click.echo(f"Kept as {_keep(made)}.", err=True)
    if as_json:
        click.echo(content, nl=False)
        return
    if reading is not None:
        _tell_reading(reading)
    click.echo(tell(made))


@question_sets.command("export")
@set_option
@click.option("--format", "form", type=click.Choice(_FORMATS), default="pdf", show_default=True)
@click.option("--document", type=click.Choice(_DOCUMENTS), default="guide", show_default=True)
@click.option("--out", type=_FILE, required=True, metavar="FILE", help="File to write.")
def export(*, set_file: IO[str], form: str, document: str, out: Path) -> None:
    """Write a set that was built before as a file to print or to import."""
    from coach.recruit.exchange import export as write
    from coach.recruit.exchange import to_printable

    made, chosen = _read_set(set_file), cast("DocumentName", document)
    content = write(made, cast("ExportFormat", form), chosen)
    with whole_file(out) as draft:
        draft.write_bytes(content)
    if form == "pdf":
        tell_unprintable(to_printable(made, chosen))


@question_sets.command("diff")
@click.argument("before", type=click.File("r", encoding="utf-8-sig"))
@click.argument("after", type=click.File("r", encoding="utf-8-sig"))
def diff(*, before: IO[str], after: IO[str]) -> None:
    """Print, as JSON, what changed from one set to another."""
    from coach.recruit.changes import compare

    click.echo(compare(_read_set(before), _read_set(after)).model_dump_json(indent=2))


@question_sets.command("leaks")
@set_option
@click.argument("text", type=WORDS)
@json_option
@collection_option
@tenant_option
def leaks(*, set_file: IO[str], text: str, as_json: bool, collection: str | None, tenant: str | None) -> None:
    """Show which questions of a set a text gives away; '-' reads it."""
    import json

    from coach.recruit.recruiter import Recruiter

    made, given = _read_set(set_file), _text(text)
    with open_coach(load_settings(collection), tenant) as coach:
        found = Recruiter(coach).leaks(made, given)
    if as_json:
        click.echo(json.dumps([one.model_dump() for one in found], ensure_ascii=False, indent=2))
        return
    for leak in found:
        click.echo(f"{leak.question}\n  {leak.kind} {leak.likeness:.2f}: “{leak.quote}”")
    if not found:
        click.echo("The text gives no question away.")


def _text(given: str) -> str:
    if given != "-":
        return given
    with click.open_file("-", encoding="utf-8-sig") as file:
        return read_text(file, "standard input")


def _read_set(file: IO[str]) -> QuestionSet:
    from coach.recruit.exchange import read_json

    name = repr(file.name)
    return read_json(read_text(file, name), name)


def _template(template_id: str | None) -> StoredTemplate | None:
    from coach.guard.principal import LOCAL
    from coach.recruit.store import TemplateStore

    if template_id is None:
        return None
    with open_database() as database:
        return TemplateStore(database).get(LOCAL.tenant, template_id)


def _keep(made: QuestionSet) -> str:
    """Return the id under which a set is kept from now on."""
    from coach.guard.principal import LOCAL
    from coach.recruit.store import SetStore

    with open_database() as database:
        return SetStore(database).add(LOCAL.owner, made).id


def _wishes(reading: Reading | None, given: Mapping[str, Any], known: set[str]) -> Wishes:
    """Return the wishes of the text with what the options put in their place."""
    from coach.recruit.contract import KINDS, CompetencyWish, Wishes
    from coach.recruit.wishes import AVOIDED, SIZES, overlaid

    values: dict[str, Any] = {
        name: given[name]
        for name in ("minutes", *SIZES, "forms", "rounds", "seed", "kinds", "must_have")
        if given[name] not in {None, ()}
    }
    if given["level"]:
        values["level"] = None if given["level"] == "any" else given["level"]
    if given["named"]:
        pairs = [one.partition("=") for one in given["named"]]
        values["competencies"] = tuple(
            CompetencyWish(id=name, weight=_weight(weight)) for name, _, weight in pairs
        )
    for word in given["avoid"]:
        field = "avoid_kinds" if word in KINDS else "avoid_competencies" if word in known else "avoid_topics"
        values[field] = (*values.get(field, ()), word)
    return overlaid(reading.wishes if reading else Wishes(), values, joined=AVOIDED)


def _weight(written: str) -> float:
    from coach.errors import UsageError

    try:
        weight = float(written or 1)
    except ValueError:
        weight = 0.0
    if not 0 < weight <= 100:  # noqa: PLR2004 - the bound of the wishes
        raise UsageError(f"--competency: the weight {written!r} is no number above 0 and up to 100")
    return weight


def _tell_reading(reading: Reading) -> None:
    click.echo("Read from the text:")
    for one in reading.inferred:
        click.echo(f"  {one.field:20} {one.value:20} “{' '.join(one.words.split())}”")
    for note in (*reading.notes, *(f"Degraded: {one}" for one in reading.degraded)):
        click.echo(f"  {note}")
