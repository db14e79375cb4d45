"""The files of a build are copied without the room that nothing was written to."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.store.edge_files import LIBRARY, SHARD, copy_files

BLOCK = 4096
BIG = 4 << 20


@pytest.mark.parametrize(
    "written",
    [
        {},
        {0: b"at the beginning"},
        {BIG - 3: b"end"},
        {0: b"first", 1 << 20: b"x" * BLOCK, 3 << 20: b"last"},
        {0: bytes(range(256)) * (BIG // 256)},
    ],
)
def test_a_copy_has_the_same_bytes_and_takes_no_more_room(tmp_path: Path, written: dict[int, bytes]) -> None:
    """Holes stay holes, wherever the data stand."""
    source, target = tmp_path / "source", tmp_path / "target"
    for folder in (source / SHARD, target):
        folder.mkdir(parents=True)
    (source / LIBRARY).write_bytes(b"library")
    file = source / SHARD / "chunk_0.mmap"
    with file.open("wb") as stream:
        stream.truncate(BIG)
        for at, content in written.items():
            stream.seek(at)
            stream.write(content)
    copy_files(source, target)
    copied = target / SHARD / file.name
    assert copied.read_bytes() == file.read_bytes()
    assert (target / LIBRARY).read_bytes() == b"library"
    assert copied.stat().st_blocks <= file.stat().st_blocks + BLOCK // 512


def test_an_empty_file_is_copied(tmp_path: Path) -> None:
    """A file of no bytes has no data to look for."""
    source, target = tmp_path / "source", tmp_path / "target"
    for folder in (source / SHARD, target):
        folder.mkdir(parents=True)
    (source / LIBRARY).touch()
    (source / SHARD / "empty").touch()
    copy_files(source, target)
    assert (target / SHARD / "empty").read_bytes() == b""
