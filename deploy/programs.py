"""Where the programs of other people are found that the stack consists of."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from coach.errors import SettingsError

FETCHED = Path(".cache") / "qdrant"
"""Where `python -m tests.support.qdrant_server` leaves the Qdrant server that the tests use."""
_DEBIAN_POSTGRES = Path("/usr/lib/postgresql")


class Programs(NamedTuple):
    """The programs by purpose.

    Attributes:
        postgres: Folder with `initdb` and `postgres`.
        caddy: Spreads requests over both API processes; None if it is not installed.
    """

    qdrant: Path
    postgres: Path
    redis: Path
    caddy: Path | None


def find_programs(qdrant: Path | None = None) -> Programs:
    """Return where the programs are.

    Args:
        qdrant: The Qdrant server, if it is neither on PATH nor fetched.

    Raises:
        SettingsError: One is not installed; the message names it and where it comes from.
    """
    redis, caddy = shutil.which("redis-server"), shutil.which("caddy")
    if redis is None:
        raise SettingsError("redis-server is not installed", hint="Debian: apt-get install redis-server.")
    return Programs(_qdrant(qdrant), find_postgres(), Path(redis), Path(caddy) if caddy else None)


def _qdrant(named: Path | None) -> Path:
    if named is not None:
        if not named.is_file():
            raise SettingsError(f"{str(named)!r} is no program", hint="Correct --qdrant.")
        return named.absolute()
    if found := shutil.which("qdrant"):
        return Path(found)
    if fetched := sorted(FETCHED.glob("qdrant-*")):
        return fetched[-1].absolute()
    raise SettingsError(
        "the Qdrant server is not installed",
        hint="Put its release on PATH, name it with --qdrant, or fetch the one that the tests use: "
        "python -m tests.support.qdrant_server.",
    )


def find_postgres() -> Path:
    """Return the folder of PostgreSQL's programs, the newest that is installed. Raises SettingsError."""
    found = sorted(_DEBIAN_POSTGRES.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    if program := shutil.which("initdb"):
        return Path(program).resolve().parent
    raise SettingsError("PostgreSQL is not installed", hint="Debian: apt-get install postgresql.")
