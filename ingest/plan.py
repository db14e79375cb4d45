"""What an ingest will do, decided before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingest.contract import Document, DocumentEntry, IndexManifest, ReportRow
from ingest.sources import Reading


@dataclass(frozen=True, slots=True)
class Plan:
    """The documents of an ingest by what becomes of them.

    Attributes:
        kept: Documents of the live build that stay as they are, by name; only their root may be another.
        moved: Whether that is so for some.
    """

    changed: tuple[Document, ...]
    kept: dict[str, DocumentEntry]
    moved: bool
    added: tuple[str, ...]
    updated: tuple[str, ...]
    deleted: tuple[str, ...]
    rows: tuple[ReportRow, ...]
    hashes: dict[str, str]


def make_plan(
    reading: Reading, live: IndexManifest | None, *, replaces: Callable[[DocumentEntry], bool]
) -> Plan:
    """Return what has to change for the live manifest to hold what was read.

    Args:
        reading: The documents that will be held.
        live: What is held so far.
        replaces: Whether the reading stands for a document that is held: one that it lacks is deleted.
    """
    entries = {entry.name: entry for entry in live.documents} if live else {}
    roots = {document.name: document.root for document in reading.documents}
    deleted = tuple(sorted(name for name, entry in entries.items() if replaces(entry) and name not in roots))
    changed = tuple(
        document
        for document in reading.documents
        if document.name not in entries or entries[document.name].sha256 != document.sha256
    )
    touched = {document.name for document in changed}
    kept = {
        name: entry.model_copy(update={"root": roots.get(name, entry.root)})
        for name, entry in entries.items()
        if name not in touched and name not in deleted
    }
    earlier = live.report if live else ()
    return Plan(
        changed=changed,
        kept=kept,
        moved=any(entry != entries[name] for name, entry in kept.items()),
        added=tuple(sorted(touched - entries.keys())),
        updated=tuple(sorted(touched & entries.keys())),
        deleted=deleted,
        rows=tuple(dict.fromkeys((*reading.report, *(row for row in earlier if row.document in kept)))),
        hashes={name: entry.sha256 for name, entry in kept.items()},
    )
