"""The runner over golden sets: one pass through a real index, rows, slices, runs, and what goes wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from coach.coach import Coach
from coach.errors import UsageError
from coach.settings import Settings
from evals.golden import GoldenItem, Relevant
from evals.retrieval import measure_retrieval, unscored_retrieval
from evals.runner import Finished, Task, run_golden
from evals.runs import load, run_folder
from evals.slices import find_home
from evals.support import SpanJudge
from tests.conftest import Ingested
from tests.support.golden import ITEMS, ROLLBACK, write
from tests.support.pages import CLEAR_QUESTIONS


@pytest.fixture
def own(ingested: Ingested, tmp_path: Path) -> Iterator[Coach]:
    """A coach on the small handbook whose runs go to a folder of their own."""
    (tmp_path / "index").symlink_to((ingested.program.data_dir / "index").absolute())
    with Coach(Settings(_env_file=None, data_dir=tmp_path)) as opened:
        yield opened


def run(task: Task, coach: Coach) -> list[Finished]:
    """Return the finished runs of a task."""
    return run_golden(task, coach, judge=SpanJudge())


def test_one_pass_gives_a_run_of_each_kind(own: Coach, tmp_path: Path) -> None:
    """A found section counts, a missing one does not and is named, an empty question is abstained from."""
    golden = write(tmp_path)
    retrieval, answers = run(Task(("retrieval", "answers"), golden, "dev"), own)
    assert load(retrieval.path) == retrieval.run
    assert retrieval.path.parent == run_folder(tmp_path) == answers.path.parent
    assert retrieval.run.golden_sha256 == hashlib.sha256(golden.read_bytes()).hexdigest()
    assert retrieval.run.stack == own.stack
    found, missed, none = retrieval.run.rows
    assert (found.values["success@1"], found.values["mrr@10"], found.values["recall@10"]) == (1.0, 1.0, 1.0)
    assert (missed.values["success@10"], missed.values["ndcg@10"]) == (0.0, 0.0)
    assert none.values == {"abstention_recall": 1.0, "abstention_precision": 1.0}
    assert retrieval.run.metrics["success@5"].value == 0.5
    assert "1 of 3 relevant places are not in the collection" in retrieval.run.notes[0]
    assert "'No such heading' of 'missed'" in retrieval.run.notes[0]
    said, _, nothing = answers.run.rows
    assert (said.values["quote_validity"], said.values["citation_recall"]) == (1.0, 1.0)
    assert said.values["key_fact_recall"] == 0.5
    assert "citation_recall" not in nothing.values


def test_rows_belong_to_slices_of_the_item_and_of_its_page(own: Coach, tmp_path: Path) -> None:
    """Style and persona are the item's, level and chapter the page's; what is unknown is left out."""
    (finished,) = run(Task(("retrieval",), write(tmp_path), "dev"), own)
    slices = [row.slices for row in finished.run.rows]
    assert slices == [
        {"style": "plain", "persona": "developer", "level": "staff", "chapter": "releases.md"},
        {"style": "odd"},
        {"style": "odd"},
    ]
    assert finished.run.slices["level"].keys() == {"staff"}
    assert finished.run.slices["style"]["odd"]["success@5"].n == 1


def test_a_test_split_keeps_no_questions_and_counts_its_looks(own: Coach, tmp_path: Path) -> None:
    """Rows have values and no words, unless the items are asked for."""
    golden = write(tmp_path, name="golden-test.jsonl")
    (first,) = run(Task(("answers",), golden, "test"), own)
    assert [row.details for row in first.run.rows] == [{}, {}, {}]
    assert CLEAR_QUESTIONS[1] not in first.path.read_text(encoding="utf-8")
    (second,) = run(Task(("answers",), golden, "test", show_items=True), own)
    assert second.run.rows[0].details["question"] == CLEAR_QUESTIONS[1]
    assert (first.run.look, second.run.look) == (0, 1)


def test_a_locked_split_needs_a_reason(own: Coach, tmp_path: Path) -> None:
    """Without one nothing is asked; with one it is in the run."""
    golden = write(tmp_path)
    with pytest.raises(UsageError, match="reason"):
        run(Task(("retrieval",), golden, "locked", reason=" "), own)
    assert not run_folder(tmp_path).exists()
    (finished,) = run(Task(("retrieval",), golden, "locked", reason="release 1.0"), own)
    assert finished.run.reason == "release 1.0"


def test_an_interrupted_pass_asks_only_what_is_left(own: Coach, tmp_path: Path) -> None:
    """Ctrl-C keeps what is done, of each kind."""
    golden = write(tmp_path)
    asked: list[str] = []

    def stop_after_two(items: Sequence[GoldenItem]) -> Iterable[GoldenItem]:
        for item in items:
            if len(asked) == 2:
                raise KeyboardInterrupt
            asked.append(item.id)
            yield item

    task = Task(("retrieval", "answers"), golden, "dev")
    with pytest.raises(KeyboardInterrupt):
        run_golden(task, own, judge=SpanJudge(), progress=stop_after_two)
    asked.clear()
    finished = run_golden(task, own, judge=SpanJudge(), progress=stop_after_two)
    assert asked == ["none"]
    assert [len(one.run.rows) for one in finished] == [3, 3]


def test_a_question_that_cannot_be_asked_is_unscored(own: Coach, tmp_path: Path) -> None:
    """It is no zero: its metrics have no value, the means leave it out, and the row says why."""
    long = ITEMS[0].model_copy(update={"id": "long", "query": "why " * 1500})
    retrieval, answers = run(Task(("retrieval", "answers"), write(tmp_path, (ITEMS[0], long)), "dev"), own)
    row = retrieval.run.rows[1]
    assert row.values.keys() == unscored_retrieval(long).keys()
    assert set(row.values.values()) == {None}
    assert "6000 characters" in str(row.details["error"])
    estimate = retrieval.run.metrics["success@5"]
    assert (estimate.value, estimate.n, estimate.unscored) == (1.0, 1, 1)
    assert answers.run.metrics["key_fact_recall"].unscored == 1


def test_the_golden_set_of_another_handbook_is_refused(own: Coach, tmp_path: Path) -> None:
    """All places missing is the wrong collection, not a score of zero."""
    strange = (ITEMS[0].model_copy(update={"relevant": (Relevant(document="java.md", heading="JVM"),)}),)
    with pytest.raises(
        UsageError, match=r"none of the 1 relevant places: 'java\.md', 'JVM' of 'found'"
    ) as raised:
        run(Task(("retrieval",), write(tmp_path, strange), "dev"), own)
    assert "--collection" in raised.value.hint


def test_a_page_is_found_by_heading_and_by_span(coach: Coach, ingested: Ingested) -> None:
    """A span lives in the section that holds most of it; a document that is not indexed is named."""
    text = ingested.text("releases.md")
    start = text.index("A canary proves")
    span = Relevant(document="releases.md", start=start, end=start + 20)
    whole = Relevant(document="releases.md", start=0, end=len(text) + 1)
    for places, heading, missing in (
        ((span,), "What does a canary release prove?", ()),
        ((ROLLBACK.model_copy(update={"grade": 1}), span), "What does a canary release prove?", ()),
        ((Relevant(document="gone.md", start=0, end=5), ROLLBACK), CLEAR_QUESTIONS[1], ("gone.md",)),
    ):
        home = find_home(ITEMS[0].model_copy(update={"relevant": places}), coach)
        assert home.section is not None
        assert home.section.heading == heading
        assert tuple(place.document for place in home.missing) == missing
    assert find_home(ITEMS[0].model_copy(update={"relevant": (whole,)}), coach).section is not None
    cached = Relevant(document="caching.md", heading=CLEAR_QUESTIONS[0])
    assert find_home(ITEMS[0].model_copy(update={"relevant": (cached,)}), coach).minutes == 3


def test_unanswerable_items_have_no_ranking(coach: Coach) -> None:
    """What is listed as relevant for a question without an answer is not used."""
    item = ITEMS[0].model_copy(update={"answerable": False})
    hits, answer = coach.search(item.query), coach.ask(item.query)
    assert measure_retrieval(item, hits, answer) == {"abstention_recall": 0.0}
