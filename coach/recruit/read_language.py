"""Whether a request is English: nothing else is read, and a reader who is not told so is misled."""

from __future__ import annotations

from coach.faithfulness.frequencies import rarity
from coach.recruit.pool import Pool
from coach.recruit.vocabulary import mended
from ingest.analysis import STOPWORDS, stem, words

# Shares of words. Notes have few function words and many terms, so that neither share tells alone; chosen on
# the development requests and on notes and adverts in eight languages.
_MOST_UNKNOWN = 0.45
_FEWEST_FUNCTION_WORDS = 0.15
_FEWEST_WORDS = 4

NOT_ENGLISH = (
    "This does not read as English, and only English is read: check everything that is shown before building."
)


def is_english(text: str, known: frozenset[str]) -> bool:
    """Return whether a text reads as English; of a few words nothing can be said, and they do.

    Args:
        text: The request.
        known: Stems of the handbook and the vocabulary, which no prose has to know.

    >>> is_english("Bitte acht Fragen an eine erfahrene Entwicklerin, keine zur Architektur", frozenset())
    False
    """
    said = [word for word in words(text) if not word.isdigit()]
    if len(said) < _FEWEST_WORDS:
        return True
    meant = [mended(word, known) for word in said]
    unknown = sum(rarity(word) >= 1 and word not in known for word in meant) / len(said)
    function = sum(word in STOPWORDS for word in said) / len(said)
    return unknown <= _MOST_UNKNOWN or function >= _FEWEST_FUNCTION_WORDS


def stems_of(pool: Pool) -> frozenset[str]:
    """Return the stems of all questions of a handbook."""
    return frozenset(
        stem(word) for said in pool.wordings.values() for wording in said for word in words(wording)
    )
