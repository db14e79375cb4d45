"""A live build goes into a file and comes back from it, the same or not at all."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.backup import DESCRIPTION, Backup, back_up, restore
from ingest.errors import IndexMismatchError, IndexMissingError, SourceError, StoreError
from ingest.fingerprint import departure, fingerprint
from ingest.move import difference
from ingest.settings import IndexSettings
from ingest.store import open_store
from ingest.store.edge import EdgeStore
from ingest.store.port import Store
from tests.support.index_samples import dense, make_chunk, make_document, make_vectors, publish, sparse
from tests.support.qdrant_server import qdrant_server
from tests.support.services import needed

CHUNKS = {
    make_chunk(name): make_vectors(body=10.0 * number, title=5.0 * number, bm25={number: 1.5, 99: 0.5})
    for number, name in enumerate(("one", "two", "three", "four"))
}
WORDS = {"one": 1, "two": 1}
LEGS = (dense(15.0), dense(5.0, using="title"), sparse({2: 1.0, 99: 1.0}))


def fill(store: Store) -> None:
    """Make a live build of four chunks and one document."""
    publish(store, CHUNKS, documents=[make_document("a.md")], words=WORDS)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an embedded index and its backup "b.zip"; tests leave both as they are."""
    folder = tmp_path_factory.mktemp("full")
    store = EdgeStore(folder / "index")
    fill(store)
    back_up("handbook", store, folder / "b.zip")
    return folder


@pytest.fixture
def full(index: Path) -> EdgeStore:
    """An embedded index with a live build."""
    return EdgeStore(index / "index")


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexSettings]:
    """Settings of a second server, which holds nothing."""
    with needed("Qdrant server"), qdrant_server(tmp_path_factory.mktemp("empty")) as url:
        yield IndexSettings(_env_file=None, qdrant_url=url, qdrant_timeout_s=60)


@pytest.fixture
def file(index: Path, tmp_path: Path) -> Path:
    """A backup of the embedded index."""
    return Path(shutil.copy(index / "b.zip", tmp_path))


def test_what_is_restored_is_what_was_backed_up(file: Path, full: EdgeStore, tmp_path: Path) -> None:
    """Chunks, vectors, documents, words and answers come back, live, under the name of the build."""
    home = EdgeStore(tmp_path / "home")
    assert restore(file, home).build == home.live("handbook") == "b1"
    with closing(full.open("handbook")) as one, closing(home.open("handbook")) as other:
        assert difference(one, other) == ""
        assert other.manifest == one.manifest
        assert other.document("a.md") == make_document("a.md")
        assert other.search(LEGS, limit=4, rrf_k=60, where={}) == one.search(
            LEGS, limit=4, rrf_k=60, where={}
        )


def test_a_server_comes_back_on_an_empty_server(
    server_settings: IndexSettings, empty_server: IndexSettings, tmp_path: Path
) -> None:
    """Snapshots of one real server, restored into another that holds nothing, give the same answers."""
    file = tmp_path / "b.zip"
    with closing(open_store(server_settings)) as source, closing(open_store(empty_server)) as target:
        try:
            fill(source)
            assert back_up("handbook", source, file).engine == "server"
            assert target.builds("again") == []
            assert restore(file, target, collection="again").collection == "again"
            assert [state.status for state in target.builds("again")] == ["live"]
            with closing(source.open("handbook")) as one, closing(target.open("again")) as other:
                assert departure(fingerprint(one), fingerprint(other)) == ""
                for legs in (LEGS, *((leg,) for leg in LEGS)):
                    expected = one.search(legs, limit=4, rrf_k=60, where={"document": ["a.md"]})
                    assert other.search(legs, limit=4, rrf_k=60, where={"document": ["a.md"]}) == expected
            with pytest.raises(StoreError, match="is not empty"):
                restore(file, target, collection="again")
            with pytest.raises(StoreError, match="is of a Qdrant server"):
                restore(file, EdgeStore(tmp_path / "home"))
        finally:
            source.drop("handbook")
            target.drop("again")


def test_an_embedded_backup_goes_to_a_server(
    file: Path, full: EdgeStore, empty_server: IndexSettings
) -> None:
    """It is moved there, with all the comparisons of a move."""
    with closing(open_store(empty_server)) as target:
        try:
            restore(file, target, collection="moved")
            with closing(full.open("handbook")) as one, closing(target.open("moved")) as other:
                assert difference(one, other) == ""
        finally:
            target.drop("moved")


def test_a_collection_that_holds_something_is_left_alone(file: Path, full: EdgeStore) -> None:
    """The refusal names the way out, which works: another name."""
    with pytest.raises(StoreError, match="'handbook' is not empty: it holds build 'b1'") as caught:
        restore(file, full)
    assert "--collection" in caught.value.hint
    try:
        assert restore(file, full, collection="handbook-2").collection == "handbook-2"
        assert full.collections() == ["handbook", "handbook-2"]
        with closing(full.open("handbook-2")) as build:
            assert build.manifest.collection == "handbook-2"
    finally:
        full.drop("handbook-2")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def blank(file: Path) -> None:
    file.write_bytes(b"")


