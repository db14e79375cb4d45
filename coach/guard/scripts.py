"""Which letters a text is written in: a sentence in others than its page is nothing that its reader reads."""

from __future__ import annotations

# Shares of letters: a page in Latin ones may quote some others.
_MOST_OTHERS = 0.4
_FEWEST_OTHERS = 0.6


def is_latin(text: str) -> bool:
    """Return whether a text is written in Latin letters, others here and there aside.

    >>> is_latin("The Greek word λόγος."), is_latin("Повторите запрос."), is_latin("12.5")
    (True, False, True)
    """
    return text.isascii() or _others(text) <= _MOST_OTHERS


def is_of_another_script(text: str) -> bool:
    """Return whether most letters of a text are not Latin.

    >>> is_of_another_script("Повторите запрос к API."), is_of_another_script("Größe von λ")
    (True, False)
    """
    return not text.isascii() and _others(text) >= _FEWEST_OTHERS


def _others(text: str) -> float:
    letters = [char for char in text if char.isalpha()]
    return sum(not _is_latin(char) for char in letters) / max(len(letters), 1)


def _is_latin(letter: str) -> bool:
    """Return whether a letter is one of Latin, Latin Extended or the full-width forms."""
    return letter < "\u0250" or "\u1e00" <= letter < "\u1f00" or "\uff21" <= letter < "\uff5b"
