"""The SQL database: one transaction a call, the same rules on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Connection, Engine, Executable, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError, StatementError
from sqlalchemy.orm import Session

from coach.errors import CoachError, DatabaseError, SchemaError, SettingsError
from coach.store.base import Base

if TYPE_CHECKING:
    from coach.settings import Settings

POOL_CONNECTIONS = 16
UNDEFINED_TABLE, UNDEFINED_COLUMN = "42P01", "42703"  # SQLSTATE
_COMMIT_LIGHTLY = text("SET LOCAL synchronous_commit = off")


class Database:
    """A database by URL; safe to share between threads, not across a fork.

    `sqlite:///FILE` keeps everything in one file (WAL, foreign keys on); `postgresql://...` is spoken to
    through psycopg. Nothing is opened until the first call.

    Raises:
        SettingsError: The URL names neither, or a SQLite database in memory, which threads cannot share.
    """

    def __init__(self, url: str | URL, *, timeout_s: float = 10.0) -> None:
        self._url = _read_url(url)
        self.timeout_s = timeout_s
        self.engine = self._make_engine()
        self._writing = self.engine.execution_options(coach_begin="BEGIN IMMEDIATE")
        self._writing_lightly = self._writing.execution_options(coach_durable=False)
        self._reading = self.engine.execution_options(postgresql_readonly=True)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the database that the settings name; by default a file in the data folder."""
        url = settings.database_url.get_secret_value()
        file = URL.create("sqlite", database=str(settings.data_dir.absolute() / "coach.sqlite"))
        return cls(url or file, timeout_s=settings.database_timeout_s)

    @property
    def name(self) -> str:
        """The URL without its password, to be shown."""
        return self._url.render_as_string(hide_password=True)

    @contextmanager
    def session(self, *, durable: bool = True) -> Iterator[Session]:
        """Give one transaction that may write: committed at the end of the block, undone by an exception.

        On SQLite such transactions run one after the other; on PostgreSQL rows are to be locked
        (`with_for_update`) before a value that was read is written back.

        Args:
            durable: Whether what was committed outlives a power cut, which costs a wait for the disk. What
                is not durable still outlives a crash of the process.

        Raises:
            DatabaseError: The database does not answer, stays locked for `timeout_s`, or cannot write.
            SchemaError: It lacks a table or column.
        """
        with (
            self.transaction(durable=durable) as connection,
            Session(connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:
        """Give the transaction of `session` without the mapper, which costs more than the database does."""
        engine = self._writing if durable else self._writing_lightly
        with self._translated(), engine.begin() as connection:
            if not durable and engine.dialect.name == "postgresql":
                connection.execute(_COMMIT_LIGHTLY)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give one transaction that only reads, and never waits for a writer.

        Raises:
            DatabaseError: The database does not answer.
            SchemaError: It lacks a table or column.
        """
        with self._translated(), Session(self._reading, expire_on_commit=False) as session, session.begin():
            yield session

    def migrate(self) -> str:
        """Bring the tables to this version and return the revision; safe when several processes start.

        Raises:
            DatabaseError: The database does not answer or cannot write.
            SchemaError: The tables were made by a newer version.
        """
        from coach.store import schema

        with self.migrating() as connection:
            return schema.upgrade(connection)

    def check(self) -> None:
        """Return if the database answers and its tables are those of this version.

        Raises:
            DatabaseError: It does not answer.
            SchemaError: Its tables are of another version.
        """
        from coach.store import schema

        with self._translated(), self._reading.connect() as connection:
            found, wanted = schema.current(connection), schema.newest()
        if found != wanted:
            raise SchemaError(f"{self.name} has the tables of revision {found!r}, wanted are {wanted!r}")

    def close(self) -> None:
        """Release all connections; idempotent."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Give one transaction in which the schema may be changed, to one process at a time."""
        if self._url.database and self._url.get_backend_name() == "sqlite":
            self._make_folder(Path(self._url.database).parent)
        with self._translated(), self._writing.connect() as connection, ExitStack() as waiting:
            if self.engine.dialect.name == "postgresql":
                from coach.store.postgres import patient

                waiting.enter_context(patient(connection))
            if self.engine.dialect.name == "sqlite":
                # A table that a migration rebuilds must not take along the rows that refer to it. SQLite
                # ignores this inside a transaction; a new connection has the rule on again.
                _driver(connection).execute("PRAGMA foreign_keys = OFF")
                _driver(connection).execute("PRAGMA journal_mode = WAL")
                connection.detach()
            with connection.begin():
                if self.engine.dialect.name == "postgresql":
                    connection.execute(text("SET LOCAL statement_timeout = 0"))
                    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('coach migrations'))"))
                yield connection

    def _make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"cannot make {str(folder)!r} for {self.name}: {error}") from error

    def _make_engine(self) -> Engine:
        options: dict[str, Any] = {"pool_size": POOL_CONNECTIONS, "max_overflow": POOL_CONNECTIONS}
        options["pool_timeout"] = self.timeout_s
        if self._url.get_backend_name() == "sqlite":
            engine = create_engine(self._url, connect_args={"timeout": self.timeout_s}, **options)
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        limit_ms = int(self.timeout_s * 1000)
        arguments = {
            "connect_timeout": max(1, round(self.timeout_s)),
            "options": f"-c statement_timeout={limit_ms} -c lock_timeout={limit_ms} -c timezone=UTC",
            "application_name": "coach",
        }
        from coach.store.postgres import make_impatient

        engine = create_engine(self._url, connect_args=arguments, pool_pre_ping=True, **options)
        make_impatient(engine, self.timeout_s)
        return engine

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            cause = error.orig if isinstance(error, StatementError) else error
            if isinstance(cause, CoachError):  # a value that a column type refused; `error` is raised from it
                raise cause from cause.__cause__
            raise self._as_ours(error, cause) from error

    def _as_ours(self, error: Exception, cause: BaseException | None) -> CoachError:
        # The first line alone: what follows, and the statement's parameters, may be a user's words.
        reason = f"{cause}".partition("\n")[0] or type(error).__name__
        what = f"{self.name}: {reason}"
        missing = getattr(cause, "sqlstate", None) in {UNDEFINED_TABLE, UNDEFINED_COLUMN}
        if missing or (isinstance(cause, sqlite3.OperationalError) and "no such" in str(cause)):
            return SchemaError(what)
        return DatabaseError(what)


