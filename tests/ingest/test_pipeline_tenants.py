"""Handbooks of tenants beside the shared one: added, renewed, kept apart, and removed without a trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ingest import pipeline
from ingest.backup import back_up, restore
from ingest.contract import IndexManifest
from ingest.errors import IndexMissingError, SourceError, StoreError
from ingest.move import move
from ingest.removal import Removal, remove_tenant
from ingest.settings import IndexSettings
from ingest.store import open_store
from ingest.store.edge import EdgeStore
from ingest.store.port import Store, WholeBuild
from ingest.tenants import tenant_of
from tests.support.counting_embedder import CountingEmbedder
from tests.support.qdrant_server import qdrant_server
from tests.support.services import needed
from tests.support.tenants import ACME, INITECH, SECRET_WORDS, write_own_pages
from tests.support.workshop import page

COLLECTION = "handbook"


@dataclass(frozen=True)
class Office:
    """Folders with a shared handbook and those of two tenants, and a store to ingest them into."""

    folder: Path
    store: Store
    embedder: CountingEmbedder

    def ingest(self, root: str, tenant: str = "", **options: bool) -> IndexManifest:
        """Return the manifest after an ingest of a folder; the embedder counts this run alone."""
        self.embedder.embedded.clear()
        return pipeline.ingest(
            [self.folder / root],
            store=self.store,
            embedder=self.embedder,
            collection=COLLECTION,
            tenant=tenant,
            beside=options.get("beside", False),
        )

    def write(self, name: str, text: str) -> Path:
        """Return a file below the folder that holds this text now."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def remove(self, tenant: str, *, now: bool = False) -> Removal:
        """Return what was removed of a tenant."""
        return remove_tenant(tenant, store=self.store, embedder=self.embedder, collection=COLLECTION, now=now)

    def names(self) -> list[str]:
        """Return the documents of the live build."""
        with closing(self.store.open(COLLECTION)) as build:
            return sorted(entry.name for entry in build.manifest.documents)


@pytest.fixture(scope="module")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a running server."""
    with needed("Qdrant server"), qdrant_server(tmp_path_factory.mktemp("qdrant")) as url:
        yield url


@pytest.fixture(params=["edge", pytest.param("server", marks=pytest.mark.server)])
def office(request: pytest.FixtureRequest, tmp_path: Path, embedder: CountingEmbedder) -> Iterator[Office]:
    """Three handbooks on either engine in turn; nothing is ingested yet."""
    settings = IndexSettings(_env_file=None, data_dir=tmp_path / "data")
    if request.param == "server":
        url = request.getfixturevalue("server_url")
        settings = IndexSettings(_env_file=None, qdrant_url=url, qdrant_timeout_s=60)
    for tenant in ("", ACME, INITECH):
        write_own_pages(tmp_path / (tenant or "book"), tenant)
    with closing(open_store(settings)) as store:
        yield Office(tmp_path, store, embedder)
        store.drop(COLLECTION)


def filled(office: Office) -> IndexManifest:
    """Return the manifest once all three handbooks are in."""
    office.ingest("book")
    office.ingest(ACME, ACME)
    return office.ingest(INITECH, INITECH)


def held_of(build: WholeBuild, tenant: str) -> tuple[object, ...]:
    """Return all that a build holds of a tenant: chunks, vectors, documents and words."""
    ids = sorted(build.chunk_ids_of(tenant))
    vectors = build.vectors(ids)
    return (
        build.chunks(ids),
        [np.concatenate([vectors[one].body, vectors[one].title, vectors[one].tokens.ravel()]) for one in ids],
        [build.document(e.name) for e in build.manifest.documents if tenant_of(e.name) == tenant],
        build.vocabulary_of(tenant),
    )


def same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Return whether two holdings are one and the same, to the bit."""
    (chunks, vectors, *rest), (chunks_2, vectors_2, *rest_2) = one, other
    assert isinstance(vectors, list)
    assert isinstance(vectors_2, list)
    pairs = zip(vectors, vectors_2, strict=True)
    return (chunks, rest) == (chunks_2, rest_2) and all(np.array_equal(a, b) for a, b in pairs)


def test_a_tenants_handbook_stands_beside_the_shared_one(office: Office) -> None:
    """Each ingest adds its own and touches nothing else; the words of each are counted apart."""
    manifest = filled(office)
    assert office.names() == ["@acme/manual.md", "@initech/manual.md", "manual.md"]
    assert manifest.tenants == (ACME, INITECH)
    assert (manifest.added, manifest.deleted) == (("@initech/manual.md",), ())
    with closing(office.store.open(COLLECTION)) as build:
        for tenant, word in SECRET_WORDS.items():
            assert {other for other in SECRET_WORDS if word in build.vocabulary_of(other)} == {tenant}
        assert build.chunk_ids().keys() == {
            one for tenant in SECRET_WORDS for one in build.chunk_ids_of(tenant)
        }
    again = office.ingest("book")
    assert (again.build, again.deleted, again.added) == (manifest.build, (), ())


