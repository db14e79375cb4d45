"""A real server on a free port, in this process, so that tests can reach behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from coach.api.app import create_app
from coach.api.server import DrainingServer, address_of, bind, make_server
from coach.api.services import Services
from coach.coach import Coach
from coach.guard.principal import UNLIMITED, Limits, Scope
from coach.guard.quotas import Quotas
from coach.store.database import Database
from coach.store.owner import Owner

STOP_S = 20
ASKED = "How do you roll back a bad release?"
COVERED = {"question": ASKED}


@dataclass(frozen=True)
class Live:
    """A server that runs, with what is behind it."""

    url: str
    services: Services
    server: DrainingServer

    def http(self, **options: object) -> httpx.Client:
        """Return a client for it."""
        return httpx.Client(base_url=self.url, timeout=30, **options)  # type: ignore[arg-type]

    def key(
        self, tenant: str, *scopes: Scope, limits: Limits = UNLIMITED, person: str = ""
    ) -> dict[str, str]:
        """Return the headers of a new key."""
        made = self.services.keys.create(Owner(tenant, person), scopes or ("ask",), limits=limits)
        return {"Authorization": f"Bearer {made.secret}"}


@contextmanager
def serving(services: Services) -> Iterator[Live]:
    """Give a server of these services; it has stopped when the block ends."""
    listener = bind("127.0.0.1", 0)
    server = make_server(create_app(services), services.drain)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield Live(address_of(listener), services, server)
    finally:
        server.should_exit = True
        thread.join(STOP_S)
        listener.close()
    assert not thread.is_alive(), "the server did not stop"


@contextmanager
def services_for(
    coach: Coach, folder: Path, *, needs_key: bool = False, **changes: object
) -> Iterator[Services]:
    """Give services of a coach with a database of their own; other settings may be changed."""
    settings = coach.settings.model_copy(update=changes)
    with Database(f"sqlite:///{folder}/coach.sqlite") as database:
        database.migrate()
        quotas = Quotas.from_settings(settings, database)
        yield Services(coach, database, quotas, needs_key=needs_key, settings=settings)
        quotas.close()


@pytest.fixture(scope="session")
def live(coach: Coach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server on loopback that wants no keys."""
    with services_for(coach, tmp_path_factory.mktemp("api")) as services, serving(services) as live:
        yield live


@pytest.fixture(scope="session")
def guarded(coach: Coach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server that wants keys."""
    folder = tmp_path_factory.mktemp("guarded")
    with services_for(coach, folder, needs_key=True) as services, serving(services) as live:
        yield live


@pytest.fixture
def http(live: Live) -> Iterator[httpx.Client]:
    """A client for the server without keys."""
    with live.http() as client:
        yield client
