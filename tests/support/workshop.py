"""A folder with handbooks, an index of them, and the embedder that fills it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest import pipeline
from ingest.contract import ChunkerParameters, IndexManifest
from ingest.store.edge import EdgeStore
from ingest.store.port import Build
from tests.support.counting_embedder import CountingEmbedder


def page(title: str, **sections: str) -> str:
    """Return a page with a question a section."""
    parts = [f"## What is {name}?\n\n{body}\n" for name, body in sections.items()]
    return "\n".join([f"# {title}\n", *parts])


@dataclass(frozen=True)
class Workshop:
    """A folder with handbooks, an index of them, and the embedder that fills it."""

    folder: Path
    embedder: CountingEmbedder

    @property
    def store(self) -> EdgeStore:
        return EdgeStore(self.folder / "index")

    def write(self, name: str, text: str) -> Path:
        """Return a file below the folder that holds this text now."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def ingest(
        self,
        *roots: str,
        embedder: CountingEmbedder | None = None,
        parameters: ChunkerParameters | None = None,
        progress: pipeline.Progress | None = None,
    ) -> IndexManifest:
        """Return the manifest after an ingest of these folders; the embedder counts this run alone."""
        used = embedder or self.embedder
        used.embedded.clear()
        return pipeline.ingest(
            [self.folder / root for root in roots],
            store=self.store,
            embedder=used,
            collection="handbook",
            parameters=parameters,
            progress=progress,
        )

    def embedded_headings(self) -> list[str]:
        """Return the headings of the chunks that the last run embedded."""
        return [chunk.heading for chunk in self.embedder.embedded]

    @contextmanager
    def live(self) -> Iterator[Build]:
        """Give the live build."""
        with closing(self.store.open("handbook")) as build:
            yield build
