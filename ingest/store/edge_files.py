"""The files of the embedded engine and what makes a change to them atomic.

<index_dir>/<collection>/LIVE                     name of the live build
<index_dir>/<collection>/builds/<build>/          shard/, library.sqlite3, manifest.json; DRAFT until
                                                  published; BESIDE if it has never been live
<index_dir>/.locks/<collection>                   held by the one writer
<index_dir>/.trash/                               on its way out
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ingest.errors import IndexBusyError, StoreError
from ingest.store.encoding import BUILD_NAME, Draft
from ingest.store.sqlite_library import SqliteLibrary
from ingest.store.values import BuildStatus

SHARD, LIBRARY, MANIFEST = "shard", "library.sqlite3", "manifest.json"
DRAFT, BESIDE, LIVE = "DRAFT", "BESIDE", "LIVE"
COPIED_BYTES = 1 << 20
SPARE_BYTES = 32 << 20
"""More than a new shard takes on the file systems that give its holes room (21 MB on tmpfs)."""

REFUSALS = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT})
ERROR_NUMBER = re.compile(r"\[Errno (\d+)\]|\(os error (\d+)\)")
"""How Python and the engine tell which error of the system it was."""

VECTORS_FILE = re.compile(r"chunk_(\d+)\.mmap")
"""The engine appends vectors to the last of such files in a folder; those before it are full."""


@contextmanager
def engine_errors(path: Path) -> Iterator[None]:
    """Turn what the engine and the file system raise about this path into StoreError."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, OSError) or _is_of_the_engine(error):
            hint = (
                "COACH_DATA_DIR must be a folder that is writable and has room." if is_refusal(error) else ""
            )
            raise StoreError(f"index {str(path)!r}: {error}", hint=hint) from error
        raise


def is_refusal(error: BaseException) -> bool:
    """Return whether it tells of a right or of room that is missing: what is there need not be damaged."""
    number = ERROR_NUMBER.search(str(error))
    return number is not None and int(number[1] or number[2]) in REFUSALS


def require_room(folder: Path, bytes_more: int = 0) -> None:
    """Return if so much can be written below a folder and some is left.

    The engine maps its files into memory: where one of its pages finds no room, the system ends the process
    without a word (SIGBUS).

    Raises:
        StoreError: It cannot.
    """
    free, needed = shutil.disk_usage(folder).free, SPARE_BYTES + bytes_more
    if free < needed:
        raise StoreError(
            f"no room in {str(folder)!r}: {free / 1e6:.0f} MB are free, {needed / 1e6:.0f} MB are needed",
            hint="Make room there, or let COACH_DATA_DIR be a folder that has more.",
        )


def _is_of_the_engine(error: BaseException) -> bool:
    """Return whether qdrant_edge raised it: Exception itself, or a panic, a class that nothing exports."""
    return type(error) is Exception or type(error).__name__ == "PanicException"


def write_durably(file: Path, text: str) -> None:
    """Replace a file in one step that survives a loss of power."""
    fresh = file.with_name(f"{file.name}.{uuid.uuid4().hex}.tmp")
    with fresh.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy_files(source: Path, target: Path) -> None:
    """Copy what makes a build, which nobody changes, into an empty folder; without manifest and marks."""
    shutil.copytree(source / SHARD, target / SHARD, copy_function=_copy_data)
    shutil.copyfile(source / LIBRARY, target / LIBRARY)


def share_files(source: Path, target: Path) -> None:
    """Make a copy of a build to be changed, in an empty folder: its full files are the same ones twice.

    The engine writes into a full file only when it overwrites a vector, so whoever changes the copy must not:
    a point that gets other vectors is removed first, and then added (`EdgeWriter.add`).
    """
    shutil.copytree(source / SHARD, target / SHARD, copy_function=_share_or_copy)
    shutil.copyfile(source / LIBRARY, target / LIBRARY)


def _share_or_copy(source: str, target: str) -> None:
    if _is_full(Path(source)):
        with suppress(OSError):  # a file system without links, or with no more of them for this file
            os.link(source, target)
            return
    _copy_data(source, target)


def _is_full(file: Path) -> bool:
    """Return whether vectors were begun to be appended to the next file."""
    match = VECTORS_FILE.fullmatch(file.name)
    return match is not None and file.with_name(f"chunk_{int(match[1]) + 1}.mmap").exists()


def _copy_data(source: str, target: str) -> None:
    """Copy a file without its holes: the engine's files are mostly room that nothing was written to yet."""
    with Path(source).open("rb") as given, Path(target).open("wb") as made:
        size, end = os.fstat(given.fileno()).st_size, 0
        made.truncate(size)
        while end < size:
            try:
                start = os.lseek(given.fileno(), end, os.SEEK_DATA)
            except OSError as error:
                if error.errno == errno.ENXIO:  # nothing but a hole is left
                    return
                raise
            end = os.lseek(given.fileno(), start, os.SEEK_HOLE)
            given.seek(start)
            made.seek(start)
            while start < end:
                start += made.write(given.read(min(COPIED_BYTES, end - start)))


