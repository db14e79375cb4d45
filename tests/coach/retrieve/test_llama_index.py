"""Our search under LlamaIndex: what its engines get is what the coach finds."""

from __future__ import annotations

import asyncio

import pytest
from llama_index.core.schema import NodeWithScore, QueryBundle

from coach.coach import Coach
from coach.retrieve.llama_index import HandbookRetriever
from tests.conftest import Ingested
from tests.support.pages import CLEAR_QUESTIONS

QUESTION = CLEAR_QUESTIONS[0]


@pytest.fixture(scope="module")
def nodes(coach: Coach) -> list[NodeWithScore]:
    """What is retrieved for the question."""
    return HandbookRetriever(coach, limit=3).retrieve(QUESTION)


def test_nodes_are_the_coach_s_hits_in_order(coach: Coach, nodes: list[NodeWithScore]) -> None:
    """Ids, texts and scores are the coach's; the limit holds."""
    hits = coach.search(QUESTION, limit=3)
    assert [node.node_id for node in nodes] == [hit.chunk_id for hit in hits]
    assert [node.text for node in nodes] == [hit.text for hit in hits]
    assert [node.score for node in nodes] == [hit.score for hit in hits]
    assert len(nodes) == 3


def test_a_node_can_be_cited_to_the_character(ingested: Ingested, nodes: list[NodeWithScore]) -> None:
    """Its metadata lead to its text in the file."""
    for node in nodes:
        place = node.metadata
        assert place.keys() == {"document", "heading", "path", "start", "end", "question_id"}
        assert ingested.text(place["document"])[place["start"] : place["end"]] == node.text
    assert nodes[0].metadata["heading"] == QUESTION


def test_the_asynchronous_way_finds_the_same(coach: Coach, nodes: list[NodeWithScore]) -> None:
    """`aretrieve` is `retrieve`, also with a query bundle."""
    found = asyncio.run(HandbookRetriever(coach, limit=3).aretrieve(QueryBundle(QUESTION)))
    assert [(node.node_id, node.score) for node in found] == [(node.node_id, node.score) for node in nodes]


def test_an_empty_question_retrieves_nothing(coach: Coach) -> None:
    """No words, no nodes."""
    assert HandbookRetriever(coach).retrieve("  ") == []
