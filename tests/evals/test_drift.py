"""Golden replay: the same index gives the same, a worse one is found, and no model is asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from coach.coach import Coach
from coach.settings import Settings
from evals.drift import latest_run, replay
from evals.golden import GoldenItem, Relevant
from evals.retrieval import HITS, measure_retrieval
from evals.runs import ItemRow, Run, save
from evals.splits import item_hash
from tests.conftest import Ingested
from tests.support.golden import write
from tests.support.pages import CLEAR_QUESTIONS
from tests.support.sample_runs import sample_run

DOCUMENTS = ("caching.md", "releases.md", "incidents/postmortems.md")
ITEMS = tuple(
    GoldenItem(
        id=f"{number}-{turn}",
        query=f"{question}{' ' * turn}",
        style="plain",
        answerable=True,
        relevant=(Relevant(document=document, heading=question),),
    )
    for turn in range(8)
    for number, (question, document) in enumerate(zip(CLEAR_QUESTIONS, DOCUMENTS, strict=True))
)


def kept_run(coach: Coach, golden: Path, items: Sequence[GoldenItem] = ITEMS) -> Run:
    """Return the run that the coach makes of the items now."""
    rows = []
    for item in items:
        answer = coach.replay(item.query).answer
        values = measure_retrieval(item, coach.search(item.query, limit=HITS), answer)
        rows.append(ItemRow(id=item.id, slices={}, values=values))
    return sample_run(
        rows,
        kind="retrieval",
        golden_sha256=hashlib.sha256(golden.read_bytes()).hexdigest(),
        item_hashes={item.id: item_hash(item) for item in items},
        stack=coach.stack,
    )


def test_the_same_index_is_steady(coach: Coach, tmp_path: Path) -> None:
    """Nothing changed, so no item turned; the words say that the stack is the same."""
    golden = write(tmp_path, ITEMS)
    found = replay(coach, golden, kept_run(coach, golden), most=12)
    assert found.verdict == "steady"
    assert "12 items against run before, same stack: the same item by item" in found.words


def test_an_index_that_lost_its_pages_has_drifted(coach: Coach, ingested: Ingested, tmp_path: Path) -> None:
    """The pages of the golden questions are gone: the replay says which metrics fell."""
    golden = write(tmp_path, ITEMS)
    kept = kept_run(coach, golden)
    (tmp_path / "poor").mkdir()
    (tmp_path / "poor" / "on-call.md").write_text("# On call\n\nHand over in writing.\n", encoding="utf-8")
    done = ingested.program.run("ingest", str(tmp_path / "poor"), data_dir=tmp_path / "data")
    assert done.code == 0, done.err
    with Coach(Settings(_env_file=None, data_dir=tmp_path / "data")) as poor:
        found = replay(poor, golden, kept, most=24)
    assert found.verdict == "drifted"
    assert "another stack" in found.words
    assert "success@5 1.00 -> 0.00" in found.words


def test_the_newest_run_of_these_questions_is_taken(coach: Coach, tmp_path: Path) -> None:
    """Runs of another golden file are passed over; an item that was edited is not asked."""
    golden = write(tmp_path, ITEMS)
    kept = kept_run(coach, golden)
    folder = tmp_path / "runs"
    assert latest_run(folder, golden) is None
    save(kept.model_copy(update={"id": "mine"}), folder)
    save(sample_run(kept.rows, name="other", kind="retrieval", minutes_later=9), folder)
    found = latest_run(folder, golden)
    assert found is not None
    assert found.id == "mine"
    edited = kept.model_copy(update={"item_hashes": dict.fromkeys(kept.item_hashes, "edited")})
    assert replay(coach, golden, edited, most=5).verdict == "too few"


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_the_command_prints_every_verdict(
    ingested: Ingested, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """A service that nobody has used yet has too few of everything, and ends with 0."""
    database = f"sqlite:///{tmp_path / 'coach.sqlite'}"
    done = ingested.program.run("drift", *arguments, database_url=database)
    assert done.code == 0, done.err
    names = ["questions", "topics", "abstentions", "degraded answers", "thumbs down", "golden replay"]
    if arguments:
        found = json.loads(done.out)
        assert [(one["name"], one["verdict"]) for one in found] == [(name, "too few") for name in names]
    else:
        assert [line.startswith("too few") for line in done.out.splitlines()] == [True] * len(names)
