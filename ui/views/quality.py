"""Quality: what the last eval runs measured, with intervals, by slice, and item by item."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import streamlit as st

from ui.models import EvalRun, EvalRunName
from ui.parts import elements, estimates
from ui.parts.notices import problems_shown
from ui.parts.plain import escaped
from ui.state import api

RUNS_COMPARED = 8
WORST_SHOWN = 10


def show() -> None:
    """Draw the page."""
    st.title("Quality", anchor=False)
    with problems_shown():
        names = api().eval_runs().runs
        if not names:
            st.markdown("Nothing was measured yet. `coach eval` runs the golden sets; its runs appear here.")
            return
        kind = _choose_kind(names)
        alike = [name for name in names if _kind(name) == kind]
        newest = st.selectbox(
            "Run", range(len(alike)), format_func=lambda at: _label(alike[at]), key=f"run_{kind}"
        )
        runs = [_load(name.id) for name in alike[newest:][:RUNS_COMPARED]]
    _draw(runs)


@st.cache_data(show_spinner=False, max_entries=64)
def _load(run_id: str) -> EvalRun:
    """Return a run; a run never changes, so that all visitors may share it."""
    return api().eval_run(run_id)


def _kind(name: EvalRunName) -> str:
    return name.id.partition("-")[0]


def _label(name: EvalRunName) -> str:
    return f"{name.created_at:%d %B %Y, %H:%M} UTC, {name.id.rpartition('-')[2]}"


def _choose_kind(names: Sequence[EvalRunName]) -> str:
    kinds = sorted({_kind(name) for name in names})
    chosen = st.segmented_control(
        "What was measured", kinds, default=kinds[0], required=True, format_func=str.capitalize
    )
    return str(chosen)


def _draw(runs: Sequence[EvalRun]) -> None:
    run = runs[0]
    _headlines(run)
    caption = (
        f"{PurePosixPath(run.golden).name}, {run.split} split, {len(run.rows)} items, "
        f"{run.created_at:%d %B %Y %H:%M} UTC, stack {run.stack.hash}"
    )
    elements.measures(estimates.rows(run, run.metrics, runs[1:]), caption=caption, key=f"all_{run.kind}")
    for note in run.notes:
        st.caption(escaped(note))
    _slices(run)
    _worst(run)


def _headlines(run: EvalRun) -> None:
    names = [name for name in estimates.HEADLINES.get(run.kind, ()) if name in run.metrics]
    if not names:
        return
    for column, name in zip(st.columns(len(names)), names, strict=True):
        one, told = run.metrics[name], estimates.measure(name)
        column.metric(told.name, estimates.shown(one.value), help=told.meaning or None)
        column.caption(f"{estimates.shown(one.low)} to {estimates.shown(one.high)}")


def _slices(run: EvalRun) -> None:
    if not run.slices:
        return
    st.subheader("By slice", anchor=False)
    by, what = st.columns(2)
    slice_name = by.selectbox("Slice", list(run.slices), format_func=str.capitalize, key=f"slice_{run.kind}")
    values = run.slices[slice_name]
    names = estimates.order(list({name for one in values.values() for name in one}))
    name = what.selectbox("Measure", names, format_func=_title, key=f"measure_{run.kind}")
    rows = [
        row | {"name": value, "meaning": ""}
        for value, of in values.items()
        if name in of
        for row in estimates.rows(run, {name: of[name]})
    ]
    elements.measures(rows, caption=estimates.measure(name).meaning, key=f"slices_{run.kind}")


def _title(name: str) -> str:
    return estimates.measure(name).name


def _worst(run: EvalRun) -> None:
    st.subheader("Worst items", anchor=False)
    names = estimates.order(list({name for row in run.rows for name in row.values}))
    if not names:
        st.caption("The run keeps no items.")
        return
    name = st.selectbox("Worst by", names, format_func=_title, key=f"worst_{run.kind}")
    lines = [
        f"| {escaped(row.id)} | {escaped(str(row.details.get('question', 'not shown for this split')))} "
        f"| {estimates.shown(row.values[name])} |"
        for row in estimates.worst(run, name, WORST_SHOWN)
    ]
    st.markdown("| Item | Question | Value |\n|---|---|--:|\n" + "\n".join(lines))
