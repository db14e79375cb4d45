"""Files and folders to documents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ingest.errors import SourceError
from ingest.sources import Reading, find_sources, read_sources


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files below a folder and return it."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def names(reading: Reading) -> list[str]:
    """Return the names of the documents."""
    return [document.name for document in reading.documents]


def reasons(reading: Reading) -> dict[str, str]:
    """Return the reason of each report row by document."""
    return {row.document: row.reason for row in reading.report}


def test_documents_are_named_below_their_root_in_a_fixed_order(tmp_path: Path) -> None:
    """Names have forward slashes and are sorted; images and programs are no documents and no news."""
    write(
        tmp_path,
        {"b/two.MD": "2", "a.markdown": "1", "c.mdx": "3", "d.txt": "4", "e.png": b"\x89", "f.py": "5"},
    )
    reading = read_sources([tmp_path])
    assert names(reading) == ["a.markdown", "b/two.MD", "c.mdx", "d.txt"]
    assert {document.root for document in reading.documents} == {str(tmp_path)}
    assert reading.report == ()
    assert reading.roots == (str(tmp_path),)


def test_a_named_file_is_called_by_its_bare_name(tmp_path: Path) -> None:
    """A file that is named itself is its own root."""
    path = write(tmp_path, {"deep/book.md": "text"}) / "deep" / "book.md"
    (document,) = read_sources([path]).documents
    assert (document.name, document.root) == ("book.md", str(path))


def test_text_is_read_as_pathlib_reads_it(tmp_path: Path) -> None:
    """Newlines of all systems become one; a byte-order mark stays, so that offsets fit `read_text`."""
    path = write(tmp_path, {"a.md": "\ufeff# A\r\nb\rc\n"}) / "a.md"
    (document,) = read_sources([path]).documents
    assert document.text == path.read_text(encoding="utf-8") == "\ufeff# A\nb\nc\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        ("\ufeff \n\t\n".encode(), "empty"),
        (b"caf\xe9", "not UTF-8: byte 0xe9 at offset 3"),
        ("text".encode("utf-16"), "not UTF-8 but UTF-16; save it as UTF-8"),
        (b"PK\x03\x04\x00\x00", "a binary file"),
        (b"x" * 2_000_001, "2.0 MB is more than the 2 MB that are read"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_row(tmp_path: Path, content: bytes, reason: str) -> None:
    """Bad bytes are reported with their reason and the other files are read."""
    write(tmp_path, {"bad.md": content, "good.md": "text"})
    reading = read_sources([tmp_path], max_document_mb=2)
    assert names(reading) == ["good.md"]
    assert reasons(reading) == {"bad.md": reason}


@pytest.mark.parametrize("ending", [".rst", ".html", ".docx", ".pdf", ".ipynb"])
def test_other_formats_of_handbooks_are_named_in_the_report(tmp_path: Path, ending: str) -> None:
    """A handbook in another format is not passed over in silence."""
    write(tmp_path, {f"book{ending}": b"x", "good.md": "text"})
    assert reasons(read_sources([tmp_path])) == {
        f"book{ending}": f"{ending} is not read; convert it to Markdown"
    }


def test_hidden_and_vendored_folders_are_reported_but_version_control_is_not(tmp_path: Path) -> None:
    """What is left out by convention is said once a folder."""
    write(
        tmp_path,
        {".git/a.md": "1", ".notes/b.md": "2", "node_modules/p/c.md": "3", "d.md": "4", ".e.md": "5"},
    )
    reading = read_sources([tmp_path])
    assert names(reading) == ["d.md"]
    assert reasons(reading) == {
        ".e.md": "a hidden file",
        ".notes": "a hidden or vendored folder",
        "node_modules": "a hidden or vendored folder",
    }


def test_two_roots_with_one_name_keep_both_documents(tmp_path: Path) -> None:
    """The later document takes its root's folder in front, and a note says so."""
    write(tmp_path, {"one/README.md": "first", "two/README.md": "second", "x/two/README.md": "third"})
    reading = read_sources([tmp_path / "one", tmp_path / "two", tmp_path / "x" / "two"])
    assert names(reading) == ["README.md", "two/README.md", "two-2/README.md"]
    assert [row.outcome for row in reading.report] == ["note", "note"]


def test_a_file_reached_twice_is_read_once(tmp_path: Path) -> None:
    """Overlapping roots and links to a file lead to one document."""
    write(tmp_path, {"a/b.md": "text"})
    (tmp_path / "link.md").symlink_to(tmp_path / "a" / "b.md")
    reading = read_sources([tmp_path, tmp_path / "a", tmp_path / "a" / "b.md"])
    assert names(reading) == ["a/b.md"]
    assert {row.outcome for row in reading.report} == {"note"}


def test_of_equal_files_the_first_is_read(tmp_path: Path) -> None:
    """A byte-identical copy is skipped with a row that names the original."""
    write(tmp_path, {"a.md": "same", "b.md": "same"})
    reading = read_sources([tmp_path])
    assert names(reading) == ["a.md"]
    assert reasons(reading) == {"b.md": "its bytes are those of 'a.md'"}


def test_broken_links_and_link_loops_end_in_rows(tmp_path: Path) -> None:
    """A link to nothing, to itself or to a folder above is reported; the walk ends."""
    write(tmp_path, {"good.md": "text", "folder/inner.md": "inner"})
    (tmp_path / "dead.md").symlink_to(tmp_path / "gone.md")
    (tmp_path / "self.md").symlink_to(tmp_path / "self.md")
    (tmp_path / "folder" / "up").symlink_to(tmp_path)
    reading = read_sources([tmp_path])
    assert names(reading) == ["folder/inner.md", "good.md"]
    assert set(reasons(reading)) == {"dead.md", "self.md", "folder/up"}


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe called like a document does not hang the ingest."""
    write(tmp_path, {"good.md": "text"})
    os.mkfifo(tmp_path / "pipe.md")
    assert reasons(read_sources([tmp_path])) == {"pipe.md": "not a regular file"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_one_row(tmp_path: Path) -> None:
    """Missing rights are reported with the system's reason."""
    write(tmp_path, {"good.md": "text", "locked.md": "text two"})
    (tmp_path / "locked.md").chmod(0)
    assert reasons(read_sources([tmp_path])) == {"locked.md": "cannot be read: Permission denied"}


def test_a_folder_called_like_a_document_is_walked(tmp_path: Path) -> None:
    """A folder's name does not make it a file."""
    write(tmp_path, {"book.md/page.md": "text"})
    assert names(read_sources([tmp_path])) == ["book.md/page.md"]


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    """A wrong path stops the ingest before anything is read."""
    with pytest.raises(SourceError, match="does not exist"):
        find_sources([tmp_path / "gone"])


def test_a_folder_without_documents_is_an_error(tmp_path: Path) -> None:
    """Nothing to read is said in one message, with a hint."""
    write(tmp_path, {"a.py": "x"})
    with pytest.raises(SourceError, match="no Markdown or text file below") as caught:
        read_sources([tmp_path])
    assert caught.value.hint


def test_a_folder_of_bad_documents_only_is_an_error_that_says_why(tmp_path: Path) -> None:
    """If no document can be read, the message holds the first reasons."""
    write(tmp_path, {"a.md": b"\xff"})
    with pytest.raises(SourceError, match=r"a\.md: not UTF-8"):
        read_sources([tmp_path])
