"""What was measured, on an API that answers from memory."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from tests.ui.samples import FakeApi
from tests.ui.test_views import RUN, page, texts
from ui.models import EvalRun
from ui.parts.estimates import worst

WHEN = "2026-11-21T13:56:23Z"
ESTIMATE = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 50, "unscored": 0}
VERDICT: dict[str, Any] = {
    "id": "cd",
    "run": "ab",
    "baseline": "00",
    "measured": "answers",
    "golden": "x/dev.jsonl",
    "split": "dev",
    "created_at": WHEN,
    "headlines": {"support_rate": {"before": ESTIMATE, "after": ESTIMATE | {"value": 0.85}}},
    "passed": False,
    "failures": [
        {"metric": "support_rate", "slice": "style=terse", "problem": "dropped", "before": 0.9}
        | {"after": 0.5, "drop": 0.44, "n": 12, "words": "…"}
    ],
    "compared": "whole runs",
    "items": 50,
}
CALIBRATION: dict[str, Any] = {
    "id": "ef",
    "judge": "offline scorer 1",
    "labels": "x/labels.jsonl",
    "created_at": WHEN,
    "n": 50,
    "agreement": ESTIMATE,
    "kappa": 0.7,
    "wanted_agreement": 0.8,
    "wanted_kappa": 0.6,
    "confusion": {"faithful, unfaithful": 5},
    "metrics": {"f1": 0.8, "auroc": None},
    "position": {"pairs": 8, "flipped": 0.25, "first": 0.6},
}


def quality(fake: FakeApi, kind: str, **records: dict[str, Any]) -> AppTest:
    """Return the page at a kind of measurement, with these records kept."""
    names = [{"id": name.replace("_", "-"), "created_at": WHEN} for name in records]
    fake.give("/v1/evals", {"runs": names})
    for name, record in records.items():
        fake.give(f"/v1/evals/{name.replace('_', '-')}", record)
    app = page("quality").run()
    app.button_group(key="kind").set_value(kind).run()
    return app


def test_the_verdict_of_the_gate_says_what_became_worse(fake: FakeApi) -> None:
    """Measure, slice and both values stand in one row; the headlines come with their intervals."""
    app = quality(fake, "gate", gate_1_cd=VERDICT)
    assert "**Stays shut**, run ab against 00, for 1 reason" in app.warning[0].value
    assert r"| Support rate | style\: terse (n = 12) | worse | 0.9000 | 0.5000 | 44.0% worse |" in texts(app)
    assert "| Support rate | 0.900 (0.800 to 0.950) | 0.850 (0.800 to 0.950) |" in texts(app)


def test_a_gate_that_was_opened_by_hand_gives_the_reason(fake: FakeApi) -> None:
    """An override is no pass like others."""
    app = quality(fake, "gate", gate_1_cd=VERDICT | {"passed": True, "override": "new *index*"})
    assert "Let pass over 1 reason" in app.warning[0].value
    assert r"Because: new \*index\*" in app.warning[0].value


def test_a_run_names_its_verdict(fake: FakeApi) -> None:
    """The newest verdict on the run stands above its figures; without one the page says so."""
    app = quality(fake, "answers", answers_1_ab=RUN, gate_1_cd=VERDICT)
    assert "Gate: **Stays shut**" in texts(app)
    app = quality(fake, "answers", answers_1_ef=RUN | {"id": "ef"}, gate_1_cd=VERDICT)
    assert "not held against another" in texts(app)


def test_a_calibration_shows_agreement_and_what_sways_the_judge(fake: FakeApi) -> None:
    """Agreement with its interval, kappa, the confusion table; what is undefined is never nought."""
    app = quality(fake, "calibration", calibration_1_ef=CALIBRATION)
    assert "well enough" in app.success[0].value
    assert [one.value for one in app.metric] == ["0.900", "0.700"]
    told = texts(app)
    assert "0.800 to 0.950, wanted 0.8" in told
    assert "| People: faithful | 0 | 5 |" in told
    assert "| Auroc | that an unfaithful answer gets the higher risk | undefined |" in told
    assert "25% turn with the place" in told


def test_a_judge_that_agrees_too_little_is_not_praised(fake: FakeApi) -> None:
    """One figure below what is wanted is enough."""
    app = quality(fake, "calibration", calibration_1_ef=CALIBRATION | {"kappa": None})
    assert "too little" in app.warning[0].value
    assert [one.value for one in app.metric] == ["0.900", "undefined"]


def test_each_kind_without_a_record_says_how_to_get_one(fake: FakeApi) -> None:
    """Nothing is drawn that was not measured."""
    for kind, command in (
        ("gate", "coach eval gate"),
        ("calibration", "coach eval judge --labels"),
        ("faithfulness", "coach eval judge --run"),
        ("retrieval", "coach eval retrieval"),
    ):
        app = quality(fake, kind, answers_1_ab=RUN)
        assert command in texts(app)
        assert not app.exception


def test_a_perfect_item_is_no_worst_one() -> None:
    """Only what could be better is listed, in either direction, the worst first."""
    rows = [{"id": name, "values": {"mrr@10": value}} for name, value in (("a", 1.0), ("b", 0.5), ("c", 0.2))]
    run = EvalRun.model_validate(RUN | {"rows": rows})
    assert [row.id for row in worst(run, "mrr@10", 5)] == ["c", "b"]
    low = [{"id": name, "values": {"repetition": value}} for name, value in (("a", 0.0), ("b", 0.5))]
    run = EvalRun.model_validate(RUN | {"rows": low})
    assert [row.id for row in worst(run, "repetition", 5)] == ["b"]
