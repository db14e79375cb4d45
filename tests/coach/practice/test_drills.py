"""The drills that come with the coach, run with a clock that is turned by hand, against their pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from coach.errors import ConflictError, NotFoundError, SourceError
from coach.export.markdown import to_markdown
from coach.export.pdf import to_pdf
from coach.practice.drill import WAIT, WAITING, Before, Done, Drill, Never, Rule
from coach.practice.drill_report import DrillReport, printable, report
from coach.practice.drill_run import DrillRun, decide, finish, made, minute_of, view
from coach.practice.drill_shelf import all_drills, read_drill, stage_all
from coach.practice.drill_words import MoveReader
from coach.practice.drills import Drills
from coach.settings import Settings
from coach.store.database import Database
from coach.store.owner import Owner
from ingest.embed import Embedder
from tests.support.drills import chapters, find_section, staged

ANA, BEN = Owner("acme", "ana"), Owner("acme", "ben")
START = datetime(2026, 5, 4, 9, tzinfo=UTC)
PRICES = "prices-of-another-country"
NAMES = [one.id for one in all_drills()]


def begun(name: str) -> DrillRun:
    """Return a fresh run."""
    one = staged()[name]
    return DrillRun(id="r", created_at=START, version=0, status="running", drill=one.drill, proofs=one.proofs)


def after(name: str, moves: Sequence[str]) -> DrillReport:
    """Return the report of a run in which the moves were made one after the other, without thinking."""
    run = begun(name)
    for move in moves:
        if run.status == "running":
            run = decide(run, START, said="", moves=[move])
    return report(finish(run, START))


def test_at_least_six_drills_stand_on_pages_of_the_handbook() -> None:
    """Every page, rubric point and quote that a drill names stands in the handbook, word for word."""
    assert len(NAMES) >= 6
    assert sorted(staged()) == NAMES
    for one in staged().values():
        for proof in one.proofs.values():
            for place in (proof.rubric, proof.handbook):
                text = chapters()[place.document].document.text
                assert text[place.start : place.end] == place.quote


@pytest.mark.parametrize("name", NAMES)
def test_a_good_run_meets_every_criterion(name: str) -> None:
    """It earns ten points and makes no move that harms; doing nothing earns none."""
    drill = staged()[name].drill
    found = after(name, drill.good_run)
    assert found.score == 10.0, [one for one in found.criteria if one.verdict != "met"]
    assert not {one.kind for one in drill.moves if one.id in drill.good_run} & {"harm"}
    assert after(name, []).score == 0.0


def _asked_for(rule: Rule) -> tuple[str, ...]:
    """Return the moves that a rule wants to see."""
    match rule:
        case Done():
            return rule.moves
        case Before():
            return rule.first
        case Never():
            return rule.given


@pytest.mark.parametrize("name", NAMES)
def test_every_drill_asks_for_the_order_of_an_incident(name: str) -> None:
    """To mitigate before diagnosing, to declare and to communicate in time, and to verify or prevent."""
    drill = staged()[name].drill
    kinds = {one.id: one.kind for one in drill.moves}
    rules = [one.rule for one in drill.criteria]
    before = [
        ({kinds[one] for one in rule.first}, {kinds[one] for one in rule.then})
        for rule in rules
        if rule.kind == "before"
    ]
    timed = {kinds[one] for rule in rules if rule.kind == "done" and rule.by_minute for one in rule.moves}
    assert any("mitigate" in first and "diagnose" in then for first, then in before)
    assert {"declare", "communicate"} <= timed
    asked = {kinds[one] for rule in rules for one in _asked_for(rule)}
    assert asked & {"verify", "prevent"}
    assert {"harm", "close"} <= set(kinds.values())


@pytest.mark.parametrize("name", NAMES)
def test_diagnosing_first_and_doing_everything_cost_points(name: str) -> None:
    """The same moves with the diagnosis in front earn less, and so does every move there is."""
    drill = staged()[name].drill
    diagnosing = [one.id for one in drill.moves if one.kind == "diagnose"]
    others = [one for one in drill.good_run if one not in diagnosing]
    assert after(name, [*diagnosing, *others]).score < 9
    assert after(name, [one.id for one in drill.moves if one.kind != "close"]).score <= 8


def test_a_late_or_reversed_decision_counts_half() -> None:
    """Worked by hand for one drill: declared at minute 23, the cause read at minute 0."""
    found = after(PRICES, ["read", "look", "hold", "size", "sev2", "revert", "note", "verify", "close"])
    verdicts = {one.id: one.verdict for one in found.criteria}
    assert verdicts == {
        "scope": "partly",
        "severity": "partly",
        "order": "partly",
        "whole": "met",
        "users": "partly",
        "harm": "met",
        "slice": "met",
    }
    # Weights 2, 2, 3, 3, 2, 2, 2; half of four of them.
    assert found.score == round(10 * (1 + 1 + 1.5 + 3 + 1 + 2 + 2) / 16, 1)
    (severity,) = (one for one in found.criteria if one.id == "severity")
    assert "Minute 30" in severity.why


def test_signals_arrive_by_the_clock_and_moves_take_their_time() -> None:
    """Nothing of later minutes is seen; a move of ten minutes lets the signals between arrive."""
    run = begun(PRICES)
    assert [one.channel for one in view(run, START).feed] == ["Pager"]
    assert view(run, START).minute == 0
    later = START + timedelta(minutes=3)
    assert [one.channel for one in view(run, later).feed] == ["Pager", "Dashboard"]
    run = decide(run, later, said="", moves=["read"])
    seen = view(run, later)
    assert seen.minute == 18
    assert [one.kind for one in seen.feed] == ["signal", "signal", "decision", "signal", "signal", "outcome"]
    assert "read" not in {one.id for one in seen.moves}
    assert [one.minute for one in seen.feed] == sorted(one.minute for one in seen.feed)


def test_a_signal_that_was_forestalled_does_not_arrive() -> None:
    """Who has told the users is not asked what to tell them; waiting passes its minute all the same."""
    told = decide(begun(PRICES), START, said="", moves=["note"])
    silent = begun(PRICES)
    for _ in range(4):
        told = decide(told, START, said="", moves=[WAIT])
        silent = decide(silent, START, said="", moves=[WAIT])
    assert (minute_of(told, START), minute_of(silent, START)) == (34, 22)
    assert not any("forum" in one.text for one in view(told, START).feed)
    assert any("forum" in one.text for one in view(silent, START).feed)


def test_thinking_costs_at_most_three_minutes() -> None:
    """A tab that was closed for a day costs no more, and the time ends with the drill."""
    run = begun(PRICES)
    assert minute_of(run, START + timedelta(minutes=2)) == 2
    assert minute_of(run, START + timedelta(days=1)) == 3
    assert minute_of(run, START - timedelta(minutes=5)) == 0
    for _ in range(12):
        run = decide(run, START, said="", moves=[WAIT])
    assert run.status == "finished"
    assert report(run).minute == run.drill.minutes


@given(st.lists(st.sampled_from([*(one.id for one in staged()[PRICES].drill.moves), WAIT, ""]), max_size=30))
def test_any_run_is_graded_within_bounds(moves: list[str]) -> None:
    """Time never goes back, no move is made twice, nothing follows the close, and the score is of 0 to 10."""
    run, minute = begun(PRICES), 0.0
    for move in moves:
        if run.status == "running":
            run = decide(run, START, said="words" if not move else "", moves=[move] if move else [])
            assert minute_of(run, START) >= minute
            minute = minute_of(run, START)
    ids = [one.move.id for one in made(run)]
    assert len(set(ids)) == len(ids)
    assert "close" not in ids[:-1]
    assert 0 <= report(finish(run, START)).score <= 10


@given(
    st.lists(
        st.tuples(
            st.floats(0, 4),
            st.lists(st.sampled_from([*(one.id for one in staged()[PRICES].drill.moves), WAIT]), max_size=3),
        ),
        max_size=12,
    )
)
def test_what_was_seen_stays_in_its_place(decisions: list[tuple[float, list[str]]]) -> None:
    """What comes later stands behind it in the feed, each decision before its outcomes."""
    run, now = begun(PRICES), START
    seen = view(run, now).feed
    for thinking, moves in decisions:
        if run.status == "finished":
            return
        now += timedelta(minutes=thinking)
        run = decide(run, now, said="", moves=moves)
        feed = view(run, now).feed
        assert feed[: len(seen)] == seen
        seen = feed


def test_a_signal_that_was_seen_is_not_forestalled_any_more() -> None:
    """A move of the minute at which it arrived comes too late for it."""
    drill = staged()["slow-provider"].drill
    signal = next(one for one in drill.signals if one.unless)
    run, now = begun(drill.id), START
    while minute_of(run, now) < signal.minute:
        run = decide(run, now, said="", moves=[WAIT])
    assert minute_of(run, now) == signal.minute
    run = decide(run, now, said="", moves=[signal.unless[0]])
    assert signal.text in [one.text for one in view(run, now).feed]


def test_what_was_seen_before_the_end_is_in_the_report() -> None:
    """Who reads for two and a half minutes and then ends it keeps minute and signals."""
    run, now = begun("slow-provider"), START + timedelta(minutes=2.5)
    before = view(run, now)
    after_end = finish(run, now)
    found = report(after_end)
    assert (before.minute, found.minute) == (2.5, 2.5)
    assert found.feed == view(after_end, now + timedelta(days=1)).feed == before.feed
    assert len(found.feed) == 2


def test_waiting_takes_its_turn_among_moves() -> None:
    """What is said after it is begun when the signal has arrived, and it waits from where the move ends."""
    drill = begun(PRICES).drill
    first, second = [one.minute for one in drill.signals if one.minute > 0][:2]
    (look,) = made(decide(begun(PRICES), START, said="", moves=[WAIT, "look"]))
    assert look.minute == first == look.move.minutes
    assert minute_of(decide(begun(PRICES), START, said="", moves=["look", WAIT]), START) == second


def test_what_misled_is_told_at_the_end_alone() -> None:
    """The truth of a signal is in the report and nowhere before."""
    run = decide(begun(PRICES), START, said="", moves=["read"])
    truths = [one.truth for one in run.drill.signals if one.truth]
    assert not any(truth in view(run, START).model_dump_json() for truth in truths)
    with pytest.raises(ConflictError):
        report(run)
    assert [one.truth for one in report(finish(run, START)).misleading] == truths


def test_a_report_can_be_printed() -> None:
    """Criteria with the handbook's words, what misled, the good run, and what happened."""
    found = after(PRICES, ["look", "sev2", "revert", "close"])
    markdown = to_markdown(printable(found))
    assert "Root cause waits until users have stopped being hurt" in markdown
    assert "What misled" in markdown
    assert "Minute 0" in markdown
    pages = PdfReader(BytesIO(to_pdf(printable(found)))).pages
    assert "A good run" in "".join(page.extract_text() for page in pages)


