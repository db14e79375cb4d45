"""Mock interviews with a grader that a reader can predict, a clock that is turned by hand, and crashes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from coach.errors import CoachError, ConflictError, NotFoundError, UsageError
from coach.export.blocks import Paragraph
from coach.export.markdown import to_markdown
from coach.export.pdf import to_pdf
from coach.practice.cards import CardStore
from coach.practice.grade import Grade, Length, PointGrade, Said
from coach.practice.grades import GradeStore, Objection
from coach.practice.interview import Interview, Wish, plan
from coach.practice.interviews import Interviews
from coach.practice.report import printable, report
from coach.store.database import Database
from coach.store.owner import Owner
from coach.types import Citation
from tests.support.practice_questions import QUESTIONS, make_question

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


def test_a_question_without_a_level_fits_any_and_one_that_cannot_be_graded_none() -> None:
    """A handbook without tag lines can be practised; a page that has only its heading is not asked."""
    plain, empty = make_question(0, levels=()), make_question(1, levels=(), is_gradable=False)
    assert plan([plain, empty], Wish(level="staff"), seed="a") == (plain,)
    assert not plan([empty], WISH, seed="a")


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


def test_a_transcript_keeps_the_lines_of_an_answer(desk: Desk) -> None:
    """Each line is a quoted paragraph of its own; an answer without a word says that there was none."""
    interview = desk.interviews.start(ANA, WISH)
    interview = desk.interviews.submit(ANA, interview.id, 0, "First I measure.\n\n- recall\n- latency\n")
    found = report(desk.run(interview, " "), QUESTIONS)
    quoted = [block for block in printable(found).blocks if isinstance(block, Paragraph) and block.quote]
    assert [block.runs[0].text for block in quoted] == ["First I measure.", "- recall", "- latency"]
    assert to_markdown(printable(found)).count("No answer.") == len(found.interview.turns) - 1


@pytest.mark.parametrize("error", [NotFoundError("there is no such question"), UsageError("no points")])
def test_an_interview_goes_on_where_a_page_has_left_the_handbook(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: CoachError
) -> None:
    """What was said to it cannot be graded, the next question is asked, and the report counts it."""

    def refuse(*_: str) -> Grade:
        raise error

    interview = desk.interviews.start(ANA, WISH)
    with monkeypatch.context() as gone:
        gone.setattr(desk.interviews, "_grade", refuse)
        interview = desk.interviews.submit(ANA, interview.id, 0, "I measure recall first")
    grade = interview.turns[0].grade
    assert grade
    assert (grade.outcome, grade.reason, grade.question) == (
        "cannot_grade",
        "gone",
        interview.turns[0].prompt,
    )
    assert interview.turns[1].kind == "question"
    found = report(desk.run(interview, "word " * 10), QUESTIONS)
    assert (found.unscored, found.score) == (1, 10.0)


def test_a_follow_up_that_cannot_be_graded_leaves_the_score_of_the_answer_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question keeps what its first answer earned and counts as scored."""
    interview = desk.interviews.start(ANA, WISH)
    interview = desk.interviews.submit(ANA, interview.id, 0, "I count")
    assert interview.turns[1].kind == "follow_up"
    unreadable = {"outcome": "cannot_grade", "reason": "unreadable", "score": None, "points": ()}
    spoilt = make_grade(interview.turns[0].question_id, "").model_copy(update=unreadable)
    monkeypatch.setattr(desk.interviews, "_grade", lambda *_: spoilt)
    desk.interviews.submit(ANA, interview.id, 1, "Ich")
    found = report(desk.interviews.finish(ANA, interview.id), QUESTIONS)
    assert (found.score, found.unscored) == (2.0, 0)
    assert found.weakest


def test_two_disputes_at_once_both_count(sqlite_database: Database) -> None:
    """One that was judged while another was stored is judged again, on what stands now."""
    store = GradeStore(sqlite_database)
    kept = store.add(ANA, "I count", make_grade("q0", "I count"))
    mine, other = (Objection(point="Measuring", evidence=said) for said in ("I", "count"))

    def add_one(first: Grade, *_: object) -> Grade:
        return first.model_copy(update={"score": (first.score or 0) + 1})

    def judge(first: Grade, answer: str, objection: Objection) -> Grade:
        if first.score == 2:  # meanwhile
            store.dispute(ANA, kept.id, other, add_one)
        return add_one(first, answer, objection)

    both = store.dispute(ANA, kept.id, mine, judge)
    assert [one.objection for one in both.disputes] == [other, mine]
    assert both.standing_score == 4

    def always_late(first: Grade, *_: object) -> Grade:
        store.dispute(ANA, kept.id, other, add_one)
        return first

    with pytest.raises(ConflictError):
        store.dispute(ANA, kept.id, mine, always_late)
