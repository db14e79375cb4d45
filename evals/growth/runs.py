"""What a growth run measured, kept as one JSON file, and the tables and figures that are printed from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from ingest.contract import Frozen

Engine = Literal["embedded", "server"]


class Sample(Frozen):
    """One way to search, measured over all questions.

    Attributes:
        p50_ms: Over questions, of each the quickest search of several. So is `p95_ms`.
        dense_recall: Of the ten best by passage vectors, the share that an exact search has too.
        hybrid_recall: The same of the ten best of the whole hybrid call.
        alone_ms: The median of each part of the hybrid call as a call of its own: passages, keywords,
            wordings; empty where it was not measured.
    """

    p50_ms: float
    p95_ms: float
    dense_recall: float
    hybrid_recall: float
    alone_ms: tuple[float, ...] = ()


class Row(Frozen):
    """One index, written and asked.

    Attributes:
        word_pieces: Whether chunks carry the vectors of all their word pieces, or one row of them.
        layout: As the manifest has it.
        search_ef: Candidates that a search keeps in hand.
        drawn: Chunks that are not of the real handbook.
        write_s: In the store's `add` alone; what it takes to draw chunks is left out.
        publish_s: From the last chunk to live: graphs, checks, flip.
        resident_mb: Of the server's process, or what opening and asking adds to a process of its own.
        anonymous_mb: The part of it that is no file's, so that it cannot be dropped when memory is short.
        disk_mb: Of all files.
        plain: Without a filter.
        filtered: Only chunks of one level.
    """

    engine: Engine
    chunks: int
    word_pieces: bool
    layout: str
    search_ef: int
    drawn: int
    write_s: float
    publish_s: float
    resident_mb: float
    anonymous_mb: float
    disk_mb: float
    questions: int
    plain: Sample
    filtered: Sample

    @property
    def key(self) -> tuple[str, int, bool, str, int]:
        """What it is a measurement of; a later one of the same takes its place."""
        return self.engine, self.chunks, self.word_pieces, self.layout, self.search_ef

    @property
    def chunks_a_s(self) -> float:
        """Chunks written in a second, until they are live."""
        return self.chunks / (self.write_s + self.publish_s)


class GrowthRun(Frozen):
    """All rows that were measured on one machine.

    Attributes:
        made_on: The machine and the versions of the engines, in words.
    """

    made_on: str = ""
    rows: tuple[Row, ...] = ()

    @classmethod
    def load(cls, file: Path) -> GrowthRun:
        """Return the run in a file; an empty one if there is none."""
        return cls.model_validate_json(file.read_text(encoding="utf-8")) if file.exists() else cls()

    def save(self, file: Path) -> None:
        """Keep it, rows in the order of what they measure."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")

    def holds(self, key: tuple[str, int, bool, str, int]) -> bool:
        """Return whether this was measured."""
        return any(row.key == key for row in self.rows)

    def with_row(self, row: Row) -> GrowthRun:
        """Return the run with a row in the place of an earlier one of the same."""
        others = (one for one in self.rows if one.key != row.key)
        return self.model_copy(update={"rows": tuple(sorted((*others, row), key=lambda one: one.key))})

    def growth(self, layout: str) -> list[Row]:
        """Return the rows of a layout without word pieces, by engine and size, and then by `search_ef`."""
        return [row for row in self.rows if (row.layout, row.word_pieces) == (layout, False)]


COLUMNS = (
    "engine",
    "chunks",
    "word pieces",
    "layout",
    "ef",
    "p50 ms",
    "p95 ms",
    "filtered p95 ms",
    "passages / keywords / wordings alone ms",
    "recall@10 dense",
    "filtered",
    "hybrid",
    "chunks/s",
    "publish s",
    "resident MB",
    "of it anonymous",
    "disk MB",
)


def markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a table of Markdown, as docs/performance.md has it."""
    return table(COLUMNS, map(_cells, rows))


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown.

    >>> print(table(["engine", "chunks"], [["server", "1,000"]]))
    | engine | chunks |
    | --- | --- |
    | server | 1,000 |
    """
    lines = (columns, ("---",) * len(columns), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.engine,
        f"{row.chunks:,}",
        "all" if row.word_pieces else "one",
        row.layout,
        str(row.search_ef),
        f"{row.plain.p50_ms:.1f}",
        f"{row.plain.p95_ms:.1f}",
        f"{row.filtered.p95_ms:.1f}",
        " / ".join(f"{one:.1f}" for one in row.plain.alone_ms),
        f"{row.plain.dense_recall:.3f}",
        f"{row.filtered.dense_recall:.3f}",
        f"{row.plain.hybrid_recall:.3f}",
        f"{row.chunks_a_s:.0f}",
        f"{row.publish_s:.0f}",
        f"{row.resident_mb:.0f}",
        f"{row.anonymous_mb:.0f}",
        f"{row.disk_mb:.0f}",
    )
