"""The gate's verdict on a run, and what it compared."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import streamlit as st

from ui.models import Estimate
from ui.parts.estimates import measure, order, shown
from ui.parts.plain import escaped
from ui.parts.quality_models import Failure, GateVerdict
from ui.parts.tables import table

_PROBLEMS = {"dropped": "worse", "missing": "missing", "unscored": "more unscored"}


def told(verdict: GateVerdict) -> str:
    """Return a verdict in a sentence, as Markdown."""
    count = len(verdict.failures)
    reasons = f"{count} {'reason' if count == 1 else 'reasons'}"
    against = f"run {escaped(verdict.run)} against {escaped(verdict.baseline)}"
    if verdict.passed and count:
        return f"**Let pass over {reasons}**, {against}. Because: {escaped(verdict.override)}"
    if verdict.passed:
        return f"**Passed**, {against}: nothing that counts became clearly worse."
    return f"**Stays shut**, {against}, for {reasons}."


def beside(verdicts: Sequence[GateVerdict], run_id: str) -> None:
    """Draw the newest verdict on a run, or that there is none."""
    verdict = next((one for one in verdicts if run_id.endswith(one.run)), None)
    st.markdown(f"Gate: {told(verdict)}" if verdict else "Gate: this run was not held against another.")


def draw(verdict: GateVerdict) -> None:
    """Draw a verdict with all that it compared."""
    _banner(verdict)
    st.caption(
        f"{escaped(verdict.measured.capitalize())}, {escaped(PurePosixPath(verdict.golden).name)}, "
        f"{escaped(verdict.split)} split, {verdict.items} items, {escaped(verdict.compared)}, "
        f"{verdict.created_at:%d %B %Y %H:%M} UTC"
    )
    if verdict.failures:
        st.subheader("What became worse", anchor=False)
        table(
            ["Measure", "Where", "Problem", "Before", "After", "Change"],
            [_failure(one) for one in verdict.failures],
            right=3,
        )
    if verdict.headlines:
        st.subheader("Headline measures", anchor=False)
        st.caption("Value with its 95% interval; lower is better where it says so.")
        rows = []
        for name in order(list(verdict.headlines)):
            change = verdict.headlines[name]
            label = measure(name).name + (" (lower is better)" if measure(name).better == "low" else "")
            rows.append([escaped(label), _estimate(change.before), _estimate(change.after)])
        table(["Measure", "Baseline", "Run"], rows, right=2)


def _banner(verdict: GateVerdict) -> None:
    draw = st.success if verdict.passed and not verdict.failures else st.warning
    draw(told(verdict))


def _failure(one: Failure) -> list[str]:
    change = "" if one.drop is None else f"{one.drop:.1%} worse"
    where = escaped(one.slice.replace("=", ": ")) or "all items"
    return [
        escaped(measure(one.metric).name),
        f"{where} (n = {one.n})",
        _PROBLEMS[one.problem],
        _exact(one.before),
        _exact(one.after),
        change or "–",
    ]


def _exact(value: float | None) -> str:
    """Return a value with a digit more than elsewhere, for a small one may have failed."""
    return "–" if value is None else f"{value:.4f}"


def _estimate(one: Estimate | None) -> str:
    if one is None:
        return "missing"
    if one.low is None or one.high is None:
        return shown(one.value)
    return f"{shown(one.value)} ({shown(one.low)} to {shown(one.high)})"
