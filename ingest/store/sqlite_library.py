"""What a build holds besides points: documents, vocabulary, and which chunks are complete."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock

from ingest.contract import ParsedDocument
from ingest.errors import StoreError

TABLES = """
CREATE TABLE chunks (id TEXT PRIMARY KEY, content_hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (name TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE vocabulary (word TEXT PRIMARY KEY, chunks INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tenant_vocabulary (
    tenant TEXT NOT NULL, word TEXT NOT NULL, chunks INTEGER NOT NULL, PRIMARY KEY (tenant, word)
) WITHOUT ROWID;
"""
"""The last table is missing in libraries that were made before tenants; none of them is asked for one."""


class SqliteLibrary:
    """One SQLite file behind one connection; safe to share between threads.

    The connection is opened at once, so that a reader keeps its file when a later publish removes it.
    """

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        self._file = file
        self._connection = connection
        self._lock = Lock()

    @classmethod
    def create(cls, file: Path) -> SqliteLibrary:
        """Return a new, empty library. Raises StoreError if the file cannot be made."""
        return cls._connect(file, "rwc", TABLES)

    @classmethod
    def open(cls, file: Path) -> SqliteLibrary:
        """Return a published library for reading; nothing is ever written beside it."""
        return cls._connect(file, "ro&immutable=1")

    @classmethod
    def recover(cls, file: Path) -> SqliteLibrary:
        """Return a draft's library after an interrupted writer; what was committed is in it."""
        return cls._connect(file, "rw")

    @classmethod
    def _connect(cls, file: Path, mode: str, script: str = "") -> SqliteLibrary:
        try:
            uri = f"{file.resolve().as_uri()}?mode={mode}"
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            connection.executescript(script)
            return cls(file, connection)
        except sqlite3.Error as error:
            raise StoreError(f"cannot open {str(file)!r}: {error}") from error

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """Give the connection to one thread, in one transaction."""
        try:
            with self._lock, self._connection as connection:
                yield connection
        except sqlite3.Error as error:
            raise StoreError(f"{str(self._file)!r}: {error}") from error

    def record_chunks(self, hashes: Mapping[str, str]) -> None:
        """Store content hash by id of chunks that are now complete."""
        with self._using() as connection:
            connection.executemany("INSERT OR REPLACE INTO chunks VALUES (?, ?)", hashes.items())

    def add_documents(self, documents: Iterable[ParsedDocument]) -> None:
        """Store documents; one of the same name is replaced."""
        rows = ((one.document.name, zlib.compress(one.model_dump_json().encode())) for one in documents)
        with self._using() as connection:
            connection.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?)", rows)

    def remove(self, documents: Iterable[str], chunks: Iterable[str]) -> None:
        """Forget documents by name and chunks by id."""
        with self._using() as connection:
            connection.executemany("DELETE FROM documents WHERE name = ?", ((name,) for name in documents))
            connection.executemany("DELETE FROM chunks WHERE id = ?", ((one,) for one in chunks))

    def set_vocabulary(self, words: Mapping[str, int], tenant: str = "") -> None:
        """Store the vocabulary of the shared chunks or of a tenant's own, in place of an earlier one."""
        with self._using() as connection:
            if not tenant:
                connection.execute("DELETE FROM vocabulary")
                connection.executemany("INSERT INTO vocabulary VALUES (?, ?)", words.items())
                return
            connection.execute("DELETE FROM tenant_vocabulary WHERE tenant = ?", (tenant,))
            rows = ((tenant, word, chunks) for word, chunks in words.items())
            connection.executemany("INSERT INTO tenant_vocabulary VALUES (?, ?, ?)", rows)

    def chunk_ids(self) -> dict[str, str]:
        """Return content hash by id of the complete chunks."""
        with self._using() as connection:
            return dict(connection.execute("SELECT id, content_hash FROM chunks"))

    def count_chunks(self) -> int:
        """Return the number of complete chunks."""
        with self._using() as connection:
            return int(connection.execute("SELECT count(*) FROM chunks").fetchone()[0])

    def document(self, name: str) -> ParsedDocument:
        """Return a document. Raises KeyError if it is absent."""
        with (
            self._using() as connection,
            closing(connection.execute("SELECT body FROM documents WHERE name = ?", (name,))) as rows,
        ):
            row = rows.fetchone()
        if row is None:
            raise KeyError(name)
        return ParsedDocument.model_validate_json(zlib.decompress(row[0]))

    def vocabulary(self, tenant: str = "") -> dict[str, int]:
        """Return chunks by word, of the shared ones or of a tenant's own."""
        of_tenant = "SELECT word, chunks FROM tenant_vocabulary WHERE tenant = ?"
        with self._using() as connection:
            if tenant:
                return dict(connection.execute(of_tenant, (tenant,)))
            return dict(connection.execute("SELECT word, chunks FROM vocabulary"))

    def close(self) -> None:
        """Release the file; idempotent."""
        with self._lock:
            self._connection.close()
