"""A recruiter's way in a real browser: from a job text to a set, its versions, files and house rules."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visitor, press, settled
from tests.browser.test_page import PHONE, serious

pytestmark = pytest.mark.timeout(900)  # the first test of a run waits for the index

ADVERT = (
    "Senior engineer for our retrieval platform. You run evaluation of answers before each release and keep "
    "hallucinations down. We talk for 45 minutes; no system design."
)
BUILD_TIMEOUT_MS = 60_000
TALL = 4200


def read(page: Page, text: str = ADVERT) -> None:
    """Paste a text and wait for what is read from it."""
    field = page.get_by_role("textbox", name="Job description or a few words")
    field.fill(text)
    field.press("Control+Enter")
    press(page.get_by_role("button", name="Read it"))
    expect(page.get_by_role("heading", name="What was read")).to_be_visible(timeout=BUILD_TIMEOUT_MS)


def build(page: Page, title: str, button: str = "Build the set") -> None:
    """Name the set, build it and wait until it is shown."""
    field = page.get_by_role("textbox", name="Title")
    field.fill(title)
    field.press("Enter")
    press(page.get_by_role("button", name=button))
    expect(page.get_by_role("heading", name=title)).to_be_visible(timeout=BUILD_TIMEOUT_MS)


def set_minutes(page: Page, minutes: int) -> None:
    """Change the length of the interview."""
    field = page.get_by_role("spinbutton", name="Minutes", exact=True)
    field.fill(str(minutes))
    field.press("Enter")


def opened(page: Page, link: Locator) -> Page:
    """Follow a link to the page of its own that it opens.

    By key: an expander grows while it opens, and a click may be pressed on a link and released beside it.
    """
    settled(page)
    with page.context.expect_page(timeout=BUILD_TIMEOUT_MS) as fresh:
        link.press("Enter")
    return fresh.value


def shoot(page: Page, name: str, folder: Path) -> None:
    """Keep a picture of the page, to be looked at."""
    page.screenshot(path=Path(os.environ.get("SCREENSHOTS", folder)) / f"{name}.png", full_page=True)


def test_a_job_description_becomes_a_set_with_its_files(visit: Visitor, tmp_path: Path) -> None:
    """What was read is shown and changed; the set is built and exported, and its source is opened."""
    page = visit("/sets", height=TALL)
    read(page)
    table = page.get_by_role("table").first
    expect(table).to_contain_text("45 minutes")
    expect(table).to_contain_text("system design")
    set_minutes(page, 30)
    build(page, "Retrieval loop")
    expect(page.get_by_text(re.compile(r"questions · (2[89]|3[01])(\.5)? minutes"))).to_be_visible()
    with page.expect_download() as download:
        press(page.get_by_role("button", name="Guide · PDF"))
    assert download.value.path().read_bytes().startswith(b"%PDF")
    with page.expect_download() as download:
        press(page.get_by_role("button", name="Whole set · CSV"))
    assert download.value.path().read_text(encoding="utf-8").startswith("set,")
    shoot(page, "set", tmp_path)
    first = page.locator("details").filter(has=page.locator("summary", has_text=" min")).first
    press(first.locator("summary"))
    quote = first.locator("blockquote").inner_text()
    marked = opened(page, first.get_by_role("link", name="Open this quote")).locator(".reader mark").first
    expect(marked).to_be_visible(timeout=BUILD_TIMEOUT_MS)
    assert marked.inner_text()[:30] in quote


def test_versions_are_compared_and_an_older_one_comes_back(visit: Visitor, tmp_path: Path) -> None:
    """A change makes a version, the difference names it, and the first can be the newest again."""
    page = visit("/sets", height=TALL)
    read(page)
    build(page, "Versioned loop")
    press(page.get_by_role("button", name="Change this set"))
    expect(page.get_by_role("button", name="Build version 2")).to_be_visible()
    set_minutes(page, 30)
    press(page.get_by_role("button", name="Build version 2"))
    expect(page.get_by_text("45 → 30")).to_be_visible(timeout=BUILD_TIMEOUT_MS)
    shoot(page, "versions", tmp_path)
    press(page.get_by_role("button", name="Version 1", exact=True))
    press(page.get_by_role("button", name="Make version 1 the newest again"))
    expect(page.get_by_text("Version 3, shown here")).to_be_visible()
    asked = page.locator("details summary").filter(has_text="min").nth(0).inner_text()
    wanted = re.sub(r"^\S*\s*\d+\.\s*|\s*·[^·]*$", "", asked.strip())
    field = page.get_by_role("textbox", name="Text that may give questions away")
    field.fill(f"They asked me: {wanted}")
    field.press("Control+Enter")
    press(page.get_by_role("button", name="Check it"))
    expect(page.get_by_text("Given away")).to_be_visible()


def test_an_edit_of_house_rules_reaches_the_set(visit: Visitor, tmp_path: Path) -> None:
    """Rules are saved, a set is built on them; their edit is looked at first and applied then."""
    page = visit("/sets", height=TALL)
    press(page.get_by_text("Edit house rules"))
    page.get_by_role("textbox", name="Name of the rules").fill("Our house")
    page.get_by_role("textbox", name="Said first to every candidate").fill("Welcome.")
    page.get_by_role("textbox", name="Notes for interviewers").fill("Be kind.")
    page.get_by_role("textbox", name="Notes for interviewers").press("Control+Enter")
    press(page.get_by_role("button", name="Save house rules"))
    choose(page, "House rules", "Our house")
    build(page, "House loop")
    if not page.get_by_text("Which", exact=True).is_visible():
        press(page.get_by_text("Edit house rules"))
    said = page.get_by_role("textbox", name="Said first to every candidate")
    expect(said).to_have_value("Welcome.")
    settled(page)
    said.fill("Good morning.")
    said.press("Control+Enter")
    settled(page)
    expect(said).to_have_value("Good morning.")
    press(page.get_by_role("button", name="Save house rules"))
    page.get_by_role("button", name="Show what would change").wait_for()
    press(page.get_by_role("button", name="Show what would change"))
    expect(page.get_by_text("Welcome. → Good morning.").first).to_be_visible(timeout=BUILD_TIMEOUT_MS)
    shoot(page, "rules", tmp_path)
    press(page.get_by_role("button", name="Apply"))
    expect(page.get_by_text("is now version 2")).to_be_visible(timeout=BUILD_TIMEOUT_MS)
    settled(page)
    choose(page, "House rules", "none")
    settled(page)
    expect(page.get_by_text("is now version 2")).to_be_visible()


def choose(page: Page, name: str, option: str) -> None:
    """Choose an option of a list."""
    press(page.get_by_role("combobox", name=re.compile(rf"{name}$")))
    page.get_by_role("option", name=option).first.click()


def test_a_set_shuts_nobody_out(visit: Visitor, tmp_path: Path) -> None:
    """Neither by day nor by night is there a serious issue, and a phone needs no sideways scrolling."""
    page = visit("/sets", height=TALL)
    read(page)
    build(page, "Open to all")
    address = page.url.partition("/sets")[2]
    for dark in (False, True):
        opened = visit(f"/sets{address}", dark=dark, height=TALL)
        expect(opened.get_by_role("heading", name="Leak check")).to_be_visible(timeout=BUILD_TIMEOUT_MS)
        assert serious(opened) == []
    small = visit(f"/sets{address}", width=PHONE["width"], height=PHONE["height"])
    expect(small.get_by_role("heading", name="Leak check")).to_be_visible(timeout=BUILD_TIMEOUT_MS)
    shoot(small, "set-phone", tmp_path)
    assert small.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
