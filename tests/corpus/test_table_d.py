"""Corrections D1 to D46: claims of the interview collections that proved wrong or contradict each other.

Each has a page of the handbook that holds the mended fact; the expressions are its distinguishing terms.
D44 to D46 concern the form of the collections and have tests of their own.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from ingest.lint.handbook import Handbook


class Mended(NamedTuple):
    """A correction: each page must match each expression, in any order."""

    number: int
    claim: str
    pages: tuple[str, ...]
    terms: tuple[str, ...]


TABLE = (
    Mended(
        1,
        "80% is variance in performance that token use explains, not variance in cost",
        ("agent-multi-cost",),
        (r"80%.{0,80}performance on BrowseComp", r"does not say"),
    ),
    Mended(
        2,
        "4 times a chat for one agent, 15 times for several",
        ("agent-multi-cost", "agent-what-and-when"),
        (r"\b4 times", r"\b15 times", r"multi-agent"),
    ),
    Mended(
        3,
        "90.2% is of one internal research evaluation",
        ("agent-one-or-many",),
        (r"90\.2%", r"internal research evaluation", r"Opus 4", r"does not claim"),
    ),
    Mended(
        4,
        "0.75 words a token, not tokens a word",
        ("found-tokens",),
        (r"0\.75 words per token", r"1\.33 tokens per word"),
    ),
    Mended(
        5,
        "ReAct is outside the five workflow patterns",
        ("found-react-workflows",),
        (
            r"ReAct is not among them",
            r"prompt chaining, routing, parallelisation, orchestrator-workers and evaluator",
        ),
    ),
    Mended(
        6,
        "two papers on legal hallucination with two sets of figures",
        ("case-legal-studies",),
        (r"58% to 88%", r"17% to 33% of queries", r"202 quer", r"did not test Harvey"),
    ),
    Mended(
        7,
        "the sanction was joint",
        ("case-mata",),
        (r"jointly and severally", r"LoDuca", r"Levidow", r"5,000"),
    ),
    Mended(
        8,
        "a small-claims decision on negligent misrepresentation",
        ("case-air-canada",),
        (r"812\.02", r"650\.88", r"negligent misrepresentation", r"small-claims", r"does not give"),
    ),
    Mended(
        9,
        "DPD published no technical cause",
        ("case-dpd",),
        (r"published no technical cause", r"commonly read as", r"system update"),
    ),
    Mended(
        10,
        "three figures for contextual retrieval, with context for each chunk",
        ("ingest-context-prefix",),
        (r"35%, 49% and 67%", r"context for each chunk", r"our own queries"),
    ),
    Mended(
        11,
        "lower top-p against hallucination, never raise it",
        ("found-sampling", "incident-hallucination-spike"),
        (r"[Ll]ower.{0,20}top-p", r"unlikely tail"),
    ),
    Mended(
        12,
        "100,000 requests a day are 3,000,000 a month",
        ("cost-estimate",),
        (r"3,000,000 requests a month", r"hundred times too low"),
    ),
    Mended(
        13,
        "$150 a day and $0.005 to $0.015 a request cannot describe one system",
        ("cost-estimate", "behave-number-doubted"),
        (r"\$0\.0015", r"\$0\.005 to \$0\.015"),
    ),
    Mended(
        14,
        "a list of expressions is telemetry, not a defence",
        ("safety-attack-surface",),
        (r"99\.9%", r"telemetry", r"no origin is given"),
    ),
    Mended(
        15,
        "first-person wins of a collection are invented",
        ("behave-number-doubted",),
        (r"95% incident prevention", r"without any method", r"as your own is invention"),
    ),
    Mended(
        16,
        "confidence windows do not detect drift; hosted models give no calibrated confidence",
        ("obs-confidence-drift",),
        (r"calibrat", r"invented examples", r"Normal means fine"),
    ),
    Mended(
        17,
        "prices carry unit and date",
        ("cost-estimate",),
        (r"price date", r"retired models and no unit"),
    ),
    Mended(
        18,
        "two ramps, neither of them a standard",
        ("release-rollout-steps",),
        (r"1%, 5%, 25%", r"1%, 10%, 50%, 100%", r"Neither is a standard"),
    ),
    Mended(
        19,
        "caps of agents differ by type",
        ("agentdebug-hard-limits",),
        (r"25 steps, \$0\.50, 120 seconds", r"20 to 50 steps", r"50 steps against 3"),
    ),
    Mended(
        20,
        "each size of a golden set has its purpose",
        ("eval-golden-set",),
        (r"30 examples", r"50 to 200", r"200 to 500", r'no one of them is "the" size'),
    ),
    Mended(
        21,
        "alarm and target of cache hits overlap",
        ("cost-bill-halve",),
        (r"below 70%", r"60% to 80%"),
    ),
    Mended(
        22,
        "a semantic cache is off by default and for FAQ only",
        ("cost-cache-or-recompute",),
        (r"[Ss]emantic cache", r"FAQ-only and off by default"),
    ),
    Mended(
        23,
        "30 attacks a persona gate; 200 are a later goal",
        ("safety-red-team",),
        (r"30 to 50 attacks", r"90 to 150", r"200\+", r"later goal"),
    ),
    Mended(
        24,
        "1% of a corpus is 100-fold less work",
        ("ingest-billion-documents",),
        (r"100-fold less work", r"thousand-fold"),
    ),
    Mended(
        25,
        "a long request costs 30 times a short one by tokens, about 25 by money",
        ("cost-output-dearer", "serving-capacity-tokens"),
        (r"33,000 / 1,100", r"\b30\b", r"\b25 times"),
    ),
    Mended(
        26,
        "750 ms to the first token, not 400",
        ("serving-latency-budget",),
        (r"750 ms", r"50 \+ 200 \+ 100 \+ 400"),
    ),
    Mended(
        27,
        "text that has been streamed cannot be withheld",
        ("serving-stream-verify",),
        (r"streamed cannot be withdrawn", r"checked units", r"unverified"),
    ),
    Mended(
        27,
        "the result that must be checked as a whole is a job",
        ("arch-async-or-stream",),
        (r"checked as a whole",),
    ),
    Mended(
        28,
        "rewriting needs a line in the latency budget",
        ("serving-latency-budget",),
        (r"0 ms for rewriting", r"needs its own line"),
    ),
    Mended(
        29,
        "a fallback model has its own baseline",
        ("incident-quality-severity",),
        (r"5% to 15%", r"its own\s+baseline"),
    ),
    Mended(
        30,
        "raw prompts for a day, redacted ones for a month",
        ("obs-prompt-retention",),
        (r"under 24 hours against 30\+ days", r"redacted text for a month"),
    ),
    Mended(
        31,
        "a hash misses rephrased calls",
        ("agentdebug-loop-detector",),
        (r"hash", r"changes with one character", r"similarity is needed"),
    ),
    Mended(
        32,
        "binary checks for objectives, pairwise judging for comparisons",
        ("eval-llm-judge",),
        (r"binary checks for objectives", r"pairwise judging for comparisons"),
    ),
    Mended(
        33,
        "temperature 0 does not make a hosted model reproducible",
        ("eval-llm-judge", "found-sampling"),
        (r"[Tt]emperature 0", r"80 (?:distinct|different) completions", r"hosted"),
    ),
    Mended(
        34,
        "evaluate first, then ship",
        ("eval-driven-development",),
        (r"evaluate first, then ship", r"opposite order is right"),
    ),
    Mended(
        35,
        "limits of a provider belong to organisation and workspace, not to keys",
        ("arch-multi-tenancy",),
        (r"per organisation and workspace or project, not per key",),
    ),
    Mended(
        36,
        "cached prompts are not free: reads at 0.1, writes at 1.25 or 2",
        ("cost-prompt-cache",),
        (r"0\.1 for reads, 1\.25 or 2 for writes", r"essentially free"),
    ),
    Mended(
        37,
        "savings of single levers do not add up",
        ("cost-bill-halve",),
        (r"do not add up", r"66%, not 90%"),
    ),
    Mended(
        38,
        "severity is the worse of two rubrics",
        ("incident-quality-severity",),
        (r"outage or data exposure", r"use the worse result"),
    ),
    Mended(
        39,
        "rainbow deployment is older than 2025",
        ("release-rainbow",),
        (r"Dimcheff", r"the name is older"),
    ),
    Mended(
        40,
        "the cost of attention comes from the paper of 2017",
        ("found-transformer",),
        (r"vaswani-attention-2017", r"square of length", r"wrong source"),
    ),
    Mended(
        41,
        "75% of screens is one author's estimate",
        ("land-screens-changed", "land-role"),
        (r"75%", r"one author's", r"estimate"),
    ),
    Mended(
        42,
        "five senior questions, not six",
        ("land-levels",),
        (r"5 questions, not 6",),
    ),
    Mended(
        43,
        "every gen_ai attribute is still at Development",
        ("obs-four-layers",),
        (r"gen_ai", r"Development", r"repository of its own"),
    ),
)
PROMPTS = {
    "S2.ab": "release-ab-drop",
    "S2.template": "review-template",
    "S2.health": "release-health-rollback",
    "S2.causal": "release-causal-proof",
    "S2.contract": "release-contract-change",
}


@pytest.mark.parametrize(
    ("page", "term"),
    [
        pytest.param(page, term, id=f"D{row.number}-{page}-{place}")
        for row in TABLE
        for page in row.pages
        for place, term in enumerate(row.terms, start=1)
    ],
)
def test_the_page_holds_the_mended_fact(pages: dict[str, str], page: str, term: str) -> None:
    """The page exists and has the terms by which the mended fact differs from the claim."""
    assert re.search(term, pages[page], re.DOTALL)


def test_no_correction_is_left_out() -> None:
    """D1 to D43 all have a page."""
    assert {row.number for row in TABLE} == set(range(1, 44))


def test_tables_keep_their_cells(handbook: Handbook) -> None:
    """D44: a table of the handbook is a real one, each row with as many cells as its header."""
    rows = [(page, part) for page in handbook.pages for part in page.section.parts if part.header]
    assert rows
    uneven = [
        page.raw(part)
        for page, part in rows
        if len(re.findall(r"(?<!\\)\|", page.raw(part))) != len(part.header) + 1
    ]
    assert uneven == []


def test_questions_have_other_wordings(handbook: Handbook) -> None:
    """D45: where contents and body name a question twice, both names are found; so each page has wordings."""
    assert [page.section.heading for page in handbook.pages if not page.section.question.aliases] == []  # type: ignore[union-attr]


@pytest.mark.parametrize(("prompt", "page"), PROMPTS.items())
def test_prompts_without_an_answer_have_a_page(pages: dict[str, str], prompt: str, page: str) -> None:
    """D46: what a collection only asks is answered here."""
    assert prompt in pages[page].rsplit("**Facts from:**", 1)[1]
