"""What a visitor sees and does, in a real browser."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitor, press, settled
from tests.browser.stage import Stage, on_stage

# The first test waits until the handbook is in the index.
pytestmark = pytest.mark.timeout(900)

LOOP = "An agent in prod is stuck calling the same tool over and over. How do I stop it?"
PAGES = ("/", "/handbook", "/practise", "/sets", "/quality", "/inspect", "/operate")
MODEL_TIMEOUT_MS = 150_000
"""The library that speaks to models takes long to load, and the model is given its time."""
PHONE = {"width": 390, "height": 844}


def ask(page: Page, question: str = LOOP, timeout_ms: int = 30_000) -> None:
    """Ask a question and wait for the whole answer."""
    page.get_by_role("textbox", name="Ask an interview question").fill(question)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copy link")).to_be_visible(timeout=timeout_ms)
    settled(page)


def is_within(inner: Locator, outer: Locator) -> bool:
    """Whether an element is in view inside another."""
    small, large = inner.bounding_box(), outer.bounding_box()
    assert small
    assert large
    return large["y"] <= small["y"] and small["y"] + small["height"] <= large["y"] + large["height"]


def test_a_citation_opens_its_quote_in_view_and_keeps_the_place(visit: Visitor) -> None:
    """The source pane shows the very quote, highlighted and in view; the answer does not move."""
    page = visit()
    ask(page)
    chip = page.locator(".steps .chip").first
    chip.scroll_into_view_if_needed()
    before = chip.bounding_box()
    press(chip)
    pane = page.get_by_role("complementary", name="Source")
    expect(pane.get_by_role("link", name="Open in handbook")).to_be_visible()
    expect(pane.locator(".heading").first).to_be_attached()
    assert is_within(pane.locator("mark").first, pane)
    assert chip.bounding_box() == before
    page.keyboard.press("Escape")
    expect(chip).to_be_focused()


def test_the_sources_name_the_numbers_that_are_theirs(visit: Visitor) -> None:
    """Each section stands with just the numbers whose passages are in it, also where others lie between."""
    page = visit(**PHONE)
    ask(page, "RAG or fine-tuning for a support bot?")
    labels = page.locator(".chip").evaluate_all("chips => chips.map((chip) => chip.ariaLabel)")
    cited: dict[str, set[int]] = {}
    for number, trail in (label.removeprefix("Source ").split(": ", 1) for label in labels):
        cited.setdefault(trail, set()).add(int(number))
    listed = {}
    for row in page.locator(".sources li").all():
        trail, ranges = row.locator("span").all_inner_texts()
        ends = [[int(end) for end in one.replace("\u2060", "").split("–")] for one in ranges.split(", ")]
        listed[trail] = {number for first, *last in ends for number in range(first, (last or [first])[0] + 1)}
    assert listed == cited
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_marked_text_is_the_documents(visit: Visitor, stage: Stage) -> None:
    """What is marked on screen is the span that the API cites, without its Markdown."""
    page = visit()
    ask(page)
    answer_id = page.url.partition("answer=")[2]
    answer = httpx.get(f"{stage.api}/v1/answers/{answer_id}").json()["answer"]
    cited = answer["outline"]["direct_answer"][0]["citations"][0]
    press(page.locator(".direct-answer .chip").first)
    expect(page.locator(".pane .heading").first).to_be_attached()
    assert "".join(page.locator(".pane mark").all_inner_texts()) == cited["quote"].replace("**", "")


def test_open_in_handbook_marks_the_same_place(visit: Visitor) -> None:
    """From the pane one gets to the page of the handbook, with the quote marked there too."""
    page = visit()
    ask(page)
    press(page.locator(".direct-answer .chip").first)
    marked = page.locator(".pane mark").first.inner_text()
    press(page.get_by_role("link", name="Open in handbook"))
    expect(page.locator(".reader mark").first).to_have_text(marked)
    assert "/handbook?document=" in page.url


def test_a_permalink_shows_the_same_answer_to_somebody_else(visit: Visitor, stage: Stage) -> None:
    """The address in the bar is all that has to be sent."""
    page = visit()
    ask(page)
    other = visit(page.url.removeprefix(stage.page))
    expect(other.get_by_role("heading", name=LOOP)).to_be_visible()
    assert other.locator(".direct-answer").inner_text() == page.locator(".direct-answer").inner_text()


def test_what_is_not_covered_gets_a_card_that_leads_on(visit: Visitor) -> None:
    """An abstention names the nearest sections, which open, and the next step."""
    page = visit()
    ask(page, "best pizza in Rome?")
    card = page.get_by_role("region", name="No answer")
    expect(card).to_contain_text("Next")
    press(card.get_by_role("link").first)
    expect(page.locator(".reader")).to_be_visible()


def test_a_follow_up_asks_itself(visit: Visitor) -> None:
    """One click on a follow-up is the next question of the same conversation."""
    page = visit()
    ask(page)
    follow_up = page.locator(".ask").first
    wanted = follow_up.inner_text()
    press(follow_up)
    expect(page.get_by_role("heading", name=wanted)).to_be_visible()
    expect(page.get_by_role("list", name="In this conversation").get_by_role("link")).to_have_count(2)


def test_a_thumb_down_with_its_reason_is_kept(visit: Visitor, home: Path) -> None:
    """What a visitor finds wrong stands in the database with the answer's id."""
    page = visit()
    ask(page)
    press(page.get_by_role("button", name="Not helpful"))
    page.get_by_label("incomplete").check()
    press(page.get_by_role("button", name="Send", exact=True))
    expect(page.get_by_text("Thank you, it is noted.")).to_be_visible()
    answer_id = page.url.partition("answer=")[2]
    with closing(sqlite3.connect(home / "coach.sqlite")) as database:
        rows = database.execute("select verdict, reason from feedback where answer_id = ?", [answer_id])
        assert rows.fetchall() == [("down", "incomplete")]


