"""What a growth run keeps, prints and draws."""

from __future__ import annotations

from pathlib import Path

from evals.growth.plot import draw
from evals.growth.runs import Engine, GrowthRun, Row, Sample, markdown

LAYOUT = "m=16"


def row(engine: Engine, chunks: int, **changes: object) -> Row:
    """Return a row of a measurement."""
    made = Row(
        engine=engine,
        chunks=chunks,
        word_pieces=False,
        layout=LAYOUT,
        search_ef=128,
        drawn=0,
        write_s=3.0,
        publish_s=1.0,
        resident_mb=100.0,
        anonymous_mb=40.0,
        disk_mb=12.0,
        questions=9,
        plain=Sample(p50_ms=1.0, p95_ms=2.0, dense_recall=0.99, hybrid_recall=1.0),
        filtered=Sample(p50_ms=1.0, p95_ms=3.0, dense_recall=0.98, hybrid_recall=1.0),
    )
    return made.model_copy(update=changes)


def test_a_run_survives_its_file_and_takes_the_later_of_two_rows(tmp_path: Path) -> None:
    """Rows stand in order of what they measure; the same measurement again replaces the earlier one."""
    file = tmp_path / "kept" / "growth.json"
    run = GrowthRun.load(file)
    for one in (row("server", 10_000), row("embedded", 1_000), row("server", 10_000, publish_s=2.0)):
        run = run.with_row(one)
    run.save(file)
    again = GrowthRun.load(file)
    assert again == run
    assert [(one.engine, one.chunks, one.publish_s) for one in again.rows] == [
        ("embedded", 1_000, 1.0),
        ("server", 10_000, 2.0),
    ]
    assert again.holds(row("server", 10_000).key)
    assert not again.holds(row("server", 1_000).key)


def test_the_table_has_the_rate_until_live() -> None:
    """1,000 chunks in 3 s of writing and 1 s of going live are 250 a second."""
    head, _, line = markdown([row("embedded", 1_000)]).splitlines()
    assert dict(zip(head.split(" | "), line.split(" | "), strict=True))["chunks/s"] == "250"


def test_the_plot_is_drawn_from_the_growth_alone(tmp_path: Path) -> None:
    """Variants are left out, and the same rows give the same file."""
    run = GrowthRun().with_row(row("embedded", 1_000)).with_row(row("embedded", 1_000, word_pieces=True))
    run = run.with_row(row("server", 1_000)).with_row(row("server", 1_000, layout="m=32"))
    growth = run.growth(LAYOUT)
    assert [one.engine for one in growth] == ["embedded", "server"]
    one, other = tmp_path / "one.svg", tmp_path / "other.svg"
    draw(growth, one)
    draw(growth, other)
    assert one.read_text(encoding="utf-8").startswith("<?xml")
    assert one.read_bytes() == other.read_bytes()
