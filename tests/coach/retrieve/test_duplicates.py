"""The second copy of a text is recognised, another text is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.retrieve.duplicates import Duplicates

TEXT = "Send the traffic back to the previous image first and debug afterwards with the logs at hand."
CHINESE = "释放锁时要核对持有者的标识，避免删掉别人的锁，过期时间一般设为三十秒。"


def seen(*texts: str) -> list[bool]:
    """Return for each text whether it is a copy of one before it."""
    duplicates = Duplicates()
    return [duplicates.holds(text) for text in texts]


@pytest.mark.parametrize(
    "copy",
    [
        TEXT,
        TEXT.upper(),
        f"**{TEXT}**  \n",
        TEXT.replace("first", "first,").replace(".", "!"),
        TEXT.replace("at hand", "nearby"),
    ],
)
def test_a_copy_is_recognised_however_it_is_dressed(copy: str) -> None:
    """Case, markup, punctuation and a word changed at the end do not make another text."""
    assert seen(TEXT, copy) == [False, True]


def test_a_text_that_lies_whole_in_another_is_its_copy_in_either_order() -> None:
    """What counts is the share of the smaller text."""
    longer = f"{TEXT} Keep the last two images warm for a day, and say who decides."
    assert seen(TEXT, longer) == seen(longer, TEXT) == [False, True]


@pytest.mark.parametrize(
    "other",
    [
        "Send a canary first and watch the error rate of the others for half an hour.",
        "debug first and traffic the to image back previous send the",
        CHINESE,
        "",
    ],
)
def test_another_text_is_not_a_copy(other: str) -> None:
    """Common words in another order, another language or no text at all are not the same."""
    assert seen(TEXT, other) == [False, False]


def test_a_copy_in_a_script_without_spaces_is_recognised() -> None:
    """Chinese is compared by its characters; half of a text changed is another text."""
    half = len(CHINESE) // 2
    assert seen(CHINESE, CHINESE.replace("，", ", ")) == [False, True]
    assert seen(CHINESE, CHINESE[:half] + "常见的实现是写入一个键并由持有者续约到期前") == [False, False]


def test_texts_without_words_are_never_copies() -> None:
    """Nothing equals nothing."""
    assert seen("", "", "---", "🚀") == [False, False, False, False]


def test_a_recognised_copy_is_not_remembered_in_place_of_the_first() -> None:
    """Small changes do not add up along a chain of copies."""
    words = TEXT.split()
    chain = [" ".join(["other", "words", "here", "now"][:n] + words[n:]) for n in range(4)]
    assert seen(*chain)[1] is True
    assert seen(chain[0], chain[3]) == [False, False]
    assert seen(*chain)[3] is False


@settings(max_examples=60)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=120), st.text(max_size=120))
def test_order_does_not_matter(one: str, other: str) -> None:
    """Two texts are copies of each other or they are not."""
    assert seen(one, other) == seen(other, one)
