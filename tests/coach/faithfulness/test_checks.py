"""What the checks name without learning: figures, units, dates, names, negations, extents, directions."""

from __future__ import annotations

import pytest

from coach.faithfulness.checks import check
from coach.faithfulness.claim import Claim
from coach.faithfulness.evidence import Passages

PASSAGE = (
    "The Orion gateway, built by Tanaka Systems in March 2019, serves at most 450 requests a second. "
    "Retries are never sent for payments. All tenants share one queue. "
    "Latency fell from 900 ms to 300 ms after caching was enabled, and costs increased by 5%."
)


def kinds(claim: str, passage: str = PASSAGE) -> set[str]:
    """Return the kinds of problems that are found in a claim."""
    return {problem.kind for problem in check(Claim.read(claim, Passages((passage,)))).problems}


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        ("The gateway serves at most 540 requests a second.", "number"),
        ("Costs increased by 15%.", "number"),
        ("Latency fell to 300 seconds.", "unit"),
        ("It was built in April 2019.", "date"),
        ("The Orion gateway was built by Nakamura Systems.", "name"),
        ("Retries are sent for payments.", "negation"),
        ("All tenants do not share one queue.", "negation"),
        ("Few tenants share one queue.", "quantifier"),
        ("Costs decreased by 5%.", "direction"),
    ],
)
def test_what_departs_from_the_passage_is_named(claim: str, kind: str) -> None:
    """A figure, unit, date, name, negation, word of extent or direction that differs is told by its kind."""
    assert kind in kinds(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "The gateway serves up to 450 requests each second.",
        "The Orion gateway was built by Tanaka Systems in March 2019.",
        "Payments are never retried.",
        "Latency dropped to 0.3 seconds once caching was on.",
        "Costs rose by five percent.",
        "Every tenant shares a single queue.",
    ],
)
def test_what_says_the_same_otherwise_has_no_plain_problem(claim: str) -> None:
    """Other words, other units for the same amount and spelt numbers are no departure."""
    assert not kinds(claim) & {"number", "unit", "date", "name", "negation", "direction"}


@pytest.mark.parametrize("passage", ["", " \n", "…", "未来は明るい。", "😀", "\x00", "5" * 400])
def test_any_passage_can_be_read(passage: str) -> None:
    """Nothing in a passage stops the checks."""
    assert isinstance(kinds("It serves 450 requests.", passage), set)
