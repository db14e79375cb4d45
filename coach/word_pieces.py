"""Texts cut into the word pieces that the product's own small models read: the vocabulary of MiniLM-L6."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TOKENIZER = ("weights", "tokenizer.json")
OPENS, ENDS = 101, 102
"""The marks [CLS] and [SEP] of the vocabulary."""


class WordPieces(NamedTuple):
    """A text as word pieces: their numbers in the vocabulary, and the half-open offsets of each."""

    ids: list[int]
    places: list[tuple[int, int]]


def cut(text: str, most: int) -> WordPieces:
    """Return the word pieces of a text without marks, the first `most` of them.

    >>> cut("It retries.", 9)
    WordPieces(ids=[2009, 2128, 21011, 1012], places=[(0, 2), (3, 5), (5, 10), (10, 11)])
    """
    encoding = _tokenizer().encode(text, add_special_tokens=False)
    return WordPieces(encoding.ids[:most], encoding.offsets[:most])


@cache
def _tokenizer() -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(resources.files("coach").joinpath(*TOKENIZER).read_text("utf-8"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
