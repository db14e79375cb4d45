"""The judge of words: what a quote proves, proves in part, and does not prove."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.answer.wording import judge


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Caching cuts cost by 40%.", "**Caching** cuts cost by 40 %."),
        ("See the paper on List<int>.", "See [the paper](https://x.example/never) on `List<int>`."),
        ("It doesn’t scale.", "It does not scale."),
        ("It cannot scale.", "It can't scale."),
        ("Latency is under 1,000 ms.", "Latency is under 1000 ms."),
        ("Sort by –score, then by id.", "Sort by -score,\n> then by id."),
        ("Second sentence.", "First one. Second sentence. Third one."),
        ("First one. Third one.", "First one. Second sentence. Third one."),
        ("The cache helps.", "However, the cache helps."),
        ("Reranker adds delay.", "The reranker adds a delay."),
        ("a & b < c", "a &amp; b &lt; c"),
        ("锁会释放。", "锁会释放。它很快。"),
        ("10² users", "10² users"),
        ("SET if Not eXists", "**SET** if **N**ot e**X**ists"),
        ("生成分布式 ID了。", "生成**分布式 ID**了。"),
        ("W*x = 0, so 2*3 is 6.", "W*x = 0, so 2*3 is 6."),
        ("It is O(n^2) in $5 units.", "It is O($n^2$) in $5 units."),
        ("SELECT count(*)\nFROM a[0](b);", "SELECT count(*)\n  FROM a[0](b);"),
    ],
)
def test_repetition_is_supported(claim: str, quote: str) -> None:
    """A claim that repeats whole sentences is supported, whatever the marks and typography."""
    assert judge(claim, (quote,)) == "supported"


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param("Caching cuts cost by 30%.", "Caching cuts cost by 40%.", id="flipped number"),
        pytest.param("Caching cuts cost by 4%.", "Caching cuts cost by 40%.", id="digit lost"),
        pytest.param("Caching cuts cost by 40 ms.", "Caching cuts cost by 40%.", id="other unit"),
        pytest.param("A page holds 4 MB.", "A page holds 4 Mb.", id="case of a unit"),
        pytest.param("Costs change by 5%.", "Costs change by −5%.", id="sign"),
        pytest.param("There are 102 users.", "There are 10² users.", id="raised figure"),
        pytest.param("Keep latency > 200 ms.", "Keep latency < 200 ms.", id="sign of comparison"),
        pytest.param("Vectors help with codes.", "Vectors do not help with codes.", id="dropped negation"),
        pytest.param("Vectors never help.", "Vectors help.", id="added negation"),
        pytest.param("The cache works.", "The cache fails to work.", id="dropped failure"),
        pytest.param("RAG is dead.", "It is a myth that RAG is dead.", id="dropped myth"),
        pytest.param("RAG is dead.", "RAG is dead?", id="question to assertion"),
        pytest.param("All users notice.", "Some users notice.", id="other quantifier"),
        pytest.param("You must cache.", "You may cache.", id="other modality"),
        pytest.param("Filter after the search.", "Filter before the search.", id="other order"),
        pytest.param("Recall increases with k.", "Recall decreases with k.", id="opposite"),
        pytest.param("BM25 beats vectors.", "Vectors beat BM25.", id="swapped subject, other form"),
        pytest.param("Seniors mentor juniors.", "Juniors mentor seniors.", id="swapped subjects"),
        pytest.param("Use Postgres for hot rows.", "Use Redis for hot rows.", id="other name"),
        pytest.param("Саching helps users.", "Caching helps users.", id="Cyrillic look-alikes"),
        pytest.param("锁会释放。", "锁不会释放。", id="dropped negation in Chinese"),
        pytest.param("Das skaliert.", "Das skaliert nicht.", id="dropped negation in German"),
        pytest.param("Caching helps.", "", id="empty quote"),
        pytest.param("", "Caching helps.", id="empty claim"),
        pytest.param("It costs 23.", "It costs 2*3.", id="product read as one number"),
        pytest.param("…", "Caching helps.", id="claim without words"),
        pytest.param("Quantum computers are warm.", "Caching helps.", id="other matter"),
        pytest.param(
            "It is <!-- not --> safe.", "It is <!-- not --> safe at night.", id="words of a comment"
        ),
    ],
)
def test_changed_meaning_is_unsupported(claim: str, quote: str) -> None:
    """A claim that changes number, sign, negation, degree, roles or names is not supported at all."""
    assert judge(claim, (quote,)) == "unsupported"


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        pytest.param(
            "Rerank the top 50.", "Rerank the top 50 if the budget allows it.", id="dropped condition"
        ),
        pytest.param("A reranker costs 100 ms.", "A reranker typically costs 100 ms.", id="dropped hedge"),
        pytest.param("Fuse ranks by RRF.", "Fuse ranks by RRF with k = 60.", id="dropped figure"),
        pytest.param(
            "Fusing the ranks removes calibration.", "Fuse the ranks removes calibration.", id="form"
        ),
    ],
)
def test_incomplete_claim_is_partial(claim: str, quote: str) -> None:
    """A claim that leaves out part of a sentence without turning it round is supported in part."""
    assert judge(claim, (quote,)) == "partial"


def test_each_sentence_needs_a_quote() -> None:
    """A claim of two sentences is as good as the worse of them; each may have its own quote."""
    quotes = ("Caching helps.", "Batching helps too.")
    assert judge("Caching helps. Batching helps too.", quotes) == "supported"
    assert judge("Caching helps. Prayer helps too.", quotes) == "unsupported"


def test_page_is_no_quote() -> None:
    """A quote of many thousand characters proves nothing, even what it holds."""
    assert judge("Caching helps.", (f"Caching helps. {'Filler words. ' * 400}",)) == "unsupported"


_WORDS = st.lists(
    st.sampled_from("cache index users query latency grows with every small shard".split()), min_size=3
)


@given(words=_WORDS, number=st.integers(0, 9999), other=st.integers(0, 9999))
@settings(max_examples=80)
def test_number_decides(words: list[str], number: int, other: int) -> None:
    """A sentence with another number is never supported; with its own number it is."""
    quote = f"{' '.join(words)} {number} tokens."
    assert judge(quote, (f"**{quote}**",)) == "supported"
    if other != number:
        assert judge(f"{' '.join(words)} {other} tokens.", (quote,)) == "unsupported"


@given(words=_WORDS, place=st.integers(0, 20))
@settings(max_examples=80)
def test_negation_decides(words: list[str], place: int) -> None:
    """A negation put in or left out anywhere takes the support away."""
    place = min(place, len(words))
    denied = " ".join([*words[:place], "not", *words[place:]])
    assert judge(" ".join(words), (denied,)) == "unsupported"
    assert judge(denied, (" ".join(words),)) == "unsupported"


@given(claim=st.text(max_size=80), quotes=st.lists(st.text(max_size=120), max_size=3))
@settings(max_examples=100)
def test_any_text_is_judged(claim: str, quotes: list[str]) -> None:
    """No text, however odd, makes the judge fail."""
    assert judge(claim, tuple(quotes)) in ("supported", "partial", "unsupported")
