"""What clusters need, worked out from rows."""

from __future__ import annotations

import pytest

from evals.growth.capacity import needs, per_chunk, word_piece_bytes
from evals.growth.runs import GrowthRun, Row, Sample

PLAIN = Sample(p50_ms=1.0, p95_ms=2.0, dense_recall=1.0, hybrid_recall=1.0)


def row(chunks: int, *, resident_mb: float, disk_mb: float, word_pieces: bool = False) -> Row:
    """Return a row of a server."""
    return Row(
        engine="server",
        chunks=chunks,
        word_pieces=word_pieces,
        layout="plain",
        search_ef=256,
        drawn=0,
        write_s=1.0,
        publish_s=1.0,
        resident_mb=resident_mb,
        anonymous_mb=0.0,
        disk_mb=disk_mb,
        questions=1,
        plain=PLAIN,
        filtered=PLAIN,
    )


def test_what_an_empty_index_takes_drops_out() -> None:
    """From 10,000 to 110,000 chunks, 300 MB and 500 MB more are 3 kB and 5 kB a chunk."""
    rows = [
        row(110_000, resident_mb=801, disk_mb=600),
        row(110_000, resident_mb=800, disk_mb=600),  # asked once more, with more candidates
        row(10_000, resident_mb=500, disk_mb=100),
        row(1_000, resident_mb=499, disk_mb=99),
    ]
    assert per_chunk(rows) == (3000.0, 5000.0)
    with pytest.raises(ValueError, match="two sizes"):
        per_chunk(rows[:1])


def test_word_pieces_are_what_a_row_with_them_has_more() -> None:
    """400 MB more for 10,000 chunks are 40 kB each."""
    run = GrowthRun(rows=(row(10_000, resident_mb=0, disk_mb=100),))
    with pytest.raises(ValueError, match="no row with word pieces"):
        word_piece_bytes(run)
    assert word_piece_bytes(run.with_row(row(10_000, resident_mb=0, disk_mb=500, word_pieces=True))) == 40_000


def test_a_cluster_has_room_for_two_replicas_and_for_rebuilding() -> None:
    """A billion chunks of 480 bytes in memory fill twenty nodes, three quarters full, twice over."""
    found = needs("plain", 1_000_000_000, each=per_chunk(
        [row(1_000_000, resident_mb=480, disk_mb=1000), row(2_000_000, resident_mb=960, disk_mb=2000)]
    ), word_pieces=1000.0)  # fmt: skip
    assert (found.memory_gb, found.disk_gb, found.nodes) == (960.0, 6000.0, 20)