def test_renewing_one_handbook_rewrites_nothing_of_the_others(office: Office) -> None:
    """Only the changed chunks are embedded; what the others have is the same to the bit."""
    filled(office)
    with closing(office.store.open(COLLECTION)) as build:
        before = {tenant: held_of(build, tenant) for tenant in SECRET_WORDS}
    file = office.folder / ACME / "manual.md"
    file.write_text(file.read_text("utf-8").replace("below 2 bar", "below 3 bar"), "utf-8")
    office.write(f"{ACME}/more.md", page("More", alpha="A body."))
    manifest = office.ingest(ACME, ACME)
    assert (manifest.updated, manifest.added) == (("@acme/manual.md",), ("@acme/more.md",))
    assert {tenant_of(chunk.document) for chunk in office.embedder.embedded} == {ACME}
    assert any("below 3 bar" in chunk.text for chunk in office.embedder.embedded)
    with closing(office.store.open(COLLECTION)) as build:
        assert all(same(before[tenant], held_of(build, tenant)) for tenant in ("", INITECH))
        assert not same(before[ACME], held_of(build, ACME))
    file.unlink()
    assert office.ingest(ACME, ACME).deleted == ("@acme/manual.md",)
    with closing(office.store.open(COLLECTION)) as build:
        assert SECRET_WORDS[ACME] not in build.vocabulary_of(ACME)
        assert all(same(before[tenant], held_of(build, tenant)) for tenant in ("", INITECH))


def test_one_folder_may_be_everybodys_and_a_tenants(office: Office) -> None:
    """The same files under two owners are two handbooks; what vanishes is noticed for each by itself."""
    office.write("book/b.md", page("B", beta="Second."))
    office.ingest("book")
    office.ingest("book", ACME)
    assert office.names() == ["@acme/b.md", "@acme/manual.md", "b.md", "manual.md"]
    (office.folder / "book" / "b.md").unlink()
    assert office.ingest("book").deleted == ("b.md",)
    assert office.names() == ["@acme/b.md", "@acme/manual.md", "manual.md"]
    assert office.ingest("book", ACME).deleted == ("@acme/b.md",)


def test_a_shared_file_cannot_pass_for_a_tenants(office: Office) -> None:
    """A folder "@acme" in the shared handbook stays everybody's, and in another tenant's it is that one's."""
    office.write("book/@acme/forged.md", page("Forged", alpha="Body."))
    office.write(f"{INITECH}/@acme/forged.md", page("Forged too", beta="Body."))
    manifest = office.ingest("book")
    assert "book/@acme/forged.md" in office.names()
    assert manifest.tenants == ()
    assert [row.document for row in manifest.report if "tenants" in row.reason] == ["book/@acme/forged.md"]
    office.ingest(INITECH, INITECH)
    with closing(office.store.open(COLLECTION)) as build:
        assert build.manifest.tenants == (INITECH,)
        assert build.chunk_ids_of(ACME) == {}
    assert office.ingest("book").build == office.ingest("book").build


def test_a_removed_tenant_leaves_nothing(office: Office) -> None:
    """No point, document or word is left, no file holds its text; the others are as before."""
    filled(office)
    office.ingest(ACME, ACME)
    office.write("book/late.md", page("Late", alpha="Body."))
    beside = office.ingest("book", beside=True)
    with closing(office.store.open(COLLECTION)) as build:
        before = {tenant: held_of(build, tenant) for tenant in ("", INITECH)}
        chunks, words = len(build.chunk_ids_of(ACME)), len(build.vocabulary_of(ACME))
        live = build.manifest.build
    office.embedder.embedded.clear()
    made = office.remove(ACME)
    assert office.embedder.embedded == []
    assert [one.name for one in made.documents] == ["@acme/manual.md"]
    assert (made.chunks, made.words) == (chunks, words)
    assert (made.orphans, made.kept_builds) == (0, (live,))
    assert beside.build in made.builds
    with closing(office.store.open(COLLECTION)) as build:
        assert build.manifest.tenants == (INITECH,)
        assert build.chunk_ids_of(ACME) == {}
        assert all(same(before[tenant], held_of(build, tenant)) for tenant in ("", INITECH))
        with pytest.raises(KeyError):
            build.document("@acme/manual.md")
    again = office.remove(ACME)
    assert again.builds == (live,)
    assert [state.name for state in office.store.builds(COLLECTION)] == [made.manifest.build]
    if isinstance(office.store, EdgeStore):
        word = SECRET_WORDS[ACME].encode()
        files = [one for one in (office.folder / "data").rglob("*") if one.is_file()]
        assert files
        assert not [one for one in files if word in one.read_bytes()]


