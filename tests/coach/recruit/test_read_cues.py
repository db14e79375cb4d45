"""What words speak for, by the field's vocabulary."""

from __future__ import annotations

from collections import Counter

import pytest

from coach.recruit.contract import Competency
from coach.recruit.read_competencies import likely
from coach.recruit.read_cues import CueReader, Tally
from coach.recruit.read_text import sentences

TOPICS = {
    "rag-ingestion": ("RAG I: ingestion and index", "rag ingestion and index"),
    "rag-retrieval": ("RAG II: retrieval, ranking, answering", "rag retrieval ranking answering"),
    "safety": ("Safety, privacy, trust", "safety privacy trust"),
    "tool-security": ("MCP and tool security", "mcp and tool security"),
}
CUES = CueReader(
    [Competency(id=name, title=title, questions=9) for name, (title, _) in TOPICS.items()],
    {name: topic for name, (_, topic) in TOPICS.items()},
)


@pytest.mark.parametrize(
    ("text", "spoken_for"),
    [
        ("RAG retrieval", {"rag-retrieval"}),
        ("RAG pipelines", {"rag-ingestion"}),
        ("RAG, retrieval", {"rag-ingestion", "rag-retrieval"}),
        ("RAG retrieval and RAG for manuals", {"rag-ingestion", "rag-retrieval"}),
        ("MCP security", {"tool-security"}),
        ("MCP, security", {"tool-security", "safety"}),
    ],
)
def test_a_word_says_nothing_for_a_chapter_beside_others_that_with_it_name_another(
    text: str, spoken_for: set[str]
) -> None:
    """In "RAG retrieval" both words name one chapter; a word that stands alone elsewhere still counts."""
    tally = Tally()
    for sentence in sentences(text):
        CUES.count(sentence, tally, Counter())
    assert set(tally.scores) == spoken_for


@pytest.mark.parametrize(
    ("text", "named"), [("RAG", {"rag-ingestion", "rag-retrieval"}), ("RAG retrieval", {"rag-retrieval"})]
)
def test_a_bare_subject_names_all_its_chapters(text: str, named: set[str]) -> None:
    """One more word of the field tells which of them is meant."""
    assert set(CUES.named(text)) == named


@pytest.mark.parametrize(
    ("chances", "named", "taken"),
    [
        (
            {"landscape": 0.54, "cost": 0.46, "safety": 0.21, "evaluation": 0.4},
            {"cost", "safety"},
            {"cost", "safety"},
        ),
        ({"incidents": 0.54, "cost": 0.26}, {"cost"}, {"incidents", "cost"}),
        ({"landscape": 0.54, "cost": 0.26}, set(), {"landscape"}),
        ({"incidents": 0.3, "cost": 0.26}, set(), {"incidents"}),
        ({"incidents": 0.19, "cost": 0.1}, {"cost"}, set()),
        ({"incidents": 0.6, "cost": 0.4}, {"incidents", "cost"}, {"incidents"}),
    ],
)
def test_a_topic_that_nothing_names_keeps_out_none_that_words_name(
    chances: dict[str, float], named: set[str], taken: set[str]
) -> None:
    """The likeliest is taken where nothing is named; a chapter on interviews yields to all others."""
    assert likely(chances, named, {"landscape"}, is_listed=False) == taken
