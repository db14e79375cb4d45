"""How fresh the index is: what answers, what was published since, and which files have changed."""

from __future__ import annotations

import hashlib
from contextlib import closing
from datetime import datetime
from pathlib import Path

from coach.coach import Coach
from coach.errors import IndexMissingError
from ingest.contract import DocumentEntry, Frozen, IndexManifest
from ingest.store import open_store
from ingest.store.values import BuildStatus
from ingest.tenants import name_in_handbook


class IndexVersion(Frozen):
    """One build of the index."""

    build: str
    created_at: datetime
    corpus_hash: str
    embed_model: str
    documents: int
    questions: int
    chunks: int


class StoredBuild(Frozen):
    """A build as the index keeps it; `version` is None of one that cannot be served."""

    build: str
    status: BuildStatus
    version: IndexVersion | None


class IndexState(Frozen):
    """The index as it is served and as it is stored.

    Attributes:
        served: What this process answers from.
        live: What was published or promoted last.
        is_current: Whether the two are one.
        builds: All that are kept, newest first; each with a version can be promoted.
        changed: Documents of the live build whose file is another one than was indexed, or is gone.
        unseen: Documents whose folder is not on this machine, so that nobody can tell.
    """

    collection: str
    served: IndexVersion
    live: IndexVersion
    is_current: bool
    builds: tuple[StoredBuild, ...]
    changed: tuple[str, ...]
    unseen: int


def freshness(coach: Coach) -> IndexState:
    """Return how fresh the index is.

    Raises:
        IndexMissingError: No build is live any more.
        IndexUnreachableError: The index does not answer.
    """
    served, settings = coach.switch.current.published, coach.switch.settings
    with closing(open_store(settings)) as store:
        builds = store.builds(settings.collection)
    live = next((one.manifest for one in builds if one.status == "live"), None)
    if live is None:
        raise IndexMissingError(f"no build of {settings.collection!r} is live")
    states = {entry.name: _is_as_indexed(entry) for entry in live.documents}
    return IndexState(
        collection=served.collection,
        served=_version(served),
        live=_version(live),
        is_current=served.build == live.build,
        builds=tuple(
            StoredBuild(
                build=one.name, status=one.status, version=_version(one.manifest) if one.manifest else None
            )
            for one in builds
        ),
        changed=tuple(name for name, same in states.items() if same is False),
        unseen=sum(same is None for same in states.values()),
    )


def live_build(coach: Coach) -> str:
    """Return the name of the build that is live, of an index that answers.

    Raises:
        IndexMissingError: No build is live any more.
        IndexUnreachableError: The index does not answer.
    """
    settings = coach.switch.settings
    with closing(open_store(settings)) as store:
        live = store.live(settings.collection)
    if not live:
        raise IndexMissingError(f"no build of {settings.collection!r} is live")
    return live


def _version(made: IndexManifest) -> IndexVersion:
    return IndexVersion(
        build=made.build,
        created_at=datetime.fromisoformat(made.created_at),
        corpus_hash=made.corpus_hash,
        embed_model=made.embed_model,
        documents=len(made.documents),
        questions=made.questions,
        chunks=made.chunks,
    )


def _is_as_indexed(entry: DocumentEntry) -> bool | None:
    """Return whether a document's file is the one that was indexed; None if its folder is not here."""
    root, name = Path(entry.root), name_in_handbook(entry.name)
    if not root.exists():
        return None
    file = root if root.is_file() else root / name
    if not file.is_file():  # a document that shares its name with another has its folder's name in front
        file = root.parent / name
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() == entry.sha256
    except OSError:  # gone, or closed to this process: it cannot be indexed again as it was
        return False
