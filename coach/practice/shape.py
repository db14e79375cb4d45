"""How an answer is built and how long it takes to say; none of it enters the score."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from coach.faithfulness.quantities import read_quantities
from coach.faithfulness.tokens import Token
from coach.practice.candidate import Sentence, word_count
from coach.practice.grade import Length, Said, Structure
from coach.practice.page_vectors import PageVectors
from coach.practice.vectors import Texts, nearness
from ingest.contract import PartKind

# A calm pace in an interview; National Center for Voice and Speech, "Voice qualities: speaking rate".
WORDS_A_MINUTE = 140
# Within this share of the time box an answer is short; a page's direct answer fills a fifth to a third.
_SHORT = 0.3
_LONG = 1.25
_OPENING_SENTENCES = 2
# Late interaction with the page from which on an opening or a trade-off is the page's.
_LEADS = 0.5
_WEIGHS = 0.6
_CONTRAST = re.compile(
    r"\b(?:but|although|though|whereas|while|versus|vs|instead of|rather than|in (?:exchange|return)"
    r"|at the (?:cost|price|expense) of|trade-?offs?|costs? (?:me|us|you)|the price|downside)\b",
    re.IGNORECASE,
)


def said(sentence: Sentence) -> Said:
    """Return a sentence as a quote."""
    return Said(start=sentence.start, end=sentence.end, quote=sentence.quote)


def read_structure(sentences: Sequence[Sentence], embedded: Texts, vectors: PageVectors) -> Structure:
    """Return how an answer of at least one sentence is built."""
    first = _nearest_to(vectors, embedded, "direct_answer")[:_OPENING_SENTENCES]
    return Structure(
        leads_with_point=bool(first.size and first.max() >= _LEADS),
        opening=said(sentences[0]),
        numbers=tuple(number for sentence in sentences for number in _numbers(sentence)),
        trade_off=_trade_off(sentences, embedded, vectors),
    )


def read_length(answer: str, box_minutes: float) -> Length:
    """Return how long an answer takes to say."""
    words = word_count(answer)
    minutes = words / WORDS_A_MINUTE
    share = minutes / box_minutes
    return Length(
        words=words,
        minutes=round(minutes, 2),
        box_minutes=box_minutes,
        verdict="long" if share > _LONG else "short" if share < _SHORT else "fits",
    )


def _trade_off(sentences: Sequence[Sentence], embedded: Texts, vectors: PageVectors) -> Said | None:
    """Return where something is weighed: near a trade-off of the page, or a contrast in plain words."""
    near = _nearest_to(vectors, embedded, "trade_off")
    if near.size and near.max() >= _WEIGHS:
        return said(sentences[int(near.argmax())])
    return next((said(one) for one in sentences if _CONTRAST.search(one.text)), None)


def _nearest_to(
    vectors: PageVectors, embedded: Texts, kind: PartKind
) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Return how near each sentence comes to the page's statements of a kind; empty if it has none."""
    places = [place for place, one in enumerate(vectors.page.statements) if one.kind == kind]
    if not places:
        return np.zeros(0, dtype=np.float32)
    return np.asarray(nearness(embedded, vectors.statements).late[:, places].max(axis=1))


def _numbers(sentence: Sentence) -> Iterator[Said]:
    """Yield the figures of a sentence that are written in digits."""
    for one in read_quantities(sentence.text, sentence.tokens):
        if not one.is_spelt:
            tokens: Sequence[Token] = sentence.tokens[one.at : one.until]
            start, end = sentence.start + tokens[0].start, sentence.start + tokens[-1].end
            yield Said(start=start, end=end, quote=sentence.quote[tokens[0].start : tokens[-1].end])
