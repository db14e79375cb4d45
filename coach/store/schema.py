"""The tables as a whole, and the migrations that lead to them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData

from coach.errors import SchemaError
from coach.store.base import Base

MODULES = (
    "coach.guard.keys",
    "coach.guard.quotas_sql",
    "coach.operate.board",
    "coach.practice.tables",
    "coach.recruit.store",
    "coach.store.answers",
    "coach.store.audit",
    "coach.store.conversations",
    "coach.store.feedback",
    "coach.store.idempotency",
)
"""Every module that defines tables."""

MIGRATIONS = Path(__file__).with_name("migrations")


def tables() -> MetaData:
    """Return all tables of this version."""
    for module in MODULES:
        import_module(module)
    return Base.metadata


def newest() -> str | None:
    """Return the revision that this version of the coach works with."""
    return _scripts().get_current_head()


def current(connection: Connection) -> str | None:
    """Return the revision of a database; None if it has no tables yet."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection, revision: str = "head") -> str:
    """Apply the migrations up to a revision and return it.

    Raises:
        SchemaError: The database was made by a version that this one does not know.
    """
    scripts = _scripts()
    _run(connection, scripts, revision, lambda found, _: scripts._upgrade_revs(revision, found))  # noqa: SLF001
    return str(current(connection))


def downgrade(connection: Connection, revision: str) -> None:
    """Undo the migrations down to a revision; "base" leaves no tables."""
    scripts = _scripts()
    _run(connection, scripts, revision, lambda found, _: scripts._downgrade_revs(revision, found))  # noqa: SLF001


def compare_options() -> dict[str, Any]:
    """Return how a database is compared with the tables."""
    return {"target_metadata": tables(), "compare_type": True, "render_as_batch": True}


def _scripts() -> ScriptDirectory:
    # Alembic's own folder layout has an env.py that runs when it is imported; the lines below do its work.
    return ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])


def _run(connection: Connection, scripts: ScriptDirectory, revision: str, steps: Any) -> None:  # noqa: ANN401 - Alembic's type is private
    with EnvironmentContext(Config(), scripts, fn=steps, destination_rev=revision) as environment:
        environment.configure(connection=connection, **compare_options())
        try:
            environment.run_migrations()
        except CommandError as error:
            raise SchemaError(f"the tables cannot be brought to revision {revision!r}: {error}") from error
