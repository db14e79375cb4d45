"""`make bench-growth`: searches, memory and writing at 1,000 to 1,000,000 chunks, on both engines.

Each index is written and asked through the store with the settings that ship; a server is started for it and
started again before it is asked. Rows are kept in a run file as they are measured, so sizes can be run apart.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import re
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import get_args

from coach.log import configure
from coach.settings import Settings
from evals.golden import load_golden
from evals.growth.capacity import Needs, needs, per_chunk, word_piece_bytes
from evals.growth.capacity import markdown as needs_markdown
from evals.growth.measure import Asked, Written, ask, handbook, questions, write
from evals.growth.plot import draw
from evals.growth.runs import Engine, GrowthRun, Row, markdown
from evals.memory import BYTES_A_MEGABYTE, Memory, memory_of_child
from ingest.store.layout import Layout
from ingest.store.values import Leg
from tests.support.qdrant_server import VERSION, qdrant_server

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "evals/golden/handbook-dev.jsonl"
RUN = ROOT / "docs/growth.json"
PLOT = ROOT / "docs/images/growth.svg"
SIZES = {"embedded": (1_000, 10_000, 100_000), "server": (1_000, 10_000, 100_000, 1_000_000)}
CAPACITY_CHUNKS = (10_000_000, 1_000_000_000)
CALL_TIMEOUT_S = 600
"""An exact search or a write that waits for the disk may take long; this is a measurement, not a service."""


def main() -> None:
    """Measure what is missing in the run file, and print all of it."""
    chosen = _options()
    configure("warning")
    if not chosen.print:
        settings = Settings(qdrant_timeout_s=CALL_TIMEOUT_S)
        asked = questions([item.query for item in load_golden(GOLDEN) if item.answerable], settings)
        bench = Bench(
            settings, asked, chosen.folder, chosen.run, word_pieces=chosen.word_pieces, seed=chosen.seed
        )
        for engine in chosen.engines:
            for size in chosen.sizes or SIZES[engine]:
                bench.measure(engine, size, chosen.efs, again=chosen.again)
    run = GrowthRun.load(chosen.run)
    growth = run.growth(Layout().version)
    others = [row for row in run.rows if row not in growth]
    # to be pasted as it is
    print(f"{run.made_on}\n\n{markdown(growth)}\n\n{markdown(others)}")  # noqa: T201
    if shipped := [row for row in growth if row.search_ef == Settings().hnsw_ef]:
        draw(shipped, chosen.plot)
    if chosen.capacity:
        print(f"\n{_capacity(run)}")  # noqa: T201


def _capacity(run: GrowthRun) -> str:
    """Return what clusters need, for each layout that was measured on a server at two sizes."""
    table: list[Needs] = []
    for layout in sorted({row.layout for row in run.rows}):
        rows = [row for row in run.growth(layout) if row.engine == "server"]
        if len({row.chunks for row in rows}) > 1:
            each = per_chunk(rows)
            table += (needs(layout, chunks, each, word_piece_bytes(run)) for chunks in CAPACITY_CHUNKS)
    return needs_markdown(table)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.peers.growth", description=__doc__)
    parser.add_argument("--engines", nargs="+", choices=get_args(Engine), default=get_args(Engine))
    parser.add_argument("--sizes", nargs="+", type=int, default=[], help="chunks; default: all of an engine")
    parser.add_argument("--word-pieces", action="store_true", help="carry all of them, some 50 kB a chunk")
    parser.add_argument("--efs", nargs="+", type=int, default=[Settings().hnsw_ef], help="asked with each")
    parser.add_argument("--again", action="store_true", help="also what the run file holds")
    parser.add_argument("--print", action="store_true", help="measure nothing")
    parser.add_argument("--capacity", action="store_true", help="print what clusters need, too")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, default=ROOT / ".coach/growth", help="for the indexes")
    parser.add_argument("--run", type=Path, default=RUN)
    parser.add_argument("--plot", type=Path, default=PLOT)
    return parser.parse_args()


@dataclass(frozen=True)
class Bench:
    """What all measurements share.

    Attributes:
        settings: Of the handbook that the first chunks come from, and the layout that is measured.
        asked: What the retriever asks the engine, question by question.
        folder: For the indexes; each goes when it is measured.
        run: The run file.
        word_pieces: Whether the chunks carry all of them.
    """

    settings: Settings
    asked: Sequence[Sequence[Leg]]
    folder: Path
    run: Path
    word_pieces: bool
    seed: int

    def measure(self, engine: Engine, size: int, efs: Sequence[int], *, again: bool) -> None:
        """Write one index, ask it with each `ef`, keep the rows, remove it; unless that was done."""
        layout = Layout.of(self.settings).version
        done = GrowthRun.load(self.run)
        if not again and all(done.holds((engine, size, self.word_pieces, layout, ef)) for ef in efs):
            return
        print(f"{engine}: {size:,} chunks, {layout}", flush=True)  # noqa: T201
        folder = self.folder / "-".join((engine, str(size), *re.findall(r"\w+", layout)))
        written, drawn = self._written(engine, size, folder)
        for ef in efs:
            found, held = self._ask(engine, folder, ef)
            row = Row(
                engine=engine,
                chunks=size,
                word_pieces=self.word_pieces,
                layout=layout,
                search_ef=ef,
                drawn=drawn,
                write_s=written.write_s,
                publish_s=written.publish_s,
                resident_mb=held.resident_mb,
                anonymous_mb=held.anonymous_mb,
                disk_mb=_disk_mb(folder),
                questions=len(self.asked),
                plain=found.plain,
                filtered=found.filtered,
            )
            run = GrowthRun.load(self.run).with_row(row)
            run.model_copy(update={"made_on": _machine()}).save(self.run)
            print(markdown([row]).splitlines()[-1], flush=True)  # noqa: T201
        shutil.rmtree(folder)

    def _written(self, engine: Engine, size: int, folder: Path) -> tuple[Written, int]:
        """Return how long an index took to write, now or in a run that was stopped; and its drawn chunks."""
        samples, made = handbook(self.settings, word_pieces=self.word_pieces, seed=self.seed)
        drawn, note = max(0, size - samples.real), folder / "written.json"
        if note.exists():
            return Written(*json.loads(note.read_text(encoding="utf-8"))), drawn
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with _running(engine, folder, self.settings) as running:
            written = write(samples, size, made, running)
        note.write_text(json.dumps(written), encoding="utf-8")
        return written, drawn

    def _ask(self, engine: Engine, folder: Path, ef: int) -> tuple[Asked, Asked | Memory]:
        """Return what a fresh process found, and what it or the server holds in memory for that."""
        chosen = self.settings.model_copy(update={"hnsw_ef": ef})
        with (
            _running(engine, folder, chosen) as running,
            ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool,
        ):
            found = pool.submit(ask, running, self.asked).result()
            return found, memory_of_child("qdrant") if engine == "server" else found


@contextmanager
def _running(engine: Engine, folder: Path, settings: Settings) -> Iterator[Settings]:
    """Give settings of the index in a folder; for a server, one that runs."""
    if engine == "embedded":
        yield settings.model_copy(update={"data_dir": folder})
        return
    with qdrant_server(folder) as url:
        yield settings.model_copy(update={"qdrant_url": url})


def _disk_mb(folder: Path) -> float:
    files = (file.stat() for file in folder.rglob("*") if file.is_file())
    return sum(file.st_blocks * 512 for file in files) / BYTES_A_MEGABYTE


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return (
        f"{os.cpu_count()} cores of {model}; Qdrant {VERSION}, qdrant-edge-py {version('qdrant-edge-py')}, "
        f"Python {platform.python_version()}"
    )


if __name__ == "__main__":
    main()
