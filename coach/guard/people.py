"""The names of people in a text, by lists, by their surroundings and by how they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import takewhile

from coach.guard.cues import HAN_PERSON, Cues, load_cues
from coach.guard.identifiers import Found
from coach.guard.names import PARTICLES, WORD, Vocabulary, Word, fold
from coach.guard.tokens import AMBIGUOUS, NAMELIKE, Token, adjacent, capitals_tell, read_tokens, runs
from ingest.analysis import STOPWORDS

LONGEST_NAME = 4
_SHORTEST_LOWER = 5
_SHORTEST_PART = 3
_LONGEST_FOREIGN = 24
_MOSTLY = 0.6


class PeopleFinder:
    """Finds names of people; what is in the vocabulary as a term or a word of the handbook is none."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._cues = load_cues()
        self._before = _before(self._cues)

    def find(self, text: str, taken: Sequence[Found] = (), hints: Collection[str] = ()) -> list[Found]:
        """Return the spans of names, in order, outside the spans that are taken.

        `hints` are folded words that are parts of names already known: of the conversation, of an address.
        """
        masked = _mask(text, taken)
        tokens = read_tokens(masked, self._vocabulary)
        spans = [
            *self._listed(masked, tokens, frozenset(hints)),
            *self._cued(masked, tokens),
            *_foreign(masked, tokens),
        ]
        spans.extend(
            match.span(group)
            for match in HAN_PERSON.finditer(masked)
            for group, found in match.groupdict().items()
            if found
        )
        return [Found(start, end, "PERSON") for start, end in _merge(spans)]

    def parts(self, name: str) -> Iterator[str]:
        """Yield the folded words by which a person may be called later in the conversation."""
        for match in WORD.finditer(name):
            word = match[0]
            told = self._vocabulary.kind(word) in {Word.GIVEN, Word.NEW, Word.LANGUAGE}
            if len(word) >= _SHORTEST_PART and told and fold(word) not in PARTICLES:
                yield fold(word)

    def _listed(self, text: str, tokens: Sequence[Token], hints: frozenset[str]) -> Iterator[tuple[int, int]]:
        """Yield names that lists or their own spelling give away."""
        telling = capitals_tell(tokens)
        for run in runs(text, tokens):
            yield from _names_in(run, telling=telling)
        for at, token in enumerate(tokens):
            if fold(token.text) in hints and (token.title or self._is_rare(token)):
                yield token.start, token.end
            elif token.kind is Word.GIVEN and len(token.text) >= _SHORTEST_LOWER and self._is_rare(token):
                surname = [
                    other
                    for other in tokens[at + 1 : at + 2]
                    if adjacent(text, token, other) and other.kind is Word.NEW
                ]
                yield token.start, (surname or [token])[-1].end

    def _is_rare(self, token: Token) -> bool:
        """Return whether a word in small letters is none of the language, whatever else it may be."""
        lower = token.text.casefold()
        return lower not in self._vocabulary.language and lower not in self._vocabulary.handbook

    def _cued(self, text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
        """Yield names that the words around them give away."""
        index = {token.start: at for at, token in enumerate(tokens)}
        for pattern, fits in self._before:
            for match in pattern.finditer(text):
                at = index.get(match.end())
                name = _name_from(text, tokens[at:], fits) if at is not None else []
                if name:
                    yield name[0].start, name[-1].end
        for token in tokens:
            named = (
                token.title and token.kind in NAMELIKE and not (token.opens and token.kind is Word.LANGUAGE)
            )
            if named and self._cues.speaks.match(text, token.end):
                yield token.start, token.end


# What follows a name in an introduction, in languages whose small words are in no list.
_ENDS = frozenset("है हूँ हूं और ہے und et y e i ve и och og en".split())
Fits = Callable[[int, Token], bool]


def _introduced(at: int, token: Token) -> bool:
    """After "my name is": the first word whatever its case, then capitals, then one more that is new."""
    if token.title or token.initial:
        return token.text.casefold() not in STOPWORDS
    if token.text in _ENDS:
        return False
    unusual = token.kind in {Word.NEW, Word.GIVEN} or (
        at == 0 and token.kind in {Word.LANGUAGE, Word.GIVEN_TOO}
    )
    return unusual or token.text.casefold() in PARTICLES


def _capital(_: int, token: Token) -> bool:
    return (token.title and token.kind in NAMELIKE) or token.initial or token.text in PARTICLES


def _any_capital(_: int, token: Token) -> bool:
    return (token.title and token.kind is not Word.TERM) or token.initial or token.text in PARTICLES


def _before(cues: Cues) -> tuple[tuple[re.Pattern[str], Fits], ...]:
    return (
        (cues.introduced, _introduced),
        (cues.titled, _any_capital),
        (cues.presented, _capital),
        (cues.greeted, _capital),
        (cues.signed, _introduced),
        (cues.labelled, _capital),
        (cues.role, _capital),
        (cues.addressed, _capital),
    )


def _name_from(text: str, tokens: Sequence[Token], fits: Fits) -> list[Token]:
    """Return the words of the name that the tokens begin with; none if the first does not fit."""
    name: list[Token] = []
    for at, token in enumerate(tokens[:LONGEST_NAME]):
        if not fits(at, token) or (name and not adjacent(text, name[-1], token)):
            break
        name.append(token)
    while name and name[-1].text.casefold() in PARTICLES:
        name.pop()
    return name


def _names_in(run: Sequence[Token], *, telling: bool) -> Iterator[tuple[int, int]]:
    """Yield the names in a chain of capitals, cut where a term or a word of the handbook stands.

    `telling` says whether a capital in the middle of a sentence makes a new word a name.
    """
    at = 0
    while at < len(run):
        name = list(takewhile(_may_be_part, run[at:]))
        after = run[at + len(name) : at + len(name) + 1]
        at += len(name) + 1
        while name and name[-1].text in PARTICLES:
            name.pop()
        if len(name) > 1 and _only_opens(name[0], name[1]):
            name = name[1:]
        words = [token for token in name if token.text.casefold() not in PARTICLES]
        known = [token for token in after if _may_be_surname(token)] if len(words) == 1 else []
        of_a_term = len(name) == 1 and name[0].kind in AMBIGUOUS and after and after[0].kind is Word.TERM
        if of_a_term or not (
            _is_name(name, telling=telling) or (known and _is_new(words[0], telling=telling))
        ):
            continue
        name += known
        yield name[0].start, name[-1].end


def _may_be_surname(token: Token) -> bool:
    """Return whether a word of the handbook may be a surname here, as that of an author whom it cites."""
    return token.kind is Word.FIELD and token.title and token.text.casefold() not in STOPWORDS


def _is_new(word: Token, *, telling: bool) -> bool:
    return telling and word.kind is Word.NEW


def _may_be_part(token: Token) -> bool:
    return token.kind in NAMELIKE or token.initial or token.text in PARTICLES


def _only_opens(word: Token, name: Token) -> bool:
    """Return whether a word has its capital from the sentence, and a name follows: "Will Priya join?"."""
    if not word.opens:
        return False
    if word.kind is Word.LANGUAGE or word.text.casefold() in STOPWORDS:
        return name.kind in {Word.GIVEN, Word.NEW} or (word.kind in AMBIGUOUS and name.kind in AMBIGUOUS)
    return word.kind in AMBIGUOUS and name.kind is Word.GIVEN


def _is_name(name: Sequence[Token], *, telling: bool) -> bool:
    words = [token for token in name if not token.initial and token.text not in PARTICLES]
    kinds = {token.kind for token in words}
    if Word.GIVEN in kinds or (len(words) > 1 and kinds & AMBIGUOUS):
        return True
    if not words or not telling:
        return False
    if len(words) > 1:
        return Word.NEW in kinds or not words[0].opens
    inside = not words[0].opens or len(name) > 1  # "J. Smithson" may open a sentence
    return (Word.NEW in kinds and (inside or _is_accented(words[0].text))) or (
        words[0].kind is Word.GIVEN_TOO and inside
    )


def _is_accented(word: str) -> bool:
    return not word.isascii() and all(_script(char) == "LATIN" for char in word if char.isalpha())


def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0].partition("-")[0]


def _foreign(text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield short runs in another script than the rest of the text is in: a name or a place, as a rule."""
    scripts = [_script(token.text[0]) for token in tokens]
    if not scripts or scripts.count("LATIN") < _MOSTLY * len(scripts):
        return
    start: int | None = None
    end = 0
    for token, script in zip(tokens, scripts, strict=True):
        foreign = script != "LATIN" and len(token.text) > (2 if script == "GREEK" else 1)
        if start is not None and not (foreign and text[end : token.start].strip(" ·・.") == ""):
            if end - start <= _LONGEST_FOREIGN:
                yield start, end
            start = None
        if foreign:
            start, end = (token.start if start is None else start), token.end
    if start is not None and end - start <= _LONGEST_FOREIGN:
        yield start, end


def _mask(text: str, taken: Iterable[Found]) -> str:
    """Return the text with something of equal length that is no word in place of what is taken."""
    for found in taken:
        text = text[: found.start] + "0" * (found.end - found.start) + text[found.end :]
    return text


def _merge(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