def test_a_degraded_answer_says_so(visit: Visitor, home: Path, tmp_path: Path) -> None:
    """Without the model that it should have, an answer of quotes comes with a banner."""
    database = f"sqlite:///{tmp_path / 'degraded.sqlite'}"
    nobody = "http://127.0.0.1:9/v1"
    with on_stage(
        home,
        database_url=database,
        model="openai/absent",
        model_api_base=nobody,
        model_api_key="x",
        model_attempts=1,
    ) as degraded:
        page = visit(base=degraded.page)
        ask(page, timeout_ms=MODEL_TIMEOUT_MS)
        expect(page.get_by_text("Degraded answer").first).to_be_visible()


def test_words_typed_in_the_handbook_filter_at_once(visit: Visitor) -> None:
    """The list follows the typing; nothing has to be sent."""
    page = visit("/handbook")
    page.get_by_role("textbox", name="Search the questions").press_sequentially("loop detector")
    expect(page.get_by_role("list", name="Questions").get_by_role("link").first).to_contain_text(
        "loop detector"
    )


def test_a_phone_needs_no_sideways_scrolling(visit: Visitor) -> None:
    """At 390 px all of it fits, and the source comes up from below."""
    page = visit(**PHONE)
    ask(page)
    press(page.locator(".chip").first)
    pane = page.locator(".pane.is-open")
    expect(pane.locator("mark").first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_shuts_anybody_out(visit: Visitor, path: str) -> None:
    """axe-core finds nothing serious or critical, by day and by night."""
    for dark in (False, True):
        page = visit(path, dark=dark)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert serious(page) == []


def test_an_answer_with_its_source_shuts_nobody_out(visit: Visitor) -> None:
    """The answer and the open source pane have no serious issue either, by day and by night."""
    for dark in (False, True):
        page = visit(dark=dark)
        ask(page)
        press(page.locator(".chip").first)
        expect(page.locator(".pane .heading").first).to_be_attached()
        assert serious(page) == []


def serious(page: Page) -> list[str]:
    """Return what axe-core finds that is serious or critical, with the place."""
    page.wait_for_timeout(500)  # colours fade in, and contrast is measured as it stands
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def test_a_taken_port_is_named_and_ctrl_c_stops_both(home: Path, tmp_path: Path) -> None:
    """The second start says which port is taken; Ctrl-C ends the first, and nobody listens any more."""
    from tests.support.program import Program

    database = f"sqlite:///{tmp_path / 'second.sqlite'}"
    with on_stage(home, database_url=database) as stage:
        port = stage.api.rpartition(":")[2]
        done = Program(home, home).run("up", "--port", port, "--page-port", "0", database_url=database)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert f"127.0.0.1:{port}" in done.err
        assert stage.stop() == 0
        for address in (stage.api, stage.page):
            with pytest.raises(httpx.ConnectError):
                httpx.get(address)
