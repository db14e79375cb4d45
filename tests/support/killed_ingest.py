"""An ingest that is killed: when, and whether the index that is left is the one it should be."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from ingest.contract import IndexManifest
from ingest.move import difference
from ingest.store.port import Build, Store

POLL_S = 0.005
PRELOADED = ["coach.cli.index", "ingest.adapter", "ingest.store.edge", "ingest.store.server"]
OF_ONE_RUN = ("build", "created_at", "added", "updated", "deleted", "unchanged", "removed_chunks")


def names(store: Store, collection: str = "handbook") -> set[str]:
    """Return the builds of a collection, unfinished ones too."""
    return {build.name for build in store.builds(collection)}


def wait_for_another_build(store: Store, known: set[str], *, ended: Callable[[], bool]) -> None:
    """Return once a build has begun that is not among the known ones, or what begins it has ended."""
    while not ended() and names(store) <= known:
        time.sleep(POLL_S)


def start_coach(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> BaseProcess:
    """Start `coach` in a folder, as a fork of a process that has its modules loaded and did nothing else.

    Loading them takes seconds, in which a kill can do no harm; this way, nearly all of its time is work.
    """
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(PRELOADED)
    process = forking.Process(target=_be_coach, args=(arguments, environment, folder))
    process.start()
    return process


def _be_coach(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
    from coach.cli import main

    os.chdir(folder)
    os.environ.update(environment)
    sys.argv = ["coach", *arguments]
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    main()


def told_apart(one: Build, other: Build) -> str:
    """Return in what two builds of one handbook differ, in words; nothing if they hold the same."""
    left, right = _lasting(one.manifest), _lasting(other.manifest)
    if left != right:
        return f"the manifests: {left!r} and {right!r}"
    return difference(one, other)


def _lasting(manifest: IndexManifest) -> dict[str, object]:
    """Return what a manifest says of the handbook, and not of the run that made it."""
    said = manifest.model_dump(mode="json", exclude=set(OF_ONE_RUN))
    return said | {"report": sorted(map(repr, manifest.report))}
