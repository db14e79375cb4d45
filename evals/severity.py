"""From two runs to what the severity rubric reads: metrics that are worse, with their tier."""

from __future__ import annotations

from coach.operate.severity import Change, Tier
from evals.catalogue import metric
from evals.diff import Diff
from evals.runs import Run

_TIER_ONE = frozenset(
    {
        "success",
        "key_fact_recall",
        "citation_precision",
        "citation_recall",
        "quote_validity",
        "support_rate",
        "faithfulness",
        "abstention_precision",
        "abstention_recall",
        "false_refusals",
        "must_not",
    }
)
"""What makes an answer false or unsafe if it falls: truth, proof, correct refusal. The rest is form."""
_POINTS = 100.0
_LEAST_POINTS = 0.05  # what is shown as 0.0 is nothing


def tier_of(name: str) -> Tier:
    """Return the tier of a metric.

    Source: corpus/incident-response.md, "How do you set the severity of a quality drop?", follow-ups.

    >>> tier_of("support_rate"), tier_of("success@5"), tier_of("ndcg@10")
    (1, 1, 2)
    """
    return 1 if name.partition("@")[0] in _TIER_ONE else 2


def changes(found: Diff) -> list[Change]:
    """Return the headline metrics that are worse in the later run, overall and by slice, the largest first.

    A slice is named only if it is worse by more than chance: among many slices some always are by chance.
    """
    worse = [
        Change(
            metric=one.metric,
            tier=tier_of(one.metric),
            points=lost,
            n=one.n,
            is_measurable=one.verdict == "worse",
        )
        for one in found.metrics
        if (lost := _lost(one.metric, one.before, one.after)) >= _LEAST_POINTS
    ]
    worse += [
        Change(
            metric=one.metric,
            slice=f"{one.slice}={one.value}",
            tier=tier_of(one.metric),
            points=lost,
            n=one.n,
            is_measurable=True,
        )
        for one in found.slices
        if one.verdict == "worse" and (lost := _lost(one.metric, one.before, one.after)) >= _LEAST_POINTS
    ]
    return sorted(worse, key=lambda one: (-one.points, one.metric, one.slice))


def untested(found: Diff) -> list[str]:
    """Return the headline metrics that no level can follow from, for nothing says what is chance in them."""
    return [name for name in found.untested if metric(name).headline]


def writer_changed(before: Run, after: Run) -> bool:
    """Return whether another model wrote the later run: then its own baseline is the one to compare with.

    Source: corpus/incident-response.md, as above: a fallback is compared with itself.
    """
    return before.stack.parts.get("writer") != after.stack.parts.get("writer")


def _lost(name: str, before: float, after: float) -> float:
    """Return the percentage points that a headline metric lost; 0 for one that has no points to lose."""
    read = metric(name)
    return -read.gain(before, after) * _POINTS if read.headline and read.share else 0.0
