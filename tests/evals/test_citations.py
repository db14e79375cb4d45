"""Citation recall and precision, worked by hand as ALCE defines them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.citations import CitedClaim, citation_scores


def holds_all(claim: str, spans: Sequence[str]) -> bool | None:
    """Return whether the spans together hold each letter of the claim; "?" says nothing."""
    return None if claim == "?" else set(claim) <= set("".join(spans))


@pytest.mark.parametrize(
    ("spans", "supported", "useful"),
    [
        (("ab",), True, (True,)),  # one citation that supports
        (("a",), False, (False,)),  # one that does not
        ((), False, ()),  # none at all
        (("a", "b"), True, (True, True)),  # neither alone, both needed
        (("ab", "c"), True, (True, False)),  # the second neither supports nor is missed
        (("ab", "ab"), True, (True, True)),  # each supports alone
        (("ab", "a"), True, (True, False)),  # part of the proof, and not missed
        (("a", "b", "c"), True, (True, True, False)),
        (("c", "d"), False, (False, False)),  # an unsupported claim has no precise citation
    ],
)
def test_each_case_of_the_definition(
    spans: tuple[str, ...], *, supported: bool, useful: tuple[bool, ...]
) -> None:
    """For the claim "ab": recall by all spans together, precision by each alone or by leaving it out."""
    scores = citation_scores([CitedClaim("ab", spans)], holds_all)
    assert scores.supported == (supported,)
    assert scores.useful == (useful,)
    assert scores.recall == float(supported)
    assert scores.precision == (sum(useful) / len(useful) if useful else None)


def test_an_answer_is_the_mean_over_its_claims_and_over_its_citations() -> None:
    """Three claims, two supported; four citations, two precise."""
    claims = [CitedClaim("ab", ("ab", "c")), CitedClaim("d", ("d",)), CitedClaim("e", ("f",))]
    scores = citation_scores(claims, holds_all)
    assert (scores.recall, scores.precision) == (2 / 3, 2 / 4)


def test_what_says_nothing_is_left_out_of_both() -> None:
    """A bare question cannot be supported; its citations are not counted either."""
    scores = citation_scores([CitedClaim("?", ("x",)), CitedClaim("a", ("a",))], holds_all)
    assert (scores.recall, scores.precision) == (1.0, 1.0)
    assert scores.supported == (None, True)
    empty = citation_scores([CitedClaim("?", ("x",))], holds_all)
    assert (empty.recall, empty.precision) == (None, None)


letters = st.text("abcd", min_size=1, max_size=3)


@given(st.lists(st.tuples(letters, st.lists(letters, max_size=3)), max_size=5))
def test_ballast_lowers_precision_and_never_recall(drawn: list[tuple[str, list[str]]]) -> None:
    """A span that has nothing to do with any claim cannot help or harm what is supported."""
    claims = [CitedClaim(text, tuple(spans)) for text, spans in drawn]
    more = [CitedClaim(text, (*spans, "z")) for text, spans in claims]
    before, after = citation_scores(claims, holds_all), citation_scores(more, holds_all)
    assert before.recall == after.recall
    assert (after.precision or 0.0) <= (before.precision or 0.0)
