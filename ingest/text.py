"""What is no text: halves of characters, which no UTF-8 holds and no engine takes."""

from __future__ import annotations


def first_half_character(text: str) -> int | None:
    r"""Return the place of the first surrogate of a text, None if there is none.

    >>> first_half_character("ab\ud83d"), first_half_character("ab")
    (2, None)
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None
