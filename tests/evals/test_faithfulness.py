"""`coach eval faithfulness`: its files, its measures, and the command as somebody runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score, f1_score, precision_score, recall_score, roc_auc_score

from coach.errors import UsageError
from evals.cli import evaluate
from evals.faithfulness import Label, Row, load_items, measure
from evals.judge.record import load_calibration
from evals.runs import list_records, run_folder

MEASURES = {"precision", "recall", "f1", "balanced_accuracy", "auroc", "n", "unscored"}
QUEUE = ["The queue holds 40 jobs."]
ITEMS: list[dict[str, Any]] = [
    {
        "id": 1,
        "question": None,
        "passages": ["The queue holds 40 jobs."],
        "answer": "It holds 40 jobs.",
        "label": "faithful",
        "writer": "x",
    },
    {
        "id": "b",
        "passages": ["The queue holds 40 jobs."],
        "answer": "The queue of Prague holds 900 boxes of tea.",
        "label": "unfaithful",
    },
    {"id": "c", "passages": QUEUE, "answer": "Thank you!", "label": "faithful"},
]


def row(number: int, label: Label, risk: float, *, threshold: float = 0.5) -> Row:
    """Return a row as the scorer would."""
    verdict = "unfaithful" if risk >= threshold else "faithful"
    return Row(id=str(number), risk=risk, verdict=verdict, label=label, claims=())


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from([0.0, 0.2, 0.5, 0.5, 0.9, 1.0])), min_size=2, max_size=40
    )
)
def test_measures_are_those_of_scikit_learn(pairs: list[tuple[bool, float]]) -> None:
    """Precision, recall, F1, balanced accuracy and AUROC agree with another library, ties included."""
    labels = [label for label, _ in pairs]
    if len(set(labels)) < 2:
        return
    found = measure(
        [row(at, "unfaithful" if bad else "faithful", risk) for at, (bad, risk) in enumerate(pairs)]
    )
    said = [risk >= 0.5 for _, risk in pairs]
    assert found.auroc == pytest.approx(roc_auc_score(labels, [risk for _, risk in pairs]))
    assert found.recall == pytest.approx(recall_score(labels, said))
    assert found.balanced_accuracy == pytest.approx(balanced_accuracy_score(labels, said))
    assert found.f1 == pytest.approx(f1_score(labels, said))
    if any(said):
        assert found.precision == pytest.approx(precision_score(labels, said))
    else:
        assert found.precision is None


def test_what_cannot_be_computed_is_none() -> None:
    """One class alone has no AUROC; no row has no measure; nothing is 0 or NaN for want of data."""
    assert measure([row(1, "faithful", 0.2)]).auroc is None
    empty = measure([]).model_dump()
    assert (empty.pop("n"), empty.pop("unscored")) == (0, 0)
    assert set(empty.values()) == {None}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "holds no item"),
        ('{"id": "a"}', ":1 is not an item: passages"),
        ('{"id": "a", "passages": ["x"], "answer": "y", "label": "maybe"}', ":1 is not an item: label"),
        ("\n{", ":2 is not an item"),
        ('{"id":"a","passages":[],"answer":"y"}\n{"id":"a","passages":[],"answer":"z"}', ":2: the id 'a'"),
    ],
)
def test_a_wrong_file_is_told_by_its_line(tmp_path: Path, lines: str, said: str) -> None:
    """One error names the line and what is wrong with it."""
    file = tmp_path / "x.jsonl"
    file.write_text(lines, encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load_items(file)
    assert said in str(error.value)


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own."""
    monkeypatch.setenv("COACH_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_the_command_keeps_how_far_the_scorer_agrees_with_people(tmp_path: Path, data_dir: Path) -> None:
    """With labels it leaves a calibration beside the runs, worked by hand; without it leaves nothing."""
    file = tmp_path / "x.jsonl"
    bare = [{name: value for name, value in item.items() if name != "label"} for item in ITEMS]
    file.write_text("\n".join(map(json.dumps, bare)), encoding="utf-8")
    assert CliRunner().invoke(evaluate, ["faithfulness", "--file", str(file), "--fast"]).exit_code == 0
    assert list_records(run_folder(data_dir), "calibration") == []
    file.write_text("\n".join(map(json.dumps, ITEMS)), encoding="utf-8")
    assert CliRunner().invoke(evaluate, ["faithfulness", "--file", str(file), "--fast"]).exit_code == 0
    [kept] = list_records(run_folder(data_dir), "calibration")
    made = load_calibration(kept)
    labelled = [item["label"] for item in ITEMS if item.get("label")]
    assert made.n + made.unscored == len(labelled)
    right = made.confusion["faithful, faithful"] + made.confusion["unfaithful, unfaithful"]
    assert made.agreement.value == right / made.n
    assert made.judge.startswith("offline scorer ")


@pytest.mark.usefixtures("data_dir")
def test_the_command_ends_with_one_line_of_metrics(tmp_path: Path) -> None:
    """`--json` prints a row an item, with claims and their evidence, and the metrics last."""
    file = tmp_path / "x.jsonl"
    file.write_text("\n".join(map(json.dumps, ITEMS)), encoding="utf-8")
    done = CliRunner().invoke(evaluate, ["faithfulness", "--file", str(file), "--json", "--fast"])
    assert done.exit_code == 0, done.output
    *rows, last = (json.loads(line) for line in done.stdout.splitlines())
    assert [one["id"] for one in rows] == ["1", "b", "c"]
    assert [one["verdict"] for one in rows] == ["faithful", "unfaithful", "unscored"]
    assert set(last["metrics"]) == {
        "precision",
        "recall",
        "f1",
        "balanced_accuracy",
        "auroc",
        "n",
        "unscored",
    }
    assert (last["metrics"]["n"], last["metrics"]["unscored"]) == (2, 1)


@pytest.mark.usefixtures("data_dir")
def test_the_command_shows_the_worst_for_people(tmp_path: Path) -> None:
    """Counts, measures, where the threshold comes from, and why the worst answer was refused."""
    file = tmp_path / "x.jsonl"
    file.write_text("\n".join(map(json.dumps, ITEMS)), encoding="utf-8")
    done = CliRunner().invoke(evaluate, ["faithfulness", "--file", str(file), "--fast"])
    assert done.exit_code == 0, done.output
    assert "1 faithful, 1 unfaithful, 1 unscored" in done.stdout
    assert "out-of-fold" in done.stdout
    assert "900" in done.stdout
