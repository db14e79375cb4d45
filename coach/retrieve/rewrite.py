"""A question made ready for search, without a model: parts, typing errors, acronyms, variants."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from coach.retrieve.split import split_parts
from coach.types import RewrittenQuery
from ingest.analysis import STOPWORDS, stem, words

ACRONYM_WEIGHT = 0.5
VARIANT_WEIGHT = 0.35
REPAIR_WEIGHT = 0.9
_SHORTEST_REPAIRED = 4
_LONG_WORD = 8
# In a shorter word another letter makes another word: of the 22 such repairs that the development questions
# met, one was right ("leeks") and 21 were not ("modal" to "model"). Missing letters and swaps are mended.
_SHORTEST_EXCHANGED = 7
# Another language has hardly any of our function words, and many words that neither the index nor the
# embedder knows; fewer of them are enough where there are accents. Chosen on questions that the gate is
# fitted on: of some 2,200 English ones one is taken for foreign, which is in a cipher.
_FEWEST_FOREIGN = 5
_MOST_FUNCTION_WORDS = 0.15
_FEWEST_UNREAD, _FEWEST_UNREAD_WITH_ACCENTS = 0.5, 0.3
_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF, 0x00AD]
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The field's acronyms and variants, by stem.

    Attributes:
        expansions: Acronym -> the words it stands for.
        variants: Stem -> other stems that mean the same to somebody who asks.
    """

    expansions: Mapping[str, str]
    variants: Mapping[str, frozenset[str]]


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon that ships with the product."""
    import yaml

    text = resources.files("coach.retrieve").joinpath("lexicon.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    variants: dict[str, set[str]] = defaultdict(set)
    for group in raw["variants"]:
        stems = [stem(word) for phrase in group for word in phrase.split()]
        for one in stems:
            variants[one].update(other for other in stems if other != one)
    return Lexicon(raw["acronyms"], {one: frozenset(others) for one, others in variants.items()})


class Rewriter:
    """Rewrites questions against the vocabulary of one index.

    Args:
        vocabulary: Word -> number of chunks that hold it.
        known: Words of the language that are no typing errors although the index lacks them.
    """

    def __init__(self, vocabulary: Mapping[str, int], known: Iterable[str] = ()) -> None:
        self._lexicon = load_lexicon()
        self._vocabulary = vocabulary
        self._read = STOPWORDS | vocabulary.keys() | set(known)
        self._known = {word for word in known if word.isalpha() and len(word) >= _SHORTEST_REPAIRED}
        self._by_shape: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in self._known | {w for w in vocabulary if len(w) >= _SHORTEST_REPAIRED and w.isalpha()}:
            self._by_shape[word[0], len(word)].append(word)

    def rewrite(self, question: str) -> RewrittenQuery:
        """Return the question ready for search. An empty question gives no terms and no parts."""
        clean = " ".join(unicodedata.normalize("NFKC", question).translate(_INVISIBLE).split())
        repairs = self._repairs(clean)
        text = _replace(clean, repairs)
        weights: dict[str, float] = {}
        for word in words(text):
            if word not in STOPWORDS:
                weights[stem(word)] = REPAIR_WEIGHT if word in repairs.values() else 1.0
        additions = self._additions(text, weights)
        for added, weight in additions.values():
            for word in words(added):
                if word not in STOPWORDS:
                    weights.setdefault(stem(word), weight)
        spelt_out = [added for added, weight in additions.values() if weight == ACRONYM_WEIGHT]
        return RewrittenQuery(
            original=question,
            text=f"{text} ({'; '.join(spelt_out)})" if spelt_out else text,
            terms=weights,
            parts=split_parts(text),
            repairs=repairs,
            additions={word: added for word, (added, _) in additions.items()},
            is_foreign=self._is_foreign(clean),
        )

    def _is_foreign(self, text: str) -> bool:
        asked = words(text)
        if len(asked) < _FEWEST_FOREIGN:
            return False
        function_words = sum(word in STOPWORDS for word in asked) / len(asked)
        unread = sum(word not in self._read for word in asked) / len(asked)
        has_accents = any(not word.isascii() for word in asked)
        least = _FEWEST_UNREAD_WITH_ACCENTS if has_accents else _FEWEST_UNREAD
        return function_words <= _MOST_FUNCTION_WORDS and unread >= least

    def _additions(self, text: str, weights: Mapping[str, float]) -> dict[str, tuple[str, float]]:
        added: dict[str, tuple[str, float]] = {}
        lowered = f" {' '.join(words(text))} "
        for word in words(text):
            singular = word.removesuffix("s")
            for form in (word, singular):
                if form in self._lexicon.expansions:
                    added[form] = (self._lexicon.expansions[form], ACRONYM_WEIGHT)
        for short, long in self._lexicon.expansions.items():
            if f" {' '.join(words(long))} " in lowered:
                added[long] = (short, 1.0)
        for one in list(weights):
            if one in self._lexicon.variants:
                added[one] = (" ".join(sorted(self._lexicon.variants[one])), VARIANT_WEIGHT)
        return added

    def _repairs(self, text: str) -> dict[str, str]:
        repairs = {}
        names = _names(text)
        for word in dict.fromkeys(words(text)):
            if word not in names and self._is_odd(word):
                mended = self._nearest(word)
                if mended:
                    repairs[word] = mended
        return repairs

    def _is_odd(self, word: str) -> bool:
        return (
            len(word) >= _SHORTEST_REPAIRED
            and word.isascii()
            and word.isalpha()
            and word not in self._vocabulary
            and word not in self._known
            and word not in self._lexicon.expansions
            and not any(form in self._vocabulary or form in self._known for form in _bases(word))
        )

    def _nearest(self, word: str) -> str | None:
        """Return the word meant, by the fewest edits (a swap is one), then by how common it is here.

        None also where the nearest is a word of the language that the index lacks: it would find nothing.
        """
        from rapidfuzz.distance import OSA

        furthest = 2 if len(word) >= _LONG_WORD else 1
        best: tuple[int, int, str] | None = None
        for length in range(len(word) - furthest, len(word) + furthest + 1):
            for initial in {word[0], word[1]}:
                for candidate in self._by_shape.get((initial, length), ()):
                    if not _may_be_meant(word, candidate):
                        continue
                    edits = OSA.distance(word, candidate, score_cutoff=furthest)
                    if edits <= furthest:
                        found = (edits, -self._vocabulary.get(candidate, 0), candidate)
                        best = min(best, found) if best else found
        return best[2] if best and best[2] in self._vocabulary else None


def _may_be_meant(word: str, candidate: str) -> bool:
    if candidate[0] != word[0] and len(candidate) < len(word):
        return False  # nobody types a letter too many in front, and names have one: "kserve", "ollama"
    is_exchanged = len(candidate) == len(word) and sorted(candidate) != sorted(word)
    return not is_exchanged or len(word) >= _SHORTEST_EXCHANGED


def _names(text: str) -> set[str]:
    """Return the words with a capital that begins no sentence; none of a text without small words.

    A long word is not near another one by chance, so that a capital in front does not make it a name.

    >>> sorted(_names("Does Groq beat vLLM? Ollama does"))
    ['groq', 'vllm']
    >>> _names("HOW DO I EVALUATE RAG?"), _names("What is Retreival Augmented Generation?")
    (set(), set())
    """
    if not _SMALL.search(text):
        return set()
    return {word for found in _NAME.finditer(text) for word in words(found[0])}


# A capital inside, or one that opens a word within a sentence.
_NAME = re.compile(r"\b[^\W_]+[A-Z][^\W_]*|(?:(?<=[^.!?:\s]\s)|(?<=[/(-]))[\"'“(]?[A-Z][^\W_]{0,6}\b")
_SMALL = re.compile(r"\b[a-z]{2,}")


def _bases(word: str) -> list[str]:
    """Return forms whose presence shows that an unknown inflection is no typing error."""
    cuts = [
        word[: -len(suffix)] for suffix in ("s", "es", "ed", "d", "ing", "ly", "er") if word.endswith(suffix)
    ]
    return [form for cut in cuts for form in (cut, f"{cut}e", cut[:-1]) if len(form) > 2]  # noqa: PLR2004


def _replace(text: str, repairs: Mapping[str, str]) -> str:
    if not repairs:
        return text
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, repairs))})\b", re.IGNORECASE)
    return pattern.sub(lambda found: repairs[found.group().lower()], text)
