"""Quotes: where they stand, under whatever typography, and which are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.answer.quotes import QuoteFinder

PAGE = (
    "1. **Confirm.** Alarm on steps, tokens or minutes is only a candidate; read the\n"
    "   last ten calls – of “five” runs.\n"
    "2. See [the docs](https://x.example/a_(b)) for `max_tokens` &amp; 10.5 ms, it's 20\u00a0% &lt; 1.\n\n"
    "> - Quoted *item* with a soft\u00adhyphen…\n\n"
    "| Store | Cost |\n|---|---|\n| pgvector | low |\n"
)
OTHER = "Other text stands here, unable to help. Other text stands here too. 锁的过期时间一般设为三十秒。"


@pytest.mark.parametrize(
    ("quote", "span"),
    [
        ("Alarm on steps, tokens or minutes", "Alarm on steps, tokens or minutes"),
        ("**Confirm.** Alarm on steps", "**Confirm.** Alarm on steps"),
    ],
)
def test_exact_quote(quote: str, span: str) -> None:
    """A quote that stands there character for character is exact."""
    found = QuoteFinder([PAGE, OTHER]).find(quote, 0)
    assert (found.verdict, PAGE[found.start : found.end]) == ("exact", span)


@pytest.mark.parametrize(
    ("quote", "span"),
    [
        pytest.param("Confirm. Alarm on steps", "Confirm.** Alarm on steps", id="emphasis"),
        pytest.param("read the last ten calls", "read the\n   last ten calls", id="line break"),
        pytest.param(
            'last ten calls - of "five" runs', "last ten calls – of “five” runs", id="dash and quotes"
        ),
        pytest.param(
            "See the docs for max_tokens",
            "See [the docs](https://x.example/a_(b)) for `max_tokens",
            id="link",
        ),
        pytest.param("& 10.5 ms, it’s 20 %", "&amp; 10.5 ms, it's 20\u00a0%", id="entity and no-break space"),
        pytest.param(
            "Quoted item with a softhyphen...", "Quoted *item* with a soft\u00adhyphen…", id="soft hyphen"
        ),
        pytest.param("pgvector low", "pgvector | low", id="table row"),
        pytest.param(
            "“Alarm on steps, tokens or minutes”", "Alarm on steps, tokens or minutes", id="quoted quote"
        ),
        pytest.param(
            "alarm on steps, tokens or minutes", "Alarm on steps, tokens or minutes", id="first capital"
        ),
        pytest.param(
            "Alarm on steps, tokens or minutes...", "Alarm on steps, tokens or minutes", id="ellipsis"
        ),
        pytest.param("only a candidate.", "only a candidate", id="full stop where a semicolon stands"),
    ],
)
def test_normalised_quote_gives_the_true_span(quote: str, span: str) -> None:
    """Blanks, typography and markup do not matter, and what comes back is what the page says."""
    found = QuoteFinder([PAGE, OTHER]).find(quote, 0)
    assert (found.verdict, PAGE[found.start : found.end]) == ("normalised", span)


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param("Alarm on steps, tokens and minutes", id="one word changed"),
        pytest.param("it's 30 %", id="one figure changed"),
        pytest.param("able to help", id="cut inside a word"),
        pytest.param("5 ms", id="cut inside a figure"),
        pytest.param("10", id="cut before the decimals"),
        pytest.param("Alarm on ... candidate", id="left out in the middle"),
        pytest.param("", id="nothing"),
        pytest.param("…“”", id="marks alone"),
        pytest.param(". <b1>", id="words in markup alone"),
        pytest.param("word " * 400, id="endless"),
    ],
)
def test_failed_quote(quote: str) -> None:
    """A quote that stands nowhere fails, however near it comes."""
    assert QuoteFinder([PAGE, OTHER]).find(quote, 0).verdict == "failed"


@pytest.mark.parametrize("named", [0, None])
def test_quote_in_another_passage_is_pointed_there(named: int | None) -> None:
    """A true quote under the wrong id, or an invented one, is found where it stands."""
    found = QuoteFinder([PAGE, OTHER]).find("unable to help", named)
    assert (found.verdict, found.place, OTHER[found.start : found.end]) == (
        "wrong_place",
        1,
        "unable to help",
    )


def test_short_quote_that_stands_twice_is_ambiguous() -> None:
    """Where three words stand twice nobody can tell what they prove; longer ones can be pointed at."""
    finder = QuoteFinder([PAGE, OTHER])
    assert finder.find("Other text", 1).verdict == "ambiguous"
    assert finder.find("Other text stands here", 1).verdict == "exact"


def test_quote_in_a_script_without_blanks() -> None:
    """Where words are not parted, a quote may begin and end anywhere."""
    assert QuoteFinder([OTHER]).find("过期时间一般设为三十秒", 0).verdict == "exact"


@given(st.text(alphabet="ab .*_`[]()|\n-“’…&;1", max_size=60), st.text(alphabet="ab .*_`[]-“1", max_size=12))
def test_whatever_is_found_is_a_span_of_the_text(text: str, quote: str) -> None:
    """A span that comes back lies in the text and holds a word; nothing ever raises."""
    found = QuoteFinder([text]).find(quote, 0)
    if found.place is not None:
        assert 0 <= found.start < found.end <= len(text)
        assert any(char.isalnum() for char in text[found.start : found.end])
