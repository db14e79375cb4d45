"""Claims out of candidates, each thing said once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from math import ceil

from coach.answer.ranking import Candidate, Source
from coach.answer.sentences import Span
from coach.guard.screened import place_of
from coach.types import OUTLINE_FIELDS, Citation, Claim, Outline, OutlineField
from ingest.contract import PartKind
from ingest.labels import is_label

# Their labels say more than the field that they stand in: a level, the kind of remark or table.
_LABELLED: frozenset[PartKind] = frozenset({"signal", "callout", "trade_off", "table"})
_SAME_OVERLAP = 0.8
_SAME_ORDER = 0.8
_CONTAINED = 0.9
_MIN_CONTAINED_TERMS = 6


@dataclass(slots=True, eq=False)
class _Held:
    place: int
    candidate: Candidate
    words: frozenset[str]
    label: str
    citations: list[Citation]


class Gathering:
    """The claims of an outline as they are gathered; the first that says a thing keeps it."""

    def __init__(self) -> None:
        self._fields: dict[OutlineField, list[_Held]] = {name: [] for name in OUTLINE_FIELDS}
        self._held: list[_Held] = []
        self._by_word: dict[str, list[_Held]] = {}
        self._by_document: dict[str, list[_Held]] = {}

    def add(self, name: OutlineField, candidate: Candidate, *, located: bool = False) -> None:
        """Make a claim of a candidate, or let it lend its citation if it only repeats a claim.

        The citation of a repetition is kept if it comes from a document that the claim does not cite.
        A located claim that has no label of its own is labelled by its section.
        """
        if self.lend(candidate):
            return
        held = _Held(
            place=len(self._held),
            candidate=candidate,
            words=_words(candidate),
            label=_label(candidate, located=located),
            citations=citations(candidate),
        )
        self._held.append(held)
        self._fields[name].append(held)
        self._by_document.setdefault(candidate.source.passage.document, []).append(held)
        for word in held.words:
            self._by_word.setdefault(word, []).append(held)

    def extend(
        self, name: OutlineField, candidates: Iterable[Candidate], *, limit: int, located: bool = False
    ) -> None:
        """Add candidates in order while the field holds fewer than `limit`; repetitions always lend."""
        for candidate in candidates:
            if self.count(name) < limit:
                self.add(name, candidate, located=located)
            elif self._by_document.keys() - {candidate.source.passage.document}:
                self.lend(candidate)

    def lend(self, candidate: Candidate) -> bool:
        """Return whether a candidate repeats a claim; its citation is then kept if it proves the claim."""
        twin = self._overlapping(candidate) or self._repeated(candidate)
        if twin is None:
            return False
        known = {citation.document for citation in twin.citations}
        if candidate.source.passage.document not in known and _says_same(candidate, twin.candidate):
            twin.citations.extend(citations(candidate))
        return True

    def count(self, name: OutlineField) -> int:
        """Return how many claims a field holds."""
        return len(self._fields[name])

    def outline(self) -> Outline:
        """Return what was gathered, unchecked."""
        return Outline(
            **{
                name: tuple(_claim(held) for held in held_claims)
                for name, held_claims in self._fields.items()
            }
        )

    def _overlapping(self, candidate: Candidate) -> _Held | None:
        """Return the claim that quotes the same characters, or some of them."""
        new = candidate.statement
        for held in self._by_document.get(candidate.source.passage.document, ()):
            old = held.candidate.statement
            if new.start < old.end and old.start < new.end:
                return held
        return None

    def _repeated(self, candidate: Candidate) -> _Held | None:
        """Return the first claim of which a candidate is a repetition, in whatever document."""
        words = _words(candidate)
        needed = ceil(_SAME_OVERLAP * len(words))
        # Whoever shares that many words shares one of these.
        telling = islice(words, len(words) - needed + 1)
        near = {held for word in telling for held in self._by_word.get(word, ())}
        repeated = (
            held for held in near if len(words & held.words) >= needed and _repeats(candidate, held.candidate)
        )
        return min(repeated, key=lambda held: held.place, default=None)


def _words(candidate: Candidate) -> frozenset[str]:
    statement = candidate.statement
    return statement.terms or frozenset({statement.text})


def _claim(held: _Held) -> Claim:
    statement = held.candidate.statement
    return Claim(
        text=statement.text,
        support="unchecked",
        citations=tuple(held.citations),
        label=held.label,
    )


def citations(candidate: Candidate) -> list[Citation]:
    """Return the citation of a statement; a table row brings the header that it is read by, first."""
    return [_citation(candidate.source, span) for span in candidate.statement.spans]


def _citation(source: Source, span: Span) -> Citation:
    passage, (path, heading) = source.passage, place_of(source.document, source.section)
    found = zip(passage.focus, passage.chunk_ids, strict=False)
    return Citation(
        document=passage.document,
        path=path,
        heading=heading,
        start=span.start,
        end=span.end,
        quote=source.document.document.text[span.start : span.end],
        chunk_id=next((id_ for (start, end), id_ in found if start <= span.start and span.end <= end), None),
    )


def _label(candidate: Candidate, *, located: bool) -> str:
    """Return what the handbook calls the place, unless that is only the name of the field."""
    statement, title = candidate.statement, candidate.source.digest.heading
    if statement.label and (statement.kind in _LABELLED or not is_label(statement.label)):
        return statement.label
    return title.text if located and title and title is not statement else ""


def _repeats(candidate: Candidate, held: Candidate) -> bool:
    """Return whether a candidate says nothing, or next to nothing, beyond a claim that is held."""
    new, old = candidate.statement, held.statement
    if not new.figures <= old.figures or new.negations != old.negations:
        return False
    if len(new.terms) < _MIN_CONTAINED_TERMS:
        return new.terms == old.terms
    return len(new.terms & old.terms) >= _CONTAINED * len(new.terms) or _says_same(candidate, held)


def _says_same(candidate: Candidate, held: Candidate) -> bool:
    """Return whether two statements are near enough for one to prove the other."""
    new, old = candidate.statement, held.statement
    if new.figures != old.figures or new.negations != old.negations:
        return False
    if new.text == old.text:
        return True
    if len(new.terms & old.terms) < _SAME_OVERLAP * len(new.terms | old.terms):
        return False
    # The same words in another order can say the opposite.
    from rapidfuzz.distance import Indel

    return Indel.normalized_similarity(new.text.lower(), old.text.lower()) >= _SAME_ORDER
