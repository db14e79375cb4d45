"""Key facts: the matcher agrees with people on whether a text names a fact."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.metrics.key_facts import key_fact_recall, names_fact

# Fact, text, and whether a person who read both said that the text names the fact.
LABELLED = (
    ("end conditions", "Write down the end conditions before the first run.", True),
    ("end conditions", "Write down what may happen at the end.", False),
    ("labelled queries", "We labelled 300 queries by hand.", True),
    ("labelled queries", "We kept the query log.", False),
    ("cut by 15%", "The invoice was cut by 15 percent.", True),
    ("cut by 15%", "The invoice was cut by 15 dollars.", False),
    ("cut by 15%", "The invoice was cut by 51%.", False),
    ("15 minutes", "Page the owner within fifteen minutes.", True),
    ("15 minutes", "Page the owner within fifty minutes.", False),
    ("10,000 requests", "It held for 10k requests.", True),
    ("10,000 requests", "It held for 1,000 requests.", False),
    ("1.50 dollars", "It costs 1.5 dollars a call.", True),
    ("four times smaller", "The index is 4× smaller.", True),
    ("four times smaller", "The index is 40× smaller.", False),
    ("50 to 5", "Rerank from 50 to 5 candidates.", True),
    ("50 to 5", "Rerank 50 candidates.", False),
    ("temperature 0", "Set the temperature to 0.", True),
    ("temperature 0", "Set the temperature to 0.7.", False),
    ("raw content is never logged", "Raw content is never logged.", True),
    ("raw content is never logged", "Log no raw content.", True),
    ("raw content is never logged", "Raw content is logged by default.", False),
    ("the evaluator is not the writer", "Take care that the evaluator isn't the writer.", True),
    ("the evaluator is not the writer", "The evaluator is the writer.", False),
    ("the gate blocks a release on a drop", "A drop never blocks a release at the gate.", False),
    ("the gate blocks a release on a drop", "On a drop, the gate blocks the release.", True),
    ("competing models", "You may not train competing models on it.", True),
    ("owner; expiry date", "Name an owner. Give it an expiry date.", True),
    ("owner; expiry date", "Name an owner.", False),
    ("re-ranking", "Reranking the first forty helps.", True),
    ("hand-written labels", "Start from labels that were hand written.", True),
    ("p95 latency", "Watch the p95 of latency.", True),
    ("p95 latency", "Watch the p50 of latency.", False),
    ("分布式锁", "用分布式锁。", True),
)
# The same, where words are not enough: the matcher says the contrary.
BEYOND_WORDS = (
    ("end conditions", "Write down when the run may stop.", True),
    ("retry with backoff", "Retry with a growing pause.", True),
    ("10,000 requests", "It held for ten thousand requests.", True),
    ("end conditions", "In the end, conditions on the network were blamed.", False),
    ("identity comes from the session, never from arguments", "Identity never comes from arguments.", False),
)


@pytest.mark.parametrize(("fact", "text", "named"), LABELLED)
def test_the_matcher_says_what_a_person_says(fact: str, text: str, *, named: bool) -> None:
    """Stems are found in any order and form; figures, units and denials have to agree."""
    assert names_fact(fact, text.replace(". ", ".\n").split("\n")) is named


@pytest.mark.parametrize(("fact", "text", "named"), BEYOND_WORDS)
def test_the_matcher_does_not_understand(fact: str, text: str, *, named: bool) -> None:
    """Paraphrases are missed, words that meet by chance are taken, and so is three quarters of a fact."""
    assert names_fact(fact, [text]) is not named


def test_a_fact_may_stand_across_two_neighbouring_sentences() -> None:
    """But not across the whole answer, where its words would meet by chance."""
    near = ["Keep the canary small.", "It takes 5% of the traffic."]
    assert names_fact("canary at 5%", near)
    assert not names_fact("canary at 5%", [near[0], "Then wait.", near[1]])


def test_what_must_not_be_said_is_not_said_by_denying_it() -> None:
    """A short statement, too, is then read with its denial."""
    assert names_fact("skip evaluation", ["Never skip evaluation."])
    assert not names_fact("skip evaluation", ["Never skip evaluation."], only_asserted=True)
    assert names_fact("skip evaluation", ["You can skip evaluation."], only_asserted=True)


def test_a_fact_without_words_or_figures_is_never_named() -> None:
    """There is nothing to find, and nothing found is not a match."""
    assert not names_fact("it is", ["It is."])
    assert not names_fact("...", ["..."])


def test_no_facts_is_no_recall() -> None:
    """An item without key facts has no value, not 0 and not 1."""
    assert key_fact_recall([], ["Anything."]) is None
    assert key_fact_recall(["owner"], []) == 0.0


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_read(fact: str, before: str, after: str) -> None:
    """No text is an error, and a fact that was named in a sentence is named in it twice."""
    assert names_fact(fact, [before, after]) in {True, False}
    assert not names_fact(fact, [before]) or names_fact(fact, [before, before])