def sync_files(folder: Path) -> None:
    """Make all files below a folder survive a loss of power."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        else:
            sync_folder(path)


class WriterLock:
    """Held from construction to `close`; the system frees it when its process ends, however it ends."""

    def __init__(self, file: Path, collection: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._stream = file.open("a", encoding="utf-8")
        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._stream.close()
            raise IndexBusyError(f"another process writes to collection {collection!r}") from error

    def close(self) -> None:
        """Let the next writer in; idempotent."""
        self._stream.close()


class CollectionFolder:
    """One collection on disk."""

    def __init__(self, index_dir: Path, name: str) -> None:
        self.name = name
        self.root = index_dir / name
        self._builds = self.root / "builds"
        self._lock_file = index_dir / ".locks" / name
        self._trash = index_dir / ".trash"

    def lock(self) -> WriterLock:
        """Return the writer lock, taken. Raises IndexBusyError if another holds it."""
        return WriterLock(self._lock_file, self.name)

    def live(self) -> str:
        """Return the name of the live build, or nothing; a damaged file names none until the next publish."""
        with engine_errors(self.root):
            try:
                name = (self.root / LIVE).read_text(encoding="utf-8", errors="replace")
            except FileNotFoundError:
                return ""
        return name if BUILD_NAME.fullmatch(name) else ""

    def set_live(self, build: str) -> None:
        """Make a build the live one, in one step."""
        for folder in (self.build(build), self._builds, self.root):
            sync_folder(folder)
        write_durably(self.root / LIVE, build)

    def build(self, name: str) -> Path:
        """Return the folder of a build."""
        return self._builds / name

    def names(self) -> list[str]:
        """Return the names of all builds, sorted."""
        with engine_errors(self.root):
            return sorted(path.name for path in self._builds.iterdir()) if self._builds.is_dir() else []

    def drafts(self) -> dict[str, Draft | None]:
        """Return the mark by name of the builds never published; None if the mark is not whole."""
        live = self.live()
        return {name: self._mark(name) for name in self.names() if name != live and self._is_draft(name)}

    def is_published(self, name: str) -> bool:
        """Return whether there is such a build, and it is whole."""
        return bool(BUILD_NAME.fullmatch(name)) and name in self.names() and not self._is_draft(name)

    def clear(self, name: str) -> None:
        """Make room for a build: an unfinished one of its name goes. Raises StoreError if it is published."""
        if self.is_published(name):
            raise StoreError(f"build {name!r} of collection {self.name!r} exists")
        if name in self.names():
            self.discard(self.build(name))

    def status(self, name: str) -> BuildStatus:
        """Return what becomes of a build."""
        if name == self.live():
            return "live"
        if self._is_draft(name):
            return "unfinished"
        return "beside" if (self.build(name) / BESIDE).exists() else "earlier"

    def set_beside(self, build: str) -> None:
        """Publish a build that does not go live; without its draft's mark it counts as whole."""
        write_durably(self.build(build) / BESIDE, "")
        (self.build(build) / DRAFT).unlink()
        sync_folder(self.build(build))

    def _is_draft(self, name: str) -> bool:
        return (self.build(name) / DRAFT).exists() or not (self.build(name) / MANIFEST).exists()

    def _mark(self, name: str) -> Draft | None:
        try:
            return Draft.model_validate_json((self.build(name) / DRAFT).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def fullest_draft(self, embed_model_version: str) -> str:
        """Return the draft of this version with most complete chunks, or nothing. The lock must be held."""
        drafts = self.drafts().items()
        same = [name for name, mark in drafts if mark and mark.embed_model_version == embed_model_version]
        counts = {name: self._complete_chunks(name) for name in same}
        return max((name for name in same if counts[name]), key=lambda name: (counts[name], name), default="")

    def _complete_chunks(self, build: str) -> int:
        try:
            with closing(SqliteLibrary.recover(self.build(build) / LIBRARY)) as library:
                return library.count_chunks()
        except StoreError:
            return 0  # its writer was stopped before it held anything

    def is_settled(self) -> bool:
        """Return whether the writer of the live build came to its end."""
        return not (self.build(self.live()) / DRAFT).exists()

    def settle(self) -> None:
        """Do what is left to do for the live build, where its writer was stopped after it went live."""
        live = self.live()
        if not live:
            return
        if not self.is_settled():
            self.tidy(max((name for name in self.names() if self.status(name) == "earlier"), default=""))
        for mark in (DRAFT, BESIDE):
            (self.build(live) / mark).unlink(missing_ok=True)

    def tidy(self, previous: str) -> None:
        """Remove what no reader needs: all but the live build, the previous one and those beside."""
        for name in self.names():
            if name != previous and self.status(name) in ("earlier", "unfinished"):
                self.discard(self.build(name))

    def discard(self, path: Path) -> None:
        """Remove a folder so that no reader ever sees half of it.

        An old reader may still write its unchanged settings there; what cannot be removed now goes with
        the next call.
        """
        self._trash.mkdir(parents=True, exist_ok=True)
        path.rename(self._trash / uuid.uuid4().hex)
        for rubbish in self._trash.iterdir():
            shutil.rmtree(rubbish, ignore_errors=True)
