"""The scorer as a whole, with the weights that ship and the real embedder."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.faithfulness import Scorer
from coach.faithfulness.verdicts import AnswerVerdict

PASSAGES = (
    "A cache entry lives for ten minutes. After that the next request reads the database again.",
    "Alerts go to the engineer on call, who acknowledges them within five minutes.",
)
HOLDS = "Cache entries live ten minutes. The engineer on call acknowledges alerts within five minutes."
DEPARTS = "Cache entries live thirty days. The support desk in Lisbon acknowledges alerts within a week."


@pytest.fixture(scope="module", params=["lexical", "learned"])
def scorer(request: pytest.FixtureRequest) -> Scorer:
    """Both modes."""
    return Scorer(learned=request.param == "learned")


def spans_hold(found: AnswerVerdict, answer: str, passages: Sequence[str]) -> bool:
    """Return whether all offsets point at what they say."""
    return all(
        answer[one.start : one.end] == one.claim
        and 0.0 <= one.risk <= 1.0
        and (
            one.evidence is None
            or passages[one.evidence.passage][one.evidence.start : one.evidence.end] == one.evidence.quote
        )
        for one in found.claims
    )


def test_what_departs_is_riskier_than_what_holds(scorer: Scorer) -> None:
    """An answer with other figures and an invented place is unfaithful; none of its claims is supported."""
    holds, departs = scorer.score(HOLDS, PASSAGES), scorer.score(DEPARTS, PASSAGES)
    assert departs.unfaithful
    assert holds.risk < departs.risk
    assert holds.claims[0].support == "supported"
    assert all(one.support != "supported" for one in departs.claims)


def test_each_claim_has_its_evidence_and_its_problems(scorer: Scorer) -> None:
    """The verdict points at the sentence that comes nearest, and at the words that differ."""
    found = scorer.score(DEPARTS, PASSAGES)
    assert spans_hold(found, DEPARTS, PASSAGES)
    assert [one.evidence and one.evidence.passage for one in found.claims] == [0, 1]
    assert any(problem.said.startswith("thirty") for problem in found.claims[0].problems)


@pytest.mark.parametrize("answer", ["", "  \n", "?!", "I could not find this in the passages.", "Sure!"])
def test_an_answer_without_a_claim_is_unscored(scorer: Scorer, answer: str) -> None:
    """It is no success and no failure."""
    assert scorer.score(answer, PASSAGES).unfaithful is None


@pytest.mark.parametrize("passages", [(), ("",), ("", "\n")])
def test_without_passages_nothing_is_borne_out(scorer: Scorer, passages: tuple[str, ...]) -> None:
    """A claim against nothing is unsupported, and the answer unfaithful."""
    found = scorer.score(HOLDS, passages)
    assert found.unfaithful
    assert {one.support for one in found.claims} == {"unsupported"}


def test_a_long_answer_against_long_passages_is_read_in_parts(scorer: Scorer) -> None:
    """Length is no obstacle, and the one bad sentence is found in it."""
    filler = [f"Step {step} writes record {step} to the ledger of branch {step}." for step in range(120)]
    answer = " ".join([*filler[:60], "Step 7 is skipped on public holidays in Portugal.", *filler[60:]])
    found = scorer.score(answer, (" ".join(filler),))
    worst = max(found.claims, key=lambda one: one.risk)
    assert "Portugal" in worst.claim
    assert spans_hold(found, answer, (" ".join(filler),))


def test_the_same_is_judged_the_same(scorer: Scorer) -> None:
    """Neither the order of calls nor what was read before changes a verdict."""
    first = scorer.score(DEPARTS, PASSAGES)
    scorer.score(HOLDS, PASSAGES[:1])
    assert scorer.score(DEPARTS, PASSAGES) == first


@given(st.text(max_size=300), st.lists(st.text(max_size=200), max_size=3))
@settings(max_examples=150)
def test_any_text_can_be_judged(answer: str, passages: list[str]) -> None:
    """Nothing that anybody types stops the scorer, and its offsets always hold."""
    assert spans_hold(Scorer(learned=False).score(answer, passages), answer, passages)
