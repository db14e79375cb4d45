"""How `coach replay` shows the stages to a person."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from coach.types import RankedChunk, Replay

ROWS_SHOWN = 10


def print_replay(replay: Replay, console: Console) -> None:
    """Print each stage of a query, in the order in which it ran."""
    query = replay.rewritten
    console.print(f"[bold]Question[/]  {escape(replay.question)}")
    console.print(f"[bold]Searched[/]  {escape(query.text)}")
    for label, changes in (("repaired", query.repairs), ("added", query.additions)):
        for word, change in changes.items():
            console.print(f"  {label} {escape(word)} -> {escape(change)}", style="dim")
    if len(query.parts) > 1:
        for number, part in enumerate(query.parts, start=1):
            console.print(f"  part {number}: {escape(part)}", style="dim")
    for label, chunks in (
        ("Dense", replay.dense),
        ("Sparse", replay.sparse),
        ("Wordings", replay.wordings),
        ("Fused", replay.fused),
        ("Reranked", replay.reranked),
    ):
        console.print(_stage(label, chunks))
    _print_gate(replay, console)
    _print_claims(replay, console)
    spent = ", ".join(f"{name} {ms:.1f}" for name, ms in replay.timing_ms.items())
    console.print(f"[bold]Milliseconds[/]  {spent}")


def _stage(label: str, chunks: tuple[RankedChunk, ...]) -> Table:
    table = Table(
        title=f"{label}: {len(chunks)} chunks", title_justify="left", show_edge=False, pad_edge=False
    )
    table.add_column("#", justify="right")
    table.add_column("score", justify="right")
    table.add_column("heading", overflow="ellipsis", no_wrap=True, ratio=1)
    table.add_column("document", overflow="ellipsis", no_wrap=True)
    for chunk in chunks[:ROWS_SHOWN]:
        where = f"{chunk.document}:{chunk.start}-{chunk.end}"
        table.add_row(str(chunk.rank), f"{chunk.score:.4f}", escape(chunk.heading), escape(where))
    return table


def _print_gate(replay: Replay, console: Console) -> None:
    gate = replay.gate
    verdict = "covered" if gate.covered else f"not covered ({gate.reason})"
    console.print(
        f"[bold]Gate[/]  {verdict}: probability {gate.probability:.3f}, threshold {gate.threshold:.3f}"
    )
    console.print(
        "  " + ", ".join(f"{name} {value:.3f}" for name, value in gate.evidence.items()), style="dim"
    )
    for passage in replay.passages:
        trail = " > ".join((*passage.path, passage.heading))
        console.print(f"  passage {passage.rank}  {passage.relevance:.3f}  {escape(trail)}", style="dim")


def _print_claims(replay: Replay, console: Console) -> None:
    claims = replay.answer.outline.claims()
    console.print(f"[bold]Claims[/]  {len(claims)} shown, {replay.answer.dropped} dropped")
    for claim in claims:
        where = ", ".join(f"{one.document}:{one.start}-{one.end}" for one in claim.citations)
        console.print(f"  {claim.support:<10} {escape(claim.text)}  [dim]{escape(where)}[/]", highlight=False)
