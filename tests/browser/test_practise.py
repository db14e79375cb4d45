"""Practising in a real browser: from the handbook's page to a grade with both quotes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor, press

pytestmark = pytest.mark.timeout(900)  # the first test of a run waits for the index

SAID = (
    "A loop repeats the same tool with nearly equal arguments and the state stays as it was, while an honest "
    "long run varies its calls and closes subgoals. I end only the loops and release their locks."
)


def test_an_answer_is_given_first_and_graded_then(visit: Visitor, tmp_path: Path) -> None:
    """From a question of the handbook to its grade; the page's own words come after the answer."""
    page = visit("/practise", height=2600)
    page.get_by_role("textbox", name="Search the questions").fill("stuck tool loop")
    press(page.get_by_role("link", name="An agent is stuck in a tool loop").first)
    expect(page.get_by_role("heading", name="An agent is stuck in a tool loop")).to_be_visible()
    expect(page.get_by_text("The handbook says")).to_have_count(0)
    page.get_by_role("textbox", name="Your answer").fill(SAID)
    press(page.get_by_role("button", name="Grade my answer"))
    expect(page.get_by_text("The handbook says").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("of 10").first).to_be_visible()
    expect(page.get_by_text("Side effects").first).to_be_visible()
    page.screenshot(path=Path(os.environ.get("SCREENSHOTS", tmp_path)) / "practise.png", full_page=True)
    press(page.get_by_role("button", name="Read the whole page"))
    expect(page.get_by_role("button", name="Practise this")).to_be_visible()


def test_an_interview_and_a_drill_outlive_a_reload(visit: Visitor, tmp_path: Path) -> None:
    """Answered, reloaded, ended and reported; what was decided in a drill stands there after a reload too."""
    shots = Path(os.environ.get("SCREENSHOTS", tmp_path))
    page = visit("/practise?part=interview", height=2000)
    press(page.get_by_role("button", name="Begin"))
    first = page.get_by_role("heading", level=1)
    expect(page.get_by_text(re.compile(r"\d+:\d\d left"))).to_be_visible()
    asked = first.inner_text()
    page.get_by_role("textbox", name="Your answer").fill(SAID)
    press(page.get_by_role("button", name="Send"))
    expect(first).not_to_have_text(asked, timeout=60_000)
    follow_up = first.inner_text()
    page.reload()
    expect(page.get_by_role("heading", name=follow_up)).to_be_visible()
    expect(page.get_by_text("The handbook says")).to_have_count(0)
    press(page.get_by_role("button", name="End the interview"))
    expect(page.get_by_role("heading", name="How it went")).to_be_visible(timeout=60_000)
    with page.expect_download() as saved:
        press(page.get_by_role("button", name="Report · Markdown"))
    assert "Transcript" in Path(saved.value.path()).read_text(encoding="utf-8")
    _check(page, shots / "interview.png")

    page.goto(page.url.partition("?")[0] + "?part=drills")
    page.get_by_text("Prices of another country").first.wait_for()
    press(page.get_by_role("button", name="Begin").nth(3))
    expect(page.get_by_text("Thumbs-down on the assistant")).to_be_visible()
    page.get_by_role("textbox", name="What do you do?").fill("I declare a SEV-2 and assign the roles.")
    press(page.get_by_role("button", name="Do it"))
    expect(page.get_by_text("Understood as")).to_be_visible()
    press(page.get_by_text("Point the alias back"))
    press(page.get_by_role("button", name="Do the picked move"))
    expect(page.get_by_text("New answers in Austria quote euros")).to_be_visible()
    page.reload()
    expect(page.get_by_text("New answers in Austria quote euros")).to_be_visible()
    press(page.get_by_role("button", name="End the drill"))
    expect(page.get_by_role("heading", name="A good run")).to_be_visible()
    expect(page.get_by_text("Root cause waits")).to_be_visible()
    _check(page, shots / "drill.png")


def _check(page: Page, shot: Path) -> None:
    """Keep a picture, and find nothing serious or critical with axe-core, also on a narrow screen."""
    page.screenshot(path=shot, full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1440, "height": 2000})
