"""Texts as hashed runs of letters and words: what a linear model over wordings reads.

Everything is hashed for all texts at once, so that a page costs about a millisecond. Source: Weinberger et
al., "Feature Hashing for Large Scale Multitask Learning", 2009.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

BUCKETS = 1 << 17
"""Numbers that a run can be hashed to."""

_LETTER_RUNS = (3, 4, 5)
# Both sorts count as much together, though there are many more runs of letters: those help where a word is
# new or a language rare. Chosen on held-out sentences.
_WORDS_COUNT, _LETTERS_COUNT = 1.0, 1.0
_WORD_GAPS = (1, 2, 3)
# Marks that change how letters look and not what they say.
_MARKS = re.compile(
    r"</?(?:b|code|em|font|i|kbd|mark|s|small|span|strong|sub|sup|u)>"
    r"|[*`~]+ | (?<!\w)_+ | _+(?!\w) | \\(?=[^\w\s])",
    re.IGNORECASE | re.VERBOSE,
)
_TOKEN = re.compile(r"\w+|[^\w\s]")
# Both ends of a text are signs of their own: an order often begins with its verb.
_BEGIN, _END = "\x02", "\x03"
# Letters of other scripts, and what they are taken for among Latin ones.
_LOOK_ALIKES = str.maketrans(
    {
        other: letter
        for letter, others in {
            "a": "аαɑ",
            "b": "вЬ",
            "c": "сϲ",
            "d": "ԁ",
            "e": "еёε",
            "g": "ɡԍ",
            "h": "һн",
            "i": "іιı",
            "j": "ј",
            "k": "кκ",
            "l": "ӏ",
            "m": "м",
            "n": "ոп",
            "o": "оο",
            "p": "рρ",
            "q": "ԛ",
            "r": "г",
            "s": "ѕ",
            "t": "тτ",
            "u": "υս",
            "v": "ν",
            "w": "ԝω",
            "x": "хχ",
            "y": "уγ",
            "A": "АΑ",
            "B": "ВΒ",
            "C": "СϹ",
            "E": "ЕΕ",
            "H": "НΗ",
            "I": "ІΙ",
            "J": "Ј",
            "K": "КΚ",
            "M": "МΜ",
            "N": "Ν",
            "O": "ОΟ",
            "P": "РΡ",
            "S": "Ѕ",
            "T": "ТΤ",
            "X": "ХΧ",
            "Y": "УΥ",
            "Z": "Ζ",
        }.items()
        for other in others
    }
)

Hashes = npt.NDArray[np.uint32]
Places = npt.NDArray[np.int64]
Weights = npt.NDArray[np.float64]


class Runs(NamedTuple):
    """The runs of several texts.

    Attributes:
        buckets: int64 (n_runs,), below `BUCKETS`.
        owners: int64 (n_runs,), the place of the text that each run stands in.
        weights: float64 (n_runs,), what each counts in its text: the more runs there are, the less.
    """

    buckets: Places
    owners: Places
    weights: Weights


def normalised(text: str) -> str:
    r"""Return a text as its reader takes it: one form of each letter, no marks, nothing invisible, no case.

    >>> normalised("Ign\u043er\u0435\u200b  \uff34h**is**"), normalised("Игнорируй")
    ('ignore this', 'игнорируй')
    """
    if "&" in text:
        text = html.unescape(text)
    text = _MARKS.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(char for char in text if unicodedata.category(char) != "Cf")
        letters = [char for char in text if char.isalpha()]
        if 2 * sum(char.isascii() for char in letters) >= len(letters):
            text = text.translate(_LOOK_ALIKES)
    return " ".join(text.casefold().split())


def read_runs(texts: Sequence[str]) -> Runs:
    """Return the runs of letters, of words, and of words with gaps between them."""
    marked = [f"{_BEGIN}{normalised(text)}{_END}" for text in texts]
    owners = np.repeat(np.arange(len(marked)), [len(one) for one in marked])
    joined = "".join(marked)
    groups = (
        _gathered(_word_runs(joined, owners), len(texts), _WORDS_COUNT),
        _gathered(_letter_runs(joined, owners), len(texts), _LETTERS_COUNT),
    )
    return Runs(*(np.concatenate(parts) for parts in zip(*groups, strict=True)))


def _gathered(found: Iterator[tuple[Hashes, Places]], count: int, weight: float) -> Runs:
    """Return runs of one sort; those of a text count as much together as its square root of their number."""
    hashes, owners = (np.concatenate(parts) for parts in zip(*found, strict=True))
    lengths = np.sqrt(np.bincount(owners, minlength=count))
    return Runs(np.asarray(hashes % BUCKETS, dtype=np.int64), owners, weight / lengths[owners])


def _letter_runs(joined: str, owners: Places) -> Iterator[tuple[Hashes, Places]]:
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    hashes = np.zeros(len(codes), dtype=np.uint32)
    for length in range(1, max(_LETTER_RUNS) + 1):
        hashes = hashes[: max(len(codes) - length + 1, 0)]
        hashes = _stirred(hashes, codes[length - 1 :])  # of one letter more than the last
        if length in _LETTER_RUNS:
            whole = _within(owners, length - 1)
            yield hashes[whole], owners[: len(whole)][whole]


def _word_runs(joined: str, owners: Places) -> Iterator[tuple[Hashes, Places]]:
    found = list(_TOKEN.finditer(joined))
    words = np.array([crc32(match[0].encode("utf-8", "surrogatepass")) for match in found], dtype=np.uint32)
    of = owners[[match.start() for match in found]] if found else owners[:0]
    yield _stirred(np.zeros(len(words), dtype=np.uint32), words), of
    for gap in _WORD_GAPS:
        whole = _within(of, gap)
        first = _stirred(np.full(len(whole), gap, dtype=np.uint32), words[: len(whole)])
        yield _stirred(first, words[gap : gap + len(whole)])[whole], of[: len(whole)][whole]
    whole = _within(of, 2)
    hashes = np.full(len(whole), len(_WORD_GAPS) + 1, dtype=np.uint32)
    for at in range(3):
        hashes = _stirred(hashes, words[at : len(whole) + at])
    yield hashes[whole], of[: len(whole)][whole]


def _within(owners: Places, reach: int) -> npt.NDArray[np.bool_]:
    """Return for each place whether the one so much further belongs to the same text."""
    last = max(len(owners) - reach, 0)
    same: npt.NDArray[np.bool_] = owners[:last] == owners[reach : reach + last]
    return same


def _stirred(hashes: Hashes, more: Hashes) -> Hashes:
    """Return hashes that depend on both. Source: the finaliser of MurmurHash3 (Appleby, public domain)."""
    mixed = (hashes * np.uint32(0x9E3779B1)) ^ more
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    stirred: Hashes = mixed ^ (mixed >> np.uint32(16))
    return stirred
