"""The live build of a collection as one file, and back from it into an index that lacks the collection."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final, Literal

from ingest.contract import Frozen, IndexManifest
from ingest.errors import IndexMismatchError, SourceError, StoreError
from ingest.fingerprint import Fingerprint, departure, fingerprint
from ingest.move import move
from ingest.store import SCHEMA_VERSION
from ingest.store.edge import EdgeStore
from ingest.store.port import Store
from ingest.store.values import Engine

DESCRIPTION = "backup.json"
FORMAT: Final = 1
BYTES_A_READ = 1 << 20
COMPRESSION = 1
"""The engine's files hold long runs of zeros, which the quickest level takes out; vectors hardly shrink."""

Count = Callable[[int], object]


class Backup(Frozen):
    """What a backup says of itself, so that a restore can be checked without the index that was backed up.

    Attributes:
        engine: Made the files; no other engine reads them.
        files: sha256 by name below the folder "files".
    """

    format: Literal[1] = FORMAT
    engine: Engine
    manifest: IndexManifest
    fingerprint: Fingerprint
    files: dict[str, str]


def back_up(collection: str, store: Store, file: Path, *, on_checked: Count = int) -> Backup:
    """Return what the file holds, once it holds the live build of a collection.

    The file appears whole or not at all; one that was there before stays until then.

    Raises:
        StoreError: See its leaves; also if the file cannot be written.
    """
    with closing(store.open(collection)) as build:
        made, manifest = fingerprint(build, on_checked=on_checked), build.manifest
    try:
        with TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as scratch:
            files, archive = Path(scratch) / "files", Path(scratch) / "archive"
            files.mkdir()
            store.copy_out(collection, manifest.build, files)
            sums = {path.relative_to(files).as_posix(): _sha256(path) for path in _files(files)}
            backup = Backup(engine=store.engine, manifest=manifest, fingerprint=made, files=sums)
            _pack(backup, files, archive)
            archive.replace(file)
    except OSError as error:
        raise StoreError(
            f"cannot write {str(file)!r}: {error.strerror or error}",
            hint="Name a file in a folder that exists and has room.",
        ) from error
    return backup


def restore(file: Path, store: Store, *, collection: str = "", on_checked: Count = int) -> IndexManifest:
    """Return the manifest of the live build after it came back from a file.

    It is compared with what the backup says of it (counts, checksums, answers to a sample of searches)
    before it goes live. A backup of the embedded engine also goes to a server, by way of `ingest.move`.

    Args:
        file: Written by `back_up`.
        store: Gets the build.
        collection: What it is called there; nothing means as it was.
        on_checked: Hears how many more chunks were checked.

    Raises:
        SourceError: The file is no backup, or is damaged.
        IndexMismatchError: It was made by a version of the coach with another schema.
        StoreError: The collection holds something, the backup is of another engine, or what came back is
            not what was backed up; then it was removed again.
    """
    with TemporaryDirectory(prefix="coach-restore-") as scratch:
        files = Path(scratch) / "files"
        with _damage(file), zipfile.ZipFile(file) as archive:
            backup = _described(archive.read(DESCRIPTION))
        name = collection or backup.manifest.collection
        _check_target(backup, store, name)
        with _damage(file), zipfile.ZipFile(file) as archive:
            _unpack(backup, archive, files)
        if backup.engine == store.engine:
            return _put(backup, files, name, store, on_checked)
        with closing(EdgeStore(Path(scratch) / "index")) as between:
            _put(backup, files, name, between, int)
            return move(name, between, store, on_copied=on_checked)


def _described(text: bytes) -> Backup:
    """Return what a backup says of itself. Raises IndexMismatchError if another version said it."""
    written = json.loads(text)
    for what, made, read in (
        ("format", written["format"], FORMAT),
        ("index schema", written["manifest"]["schema_version"], SCHEMA_VERSION),
    ):
        if made != read:
            raise IndexMismatchError(
                f"the backup has {what} {made!r}, this program reads {read}",
                hint="Restore it with the version of the coach that made it, or run 'coach ingest'.",
            )
    return Backup.model_validate_json(text)


def _check_target(backup: Backup, store: Store, name: str) -> None:
    if backup.engine == "server" and store.engine != "server":
        raise StoreError(
            "the backup is of a Qdrant server; the embedded engine cannot read it",
            hint="Set COACH_QDRANT_URL, restore it there, then bring it here with 'coach index move'.",
        )
    held = [state for state in store.builds(name) if state.status != "unfinished"]
    if held:
        raise StoreError(
            f"collection {name!r} is not empty: it holds build {held[0].name!r}",
            hint="Restore under another name with --collection.",
        )


def _put(backup: Backup, files: Path, name: str, store: Store, on_checked: Count) -> IndexManifest:
    manifest = backup.manifest.model_copy(update={"collection": name})
    store.copy_in(files, manifest)
    try:
        _check_copy(backup, name, store, on_checked)
    except BaseException:
        store.remove(name, [manifest.build])
        raise
    store.promote(name, manifest.build)
    return manifest


def _check_copy(backup: Backup, name: str, store: Store, on_checked: Count) -> None:
    with closing(store.open(name, backup.manifest.build)) as build:
        wrong = departure(backup.fingerprint, fingerprint(build, on_checked=on_checked))
    if wrong:
        raise StoreError(f"what came back is not what was backed up: {wrong}", hint="Restore another backup.")


def _pack(backup: Backup, files: Path, archive: Path) -> None:
    with archive.open("wb") as stream:
        with zipfile.ZipFile(
            stream, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION, strict_timestamps=False
        ) as packed:
            packed.writestr(DESCRIPTION, backup.model_dump_json(indent=1))
            for name in backup.files:
                packed.write(files / name, f"files/{name}")
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def _damage(file: Path) -> Iterator[None]:
    """Turn what reading a backup raises into SourceError; StoreError if there is no room to unpack it."""
    try:
        yield
    except OSError as error:
        if error.filename is None or Path(error.filename) != file:
            raise StoreError(
                f"cannot unpack {str(file)!r}: {error.strerror or error}",
                hint="Set TMPDIR to a folder with room.",
            ) from error
        raise SourceError(f"cannot read {str(file)!r}: {error.strerror}", hint="Name a backup.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise SourceError(
            f"{str(file)!r} is no backup of an index, or a damaged one",
            hint="Name a file that 'coach index backup' wrote.",
        ) from error


def _unpack(backup: Backup, archive: zipfile.ZipFile, folder: Path) -> None:
    """Write the files, each of which is what the description says. Raises BadZipFile if one is not."""
    for name, sha256 in backup.files.items():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise zipfile.BadZipFile(name)
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with archive.open(f"files/{name}") as packed, target.open("wb") as stream:
            while part := packed.read(BYTES_A_READ):
                digest.update(part)
                if part.strip(b"\0"):
                    stream.write(part)
                else:
                    stream.seek(len(part), os.SEEK_CUR)  # a hole takes no room
            stream.truncate()
        if digest.hexdigest() != sha256:
            raise zipfile.BadZipFile(name)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
