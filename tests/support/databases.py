"""Fixtures: a database on SQLite and on PostgreSQL, a Redis; tests/coach/conftest.py offers them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from coach.store import schema
from coach.store.database import Database
from tests.support.postgres import make_database, postgres_server
from tests.support.redis import redis_server
from tests.support.services import needed

_NUMBERS = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL that all tests share."""
    with needed("PostgreSQL"), postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """URL of a Redis that all tests share."""
    with needed("Redis"), redis_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state' / 'coach.sqlite'}"
    return make_database(request.getfixturevalue("postgres"), f"test_{next(_NUMBERS)}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows."""
    file = tmp_path_factory.mktemp("template") / "coach.sqlite"
    with Database(f"sqlite:///{file}") as database:
        database.migrate()
    return file


@pytest.fixture(scope="session")
def postgres_with_tables(postgres: str) -> Iterator[Database]:
    """A PostgreSQL database with all tables, which tests empty for themselves."""
    with Database(make_database(postgres, "shared")) as opened:
        opened.migrate()
        yield opened


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A SQLite database with all tables and no rows."""
    file = shutil.copy(sqlite_template, tmp_path / "coach.sqlite")
    with Database(f"sqlite:///{file}") as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A database with all tables and no rows, on each engine in turn."""
    if request.param == "sqlite":
        made: Database = request.getfixturevalue("sqlite_database")
        return made
    shared: Database = request.getfixturevalue("postgres_with_tables")
    empty_tables(shared)
    return shared


def empty_tables(database: Database) -> None:
    """Remove all rows of a PostgreSQL database, those that triggers guard too."""
    names = ", ".join(schema.tables().tables)
    with database.session() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(f"TRUNCATE {names}"))
