"""How far a judge agrees with people, and what sways it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import streamlit as st

from ui.parts.estimates import shown
from ui.parts.plain import escaped
from ui.parts.quality_models import Calibration
from ui.parts.tables import table

_LABELS = ("faithful", "unfaithful")
_METRICS = {
    "precision": "flagged answers that people flagged too",
    "recall": "answers flagged by people that the judge flags",
    "f1": "of both",
    "balanced_accuracy": "mean of the shares right in each class",
    "auroc": "that an unfaithful answer gets the higher risk",
}


def draw(made: Calibration, earlier: Sequence[Calibration] = ()) -> None:
    """Draw a calibration; `earlier` ones of the same judge, newest first, show how it went."""
    _banner(made)
    _headlines(made)
    st.caption(
        f"{escaped(PurePosixPath(made.labels).name or 'labels')}, {made.n} answers that people judged, "
        f"{made.unscored} unscored, {made.created_at:%d %B %Y %H:%M} UTC"
    )
    _confusion(made)
    _metrics(made)
    _biases(made)
    _history(made, earlier)


def _banner(made: Calibration) -> None:
    told = f"**{escaped(made.judge)}** agrees with people"
    if made.is_trusted:
        st.success(f"{told} well enough: its figures stand without a warning.")
    else:
        st.warning(f"{told} too little to be relied on alone: its figures come with a warning.")


def _headlines(made: Calibration) -> None:
    agreement, kappa = st.columns(2)
    agreement.metric("Agreement", shown(made.agreement.value), help="Share of answers labelled alike")
    bounds = f"{shown(made.agreement.low)} to {shown(made.agreement.high)}, "
    has_bounds = made.agreement.low is not None and made.agreement.high is not None
    agreement.caption(f"{bounds if has_bounds else ''}wanted {made.wanted_agreement:g}")
    kappa_shown = "undefined" if made.kappa is None else f"{made.kappa:.3f}"
    kappa.metric("Cohen’s kappa", kappa_shown, help="Agreement beyond what habit alone gives")
    kappa.caption(f"wanted {made.wanted_kappa:g}")


def _confusion(made: Calibration) -> None:
    st.subheader("People and judge", anchor=False)
    rows = [
        [f"People: {human}", *(str(made.confusion.get(f"{human}, {machine}", 0)) for machine in _LABELS)]
        for human in _LABELS
    ]
    table(["", *(f"Judge: {machine}" for machine in _LABELS)], rows, right=2)


def _metrics(made: Calibration) -> None:
    known = {name: value for name, value in made.metrics.items() if name in _METRICS}
    if not known:
        return
    st.subheader("Finding unfaithful answers", anchor=False)
    rows = [
        [name.replace("_", " ").capitalize(), _METRICS[name], "undefined" if value is None else shown(value)]
        for name, value in known.items()
    ]
    table(["Measure", "Meaning", "Value"], rows, right=1)


def _biases(made: Calibration) -> None:
    if length := made.length:
        st.markdown(
            f"**Length:** against people it calls {length.shorter:+.3f} more answers faithful in the "
            f"shorter half and {length.longer:+.3f} in the longer; 0 is unbiased."
        )
    if position := made.position:
        st.markdown(
            f"**Position:** of {position.pairs} pairs {position.flipped:.0%} turn with the place; the "
            f"first answer is preferred in {position.first:.0%} of the verdicts, 50% is unbiased."
        )


def _history(made: Calibration, earlier: Sequence[Calibration]) -> None:
    before = [one for one in earlier if one.judge == made.judge]
    if not before:
        return
    st.subheader("Measured before", anchor=False)
    rows = [
        [
            f"{one.created_at:%d %B %Y %H:%M}",
            str(one.n),
            shown(one.agreement.value),
            "undefined" if one.kappa is None else f"{one.kappa:.3f}",
        ]
        for one in before
    ]
    table(["When", "Answers", "Agreement", "Kappa"], rows, right=3)