class Desk:
    """Drills of a test, with a clock that is turned by hand; words are understood as the moves they name."""

    def __init__(self, database: Database) -> None:
        self.now = START
        self.drills = Drills(database, staged, self.read, lambda: self.now)

    def read(self, drill: Drill, said: str) -> tuple[str, ...]:
        """Understand words that are ids."""
        return tuple(one for one in said.split() if drill.move(one))


@pytest.fixture
def desk(sqlite_database: Database) -> Desk:
    """Drills on an empty database."""
    return Desk(sqlite_database)


def test_a_run_goes_on_after_a_restart(desk: Desk, sqlite_database: Database) -> None:
    """Another process finds every decision, at the minute at which it was left."""
    run = desk.drills.start(ANA, PRICES)
    before = desk.drills.decide(ANA, run.id, 0, said="look sev2")
    assert (before.minute, before.decision) == (4, 1)
    reborn = Desk(sqlite_database)
    assert reborn.drills.get(ANA, run.id) == before
    reborn.now += timedelta(hours=9)
    assert reborn.drills.get(ANA, run.id).minute == 7
    assert [one.id for one in reborn.drills.list(ANA).items] == [run.id]


def test_a_decision_that_is_sent_twice_counts_once(desk: Desk) -> None:
    """The same again gives the run as it stands; another one is refused, and so is one too far ahead."""
    run = desk.drills.start(ANA, PRICES)
    first = desk.drills.decide(ANA, run.id, 0, move="look")
    assert desk.drills.decide(ANA, run.id, 0, move="look") == first
    for number, move in ((0, "read"), (2, "read")):
        with pytest.raises(ConflictError):
            desk.drills.decide(ANA, run.id, number, move=move)
    with pytest.raises(NotFoundError):
        desk.drills.decide(ANA, run.id, 1, move="sing")


