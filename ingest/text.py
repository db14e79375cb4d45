"""What is no text: halves of characters, which no UTF-8 holds and no engine takes."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator


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


def whole_pieces(pieces: Iterable[str]) -> Iterator[str]:
    r"""Yield a text that comes in pieces as text: what `whole_characters` makes of it, no piece empty.

    >>> list(whole_pieces(["a\ud83d", "\ude80b"]))
    ['a', '🚀b']
    """
    decoder = codecs.getincrementaldecoder("utf-16-le")("replace")
    for piece in pieces:
        if whole := decoder.decode(piece.encode("utf-16-le", "surrogatepass")):
            yield whole
    if rest := decoder.decode(b"", final=True):
        yield rest


def whole_characters(text: str) -> str:
    r"""Return a text with U+FFFD for each half of a character, but the character for two that make one.

    >>> whole_characters("\ud83d\ude80, \ud83d")
    '🚀, �'
    """
    return "".join(whole_pieces([text]))
