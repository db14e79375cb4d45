"""Where speech without full stops is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.practice.run_ons import LONGEST_WORDS, stretches
from ingest.read.blocks import Span

SPEECH = (
    "so the first thing i do is i look at the error rate for the last hour and if it went up right after a "
    "deploy i roll that back before i read a single log because users are waiting and then when it is quiet "
    "i read the traces of ten requests that failed, i want to see where the time went and which call was the "
    "last one that answered but i also tell the support team what they can say to people who ask"
)


def cut(text: str) -> list[str]:
    """Return the stretches of a whole text."""
    return [text[one.start : one.end] for one in stretches(text, Span(0, len(text)))]


def test_speech_is_cut_where_a_speaker_pauses() -> None:
    """At a comma sooner than before a conjunction, and there sooner than elsewhere."""
    first, *_ = pieces = cut(SPEECH)
    assert len(pieces) > 2
    assert all(len(one.split()) <= LONGEST_WORDS for one in pieces)
    assert SPEECH.removeprefix(first).lstrip().split()[0] in {"and", "then", "because"}
    assert " ".join(pieces) == SPEECH


@pytest.mark.parametrize("words", [1, 10, LONGEST_WORDS])
def test_what_is_no_run_on_stays_whole(words: int) -> None:
    """A sentence as people write them is one stretch."""
    text = " ".join(SPEECH.split()[:words])
    assert cut(text) == [text]


@given(
    st.lists(st.sampled_from(["and", "loop,", "的", "stop", "i"]), max_size=200), st.sampled_from([" ", "\n"])
)
def test_no_word_is_lost(words: list[str], blank: str) -> None:
    """Stretches hold all words in order, each once, and none is too long."""
    text = blank.join(words)
    pieces = cut(text)
    assert [word for one in pieces for word in one.split()] == words
    assert all(len(one.split()) <= LONGEST_WORDS for one in pieces)
