from __future__ import annotations

from pathlib import Path

import pytest

from coach.errors import UsageError
from coach.recruit.choose import choose
from coach.recruit.contract import CompetencyWish, Wishes
from evals.requests import Request, load_requests, measure, summarise
from tests.coach.recruit.pools import pool, question

POOL = pool(
    [question(f"{name}{number}", name) for name in ("cost", "safety", "evaluation") for number in range(3)]
)


def request(**changes: object) -> Request:
    """Return a request for two senior questions on cost."""
    fields: dict[str, object] = {
        "id": "r1",
        "text": "two on cost",
        "style": "terse",
        "level": "senior",
        "competencies": ["cost"],
        "minutes": None,
        "count": 2,
        "avoid": [],
        "kinds": None,
        "feasible": True,
        "why_infeasible": None,
    }
    return Request.model_validate(fields | changes)


def figures(golden: Request, read: Wishes) -> tuple[object, ...]:
    """Return level, F1, met and named for one request that is read as these wishes."""
    rows = list(measure([golden], POOL, lambda _: read, lambda wishes: choose(POOL, wishes)))
    found = summarise(rows, "dev")
    return found.level_right, round(found.competencies_f1, 3), found.met, found.named


def test_a_request_that_is_read_right_counts_in_full() -> None:
    """Level, topics and conditions all hold."""
    read = Wishes(level="senior", count=2, competencies=(CompetencyWish(id="cost"),))
    assert figures(request(), read) == (1.0, 1.0, 1.0, None)


def test_a_wrong_reading_shows_in_each_figure() -> None:
    """Another level, one topic too many (2 of 3 in F1) and another number are each counted."""
    read = Wishes(
        level="staff", count=3, competencies=(CompetencyWish(id="cost"), CompetencyWish(id="safety"))
    )
    assert figures(request(), read) == (0.0, 0.667, 0.0, None)


def test_any_number_of_a_range_will_do() -> None:
    """Two of one to three questions are right, four are not; without a number the set's own is held to it."""
    read = Wishes(level="senior", count=2, competencies=(CompetencyWish(id="cost"),))
    assert figures(request(count=[1, 3]), read)[2] == 1.0
    assert figures(request(count=[3, 5]), read)[2] == 0.0
    assert figures(request(count=[1, 3], minutes=[1, 60]), read)[2] == 1.0


def test_what_is_impossible_must_be_named() -> None:
    """A set where there should be none is a miss; a conflict is right."""
    impossible = request(feasible=False, count=9)
    wrong = Wishes(level="senior", count=2, competencies=(CompetencyWish(id="cost"),))
    right = wrong.model_copy(update={"count": 9})
    assert figures(impossible, wrong)[2:] == (None, 0.0)
    assert figures(impossible, right)[2:] == (None, 1.0)


def test_a_set_is_held_against_what_is_to_be_avoided() -> None:
    """Kinds and competencies of the avoid list are told apart and must both stay out."""
    read = Wishes(level="senior", count=2, competencies=(CompetencyWish(id="cost"),))
    assert figures(request(avoid=["behavioural", "safety"]), read)[2] == 1.0
    assert figures(request(avoid=["design"]), read)[2] == 0.0
    assert figures(request(avoid=["cost"], competencies=["safety"]), read)[2] == 0.0


def test_a_line_that_is_no_request_is_named(tmp_path: Path) -> None:
    """The number of the line stands in the error."""
    file = tmp_path / "x.jsonl"
    file.write_text(request().model_dump_json() + "\n{}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="line 2"):
        load_requests(file)


def test_the_development_requests_can_be_read() -> None:
    """The file that ships is in the format."""
    root = Path(__file__).parents[2]
    assert len(load_requests(root / "evals" / "golden" / "requests" / "dev.jsonl")) == 117
