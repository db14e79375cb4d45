"""The stores that the acceptance suite runs on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from ingest.settings import IndexSettings
from ingest.store import open_store
from ingest.store.port import Store
from tests.support.qdrant_server import qdrant_server
from tests.support.services import needed

API_KEY = "a-key-that-no-message-may-show"
READ_ONLY_API_KEY = "another-such-key"


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a running server that asks for a key."""
    folder = tmp_path_factory.mktemp("qdrant")
    server = qdrant_server(folder, api_key=API_KEY, read_only_api_key=READ_ONLY_API_KEY)
    with needed("Qdrant server"), server as url:
        yield url


@pytest.fixture(scope="module")
def server_settings(server_url: str) -> IndexSettings:
    """Settings of the server engine."""
    return IndexSettings(qdrant_url=server_url, qdrant_api_key=API_KEY, qdrant_timeout_s=60)


@pytest.fixture(scope="module")
def edge_settings(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    """Settings of the embedded engine."""
    return IndexSettings(data_dir=tmp_path_factory.mktemp("edge"))


@pytest.fixture(scope="module", params=["edge", pytest.param("server", marks=pytest.mark.server)])
def settings(request: pytest.FixtureRequest) -> IndexSettings:
    """Settings of each engine in turn."""
    chosen: IndexSettings = request.getfixturevalue(f"{request.param}_settings")
    return chosen


@pytest.fixture
def store(settings: IndexSettings) -> Iterator[Store]:
    """An empty index of each engine in turn."""
    with closing(open_store(settings)) as opened:
        yield opened
    with closing(open_store(settings)) as opened:  # a test may have closed the first
        for collection in ("handbook", "handbook-2", "hand", "fragen-größe"):
            opened.drop(collection)
