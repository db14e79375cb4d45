"""Whether the questions of a set are known already: a text from somewhere else against the set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np

from coach.answer.sentences import Span, sentences
from coach.recruit.sets import QuestionSet
from ingest.analysis import terms
from ingest.contract import Frozen
from ingest.store.values import Vector

# Share of a wording's stems, at least so many, that one passage must hold to be the same wording.
_SAME_WORDS = 0.8
_FEWEST_STEMS = 3
# Cosine from which a sentence asks what the question asks: above it lie rewordings, below it neighbours.
_SAME_MEANING = 0.72
_MOST_SENTENCES = 400


class Leak(Frozen):
    """A passage of the text that gives a question of the set away: ``text[start:end]``.

    Attributes:
        kind: "wording" if it has the question's words, "meaning" if it asks the same in others.
        likeness: 0 to 1: the share of the question's words, or the nearness of meaning.
    """

    question_id: str
    question: str
    kind: Literal["wording", "meaning"]
    likeness: float
    start: int
    end: int
    quote: str


def find_leaks(
    made: QuestionSet,
    text: str,
    wordings: Mapping[str, Sequence[str]],
    vectors: Mapping[str, Vector],
    embed: Callable[[str], Vector],
) -> tuple[Leak, ...]:
    """Return the best match of each question that the text gives away, in the order of the set.

    Args:
        made: The set.
        text: Pasted from a forum, a preparation course, an earlier set.
        wordings: Every way in which a question is put, by id.
        vectors: Of those wordings together, by id.
        embed: Text to vector, of the same space.
    """
    found = [span for span in sentences(text, Span(0, len(text))) if terms(text[span.start : span.end])]
    passages = found[:_MOST_SENTENCES]
    if not passages:
        return ()
    stems = [frozenset(terms(text[one.start : one.end])) for one in passages]
    meanings = np.stack([embed(text[one.start : one.end]) for one in passages])
    leaks = []
    for pack in (pack for one in made.interviews for pack in one.packs):
        known = pack.question.id
        shares = [_share(wordings.get(known, (pack.question.text,)), one) for one in stems]
        nearness = meanings @ vectors[known] if known in vectors else np.zeros(len(passages))
        worded, meant = int(np.argmax(shares)), int(np.argmax(nearness))
        if shares[worded] >= _SAME_WORDS:
            place, kind, likeness = worded, "wording", shares[worded]
        elif nearness[meant] >= _SAME_MEANING:
            place, kind, likeness = meant, "meaning", float(nearness[meant])
        else:
            continue
        start, end = passages[place]
        leaks.append(
            Leak(
                question_id=known,
                question=pack.question.text,
                kind=kind,
                likeness=round(min(likeness, 1.0), 3),
                start=start,
                end=end,
                quote=text[start:end],
            )
        )
    return tuple(leaks)


def _share(wordings: Sequence[str], held: frozenset[str]) -> float:
    """Return the largest share of a wording's stems that are held; short wordings need all of theirs."""
    best = 0.0
    for wording in wordings:
        wanted = set(terms(wording))
        if len(wanted) >= _FEWEST_STEMS:
            best = max(best, len(wanted & held) / len(wanted))
    return best
