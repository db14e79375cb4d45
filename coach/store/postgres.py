"""Connections to PostgreSQL that give up: a server that takes a query and never answers holds nobody."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, event

Result = TypeVar("Result")
GRACE_S = 1.0
"""How much longer we wait than the server may work on a statement, so that its own refusal comes first."""


class ImpatientConnection(psycopg.Connection[Any]):
    """A connection whose every wait for the server ends after `limit_s`; it is closed then.

    The server's `statement_timeout` ends what takes too long; this ends what never comes back: a server that
    is stopped, or a network that swallows what is sent.
    """

    limit_s: float | None = None

    def wait(
        self, gen: Generator[Any, Any, Result], interval: float = 0.1, timeout: float | None = None
    ) -> Result:
        """Return what the server says. Raises OperationalError if it says nothing in time."""
        try:
            return super().wait(gen, interval, self.limit_s if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as error:  # noqa: SLF001 - it has no public name
            self.pgconn.finish()  # what it might still say belongs to nobody
            raise psycopg.OperationalError(f"the server said nothing for {self.limit_s} s") from error


def make_impatient(engine: Engine, timeout_s: float) -> None:
    """Let every connection of an engine give up a little after the server should have."""

    def connect(_: object, record: object, args: list[Any], options: dict[str, Any]) -> ImpatientConnection:
        del record
        made = ImpatientConnection.connect(*args, **options)
        made.limit_s = timeout_s + GRACE_S
        return made

    event.listen(engine, "do_connect", connect)


@contextmanager
def patient(connection: Connection) -> Iterator[None]:
    """Let a connection wait as long as it takes within the block: a migration may take its time."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, ImpatientConnection)  # noqa: S101 - tells mypy
    limit_s, driver.limit_s = driver.limit_s, None
    try:
        yield
    finally:
        driver.limit_s = limit_s
