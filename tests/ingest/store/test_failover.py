"""Several addresses of one cluster: which request goes where when a node does not answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ingest.errors import IndexUnreachableError
from ingest.settings import IndexSettings
from ingest.store.server import ServerStore
from ingest.store.server_failover import ROUNDS, FailoverTransport
from tests.ingest.store.conftest import API_KEY
from tests.support.index_samples import dense, make_chunk, make_vectors, publish

NODES = [httpx.URL(f"http://node{number}:6333") for number in range(3)]
QUERY = "/collections/handbook__b1/points/query"
CREATE = "/collections/handbook__b1"
Behaviour = Callable[[httpx.Request], httpx.Response]


class Nodes:
    """Three nodes that behave as they are told, and what they were asked."""

    def __init__(self, **behaviours: Behaviour) -> None:
        self.asked: list[str] = []
        self._behaviours = behaviours
        transport = FailoverTransport(NODES, timeout_s=30, transport=httpx.MockTransport(self._answer))
        self.client = httpx.Client(transport=transport, base_url="http://node0:6333", timeout=30)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        self.asked.append(host)
        assert request.headers["host"] == f"{host}:6333"
        return self._behaviours.get(host, well)(request)


def well(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=request.content)


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


def silent(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("silent", request=request)


def broken(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("cut", request=request)


def in_trouble(_: httpx.Request) -> httpx.Response:
    return httpx.Response(503, text="in trouble")


def refusing(_: httpx.Request) -> httpx.Response:
    return httpx.Response(404, text="nothing here")


@pytest.mark.parametrize("behaviour", [unreachable, silent, broken, in_trouble])
def test_a_query_goes_to_the_next_node_and_stays_there(behaviour: Behaviour) -> None:
    """Its body arrives whole, and the next query does not ask the lost node again."""
    nodes = Nodes(node0=behaviour)
    assert nodes.client.post(QUERY, json={"limit": 3}).json() == {"limit": 3}
    assert nodes.client.post(QUERY, json={"limit": 4}).json() == {"limit": 4}
    assert nodes.asked == ["node0", "node1", "node1"]


@pytest.mark.parametrize("behaviour", [silent, broken])
def test_what_may_have_been_done_is_not_done_twice(behaviour: Behaviour) -> None:
    """A collection is not made again after an answer that never came; the next request goes elsewhere."""
    nodes = Nodes(node0=behaviour)
    with pytest.raises(httpx.TransportError):
        nodes.client.put(CREATE, json={})
    assert nodes.client.put(CREATE, json={}).status_code == 200
    assert nodes.asked == ["node0", "node1"]


def test_what_nobody_received_is_sent_elsewhere_whatever_it_is() -> None:
    """A collection is made on the next node if the first cannot be reached."""
    nodes = Nodes(node0=unreachable, node1=unreachable)
    assert nodes.client.put(CREATE, json={}).status_code == 200
    assert nodes.asked == ["node0", "node1", "node2"]


def test_a_refusal_is_an_answer() -> None:
    """A node that says no is well."""
    nodes = Nodes(node0=refusing)
    assert nodes.client.post(QUERY, json={}).status_code == 404
    assert nodes.asked == ["node0"]


def test_with_no_node_left_the_last_failure_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """After each node was asked so often and no more."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    nodes = Nodes(node0=unreachable, node1=unreachable, node2=unreachable)
    with pytest.raises(httpx.ConnectError):
        nodes.client.post(QUERY, json={})
    assert len(nodes.asked) == ROUNDS * len(NODES)
    unwell = Nodes(node0=in_trouble, node1=in_trouble, node2=in_trouble)
    assert unwell.client.post(QUERY, json={}).text == "in trouble"


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("POST", "points", 3),
        ("POST", "points/query", 3),
        ("GET", "points/1", 3),
        ("PUT", "points", 9),
        ("POST", "points/delete", 9),
        ("POST", "points/batch", 9),
        ("POST", "points/payload/delete", 9),
        ("DELETE", "index/tenant", 9),
    ],
)
def test_a_write_is_more_patient_than_a_question(
    method: str, path: str, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a node is cut off, writes wait at every node until the cluster has noticed."""
    now_s = 0.0

    def ten_seconds_later(request: httpx.Request) -> httpx.Response:
        nonlocal now_s
        now_s += 10
        return silent(request)

    monkeypatch.setattr("tenacity.time.monotonic", lambda: now_s)
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)
    nodes = Nodes(node0=ten_seconds_later, node1=ten_seconds_later, node2=ten_seconds_later)
    with pytest.raises(httpx.ReadTimeout):
        nodes.client.request(method, f"/collections/handbook__b1/{path}?wait=true", json={})
    assert len(nodes.asked) == asked


@given(st.lists(st.sets(st.integers(0, 2), max_size=2), max_size=8))
def test_one_node_that_is_well_is_enough(losses: list[set[int]]) -> None:
    """Whichever nodes are lost from query to query, as long as one is left each query is answered."""
    nodes = Nodes()
    for lost in losses:
        nodes._behaviours = {f"node{number}": unreachable for number in lost}
        assert nodes.client.post(QUERY, json={}).status_code == 200


@pytest.mark.server
def test_an_address_that_is_dead_is_passed_over_on_a_real_server(server_settings: IndexSettings) -> None:
    """An index is written, read and searched although the first of two addresses leads nowhere."""
    both = server_settings.model_copy(
        update={"qdrant_url": f"http://127.0.0.1:9,{server_settings.qdrant_url}"}
    )
    held = make_chunk("a")
    with closing(ServerStore(both)) as store:
        try:
            publish(store, {held: make_vectors()})
            with closing(store.open("handbook")) as build:
                assert [hit.id for hit in build.search([dense(0)], limit=1, rrf_k=60, where={})] == [held.id]
        finally:
            store.drop("handbook")


def test_addresses_that_all_lead_nowhere_are_one_clear_error() -> None:
    """All of them are named, the key is not."""
    urls = "http://127.0.0.1:9,http://127.0.0.1:19"
    settings = IndexSettings(_env_file=None, qdrant_url=urls, qdrant_api_key=API_KEY, qdrant_timeout_s=0.1)
    with closing(ServerStore(settings)) as store, pytest.raises(IndexUnreachableError, match=urls) as caught:
        store.open("handbook")
    assert API_KEY not in str(caught.value)


@pytest.mark.parametrize(
    "urls", ["http://a,", "http://a,b", "http://a/one,http://b/two", "http://a,http://b:x"]
)
def test_addresses_that_are_none_are_one_clear_error(urls: str) -> None:
    """One that is missing, malformed or below another path is refused before anything is sent."""
    with pytest.raises(IndexUnreachableError, match="is not the address"):
        ServerStore(IndexSettings(_env_file=None, qdrant_url=urls))


def test_no_more_copies_can_be_waited_for_than_there_are() -> None:
    """The setting is refused by its own name."""
    with pytest.raises(ValidationError, match="no more than 2 copies") as caught:
        IndexSettings(_env_file=None, qdrant_replicas=2, qdrant_write_consistency=3)
    assert caught.value.errors()[0]["loc"] == ("qdrant_write_consistency",)
