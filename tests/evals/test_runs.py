"""Runs as files, and the unfinished ones among them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coach.errors import UsageError
from coach.types import Stack
from evals.recorder import PARTIAL, Plan, Recorder, instrument
from evals.runs import ItemRow, Run, Split, earlier_looks, estimate, list_runs, load, save, summarise_slices

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
ROWS = (
    ItemRow(
        id="a", slices={"style": "short"}, values={"success@5": 1.0}, details={"question": "Why?\u2028So."}
    ),
    ItemRow(id="b", slices={"style": "short"}, values={"success@5": None}),
    ItemRow(id="c", slices={"style": "long"}, values={"success@5": 0.0, "mrr@10": 0.5}),
)


def plan(**changes: object) -> Plan:
    """Return the plan of a run over three items."""
    whole: dict[str, object] = {
        "kind": "retrieval",
        "golden": "golden.jsonl",
        "golden_sha256": "0" * 64,
        "item_hashes": {"a": "1", "b": "2", "c": "3"},
        "split": "dev",
        "collection": "handbook",
        "stack": Stack(hash="s", parts={"index": "1"}),
        "instrument": "i",
        "with_details": True,
    }
    return Plan.model_validate(whole | changes)


def finish(folder: Path, split: Split = "dev", **changes: object) -> tuple[Run, Path]:
    """Return a finished run of all rows, and its file."""
    with Recorder(plan(split=split, **changes), folder, now=NOW) as recorder:
        for row in ROWS:
            recorder.add(row)
        return recorder.finish(duration_s=1.5, notes=["a note"])


def test_a_run_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    """Rows, estimates and slices; the folder holds the one file and nothing unfinished."""
    run, path = finish(tmp_path)
    assert load(path) == run
    assert run.rows == ROWS
    assert path.name.startswith("retrieval-20261121T120000Z-")
    assert list(tmp_path.iterdir()) == [path] == list_runs(tmp_path)
    assert (run.notes, run.duration_s, run.look) == (("a note",), 1.5, 0)


def test_unscored_is_counted_and_not_averaged() -> None:
    """None is no zero; a metric that an item lacks does not apply to it and is not counted at all."""
    slices = summarise_slices(ROWS)["style"]
    assert list(slices) == ["long", "short"]
    short = slices["short"]["success@5"]
    assert (short.value, short.n, short.unscored) == (1.0, 1, 1)
    assert "mrr@10" not in slices["short"]
    nothing = estimate([None, None])
    assert (nothing.value, nothing.low, nothing.n, nothing.unscored) == (None, None, 0, 2)


@pytest.mark.parametrize("content", [None, "", "{}", "[1", '{"id": 1}'])
def test_what_is_no_run_is_refused(tmp_path: Path, content: str | None) -> None:
    """Missing, empty, or other JSON: the error names the file and says what to name instead."""
    file = tmp_path / "run.json"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"run\.json") as raised:
        load(file)
    assert "coach eval" in raised.value.hint


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """Its rows, id and time are taken over; a line that was torn when it was killed is asked again."""
    with Recorder(plan(), tmp_path, now=NOW) as recorder:
        recorder.add(ROWS[0])
        recorder.add(ROWS[1])
    (partial,) = tmp_path.glob(f"*{PARTIAL}")
    content = partial.read_bytes()
    partial.write_bytes(content[:-9])
    with Recorder(plan(), tmp_path, now=datetime.now(UTC)) as again:
        assert again.rows == {"a": ROWS[0]}
        for row in ROWS[1:]:
            again.add(row)
        run, path = again.finish(duration_s=1.0, notes=())
    assert run.created_at == NOW
    assert run.rows == ROWS
    assert partial.name.startswith(path.stem)
    assert not partial.exists()


@pytest.mark.parametrize(
    "other",
    [
        {"golden_sha256": "1" * 64},
        {"stack": Stack(hash="t", parts={})},
        {"instrument": "j"},
        {"collection": "mine"},
        {"with_details": False},
        {"split": "test"},
    ],
)
def test_rows_of_another_plan_are_never_taken_over(tmp_path: Path, other: dict[str, object]) -> None:
    """Another golden set, stack, way of measuring or collection begins anew; the unfinished run stays."""
    with Recorder(plan(), tmp_path, now=NOW) as recorder:
        recorder.add(ROWS[0])
    with Recorder(plan(**other), tmp_path, now=NOW) as begun:
        assert begun.rows == {}
    with Recorder(plan(), tmp_path, now=NOW) as resumed:
        assert resumed.rows == {"a": ROWS[0]}


def test_two_runs_at_once_do_not_share_a_file(tmp_path: Path) -> None:
    """The second begins its own."""
    with Recorder(plan(), tmp_path, now=NOW) as first:
        first.add(ROWS[0])
        with Recorder(plan(), tmp_path, now=NOW) as second:
            assert second.rows == {}
    assert len(list(tmp_path.glob(f"*{PARTIAL}"))) == 2


def test_a_file_that_was_killed_at_birth_is_passed_over(tmp_path: Path) -> None:
    """Without a first line nobody knows of which run it is."""
    (tmp_path / f"retrieval-20260101T000000Z-00{PARTIAL}").write_text('{"id": "0', encoding="utf-8")
    with Recorder(plan(), tmp_path, now=NOW) as recorder:
        assert recorder.rows == {}


def test_each_look_at_a_test_split_is_counted(tmp_path: Path) -> None:
    """By its items, so that a renamed or trimmed file does not start at zero; dev runs are no looks."""
    finish(tmp_path)
    assert finish(tmp_path, "test")[0].look == 0
    assert finish(tmp_path, "test", golden="renamed.jsonl", golden_sha256="1" * 64)[0].look == 1
    assert earlier_looks(tmp_path, "retrieval", ["3", "other"]) == 2
    assert earlier_looks(tmp_path, "answers", ["3"]) == 0
    assert earlier_looks(tmp_path, "retrieval", ["other"]) == 0


def test_runs_are_listed_by_time_and_kind(tmp_path: Path) -> None:
    """Oldest first, whatever their kind; drafts and unfinished runs are none."""
    run, _ = finish(tmp_path)
    other = run.model_copy(update={"kind": "answers", "created_at": datetime(2026, 1, 1, tzinfo=UTC)})
    save(other, tmp_path)
    (tmp_path / f"answers-20250101T000000Z-0{PARTIAL}").touch()
    assert [json.loads(path.read_text())["kind"] for path in list_runs(tmp_path)] == ["answers", "retrieval"]
    assert [load(path) for path in list_runs(tmp_path, "answers")] == [other]


def test_the_instrument_has_a_hash_of_its_code() -> None:
    """The same in one process, and no placeholder."""
    assert instrument() == instrument()
    assert len(instrument()) == 16