def insert_if_absent(connection: Connection, table: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless one with the same key is there; return whether it was inserted."""
    statement = _insert_unless_there(table, connection.dialect.name)
    return connection.execute(statement, values).first() is not None


@cache
def _insert_unless_there(table: type[Base], dialect: str) -> Executable:
    # Made once and on the table beneath the class: making it anew costs more than running it.
    beneath = table.metadata.tables[table.__tablename__]
    if dialect == "sqlite":
        return sqlite.insert(beneath).on_conflict_do_nothing().returning(text("1"))
    return postgresql.insert(beneath).on_conflict_do_nothing().returning(text("1"))


def _read_url(given: str | URL) -> URL:
    try:
        url = make_url(given)
    except ArgumentError as error:
        raise SettingsError("COACH_DATABASE_URL is no URL") from error  # unquoted: it may hold a password
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername != "sqlite":
        raise SettingsError(f"COACH_DATABASE_URL names {url.drivername!r}; sqlite and postgresql are spoken")
    if url.database in {None, "", ":memory:"}:
        raise SettingsError("COACH_DATABASE_URL names no file", hint="Write sqlite:///FILE.")
    return url


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - tells mypy
    return driver


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    """Set what holds for a connection, not for the file; the driver's own BEGIN is turned off.

    Source: https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#sqlite-enabling-transactions
    """
    del record
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten, not only unlinked


def _begin_sqlite(connection: Connection) -> None:
    """Begin; a transaction that will write says so at once, else it could be refused half-way.

    Source: https://sqlite.org/lang_transaction.html (a read transaction that turns into a write one fails
    with SQLITE_BUSY, without waiting, if somebody else wrote in between).
    """
    options = connection.get_execution_options()
    driver = _driver(connection)  # without SQLAlchemy's bookkeeping, which costs more than both statements
    driver.execute(f"PRAGMA synchronous = {'FULL' if options.get('coach_durable', True) else 'NORMAL'}")
    driver.execute(options.get("coach_begin", "BEGIN"))
