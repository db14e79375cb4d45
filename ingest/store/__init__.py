"""The index: `open_store` chooses the engine, `port` says what every engine can do."""

from __future__ import annotations

from ingest.settings import IndexSettings
from ingest.store.encoding import SCHEMA_VERSION
from ingest.store.port import Store

__all__ = ["SCHEMA_VERSION", "open_store"]


def open_store(settings: IndexSettings) -> Store:
    """Return the index that the settings name: a Qdrant server if they hold a URL, else the embedded engine.

    Nothing is read or connected yet.
    """
    if settings.qdrant_url:
        from ingest.store.server import ServerStore

        return ServerStore(settings)
    from ingest.store.edge import EdgeStore
    from ingest.store.layout import Layout

    return EdgeStore(settings.index_dir, Layout.of(settings))
