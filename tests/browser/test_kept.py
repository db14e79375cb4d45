"""What stays: conversations, questions that are collected for a set, what was measured, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from evals.runs import run_folder, save
from tests.browser.conftest import Visitor, press, settled
from tests.browser.stage import Stage
from tests.browser.test_page import LOOP, PHONE, ask, serious
from tests.support.program import Program
from tests.support.sample_runs import rows_of, sample_run

pytestmark = pytest.mark.timeout(900)  # the first test of a run waits for the index

FOLLOW_UP = "and what if it is an honest long run?"


def follow_up(page: Page, question: str = FOLLOW_UP) -> None:
    """Ask within the conversation that is open and wait for the whole answer."""
    ask(page, question)
    expect(page.get_by_role("heading", name=question, level=1)).to_be_visible()


def asked(page: Page) -> Locator:
    """Return the questions of the conversation that is open."""
    return page.get_by_role("list", name="In this conversation").get_by_role("link")


def conversations(page: Page) -> Locator:
    """Return the list beside the page."""
    return page.get_by_role("list", name="Conversations").get_by_role("link")


def collect(page: Page, place: int) -> str:
    """Add a question of the handbook's list to the collection and return it."""
    link = page.get_by_role("list", name="Questions").get_by_role("link").nth(place)
    question = link.inner_text()
    press(link)
    press(page.get_by_role("button", name="Add to set"))
    expect(page.get_by_role("button", name="Remove from set")).to_be_visible()
    press(page.get_by_role("button", name="All questions"))
    return question


def test_a_conversation_is_there_for_the_next_visit_and_goes_on(visit: Visitor) -> None:
    """Another window lists it first; it opens at its last answer, and the next question rests on it."""
    page = visit()
    ask(page)
    follow_up(page)
    expect(page.get_by_text("Read as: An agent in prod")).to_be_visible()
    assert "conversation=" in page.url
    later = visit()
    press(conversations(later).first)
    expect(later.get_by_role("heading", name=FOLLOW_UP, level=1)).to_be_visible()
    expect(asked(later)).to_have_count(2)
    follow_up(later, "which numbers would you set?")
    expect(asked(later)).to_have_count(3)
    press(asked(later).first)
    expect(later.get_by_role("heading", name=LOOP, level=1)).to_be_visible()


def test_back_and_forward_go_from_answer_to_answer(visit: Visitor) -> None:
    """One press of the browser's buttons leads to the answer before, and one to the next again."""
    page = visit()
    ask(page)
    follow_up(page)
    page.go_back()
    expect(page.get_by_role("heading", name=LOOP, level=1)).to_be_visible()
    settled(page)
    page.go_forward()
    expect(page.get_by_role("heading", name=FOLLOW_UP, level=1)).to_be_visible()


def test_a_new_conversation_begins_on_an_empty_page(visit: Visitor) -> None:
    """What was asked before stays in the list and has no part in the next question."""
    page = visit()
    ask(page)
    before = page.url
    press(page.get_by_role("button", name="New conversation"))
    expect(page.get_by_role("heading", name="How would a senior engineer answer that?")).to_be_visible()
    ask(page, "RAG or fine-tuning for a support bot?")
    assert page.url.partition("&")[0] != before.partition("&")[0]
    expect(asked(page)).to_have_count(0)


