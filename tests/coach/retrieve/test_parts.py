"""Parts of a question and the sections that answer them."""

from __future__ import annotations

import numpy as np

from coach.retrieve.parts import best_of_parts
from coach.retrieve.retriever import FoundSection
from ingest.embed import QueryVectors
from ingest.store.port import Build
from ingest.store.values import Leg, RankedId
from tests.support.fake_embedder import make_section_chunk

CANARY, CACHE = make_section_chunk("canary", "canary"), make_section_chunk("cache", "cache")


class Measured:
    """Stands for a build whose dense scores are these; nothing else is measured."""

    def __init__(self, canary: float, cache: float) -> None:
        self.scores = {CANARY.id: canary, CACHE.id: cache}

    def search_each(self, legs: list[Leg], **_: object) -> list[list[RankedId]]:
        found = [RankedId(one, score, 1) for one, score in self.scores.items()]
        return [found if leg.using == "tokens" else [] for leg in legs]


def best(*, canary: tuple[float, float], cache: tuple[float, float]) -> str:
    """Return the section chosen for one part; each has a score for the whole and one for the part."""
    sections = [
        FoundSection("canary", canary[0], (CANARY,)),
        FoundSection("cache", cache[0], (CACHE,)),
    ]
    part = QueryVectors(np.zeros(2, np.float32), np.zeros((1, 2), np.float32))
    build: Build = Measured(canary[1], cache[1])  # type: ignore[assignment]
    return best_of_parts(build, [part], sections)[0]


def test_a_part_of_its_own_matter_has_its_own_section() -> None:
    """The section that fits the part clearly better is chosen although another fits the whole better."""
    assert best(canary=(1.6, 0.2), cache=(1.3, 0.8)) == "cache"


def test_a_part_that_is_no_question_by_itself_stays_with_the_whole() -> None:
    """A vague part, near to nothing in particular, is answered by what answers the whole."""
    assert best(canary=(1.9, 0.30), cache=(0.9, 0.35)) == "canary"


def test_nothing_found_for_the_whole_is_nothing_for_the_parts() -> None:
    """Without sections there is no best one."""
    part = QueryVectors(np.zeros(2, np.float32), np.zeros((1, 2), np.float32))
    build: Build = Measured(0.0, 0.0)  # type: ignore[assignment]
    assert best_of_parts(build, [part], []) == ()
