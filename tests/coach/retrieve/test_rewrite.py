import pytest

from coach.retrieve.rewrite import Rewriter
from coach.retrieve.split import split_parts

VOCABULARY = {
    "hallucination": 9,
    "hallucinations": 4,
    "agent": 20,
    "production": 12,
    "prompt": 30,
    "injection": 8,
}


@pytest.fixture
def rewriter() -> Rewriter:
    return Rewriter(VOCABULARY, known=["yesterday", "looping", "with", "which", "cache", "boss"])


def test_typing_errors_are_repaired_against_the_index(rewriter: Rewriter) -> None:
    """A missing, doubled or swapped letter is mended with a word that the index has, and with no other."""
    query = rewriter.rewrite("how stop halucination of my agnet yesterdy")
    assert query.repairs == {"halucination": "hallucination", "agnet": "agent"}
    assert query.text == "how stop hallucination of my agent yesterdy"


@pytest.mark.parametrize("asked", ["HOW STOP HALUCINATION", "How Stop Halucination", "Halucination?"])
def test_typing_errors_are_repaired_where_a_capital_makes_no_name(rewriter: Rewriter, asked: str) -> None:
    """A question in capitals, a title and the first word of a sentence are mended like any other."""
    assert rewriter.rewrite(asked).repairs == {"halucination": "hallucination"}


@pytest.mark.parametrize(
    "asked",
    [
        "is Prompy any good?",
        "is AGNET any good?",
        "is PromtInjection a thing?",
        "is kprompt good?",
        "my ajent",
    ],
)
def test_names_are_left_alone(rewriter: Rewriter, asked: str) -> None:
    """A capital within a sentence, a letter in front and another letter in a short word speak for a name."""
    assert rewriter.rewrite(asked).repairs == {}


def test_known_words_are_left_alone_even_if_the_index_lacks_them(rewriter: Rewriter) -> None:
    """A word of the language is no typing error, nor is its inflection or a name in capitals."""
    assert rewriter.rewrite("my boss caches BOSS4 prompts").repairs == {}


def test_acronyms_are_spelt_out_beside_themselves(rewriter: Rewriter) -> None:
    """Either form of an acronym brings the other, with less weight than the words asked for."""
    query = rewriter.rewrite("what is TTFT")
    assert query.text == "what is TTFT (time to first token)"
    assert query.terms["ttft"] == 1.0
    assert 0 < query.terms["token"] < 1.0
    assert "rag" in rewriter.rewrite("retrieval augmented generation basics").terms


@pytest.mark.parametrize(
    ("text", "is_foreign"),
    [
        ("wie verhindere ich dass der agent haengen bleibt", True),
        ("comment réduire la latence d'un agent ?", True),
        ("how do i keep the agent from looping", False),
        ("agent prompt injection production hallucinations", False),
        ("naïve cache?", False),
    ],
)
def test_another_language_is_told_from_names_and_keywords(
    rewriter: Rewriter, text: str, *, is_foreign: bool
) -> None:
    """It has hardly any function words of ours, and many words that neither index nor embedder knows."""
    assert rewriter.rewrite(text).is_foreign is is_foreign


def test_a_question_without_words_has_no_terms_and_no_parts(rewriter: Rewriter) -> None:
    """White space and invisible characters alone give nothing to search for."""
    query = rewriter.rewrite(" \u200b\n\t")
    assert (query.terms, query.parts, query.text) == ({}, (), "")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("How big is a chunk? And why?", ("How big is a chunk? And why?",)),
        ("What is RRF and how do I tune it?", ("What is RRF", "how do I tune it?")),
        (
            "We had an outage on Monday. Nobody noticed. What should we have alerted on?",
            ("We had an outage on Monday. Nobody noticed. What should we have alerted on?",),
        ),
        (
            "The refund bot lied to a client. It is Sunday. What do you do? And how do you size a cache?",
            (
                "The refund bot lied to a client. It is Sunday. What do you do?",
                "And how do you size a cache?",
            ),
        ),
        (
            "An article in the help centre is old. Is it cached? Please explain RRF. I start on Monday.",
            ("An article in the help centre is old. Is it cached?", "Please explain RRF. I start on Monday."),
        ),
        (
            "In a panel, how do you price tokens and is it worth it?",
            ("In a panel, how do you price tokens and is it worth it?",),
        ),
        ("questions for a staff loop", ("questions for a staff loop",)),
        ("什么是分布式锁？怎么实现一个分布式锁？", ("什么是分布式锁？怎么实现一个分布式锁？",)),
    ],
)
def test_parts_are_the_questions_in_a_text(text: str, parts: tuple[str, ...]) -> None:
    """A story goes with the question behind it; what names no matter goes with the question before it."""
    assert split_parts(text) == parts
