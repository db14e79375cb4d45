"""Practising in a real browser: from the handbook's page to a grade with both quotes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.timeout(900)  # the first test of a run waits for the index

SAID = (
    "A loop repeats the same tool with nearly equal arguments and the state stays as it was, while an honest "
    "long run varies its calls and closes subgoals. I end only the loops and release their locks."
)


def test_an_answer_is_given_first_and_graded_then(visit: Visitor, tmp_path: Path) -> None:
    """From a question of the handbook to its grade; the page's own words come after the answer."""
    page = visit("/practise", height=2600)
    page.get_by_role("textbox", name="Search the questions").fill("stuck tool loop")
    page.get_by_role("link", name="An agent is stuck in a tool loop").first.click()
    expect(page.get_by_role("heading", name="An agent is stuck in a tool loop")).to_be_visible()
    expect(page.get_by_text("The handbook says")).to_have_count(0)
    page.get_by_role("textbox", name="Your answer").fill(SAID)
    page.get_by_role("button", name="Grade my answer").click()
    expect(page.get_by_text("The handbook says").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("of 10").first).to_be_visible()
    expect(page.get_by_text("Side effects").first).to_be_visible()
    page.screenshot(path=Path(os.environ.get("SCREENSHOTS", tmp_path)) / "practise.png", full_page=True)
    page.get_by_role("button", name="Read the whole page").click()
    expect(page.get_by_role("button", name="Practise this")).to_be_visible()
