"""Mock interviews with a grader that a reader can predict, a clock that is turned by hand, and crashes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from coach.errors import ConflictError, NotFoundError, UsageError
from coach.export.markdown import to_markdown
from coach.export.pdf import to_pdf
from coach.practice.cards import CardStore
from coach.practice.grade import Grade, Length, PointGrade, Said
from coach.practice.grades import GradeStore
from coach.practice.interview import Interview, Wish, plan
from coach.practice.interviews import Interviews
from coach.practice.report import printable, report
from coach.store.database import Database
from coach.store.owner import Owner
from coach.types import Citation
from tests.support.practice_questions import QUESTIONS

ANA, BEN = Owner("acme", "ana"), Owner("acme", "ben")
START = datetime(2026, 5, 4, 9, tzinfo=UTC)
WISH = Wish(level="senior", minutes=20)


def make_grade(question_id: str, answer: str) -> Grade:
    """Grade by one rule: the point on measuring is worth a tenth for each word, up to ten."""
    credit = min(len(answer.split()) / 10, 1.0)
    place = Citation(document="c.md", path=(), heading="h", start=0, end=1, quote="Measure recall first.")
    point = PointGrade(
        point="Measuring",
        weight=2,
        verdict="covered" if credit > 0.5 else "missing",
        credit=credit,
        confidence=0.9,
        variance=0.1,
        rubric=place,
        handbook=place,
        candidate=Said(start=0, end=len(answer), quote=answer) if credit else None,
    )
    return Grade(
        question_id=question_id,
        question=QUESTIONS[question_id].question,
        document="c.md",
        outcome="graded",
        score=10 * credit,
        low=0,
        high=10,
        points=(point,),
        length=Length(words=1, minutes=0.1, box_minutes=3, verdict="short"),
        grader="test",
    )


class Desk:
    """The interviews of a test, with a clock and a grader that can be broken."""

    def __init__(self, database: Database) -> None:
        self.now = START
        self.broken = False
        self.graded: list[str] = []
        self.interviews = Interviews(database, lambda: QUESTIONS, self.grade, lambda: self.now)

    def grade(self, question_id: str, answer: str) -> Grade:
        """Grade, unless the process is to die here."""
        if self.broken:
            raise KeyboardInterrupt
        self.graded.append(answer)
        return make_grade(question_id, answer)

    def run(self, interview: Interview, answer: str) -> Interview:
        """Answer whatever is asked until the end."""
        while interview.status == "running":
            self.now += timedelta(minutes=3)
            interview = self.interviews.submit(ANA, interview.id, interview.turns[-1].number, answer)
        return interview


@pytest.fixture
def desk(sqlite_database: Database) -> Desk:
    """Interviews on an empty database."""
    return Desk(sqlite_database)


def test_a_plan_fits_the_time_and_mixes_chapters_and_kinds() -> None:
    """The same seed plans the same; three questions of twenty minutes come from three chapters."""
    chosen = plan(QUESTIONS.values(), WISH, seed="a")
    assert chosen == plan(QUESTIONS.values(), WISH, seed="a")
    assert sum(one.minutes for one in chosen) * 1.5 <= 20
    assert len({one.document for one in chosen[:3]}) == 3
    assert {one.kind for one in chosen[:2]} == {"design", "debugging"}
    assert {one.document for one in plan(QUESTIONS.values(), Wish(chapters=("chapter1.md",)), seed="a")} == {
        "chapter1.md"
    }
    assert not plan(QUESTIONS.values(), Wish(level="staff"), seed="a")


def test_a_thin_answer_is_followed_up_where_it_was_thin(desk: Desk) -> None:
    """The page's own follow-up on what was missed is asked, once; a full answer goes on."""
    interview = desk.interviews.start(ANA, WISH)
    first = interview.turns[0]
    after = desk.interviews.submit(ANA, interview.id, 0, "I guess")
    assert [(one.kind, one.prompt) for one in after.turns[1:]] == [
        ("follow_up", "How do you measure recall?")
    ]
    assert after.turns[1].question_id == first.question_id
    after = desk.interviews.submit(ANA, interview.id, 1, "I count")
    assert desk.graded == ["I guess", "I guess\n\nI count"]
    assert after.turns[2].kind == "question"
    assert after.turns[2].question_id != first.question_id
    after = desk.interviews.submit(ANA, interview.id, 2, "word " * 10)
    assert after.turns[3].kind == "question"


