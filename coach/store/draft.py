"""``python -m coach.store.draft "practice grades"`` writes the next migration; read it before you keep it.

It is made from the difference between the tables and what the migrations so far lead to.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from alembic.operations.ops import DowngradeOps, UpgradeOps
from sqlalchemy.types import TypeDecorator

from coach.store import schema
from coach.store.database import Database

TEMPLATE = '''"""{title}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {down_revision!r}


def upgrade() -> None:
    """Make the tables."""
    {upgrade}


def downgrade() -> None:
    """Undo it."""
    {downgrade}
'''


def write(title: str, folder: Path = schema.MIGRATIONS) -> Path:
    """Return the file of a new migration that leads to the tables as they are written."""
    before = schema.newest()
    number = f"{int(before or 0) + 1:04}"
    with tempfile.TemporaryDirectory() as scratch, Database(f"sqlite:///{scratch}/draft.sqlite") as database:
        if before:
            database.migrate()
        with database.migrating() as connection:
            options = schema.compare_options()
            context = MigrationContext.configure(connection, opts=options)
            script = produce_migrations(context, options["target_metadata"])
    assert script.upgrade_ops and script.downgrade_ops  # noqa: S101, PT018 - always there, tells mypy
    file = folder / f"m{number}_{re.sub(r'[^a-z0-9]+', '_', title.lower()).strip('_')}.py"
    file.write_text(
        TEMPLATE.format(
            title=title.strip().capitalize(),
            revision=number,
            down_revision=before,
            upgrade=_code(script.upgrade_ops),
            downgrade=_code(script.downgrade_ops),
        ),
        encoding="utf-8",
    )
    return file


def _code(operations: UpgradeOps | DowngradeOps) -> str:
    # What a migration says must not change when a class of ours does: plain types stand for our own.
    def plain(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
        return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False

    return render_python_code(operations, render_as_batch=True, render_item=plain)


if __name__ == "__main__":
    sys.stdout.write(f"{write(sys.argv[1])}\n")
