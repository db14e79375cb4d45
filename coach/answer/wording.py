"""Whether one text says what another says, judged by its words: no model, no trust in who wrote it.

A claim is supported by a quote if it repeats whole sentences of it, word for word; marks, typography and
articles do not count as words, while numbers, units, signs of comparison and question marks do.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

from coach.types import Support
from ingest.analysis import STOPWORDS, stem
from ingest.read.plain import HTML_TAGS

_ARTICLES = frozenset({"a", "an", "the"})
# May go from the head of a sentence: they tie it to its neighbours and say nothing of their own.
_CONNECTIVES = frozenset(
    "however moreover furthermore additionally also then thus therefore hence so and but note tip".split()
)
_NEGATIONS = frozenset(
    "not no never none neither nor nobody nothing nowhere without hardly barely rarely seldom scarcely"
    " unless except fail fails failed lack lacks false wrong incorrect untrue myth misconception ? nicht"
    " kein keine keinen keiner keines nie niemals ohne ne pas jamais sans aucun nunca sin ni jamás ningún"
    " niet geen nooit non mai senza não nem не нет ни никогда без 不 没 沒 無 无 非 未 勿 别".split()
)
# A claim may not bring these along: they say how much, how sure, when, or which way.
_WEIGHTY = frozenset(
    "all every each any some most many few several only both half always often sometimes usually"
    " typically generally mostly mainly largely entirely completely partly may might could can should must"
    " shall will would need if when whenever until while provided assuming least more less fewer than over"
    " under above below before after between within beyond up down about around roughly approximately"
    " nearly almost exactly first last best worst better worse higher lower faster slower larger smaller"
    " increase increases increased decrease decreases decreased reduce reduces reduced raise raises"
    " improve improves improved degrade degrades grow grows shrink shrinks enable enables disable disables"
    " allow allows deny denies prevent prevents cause causes true maximum minimum or from instead because"
    " despite although against".split()
)
_VERDICTS: tuple[Support, ...] = ("unsupported", "partial", "supported")
# A claim of which less than this share is found in a quote is not that quote's.
_ENOUGH = 0.8
_LONGEST_RUN = 3
# What says more is no claim, unless it is the quote itself.
_MOST_SENTENCES = 12
# A longer quote points at a page, not at a statement, and proves nothing.
MAX_QUOTE_CHARS = 4000

# May stand inside a word.
_INLINE_TAGS = frozenset("a abbr b big del em font i ins mark s samp small span strong tt u wbr".split())

_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_HELD = re.compile("\ue000(\\d+)\ue001")
_TARGET = r"\((?:[^()]|\([^()]*\))*\)"
_UNREAD = re.compile(r"\[\^[^\]\s]+\]|<!--.*?-->", re.DOTALL)
_LINK = re.compile(rf"\[([^\[\]]*)\]{_TARGET}|(?<!\w)\[([^\[\]]+)\]\[[^\[\]]*\]|<([a-z]+:[^<>\s]+)>")
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
_INLINE_MATH = re.compile(r"(?<![\\$\w])\$(?=\S)([^$\n]+?)(?<=\S)\$(?![\d$])")
_EMPHASIS = re.compile(r"(?<!\d)\*+|\*+(?!\d)")
_LINE_MARKER = re.compile(r"\n[ \t]*(?:>[ \t]?)+")
_BORDER = re.compile(
    r"""(?<=[.!?。！？])["')\]*_”’»]*\s+(?=[^a-z\s])|(?<=[。！？])"""
    r"""|\n\s*\n|\n[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+"""
)
# Raised, lowered and circled figures stay as they are: folded, 10² would read 102.
_RAISED = "\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209c\u2150-\u215f\u2460-\u249b"
_RAISED_ONE = re.compile(f"([{_RAISED}])")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_DASHES_AND_QUOTES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("’‘ʼ", "'"))
_WORD = re.compile(
    rf"(?:(?<![\w)\]])-)?\d+(?:[.,]\d+)*|[{_RAISED}]|[^\W\d_]+(?:'[^\W\d_]+)*"
    r"|[%‰€£¥₹°×±≈≠≤≥<>=+^√÷→←↑↓?]|[~$/](?=\d)|(?<=\d)\s?[/$]"
)
_NOT = re.compile(r"\b(can)(?:not|'t)\b|\bwon't\b|n't\b", re.IGNORECASE)
_UNIT = re.compile(r"[kKMGTPmn]?i?[bBsSgGmMWVA]|[kKMGT]")
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_UNSPACED_OR_RUN = re.compile(rf"{_UNSPACED.pattern}|[^{_UNSPACED.pattern[1:]}+")

Words = tuple[str, ...]


