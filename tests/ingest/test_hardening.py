"""A handbook that somebody else wrote, as a folder on the disk: nothing outside of it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.sources import read_sources


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    """A folder with one page, and a secret beside it."""
    for name, text in {"book/good.md": "text", "secret/key.md": "the key", "secret/.env": "K=1"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / "book"


def test_a_link_out_of_the_folder_is_not_followed(handbook: Path) -> None:
    """Files and folders alike, however the link is written; each is a row of the report."""
    secret = handbook.parent / "secret"
    (handbook / "file.md").symlink_to(secret / "key.md")
    (handbook / "relative.md").symlink_to("../secret/key.md")
    (handbook / "renamed.txt").symlink_to(secret / ".env")
    (handbook / "folder").symlink_to(secret)
    (handbook / "chain.md").symlink_to(handbook / "file.md")
    reading = read_sources([handbook])
    assert [document.name for document in reading.documents] == ["good.md"]
    assert {row.document for row in reading.report} == {
        "chain.md",
        "file.md",
        "folder",
        "relative.md",
        "renamed.txt",
    }
    assert all("leads out of the folder" in row.reason for row in reading.report)


def test_a_link_that_was_named_is_read(handbook: Path) -> None:
    """Whoever names a path means it, a link to a folder or to a file."""
    (handbook.parent / "link").symlink_to(handbook)
    (handbook.parent / "page.md").symlink_to(handbook.parent / "secret" / "key.md")
    assert len(read_sources([handbook.parent / "link"]).documents) == 1
    assert len(read_sources([handbook.parent / "page.md"]).documents) == 1


def test_an_archive_is_not_opened(handbook: Path) -> None:
    """No format that has to be unpacked is read, so that nothing can unfold into more than it is."""
    for name in ("a.zip", "b.docx", "c.md.gz", "d.epub", "e.tar"):
        (handbook / name).write_bytes(b"PK\x03\x04" + bytes(100))
    (handbook / "packed.md").write_bytes(b"\x1f\x8b\x08\x00" + bytes(100))
    assert [document.name for document in read_sources([handbook]).documents] == ["good.md"]
