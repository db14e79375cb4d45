"""Which statements of the found sections answer the question, and how well."""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from coach.answer.asked import asks_code, asks_quantity
from coach.answer.digest import Digest
from coach.answer.statements import Statement
from coach.types import Passage, RewrittenQuery
from ingest.analysis import terms
from ingest.contract import ParsedDocument, Section

MIN_TERMS = 4
# Shares of the score; on 262 questions with known facts, halving or doubling any of them moved the facts in
# the direct answer by less than two points of a hundred.
_COVERAGE = 0.5
_PLACE = 0.35
_FOCUS = 0.25
_SHIFT = 0.3
_FADING = 0.2
# Stems that frame a question and say little about its matter.
_FAINT = frozenset(
    "when where one use way best good need make happen thing know explain describ tell differ compar versus"
    " vs better prefer choos pick exampl work".split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A section ready to be quoted, with the passage that brought it; compared by identity."""

    passage: Passage
    document: ParsedDocument
    section: Section
    digest: Digest


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A statement that may become a claim; compared by identity.

    Attributes:
        score: Orders the candidates of one question.
        coverage: The share of the question that it covers, 0 to 1.
    """

    statement: Statement
    source: Source
    score: float = 0.0
    coverage: float = 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """What the answer is measured by: the weights of its terms, adding up to 1, and its bent."""

    weights: dict[str, float]
    asks_quantity: bool
    asks_code: bool

    def coverage(self, terms: AbstractSet[str]) -> float:
        """Return the share of the question that terms cover, 0 to 1; rare terms count for more."""
        if self.weights.keys().isdisjoint(terms):
            return 0.0
        return sum(weight for term, weight in self.weights.items() if term in terms)


def weigh(query: RewrittenQuery, sources: Sequence[Source]) -> Question:
    """Return the question with its terms weighted by rarity among the statements found.

    Left out are terms that none of them holds, which say nothing about which to prefer, and terms that
    only frame a question.
    Source: inverse document frequency as in BM25, Robertson and Zaragoza (2009), over statements.
    """
    pools = [statement.terms for source in sources for statement in source.digest.statements]
    raw: dict[str, float] = {}
    for term, weight in query.terms.items():
        count = 0 if term in _FAINT else sum(term in pool for pool in pools)
        if count:
            raw[term] = weight * math.log1p((len(pools) - count + 0.5) / (count + 0.5))
    total = sum(raw.values())
    weights = {term: weight / total for term, weight in raw.items()} if total else {}
    return Question(weights, asks_quantity(query.original), asks_code(query.original))


def weigh_request(query: RewrittenQuery) -> Question:
    """Return a request for questions by the terms that say on what."""
    weights = {term: weight for term, weight in query.terms.items() if term not in _asking()}
    total = sum(weights.values())
    return Question(
        {term: weight / total for term, weight in weights.items()}, asks_quantity=False, asks_code=False
    )


@cache
def _asking() -> frozenset[str]:
    return frozenset(
        terms(
            "interview interviewer question ask candidate list show suggest generate need want loop round"
            " screen level junior mid senior staff good hard best common typical"
        )
    )


def rank(source: Source, question: Question) -> list[Candidate]:
    """Return all statements of a section with their scores, in text order.

    The score weighs how much of the question a statement covers, whether the search found it, and how
    early it stands. Where the heading already asks the question, the opening is the answer, and place
    counts for more than words.
    """
    heading = source.digest.heading
    fit = question.coverage(heading.terms) if heading else 0.0
    candidates = []
    for statement in source.digest.statements:
        coverage = question.coverage(statement.terms)
        place = 1.0 / (1.0 + _FADING * statement.order)
        score = (_COVERAGE - _SHIFT * fit) * coverage + (_PLACE + _SHIFT * fit) * place
        score += _FOCUS * _focus(source.passage, statement) - _blemish(statement)
        if question.asks_quantity and statement.cues.has_quantity:
            score += 0.2
        candidates.append(Candidate(statement, source, score, coverage))
    return candidates


def _focus(passage: Passage, statement: Statement) -> float:
    """Return 1 for a statement inside the best found chunk, less for later ones, 0 outside."""
    for place, (start, end) in enumerate(passage.focus):
        if statement.start < end and start < statement.end:
            return 1.0 / (1.0 + 0.5 * place)
    return 0.0


def _blemish(statement: Statement) -> float:
    cues = statement.cues
    return (
        0.5 * cues.is_filler
        + 0.25 * (cues.dangles and not cues.asks)
        + 0.15 * cues.is_example
        + 0.1 * (statement.shape == "item")
        + 0.2 * (len(statement.terms) < MIN_TERMS)
    )


def can_open(candidate: Candidate, *, adrift: bool = False) -> bool:
    """Return whether a statement can stand at the head of an answer: a whole assertion about the matter.

    Args:
        candidate: The statement.
        adrift: Whether it may point back to something that is not said.
    """
    statement, cues = candidate.statement, candidate.statement.cues
    is_assertion = not (cues.asks or cues.leads_in or cues.is_filler or statement.shape in ("row", "code"))
    return is_assertion and len(statement.terms) >= MIN_TERMS - 1 and (adrift or not cues.dangles)
