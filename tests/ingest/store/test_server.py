"""The server engine alone: what it refuses, what it leaves to others, and who may write."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from qdrant_client import QdrantClient, models

from ingest.errors import IndexBusyError, IndexMissingError, IndexUnreachableError, StoreError
from ingest.settings import IndexSettings
from ingest.store.server import ServerStore
from ingest.store.server_connection import Connection
from ingest.store.server_lease import HOLDER_POINT, Lease
from ingest.store.values import INDEXED_FIELDS
from tests.ingest.store.conftest import API_KEY, READ_ONLY_API_KEY
from tests.support.index_samples import (
    MODEL,
    dense,
    make_chunk,
    make_manifest,
    make_vectors,
    publish,
    versions_for,
)

CLOSED_PORT = "http://127.0.0.1:9"


@pytest.fixture
def store(server_settings: IndexSettings) -> Iterator[ServerStore]:
    """An empty server."""
    with closing(ServerStore(server_settings)) as opened:
        yield opened
        for collection in ("handbook", "hand"):
            opened.drop(collection)


@pytest.fixture
def client(server_settings: IndexSettings) -> Iterator[QdrantClient]:
    """The vendor's client, to look at the server and to be another program on it."""
    connection = Connection(server_settings)
    yield connection.client
    connection.client.close()


@pytest.fixture
def connection(server_settings: IndexSettings) -> Iterator[Connection]:
    """A connection with a collection for a lease on it."""
    made = Connection(server_settings)
    yield made
    made.client.delete_collection("lease")
    made.client.close()


def names(client: QdrantClient) -> set[str]:
    """Return the names of all collections on the server."""
    return {one.name for one in client.get_collections().collections}


def test_a_server_that_does_not_answer_is_one_clear_error() -> None:
    """A closed port gives the address, a hint and nothing of the key, for every call."""
    settings = IndexSettings(qdrant_url=CLOSED_PORT, qdrant_api_key=API_KEY)
    with closing(ServerStore(settings)) as store:
        for call in (
            lambda: store.open("handbook"),
            lambda: store.begin("handbook", "b1", versions=versions_for()),
            lambda: store.unfinished("handbook", embed_model_version=MODEL),
            lambda: store.drop("handbook"),
            store.collections,
        ):
            with pytest.raises(IndexUnreachableError, match=CLOSED_PORT) as caught:
                call()
            assert caught.value.retryable
            assert "COACH_QDRANT_URL" in caught.value.hint
            assert API_KEY not in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://host", "http://user:secret@host:port/"])
def test_an_address_that_is_none_is_one_clear_error(url: str) -> None:
    """What is no URL of a server is refused without showing what may be a password."""
    with pytest.raises(IndexUnreachableError) as caught:
        ServerStore(IndexSettings(qdrant_url=url))
    assert "secret" not in str(caught.value)


def test_another_service_at_the_address_is_one_clear_error() -> None:
    """A web page in place of Qdrant is told from an index."""
    with (
        web_page() as url,
        closing(ServerStore(IndexSettings(qdrant_url=url))) as store,
        pytest.raises(IndexUnreachableError, match="is not Qdrant"),
    ):
        store.open("handbook")