def test_removal_at_once_takes_the_build_that_was_live_too(office: Office) -> None:
    """There is no way back then: the one build that is left never held it."""
    filled(office)
    made = office.remove(INITECH, now=True)
    assert made.kept_builds == ()
    states = office.store.builds(COLLECTION)
    assert [state.name for state in states] == [made.manifest.build]
    assert states[0].manifest
    assert states[0].manifest.tenants == (ACME,)


def test_a_collection_of_one_tenant_alone_can_be_emptied(office: Office) -> None:
    """What is left is a build without a document, which another ingest fills again."""
    office.ingest(ACME, ACME)
    made = office.remove(ACME, now=True)
    assert (made.manifest.documents, made.manifest.chunks, made.orphans) == ((), 0, 0)
    office.ingest("book")
    assert office.names() == ["manual.md"]


def test_an_unknown_tenant_cannot_be_removed(office: Office) -> None:
    """Nothing is written; without a collection that is what is missing."""
    with pytest.raises(IndexMissingError):
        office.remove(ACME)
    live = office.ingest("book").build
    with pytest.raises(SourceError, match="no document of tenant 'acem'"):
        office.remove("acem")
    assert [state.name for state in office.store.builds(COLLECTION)] == [live]


def test_an_empty_folder_removes_nothing_of_a_tenant(office: Office) -> None:
    """A folder that was emptied by mistake is refused, as it is for the shared handbook."""
    live = filled(office).build
    (office.folder / ACME / "manual.md").unlink()
    with pytest.raises(SourceError, match="no Markdown or text file"):
        office.ingest(ACME, ACME)
    with pytest.raises(StoreError, match="cannot be called 'local'"):
        office.ingest(ACME, "local")
    assert office.store.live(COLLECTION) == live


def test_going_back_brings_the_tenants_of_that_build(office: Office) -> None:
    """A build is whole: promoting an earlier one has its owners, words and points again."""
    office.ingest("book")
    earlier = office.ingest(ACME, ACME)
    office.ingest(INITECH, INITECH)
    office.store.promote(COLLECTION, earlier.build)
    with closing(office.store.open(COLLECTION)) as build:
        assert build.manifest.tenants == (ACME,)
        assert build.chunk_ids_of(INITECH) == {}
        assert build.vocabulary_of(ACME)
    assert office.ingest(INITECH, INITECH).tenants == (ACME, INITECH)


def test_owners_move_with_the_points(office: Office, tmp_path: Path) -> None:
    """A copy on another engine has the same owners, point by point and word by word."""
    filled(office)
    with closing(EdgeStore(tmp_path / "other")) as target:
        move(COLLECTION, office.store, target)
        with closing(target.open(COLLECTION)) as copy, closing(office.store.open(COLLECTION)) as build:
            for tenant in SECRET_WORDS:
                assert copy.chunk_ids_of(tenant) == build.chunk_ids_of(tenant)
                assert copy.vocabulary_of(tenant) == build.vocabulary_of(tenant)
            assert copy.manifest.tenants == build.manifest.tenants


def test_owners_come_back_from_a_backup(office: Office, tmp_path: Path) -> None:
    """What is restored holds each tenant's handbook as it was backed up."""
    filled(office)
    with closing(office.store.open(COLLECTION)) as build:
        before = {tenant: build.vocabulary_of(tenant) for tenant in SECRET_WORDS}
        ids = {tenant: build.chunk_ids_of(tenant) for tenant in SECRET_WORDS}
    back_up(COLLECTION, office.store, tmp_path / "backup.zip")
    office.store.drop(COLLECTION)
    restore(tmp_path / "backup.zip", office.store)
    with closing(office.store.open(COLLECTION)) as build:
        assert {tenant: build.vocabulary_of(tenant) for tenant in SECRET_WORDS} == before
        assert {tenant: build.chunk_ids_of(tenant) for tenant in SECRET_WORDS} == ids


def test_a_build_from_before_tenants_is_written_anew_without_embedding(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its points do not tell whose they are: all are shared, also those in a folder called "@acme"."""
    office.write("book/@acme/old.md", page("Old", alpha="Body."))
    with monkeypatch.context() as before:  # as a version wrote it that knew no tenants
        before.setattr("ingest.sources.tenant_of", lambda _: "")
        before.setattr("ingest.run.tenant_of", lambda _: "")
        before.setattr("ingest.pipeline.tenant_of", lambda _: "")
        before.setattr("ingest.run.tenants_in", lambda _: None)
        old = office.ingest("book")
    assert old.tenants is None
    office.embedder.embedded.clear()
    office.ingest(ACME, ACME)
    assert {one.document for one in office.embedder.embedded} == {"@acme/manual.md", "book/@acme/old.md"}
    assert office.names() == ["@acme/manual.md", "book/@acme/old.md", "manual.md"]
    assert office.ingest("book").deleted == ()
