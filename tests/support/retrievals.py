"""Retrievals of sections with the scores that a test names."""

from __future__ import annotations

import numpy as np

from coach.retrieve.rerank import Scored
from coach.retrieve.retriever import FoundSection, Retrieval
from coach.retrieve.search import EmbeddedQuery
from ingest.embed import QueryVectors
from ingest.store.values import SparseVector
from tests.support.fake_embedder import make_section_chunk
from tests.support.handbook import ask

NOTHING = EmbeddedQuery(
    QueryVectors(np.zeros(2, np.float32), np.zeros((1, 2), np.float32)), (), SparseVector((), ())
)
MEASURED = (Scored("chunk", 0.0, 0.0, 0.0, 0.0, 0.0),)


def found(
    question: str, *scores: float, scored: tuple[Scored, ...] = MEASURED, parts: tuple[Retrieval, ...] = ()
) -> Retrieval:
    """Return a retrieval with sections of these scores, called "<question> <place>"."""
    names = [f"{question} {place}" for place in range(len(scores))]
    sections = (
        FoundSection(name, score, (make_section_chunk(question, name),))
        for name, score in zip(names, scores, strict=True)
    )
    return Retrieval(ask(question), NOTHING, (), (), scored, tuple(sections), parts)
