"""How far a judge is believed: its family, its agreement with people, and what it likes."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from sklearn.metrics import cohen_kappa_score

from coach.errors import UsageError
from evals.judge.calibration import calibrate, cohen_kappa, labelling_requests, load_labels
from evals.judge.family import check_family, family_of
from evals.judge.record import Calibration, rubrics, save_calibration, warning
from evals.runs import Estimate
from tests.support.judging import NO, YES, by_word, judge_of, labelled, sees


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("anthropic/claude-haiku-4-5-20251001", "anthropic"),
        ("bedrock/anthropic.claude-sonnet-4", "anthropic"),
        ("vertex_ai/claude-opus-4", "anthropic"),
        ("openrouter/openai/gpt-4.1-mini", "openai"),
        ("azure/o3-mini", "openai"),
        ("groq/llama-3.3-70b", "meta"),
        ("together_ai/Qwen/Qwen2.5-72B", "qwen"),
        ("azure/my-deployment", "azure"),
    ],
)
def test_the_family_is_whose_model_it_is_and_not_who_serves_it(name: str, family: str) -> None:
    """A model keeps its family behind any gateway; what does not tell stands for its provider."""
    assert family_of(name) == family


def test_a_judge_of_the_writers_family_is_refused() -> None:
    """Unless somebody insists; an answer that no model wrote has no family."""
    with pytest.raises(UsageError, match="same family as the writer 'azure/gpt-4o': openai"):
        check_family("openai/gpt-4.1", "mistral/large azure/gpt-4o")
    check_family("openai/gpt-4.1", "azure/gpt-4o", force=True)
    check_family("openai/gpt-4.1", "anthropic/claude-opus-4")
    check_family("outline/judge", "outline")


@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_that_of_scikit_learn(seed: int) -> None:
    """On random labels of two raters who agree more often than not."""
    chance = random.Random(seed)
    first = [chance.choice("ab") for _ in range(40)]
    second = [one if chance.random() < 0.7 else chance.choice("ab") for one in first]
    assert cohen_kappa(first, second) == pytest.approx(cohen_kappa_score(first, second))


def test_kappa_is_undefined_where_everybody_says_the_same() -> None:
    """It is neither 1 nor NaN."""
    assert cohen_kappa(["a", "a"], ["a", "a"]) is None
    assert cohen_kappa([], []) is None


def test_agreement_is_measured_answer_by_answer(tmp_path: Path) -> None:
    """An answer is unfaithful if one claim is; what has no verdict is counted and in no figure."""
    items = [
        labelled("1", "This is right. That is right.", faithful=True),
        labelled("2", "This is right. That is wrong.", faithful=False),
        labelled("3", "This is all wrong.", faithful=True),
        labelled("4", "This is right.", faithful=False),
        labelled("5", "This cannot be judged.", faithful=True),
        labelled("6", "Sure!", faithful=True),
    ]
    judge, _ = judge_of(tmp_path, always=sees(lambda case: "?" if "judged" in case else by_word(case)))
    found = calibrate(items, judge)
    assert (found.n, found.unscored, found.agreement.value, found.kappa) == (4, 2, 0.5, 0.0)
    assert found.confusion == {
        "faithful, faithful": 1,
        "faithful, unfaithful": 1,
        "unfaithful, faithful": 1,
        "unfaithful, unfaithful": 1,
    }
    assert not found.is_trusted


def test_a_judge_that_likes_length_is_found_out(tmp_path: Path) -> None:
    """It calls every long answer faithful; people do not."""
    items = [
        labelled(str(number), f"This is wrong{' indeed' * (40 if number % 2 else 1)}.", faithful=False)
        for number in range(10)
    ]
    judge, _ = judge_of(tmp_path, always=sees(lambda case: YES if len(case) > 300 else NO))
    length = calibrate(items, judge).length
    assert length is not None
    assert (length.shorter, length.longer, length.difference) == (0.0, 1.0, 1.0)


def test_a_judge_that_likes_the_first_place_is_found_out(tmp_path: Path) -> None:
    """Each pair of answers to one question changes places; a verdict that stays goes with the place."""
    items = [
        labelled(
            f"{number}{faithful}", f"It is {faithful} {number}.", faithful=faithful, question=f"Why {number}?"
        )
        for number in range(4)
        for faithful in (True, False)
    ]
    judge, _ = judge_of(tmp_path, always=sees(lambda case: '{"better": "A"}' if "answer A" in case else YES))
    position = calibrate(items, judge).position
    assert position is not None
    assert (position.pairs, position.flipped, position.first) == (4, 1.0, 1.0)
    assert calibrate(items[:1], judge).position is None
    assert sum(one.purpose == "judge-pair" for one in labelling_requests(items)) == 8


def test_a_judge_is_not_believed_before_it_is_measured(tmp_path: Path) -> None:
    """The warning says so, then how badly it agrees, and goes once it agrees well enough."""
    assert "was never measured" in warning("acme/judge", tmp_path)
    agreed = Estimate(value=0.9, low=0.8, high=1.0, n=50, unscored=0)
    less = agreed.model_copy(update={"value": 0.79})
    made = Calibration.model_validate(
        {"id": "ab", "judge": "acme/judge", "labels": "", "rubrics": rubrics(), "labels_sha256": ""}
        | {"created_at": "2026-03-01T00:00:00Z", "n": 50, "unscored": 0, "kappa": 0.59, "confusion": {}}
        | {"agreement": agreed}
    )
    for change, warned in (({}, True), ({"kappa": 0.7, "agreement": less}, True), ({"kappa": 0.6}, False)):
        save_calibration(made.model_copy(update=change), tmp_path)
        assert bool(warning("acme/judge", tmp_path)) is warned
    assert "was never measured" in warning("acme/other", tmp_path)


@pytest.mark.parametrize(
    "line", ["x", "{}", '{"id": "1", "passages": [], "answer": "a", "label": "faithful"}']
)
def test_what_is_no_labelled_answer_is_named_by_line(tmp_path: Path, line: str) -> None:
    """The error says where, and what a line looks like; other fields are passed over."""
    good = labelled("1", "It is so.", faithful=True).model_dump() | {"writer": "somebody"}
    file = tmp_path / "labels.jsonl"
    file.write_text(f"{json.dumps(good)}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"labels\.jsonl:3 is no labelled answer"):
        load_labels(file)