def scribble(file: Path) -> None:
    """Change one byte in the middle of the packed files."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def undescribed(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("other.txt", "no backup")


def misdescribed(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(DESCRIPTION, "{}")


def gone(file: Path) -> None:
    file.unlink()


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [cut, blank, scribble, undescribed, misdescribed, gone, a_folder])
def test_a_file_that_is_no_whole_backup_is_one_clear_error(
    file: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """It is named, and the index stays empty."""
    damage(file)
    home = EdgeStore(tmp_path / "home")
    with pytest.raises(SourceError, match=r"b\.zip"):
        restore(file, home)
    assert home.builds("handbook") == []


def describe(file: Path, change: Callable[[Backup], Backup]) -> None:
    """Put another description into a backup."""
    with zipfile.ZipFile(file) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    held[DESCRIPTION] = change(Backup.model_validate_json(held[DESCRIPTION])).model_dump_json().encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)


@pytest.mark.parametrize(
    ("noted", "named"),
    [
        ({"chunks": 5}, "4 chunks of 5"),
        ({"contents": ""}, "the chunks' texts and places"),
        ({"vectors": ""}, "the vectors"),
        ({"documents": ""}, "the documents"),
        ({"vocabulary": ""}, "the vocabulary"),
        ({"answers": {}}, "the searches of the sample"),
        ({"answers": {"search": (1.0,)}}, "the search"),
        ({}, ""),
    ],
)
def test_each_departure_is_named(full: EdgeStore, noted: dict[str, object], named: str) -> None:
    """A build is held against every line of what was noted of it."""
    with closing(full.open("handbook")) as build:
        found = fingerprint(build)
    assert departure(found.model_copy(update=noted), found) == named


def test_what_came_back_wrong_does_not_go_live(file: Path, tmp_path: Path) -> None:
    """Nothing of it stays, and the error names the first difference."""
    describe(
        file,
        lambda made: made.model_copy(
            update={"fingerprint": made.fingerprint.model_copy(update={"vectors": ""})}
        ),
    )
    home = EdgeStore(tmp_path / "home")
    with pytest.raises(StoreError, match="not what was backed up: the vectors"):
        restore(file, home)
    assert home.builds("handbook") == []


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"manifest": {"schema_version": 1}}, "index schema 1"),
        ({"manifest": {"schema_version": 3, "field_of_tomorrow": "x"}}, "index schema 3"),
        ({"format": 2, "files": []}, "format 2"),
    ],
)
def test_a_backup_of_another_version_is_one_clear_error(
    file: Path, tmp_path: Path, other: dict[str, object], named: str
) -> None:
    """It is refused before anything is unpacked, however that version describes it."""
    with zipfile.ZipFile(file) as archive:
        made = json.loads(archive.read(DESCRIPTION))
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(DESCRIPTION, json.dumps(made | other))
    with pytest.raises(IndexMismatchError, match=named) as failure:
        restore(file, EdgeStore(tmp_path / "home"))
    assert "version of the coach that made it" in failure.value.hint


def test_a_backup_that_reaches_out_of_its_folder_is_refused(file: Path, tmp_path: Path) -> None:
    """A name with ".." is no name of a file in a backup."""
    describe(file, lambda made: made.model_copy(update={"files": {"../../outside": "0" * 64}}))
    with pytest.raises(SourceError):
        restore(file, EdgeStore(tmp_path / "home"))


def test_a_failed_backup_leaves_the_last_one(file: Path, full: EdgeStore, index: Path) -> None:
    """Nothing of the failed one stays beside it, and the one that was there is whole."""
    before, names = file.read_bytes(), sorted(path.name for path in file.parent.iterdir())
    library = next(index.rglob("library.sqlite3"))
    aside = library.rename(library.with_name("aside"))
    with pytest.raises(StoreError):
        back_up("handbook", full, file)
    aside.rename(library)

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up("handbook", full, file, on_checked=interrupt)
    assert (file.read_bytes(), sorted(path.name for path in file.parent.iterdir())) == (before, names)


STOPPED_IN_THE_MIDDLE = """
import os, signal, sys
from pathlib import Path
import ingest.backup
from ingest.store.edge import EdgeStore

signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs pytest may have had it ignored

def stop(*_):
    os.kill(os.getpid(), int(sys.argv[3]))
    signal.pause()

ingest.backup._pack = stop
ingest.backup.back_up("handbook", EdgeStore(Path(sys.argv[1])), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_backup_leaves_no_half_file(index: Path, tmp_path: Path, how: signal.Signals) -> None:
    """Neither Ctrl-C nor a kill leaves something that could be taken for a backup."""
    file = tmp_path / "out" / "b.zip"
    file.parent.mkdir()
    command = [sys.executable, "-c", STOPPED_IN_THE_MIDDLE, str(index / "index"), str(file), str(int(how))]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert ended.returncode != 0
    assert not file.exists()
    if how == signal.SIGINT:
        assert list(file.parent.iterdir()) == []


def test_nothing_is_backed_up_without_a_live_build_or_a_folder(full: EdgeStore, tmp_path: Path) -> None:
    """Each is one clear error."""
    with pytest.raises(IndexMissingError):
        back_up("nothing", full, tmp_path / "b.zip")
    with pytest.raises(StoreError, match="cannot write"):
        back_up("handbook", full, tmp_path / "no" / "such" / "b.zip")
