"""One stage and one browser for a module, and for each test a visitor of its own.

They are closed with the module: an open browser keeps an event loop running, which later tests want to start.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.stage import Stage, chromium, install_handbook, on_stage

TIMEOUT_MS = 30_000
STILL_MS = 150
_IS_STILL = """
    (moment) => {
        const app = document.querySelector("[data-testid=stApp]");
        if (app?.getAttribute("data-test-script-state") !== "notRunning") {
            delete window.stillSince;
            return false;
        }
        window.stillSince ??= performance.now();
        return performance.now() - window.stillSince > moment;
    }
"""
Visitor = Callable[..., Page]

expect.set_options(timeout=TIMEOUT_MS)


def settled(page: Page) -> None:
    """Wait until the page is drawn to its end and stays so for a moment.

    A moment, because what was typed is on its way to the server before the page says that it is drawn anew.
    """
    page.evaluate("delete window.stillSince")
    page.wait_for_function(_IS_STILL, arg=STILL_MS)


def press(target: Locator) -> None:
    """Click when the page is settled: before that, the target may be replaced, or move away."""
    settled(target.page)
    target.click()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests of this folder where no browser is installed; with one, each may be tried twice.

    A click can land while Streamlit draws the page anew. The report counts what was tried again.
    """
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        if shutil.which("chromium"):
            item.add_marker(pytest.mark.flaky(reruns=1))
        else:
            item.add_marker(pytest.mark.skip(reason="needs Debian's chromium: apt-get install chromium"))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A data folder with the real handbook's index, which the first of several processes makes for all."""
    data_dir = tmp_path_factory.mktemp("browser")
    if worker_id == "master":
        install_handbook(data_dir)
        return data_dir
    shared = tmp_path_factory.getbasetemp().parent / "handbook"
    with FileLock(f"{shared}.lock"):
        if not shared.exists():
            making = tmp_path_factory.mktemp("handbook")
            install_handbook(making)
            making.rename(shared)
    shutil.copytree(shared / "index", data_dir / "index")
    return data_dir


@pytest.fixture(scope="module")
def stage(home: Path) -> Iterator[Stage]:
    """API and page, running."""
    with on_stage(home) as stage:
        yield stage


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(stage: Stage, browser: Browser) -> Iterator[Visitor]:
    """Open a page as a new visitor; no request may leave the stage."""
    contexts = []
    strangers: list[str] = []

    def visit(
        path: str = "/", *, width: int = 1440, height: int = 900, dark: bool = False, base: str = ""
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("request", lambda one: _note(strangers, one.url))
        page.goto((base or stage.page) + path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert strangers == []


def _note(strangers: list[str], url: str) -> None:
    if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
        strangers.append(url)
