"""Files and folders to documents; whatever is not read becomes a report row."""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import stat
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from ingest.contract import Document, ReportRow
from ingest.errors import SourceError
from ingest.tenants import MARK, own_name, tenant_of

DOCUMENT_ENDINGS = frozenset({".md", ".markdown", ".mdx", ".txt"})
OTHER_HANDBOOK_ENDINGS = frozenset(
    ".rst .adoc .asciidoc .org .tex .textile .wiki .html .htm .xhtml .docx .doc .odt .rtf .pptx .pdf .epub"
    " .ipynb".split()
)
SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})
BYTES_A_MEGABYTE = 1_000_000
_MARKED = "names that begin with '@' are those of tenants' documents; this one is named after its root"
_LEADS_OUT = "a link that leads out of the folder; name its target to have it read"


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    Attributes:
        name: What the document will be called.
        root: The file or folder that was named, absolute.
    """

    path: Path
    name: str
    root: str


class Found(NamedTuple):
    """Files to read, in order, and what was passed over."""

    sources: tuple[Source, ...]
    report: tuple[ReportRow, ...]


class Reading(NamedTuple):
    """Documents in order, what was not read, and the absolute roots that these stand for."""

    documents: tuple[Document, ...]
    report: tuple[ReportRow, ...]
    roots: tuple[str, ...]


def read_sources(paths: Sequence[Path], *, max_document_mb: float = 20.0) -> Reading:
    """Return all documents below the paths; a file that cannot be read does not stop the others.

    Of files with the same bytes the first is read.

    Raises:
        SourceError: A path does not exist, or no document could be read at all.
    """
    found = find_sources(paths)
    documents: dict[str, Document] = {}
    rows = list(found.report)
    for source in found.sources:
        read = read_document(source, max_document_mb=max_document_mb)
        if isinstance(read, ReportRow):
            rows.append(read)
        elif read.sha256 in documents:
            rows.append(_skipped(read.name, f"its bytes are those of {documents[read.sha256].name!r}"))
        else:
            documents[read.sha256] = read
    if not documents:
        reasons = "; ".join(f"{row.document}: {row.reason}" for row in rows[:3])
        raise SourceError(
            f"no document can be read below {_listed(paths)}" + (f" ({reasons})" if reasons else "")
        )
    return Reading(tuple(documents.values()), tuple(rows), tuple(str(_absolute(path)) for path in paths))


def find_sources(paths: Sequence[Path]) -> Found:
    """Return the files below the paths that may be documents, in the order of the paths and then of names.

    A file that several paths lead to is listed once. Where two roots give one name, the later file takes
    the name of its root in front; so does one whose name would make it a tenant's.

    Raises:
        SourceError: A path does not exist, or no file below the paths is a document.
    """
    seen_files: dict[Path, str] = {}
    names: dict[str, Source] = {}
    rows: list[ReportRow] = []
    for path in paths:
        if not os.path.lexists(path):
            raise SourceError(f"{str(path)!r} does not exist")
        for item in _below(_absolute(path)):
            if isinstance(item, ReportRow):
                rows.append(item)
                continue
            real = Path(os.path.realpath(item.path))
            if real in seen_files:
                rows.append(_note(item.name, f"the same file as {seen_files[real]!r}; read once"))
                continue
            source = item
            if tenant_of(item.name):
                source = replace(item, name=free_name(item.root, item.name, names))
                rows.append(_note(source.name, _MARKED))
            elif item.name in names:
                source = replace(item, name=free_name(item.root, item.name, names))
                rows.append(named_after_root(source.name, item.name))
            seen_files[real] = source.name
            names[source.name] = source
    if not names:
        raise SourceError(f"no Markdown or text file below {_listed(paths)}")
    return Found(tuple(names.values()), tuple(rows))


def is_passed_over(entry: str) -> bool:
    """Return whether what has this name below a root is not read: hidden, or somebody else's code."""
    return entry.startswith(".") or entry in SKIPPED_FOLDERS


def owned_by(tenant: str, reading: Reading) -> Reading:
    """Return the reading with all names as a collection has them for this tenant; as it is for none."""
    return Reading(
        tuple(one.model_copy(update={"name": own_name(tenant, one.name)}) for one in reading.documents),
        tuple(row.model_copy(update={"document": own_name(tenant, row.document)}) for row in reading.report),
        reading.roots,
    )


def nobodys(document: Document) -> Document:
    """Return a shared document under a name that no tenant's can have."""
    if not tenant_of(document.name):
        return document
    return document.model_copy(update={"name": free_name(document.root, document.name, ())})


