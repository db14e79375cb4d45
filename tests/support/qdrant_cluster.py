"""A cluster of real Qdrant nodes on loopback, each of which a test can kill and bring back."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from qdrant_client import QdrantClient, models

from tests.support.namespaces import Place
from tests.support.qdrant_server import binary, is_ready, settings
from tests.support.services import ServerUnavailableError, free_port

WAIT_S = 90.0


class Node:
    """One node; its data outlive its process.

    Attributes:
        place: Where it runs.
        url: Of its HTTP interface.
        peer_url: Of what other nodes call.
    """

    def __init__(self, folder: Path, place: Place, bootstrap: str) -> None:
        self.place = place
        self._folder = folder
        self._bootstrap = bootstrap
        self._ports = [free_port() for _ in range(3)]
        self.url = f"http://{place.host}:{self._ports[0]}"
        self.peer_url = f"http://{place.host}:{self._ports[2]}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and return once it takes requests. Raises ServerUnavailableError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        http, grpc, peer = self._ports
        environment = settings(
            self._folder, self.place.host, http, grpc, CLUSTER__ENABLED="true", CLUSTER__P2P__PORT=str(peer)
        )
        command = [*self.place.prefix, str(binary()), "--disable-telemetry", "--uri", self.peer_url]
        if self._bootstrap:
            command += ["--bootstrap", self._bootstrap]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self._folder, env=environment, stdout=log, stderr=log
            )
        if not _in_time(lambda: is_ready(self.url)):
            self.kill()
            raise ServerUnavailableError((self._folder / "log").read_text(errors="replace")[-500:])

    def kill(self) -> None:
        """End the process at once, without a chance to finish anything; idempotent."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Cluster:
    """Its nodes; the first is the one that the others joined."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = tuple(nodes)

    @property
    def url(self) -> str:
        """All addresses, as COACH_QDRANT_URL takes them."""
        return ",".join(node.url for node in self.nodes)

    def peers(self, node: Node) -> int:
        """Return how many peers a node knows."""
        client = QdrantClient(url=node.url, check_compatibility=False, timeout=10)
        try:
            status = client.cluster_status()
        finally:
            client.close()
        return len(status.peers) if isinstance(status, models.ClusterStatusOneOf1) else 0

    def replicas(self, node: Node) -> list[models.ReplicaState]:
        """Return the state of every replica of every collection, as a node sees it."""
        client = QdrantClient(url=node.url, check_compatibility=False, timeout=10)
        try:
            names = [one.name for one in client.get_collections().collections]
            found = [client.collection_cluster_info(name) for name in names]
        finally:
            client.close()
        return [shard.state for one in found for shard in (*one.local_shards, *one.remote_shards)]

    def wait_until_active(self) -> float:
        """Return the seconds until every node calls every replica active. Raises ServerUnavailableError."""
        began = time.monotonic()
        if not _in_time(self._is_active):
            raise ServerUnavailableError("the replicas did not all become active")
        return time.monotonic() - began

    def _is_active(self) -> bool:
        active = {models.ReplicaState.ACTIVE}
        return all(set(self.replicas(node)) <= active for node in self.nodes)


@contextmanager
def qdrant_cluster(folder: Path, places: Sequence[Place] = (Place(),) * 3) -> Iterator[Cluster]:
    """Run a cluster that keeps its data below a folder, a node at each place.

    Raises:
        ServerUnavailableError: It cannot be fetched or does not come together.
    """
    with ExitStack() as stack:
        first = Node(folder / "0", places[0], "")
        others = [
            Node(folder / str(number), place, first.peer_url) for number, place in enumerate(places[1:], 1)
        ]
        nodes = (first, *others)
        for node in nodes:
            stack.callback(node.kill)
            node.start()
        cluster = Cluster(nodes)
        if not _in_time(lambda: all(cluster.peers(node) == len(nodes) for node in nodes)):
            raise ServerUnavailableError("the nodes did not find each other")
        yield cluster


def _in_time(condition: Callable[[], bool]) -> bool:
    """Return whether a condition came true before the deadline."""
    end = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