def test_nothing_is_revealed_before_the_end(desk: Desk) -> None:
    """What the candidate sees has no grades while it runs; the report is refused."""
    interview = desk.interviews.start(ANA, WISH)
    running = desk.interviews.submit(ANA, interview.id, 0, "I guess")
    assert running.turns[0].grade
    assert all(turn.grade is None for turn in running.shown().turns)
    with pytest.raises(ConflictError):
        report(running, QUESTIONS)
    finished = desk.interviews.finish(ANA, interview.id)
    assert finished.shown().turns[0].grade


def test_a_crash_loses_nothing_that_was_submitted(desk: Desk, sqlite_database: Database) -> None:
    """The process dies while it grades; another one finds the answer, grades it once, and goes on."""
    interview = desk.interviews.start(ANA, WISH)
    desk.broken = True
    with pytest.raises(KeyboardInterrupt):
        desk.interviews.submit(ANA, interview.id, 0, "word " * 10)
    reborn = Desk(sqlite_database)
    told: list[Grade] = []
    resumed = reborn.interviews.get(ANA, interview.id, told.append)
    assert told == [resumed.turns[0].grade]
    assert resumed.turns[0].answer == "word " * 10
    assert resumed.turns[0].submitted_at == START
    assert resumed.turns[0].grade
    assert resumed.turns[1].number == 1
    assert resumed == reborn.interviews.get(ANA, interview.id, told.append)
    assert len(told) == 1
    assert len(GradeStore(sqlite_database).list(ANA).items) == 1


def test_an_answer_that_is_sent_twice_counts_once(desk: Desk) -> None:
    """The same answer again gives the interview as it stands; another one is refused."""
    interview = desk.interviews.start(ANA, WISH)
    first = desk.interviews.submit(ANA, interview.id, 0, "word " * 10)
    assert desk.interviews.submit(ANA, interview.id, 0, "word " * 10) == first
    with pytest.raises(ConflictError):
        desk.interviews.submit(ANA, interview.id, 0, "something else")
    with pytest.raises(NotFoundError):
        desk.interviews.submit(ANA, interview.id, 9, "x")


def test_the_clock_ends_an_interview(desk: Desk) -> None:
    """What is submitted late counts and is the last."""
    interview = desk.interviews.start(ANA, WISH)
    desk.now = START + timedelta(minutes=21)
    late = desk.interviews.submit(ANA, interview.id, 0, "I guess")
    assert late.status == "finished"
    assert late.turns[-1].grade
    with pytest.raises(ConflictError):
        desk.interviews.submit(ANA, interview.id, 0, "another")


def test_interviews_are_private(desk: Desk) -> None:
    """A colleague's look like missing ones; the list has one's own, newest first."""
    made = [desk.interviews.start(ANA, WISH).id for _ in range(2)]
    with pytest.raises(NotFoundError):
        desk.interviews.get(BEN, made[0])
    assert {one.id for one in desk.interviews.list(ANA).items} == set(made)
    assert not desk.interviews.list(BEN).items
    with pytest.raises(UsageError):
        desk.interviews.start(ANA, Wish(level="staff"))


def test_a_report_tells_how_it_went(desk: Desk, sqlite_database: Database) -> None:
    """Scores by competency, both moments with quotes, every turn; each question became a card."""
    interview = desk.run(desk.interviews.start(ANA, WISH), "one two three four five six seven eight")
    found = report(interview, QUESTIONS)
    assert found.score == 8.0
    assert [one.competency for one in found.competencies] == ["debugging", "design"]
    assert found.minutes == 3.0 * len(interview.turns)
    assert found.strongest
    assert found.strongest.candidate == "one two three four five six seven eight"
    assert found.weakest
    assert found.weakest.handbook
    cards = CardStore(sqlite_database).all(ANA)
    assert {one.question_id for one in cards} == {turn.question_id for turn in interview.turns}
    markdown = to_markdown(printable(found))
    assert all(turn.prompt.rstrip("?") in markdown for turn in interview.turns)
    assert "Measure recall first" in markdown
    pages = PdfReader(BytesIO(to_pdf(printable(found)))).pages
    assert "Transcript" in "".join(page.extract_text() for page in pages)
