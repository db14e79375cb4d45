"""Pages of two chapters of the handbook in an index of their own, opened once for all these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coach.coach import Coach
from coach.recruit.contract import CompetencyWish, Wishes
from coach.recruit.recruiter import Recruiter
from coach.recruit.sets import QuestionSet
from coach.settings import Settings
from tests.support.program import Program

CORPUS = Path(__file__).parents[3] / "corpus"
CHAPTERS = ("cost.md", "incident-response.md")
PAGES = 9
"""Of each chapter: embedding is what takes the time."""


@pytest.fixture(scope="session")
def recruiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coach]:
    """A coach that reads two chapters, whose pages have rubrics and follow-ups."""
    home = tmp_path_factory.mktemp("recruit")
    pages = home / "pages"
    pages.mkdir()
    for name in CHAPTERS:
        pieces = (CORPUS / name).read_text(encoding="utf-8").split("\n## ")
        (pages / name).write_text("\n## ".join(pieces[: PAGES + 1]), encoding="utf-8")
    program = Program(home / "data", home)
    done = program.run("ingest", str(pages), "--json")
    assert done.code == 0, done.err
    with Coach(Settings(_env_file=None, data_dir=program.data_dir)) as opened:
        yield opened


@pytest.fixture(scope="session")
def recruiter(recruiting: Coach) -> Recruiter:
    """What builds sets from the two chapters."""
    return Recruiter(recruiting)


@pytest.fixture(scope="session")
def made(recruiter: Recruiter) -> QuestionSet:
    """Two forms of four questions."""
    wishes = Wishes(
        level="senior",
        count=4,
        minutes=24,
        forms=2,
        competencies=(CompetencyWish(id="cost"), CompetencyWish(id="incident-response")),
    )
    built = recruiter.build(wishes, title="Zoë's set: <cost> & incidents")
    assert built.conflict is None
    return built
