"""`coach serve` and `coach mcp`: the coach for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coach.cli.database import open_database
from coach.cli.options import collection_option, load_settings

if TYPE_CHECKING:
    from coach.settings import Settings


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on instead of COACH_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port instead of COACH_PORT; 0 takes a free one.")
@click.option("--without-keys", is_flag=True, help="Serve everybody who reaches the address.")
@collection_option
def serve(host: str | None, port: int | None, collection: str | None, *, without_keys: bool) -> None:
    """Serve the HTTP API until Ctrl-C. On any address but loopback an API key must exist."""
    from coach.api.app import create_app
    from coach.api.record import merge_answer_line
    from coach.api.server import address_of, bind, listen, make_server
    from coach.api.services import open_services
    from coach.log import configure

    settings = load_settings(collection)
    configure(settings.log_level, first=(merge_answer_line,))
    changed = {"host": host, "port": port}
    settings = settings.model_copy(
        update={name: value for name, value in changed.items() if value is not None}
    )
    needs_key = _needs_key(settings, without_keys=without_keys)
    listener = bind(settings.host, settings.port)
    with listener, open_services(settings, needs_key=needs_key) as services:
        services.coach.warm_up()
        listen(listener)
        click.echo(f"coach: serving {address_of(listener)}, Ctrl-C stops", err=True)
        make_server(create_app(services), services.drain).run(sockets=[listener])


def _needs_key(settings: Settings, *, without_keys: bool) -> bool:
    """Return whether requests need a key. Raises SettingsError if they do and there is none."""
    from coach.api.server import is_loopback
    from coach.errors import SettingsError
    from coach.guard.keys import KeyStore

    if without_keys or is_loopback(settings.host):
        return False
    with open_database(settings) as database:
        if not any(key.revoked_at is None for key in KeyStore(database).list()):
            raise SettingsError(
                f"{settings.host!r} can be reached from outside, and there is no API key",
                hint="Make one with 'coach keys create'; on a network of your own, say --without-keys.",
            )
    return True


@click.command()
@collection_option
def mcp(collection: str | None) -> None:
    """Serve the MCP tools on standard input and output, for one client on this machine."""
    from coach.api.mcp import create_mcp
    from coach.api.services import open_services

    with open_services(load_settings(collection), needs_key=False) as services:
        create_mcp(services).run("stdio")
