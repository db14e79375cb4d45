"""A cluster on paper: what so many chunks need, worked out from what a growth run measured.

What one chunk takes is the slope between the two largest sizes of a layout: what an empty index takes, which
is a lot, drops out. The word pieces, which most rows leave out, are added from the row that has them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from evals.growth.runs import GrowthRun, Row, table

REPLICAS = 2
NODE_MEMORY_GB = 64
USABLE = 0.75
"""Of a node's memory: the rest is for requests, the system, and graphs that are being rebuilt."""
DISK_HEADROOM = 1.5
"""A segment is written anew before the old one goes, and a build stands beside the live one for a while."""
NODE_USD_A_MONTH = 313.0
DISK_USD_A_GB_MONTH = 0.08
BYTES_A_MEGABYTE, BYTES_A_GIGABYTE = 1e6, 1e9


class PerChunk(NamedTuple):
    """Bytes that one more chunk takes."""

    memory: float
    disk: float


class Needs(NamedTuple):
    """What an index takes on a cluster, all replicas together."""

    chunks: int
    layout: str
    memory_gb: float
    disk_gb: float
    nodes: int
    usd_a_month: float


def per_chunk(rows: Sequence[Row]) -> PerChunk:
    """Return what a chunk takes, from the two largest sizes among rows of one layout.

    Raises:
        ValueError: There are not two sizes.
    """
    sized = {row.chunks: row for row in rows}
    if len(sized) < 2:  # noqa: PLR2004 - a slope has two ends
        raise ValueError("a slope needs rows of two sizes")
    small, large = (sized[chunks] for chunks in sorted(sized)[-2:])
    more = (large.chunks - small.chunks) / BYTES_A_MEGABYTE
    return PerChunk((large.resident_mb - small.resident_mb) / more, (large.disk_mb - small.disk_mb) / more)


def word_piece_bytes(run: GrowthRun) -> float:
    """Return what the word pieces of one chunk take on disk: a row with them, less one without.

    Raises:
        ValueError: The run has no such pair of rows.
    """
    for full in run.rows:
        for one in run.rows:
            alike = (full.engine, full.chunks, full.search_ef) == (one.engine, one.chunks, one.search_ef)
            if full.word_pieces and not one.word_pieces and alike:
                return (full.disk_mb - one.disk_mb) * BYTES_A_MEGABYTE / full.chunks
    raise ValueError("no row with word pieces has its like without")


def needs(layout: str, chunks: int, each: PerChunk, word_pieces: float) -> Needs:
    """Return what so many chunks need.

    Ten million chunks of 1 kB in memory and 2 kB on disk, twice: 20 GB, and 60 GB with headroom.

    >>> needs("plain", 10_000_000, PerChunk(1000.0, 2000.0), 0.0)[2:]
    (20.0, 60.0, 2, 630.8)
    """
    memory_gb = chunks * each.memory * REPLICAS / BYTES_A_GIGABYTE
    disk_gb = chunks * (each.disk + word_pieces) * REPLICAS * DISK_HEADROOM / BYTES_A_GIGABYTE
    nodes = max(REPLICAS, math.ceil(memory_gb / (NODE_MEMORY_GB * USABLE)))
    usd = nodes * NODE_USD_A_MONTH + disk_gb * DISK_USD_A_GB_MONTH
    return Needs(chunks, layout, round(memory_gb, 1), round(disk_gb, 1), nodes, round(usd, 1))


def markdown(needed: Sequence[Needs]) -> str:
    """Return the table as docs/performance.md has it."""
    head = ("chunks", "layout", "memory GB", "disk GB", "nodes", "USD a month")
    rows = [
        (
            f"{n.chunks:,}",
            n.layout,
            f"{n.memory_gb:,.0f}",
            f"{n.disk_gb:,.0f}",
            f"{n.nodes:,}",
            f"{n.usd_a_month:,.0f}",
        )
        for n in needed
    ]
    return table(head, rows)