@lru_cache(maxsize=8192)
def judge(claim: str, quotes: tuple[str, ...]) -> Support:
    """Return whether quotes, as they stand in documents, say what a claim says.

    Each sentence of the claim is held against each run of sentences of each quote; the verdict is that of
    its worst sentence. "partial" means that the claim leaves out a part of a sentence, or brings a few words
    that change no number, negation or degree.

    >>> judge("Caching halves cost.", ("**Caching** halves cost.",))
    'supported'
    >>> judge("Caching helps.", ("Caching never helps.",))
    'unsupported'
    """
    quotes = tuple(quote for quote in quotes if len(quote) <= MAX_QUOTE_CHARS)
    sentences = _sentences(claim) if len(claim) <= MAX_QUOTE_CHARS else []
    if not sentences:
        return "unsupported"
    verbatim = claim.split()
    if any(quote.split() == verbatim for quote in quotes):
        return "supported"
    read = [_sentences(reading) for quote in quotes for reading in _readings(quote)]
    if any(_joined(quote) == _joined(sentences) for quote in read):
        return "supported"
    if len(sentences) > _MOST_SENTENCES:
        return "unsupported"
    runs = [run for quote in read for run in _runs(quote)]
    return _VERDICTS[min(max((_compare(words, run) for run in runs), default=0) for words in sentences)]


def _readings(quote: str) -> Iterator[str]:
    """Yield a quote as a reader sees it; a star is emphasis in one reading, and a sign in another."""
    text = _unmarked(quote)
    yield _EMPHASIS.sub("", text)
    if "*" in text:
        yield text


def _unmarked(quote: str) -> str:
    """Return Markdown without links, tags and entities; what stands in code stands as it is."""
    codes: list[str] = []

    def hold(match: re.Match[str]) -> str:
        codes.append(match[2])
        return f"\ue000{len(codes) - 1}\ue001"

    text = _UNREAD.sub("", _CODE.sub(hold, quote.replace("\ue000", "")))
    text = _LINK.sub(lambda match: match[1] or match[2] or match[3] or "", text)
    text = _TAG.sub(_untagged, _INLINE_MATH.sub(r"\1", text))
    text = html.unescape(_LINE_MARKER.sub("\n", text))
    return _HELD.sub(lambda match: codes[int(match[1])], text) if codes else text


def _untagged(tag: re.Match[str]) -> str:
    name = tag[1].lower()
    if name not in HTML_TAGS:
        return tag[0]
    return "" if name in _INLINE_TAGS else " "


def _sentences(text: str) -> list[Words]:
    split = (_words(piece) for piece in _BORDER.split(text))
    return [words for words in split if words]


def _joined(sentences: Iterable[Words]) -> Words:
    return tuple(chain.from_iterable(sentences))


def _runs(sentences: list[Words]) -> list[Words]:
    """Return each run of up to three sentences, for a claim may join what a border rule splits."""
    return [
        _joined(sentences[first : first + length])
        for first in range(len(sentences))
        for length in range(1, min(_LONGEST_RUN, len(sentences) - first) + 1)
    ]


def _words(text: str) -> Words:
    if not text.isascii():
        pieces = _RAISED_ONE.split(_INVISIBLE.sub("", text))
        pieces[::2] = [unicodedata.normalize("NFKC", piece) for piece in pieces[::2]]
        text = " ".join(pieces).translate(_DASHES_AND_QUOTES)
    text = _NOT.sub(lambda match: f"{match[1] or ''} not", text)
    words: list[str] = []
    for match in _WORD.finditer(text):
        word = match[0].strip()
        if words and words[-1][-1].isdigit() and _UNIT.fullmatch(word):
            words.append(word)  # its case counts: Mb is not MB
        elif _THOUSANDS.fullmatch(word):
            words.append(word.replace(",", ""))
        elif not word.isascii() and _UNSPACED.search(word):
            words.extend(run.casefold() for run in _UNSPACED_OR_RUN.findall(word))
        else:
            words.append(word.casefold())
    return tuple(words)


def _compare(claim: Words, run: Words) -> int:
    """Return the place in `_VERDICTS` of one sentence of a claim against a run of sentences of a quote."""
    from rapidfuzz.distance import LCSseq

    added: list[str] = []
    dropped: list[str] = []
    is_whole = True
    at = claim_at = 0
    for block in LCSseq.editops(run, claim).as_matching_blocks():
        gone, new = run[at : block.a], claim[claim_at : block.b]
        spare = _ARTICLES | _CONNECTIVES if at == 0 else _ARTICLES
        is_whole = is_whole and set(gone) <= spare and set(new) <= _ARTICLES
        added += new
        dropped += gone
        at, claim_at = block.a + block.size, block.b + block.size
    if is_whole:
        return _VERDICTS.index("supported")
    if _changes_meaning(added, dropped) or len(claim) - len(added) < _ENOUGH * len(claim):
        return _VERDICTS.index("unsupported")
    return _VERDICTS.index("partial")


def _changes_meaning(added: list[str], dropped: list[str]) -> bool:
    """Return whether what a claim adds and leaves out can turn a sentence around."""
    new, gone = set(added) - _ARTICLES, set(dropped) - _ARTICLES
    if gone & _NEGATIONS or new & (_NEGATIONS | _WEIGHTY) or any(map(_is_figure, new)):
        return True
    # A word at another place may swap who does what; a new word for a lost one may be its opposite.
    invented = {stem(word) for word in new - STOPWORDS}
    lost = {stem(word) for word in gone - STOPWORDS}
    return bool((new & gone) - STOPWORDS) or bool(invented - lost and lost - invented)


def _is_figure(word: str) -> bool:
    """Return whether a word is a number or sign, or the case-bound unit of a number."""
    return not word[0].isalpha() or word != word.casefold()
