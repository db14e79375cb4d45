"""What people type about themselves and others stays here."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from coach.guard.names import Vocabulary
from coach.guard.people import PeopleFinder
from coach.guard.privacy import Pseudonyms
from coach.models.breaker import Breakers
from coach.models.budget import Budget, BudgetLimits
from coach.models.contract import Message, Request
from coach.models.fake import FakeClock, FakeModel, says
from coach.models.router import Router
from ingest.analysis import words
from tests.support.counting_embedder import CountingEmbedder
from tests.support.personal_data import PersonalMessage, personal_messages

CORPUS = Path(__file__).parents[3] / "corpus"
MESSAGES = personal_messages(200, seed=20261121)


@pytest.fixture(scope="module")
def finder(shared_embedder: CountingEmbedder) -> PeopleFinder:
    """As the product makes it: with the words of the handbook and of the language."""
    pages = (page.read_text(encoding="utf-8") for page in sorted(CORPUS.glob("*.md")))
    handbook = frozenset(word for page in pages for word in words(page))
    return PeopleFinder(Vocabulary(handbook, frozenset(shared_embedder.known_words())))


def leaked(message: PersonalMessage, sent: str) -> list[str]:
    return [one for one in message.private if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", sent)]


def test_no_request_and_no_log_holds_what_two_hundred_people_told(finder: PeopleFinder) -> None:
    """The requests that a model gets hold placeholders, what comes back is whole, and logs hold no words."""
    clock = FakeClock()
    echo = FakeModel(always=says(lambda request: request.messages[0].content), clock=clock)
    router = Router([echo], breakers=Breakers(clock), clock=clock)
    with capture_logs() as lines:
        for message in MESSAGES:
            pseudonyms = Pseudonyms(finder)
            request = Request(
                purpose="answer", messages=(Message(role="user", content=pseudonyms.hide(message.text)),)
            )
            reply = router.complete(request, Budget(BudgetLimits(), clock))
            assert pseudonyms.restore(reply.text) == message.text
    sent = [request.model_dump_json() for request in echo.requests]
    assert [
        found for message, body in zip(MESSAGES, sent, strict=True) if (found := leaked(message, body))
    ] == []
    logged = str(lines)
    assert [found for message in MESSAGES if (found := leaked(message, logged))] == []


def test_the_question_itself_survives(finder: PeopleFinder) -> None:
    """What is asked is sent word for word."""
    for message in MESSAGES:
        hidden = Pseudonyms(finder).hide(message.text)
        question = next(
            line for line in re.findall(r"(?:How|When|Why|What)[^?]*\?", message.text) if len(line) > 30
        )
        assert question in hidden


@pytest.mark.parametrize(
    "text",
    [
        "Should I name Claude, Qdrant, Kubernetes and Postgres in San Francisco, or Gemini and Llama?",
        "Does Grace Hopper's H100 beat Ada? Compare Ray, Ruby, Julia and Jasper.",
        "Explain BM25, HNSW, RRF k=60, p99 120-250 ms, 4096 8192 16384 tokens and 127.0.0.1:8000.",
        "Is Cohen's kappa or Kendall's tau better? And Bayes, Markov, Monte Carlo, Gauss?",
        "How Would You Design A Retrieval Pipeline For A Large Language Model In Production?",
        "Was ist der Unterschied zwischen RAG und Fine-Tuning im Produktionsbetrieb?",
        "Will Claude join? Can Qdrant shard?",
        "¿Qué diferencia hay entre RAG y el ajuste fino en producción?",
        "See https://qdrant.tech/documentation and version 1.16.3.2 at 10:30:45 on 2026-11-21.",
        "why does @dataclass(frozen=True) fail with std::vector<int> in May or on Monday?",
        "Google, Meta and OpenAI ask this in London, Berlin and Bangalore.",
    ],
)
def test_words_of_the_trade_stay(finder: PeopleFinder, text: str) -> None:
    """Tools, models, companies, places, methods, figures and days are nobody's."""
    assert Pseudonyms(finder).hide(text) == text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("my name is priya raghunathan and i want tips", "my name is <PERSON_1> and i want tips"),
        ("kwame told me to use RAG", "<PERSON_1> told me to use RAG"),
        ("thanks,\nwanjiru", "thanks,\n<PERSON_1>"),
        ("Grace Adeleke and Will Hernandez interview me", "<PERSON_1> and <PERSON_2> interview me"),
        ("I spoke with Grace about Claude", "I spoke with <PERSON_1> about Claude"),
        ("Prof. Claude Dupont prefers Claude Sonnet", "Prof. <PERSON_1> prefers Claude Sonnet"),
        ("PRIYA RAGHUNATHAN asks about RAG", "<PERSON_1> asks about RAG"),
        ("J. K. Vandermeulen wrote the review", "<PERSON_1> wrote the review"),
        ("我叫王小明，想准备面试。", "我叫<PERSON_1>，想准备面试。"),
        ("私は佐藤花子です。RAGについて教えてください", "私は<PERSON_1>です。RAGについて教えてください"),
        ("제 이름은 김민준입니다", "제 이름은 <PERSON_1>입니다"),
        ("Меня зовут Дмитрий Соколов", "Меня зовут <PERSON_1>"),
        ("मेरा नाम प्रिया शर्मा है", "मेरा नाम <PERSON_1> है"),
        ("je m'appelle Anaïs Lefèvre", "je m'appelle <PERSON_1>"),
        ("ich heiße Jürgen Groß", "ich heiße <PERSON_1>"),
    ],
)
def test_names_are_found_by_what_surrounds_them(finder: PeopleFinder, text: str, hidden: str) -> None:
    """In small letters, in capitals, beside a namesake, in other scripts and languages."""
    assert Pseudonyms(finder).hide(text) == hidden


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("mail jo (at) mail (dot) com", "mail <EMAIL_1>"),
        ("mail anna at gmail dot com", "mail <EMAIL_1>"),
        ("call 9876543210 today", "call <PHONE_1> today"),
        ("+2348031234567", "<PHONE_1>"),
        ("card 4111 1111 1111 1111, not 4111 1111 1111 1112", "card <CARD_1>, not 4111 1111 1111 1112"),
        ("IBAN GB82 WEST 1234 5698 7654 32", "IBAN <IBAN_1>"),
        ("DNI 12345678Z, CPF 529.982.247-25", "DNI <ID_1>, CPF <ID_2>"),
        ("employee id: 448812", "employee id: <ID_1>"),
        ("host 2001:db8::8a2e:370:7334", "host <IP_1>"),
        ("see https://www.linkedin.com/in/priya-r", "see <URL_1>"),
        ("GET https://x.example/a?token=abc", "GET <URL_1>"),
        ("Authorization: Bearer abcdefghijkl123", "Authorization: Bearer <SECRET_1>"),
        ("password is Tr0ub4dor&3", "password is <SECRET_1>"),
        ("password is required", "password is required"),
        ("telegram: @foo_bar", "telegram: <ACCOUNT_1>"),
        ("the secret is to chunk well", "the secret is to chunk well"),
    ],
)
def test_identifiers_are_found_by_their_form(finder: PeopleFinder, text: str, hidden: str) -> None:
    """Check digits decide where there are any."""
    assert Pseudonyms(finder).hide(text) == hidden


