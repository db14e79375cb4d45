"""Tests with a cluster of three nodes are run by `make cluster` alone: they kill nodes and take minutes."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.namespaces import NamespacesUnavailableError, places
from tests.support.qdrant_cluster import Cluster, qdrant_cluster
from tests.support.services import needed

collect_ignore_glob = [] if os.environ.get("CLUSTER") else ["test_*.py"]


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes on loopback that know each other."""
    with needed("Qdrant server"), qdrant_cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture
def spread_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes, each in a network namespace of its own."""
    folder = tmp_path_factory.mktemp("spread")
    try:
        with needed("Qdrant server"), places(3) as made, qdrant_cluster(folder, made) as started:
            yield started
    except NamespacesUnavailableError as error:
        pytest.skip(f"no network namespaces: {error}")
