"""The plots of a report, as inline SVG that takes its colours and its font from the page around it.

Nothing is told by colour alone: marks differ in shape, bars are hatched, values stand beside them.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evals.runs import Estimate

FEW_ITEMS = 10
_WIDTH_PX = 300.0
_ROW_PX = 36.0
_TREND_PX = 150.0
_LABEL_CHARS = 26
_BINS = 10
_FINE_BELOW = 0.2
_ONE_TICK_BELOW = 0.004
# Colours that stand for variables of the page's style sheet.
_INK, _SOFT, _LINE, _MARK, _PAPER = "#010203", "#010204", "#010205", "#010206", "#010207"
_VARIABLES = {_INK: "ink", _SOFT: "soft", _LINE: "line", _MARK: "mark", _PAPER: "paper"}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "text.parse_math": False,
    "font.size": 11.0,
    "text.color": _INK,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _SOFT,
    "xtick.color": _SOFT,
    "ytick.color": _SOFT,
    "hatch.color": _MARK,
    "hatch.linewidth": 0.8,
}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


class Point(NamedTuple):
    """One value of a plot, with what stands beside it."""

    label: str
    estimate: Estimate
    is_break: bool = False


def slice_plot(name: str, points: Sequence[Point], whole: float, *, share: bool, summary: str) -> Markup:
    """Return a row a slice: its mean with interval, hollow below 10 items, and a line at the whole's mean."""
    with mpl.rc_context(_STYLE):
        height = _ROW_PX * len(points) + 26.0
        figure, axes = _canvas(height, left=2.0, right=2.0, bottom=22.0, top=4.0)
        low, high = _limits([one.estimate for one in points], share=share)
        axes.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))
        axes.set_ylim(len(points) - 0.1, -0.5)
        for row, one in enumerate(points):
            axes.plot(
                [whole] * 2, [row + 0.1, row + 0.46], color=_SOFT, linewidth=1.0, linestyle=(0, (2, 1.5))
            )
            _draw_interval(axes, row + 0.28, one.estimate)
            label = axes.text(0.0, row - 0.12, _shorten(one.label), transform=axes.get_yaxis_transform())
            label.set_verticalalignment("center")
            axes.text(
                1.0,
                row - 0.12,
                f"{one.estimate.value:.2f} · n {one.estimate.n}",
                transform=axes.get_yaxis_transform(),
                horizontalalignment="right",
                verticalalignment="center",
                color=_SOFT,
            )
        axes.set_yticks([])
        _label_across(axes, low, high)
        _bare(axes, keep="bottom")
        return _to_svg(figure, name, summary)


def distribution_plot(name: str, values: Sequence[float], *, share: bool, summary: str) -> Markup:
    """Return a histogram with the count over each bar."""
    with mpl.rc_context(_STYLE):
        figure, axes = _canvas(130.0, left=2.0, right=2.0, bottom=20.0, top=16.0)
        span = _span(min(values), max(values), share=share)
        counts, edges, _ = axes.hist(
            values, bins=_BINS, range=span, facecolor=_PAPER, edgecolor=_MARK, hatch="////", linewidth=0.9
        )
        for count, start, end in zip(counts, edges[:-1], edges[1:], strict=True):
            if count:
                axes.text((start + end) / 2, count, f"{count:.0f}", ha="center", va="bottom", fontsize=10)
        axes.set_yticks([])
        axes.set_xlim(*span)
        _label_across(axes, *span)
        _bare(axes, keep="bottom")
        return _to_svg(figure, name, summary)


def trend_plot(name: str, points: Sequence[Point], *, summary: str) -> Markup:
    """Return the values of run after run, the last one written out; a break where the golden file changed."""
    with mpl.rc_context(_STYLE):
        figure, axes = _canvas(_TREND_PX, left=40.0, right=46.0, bottom=22.0, top=10.0)
        ends = [end for one in points for end in (one.estimate.low, one.estimate.high, one.estimate.value)]
        known = [end for end in ends if end is not None]
        room = max((max(known) - min(known)) * 0.12, 0.01)
        axes.set_ylim(min(known) - room, max(known) + room)
        margin = 0.04 * len(points)
        axes.set_xlim(-margin, len(points) - 1 + margin)
        for start, end in _stretches(points):
            values = [one.estimate.value for one in points[start:end]]
            axes.plot(range(start, end), [float("nan") if v is None else v for v in values], color=_MARK)
        for place, one in enumerate(points):
            _draw_point(axes, place, one.estimate)
            if one.is_break:
                axes.axvline(place - 0.5, color=_SOFT, linewidth=0.9, linestyle=(0, (1, 2)))
        last = points[-1].estimate.value
        if last is not None:
            at = (len(points) - 1, last)
            axes.annotate(f"{last:.3f}", at, (9, 0), textcoords="offset points", va="center", weight="bold")
        axes.set_xticks([0, len(points) - 1], [points[0].label, points[-1].label])
        low, high = min(known), max(known)
        ticks = [low, high] if high - low > _ONE_TICK_BELOW else [(low + high) / 2]
        digits = 2 if high - low > _FINE_BELOW else 3
        axes.set_yticks(ticks, [f"{tick:.{digits}f}" for tick in ticks])
        _bare(axes, keep="bottom")
        _align_ends(axes)
        return _to_svg(figure, name, summary)


