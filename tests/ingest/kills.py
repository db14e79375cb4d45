"""`make kills`: `coach ingest` of a changing handbook, killed at random moments, many times.

After each kill the live index has to answer, and the next run has to make what a run that nobody killed
makes of the same files in a fresh folder: the same manifest, chunks, vectors, texts and words.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from ingest import pipeline
from ingest.contract import Chunk, IndexManifest
from ingest.embed import Embedder, sparse_query
from ingest.settings import IndexSettings
from ingest.store import open_store
from ingest.store.port import Store
from ingest.store.values import ChunkVectors, Leg
from tests.support.counting_embedder import CountingEmbedder
from tests.support.killed_ingest import names, start_coach, told_apart, wait_for_another_build
from tests.support.qdrant_server import qdrant_server
from tests.support.workshop import page

PAGES = 12
MOST_CHANGES = 10
WORDS = "cache index token agent budget eval prompt trace shard queue latency recall retry lease".split()
AT_ANY_TIME = 0.25
"""This share of the kills comes at any time from the start on; the others once a build has begun."""


class RememberingEmbedder(CountingEmbedder):
    """Embeds each content once; what was killed embeds by itself, in its own process."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, ChunkVectors] = {}

    def embed_passages(self, chunks: Sequence[Chunk]) -> Iterator[ChunkVectors]:
        """Yield the vectors of each chunk, in order."""
        fresh = [chunk for chunk in chunks if chunk.content_hash not in self._known]
        for chunk, vectors in zip(fresh, super().embed_passages(fresh), strict=True):
            self._known[chunk.content_hash] = vectors
        return iter([self._known[chunk.content_hash] for chunk in chunks])


