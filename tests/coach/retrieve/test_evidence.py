"""What is measured of a question: shares, similarities, and nothing that is no number."""

from __future__ import annotations

from contextlib import closing
from math import isfinite
from pathlib import Path

import pytest

from coach.coach import Coach
from coach.retrieve.evidence import Evidence
from coach.settings import Settings
from ingest import pipeline
from ingest.errors import IndexMismatchError
from ingest.store import open_store
from ingest.store.edge import EdgeStore
from tests.support.counting_embedder import CountingEmbedder
from tests.support.index_samples import publish
from tests.support.pages import CLEAR_QUESTIONS

STRANGE = "xylophone quartzite marzipan"


def measured(coach: Coach, question: str) -> dict[str, float]:
    """Return the evidence that the gate saw of a question."""
    return coach.replay(question).gate.evidence


def test_everything_measured_is_a_number(coach: Coach) -> None:
    """Also for questions of one word, of another script and of no known word."""
    for question in (*CLEAR_QUESTIONS, "cache", "什么是分布式锁？", STRANGE, "a" * 3000):
        found = measured(coach, question)
        assert found
        assert all(isfinite(value) for value in found.values())


@pytest.mark.parametrize("question", ["?!", "🐘", "the of and", "how?"])
def test_what_asks_nothing_is_not_measured(coach: Coach, question: str) -> None:
    """Signs and function words alone are no question."""
    gate = coach.replay(question).gate
    assert (gate.covered, gate.reason, gate.evidence) == (False, "empty", {})


def test_words_that_the_best_sections_hold_are_covered(coach: Coach) -> None:
    """All words of a heading are found under it, and none of them is unknown."""
    found = measured(coach, CLEAR_QUESTIONS[0])
    assert (found["coverage"], found["unknown"]) == (1.0, 0.0)


def test_words_that_no_chunk_holds_are_unknown(coach: Coach) -> None:
    """Words of which nothing is known cover nothing."""
    found = measured(coach, STRANGE)
    assert (found["coverage"], found["unknown"]) == (0.0, 1.0)


def test_the_shares_of_a_question_that_is_half_known_lie_between(coach: Coach) -> None:
    """A strange word lowers what is covered and raises what is unknown."""
    found = measured(coach, f"{CLEAR_QUESTIONS[0]} {STRANGE}")
    assert 0.0 < found["coverage"] < 1.0
    assert 0.0 < found["unknown"] < 1.0


def test_a_question_near_the_text_is_more_similar_than_a_foreign_one(coach: Coach) -> None:
    """By passage, by title and by its words, in the best and in the mean of the best."""
    near, far = measured(coach, CLEAR_QUESTIONS[1]), measured(coach, STRANGE)
    for name in ("dense", "dense_mean", "title", "late", "late_mean", "late_of_first"):
        assert near[name] > far[name]
    assert near["dense"] >= near["dense_mean"]
    assert near["late"] >= near["late_mean"]


def test_an_index_of_other_vectors_is_refused(tmp_path: Path) -> None:
    """What was fitted on the vectors of one embedder says nothing of another's."""
    store = EdgeStore(tmp_path)
    publish(store, {})
    with closing(store.open("handbook")) as build, pytest.raises(IndexMismatchError, match="model@1"):
        Evidence(build)


@pytest.mark.parametrize("rerank", [True, False])
def test_a_handbook_without_any_text_under_its_headings_answers_nothing(
    tmp_path: Path, embedder: CountingEmbedder, *, rerank: bool
) -> None:
    """An index without chunks is searched and asked without an error; the coach says no."""
    (tmp_path / "bare.md").write_text("# Caching\n\n## Stampedes\n", encoding="utf-8")
    chosen = Settings(_env_file=None, data_dir=tmp_path / "data", rerank=rerank)
    manifest = pipeline.ingest(
        [tmp_path / "bare.md"], store=open_store(chosen), embedder=embedder, collection="handbook"
    )
    assert manifest.chunks == 0
    with Coach(chosen) as opened:
        assert opened.search("What is a stampede?") == []
        assert opened.ask("What is a stampede?").status == "abstained"
