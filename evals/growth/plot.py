"""The plot of a growth run; it can be read in black and white."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from evals.growth.runs import Engine, Row

SIZE_INCHES = (10.0, 3.4)


class Style(NamedTuple):
    """How the lines of one engine are drawn."""

    marker: str
    line: str
    shade: str


STYLES: dict[Engine, Style] = {"embedded": Style("o", "-", "black"), "server": Style("s", "--", "0.35")}


def draw(rows: Sequence[Row], file: Path) -> None:
    """Write three panels as SVG: what a search takes, what is held in memory, how quickly it is written.

    Args:
        rows: One for each size of an engine.
        file: To write.
    """
    with mpl.rc_context({"svg.hashsalt": "growth", "font.size": 9, "svg.fonttype": "path"}):
        figure = Figure(figsize=SIZE_INCHES, layout="constrained")
        latency, memory, rate = figure.subplots(1, 3)
        _panel(latency, rows, "hybrid search, ms (thin line: 95th percentile)", lambda row: row.plain.p50_ms)
        _lines(latency, rows, lambda row: row.plain.p95_ms, width=0.7, labelled=False)
        _panel(memory, rows, "resident memory, MB", lambda row: row.resident_mb)
        _panel(rate, rows, "chunks written in a second", lambda row: row.chunks_a_s)
        latency.legend(frameon=False)
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, format="svg", metadata={"Date": None})


def _panel(axes: Axes, rows: Sequence[Row], title: str, value: Callable[[Row], float]) -> None:
    _lines(axes, rows, value, width=1.6, labelled=True)
    axes.set_title(title, fontsize=9)
    axes.set_xlabel("chunks")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_formatter(_plain)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(_plain)
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, color="0.9")
    axes.spines[["top", "right"]].set_visible(False)


def _plain(value: float, _: float) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def _lines(
    axes: Axes, rows: Sequence[Row], value: Callable[[Row], float], *, width: float, labelled: bool
) -> None:
    for engine, style in STYLES.items():
        own = [row for row in rows if row.engine == engine]
        axes.plot(
            [row.chunks for row in own],
            [value(row) for row in own],
            marker=style.marker,
            linestyle=style.line,
            color=style.shade,
            linewidth=width,
            markersize=4,
            label=engine if labelled else None,
        )
