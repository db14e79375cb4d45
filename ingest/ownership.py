"""To which path each document belongs: where several lead to one file, and where a path is gone."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.contract import Document, DocumentEntry
from ingest.sources import Reading, Source, free_name, named_after_root, read_document


def tell_apart(reading: Reading, held: Sequence[DocumentEntry]) -> Reading:
    """Return the reading as it is to be held beside what the index holds of other roots.

    No document has the name of another root's document. Where both say the same, byte for byte, or are the
    same file, there is nothing to tell apart: it stays with the root that it came from, unless that lies
    within the one that was read. What a root that was read has lost goes to another one that has it too.

    The roots are also those that the reading stands for: the same folder by another path, and where nothing
    is any more, a path below a root that was read, or one whose documents came again.
    """
    roots = {*reading.roots, *_other_names(reading, held)}
    earlier = {entry.name: entry for entry in held}
    others = [entry for entry in held if entry.root not in roots]
    taken = {entry.name for entry in others} | {document.name for document in reading.documents}
    told: dict[str, Document] = {}
    rows = list(reading.report)
    for document in reading.documents:
        other = earlier.get(document.name)
        name, root = document.name, document.root
        if other and _stays(other, document):
            root = other.root
        elif other and other.root not in roots and not _is_alike(other, document):
            name = free_name(root, name, taken)
            taken.add(name)
            rows.append(named_after_root(name, document.name))
        told[name] = document.model_copy(update={"name": name, "root": root})
    lost = [entry for entry in held if entry.root in roots and entry.name not in told]
    found = _found_again(lost, sorted({entry.root for entry in others}))
    return Reading((*told.values(), *found), tuple(rows), tuple(sorted(roots)))


def _other_names(reading: Reading, held: Sequence[DocumentEntry]) -> Iterator[str]:
    """Yield the roots of what is held that the reading stands for although they were not named."""
    documents: defaultdict[str, set[str]] = defaultdict(set)
    for entry in held:
        documents[entry.root].add(entry.name)
    read = {document.name for document in reading.documents}
    named = {_real(root) for root in reading.roots}
    for root, names in documents.items():
        real = _real(root)
        came_again = 2 * len(names & read) > len(names)
        if real in named or (_is_gone(real) and (came_again or not named.isdisjoint(real.parents))):
            yield root


def _stays(held: DocumentEntry, document: Document) -> bool:
    """Return whether a document belongs to the root for which it is held."""
    if held.root == document.root or not _is_alike(held, document):
        return False
    if _file_of(held) == _file_of(document):
        return _real(document.root).is_relative_to(_real(held.root))
    return not _is_gone(_file_of(held))


def _is_alike(held: DocumentEntry, document: Document) -> bool:
    return held.sha256 == document.sha256 or _file_of(held) == _file_of(document)


def _found_again(lost: Sequence[DocumentEntry], roots: Sequence[str]) -> Iterator[Document]:
    """Yield what roots still have, byte for byte, of what was lost elsewhere."""
    for entry in lost:
        for root in roots:
            found = read_document(Source(Path(root, entry.name), entry.name, root), max_document_mb=math.inf)
            if isinstance(found, Document) and found.sha256 == entry.sha256:
                yield found
                break


def _file_of(document: Document | DocumentEntry) -> Path:
    """Return where a document was read: its root, or a file below, whose name may begin with the root's."""
    root = Path(document.root)
    below = root / document.name
    candidates = (root, below, root / document.name.partition("/")[2])
    return _real(next(filter(Path.is_file, candidates), below))


def _is_gone(path: Path) -> bool:
    """Return whether nothing is there; what cannot be looked at may be."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _real(path: str | Path) -> Path:
    return Path(os.path.realpath(path))
