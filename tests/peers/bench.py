"""`make bench-peer`: our index beside stores that a user would otherwise pick, in one run on one machine.

All hold the same chunks of the handbook, embed with the same weights, weigh keywords alike and use the same
Qdrant server; ours also runs on the embedded engine. The peers get their chunks ready cut.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from coach.coach import Coach
from coach.log import configure
from coach.settings import Settings
from evals.golden import GoldenItem, Place, load_golden
from evals.metrics.recall import recall
from evals.metrics.success import success
from evals.side_by_side import ROUNDS
from ingest.embed import Embedder
from ingest.pipeline import ingest
from ingest.store import open_store
from tests.peers.haystack_pipeline import haystack
from tests.peers.llama_index_store import llama_index
from tests.peers.system import CORPUS, LIMIT, Find, System
from tests.support.qdrant_server import qdrant_server

GOLDEN = Path(__file__).parents[2] / "evals/golden/handbook-dev.jsonl"
PEERS = 2
EMBEDDING = "embedding the question alone"


def main() -> None:
    """Print one table."""
    configure("warning")
    console = Console(width=110)
    items = [item for item in load_golden(GOLDEN) if item.answerable]
    with tempfile.TemporaryDirectory() as scratch, qdrant_server(Path(scratch)) as url:
        embedded = Settings(data_dir=Path(scratch) / "embedded")
        server = embedded.model_copy(update={"qdrant_url": url})
        peers = [llama_index(url, embedded), haystack(url, embedded)]
        places = [("on that server", server, _ingest(server)), ("embedded", embedded, _ingest(embedded))]
        with ExitStack() as stack:
            ours = [
                System(
                    f"ours {where}, {'reranked' if rerank else 'fused only'}",
                    spent_s,
                    _search(stack, settings.model_copy(update={"rerank": rerank})),
                )
                for where, settings, spent_s in places
                for rerank in (True, False)
            ]
            systems = [*peers, *ours, System(EMBEDDING, 0.0, _embed(embedded))]
            console.print(_table(systems, items, console))


def _search(stack: ExitStack, settings: Settings) -> Find:
    return partial(stack.enter_context(Coach(settings)).search, limit=LIMIT)


def _embed(settings: Settings) -> Find:
    """Return what embeds a question and looks no further: the part that all systems share."""
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)

    def find(question: str) -> Sequence[Place]:
        embedder.embed_query(question)
        return ()

    return find


def _ingest(settings: Settings) -> float:
    """Return the seconds that an ingest from nothing takes."""
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    embedder.embed_query("warm up")
    began = time.perf_counter()
    ingest([CORPUS], store=open_store(settings), embedder=embedder, collection=settings.collection)
    return time.perf_counter() - began


def _table(systems: Sequence[System], items: Sequence[GoldenItem], console: Console) -> Table:
    """Ask each system all questions, one system after the other, round by round.

    Not question by question: the threads of one would still wait for more work, on the cores of the next.
    """
    spent_ms: dict[str, list[float]] = {system.name: [] for system in systems}
    found: dict[str, list[tuple[float, float]]] = {system.name: [] for system in systems}
    rounds = [(number, system) for number in range(ROUNDS + 1) for system in systems]
    for number, system in track(rounds, "asking", console=console, transient=True):
        for item in items:
            began = time.perf_counter()
            places = system.find(item.query)
            if not number:  # the first round warms up
                continue
            spent_ms[system.name].append((time.perf_counter() - began) * 1000)
            holding = [[n for n, one in enumerate(item.places) if one.holds(place)] for place in places]
            found[system.name].append(
                (success([bool(one) for one in holding], 5), recall(holding, LIMIT, places=len(item.places)))
            )
    columns = (
        "system", "ingest s", "to peers", "query ms", "to peers", "less embedding", "p95 ms",
        "success@5", "recall@10",
    )  # fmt: skip
    table = Table(
        *columns,
        title=f"{len(items)} questions, {ROUNDS} rounds",
        title_justify="left",
        caption=f"to peers: a ratio to each of the first {PEERS}, in their order; "
        "less embedding: the same of what is left when the last line is taken off",
    )
    middles = {system.name: statistics.median(spent_ms[system.name]) for system in systems}
    beyond = {name: middle - middles[EMBEDDING] for name, middle in middles.items()}
    for system in systems:
        p95 = statistics.quantiles(spent_ms[system.name], n=20)[-1]
        succeeded, recalled = (statistics.fmean(values) for values in zip(*found[system.name], strict=True))
        spent = (f"{middles[system.name]:.1f}", _ratios(middles, system, systems))
        if system.name == EMBEDDING:
            table.add_row(system.name, "", "", *spent, "", f"{p95:.1f}")
            continue
        table.add_row(
            system.name,
            f"{system.ingest_s:.0f}",
            _ratios({one.name: one.ingest_s for one in systems}, system, systems),
            *spent,
            _ratios(beyond, system, systems),
            f"{p95:.1f}",
            f"{succeeded:.3f}",
            f"{recalled:.3f}",
        )
    return table


def _ratios(of: Mapping[str, float], system: System, systems: Sequence[System]) -> str:
    return " ".join(f"{of[system.name] / of[peer.name]:.2f}" for peer in systems[:PEERS])


if __name__ == "__main__":
    main()
