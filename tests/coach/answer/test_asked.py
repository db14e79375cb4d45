"""What a question wants, told from its wording."""

from __future__ import annotations

import pytest

from coach.answer.asked import asks_quantity, compares, levels_named, wants_questions


@pytest.mark.parametrize(
    "query",
    [
        "questions for a staff-level incident loop",
        "what should I ask a candidate about caching?",
        "Give me five interview questions on RAG",
        "Which questions would you ask a senior engineer about evals?",
        "system design questions about LLM gateways",
        "What do interviewers ask about agents?",
        "I need a question set for a phone screen",
        "quiz me on transformers",
        "interview questions",
        "top 10 LLM interview questions",
        "set of agent questions for a senior opening please",
        "what would you ask in an ML loop?",
        "How should I test a candidate on evals?",
        "What questions should I expect on vector databases?",
        "Draft a list of questions to test prompt injection know-how",
        "give me questions to ask a candidate about RAG",
        "I need something to ask about evals",
        "give me five to ask about agents",
        "I need to ask a candidate about agents",
        "I want to ask for interview questions on RAG",
        "what would an LLM team ask me?",
        "what questions do LLM interviewers ask?",
        "I want you to ask me questions about agents",
    ],
)
def test_request_for_questions_is_recognised(query: str) -> None:
    """A request for interview questions is told from a question."""
    assert wants_questions(query)


@pytest.mark.parametrize(
    "query",
    [
        "How do you rewrite a user's question before searching?",
        "How should I answer behavioural interview questions about conflict?",
        "What is question answering?",
        "How do you route customers' questions to the right model?",
        "When should an agent ask the user a question?",
        "How do you decide that a question cannot be answered from the corpus?",
        "What does an LLM gateway do?",
        "public leaderboards or homemade test questions for picking a vendor?",
        "My chatbot gets questions about pricing",
        "How do I prepare for interview questions?",
        "Why would a model ask for more context?",
        "Can you interview a service owner about an outage?",
        "I want to ask how you size a GPU cluster",
        "I need to ask: when does a reranker earn its latency?",
        "want to ask: what is RAG?",
        "need to ask about prompt caching",
        "How should I build a system to ask questions over PDFs",
        "get the model to ask a user before deleting",
        "What should a model do if it needs to ask us for permission?",
        "What should an agent ask us before deleting a table?",
        "What questions do users ask most?",
        "Which questions should an agent ask before it acts?",
        "find a way to ask the user for consent",
    ],
)
def test_question_about_questions_is_no_request(query: str) -> None:
    """A question that only speaks of questions or of asking wants an answer."""
    assert not wants_questions(query)


def test_bent_of_question() -> None:
    """Comparisons and questions for a figure are recognised."""
    assert compares("RAG vs fine-tuning?")
    assert compares("Should I use a queue or a stream?")
    assert not compares("What is RAG?")
    assert asks_quantity("How many examples do I need?")
    assert asks_quantity("What is a good threshold for the breaker?")
    assert not asks_quantity("How do I pick examples?")


def test_levels_named() -> None:
    """Levels are found in labels and sentences."""
    assert levels_named("Senior and staff signal") == ("senior", "staff")
    assert levels_named("Everybody") == ()
