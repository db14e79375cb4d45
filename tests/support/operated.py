"""Servers that obey switches, each with a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from coach.api.services import Services
from coach.coach import Coach
from coach.guard.quotas import Quotas
from coach.models.assemble import Models
from coach.operate.board import Switchboard
from coach.settings import Settings
from coach.store.database import Database
from tests.coach.api.conftest import Live, serving
from tests.conftest import Ingested


@pytest.fixture
def own_settings(ingested: Ingested, tmp_path: Path) -> Settings:
    """Settings of a data folder of the test's own, with the small handbook's index in it."""
    (tmp_path / "index").symlink_to(ingested.program.data_dir / "index")
    return Settings(_env_file=None, data_dir=tmp_path)


@contextmanager
def operated(
    settings: Settings, *, models: Models | None = None, needs_key: bool = False, refresh_s: float = 0.0
) -> Iterator[Live]:
    """Give a server whose coach looks at its switchboard before every question."""
    with ExitStack() as opened:
        database = opened.enter_context(Database.from_settings(settings))
        database.migrate()
        board = Switchboard(database, refresh_s=refresh_s)
        coach = opened.enter_context(Coach(settings, models=models, mitigation=board.mitigation))
        quotas = Quotas.from_settings(settings, database)
        opened.callback(quotas.close)
        services = Services(coach, database, quotas, needs_key=needs_key, switchboard=board)
        yield opened.enter_context(serving(services))


@pytest.fixture
def operated_server(own_settings: Settings) -> Iterator[Live]:
    """A server that wants no keys and follows its switches at once."""
    with operated(own_settings) as live:
        yield live
