"""The page's client tells every failure for people and reads replies of newer servers."""

from __future__ import annotations

import pytest

from tests.ui.samples import FakeApi, answer, claim, events, stream_of
from ui.asking import Asking
from ui.client import ApiProblem

PROBLEM = {
    "type": "/errors/overloaded",
    "title": "Too many requests wait",
    "status": 503,
    "detail": "full",
    "hint": "Wait.",
}
WAIT_S = 10


def test_a_stream_becomes_an_answer_claim_by_claim(fake: FakeApi) -> None:
    """The answer that is shown at the end is the one that the API sent, found sections and all."""
    whole = answer(outline={"direct_answer": [claim("One.")], "steps": [claim("Two."), claim("Three.")]})
    fake.give("/v1/answers", stream_of(whole))
    progress = Asking(fake.client(), "q", "staff").wait(WAIT_S, WAIT_S)
    assert progress.answer is not None
    assert [one.text for one in progress.claims["steps"]] == ["Two.", "Three."]
    assert fake.sent_to("/v1/answers") == [{"question": "q", "level": "staff", "conversation": "c1"}]


def test_silence_and_news_do_not_break_a_stream(fake: FakeApi) -> None:
    """The comment that fills a silence, and an event of a newer server, are passed over."""
    first, _, rest = stream_of(answer()).partition(b"\n\n")
    news = b": ping\n\nid: 1\nevent: weather\ndata: fine\n\n: ping\n\n"
    fake.give("/v1/answers", b"id: 0\n" + first + b"\n\n" + news + rest)
    assert Asking(fake.client(), "q", "senior").wait(WAIT_S, WAIT_S).answer is not None


def test_an_unknown_field_is_passed_over(fake: FakeApi) -> None:
    """A newer server may say more than this page knows."""
    fake.give("/v1/stack", {"hash": "1", "parts": {}, "weather": "fine"})
    assert fake.client().stack().hash == "1"


def test_a_problem_is_told_in_the_words_of_the_api(fake: FakeApi) -> None:
    """Title, detail and hint of problem details reach the page."""
    fake.give("/v1/stack", PROBLEM, status=503)
    with pytest.raises(ApiProblem) as caught:
        fake.client().stack()
    details = caught.value.details
    assert (details.title, details.detail, details.hint) == ("Too many requests wait", "full", "Wait.")


def test_a_page_of_a_proxy_is_no_reply(fake: FakeApi) -> None:
    """A failure that is not the API's own still becomes a sentence."""
    fake.give("/v1/stack", b"<html>502</html>", status=502)
    with pytest.raises(ApiProblem) as caught:
        fake.client().stack()
    assert "502" in caught.value.details.title


def test_nobody_listening_names_the_way_out(fake: FakeApi) -> None:
    """Without an API the page says how to start one."""
    with pytest.raises(ApiProblem) as caught:
        fake.client().documents()
    assert caught.value.unreachable
    assert "coach up" in caught.value.details.hint


def test_a_server_that_is_not_ready_is_an_answer(fake: FakeApi) -> None:
    """Status 503 of the readiness check is what the page came for."""
    fake.give("/readyz", {"ready": False, "checks": {"database": "DatabaseError"}}, status=503)
    assert fake.client().readiness().checks == {"database": "DatabaseError"}


@pytest.mark.parametrize(
    ("sent", "title"),
    [
        (
            b'event: error\ndata: {"title": "The model did not answer", "status": 504}\n\n',
            "The model did not answer",
        ),
        (events({"kind": "degraded", "what": "reranker"}), "The answer ended in the middle"),
        (b"event: claim\ndata: {}\n\n", "The reply cannot be read"),
    ],
)
def test_a_stream_that_breaks_keeps_what_came_and_says_so(fake: FakeApi, sent: bytes, title: str) -> None:
    """However a stream ends early, the page learns of it and stops waiting."""
    fake.give("/v1/answers", stream_of(answer()).split(b"event: finished")[0] + sent)
    progress = Asking(fake.client(), "q", "senior").wait(WAIT_S, WAIT_S)
    assert progress.problem is not None
    assert progress.problem.details.title == title
    assert len(progress.claims["direct_answer"]) == 1
