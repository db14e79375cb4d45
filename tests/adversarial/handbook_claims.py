"""The claims of claims.yaml, each as a model would state it over its page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from coach.answer.generate import Checker, Excerpt, Task, Writer, cut_excerpts
from coach.answer.prompts import load_prompts
from coach.events import ClaimVerified
from coach.faithfulness import Scorer
from coach.models.breaker import Breakers
from coach.models.budget import Budget, BudgetLimits
from coach.models.fake import FakeClock, FakeModel, Line, says
from coach.models.retry import RetryRules
from coach.models.router import Router
from ingest.contract import ParsedDocument
from ingest.headings import parse
from ingest.sources import read_sources
from tests.support.handbook import loader, passage

FOLDER = Path(__file__).parent
NOTHING_MENDED = says('{"direct_answer": []}')


@dataclass(frozen=True)
class Stated:
    """A claim with its quote; `kind` is "supported", or how it departs from the quote."""

    page: str
    quote: str
    text: str
    kind: str


@dataclass(frozen=True)
class Run:
    """What a writer showed, and what it asked its model."""

    shown: tuple[ClaimVerified, ...]
    dropped: int
    repaired: int
    model: FakeModel


def stated(name: str) -> Iterator[Stated]:
    """Yield the claims of a file."""
    for row in yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")):
        for text in row["supported"]:
            yield Stated(row["page"], row["quote"], text, "supported")
        for kind, text in row["planted"].items():
            yield Stated(row["page"], row["quote"], text, kind)


@cache
def pages() -> dict[str, ParsedDocument]:
    """Return the pages by name."""
    found = read_sources([FOLDER / "pages"], max_document_mb=1).documents
    return {document.name: parse(document) for document in found}


def excerpts_of(*names: str) -> tuple[Excerpt, ...]:
    """Return these pages as a model reads them, "p1" first."""
    documents = [pages()[name] for name in names]
    headings = [next(one.heading for one in document.sections if one.question) for document in documents]
    found = [
        passage(document, heading, rank=rank)
        for rank, (document, heading) in enumerate(zip(documents, headings, strict=True), start=1)
    ]
    return cut_excerpts(found, loader(*documents), max_chars=40_000)


@cache
def checker() -> Checker:
    """Return the offline check, loaded once."""
    return Checker(Scorer(learned=False))


def write(*script: Line, excerpts: tuple[Excerpt, ...], question: str = "What do I say?") -> Run:
    """Return what a writer makes of the lines of a model."""
    clock = FakeClock()
    model = FakeModel(*script, clock=clock)
    router = Router([model], breakers=Breakers(clock), clock=clock, retries=RetryRules(attempts=1))
    writer = Writer(router, load_prompts(), checker(), timeout_s=20.0)
    events = writer.write(Task(question, "senior", excerpts), Budget(BudgetLimits(), clock))
    shown = []
    while True:
        try:
            event = next(events)
        except StopIteration as end:
            return Run(tuple(shown), end.value.dropped, end.value.repaired, model)
        shown += [event] if isinstance(event, ClaimVerified) else []


def claim(text: str, quote: str, *, passage: str = "p1") -> dict[str, str]:
    """Return a claim as a model states it."""
    return {"text": text, "passage": passage, "quote": quote}


def outline(**fields: list[dict[str, str]]) -> str:
    """Return a reply in the form that was asked for."""
    return json.dumps(fields, ensure_ascii=False)