def read_document(source: Source, *, max_document_mb: float = 20.0) -> Document | ReportRow:
    """Return the document in a file, or the row that says why there is none."""
    try:
        data = _bytes(source.path, max_document_mb)
        text = _text(data)
    except OSError as error:
        return _skipped(source.name, f"cannot be read: {error.strerror or error}")
    except _UnreadableError as error:
        return _skipped(source.name, str(error))
    return Document(name=source.name, root=source.root, text=text, sha256=hashlib.sha256(data).hexdigest())


def free_name(root: str, name: str, taken: Container[str]) -> str:
    """Return a name that is still free: the root's folder in front, counted if need be."""
    path = Path(root)
    folder = (path if path.is_dir() else path.parent).name.lstrip(MARK) or "root"
    numbered = (f"{folder}-{count}/{name}" for count in itertools.count(2))
    return next(free for free in itertools.chain([f"{folder}/{name}"], numbered) if free not in taken)


def named_after_root(name: str, wanted: str) -> ReportRow:
    """Return the row that says why a document does not have the name it would have alone."""
    return _note(name, f"another root holds {wanted!r} too; this one is named after its root")


class _UnreadableError(Exception):
    """A file's bytes are not the text of a handbook."""


def _below(root: Path) -> Iterator[Source | ReportRow]:
    """Yield the documents at or below a path, and rows for what else might have been meant."""
    if root.is_dir():
        yield from _walk(root, root, ())
    else:
        yield from _file(root, root.name, str(root), named=True)


def _walk(folder: Path, root: Path, above: tuple[Path, ...]) -> Iterator[Source | ReportRow]:
    name = folder.relative_to(root).as_posix()
    real = Path(os.path.realpath(folder))
    if real in above:
        yield _skipped(name, "a link that leads back to a folder above it")
        return
    if _leads_out(folder, root):
        yield _skipped(name, _LEADS_OUT)
        return
    try:
        entries = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        yield _skipped(name, f"the folder cannot be read: {error.strerror or error}")
        return
    for entry in entries:
        path = folder / entry
        below = path.relative_to(root).as_posix()
        if not path.is_dir():
            yield from _file(path, below, str(root), named=False)
        elif not is_passed_over(entry):
            yield from _walk(path, root, (*above, real))
        elif entry not in (".git", ".hg", ".svn"):
            yield _skipped(below, "a hidden or vendored folder")


def _file(path: Path, name: str, root: str, *, named: bool) -> Iterator[Source | ReportRow]:
    ending = path.suffix.lower()
    if path.is_symlink() and not path.exists():
        if ending in DOCUMENT_ENDINGS or named or not ending:
            yield _skipped(name, "a link to nothing, or one that leads back to itself")
    elif ending in DOCUMENT_ENDINGS and path.name.startswith(".") and not named:
        yield _skipped(name, "a hidden file")
    elif ending in DOCUMENT_ENDINGS and not named and _leads_out(path, Path(root)):
        yield _skipped(name, _LEADS_OUT)
    elif ending in DOCUMENT_ENDINGS:
        yield Source(path, _printable(name), _printable(root))
    elif ending in OTHER_HANDBOOK_ENDINGS or named:
        yield _skipped(name, f"{ending or 'files without an ending'} is not read; convert it to Markdown")


def _leads_out(path: Path, root: Path) -> bool:
    """Return whether a link below a root points at something outside of it, as one in a foreign clone may."""
    return path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def _bytes(path: Path, max_document_mb: float) -> bytes:
    """Return what a regular file of bearable size holds."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise _UnreadableError("not a regular file")
    if status.st_size > max_document_mb * BYTES_A_MEGABYTE:
        size_mb = status.st_size / BYTES_A_MEGABYTE
        raise _UnreadableError(f"{size_mb:.1f} MB is more than the {max_document_mb:g} MB that are read")
    return path.read_bytes()


def _text(data: bytes) -> str:
    """Return the text in a file's bytes as `Path.read_text(encoding="utf-8")` would."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _UnreadableError("not UTF-8 but UTF-16; save it as UTF-8")
    if b"\0" in data:
        raise _UnreadableError("a binary file")
    try:
        text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8").read()
    except UnicodeDecodeError as error:
        raise _UnreadableError(f"not UTF-8: {_first_bad_byte(data)}") from error
    if not text.strip("\ufeff \t\r\n\f\v"):
        raise _UnreadableError("empty")
    return text


def _first_bad_byte(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"byte 0x{data[error.start]:02x} at offset {error.start}"
    return "it ends inside a character"


def _printable(name: str) -> str:
    """Return a file name that can be stored: bytes that are not UTF-8 become replacement characters."""
    return os.fsencode(name).decode("utf-8", "replace")


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would lose the name of a link


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(repr(str(path)) for path in paths) or "no path at all"


def _skipped(name: str, reason: str) -> ReportRow:
    return ReportRow(document=_printable(name), outcome="skipped", reason=reason)


def _note(name: str, reason: str) -> ReportRow:
    return ReportRow(document=name, outcome="note", reason=reason)
