"""`coach keys`: who may use the API, and how much."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from coach.cli.database import open_database
from coach.cli.operator import administration
from coach.cli.options import json_option, load_settings

if TYPE_CHECKING:
    from coach.guard.keys import Key
    from coach.guard.principal import Limits


@click.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@click.option("--tenant", required=True, help="Whose key it is; nothing is visible across tenants.")
@click.option("--person", default="", help="Who in the tenant; conversations and practice are private.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(["ask", "practice", "recruit", "admin"]),
    multiple=True,
    default=["ask"],
    show_default=True,
    help="What it opens; repeat for more.",
)
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=VALUE",
    help="What it may take: requests_, tokens_ or usd_ followed by per_minute or per_month, or "
    "concurrent_requests; repeat for more.",
)
@click.option("--note", default="", help="What it is for, to recognise it by.")
@json_option
def create(
    *, tenant: str, person: str, scopes: tuple[str, ...], limits: tuple[str, ...], note: str, as_json: bool
) -> None:
    """Make a key and print its secret, which is shown this once."""
    from coach.guard.principal import SCOPES
    from coach.store.owner import Owner

    wanted = parse_limits(limits)
    settings = load_settings(None)
    with open_database(settings) as database:
        granted = [scope for scope in SCOPES if scope in scopes]
        may = administration(database, settings)
        made = may.create_key(Owner(tenant, person), granted, limits=wanted, note=note)
    if as_json:
        click.echo(json.dumps({"secret": made.secret, **describe(made.key)}))
        return
    click.echo(made.secret)
    click.echo(f"Key {made.key.principal.key_id}. The secret cannot be shown again.", err=True)


@keys.command("list")
@click.option("--tenant", help="Only the keys of this tenant.")
@json_option
def list_keys(*, tenant: str | None, as_json: bool) -> None:
    """List the keys, oldest first, without their secrets."""
    from coach.guard.keys import KeyStore

    with open_database() as database:
        found = [describe(key) for key in KeyStore(database).list(tenant)]
    if as_json:
        click.echo(json.dumps(found))
        return
    for key in found:
        state = "revoked" if key["revoked_at"] else "valid"
        limits = " ".join(f"{name}={value:g}" for name, value in key["limits"].items())  # type: ignore[attr-defined]
        whose = "/".join(filter(None, (str(key["tenant"]), str(key["person"]))))
        scopes = ",".join(key["scopes"])  # type: ignore[arg-type]
        click.echo("  ".join(filter(None, (str(key["id"]), state, whose, scopes, limits, str(key["note"])))))


@keys.command()
@click.argument("key_id", metavar="ID")
def revoke(key_id: str) -> None:
    """End the key of this ID; running servers refuse it within seconds."""
    settings = load_settings(None)
    with open_database(settings) as database:
        administration(database, settings).revoke_key(key_id)
    click.echo(f"{key_id}: revoked", err=True)


def parse_limits(given: tuple[str, ...]) -> Limits:
    """Return the limits.

    Raises:
        UsageError: One of them is not NAME=VALUE with a known name and a number above zero, at most `MOST`.
    """
    from pydantic import ValidationError

    from coach.errors import UsageError
    from coach.guard.principal import MOST, Limits

    names = ", ".join(Limits.model_fields)
    try:
        return Limits.model_validate(dict(limit.split("=", 1) for limit in given))
    except (ValueError, ValidationError) as error:
        raise UsageError(
            f"--limit {' '.join(given)!r} is not NAME=VALUE with a number above zero and at most {MOST:.0e}",
            hint=f"Names are {names}.",
        ) from error


def describe(key: Key) -> dict[str, object]:
    """Return what may be shown of a key, as plain JSON."""
    principal = key.principal
    return {
        "id": principal.key_id,
        "tenant": principal.tenant,
        "person": principal.person,
        "scopes": sorted(principal.scopes),
        "limits": principal.limits.model_dump(exclude_none=True),
        "note": key.note,
        "created_at": key.created_at.isoformat(),
        "revoked_at": key.revoked_at.isoformat() if key.revoked_at else None,
    }
