"""`make bench-ui`: how long a visitor waits, beside what the API alone takes for the same questions.

Each question is asked twice in a row, of the API over HTTP and on the page: both meet the same machine.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import httpx
from httpx_sse import connect_sse
from playwright.sync_api import Page, expect

from tests.browser.stage import ROOT, chromium, install_handbook, on_stage

QUESTIONS = 20
TIMEOUT_S = 60
MS_PER_S = 1000
_WATCH = """
() => {
  const seen = {};
  window.coachSeen = seen;
  window.addEventListener("keydown", () => { seen.sent = performance.now(); }, { capture: true, once: true });
  const text = (selector) =>
    [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")].some((host) =>
      host.shadowRoot?.querySelector(selector));
  const look = () => {
    if (!seen.first && text(".chip, .abstention")) seen.first = performance.now();
    if (!seen.settled && text(".tools")) seen.settled = performance.now();
    if (!seen.settled) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""


class Wait(NamedTuple):
    """Milliseconds from sending a question."""

    first_ms: float
    settled_ms: float


def ask_api(api: str, question: str) -> Wait:
    """Return when the first claim and the end of the stream came."""
    began = time.perf_counter()
    first: float | None = None
    body = {"question": question, "level": "senior"}
    with (
        httpx.Client(timeout=TIMEOUT_S, trust_env=False) as http,
        connect_sse(http, "POST", f"{api}/v1/answers", json=body) as source,
    ):
        for event in source.iter_sse():
            if event.event in {"claim", "finished"} and first is None:
                first = time.perf_counter()
    settled = time.perf_counter()
    return Wait(((first or settled) - began) * MS_PER_S, (settled - began) * MS_PER_S)


def ask_page(page: Page, address: str, question: str) -> Wait:
    """Return when the first claim and the whole answer stood on the screen."""
    page.goto(address)
    box = page.get_by_role("textbox", name="Ask an interview question")
    box.fill(question)
    page.evaluate(_WATCH)
    box.press("Enter")
    expect(page.get_by_role("button", name="Copy link")).to_be_visible(timeout=TIMEOUT_S * MS_PER_S)
    page.wait_for_function("window.coachSeen.settled")
    seen = page.evaluate("window.coachSeen")
    return Wait(seen["first"] - seen["sent"], seen["settled"] - seen["sent"])


def questions() -> list[str]:
    """Return development questions, spread over the set."""
    lines = (ROOT / "evals" / "golden" / "handbook-dev.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [str(json.loads(line)["query"]) for line in lines]
    return asked[:: max(1, len(asked) // QUESTIONS)][:QUESTIONS]


def main() -> None:
    """Measure and print medians and 90th percentiles."""
    alone: list[Wait] = []
    shown: list[Wait] = []
    with tempfile.TemporaryDirectory() as home:
        install_handbook(Path(home))
        with on_stage(Path(home)) as stage, chromium() as browser:
            page = browser.new_page()
            ask_page(page, stage.page, "warm up")
            for question in questions():
                alone.append(ask_api(stage.api, question))
                shown.append(ask_page(page, stage.page, question))
    print(f"{len(shown)} questions           median     p90")  # noqa: T201
    for name, waits in (("API", alone), ("page", shown)):
        for what in Wait._fields:
            _print(f"{name} {what}", [getattr(one, what) for one in waits])
    for what in Wait._fields:
        on_top = [getattr(a, what) - getattr(b, what) for a, b in zip(shown, alone, strict=True)]
        _print(f"on top {what}", on_top)


def _print(name: str, values: list[float]) -> None:
    p90 = statistics.quantiles(values, n=10)[-1]
    print(f"{name:20} {statistics.median(values):8.0f} {p90:8.0f}")  # noqa: T201


if __name__ == "__main__":
    main()