@dataclass
class Kills:
    """A handbook, its index, and the chance by which the one changes and the other is killed."""

    folder: Path
    settings: IndexSettings
    chance: random.Random
    embedder: Embedder = field(default_factory=RememberingEmbedder)
    seen: Counter[str] = field(default_factory=Counter)
    whole_s: float = 0.0
    writing_s: float = 0.0

    @property
    def book(self) -> Path:
        """The folder that is ingested."""
        return self.folder / "book"

    def begin(self) -> None:
        """Write the handbook, ingest it, and learn how long an ingest that nobody kills takes."""
        self.book.mkdir(parents=True)
        (self.book / "anchor.md").write_text(page("Anchor", anchor="Nobody edits this."), encoding="utf-8")
        for number in range(PAGES):
            self._write_page(number)
        with closing(open_store(self.settings)) as store:
            self._ingest(store)
            for number in range(MOST_CHANGES):
                self._write_page(number)
            known, began = names(store), time.monotonic()
            process = self._start()
            wait_for_another_build(store, known, ended=lambda: not process.is_alive())
            begun = time.monotonic()
            process.join()
            if process.exitcode:
                raise SystemExit(f"an ingest that nobody killed ended with {process.exitcode}")
            self.whole_s = time.monotonic() - began
            self.writing_s = time.monotonic() - begun

    def kill(self) -> bool:
        """Change the handbook, kill an ingest of it, and check what is left and what comes next.

        Returns whether it was killed: it may have ended before.

        Raises:
            AssertionError: The index does not answer, or the next run does not converge.
        """
        for _ in range(self.chance.randint(1, MOST_CHANGES)):
            self._change(self.chance.randrange(PAGES))
        with closing(open_store(self.settings)) as store:
            before = store.live("handbook")
            killed = self._kill_one(store)
            self._check_answers(store)
            if killed:
                went_live = store.live("handbook") != before
                self.seen["had gone live when they were killed" if went_live else "had not gone live"] += 1
            unfinished = any(build.status == "unfinished" for build in store.builds("handbook"))
            self.seen["left an unfinished build"] += unfinished
            self._ingest(store)
            self._check_converged(store)
        return killed

    def _kill_one(self, store: Store) -> bool:
        known = names(store)
        process = self._start()
        if self.chance.random() < AT_ANY_TIME:
            time.sleep(self.chance.uniform(0.0, self.whole_s))
        else:
            wait_for_another_build(store, known, ended=lambda: not process.is_alive())
            time.sleep(self.chance.uniform(0.0, self.writing_s))
        process.kill()
        process.join()
        killed = process.exitcode != 0
        # a machine is not always as busy as it was: moments go on covering the whole run, and little more
        self.writing_s *= 1.05 if killed else 0.9
        self.seen["killed" if killed else "ended before the kill, and do not count"] += 1
        return killed

    def _check_answers(self, store: Store) -> None:
        with closing(store.open("handbook")) as build:
            assert len(build.chunk_ids()) == build.manifest.chunks
            query = Leg("sparse", "bm25", sparse_query({"anchor": 1.0}), 3)
            best = build.search([query], limit=1, rrf_k=60, where={})
            [chunk] = build.chunks([hit.id for hit in best]).values()
            assert chunk.document == "anchor.md"

    def _check_converged(self, store: Store) -> None:
        calm = self.folder / "calm"
        fresh = IndexSettings(_env_file=None, data_dir=calm)
        with closing(open_store(fresh)) as other:
            self._ingest(other)
            with closing(store.open("handbook")) as one, closing(other.open("handbook")) as two:
                difference = told_apart(one, two)
        assert not difference, difference
        assert len(names(store)) <= 2, f"builds are left over: {names(store)}"
        shutil.rmtree(calm)

    def _ingest(self, store: Store) -> IndexManifest:
        return pipeline.ingest([self.book], store=store, embedder=self.embedder, collection="handbook")

    def _start(self) -> BaseProcess:
        given = {"COACH_DATA_DIR": str(self.settings.data_dir), "COACH_QDRANT_URL": self.settings.qdrant_url}
        return start_coach(["ingest", str(self.book)], given, self.folder)

    def _change(self, number: int) -> None:
        file = self.book / f"page{number:02}.md"
        if file.exists() and self.chance.random() < 0.2:
            file.unlink()
        else:
            self._write_page(number)

    def _write_page(self, number: int) -> None:
        bodies = (" ".join(self.chance.choices(WORDS, k=15)) for _ in range(self.chance.randint(1, 3)))
        sections = {f"page{number}part{place}": body for place, body in enumerate(bodies)}
        (self.book / f"page{number:02}.md").write_text(page(f"Page {number}", **sections), encoding="utf-8")


@contextmanager
def index(engine: str, folder: Path) -> Iterator[IndexSettings]:
    """Give the settings of an empty index."""
    embedded = IndexSettings(_env_file=None, data_dir=folder / "data", qdrant_timeout_s=60)
    if engine == "embedded":
        yield embedded
        return
    with qdrant_server(folder) as url:
        yield embedded.model_copy(update={"qdrant_url": url})


def main() -> None:
    """Kill so many ingests; end with 1 at the first one that does harm."""
    parser = argparse.ArgumentParser(prog="python -m tests.ingest.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--engine", choices=["embedded", "server"], default="embedded")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, index(chosen.engine, Path(scratch)) as settings:
        kills = Kills(Path(scratch), settings, random.Random(chosen.seed))
        kills.begin()
        killed = 0
        while killed < chosen.kills:
            try:
                if not kills.kill():
                    continue
            except AssertionError as error:
                sys.exit(f"after kill {killed} of seed {chosen.seed}: {error}")
            killed += 1
            if killed % 10 == 0:
                print(f"{killed} of {chosen.kills}", flush=True)  # noqa: T201
    print(f"{chosen.kills} kills, {chosen.engine} engine, seed {chosen.seed}: no harm")  # noqa: T201
    for what, count in sorted(kills.seen.items()):
        print(f"  {count:6} {what}")  # noqa: T201


if __name__ == "__main__":
    main()
