"""A candidate's answer as a grader reads it: its sentences, and which of them are not their own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from coach.errors import UsageError
from coach.faithfulness.claims import split
from coach.faithfulness.frequencies import rarity
from coach.faithfulness.tokens import Token, tokenise
from coach.practice.grade import Said
from coach.practice.run_ons import stretches
from coach.practice.soft_breaks import without_soft_breaks
from ingest.read.blocks import Span

Aside = Literal["copied", "question", "instruction"]
"""Why a sentence earns nothing: it stands in the handbook word for word, it repeats the question,
or it speaks to the grader."""

MAX_ANSWER_CHARS = 20_000
# So many words in a row, the same as the handbook's, are hardly ever an accident: of 684 sentences that
# people wrote for development, one is taken for copied by this.
RUN_WORDS = 6
_COPIED_SHARE = 0.6
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer: ``answer[start:end] == quote``.

    Attributes:
        text: The same on one line, as it is read.
        tokens: Its words, numbers and signs; their places are those of `text` and of `quote`.
        copied: Share of its words that stand in the handbook in long runs, 0 to 1.
    """

    start: int
    end: int
    quote: str
    text: str
    tokens: tuple[Token, ...]
    copied: float

    @property
    def is_copied(self) -> bool:
        """Whether it is the handbook's rather than the candidate's."""
        return self.copied >= _COPIED_SHARE


class Runs:
    """The runs of words of a handbook: tells what was copied from it."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._known = frozenset(run for text in texts for run in _runs(_words(text)))

    def copied(self, answer: str) -> list[tuple[int, int]]:
        """Return the spans of the words of an answer that stand in long runs of the handbook."""
        found = list(_WORD.finditer(answer))
        marked: set[int] = set()
        for first, run in enumerate(_runs([match[0].casefold() for match in found])):
            if run in self._known:
                marked.update(range(first, first + RUN_WORDS))
        return [found[place].span() for place in sorted(marked)]


def read_answer(answer: str, runs: Runs) -> list[Sentence]:
    """Return the sentences of an answer in order, list markers left out, and stretches of run-on ones."""
    copied, unbroken = runs.copied(answer), without_soft_breaks(answer)
    found: list[Sentence] = []
    for one in (
        piece for span in split(unbroken) for piece in stretches(unbroken, Span(span.start, span.end))
    ):
        text = unbroken[one.start : one.end]
        words = sum(1 for _ in _WORD.finditer(text))
        held = sum(one.start <= start and end <= one.end for start, end in copied)
        tokens = tuple(tokenise(text))
        if words:
            share = held / words
            quote = answer[one.start : one.end]
            found.append(Sentence(one.start, one.end, quote, text, tokens, share))
    return found


def find_words(answer: str, words: str) -> Said | None:
    """Return where an answer has words, whatever blanks and line breaks part them; None if it has not."""
    match = re.search(r"\s+".join(map(re.escape, words.split())), answer)
    return Said(start=match.start(), end=match.end(), quote=match[0]) if match else None


def check_length(answer: str) -> None:
    """Return if an answer may be as long as it is. Raises UsageError if it is too long."""
    if len(answer) > MAX_ANSWER_CHARS:
        raise UsageError(f"the answer has {len(answer)} characters; {MAX_ANSWER_CHARS} are taken")


def word_count(answer: str) -> int:
    """Return how many words an answer has.

    >>> word_count("It's 5 % - no more.")
    4
    """
    return len(_WORD.findall(answer))


def function_share(tokens: Sequence[Token]) -> float:
    """Return the share of function words among the words: two fifths in prose, none in a list of keywords."""
    words = _plain_words(tokens)
    return sum(not one.is_content for one in words) / max(len(words), 1)


def unknown_share(tokens: Sequence[Token], known: frozenset[str]) -> float:
    """Return the share of content words that neither English prose nor the handbook knows.

    Args:
        tokens: Of an answer.
        known: Stems of the handbook's words.
    """
    words = [one for one in _plain_words(tokens) if one.is_content]
    return sum(rarity(one.stem) >= 1 and one.stem not in known for one in words) / max(len(words), 1)


def _plain_words(tokens: Sequence[Token]) -> list[Token]:
    return [one for one in tokens if one.value is None and one.text[0].isalpha()]


def _words(text: str) -> list[str]:
    return [match[0].casefold() for match in _WORD.finditer(text)]


def _runs(words: Sequence[str]) -> Iterator[int]:
    for first in range(len(words) - RUN_WORDS + 1):
        yield hash(tuple(words[first : first + RUN_WORDS]))
