"""Quality: what the last eval runs measured, with intervals, by slice, and item by item."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import streamlit as st

from ui.models import EvalRun, EvalRunName
from ui.parts import elements, estimates, quality_gate, quality_judge
from ui.parts.notices import problems_shown
from ui.parts.plain import escaped
from ui.parts.quality_models import Calibration, GateVerdict
from ui.parts.tables import table
from ui.state import api

RUNS_COMPARED = 8
WORST_SHOWN = 10
GATE, CALIBRATION = "gate", "calibration"
_COLUMN_PX = 960


class _Told(NamedTuple):
    """What a kind of measurement is called, and how to get the first one."""

    name: str
    nothing: str


_KINDS = {
    "answers": _Told("Answers", "No answers were measured yet. `coach eval answers` measures them."),
    "retrieval": _Told("Retrieval", "No retrieval was measured yet. `coach eval retrieval` measures it."),
    "faithfulness": _Told(
        "Faithfulness",
        "No model has judged a run yet. `coach eval judge --run FILE` lets one judge each claim.",
    ),
    GATE: _Told(
        "Gate",
        "No run was held against another yet. "
        "`coach eval gate RUN --baseline FILE` says whether one may replace the other.",
    ),
    CALIBRATION: _Told(
        "Judge",
        "No judge was measured against people yet. `coach eval faithfulness --file FILE` measures the "
        "offline one, `coach eval judge --labels FILE` a model.",
    ),
}


def show() -> None:
    """Draw the page."""
    with st.container(width=_COLUMN_PX):
        st.title("Quality", anchor=False)
        with problems_shown():
            names = api().eval_runs().runs
            if not names:
                st.markdown("Nothing was measured yet. `coach eval all` runs the golden sets.")
            _show_kind(names, _choose_kind(names))


def _show_kind(names: Sequence[EvalRunName], kind: str) -> None:
    alike = [name for name in names if _kind(name) == kind]
    if not alike:
        st.markdown(_KINDS[kind].nothing)
        return
    newest = st.selectbox(
        "Verdict" if kind == GATE else "Measurement" if kind == CALIBRATION else "Run",
        range(len(alike)),
        format_func=lambda at: _label(alike[at]),
        key=f"run_{kind}",
    )
    chosen = alike[newest:][:RUNS_COMPARED]
    if kind == GATE:
        quality_gate.draw(_load_verdict(chosen[0].id))
    elif kind == CALIBRATION:
        now, *before = [_load_calibration(name.id) for name in chosen]
        quality_judge.draw(now, before)
    else:
        verdicts = [_load_verdict(name.id) for name in names if _kind(name) == GATE]
        quality_gate.beside(verdicts, chosen[0].id)
        _draw([_load(name.id) for name in chosen])


@st.cache_data(show_spinner=False, max_entries=64)
def _load(run_id: str) -> EvalRun:
    """Return a run; a run never changes, so that all visitors may share it."""
    return api().eval_run(run_id)


@st.cache_data(show_spinner=False, max_entries=64)
def _load_verdict(run_id: str) -> GateVerdict:
    return api().gate_verdict(run_id)


@st.cache_data(show_spinner=False, max_entries=64)
def _load_calibration(run_id: str) -> Calibration:
    return api().calibration(run_id)


def _kind(name: EvalRunName) -> str:
    return name.id.partition("-")[0]


def _label(name: EvalRunName) -> str:
    return f"{name.created_at:%d %B %Y, %H:%M} UTC, {name.id.rpartition('-')[2]}"


def _choose_kind(names: Sequence[EvalRunName]) -> str:
    """Return what the visitor wants to see: every kind that is known, and others that were kept."""
    found = {_kind(name) for name in names}
    kinds = [*_KINDS, *sorted(found - set(_KINDS))]
    first = next((kind for kind in kinds if kind in found), kinds[0])
    chosen = st.segmented_control(
        "What was measured",
        kinds,
        default=first,
        required=True,
        key="kind",
        format_func=lambda kind: _KINDS[kind].name if kind in _KINDS else kind.capitalize(),
    )
    return str(chosen or first)


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
    if not run.rows:
        st.caption("The run keeps no items.")
        return
    names = estimates.order(list({name for row in run.rows for name in row.values}))
    imperfect = [name for name in names if estimates.worst(run, name, 1)]
    if not imperfect:
        st.caption("Every item that was scored has the best value in everything.")
        return
    name = st.selectbox("Worst by", imperfect, format_func=_title, key=f"worst_{run.kind}")
    rows = [
        [
            escaped(row.id),
            escaped(str(row.details.get("question", "not shown for this split"))),
            estimates.shown(row.values[name]),
        ]
        for row in estimates.worst(run, name, WORST_SHOWN)
    ]
    table(["Item", "Question", "Value"], rows, right=1)
