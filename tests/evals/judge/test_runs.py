"""The claims of a run judged, and two runs compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from evals.judge.requests import pair_request
from evals.judge.runs import claim_requests, compare_answers, judge_claims, pair_requests
from evals.runs import load, save
from tests.support.judging import YES, answered, by_word, judge_of, sees


def test_the_claims_of_a_run_are_judged_against_their_quotes(tmp_path: Path) -> None:
    """The outcome is a run of its own, with the judge in its stack; what was refused is not in it."""
    claims = ["right", "wrong", "right too", "right as well"]
    run = answered("Why?", claims)
    judge, model = judge_of(tmp_path, always=sees(by_word))
    judge.prepare(claim_requests(run))
    made = judge_claims(run, judge, notes=["beware"])
    assert len(model.requests) == 4
    shown = [request.messages[1].content for request in model.requests]
    assert all(any(f"Quote of {claim}\n" in text for text in shown) for claim in claims)
    assert (made.kind, made.metrics["faithfulness"].value) == ("faithfulness", 0.75)
    assert made.stack.parts["judge"] == judge.name
    assert made.stack.hash != run.stack.hash
    assert (made.notes[0], [row.id for row in made.rows]) == ("beware", ["q1"])
    assert load(save(made, tmp_path / "runs")) == made


def test_an_item_with_a_claim_without_verdict_is_unscored(tmp_path: Path) -> None:
    """It is counted, and the mean is over the others: none."""
    judge, _ = judge_of(tmp_path, always=sees(lambda case: "?" if "odd" in case else YES))
    found = judge_claims(answered("Why?", ["right", "odd"]), judge).metrics["faithfulness"]
    assert (found.value, found.n, found.unscored) == (None, 0, 1)


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (lambda case: "B" if case.index("new") > case.index("old") else "A", "after"),
        (lambda case: "A" if case.index("new") > case.index("old") else "B", "before"),
        (lambda _: "A", "flipped"),
        (lambda _: "neither", "tie"),
        (lambda _: "C", "unscored"),
    ],
)
def test_two_runs_are_compared_both_ways_round(
    tmp_path: Path, verdict: Callable[[str], str], outcome: str
) -> None:
    """Only a preference that survives the change of places is one."""
    judge, model = judge_of(tmp_path, always=sees(lambda case: json.dumps({"better": verdict(case)})))
    runs = answered("Why?", ["old"]), answered("Why?", ["new"], run="after")
    judge.prepare(pair_requests(*runs))
    found = compare_answers(*runs, judge)
    assert found.preferred == {"q1": outcome}
    assert (found.wins, found.losses) == (int(outcome == "after"), int(outcome == "before"))
    assert (found.ties, found.flipped) == (int(outcome in {"tie", "flipped"}), int(outcome == "flipped"))
    assert (found.unscored, found.n) == (int(outcome == "unscored"), int(outcome != "unscored"))
    assert pair_request("Why?", "Steps:\n- old", "Steps:\n- new") in model.requests
