"""Answers given again: to whom, when, and how many are kept."""

from __future__ import annotations

from coach.answer.cache import AnswerCache, CachedAnswer, CacheKey
from tests.support.answers import make_answer

HELD = CachedAnswer(make_answer(), ())
KEY = CacheKey.of("ours", "s1", "senior", "What is RAG?")


def test_exactly_this_question_is_answered_again() -> None:
    """Blanks around it do not matter; any other difference does."""
    cache = AnswerCache()
    cache.put(KEY, HELD)
    assert cache.get(CacheKey.of("ours", "s1", "senior", " What is RAG?\n")) == HELD
    others = [
        CacheKey.of("theirs", "s1", "senior", "What is RAG?"),
        CacheKey.of("ours", "s2", "senior", "What is RAG?"),
        CacheKey.of("ours", "s1", "staff", "What is RAG?"),
        CacheKey.of("ours", "s1", "senior", "what is RAG?"),
    ]
    assert [cache.get(key) for key in others] == [None] * 4


def test_the_answer_not_asked_for_longest_goes() -> None:
    """The cache never grows beyond its limit."""
    cache = AnswerCache(most_answers=2)
    keys = [CacheKey.of("ours", "s1", "senior", str(number)) for number in range(3)]
    cache.put(keys[0], HELD)
    cache.put(keys[1], HELD)
    cache.get(keys[0])
    cache.put(keys[2], HELD)
    assert len(cache) == 2
    assert cache.get(keys[1]) is None
    assert cache.get(keys[0]) == HELD


def test_a_key_holds_no_words() -> None:
    """What was asked cannot be read off a key."""
    assert "RAG" not in repr(KEY)