def test_words_that_nobody_understands_take_no_time(desk: Desk) -> None:
    """They stand in the feed with what to do; the moves stay as they were."""
    run = desk.drills.start(ANA, PRICES)
    told = desk.drills.decide(ANA, run.id, 0, said="let me think")
    assert told.minute == 0
    assert [one.kind for one in told.feed] == ["signal", "decision", "unclear"]
    assert told.moves == run.moves


def test_a_move_that_was_made_already_is_told_so(desk: Desk) -> None:
    """Nobody is said not to have understood it, and sending it again gives the run as it stands."""
    run = desk.drills.start(ANA, PRICES)
    desk.drills.decide(ANA, run.id, 0, move="look")
    again = desk.drills.decide(ANA, run.id, 1, move="look")
    text = next(one.text for one in run.moves if one.id == "look")
    assert [one.text for one in again.feed[-2:]] == [text, f"That was done already: {text}"]
    assert desk.drills.decide(ANA, run.id, 1, move="look") == again
    with pytest.raises(ConflictError):
        desk.drills.decide(ANA, run.id, 1, move="read")


@pytest.fixture(scope="module")
def reader() -> MoveReader:
    """What understands words, with the weights that ship."""
    settings = Settings(_env_file=None)
    embedder = Embedder(settings.embed_model, settings.weights_dir)
    return MoveReader(lambda text: embedder.embed_query(text).body)