@contextmanager
def web_page() -> Iterator[str]:
    """Serve the same page for every address."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.server
def test_a_wrong_key_is_one_clear_error(server_url: str) -> None:
    """A refused key gives the status, and neither key."""
    settings = IndexSettings(qdrant_url=server_url, qdrant_api_key="wrong-key")
    with closing(ServerStore(settings)) as store, pytest.raises(IndexUnreachableError, match="401") as caught:
        store.open("handbook")
    assert "wrong-key" not in str(caught.value)


@pytest.mark.server
def test_a_reader_needs_only_the_read_only_key(store: ServerStore, server_url: str) -> None:
    """Searching works with it; writing is refused by the server, with one clear error."""
    held = make_chunk("a")
    publish(store, {held: make_vectors()})
    settings = IndexSettings(qdrant_url=server_url, qdrant_api_key=READ_ONLY_API_KEY)
    with closing(ServerStore(settings)) as reader:
        with closing(reader.open("handbook")) as build:
            assert [hit.id for hit in build.search([dense(0)], limit=1, rrf_k=60, where={})] == [held.id]
            assert build.chunks([held.id]) == {held.id: held}
            assert build.chunk_ids() == {held.id: held.content_hash}
        with pytest.raises(IndexUnreachableError, match="403"):
            reader.begin("handbook", "b2", versions=versions_for())
        with pytest.raises(IndexUnreachableError, match="403"):
            reader.drop("handbook")


@pytest.mark.server
def test_only_the_live_build_and_the_one_before_stay(store: ServerStore, client: QdrantClient) -> None:
    """Older builds and drafts are removed; a reader of a removed build is told so."""
    publish(store, {make_chunk("a"): make_vectors()})
    oldest = store.open("handbook")
    for build in ("b2", "b3"):
        store.begin("handbook", f"{build}-draft", versions=versions_for()).abandon()
        publish(store, {}, build=build)
    kept = {f"handbook__{build}{end}" for build in ("b2", "b3") for end in ("", "__library")}
    assert names(client) == kept | {"handbook__lock"}
    with pytest.raises(IndexMissingError, match="handbook__b1"):
        oldest.search([dense(0)], limit=1, rrf_k=60, where={})
    store.drop("handbook")
    assert names(client) == set()


@pytest.mark.server
def test_every_point_carries_both_versions_and_every_filter_field_an_index(
    store: ServerStore, client: QdrantClient
) -> None:
    """No stored point lacks its document's version, its model's version or its hash."""
    publish(store, {make_chunk(name): make_vectors(bm25={1: 1.0}) for name in "abc"})
    for field in ("doc_version", "embed_model_version", "content_hash"):
        empty = models.Filter(must=[models.IsEmptyCondition(is_empty=models.PayloadField(key=field))])
        assert client.count("handbook__b1", count_filter=empty).count == 0
    for vector in ("body", "title", "bm25"):
        has = models.Filter(must=[models.HasVectorCondition(has_vector=vector)])
        assert client.count("handbook__b1", count_filter=has).count == 3
    assert set(client.get_collection("handbook__b1").payload_schema) == set(INDEXED_FIELDS)


@pytest.mark.server
def test_collections_of_other_programs_are_left_alone(store: ServerStore, client: QdrantClient) -> None:
    """A collection that only looks like a build stays; one that bears our name is not written to."""
    for foreign in ("handbook__old", "hand"):
        client.create_collection(foreign, vectors_config={})
    try:
        for build in ("b1", "b2", "b3"):
            publish(store, {}, build=build)
        store.drop("handbook")
        assert names(client) == {"handbook__old", "hand"}
        with pytest.raises(StoreError, match="another program"):
            store.begin("hand", "b1", versions=versions_for())
        assert store.collections() == []
    finally:
        client.delete_collection("handbook__old")
        client.delete_collection("hand")


@pytest.mark.server
def test_a_half_removed_draft_is_not_offered(store: ServerStore, client: QdrantClient) -> None:
    """A draft whose points are gone counts as none, and the next publish clears it away."""
    writer = store.begin("handbook", "b1", versions=versions_for())
    writer.add([make_chunk("a")], [make_vectors()])
    writer.abandon()
    client.delete_collection("handbook__b1")
    assert store.unfinished("handbook", embed_model_version=MODEL) is None
    publish(store, {}, build="b2")
    assert "handbook__b1__library" not in names(client)


@pytest.mark.server
def test_a_stop_between_going_live_and_tidying_is_mended(store: ServerStore, client: QdrantClient) -> None:
    """A draft that became live without losing its mark is no draft after the next publish either."""
    writer = store.begin("handbook", "b1", versions=versions_for())
    writer.add([make_chunk("a")], [make_vectors()])
    writer.abandon()
    target = models.CreateAlias(collection_name="handbook__b1", alias_name="handbook")
    client.update_collection_aliases([models.CreateAliasOperation(create_alias=target)])
    assert store.unfinished("handbook", embed_model_version=MODEL) is None
    publish(store, {}, build="b2")
    assert store.unfinished("handbook", embed_model_version=MODEL) is None


@pytest.mark.server
def test_of_many_that_want_to_write_one_may(connection: Connection) -> None:
    """Eight leases that are asked for at the same moment: one is given."""
    connection.client.create_collection("lease", vectors_config={})
    barrier = threading.Barrier(8)
    outcomes: list[str] = []

    def compete() -> None:
        lease = Lease(connection, "lease", "handbook")
        barrier.wait()
        try:
            lease.acquire()
            outcomes.append("held")
        except IndexBusyError:
            outcomes.append("busy")

    threads = [threading.Thread(target=compete) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["busy"] * 7 + ["held"]


@pytest.mark.server
def test_a_lease_that_ran_out_goes_to_the_next(connection: Connection) -> None:
    """Who was not heard of for the lease's time loses it, and is told before going live."""
    late = Lease(connection, "lease", "handbook", lease_s=0.0)
    late.acquire()
    late.renew()
    next_one = Lease(connection, "lease", "handbook")
    next_one.acquire()
    with pytest.raises(IndexBusyError, match=f"process {os.getpid()}"):
        late.confirm()
    late.close()
    next_one.confirm()
    next_one.close()
    late.acquire()


@pytest.mark.server
def test_the_lease_of_a_dead_process_on_this_host_is_free(connection: Connection) -> None:
    """A holder whose process has ended is not waited for; one on another host is."""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    Lease(connection, "lease", "handbook").acquire()
    held_by(connection, pid=ended.pid)
    Lease(connection, "lease", "handbook").acquire()
    held_by(connection, pid=ended.pid, host="elsewhere")
    with pytest.raises(IndexBusyError, match="elsewhere"):
        Lease(connection, "lease", "handbook").acquire()


def held_by(connection: Connection, **holder: object) -> None:
    """Write another holder into the lease."""
    payload = {"token": uuid.uuid4().hex, **holder}
    connection.client.set_payload("lease", payload, [HOLDER_POINT], wait=True)


@pytest.mark.server
def test_a_writer_that_lost_its_lease_does_not_go_live(store: ServerStore, client: QdrantClient) -> None:
    """Between two writers of which one was taken for dead, the one that holds the lease publishes."""
    writer = store.begin("handbook", "b1", versions=versions_for())
    client.set_payload("handbook__lock", {"token": "another's"}, [HOLDER_POINT], wait=True)
    with pytest.raises(IndexBusyError):
        writer.publish(make_manifest("handbook", "b1"))
    assert store.collections() == []
    client.delete_collection("handbook__lock")
    writer.abandon()
    writer = store.begin("handbook", "b2", versions=versions_for())
    writer.publish(make_manifest("handbook", "b2"))