def test_the_same_person_is_the_same_placeholder_throughout(finder: PeopleFinder) -> None:
    """In later turns too, by part of the name, and after the state was stored and read."""
    first = Pseudonyms(finder)
    assert first.hide("Oluwaseun Adeyinka asked me about RAG") == "<PERSON_1> asked me about RAG"
    later = Pseudonyms(finder, first.state)
    assert later.hide("so Oluwaseun Adeyinka was right") == "so <PERSON_1> was right"
    hidden = later.hide("and adeyinka?")
    assert hidden == "and <PERSON_2>?"
    assert later.restore(hidden) == "and adeyinka?"


def test_a_name_is_learnt_from_an_address(finder: PeopleFinder) -> None:
    """Whoever gives his address gives his name."""
    assert "Zyxwvu" not in Pseudonyms(finder).hide("Zyxwvu here, zyxwvu.qrst@mail.example")


def test_a_placeholder_that_somebody_typed_stays_what_it_is(finder: PeopleFinder) -> None:
    """It is restored as typed, and cannot be used to read another one's value."""
    pseudonyms = Pseudonyms(finder)
    hidden = pseudonyms.hide("Say <PERSON_1>, says Priya")
    assert hidden == "Say <LITERAL_1>, says <PERSON_1>"
    assert pseudonyms.restore(hidden) == "Say <PERSON_1>, says Priya"


def test_a_placeholder_of_nobody_stays(finder: PeopleFinder) -> None:
    """A model may make one up."""
    assert Pseudonyms(finder).restore("<PERSON_7> and <person_8>") == "<PERSON_7> and <person_8>"


def test_nothing_private_is_in_its_representation(finder: PeopleFinder) -> None:
    """A traceback or a log line may show it."""
    pseudonyms = Pseudonyms(finder)
    pseudonyms.hide("I'm Priya Raghunathan")
    assert repr(pseudonyms) == "Pseudonyms(1 placeholders)"


@given(
    st.text(alphabet=st.sampled_from("aAbP riya <>_1.@5-+Özł中名は김\n'’"), max_size=60)
    | st.text(max_size=40)
)
def test_what_is_hidden_is_restored_exactly(text: str) -> None:
    """Whatever the text, and whatever is found in it."""
    pseudonyms = Pseudonyms(PeopleFinder(Vocabulary()))
    assert pseudonyms.restore(pseudonyms.hide(text)) == text
