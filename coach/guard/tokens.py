"""A text as the search for names sees it: its words, what each may be, and where capitals stand together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from coach.guard.names import PARTICLES, WORD, Vocabulary, Word, is_title
from ingest.analysis import STOPWORDS

AMBIGUOUS = frozenset({Word.GIVEN_TOO, Word.GIVEN_TERM})
NAMELIKE = frozenset({Word.GIVEN, Word.LANGUAGE, Word.NEW}) | AMBIGUOUS
"""What may be part of a name."""

_OPENING = re.compile(r"(?:^|[.!?:;…\n])[\s\"'“”‘¿¡(*_#>•-]*$")
_POSSESSIVE = re.compile(r"['’]s$")
_LONG_ENOUGH = 3
_FEW, _FUNCTION_WORDS = 5, 0.15
_TITLED, _TITLED_WORDS = 0.4, 3


class Token(NamedTuple):
    """A word of the text.

    Attributes:
        title: Whether it is written as a name is.
        opens: Whether a sentence begins with it, so that its capital says nothing.
    """

    start: int
    end: int
    text: str
    kind: Word
    title: bool
    opens: bool

    @property
    def initial(self) -> bool:
        """Whether it is a single capital, as in "J. Smith"."""
        return len(self.text) == 1 and self.text.isupper() and self.text != "I"


def read_tokens(text: str, vocabulary: Vocabulary) -> list[Token]:
    """Return the words of a text in order."""
    tokens: list[Token] = []
    for match in WORD.finditer(text):
        word = _POSSESSIVE.sub("", match[0])
        opens = _OPENING.search(text, max(0, match.start() - 12), match.start()) is not None
        end = match.start() + len(word)
        tokens.append(Token(match.start(), end, word, vocabulary.kind(word), is_title(word), opens))
    return _with_shouted_names(text, tokens)


def runs(text: str, tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the longest chains of capitalised words, with particles and initials between them."""
    run: list[Token] = []
    for token in tokens:
        joins = token.title or token.initial or (bool(run) and token.text in PARTICLES)
        if run and not (joins and adjacent(text, run[-1], token)):
            yield run
            run = []
        if joins and (run or token.text not in PARTICLES):
            run.append(token)
    yield run


def adjacent(text: str, one: Token, other: Token) -> bool:
    """Return whether nothing but a space, or the point of an initial, parts two words."""
    between = text[one.end : other.start]
    return between.strip(" \t") == ("." if one.initial and "." in between else "") and bool(between)


def capitals_tell(tokens: Sequence[Token]) -> bool:
    """Return whether a capital in the middle of a sentence makes a new word a name.

    It does not Where Every Word Has One, nor in other languages than English: German gives every noun one.
    """
    inner = [token for token in tokens if not token.opens and len(token.text) > _LONG_ENOUGH]
    titled = [token for token in inner if token.title and token.kind is Word.FIELD]
    if len(titled) >= _TITLED_WORDS and len(titled) > _TITLED * len(inner):
        return False
    small = [token.text.casefold() for token in tokens if not token.title and token.text.islower()]
    return len(small) < _FEW or sum(word in STOPWORDS for word in small) > _FUNCTION_WORDS * len(small)


def _with_shouted_names(text: str, tokens: list[Token]) -> list[Token]:
    """Return the tokens, "PRIYA RAGHUNATHAN" taken for capitalised; one word alone is an acronym."""
    shouted = [
        token.text.isupper() and len(token.text) >= _LONG_ENOUGH and token.kind in NAMELIKE
        for token in tokens
    ]
    for at in range(1, len(tokens)):
        pair = tokens[at - 1 : at + 1]
        given = any(token.kind is Word.GIVEN for token in pair)
        if shouted[at - 1] and shouted[at] and given and adjacent(text, *pair):
            tokens[at - 1 : at + 1] = [token._replace(title=True) for token in pair]
    return tokens
