"""How far an ingest is, for whoever wants to hear it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears how far an ingest is."""

    def start(self, documents: int, chars: int) -> None:
        """Called once it is known what has to be embedded."""

    def document(self, name: str, chunks: int) -> None:
        """Called when a document has been cut."""

    def chunk(self, chars: int) -> None:
        """Called when a chunk has its vectors."""


class Silent:
    """A progress that says nothing."""

    def start(self, documents: int, chars: int) -> None:
        """Say nothing."""

    def document(self, name: str, chunks: int) -> None:
        """Say nothing."""

    def chunk(self, chars: int) -> None:
        """Say nothing."""
