"""`coach switches`: what operators limit for now, without a restart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import click

from coach.cli.database import open_database
from coach.cli.operator import actor
from coach.cli.options import json_option

if TYPE_CHECKING:
    from coach.operate.board import Switch
    from coach.operate.mitigation import SwitchName

NAMES = ("model", "fallback", "passages", "rerank", "quotes_only", "tenant")
_name = click.argument("name", type=click.Choice(NAMES))
_tenant = click.option("--tenant", default="", help="Whose requests; for the switch 'tenant' alone.")
_reason = click.option("--reason", required=True, help="Why; it is kept in the audit log.")


@click.group()
def switches() -> None:
    """List, set and clear switches; running servers follow within two seconds.

    Answers that are made under a switch say so.
    """


@switches.command("list")
@json_option
def list_switches(*, as_json: bool) -> None:
    """List the switches that are set."""
    from coach.operate.board import Switchboard

    with open_database() as database:
        found = Switchboard(database).list()
    if as_json:
        click.echo(json.dumps([one.model_dump(mode="json") for one in found]))
        return
    for one in found:
        click.echo(_line(one))
    if not found:
        click.echo("Nothing is switched.", err=True)


@switches.command("set")
@_name
@click.argument("value")
@_tenant
@_reason
@click.option(
    "--minutes", type=click.IntRange(1, 60 * 24 * 31), help="How long it holds; until cleared if not given."
)
@json_option
def set_switch(
    *, name: str, value: str, tenant: str, reason: str, minutes: int | None, as_json: bool
) -> None:
    """Set switch NAME to VALUE.

    model PROVIDER/NAME is asked first. fallback off, or a number of models to pass over. passages 1 to 20,
    the most sections of an answer. rerank off. quotes_only on: no model is asked. tenant off: its requests
    are refused.
    """
    from pydantic import ValidationError

    from coach.errors import UsageError
    from coach.operate.board import Switchboard, Wanted

    try:
        wanted = Wanted.model_validate(
            {"name": name, "value": value, "reason": reason, "tenant": tenant, "minutes": minutes}
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{first['loc'][0]}: {first['msg']}") from error
    with open_database() as database:
        made = Switchboard(database).set(wanted, actor=actor())
    click.echo(made.model_dump_json() if as_json else _line(made))


@switches.command()
@_name
@_tenant
@_reason
def clear(*, name: str, tenant: str, reason: str) -> None:
    """Take switch NAME back."""
    from coach.operate.board import Switchboard

    with open_database() as database:
        board = Switchboard(database)
        was = board.clear(cast("SwitchName", name), tenant=tenant, actor=actor(), reason=reason)
    click.echo(f"{was.name}: cleared, was {was.value}", err=True)


def _line(one: Switch) -> str:
    whose = f" of {one.tenant}" if one.tenant else ""
    until = f"until {one.ends_at:%Y-%m-%d %H:%M} UTC" if one.ends_at else "until it is cleared"
    return f"{one.name}{whose} = {one.value}, {until}, by {one.set_by}: {one.reason}"
