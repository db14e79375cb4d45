"""`make bench-index`: how soon an edit is live, and what it costs beside an ingest from nothing.

On the embedded engine, or on the server that COACH_QDRANT_URL names, in a collection of its own.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from coach.log import configure
from coach.settings import Settings
from ingest.contract import IndexManifest
from ingest.embed import Embedder
from ingest.pipeline import ingest
from ingest.store import open_store
from ingest.store.values import Engine
from ingest.watch import QUIET_S

OBJECTIVE_S = 5.0


def main() -> None:
    """Ingest the corpus, edit one page after another, and print how long each edit took to be live."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench_index", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--edits", type=int, default=100)
    chosen = parser.parse_args()
    configure("warning")
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        shutil.copytree(chosen.corpus, corpus)
        settings = Settings(data_dir=Path(folder) / "data", collection=f"bench-{secrets.token_hex(4)}")
        store = open_store(settings)
        embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
        update = partial(ingest, [corpus], store=store, embedder=embedder, collection=settings.collection)
        try:
            whole_s, manifest = _timed(update)
            edits = [*_edits(corpus, chosen.edits, update, console)]
        finally:
            store.drop(settings.collection)
    console.print(_table(store.engine, manifest, whole_s, sorted(edits)))


def _edits(corpus: Path, count: int, update: partial[IndexManifest], console: Console) -> Iterator[float]:
    """Edit one page after another and yield the seconds until each edit was live."""
    files = sorted(corpus.rglob("*.md"))
    for number in track(range(count), description="editing", console=console):
        file = files[number % len(files)]
        text = file.read_text(encoding="utf-8").rstrip()
        file.write_text(f"{text}\n\nEdit {number} of this page.\n", encoding="utf-8")
        yield QUIET_S + _timed(update)[0]


def _table(engine: Engine, manifest: IndexManifest, whole_s: float, edits: list[float]) -> Table:
    in_time = sum(edit_s < OBJECTIVE_S for edit_s in edits)
    held = f"{manifest.chunks} chunks of {len(manifest.documents)} documents"
    table = Table(
        "",
        "seconds",
        "ratio",
        title=f"{engine}, {held}, {len(edits)} edits",
        title_justify="left",
        caption=f"{in_time} of {len(edits)} edits were live within {OBJECTIVE_S:.0f} s; {QUIET_S} s of each "
        "are the watcher's, which waits for the editor to be done",
    )
    rows = {
        "ingest from nothing": whole_s,
        "edit to live, median": statistics.median(edits),
        "edit to live, 99th percentile": edits[int(0.99 * (len(edits) - 1))],
        "edit to live, slowest": edits[-1],
    }
    for name, seconds in rows.items():
        table.add_row(name, f"{seconds:.2f}", f"{seconds / whole_s:.3f}")
    return table


def _timed(update: partial[IndexManifest]) -> tuple[float, IndexManifest]:
    began = time.perf_counter()
    manifest = update()
    return time.perf_counter() - began, manifest


if __name__ == "__main__":
    main()