def _canvas(height: float, *, left: float, right: float, bottom: float, top: float) -> tuple[Figure, Axes]:
    """Return a figure of the report's width, and axes with these margins in pixels; one unit is one pixel."""
    figure = Figure(figsize=(_WIDTH_PX / 72.0, height / 72.0))
    box = (
        left / _WIDTH_PX,
        bottom / height,
        (_WIDTH_PX - left - right) / _WIDTH_PX,
        (height - bottom - top) / height,
    )
    return figure, figure.add_axes(box)


def _limits(estimates: Sequence[Estimate], *, share: bool) -> tuple[float, float]:
    ends = [end for one in estimates for end in (one.low, one.high, one.value) if end is not None]
    return _span(min(ends), max(ends), share=share)


def _span(low: float, high: float, *, share: bool) -> tuple[float, float]:
    """Return the part of the axis that is worth showing; of shares, whole tenths and at least two of them.

    >>> _span(0.97, 1.0, share=True), _span(0.0, 0.06, share=True)
    ((0.8, 1.0), (0.0, 0.2))
    """
    if not share:
        return (low, high) if high > low else (low - 0.5, high + 0.5)
    first, last = math.floor(low * 10), math.ceil(high * 10)
    if last - first < 2:  # noqa: PLR2004 - as the first line says
        first, last = (first, first + 2) if first < 8 else (8, 10)  # noqa: PLR2004
    return first / 10, last / 10


def _label_across(axes: Axes, low: float, high: float) -> None:
    """Write both ends and the middle below the x axis, the outermost labels within the picture."""
    ticks = [low, (low + high) / 2, high]
    axes.set_xticks(ticks, [f"{tick:.2f}" for tick in ticks])
    _align_ends(axes)


def _draw_interval(axes: Axes, row: float, one: Estimate) -> None:
    if one.low is not None and one.high is not None:
        axes.plot([one.low, one.high], [row, row], color=_MARK, linewidth=1.6, zorder=2)
    if one.value is not None:
        _draw_dot(axes, one.value, row, one)


def _draw_point(axes: Axes, place: int, one: Estimate) -> None:
    if one.low is not None and one.high is not None:
        axes.plot([place, place], [one.low, one.high], color=_MARK, linewidth=1.0, zorder=2)
    if one.value is not None:
        _draw_dot(axes, place, one.value, one)


def _draw_dot(axes: Axes, across: float, up: float, one: Estimate) -> None:
    face = _PAPER if one.n < FEW_ITEMS else _MARK
    axes.plot([across], [up], marker="o", markersize=7, markerfacecolor=face, markeredgecolor=_MARK, zorder=3)


def _stretches(points: Sequence[Point]) -> list[tuple[int, int]]:
    """Return the half-open runs of points that may be joined by a line."""
    starts = [0, *(place for place, one in enumerate(points) if one.is_break and place)]
    return list(zip(starts, [*starts[1:], len(points)], strict=True))


def _bare(axes: Axes, *, keep: str) -> None:
    for side, spine in axes.spines.items():
        spine.set_visible(side == keep)
    axes.tick_params(length=0, labelsize=10)
    axes.set_facecolor("none")


def _align_ends(axes: Axes) -> None:
    """Keep the outermost labels of the x axis within the picture."""
    labels = axes.get_xticklabels()
    labels[0].set_horizontalalignment("left")
    labels[-1].set_horizontalalignment("right")


def _shorten(label: str) -> str:
    """Return a label that fits its row, without characters that draw nothing.

    >>> _shorten("observability-in-production-systems.md")
    'observability-in-producti…'
    """
    shown = "".join(one for one in label if one.isprintable())
    return shown if len(shown) <= _LABEL_CHARS else shown[: _LABEL_CHARS - 1] + "…"


def _to_svg(figure: Figure, name: str, summary: str) -> Markup:
    """Return a figure as an SVG element whose ids begin with `name`."""
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # The page's font draws the text; what matplotlib's own lacks does not matter.
        warnings.filterwarnings("ignore", message=r"Glyph .* missing from (?:current )?font")
        figure.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA)
    drawn = buffer.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<!--.*?-->|<style.*?</style>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r"\bid=\"", f'id="{name}-', drawn)
    drawn = re.sub(r"(href=\"|url\()#", rf"\g<1>#{name}-", drawn)
    for colour, variable in _VARIABLES.items():
        drawn = drawn.replace(colour, f"var(--{variable})")
    box = re.search(r'viewBox="[^"]*"', drawn)
    head = f'<svg {box.group() if box else ""} role="img" aria-label="{escape(summary)}">'
    # Every text of the figure went through matplotlib's own XML writer, which escapes it.
    return Markup(head + drawn[drawn.index(">") + 1 :])  # noqa: S704
