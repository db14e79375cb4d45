"""A real PostgreSQL for tests, from the system's package, started on a free loopback port."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from coach.errors import SettingsError
from deploy.programs import find_postgres
from tests.support.services import (
    START_TIMEOUT_S,
    ServerUnavailableError,
    as_user,
    free_port,
    own_folder,
    wait_until_ready,
)

SUPERUSER = "coach"
# A test's data need not outlive a power cut.
OPTIONS = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=16MB")


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a PostgreSQL and give the URL of its first database.

    Raises:
        ServerUnavailableError: It is not installed or does not start.
    """
    programs, port = _programs(), free_port()
    url = f"postgresql://{SUPERUSER}@127.0.0.1:{port}/postgres"
    with own_folder() as folder:
        data, log = folder / "data", folder / "log"
        _initialise(programs / "initdb", data)
        command = [str(programs / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port), "-k", ""]
        command += [part for option in OPTIONS for part in ("-c", option)]
        with log.open("ab") as written:
            process = subprocess.Popen(command, cwd=folder, stdout=written, stderr=written, **as_user())
        try:
            if not wait_until_ready(process, lambda: _answers(url)):
                raise ServerUnavailableError(log.read_text(errors="replace")[-500:])
            yield url
        finally:
            process.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
            process.wait(START_TIMEOUT_S)


def _initialise(initdb: Path, data: Path) -> None:
    options = ["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    made = subprocess.run(
        [str(initdb), "-D", str(data), *options],
        cwd=data.parent,
        capture_output=True,
        check=False,
        **as_user(),
    )
    if made.returncode:
        raise ServerUnavailableError(made.stderr.decode(errors="replace")[-500:])


def make_database(url: str, name: str) -> str:
    """Return the URL of a new, empty database of the server that another URL leads to."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{url.rpartition('/')[0]}/{name}"


def _programs() -> Path:
    try:
        return find_postgres()
    except SettingsError as error:
        raise ServerUnavailableError(f"{error}. {error.hint}") from error


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True
