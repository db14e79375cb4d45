"""Text to the tokens that claims and passages are compared by: words, numbers and signs, with places."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from ingest.analysis import STOPWORDS, stem

# Left out of comparison beside the stopwords of keyword search: they tie sentences and say nothing.
_TIES = frozenset(
    "however moreover furthermore additionally therefore thus hence overall finally also although though"
    " while whereas because since so yet both either own same other another here there where when i e g etc"
    " according passage passages mention mentioned state states stated based given provided text context"
    " document source following".split()
)
FUNCTION_WORDS = (STOPWORDS | _TIES) - {"more", "most", "than", "without", "up", "could", "will", "would"}

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(
    rf"""
      (?P<number> (?: (?<![\w)\]]) [-−] )? \d+ (?:[.,]\d+)* | [¼½¾⅓⅔⅛] )
    | (?P<unspaced> [{_UNSPACED}] )
    | (?P<initials> (?:[A-Z]\.){{2,}} )
    | (?P<identifier> [^\W\d_{_UNSPACED}]+ \d [^\W_]* )
    | (?P<word> [^\W\d_{_UNSPACED}]+ (?:['’][^\W\d_]+)* )
    | (?P<sign> [%‰°$€£¥₹=<>≤≥≈±×+^] )
    """,
    re.VERBOSE,
)
_NOT = re.compile("(.*)n['’]t$|can(not)$", re.IGNORECASE)
_WHOLE = {"ca": "can", "wo": "will", "sha": "shall"}
_POSSESSIVE = re.compile("['’]s?$")


class Token(NamedTuple):
    """A word, number or sign.

    Attributes:
        text: Lower case, compatibility forms folded; "not" where the text has "n't".
        stem: What it is compared by.
        start: Offset into the text; `end` is past its last character.
        value: Of a number; None for all others.
        is_content: Whether it says something of its own.
        is_capital: Whether it is written with a capital letter.
    """

    text: str
    stem: str
    start: int
    end: int
    value: float | None
    is_content: bool
    is_capital: bool


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a text in order.

    >>> [token.stem for token in tokenise("It can't exceed 1,200 tokens.")]
    ['it', 'can', 'not', 'exceed', '1200', 'token']
    """
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):
        start, end, raw = match.start(), match.end(), match[0]
        if match.lastgroup == "number":
            value = _value(raw)
            tokens.append(Token(raw, f"{value:.10g}", start, end, value, True, False))
            continue
        folded, root, is_content, negated = _read(raw)
        tokens.append(Token(folded, root, start, end, None, is_content, raw[0].isupper()))
        if negated:
            tokens.append(Token("not", "not", start, end, None, True, False))
    return tokens


@lru_cache(maxsize=65536)
def _read(raw: str) -> tuple[str, str, bool, bool]:
    """Return a word folded, its stem, whether it is a content word, and whether it is negated."""
    word = unicodedata.normalize("NFKC", raw).casefold().replace(".", "")
    negated = _NOT.match(word)
    if negated:
        word = "can" if negated[2] else _WHOLE.get(negated[1], negated[1])
    word = _POSSESSIVE.sub("", word) or word
    return word, stem(word), word not in FUNCTION_WORDS and (word[0].isalnum()), bool(negated)


def _value(raw: str) -> float:
    if len(raw) == 1 and not raw.isascii():
        return unicodedata.numeric(raw)
    plain = raw.replace("−", "-")
    if re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    whole, *rest = re.split("[.,]", plain)
    return float(f"{whole}.{rest[0]}" if len(rest) == 1 else whole + "".join(rest))