def test_a_conversation_is_deleted_after_a_yes(visit: Visitor, stage: Stage) -> None:
    """One can think twice; after it neither list nor address leads to it, but the answer keeps its own."""
    page = visit()
    ask(page, "Latency doubled overnight. Where do you look first?")
    where, _, answer = page.url.partition("&")
    listed = page.get_by_role("list", name="Conversations")
    expect(listed).to_contain_text("Latency doubled overnight")
    press(page.get_by_role("button", name="Delete conversation"))
    press(page.get_by_role("button", name="Keep it"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    press(page.get_by_role("button", name="Delete conversation"))
    press(page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True))
    expect(page.get_by_role("heading", name="How would a senior engineer answer that?")).to_be_visible()
    expect(page.get_by_text("Latency doubled overnight…")).to_have_count(0)
    gone = visit(where.removeprefix(stage.page))
    expect(gone.get_by_text("there is no conversation")).to_be_visible()
    alone = visit(f"/?{answer}")
    expect(alone.get_by_role("heading", name="Latency doubled overnight")).to_be_visible()


def test_collected_questions_are_in_the_set_that_is_built(visit: Visitor) -> None:
    """They survive going between pages, one can be taken out again, the others come by name."""
    page = visit("/handbook", height=3000)
    first, second = collect(page, 0), collect(page, 3)
    press(page.get_by_role("link", name="Quality"))
    press(page.get_by_role("link", name="Question sets"))
    expect(page.get_by_text(first, exact=True)).to_be_visible()
    expect(page.get_by_text(second, exact=True)).to_be_visible()
    press(page.get_by_role("button", name="Remove", exact=True).first)
    expect(page.get_by_text(first, exact=True)).to_have_count(0)
    press(page.get_by_role("button", name="Build the set"))
    chosen = page.get_by_role("group").filter(has_text=second)
    press(chosen.first.locator("summary"))
    expect(page.get_by_text("It was asked for by name.")).to_be_visible()
    again = visit(page.url.partition("&set=")[0].removeprefix(page.url.partition("/sets")[0]))
    expect(again.get_by_text(second, exact=True)).to_be_visible()


def test_found_chunks_are_drawn_and_other_settings_tried(visit: Visitor) -> None:
    """A rank opens its section with chunk and quotes marked; without the reranker it is another answer."""
    page = visit("/inspect", height=1400)
    inspect(page)
    place = page.get_by_role("group", name="Text of An agent is stuck in a tool loop")
    expect(place.locator("mark.quote").first).to_be_attached()
    press(page.get_by_role("button", name="Rank 10"))
    expect(page.get_by_role("button", name="Rank 10")).to_have_attribute("aria-pressed", "true")
    press(page.get_by_text("Reranker", exact=True))
    expect(page.get_by_text("k = 5, without reranker")).to_be_visible()
    expect(page.get_by_text("Claims that would be new").first).to_be_visible()


def inspect(page: Page) -> None:
    """Replay a question and wait for all that is told of it."""
    page.get_by_role("textbox", name="Question").fill(LOOP)
    press(page.get_by_role("button", name="Replay"))
    expect(page.get_by_role("heading", name="Time by stage")).to_be_visible()


@pytest.fixture
def measured(home: Path) -> Iterator[None]:
    """Two runs, the gate's verdict on the second, and a calibration; all gone afterwards."""
    folder = run_folder(home)
    columns = {"success@5": [1.0] * 20}
    before = save(sample_run(rows_of(columns, ("plain",)), name="before"), folder)
    columns = {"success@5": [1.0] * 12 + [0.0] * 8}
    after = save(sample_run(rows_of(columns, ("plain",)), name="after"), folder)
    program = Program(home, home)
    assert program.run("eval", "gate", str(after), "--baseline", str(before)).code == 40
    labels = home / "labels.jsonl"
    labels.write_text(
        '{"id": "1", "passages": ["The queue holds 40 jobs."], "answer": "It holds 40 jobs.", '
        '"label": "faithful"}\n'
        '{"id": "2", "passages": ["The queue holds 40 jobs."], "answer": "It holds 900 boxes of tea.", '
        '"label": "unfaithful"}\n',
        encoding="utf-8",
    )
    assert program.run("eval", "faithfulness", "--file", str(labels), "--fast").code == 0
    yield
    for file in folder.glob("*.json"):
        file.unlink()


@pytest.mark.usefixtures("measured")
def test_the_gate_and_the_judge_stand_open(visit: Visitor) -> None:
    """What became worse is named, and how far the judge agrees with people; nobody is shut out."""
    for dark in (False, True):
        page = visit("/quality", dark=dark)
        press(page.get_by_role("radio", name="Gate"))
        expect(page.get_by_text("Stays shut").first).to_be_visible()
        expect(page.get_by_role("cell", name="Right in five").first).to_be_visible()
        assert serious(page) == []
        press(page.get_by_role("radio", name="Judge"))
        expect(page.get_by_text("agrees with people").first).to_be_visible()
        assert serious(page) == []


@pytest.mark.parametrize("dark", [False, True])
def test_what_is_kept_shuts_nobody_out(visit: Visitor, *, dark: bool) -> None:
    """axe-core finds nothing serious in a conversation, its deletion, a collection, a set and a replay."""
    page = visit(dark=dark)
    ask(page)
    follow_up(page)
    assert serious(page) == []
    press(page.get_by_role("button", name="Delete conversation"))
    expect(page.get_by_role("dialog")).to_be_visible()
    assert serious(page) == []
    page = visit("/handbook", dark=dark)
    collect(page, 0)
    expect(page.get_by_text("1 question for a question set")).to_be_visible()
    assert serious(page) == []
    press(page.get_by_role("button", name="Build the set"))
    expect(page.get_by_role("heading", name="Question sets")).to_be_visible()
    press(page.get_by_role("button", name="Build the set"))
    expect(page.get_by_role("heading", name="Files")).to_be_visible()
    assert serious(page) == []
    page = visit("/inspect", dark=dark)
    inspect(page)
    assert serious(page) == []


@pytest.mark.parametrize("path", ["/inspect", "/quality", "/sets"])
@pytest.mark.usefixtures("measured")
def test_a_phone_is_wide_enough(visit: Visitor, path: str) -> None:
    """At 390 px nothing has to be scrolled sideways."""
    page = visit(path, **PHONE)
    if path == "/inspect":
        inspect(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
