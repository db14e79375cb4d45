"""Text to terms, the same for passages and queries: what keyword search and typo repair call a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

# Function words alone: a word that can carry the point of a question ("not", "without", "when") stays.
STOPWORDS = frozenset(
    "a about also am an and any are as at be been being but by can could did do does doing for from get gets"
    " give go had has have having he her hers him his how i if in into is it its just let lets like me my of"
    " on or our ours please she should so some such than that the their them then there these they this those"
    " to too up us was we were what whats which who whom why will with would you your yours".split()
)

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?:[-‐‑][^\W_]+(?:['’][^\W_]+)*)*")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
# Scripts written without spaces between words: runs of them become overlapping pairs of characters.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")

_RUNS = re.compile(rf"{_UNSPACED.pattern}|[^\W_]+?(?={_UNSPACED.pattern}|$)")


def words(text: str) -> list[str]:
    """Return the words of a text in order, lower case, compatibility forms folded.

    Compounds and identifiers give their parts and the whole; unspaced scripts give overlapping pairs.

    >>> words("Why does maxTokens drop after re-ranking?")
    ['why', 'does', 'max', 'tokens', 'maxtokens', 'drop', 'after', 're', 'ranking', 'reranking']
    >>> words("分布式锁")
    ['分布', '布式', '式锁']
    """
    return [word for token in _WORD.findall(unicodedata.normalize("NFKC", text)) for word in _split(token)]


@lru_cache(maxsize=65536)
def _split(token: str) -> tuple[str, ...]:
    return tuple(_read(token))


def _read(token: str) -> Iterator[str]:
    if _UNSPACED.search(token):
        for run in _RUNS.findall(token):
            yield from _pairs(run) if _UNSPACED.match(run) else (run.lower(),)
        return
    pieces = [re.sub("['’](?:s$|)", "", piece) for piece in re.split("[-‐‑]", token)]
    for piece in pieces:
        yield from (part.lower() for part in _parts(piece))
        yield piece.casefold()
    if len(pieces) > 1:
        yield "".join(pieces).casefold()


def _parts(piece: str) -> list[str]:
    """Return the words inside an identifier, or nothing if the piece is one word."""
    if piece.islower() or piece.isdigit() or not piece.isascii():
        return []
    parts = _CAMEL.findall(piece)
    return parts if len(parts) > 1 and min(map(len, parts)) > 1 else []


def _pairs(run: str) -> Iterable[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] if len(run) > 1 else [run]


def terms(text: str) -> list[str]:
    """Return the stems by which a text is found, in order, with repeats; function words are left out.

    >>> terms("How do I stop the looping agents?")
    ['stop', 'loop', 'agent']
    """
    return [stem(word) for word in words(text) if word not in STOPWORDS]


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the English Snowball stem; a word in another script is its own stem."""
    return str(_stemmer().stem_word(word)) if word.isascii() and word.isalpha() else word


@cache
def _stemmer():  # type: ignore[no-untyped-def]  # noqa: ANN202 - the package has no types
    from py_rust_stemmers import SnowballStemmer

    return SnowballStemmer("english")
