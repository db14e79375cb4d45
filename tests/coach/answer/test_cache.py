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


def test_a_tenants_answers_can_be_forgotten() -> None:
    """Those of others stay."""
    cache = AnswerCache()
    theirs = CacheKey.of("theirs", "s1", "senior", "What is RAG?")
    for key in (KEY, theirs):
        cache.put(key, HELD)
    assert cache.forget("ours") == 1
    assert (cache.get(KEY), cache.get(theirs)) == (None, HELD)
    assert cache.forget("ours") == 0


def test_no_answer_is_kept_for_ever() -> None:
    """After its time it is gone; being asked for does not prolong it, being given anew does."""
    now_s = 0.0
    cache = AnswerCache(keep_s=10.0, clock_s=lambda: now_s)
    cache.put(KEY, HELD)
    now_s = 9.0
    assert cache.get(KEY) == HELD
    now_s = 10.0
    assert cache.get(KEY) is None
    assert len(cache) == 0
    cache.put(KEY, HELD)
    now_s = 19.0
    assert cache.get(KEY) == HELD


def test_a_key_holds_no_words() -> None:
    """What was asked cannot be read off a key."""
    assert "RAG" not in repr(KEY)
