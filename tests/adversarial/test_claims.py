"""The two rates by which the check of written claims is judged, over pages of the handbook."""

from __future__ import annotations

import json
from itertools import cycle, islice
from pathlib import Path

import pytest

from coach.models.fake import says
from tests.adversarial.handbook_claims import (
    NOTHING_MENDED,
    Stated,
    claim,
    excerpts_of,
    outline,
    pages,
    stated,
    write,
)

FILES = ("claims.yaml", "claims-second.yaml", "claims-held-out.yaml")
FEWEST_CAUGHT, MOST_LOST = 0.95, 0.05
SENTENCES = Path(__file__).parents[2] / "evals" / "training" / "steering.jsonl"
"""Of pages on anything from cooking to law; those whose author is noted are claims enough."""
STRANGERS = 200


def is_shown(one: Stated) -> bool:
    """Return whether a claim is shown when a model states it with its quote."""
    reply = says(outline(direct_answer=[claim(one.text, one.quote)]))
    run = write(reply, NOTHING_MENDED, excerpts=excerpts_of(one.page))
    for event in run.shown:
        for cited in event.claim.citations:
            assert pages()[cited.document].document.text[cited.start : cited.end] == cited.quote
    return bool(run.shown)


def test_rates_of_the_check(capsys: pytest.CaptureFixture[str]) -> None:
    """At least 95% of claims that depart from their quote are caught, at most 5% of true paraphrases lost."""
    claims = [one for file in FILES for one in stated(file)]
    shown = {one: is_shown(one) for one in claims}
    planted = [one for one in claims if one.kind != "supported"]
    supported = [one for one in claims if one.kind == "supported"]
    missed = [one for one in planted if shown[one]]
    lost = [one for one in supported if not shown[one]]
    with capsys.disabled():
        print(  # noqa: T201 - the rates are what the suite is run for
            f"\ncaught {len(planted) - len(missed)} of {len(planted)} planted claims, "
            f"lost {len(lost)} of {len(supported)} supported ones",
            *(f"  {one.kind}: {one.text}" for one in missed + lost),
            sep="\n",
        )
    assert 1 - len(missed) / len(planted) >= FEWEST_CAUGHT
    assert len(lost) / len(supported) <= MOST_LOST


def test_a_claim_has_to_do_with_its_quote(capsys: pytest.CaptureFixture[str]) -> None:
    """At least 95% of sentences about other things, each under a true quote of a page, are not shown."""
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    texts = [one["text"] for one in rows if one.get("author") and one.get("where") != "question"]
    strangers = texts[:: len(texts) // STRANGERS][:STRANGERS]
    quotes = cycle(one for one in stated(FILES[0]) if one.kind == "supported")
    claims = [
        Stated(one.page, one.quote, text, "stranger")
        for text, one in zip(strangers, islice(quotes, STRANGERS), strict=True)
    ]
    shown = [one for one in claims if is_shown(one)]
    with capsys.disabled():
        print(f"\n{len(shown)} of {len(claims)} strangers shown", *shown, sep="\n")  # noqa: T201
    assert len(shown) / len(claims) <= 1 - FEWEST_CAUGHT
