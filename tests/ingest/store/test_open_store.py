"""Which engine the settings choose, and what choosing costs."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

from ingest.settings import IndexSettings
from ingest.store import open_store
from ingest.store.edge import EdgeStore
from ingest.store.server import ServerStore

ROOT = Path(__file__).parents[3]


def test_the_url_decides(tmp_path: Path) -> None:
    """With a URL it is the server, without one the embedded engine; neither reads or writes anything yet."""
    with closing(open_store(IndexSettings(data_dir=tmp_path / "data"))) as embedded:
        assert isinstance(embedded, EdgeStore)
    with closing(open_store(IndexSettings(qdrant_url="http://127.0.0.1:9"))) as server:
        assert isinstance(server, ServerStore)
    assert list(tmp_path.iterdir()) == []


def test_importing_the_package_loads_no_engine() -> None:
    """Commands that need no index do not pay for one."""
    code = (
        "import sys, ingest.store, ingest.store.port;"
        "loaded = {'qdrant_client', 'qdrant_edge'} & set(sys.modules);"
        "sys.exit(repr(loaded) if loaded else 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