@pytest.mark.parametrize("name", NAMES)
def test_every_offer_is_understood_in_its_own_words(reader: MoveReader, name: str) -> None:
    """Typed as it is shown, waiting included, it is that move, and "wait" is no other one."""
    drill = staged()[name].drill
    for move in drill.moves:
        assert move.id in reader.read(drill, move.text)
    for said in (WAITING, "wait", "I would wait.", "Let's wait and see.", "I'd wait a little."):
        assert reader.read(drill, said) == (WAIT,)


def test_a_run_is_private_and_ends(desk: Desk) -> None:
    """A colleague's looks like a missing one; a close ends it, and so does its person, twice."""
    run = desk.drills.start(ANA, PRICES)
    with pytest.raises(NotFoundError):
        desk.drills.get(BEN, run.id)
    assert not desk.drills.list(BEN).items
    closed = desk.drills.decide(ANA, run.id, 0, said="note close look")
    assert (closed.status, closed.moves) == ("finished", ())
    assert report(desk.drills.run(ANA, run.id)).drill == PRICES
    with pytest.raises(ConflictError):
        desk.drills.decide(ANA, run.id, 1, move="look")
    other = desk.drills.start(ANA, "tidy-agent")
    assert desk.drills.finish(ANA, other.id) == desk.drills.finish(ANA, other.id)
    with pytest.raises(NotFoundError):
        desk.drills.start(ANA, "no-such-drill")


def test_a_run_whose_time_is_up_is_over_when_it_is_looked_at(desk: Desk) -> None:
    """Three minutes after a decision at minute 58 the drill has ended."""
    run = desk.drills.start(ANA, PRICES)
    for number in range(11):
        view_now = desk.drills.get(ANA, run.id)
        if view_now.status == "running":
            desk.drills.decide(ANA, run.id, number, move=WAIT)
    desk.now += timedelta(minutes=3)
    assert desk.drills.get(ANA, run.id).status == "finished"


def test_a_handbook_without_the_pages_offers_no_drill() -> None:
    """A page that is missing, or that says it in other words, takes its drills away."""
    assert stage_all(lambda _: find_section("behave-figures"), chapters().__getitem__) == {}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"good_run": ["look", "sing"]}, "no move 'sing'"),
        ({"signals": []}, "signals"),
        ({"mood": "calm"}, "mood"),
    ],
)
def test_a_file_that_is_no_drill_is_told(change: dict[str, object], problem: str) -> None:
    """The message names the file and what is wrong with it."""
    raw = staged()[PRICES].drill.model_dump(mode="json") | change
    with pytest.raises(SourceError) as caught:
        read_drill("x.yaml", yaml.safe_dump(raw))
    assert "x.yaml" in str(caught.value)
    assert problem in str(caught.value)
