"""Follow-up questions: which are completed, by what, and which are left alone."""

from __future__ import annotations

import pytest

from coach.conversation import State, stand_alone
from coach.conversation.subject import subject_of

LOOP = State(
    question="How do you stop an agent that is stuck in a tool loop?",
    subject="an agent",
    points=("Confirm. Read the last ten calls.", "Separate the two kinds."),
)
BASE = "How do you stop an agent that is stuck in a tool loop"


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("why?", "Why stop an agent that is stuck in a tool loop?"),
        ("Ok, but why not?", "Why not stop an agent that is stuck in a tool loop?"),
        ("and for agents?", f"{BASE} for agents?"),
        ("And in production?", "How do you stop an agent that is stuck in production?"),
        ("what about cost?", f"What about cost: {BASE}?"),
        ("And the database?", f"What about the database: {BASE}?"),
        ("and if it fails?", f"{BASE}, if it fails?"),
        ("Give me an example", f"{BASE}: give me an example?"),
        ("Can you elaborate?", f"{BASE}: can you elaborate?"),
        ("tell me more about step 2", "tell me more about “Separate the two kinds” (an agent)"),
        ("What does the first one mean?", "What does “Confirm. Read the last ten calls” mean? (an agent)"),
        ("Why the last step?", "Why “Separate the two kinds”? (an agent)"),
        (
            "What is the last step of your answer?",
            "What is “Separate the two kinds” of your answer? (an agent)",
        ),
        (
            "Does the second one hold in production?",
            "Does “Separate the two kinds” hold in production? (an agent)",
        ),
        ("What if the second step fails?", "What if “Separate the two kinds” fails? (an agent)"),
        ("For agents, too?", f"{BASE} For agents, too?"),
        ("with retries, is that safer?", f"{BASE} with retries, is that safer?"),
        ("and in which cases?", "How do you stop an agent that is stuck in which cases?"),
        ("and if latency doubles, what then?", f"{BASE}, if latency doubles, what then?"),
    ],
)
def test_ellipsis_is_completed_by_rules(asked: str, meant: str) -> None:
    """A question that leaves out what was asked before gets it back, and the rules are sure of it."""
    made = stand_alone(asked, LOOP)
    assert (made.question, made.how, made.is_sure) == (meant, "rules", True)


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("How do you test it?", "test an agent"),
        ("What are its limits?", "an agent's limits"),
        ("Is this approach expensive?", "Is an agent expensive"),
        ("How often does that happen?", "stuck in a tool loop"),
        ("Do they scale?", "Do an agent scale"),
        ("Is it worth the money?", "Is an agent worth the money"),
        ("Is it safe to use in production?", "Is an agent safe to use in production"),
        ("Is it hard to set up?", "Is an agent hard to set up"),
        ("How long does it take to run?", "How long does an agent take to run"),
        ("In production, how would it change?", "In production, how would an agent change"),
    ],
)
def test_word_that_points_back_is_replaced(asked: str, holds: str) -> None:
    """The thing that is talked about stands where "it" stood, with the last question beside it."""
    assert holds in stand_alone(asked, LOOP).question


@pytest.mark.parametrize(
    "asked",
    [
        "What is a reranker?",
        "An agent keeps calling the same tool, how do I stop it?",
        "How do you make sure that answers are cited?",
        "How would a senior engineer debug a wrong answer from a RAG system?",
        "RAG or fine-tuning for a support bot?",
        "When do you add vectors to keyword search, and what do they cost?",
        "什么是分布式锁？怎么实现？",
        "How long may a rollback take before users notice?",
        "With LoRA, what rank should I choose?",
        "In production, how do you monitor drift?",
        "In production how do you monitor drift?",
        "By the way, what is RAG?",
        "At what scale do you shard an index?",
        "If latency doubles, what do you check first?",
        "If latency doubles, should you add replicas?",
        "After an incident, who writes the postmortem?",
        "And caching, when does a semantic cache pay off?",
        "What's the first thing you do in an outage?",
        "What is the last step of RLHF?",
        "What is the first thing to check when latency spikes?",
        "Explain step 2 of backpropagation",
        "When is it worth fine-tuning a model?",
        "How long does it take to fine-tune a 7B model?",
        "When does it make sense to roll out a canary?",
        "How likely is it that a model leaks its training data?",
        "Is it a good idea for a small team to train embeddings?",
        "Would it be better to use a queue?",
        "Does it matter whether prompts are cached?",
    ],
)
def test_whole_question_is_left_alone(asked: str) -> None:
    """A question that says what it is about comes back as it is."""
    assert stand_alone(asked, LOOP).question == asked


@pytest.mark.parametrize("asked", ["why?", "and for agents?", "How do you test it?", "", "   "])
def test_without_a_conversation_nothing_is_completed(asked: str) -> None:
    """Before the first answer there is nothing to complete a question by."""
    assert stand_alone(asked, State()).question == asked


@pytest.mark.parametrize("asked", ["cost?", "为什么？", "Kafka?"])
def test_single_words_are_completed_but_not_with_certainty(asked: str) -> None:
    """A word alone may be a new subject: the rules complete it, and say that a model may know better."""
    made = stand_alone(asked, LOOP)
    assert not made.is_sure
    assert "stuck in a tool loop" in made.question


def test_second_subject_makes_a_pointing_word_unsure() -> None:
    """Where two things were talked about, "it" may mean either."""
    state = LOOP.model_copy(update={"subjects": ("a reranker",)})
    assert not stand_alone("How do you test it?", state).is_sure


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("How do you roll back a bad release?", "a bad release"),
        ("What is a cache stampede, and how do you stop it?", "a cache stampede"),
        ("Explain hybrid search", "hybrid search"),
        ("why did latency double?", "latency double"),
        ("How large should chunks be?", "chunks"),
        ("how do I trust the grader model", "the grader model"),
        ("When do you add vectors to keyword search?", "vectors to keyword search"),
    ],
)
def test_subject_of_a_question(question: str, subject: str) -> None:
    """What a question is about, in its own words."""
    assert subject_of(question) == subject
