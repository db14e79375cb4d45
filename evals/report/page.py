"""The page: what it shows, put together from a run and the runs before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from evals.catalogue import Metric, metric
from evals.report.figures import FEW_ITEMS, Point, distribution_plot, slice_plot, trend_plot
from evals.report.items import unscored_items, worst_items
from evals.runs import Estimate, Kind, Run

MOST_RUNS = 20
_FEW_VALUES = 2
# What the plots of a kind are about, in order; the tables hold the rest.
_PLOTTED: dict[Kind, tuple[str, ...]] = {
    "retrieval": ("success@5", "mrr@10", "ndcg@10", "recall@10", "false_refusals", "abstention_recall"),
    "answers": (
        "citation_precision",
        "citation_recall",
        "key_fact_recall",
        "repetition",
        "false_refusals",
        "abstention_recall",
    ),
    "faithfulness": ("faithfulness", "f1", "auroc"),
}


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A line of a table of metrics."""

    name: str
    read: Metric
    found: Estimate

    @property
    def value(self) -> str:
        """The mean, or the word that there is none."""
        return "unscored" if self.found.value is None else f"{self.found.value:.3f}"

    @property
    def interval(self) -> str:
        """Both ends of the interval, or a dash."""
        if self.found.low is None or self.found.high is None:
            return "–"
        return f"{self.found.low:.3f} – {self.found.high:.3f}"


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure with the words that stand under it."""

    title: str
    caption: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class SliceTable:
    """The slices of one dimension: a row a value, a cell a metric."""

    dimension: str
    metrics: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[Estimate | None, ...]], ...]
    lowest: Mapping[str, str]
    plot: Plot | None


def render(run: Run, history: Sequence[Run] = ()) -> str:
    """Return the report of a run as one HTML page that needs nothing from anywhere else.

    Args:
        run: What is reported. A test split shows items only if the run file holds them.
        history: Other runs; those of the same kind and golden file that were made before become the trend.
    """
    metrics = [MetricRow(name, metric(name), found) for name, found in run.metrics.items()]
    earlier = _comparable(run, history)
    return _template().render(
        run=run,
        headline=[row for row in metrics if row.read.headline],
        others=[row for row in metrics if not row.read.headline],
        unscored=sum(row.found.unscored for row in metrics),
        slices=list(_slice_tables(run)),
        distributions=list(_distributions(run)),
        trend=list(_trend(run, earlier)),
        earlier=earlier,
        worst=worst_items(run),
        silent=unscored_items(run),
        shows_items=any(row.details for row in run.rows),
        few=FEW_ITEMS,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("evals.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def _comparable(run: Run, history: Sequence[Run]) -> list[Run]:
    """Return the latest runs before this one that measured the same, oldest first."""
    same = {
        one.id: one
        for one in history
        if (one.kind, one.golden, one.split, one.collection)
        == (run.kind, run.golden, run.split, run.collection)
        and one.created_at < run.created_at
    }
    return sorted(same.values(), key=lambda one: (one.created_at, one.id))[-(MOST_RUNS - 1) :]


def _plotted(run: Run) -> list[str]:
    return [name for name in _PLOTTED[run.kind] if name in run.metrics]


def _slice_tables(run: Run) -> Iterator[SliceTable]:
    names = tuple(_plotted(run))
    for number, (dimension, by_value) in enumerate(run.slices.items()):
        counts = {
            value: sum(row.slices.get(dimension) == value for row in run.rows) or _largest(found)
            for value, found in by_value.items()
        }
        yield SliceTable(
            dimension=dimension,
            metrics=names,
            rows=tuple(
                (value, counts[value], tuple(found.get(name) for name in names))
                for value, found in by_value.items()
            ),
            lowest={name: worst for name in names if (worst := _worst(by_value, name))},
            plot=_slice_plot(run, dimension, by_value, names, number),
        )


def _largest(found: Mapping[str, Estimate]) -> int:
    return max((one.n + one.unscored for one in found.values()), default=0)


def _worst(by_value: Mapping[str, Mapping[str, Estimate]], name: str) -> str | None:
    """Return the slice of at least ten items that does worst in a metric, if slices differ as shown."""
    read = metric(name)
    known = _large_slices(by_value, name)
    if len({round(value, 2) for value in known.values()}) < _FEW_VALUES:
        return None
    return min(known, key=lambda value: (read.gain(0.0, known[value]), value))


def _large_slices(by_value: Mapping[str, Mapping[str, Estimate]], name: str) -> dict[str, float]:
    """Return the means of the slices that have enough items to be compared."""
    found = {value: metrics[name] for value, metrics in by_value.items() if name in metrics}
    return {value: one.value for value, one in found.items() if one.value is not None and one.n >= FEW_ITEMS}


def _slice_plot(
    run: Run,
    dimension: str,
    by_value: Mapping[str, Mapping[str, Estimate]],
    names: Sequence[str],
    number: int,
) -> Plot | None:
    """Return the plot of the metric in which the slices differ most; None if nothing can be compared."""
    spreads = {name: _spread(_large_slices(by_value, name).values()) for name in names}
    name = max(spreads, key=lambda one: spreads[one], default="")
    whole = run.metrics[name].value if name else None
    found = [(value, metrics[name]) for value, metrics in by_value.items() if name in metrics]
    points = [Point(value, one) for value, one in found if one.value is not None]
    if whole is None or len(points) < _FEW_VALUES:
        return None
    read = metric(name)
    points.sort(key=lambda one: (read.gain(0.0, one.estimate.value or 0.0), one.label))
    listed = "; ".join(f"{one.label} {one.estimate.value:.2f}" for one in points)
    summary = f"{name} by {dimension}: {listed}"
    caption = (
        f"The metric in which they differ most, worst first, with 95% intervals. Dashed: all, {whole:.2f}."
    )
    if any(one.estimate.n < FEW_ITEMS for one in points):
        caption += f" Hollow: fewer than {FEW_ITEMS} items."
    drawn = slice_plot(f"slice{number}", points, whole, share=read.share, summary=summary)
    return Plot(f"{name} by {dimension}", caption, drawn)


def _spread(values: Iterable[float]) -> float:
    listed = list(values)
    return max(listed) - min(listed) if listed else -1.0


def _distributions(run: Run) -> Iterator[Plot]:
    """Yield a histogram of each headline metric whose items have more to say than yes or no."""
    for number, name in enumerate(run.metrics):
        read = metric(name)
        values = [value for row in run.rows if (value := row.values.get(name)) is not None]
        if len(set(values)) <= _FEW_VALUES:
            continue
        full = sum(value == (1.0 if read.better == "higher" else 0.0) for value in values)
        caption = f"{len(values)} items, from {min(values):.2f} to {max(values):.2f}"
        caption += f"; {full} of them perfect." if read.share else "."
        drawn = distribution_plot(f"spread{number}", values, share=read.share, summary=f"{name}: {caption}")
        yield Plot(name, caption, drawn)


def _trend(run: Run, earlier: Sequence[Run]) -> Iterator[Plot]:
    runs = [*earlier, run]
    breaks = [False, *(one.golden_sha256 != other.golden_sha256 for one, other in pairwise(runs))]
    for number, name in enumerate(_plotted(run)):
        points = [
            Point(f"{one.created_at:%d %b %H:%M}", one.metrics[name], is_break=is_break)
            for one, is_break in zip(runs, breaks, strict=True)
            if name in one.metrics
        ]
        known = [value for one in points if (value := one.estimate.value) is not None]
        if len(known) < _FEW_VALUES:
            continue
        caption = f"{len(points)} runs; {_change_words(metric(name), known[-2], known[-1])} the one before."
        if any(one.is_break for one in points):
            caption += " Dotted: the golden file changed."
        summary = f"{name} over {len(points)} runs, now {known[-1]:.3f}"
        yield Plot(name, caption, trend_plot(f"trend{number}", points, summary=summary))


def _change_words(read: Metric, before: float, after: float) -> str:
    """Return how a value compares, without a claim that it is more than noise.

    >>> _change_words(Metric("", "lower"), 0.02, 0.03)
    'worse by 0.010 than'
    """
    gain = read.gain(before, after)
    if round(abs(gain), 3) == 0:
        return "the same as in"
    return f"{'better' if gain > 0 else 'worse'} by {abs(gain):.3f} than"
