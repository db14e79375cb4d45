"""Answers that cannot be graded, and sentences that earn nothing: told before anything is measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from coach.faithfulness.tokens import tokenise
from coach.guard.steering import Steering
from coach.practice.candidate import Aside, Sentence, function_share, unknown_share, word_count
from coach.practice.grade import Reason
from coach.practice.page_vectors import PageVectors
from coach.practice.vectors import Texts, nearness
from coach.retrieve.cohorts import Cohorts

# Shares of words; English prose has two fifths function words and almost no unknown word. An answer in
# headwords keeps some of the first, another language none; chosen on samples, far from either side.
_MOST_UNKNOWN = 0.4
_FEWEST_FUNCTION_WORDS = 0.1
# Below so many words nothing can be said of a language.
_FEW_WORDS = 6
# As near to a wording of the question as a sentence has to be to count as a repetition of it.
_REPEATS = 0.86
# A sentence that steers an assistant is nearer to such questions than to all others by so much, and the
# logarithm of the chance that it is one is so high. It must be far from the page too: a page on injection is
# about such sentences, and answers to it quote them.
_STEERS_BY = 0.08
_STEERS_LOG_CHANCE = -1.0
_FAR_FROM_PAGE = 0.5

# Questions about attacks lie beside the attacks themselves.
_STEERING = frozenset({"instruction_near", "about_attacks_near"})

MESSAGES: dict[Reason, str] = {
    "empty": "There is no answer to grade. Say it aloud first, then type what you said.",
    "unreadable": "This is not readable as English; only English answers can be graded.",
    "keywords": "This is a list of words. Say what you would do with them, in sentences.",
    "copied": "This is the handbook's own text. Close the page and answer in your own words.",
    "question": "This repeats the question, or asks another one. Answer it as if it had just been asked.",
    "instruction": "This speaks to the grader instead of answering the question.",
    "gone": "The handbook has nothing any more that this could be graded against.",
}


class Sorted(NamedTuple):
    """The sentences of an answer, those that count apart from those that do not.

    Attributes:
        own: Places of those that are an answer in the candidate's own words.
        aside: Place -> why it does not count.
    """

    own: tuple[int, ...]
    aside: dict[int, Aside]


def unreadable(answer: str, known: frozenset[str]) -> Reason | None:
    """Return why a text cannot be read as an answer in English, or None.

    Args:
        answer: The text.
        known: Stems of the handbook's words.
    """
    tokens = tokenise(answer)
    words = [token for token in tokens if token.value is None and token.text[0].isalpha()]
    if not words:
        return "unreadable" if answer.strip() else "empty"
    if unknown_share(tokens, known) > _MOST_UNKNOWN:
        return "unreadable"
    if word_count(answer) >= _FEW_WORDS and function_share(tokens) < _FEWEST_FUNCTION_WORDS:
        return "keywords"
    return None


def sort(
    sentences: Sequence[Sentence], said: Texts, vectors: PageVectors, cohorts: Cohorts, steering: Steering
) -> Sorted:
    """Return which sentences count.

    Args:
        sentences: Of the answer, at least one.
        said: The same, embedded.
        vectors: Of the question's page.
        cohorts: What tells sentences that steer an assistant as questions do.
        steering: What tells those that steer it as pages do.
    """
    to_question = nearness(said, vectors.wordings).late.max(axis=1)
    near = [nearness(said, texts).late.max(axis=1) for texts in (vectors.statements, vectors.anchors)]
    to_page = np.max(near, axis=0)
    flags = steering.flags([one.text for one in sentences])
    steers = [any(pair) for pair in zip(_steers(said, cohorts), flags, strict=True)]
    aside: dict[int, Aside] = {}
    for place, sentence in enumerate(sentences):
        if to_question[place] >= _REPEATS:
            aside[place] = "question"
        elif sentence.is_copied:
            aside[place] = "copied"
        elif steers[place] and to_page[place] < _FAR_FROM_PAGE:
            aside[place] = "instruction"
    return Sorted(tuple(place for place in range(len(sentences)) if place not in aside), aside)


def _steers(said: Texts, cohorts: Cohorts) -> list[bool]:
    """Return which sentences speak to an assistant rather than of the matter."""
    near = cohorts.nearness(said.bodies)
    others = [values for name, values in near.items() if name.endswith("_near") and name not in _STEERING]
    ahead = near["instruction_near"] - np.max(others, axis=0)
    sure = near["instruction_chance"] >= _STEERS_LOG_CHANCE
    return [bool(one) for one in sure & (ahead >= _STEERS_BY)]


def reason_of(aside: Sequence[Aside]) -> Reason:
    """Return why nothing of an answer counts: the reason of most of its sentences."""
    ranked: tuple[Aside, ...] = ("copied", "instruction", "question")
    return max(ranked, key=lambda one: (aside.count(one), -ranked.index(one)))
