"""What counts as a question, and what tag lines say of it."""

from __future__ import annotations

import pytest

from ingest.contract import QuestionTags
from ingest.labels import find_lead, is_label, label_kind
from ingest.marks import group_levels, heading_tags, read_aliases, read_legend
from ingest.questions import question_form
from ingest.tags import read_tags


@pytest.mark.parametrize(
    "text",
    [
        "What is a vector index?",
        "What is a vector index",
        "12. How would you shard it",
        "📌 Q7: Caching",
        "Q: Latency doubled. Mitigate first.",
        "Question 3",
        "Scenario 2: Costs explode",
        "Explain back-pressure",
        "Walk me through a rollback.",
        "Tell me about a time when you disagreed.",
        "Your provider is down. What now?",
        "You are given a log of a million lines.",
        "Bias against variance — which do you fix first?",
        "缓存穿透怎么解决",
        "什么是一致性哈希",
        "队列的优势在哪里？",
        "キャッシュとは何ですか",
        "캐시란 무엇인가",
        "ما هو التخزين المؤقت؟",
        "¿Qué es una caché?",
        "Что такое кэш?",
    ],
)
def test_asking_is_recognised_in_many_wordings_and_languages(text: str) -> None:
    """A question mark, a question word with its verb, a spoken prompt or a mark of the author is enough."""
    assert question_form(text) == "sure"


@pytest.mark.parametrize(
    "text",
    [
        "Caching",
        "How it works",
        "Why this matters",
        "Questions",
        "Case study",
        "Kafka 的优势",
        "Your first week",
        "",
    ],
)
def test_topics_are_not_questions(text: str) -> None:
    """A noun phrase does not ask, even if it begins with a question word."""
    assert question_form(text) == "none"


@pytest.mark.parametrize(
    "text", ["Design a cache", "Compare X and Y", "How to bind a handler", "Qué es una caché"]
)
def test_tasks_are_likely_questions(text: str) -> None:
    """A bare imperative may be a chapter title too; its neighbours decide."""
    assert question_form(text) == "likely"


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        (
            "Tags: senior, staff · very-common · design · system-design, technical · 3 min · id rag-1",
            QuestionTags(
                slug="rag-1",
                levels=("senior", "staff"),
                kind="design",
                frequency="very-common",
                stages=("system-design", "technical"),
                minutes=3,
            ),
        ),
        (
            "Tags: senior, common, scenario",
            QuestionTags(levels=("senior",), frequency="common", kind="scenario"),
        ),
        (
            "Concept: chunk size | Difficulty: junior/mid | Stage: recruiter/technical",
            QuestionTags(concept="chunk size", levels=("junior", "mid"), stages=("recruiter", "technical")),
        ),
        ("MediumSystem Design", QuestionTags(levels=("mid",), kind="design", stages=("system-design",))),
        ("HardTechnical", QuestionTags(levels=("senior",), stages=("technical",))),
        ("Difficulty: Hard", QuestionTags(levels=("senior",))),
        ("Time: 5-10 minutes", QuestionTags(minutes=10)),
        ("标签：高级 · 高频", QuestionTags(levels=("senior",), frequency="very-common")),
        ("0 practiced", QuestionTags()),
    ],
)
def test_tag_lines_of_any_style_are_read(line: str, tags: QuestionTags) -> None:
    """Separators, keys and glued words of other people's tag lines give the same tags."""
    assert read_tags(line) == tags


@pytest.mark.parametrize(
    "line", ["A common design works.", "Latency, cost", "Time: O(n)", "Design", "", "Note: a b"]
)
def test_prose_is_no_tag_line(line: str) -> None:
    """Words of the vocabulary in a sentence do not make it tags."""
    assert read_tags(line) is None


def test_emoji_mean_what_the_legend_says() -> None:
    """Marks in a heading are read by the document's own legend, and brackets without one."""
    legend = read_legend(["Hello", "Legend: 👶 easy ⭐️ medium 🚀 expert"])
    assert heading_tags("What is a graph? ⭐️", legend).levels == ("mid",)
    assert heading_tags("What is a graph? ⭐️", {}).levels == ()
    assert heading_tags("Sharding (senior)", {}).levels == ("senior",)


def test_group_headings_give_levels() -> None:
    """The nearest heading that begins with a level word counts."""
    assert group_levels(["Handbook", "Senior questions"]) == ("senior",)
    assert group_levels(["Handbook for seniors", "Caching"]) == ()


def test_other_wordings_are_quoted_or_separated() -> None:
    """Quotation marks decide; without them the separators do."""
    assert read_aliases('"Why two?" · “Why not one?”') == ("Why two?", "Why not one?")
    assert read_aliases("Why two? · Why not one?") == ("Why two?", "Why not one?")


@pytest.mark.parametrize(
    ("raw", "label", "kind", "rest"),
    [
        ("**Traps:** none", "Traps", "trap", "none"),
        ("Common follow-ups: - a", "Common follow-ups", "follow_up", "- a"),
        ("What they’re really probing: whether", "What they’re really probing", "probing", "whether"),
        ("→ Interview Tip", "Interview Tip", "callout", ""),
        ("💡 <b>Tip</b>: do", "Tip", "callout", "do"),
        ("**Pitfall** text", "Pitfall", "trap", "text"),
        ("Numbers to drop: 5", "Numbers to drop", "number", "5"),
        ("**Mid:** names it", "Mid", "signal", "names it"),
        ("答案：是", "答案", "direct_answer", "是"),
    ],
)
def test_lead_ins_are_recognised_and_measured(raw: str, label: str, kind: str, rest: str) -> None:
    """A label at the start of a paragraph is found in any dress, with the exact length it takes up."""
    lead = find_lead(raw)
    assert lead is not None
    assert (lead.label, lead.kind, raw[lead.length :]) == (label, kind, rest)


@pytest.mark.parametrize(
    "raw", ["Caching: none", "Note that this fails", "A - b", "Senior engineers know", ""]
)
def test_ordinary_beginnings_are_no_labels(raw: str) -> None:
    """Only known labels count, so that a topic before a colon stays text."""
    assert find_lead(raw) is None


def test_part_headings_are_told_from_topics() -> None:
    """Labels of parts are known by kind, or as headings that only belong to what stands above."""
    assert label_kind("✅ Answer: D") == "direct_answer"
    assert label_kind("3. Common mistakes") == "trap"
    assert label_kind("Ответ: D") == "direct_answer"
    assert is_label("Example 2")
    assert not is_label("Replication")
