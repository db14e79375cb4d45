"""Key facts: which of the facts that a good answer names does this answer name?

A matcher by words, not by meaning: it misses paraphrases, so its recall is a lower bound. What it finds is
there: figures have to agree, and a statement does not match its denial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.analysis import STOPWORDS, stem, words

# Chosen on hand-labelled pairs (tests/evals/test_key_facts.py): of three stems all, of four three.
COVERED_SHARE = 0.75
# A shorter fact names a thing ("competing models"), which a sentence may name in affirming or in denying.
STATEMENT_STEMS = 4
NEGATION_REACH = 3

_NEGATIONS = frozenset("not no never none neither nor without nobody nothing cannot".split())
_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
        " sixteen seventeen eighteen nineteen twenty".split()
    )
    if word != "one"  # mostly a pronoun
} | {
    word: str(value)
    for value, word in zip(
        range(30, 100, 10), "thirty forty fifty sixty seventy eighty ninety".split(), strict=True
    )
}
_FACTORS = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_TOKEN = re.compile(
    r"(?P<number>\d[\d,]*(?:\.\d+)?)(?:\s?(?P<factor>k|bn|thousand|million|billion|m(?=\b)))?"
    r"|(?P<percent>%|\bper\s?cent\b)|(?P<times>[x×](?=\s|$|[.,;]))|(?P<word>[^\W\d_]+(?:['’\-‐‑][^\W_]+)*)"
    r"|(?P<end>[.!?](?=\s|$)|\n)|(?P<border>[,;:()–—])",
    re.IGNORECASE,
)
_COMPOUND = re.compile(r"[^\W\d_]+(?:[-‐‑][^\W_]+)+")


@dataclass(frozen=True, slots=True)
class _Token:
    """A stem, number or border between clauses, as the matcher compares them."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Fact:
    """A clause of a fact; `compounds` holds the stems of each compound, parts first and the whole last."""

    stems: frozenset[str]
    numbers: frozenset[str]
    compounds: tuple[tuple[str, ...], ...]
    is_negated: bool

    def as_in(self, held: set[str]) -> frozenset[str]:
        """Return the stems to look for in a text, which may write a compound as one word or as several."""
        spare = {stem for *parts, whole in self.compounds for stem in (parts if whole in held else (whole,))}
        return self.stems - spare


def names_fact(fact: str, sentences: Sequence[str], *, only_asserted: bool = False) -> bool:
    """Return whether two neighbouring sentences name a fact.

    They do if they hold all its figures (as digits or words, with their percent sign) and at least 75% of
    its stems, function words left aside. A fact that denies has to meet a denial there; one that does not,
    and has four stems or more, must not. A fact of several clauses, parted by ";", is named if each is.

    Args:
        fact: As the golden item states it.
        sentences: Of the answer, in order.
        only_asserted: Whether short facts, too, are not met by their denial; for what must not be said.

    >>> names_fact("cut by 15 per cent", ["The latency budget was cut by 15%."])
    True
    >>> names_fact("cut by 15 per cent", ["The latency budget was cut by 51%."])
    False
    >>> names_fact("raw content is never logged", ["Raw content is logged by default."])
    False
    """
    return all(
        _names_clause(_read_fact(clause), sentences, only_asserted)
        for clause in fact.split(";")
        if clause.strip()
    )


def key_fact_recall(facts: Sequence[str], sentences: Sequence[str]) -> float | None:
    """Return the share of the facts that the sentences name; None if there is no fact.

    >>> key_fact_recall(["end conditions", "reopen rate"], ["Write down end conditions first."])
    0.5
    """
    return sum(names_fact(fact, sentences) for fact in facts) / len(facts) if facts else None


def _names_clause(fact: _Fact, sentences: Sequence[str], only_asserted: bool) -> bool:
    read = [_read(sentence) for sentence in sentences]
    spans = (read[at] + read[at + 1] if at + 1 < len(read) else read[at] for at in range(len(read)))
    return any(_meets(fact, span, only_asserted) for span in spans)


def _meets(fact: _Fact, tokens: tuple[_Token, ...], only_asserted: bool) -> bool:
    held = {token.text for token in tokens}
    stems = fact.as_in(held)
    found = stems & held
    wanted = found | fact.numbers
    if not wanted or not fact.numbers <= held or len(found) < COVERED_SHARE * len(stems):
        return False
    has_polarity = only_asserted or fact.is_negated or len(stems) >= STATEMENT_STEMS
    return not has_polarity or any(
        _is_negated(tokens, first, last) == fact.is_negated for first, last in _tightest(tokens, wanted)
    )


def _tightest(tokens: tuple[_Token, ...], wanted: frozenset[str] | set[str]) -> Iterator[tuple[int, int]]:
    """Yield each run of tokens that holds all wanted ones and no shorter such run."""
    last_seen: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.text not in wanted:
            continue
        last_seen[token.text] = place
        if len(last_seen) == len(wanted):
            first = min(last_seen.values())
            yield first, place
            del last_seen[tokens[first].text]


def _is_negated(tokens: tuple[_Token, ...], first: int, last: int) -> bool:
    """Return whether a denial stands in a run of tokens, or close before it in the same clause."""
    start = first
    while start > max(first - NEGATION_REACH, 0) and tokens[start - 1].kind not in {"border", "end"}:
        start -= 1
    return any(token.kind == "negation" for token in tokens[start : last + 1])


@lru_cache(maxsize=4096)
def _read_fact(clause: str) -> _Fact:
    tokens = _read(clause)
    stems = frozenset(token.text for token in tokens if token.kind == "stem")
    numbers = frozenset(token.text for token in tokens if token.kind == "number")
    split = (tuple(stem(part) for part in words(match[0])) for match in _COMPOUND.finditer(clause))
    compounds = tuple(parts for parts in split if len(parts) > 1)
    return _Fact(stems, numbers, compounds, any(token.kind == "negation" for token in tokens))


@lru_cache(maxsize=4096)
def _read(sentence: str) -> tuple[_Token, ...]:
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(sentence.replace("*", "").replace("`", "")):
        if match["number"]:
            tokens.append(_Token("number", _number(match["number"], match["factor"])))
        elif match["percent"]:
            tokens.append(_Token("number", "%"))
        elif match["times"]:
            tokens.append(_Token("stem", stem("times")))
        elif match["word"]:
            tokens += _read_word(match["word"])
        else:
            tokens.append(_Token("end" if match["end"] else "border", match[0]))
    return tuple(tokens)


def _read_word(word: str) -> Iterator[_Token]:
    lower = word.lower().replace("’", "'")
    if lower in _NEGATIONS or lower.endswith("n't"):
        yield _Token("negation", lower)
    elif lower in _NUMBER_WORDS:
        yield _Token("number", _NUMBER_WORDS[lower])
    else:
        yield from (_Token("stem", stem(part)) for part in words(word) if part not in STOPWORDS)


def _number(digits: str, factor: str | None) -> str:
    """Return a number in one form: no separators, no trailing zeros, factors multiplied."""
    value = float(digits.replace(",", "")) * _FACTORS.get((factor or "").lower(), 1.0)
    return f"{value:.10g}"
