"""`coach set template ...`: house rules of question sets, in the database, for the user of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, cast

import click

from coach.cli.database import open_database
from coach.cli.options import (
    collection_option,
    json_option,
    load_settings,
    open_coach,
    read_text,
    tenant_option,
)

if TYPE_CHECKING:
    from coach.recruit.carry import Conflicts
    from coach.recruit.reapply import SetUpdate
    from coach.recruit.template import TemplateRules

version_option = click.option("--version", type=click.IntRange(1), help="Another version than the newest.")


@click.group("template")
def template() -> None:
    """House rules that sets are built on: fixed questions, words, minutes, weights, what to avoid."""


@template.command("save")
@click.argument("file", type=click.File("r", encoding="utf-8-sig"))
@click.option("--id", "template_id", metavar="ID", help="Make the next version of this template.")
@collection_option
@tenant_option
def save(*, file: IO[str], template_id: str | None, collection: str | None, tenant: str | None) -> None:
    """Keep house rules from FILE, YAML or JSON, and print their id and version."""
    from coach.guard.principal import LOCAL
    from coach.recruit.recruiter import Recruiter
    from coach.recruit.store import TemplateStore

    rules = _read_rules(file)
    with open_coach(load_settings(collection), tenant) as coach:
        Recruiter(coach).check(rules)
    with open_database() as database:
        store = TemplateStore(database)
        if template_id is None:
            stored = store.add(LOCAL.owner, rules)
        else:
            newest = store.get(LOCAL.tenant, template_id)
            stored = store.add_version(LOCAL.owner, template_id, rules, after=newest.version)
    click.echo(f"{stored.id} version {stored.version}")


@template.command("list")
@json_option
def list_templates(*, as_json: bool) -> None:
    """List the templates, the one that was changed last first."""
    import json

    from coach.guard.principal import LOCAL
    from coach.recruit.store import TemplateStore
    from coach.store.paging import MOST_PAGE_ITEMS

    with open_database() as database:
        found = TemplateStore(database).list(LOCAL.tenant, limit=MOST_PAGE_ITEMS).items
    if as_json:
        click.echo(json.dumps([one.model_dump(mode="json") for one in found], ensure_ascii=False, indent=2))
        return
    for one in found:
        click.echo(f"{one.id}  version {one.version}  {one.title}")


@template.command("show")
@click.argument("template_id", metavar="ID")
@version_option
def show(*, template_id: str, version: int | None) -> None:
    """Print house rules as JSON, to be changed and saved again."""
    from coach.guard.principal import LOCAL
    from coach.recruit.store import TemplateStore

    with open_database() as database:
        click.echo(
            TemplateStore(database).get(LOCAL.tenant, template_id, version).rules.model_dump_json(indent=2)
        )


@template.command("diff")
@click.argument("template_id", metavar="ID")
@click.argument("before", type=click.IntRange(1))
@click.argument("after", type=click.IntRange(1), required=False)
def diff(*, template_id: str, before: int, after: int | None) -> None:
    """Print what changed from version BEFORE to version AFTER, or to the newest."""
    from coach.guard.principal import LOCAL
    from coach.recruit.store import TemplateStore
    from coach.recruit.template import compare_rules

    with open_database() as database:
        store = TemplateStore(database)
        old, new = (store.get(LOCAL.tenant, template_id, one).rules for one in (before, after))
    for name, change in compare_rules(old, new).fields.items():
        click.echo(f"{name}: {change.before} → {change.after}")


@template.command("apply")
@click.argument("template_id", metavar="ID")
@click.argument("set_ids", metavar="[SET]...", nargs=-1)
@version_option
@click.option("--write", is_flag=True, help="Make the new versions; without it nothing is written.")
@click.option(
    "--conflicts",
    type=click.Choice(["keep", "take"]),
    default="keep",
    show_default=True,
    help="Whose value holds where set and template both changed it.",
)
@collection_option
@tenant_option
@json_option
def apply(
    *,
    template_id: str,
    set_ids: tuple[str, ...],
    version: int | None,
    write: bool,
    conflicts: str,
    collection: str | None,
    tenant: str | None,
    as_json: bool,
) -> None:
    """Bring house rules to kept sets that are built on them, or say what would become of these.

    All sets of the template if none is named; `coach set build --template ID --keep` makes such sets.
    """
    from coach.guard.principal import LOCAL
    from coach.recruit.reapply import Reapplier
    from coach.recruit.recruiter import Recruiter
    from coach.recruit.store import SetStore, TemplateStore
    from coach.store.paging import MOST_PAGE_ITEMS

    with open_coach(load_settings(collection), tenant) as coach, open_database() as database:
        sets = SetStore(database)
        built_on = sets.built_on(LOCAL.tenant, template_id, limit=MOST_PAGE_ITEMS).items
        done = Reapplier(Recruiter(coach), sets, TemplateStore(database)).reapply(
            LOCAL.owner,
            template_id,
            set_ids or [one.id for one in built_on],
            version=version,
            conflicts=cast("Conflicts", conflicts),
            dry_run=not write,
        )
    if as_json:
        click.echo(done.model_dump_json(indent=2))
        return
    for line in (line for one in done.sets for line in _told(one)):
        click.echo(line)
    if not write:
        click.echo("Nothing was written; --write does it.")


@template.command("delete")
@click.argument("template_id", metavar="ID")
def delete(*, template_id: str) -> None:
    """Delete house rules with all their versions; sets keep what these gave them."""
    from coach.guard.principal import LOCAL
    from coach.recruit.store import TemplateStore

    with open_database() as database:
        TemplateStore(database).delete(LOCAL.tenant, template_id)


def _read_rules(file: IO[str]) -> TemplateRules:
    import yaml
    from pydantic import ValidationError

    from coach.errors import UsageError
    from coach.recruit.template import TemplateRules

    content = read_text(file, repr(file.name))
    try:
        return TemplateRules.model_validate(_parsed(content))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise UsageError(f"{file.name!r} holds no house rules: {where}: {first['msg']}") from error
    # PyYAML lets through what its constructors raise at a date, number or tag that is none.
    except (yaml.YAMLError, ValueError, LookupError, AttributeError, RecursionError) as error:
        raise UsageError(f"{file.name!r} is neither YAML nor JSON: {error}") from error


def _parsed(content: str) -> object:
    """Return what JSON or else YAML says; not all JSON is YAML, which has no tabs and other escapes."""
    import json

    import yaml

    try:
        return json.loads(content)
    except ValueError:
        return yaml.safe_load(content)


def _told(update: SetUpdate) -> Iterator[str]:
    yield f"{update.id}  {update.title}: {_outcome(update)}"
    if update.change is not None:
        for name, (was, is_now) in (update.change.wishes | update.change.words).items():
            yield f"    {name}: {was} → {is_now}"
        for interview in update.change.interviews:
            yield from (f"    {interview.name}: + {question}" for question in interview.added)
            yield from (f"    {interview.name}: - {question}" for question in interview.removed)
    for one in update.kept:
        yield f"    keeps its own {one.field}: {one.own} (the template: {one.template})"
    if update.cannot_be_met:
        yield f"    cannot be met because {update.cannot_be_met}"


def _outcome(update: SetUpdate) -> str:
    if update.outcome == "current":
        return f"version {update.version} follows these rules already"
    if update.outcome == "refused":
        return f"not changed: {update.because}"
    written = "would become" if update.written is None else "became"
    return f"version {update.version} {written} version {update.version + 1}"
