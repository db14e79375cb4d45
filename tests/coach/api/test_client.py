"""The Python SDK against the live server, and against one that fails."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator

import anyio
import httpx
import pytest

from coach.api.problems import MEDIA_TYPE, describe, retry_after_s
from coach.api.schemas import FeedbackRequest, Said, SearchFilters
from coach.client import AsyncClient, Client
from coach.coach import Coach
from coach.errors import (
    ApiError,
    CoachError,
    DrainingError,
    ForbiddenError,
    NotFoundError,
    QuotaExceededError,
    UnauthenticatedError,
    UsageError,
)
from coach.events import Finished
from tests.coach.api.conftest import ASKED, Live


@pytest.fixture
def client(live: Live) -> Iterator[Client]:
    """A client of the server without keys."""
    with Client(live.url) as client:
        yield client


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once."""
    monkeypatch.setattr("coach.api.exchange._wait_s", lambda _: 0.0)


def test_every_call_gives_the_products_own_types(client: Client, coach: Coach) -> None:
    """What the SDK returns is what the coach returns."""
    answer = client.ask(ASKED, level="staff")
    assert answer.outline == coach.ask(ASKED, level="staff").outline
    assert client.answer(answer.id).answer == answer
    assert client.replay(ASKED).gate.covered
    filters = SearchFilters(level=("staff",))
    assert list(client.search("release", limit=2, filters=filters).hits) == coach.search(
        "release", limit=2, where={"level": ["staff"]}
    )
    names = [one.id for one in client.documents().documents]
    assert [client.document(name).text for name in names] == [coach.document_text(name) for name in names]
    cited = answer.outline.claims()[0].citations[0]
    found = client.document(cited.document, start=cited.start, end=cited.end, margin=0)
    assert cited.quote in found.text
    page = client.questions(level="staff", limit=1)
    assert client.question(page.questions[0].id).parts
    assert client.questions(level="staff", limit=1, cursor=page.next_cursor).questions != page.questions
    conversation = client.create_conversation("Thursday")
    within = client.ask(ASKED, conversation=conversation.id)
    assert list(client.stream("and for databases?", conversation=conversation.id))
    kept = client.conversation(conversation.id, before=2)
    assert kept.conversation.turns == 4
    assert [turn.answer_id for turn in kept.turns] == [None, within.id]
    assert client.conversations(limit=1).conversations == (kept.conversation,)
    client.delete_conversation(conversation.id)
    with pytest.raises(NotFoundError):
        client.conversation(conversation.id)
    said = [Said(role="user", text=ASKED), Said(role="coach", text="Send the traffic back.")]
    assert client.ask("and for databases?", conversation=said).standalone
    assert client.feedback(FeedbackRequest(answer_id=answer.id, verdict="up")).answer_id == answer.id
    assert client.stack() == coach.stack
    assert client.eval_runs().runs == ()
    assert client.readiness().ready
    erased = client.export_me()
    assert client.erase_me().erased["answers"] == len(erased.holdings["answers"]) > 0


def test_the_asynchronous_client_does_the_same(live: Live, coach: Coach) -> None:
    """Each method of the one is a method of the other."""

    async def work() -> None:
        async with AsyncClient(live.url) as client:
            answer = await client.ask(ASKED)
            assert answer.outline == coach.ask(ASKED).outline
            events = [event async for event in client.stream(ASKED)]
            assert [event.kind for event in events] == [event.kind for event in coach.stream(ASKED)]
            assert (await client.search("release")).hits
            assert (await client.documents()).documents
            with pytest.raises(NotFoundError):
                await client.question("nope")

    anyio.run(work)
    public = {name for name in dir(Client) if not name.startswith("_")}
    assert public == {name for name in dir(AsyncClient) if not name.startswith("_")}


def test_a_stream_yields_the_coachs_events(client: Client, coach: Coach) -> None:
    """Event by event, up to the whole answer."""
    events = list(client.stream(ASKED))
    assert [event.kind for event in events] == [event.kind for event in coach.stream(ASKED)]
    last = events[-1]
    assert isinstance(last, Finished)
    assert client.answer(last.answer.id).answer == last.answer


def test_failures_are_the_products_own(client: Client, guarded: Live) -> None:
    """Whoever handles the coach's errors handles the API's."""
    with pytest.raises(NotFoundError, match="no answer 'x'") as missing:
        client.answer("x")
    assert missing.value.hint == "Check the id."
    with pytest.raises(UsageError, match="#/question"):
        client.ask("x" * 5000)
    with pytest.raises(UsageError, match="#/question"):
        list(client.stream("x" * 5000))
    with Client(guarded.url) as stranger, pytest.raises(UnauthenticatedError):
        stranger.stack()
    key = guarded.key("acme", "practice")["Authorization"].removeprefix("Bearer ")
    with Client(guarded.url, api_key=key) as learner, pytest.raises(ForbiddenError):
        learner.ask(ASKED)


def failing(
    *errors: CoachError | Exception,
) -> tuple[list[httpx.Request], Callable[[httpx.Request], httpx.Response]]:
    """Return the requests seen so far, and a server that fails so often and then answers."""
    seen: list[httpx.Request] = []
    left = list(errors)

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if not left:
            return httpx.Response(200, json={"hash": "h", "parts": {}})
        error = left.pop(0)
        if not isinstance(error, CoachError):
            raise error
        wait_s = retry_after_s(error)
        headers = {"content-type": MEDIA_TYPE, **({"retry-after": f"{wait_s:.0f}"} if wait_s else {})}
        return httpx.Response(
            describe(error).status, headers=headers, content=describe(error).model_dump_json()
        )

    return seen, handle


def test_what_may_succeed_later_is_tried_again() -> None:
    """A server that is restarted, or not there for a moment, goes unnoticed."""
    seen, handle = failing(DrainingError("bye"), httpx.ConnectError("refused"))
    with Client(transport=httpx.MockTransport(handle)) as client:
        assert client.stack().hash == "h"
    assert len(seen) == 3


def test_attempts_have_an_end() -> None:
    """The last failure is raised, as an error of ours."""
    seen, handle = failing(*[httpx.ReadTimeout("slow")] * 9)
    with Client(transport=httpx.MockTransport(handle)) as client, pytest.raises(ApiError) as caught:
        client.stack()
    assert caught.value.slug == "unreachable"
    assert len(seen) == 3


def test_what_cannot_succeed_is_not_tried_again() -> None:
    """A wrong request stays wrong; a wait that is longer than the client's patience is the caller's."""
    for error in (NotFoundError("no"), QuotaExceededError("requests_per_minute", limit=1, retry_after_s=60)):
        seen, handle = failing(error)
        with Client(transport=httpx.MockTransport(handle)) as client, pytest.raises(type(error)):
            client.stack()
        assert len(seen) == 1


def test_retries_say_nothing_on_the_callers_output(capfd: pytest.CaptureFixture[str]) -> None:
    """Whoever writes JSON to standard output goes on writing JSON."""
    _, handle = failing(DrainingError("bye"))
    with Client(transport=httpx.MockTransport(handle)) as client:
        client.stack()
    assert capfd.readouterr() == ("", "")


def test_a_redirect_is_no_success() -> None:
    """Nothing was deleted, and a page about it is no file."""
    reply = httpx.Response(301, headers={"location": "https://coach.example/x"}, html="<p>Moved</p>")
    with Client(transport=httpx.MockTransport(lambda _: reply)) as client:
        for ask in (
            lambda: client.delete_conversation("c"),
            lambda: client.sets.export("s", "pdf"),
            lambda: list(client.stream(ASKED)),
        ):
            with pytest.raises(ApiError, match=r"sends to https://coach\.example/x \(status 301\)"):
                ask()


def test_a_key_may_have_the_end_of_its_line() -> None:
    """So it comes from a file; what no header can carry is refused before anything is sent, unquoted."""
    seen, handle = failing()
    with Client(api_key="secret\n", transport=httpx.MockTransport(handle)) as client:
        client.stack()
    assert seen[0].headers["authorization"] == "Bearer secret"
    with pytest.raises(UsageError) as caught:
        Client(api_key="geheim-ключ")
    assert "geheim" not in str(caught.value)


def test_what_cannot_be_asked_is_refused_before_it_is_sent() -> None:
    """As errors of ours: an address without a scheme, a level or a limit that there is not, no text."""
    seen, handle = failing()
    with Client(transport=httpx.MockTransport(handle)) as client:
        for ask in (
            lambda: Client("localhost:8000"),
            lambda: client.ask(ASKED, idempotency_key="ключ"),
            lambda: client.ask(ASKED, level="principal"),  # type: ignore[arg-type]
            lambda: client.search(ASKED, limit=500),
            lambda: client.ask("\ud800"),
            lambda: list(client.stream("\ud800")),
        ):
            with pytest.raises(UsageError):
                ask()
    assert not seen


def test_a_repeated_request_has_the_same_key() -> None:
    """The server can tell a repetition from a second question; another question has another key."""
    seen, handle = failing(DrainingError("bye"), DrainingError("bye"))
    with Client(transport=httpx.MockTransport(handle)) as client:
        for _ in range(2):
            with pytest.raises(ApiError, match="reply cannot be read"):
                client.ask(ASKED)
    keys = [request.headers["idempotency-key"] for request in seen]
    assert len(keys) == 4
    assert len(set(keys[:3])) == 1
    assert keys[3] != keys[0]


def test_a_stream_that_breaks_is_no_answer() -> None:
    """An end without an answer is an error, not an end."""
    body = 'event: degraded\ndata: {"kind":"degraded","what":"reranker"}\n\n'
    reply = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)
    with Client(transport=httpx.MockTransport(lambda _: reply)) as client:
        events = client.stream(ASKED)
        assert next(events).kind == "degraded"
        with pytest.raises(ApiError) as caught:
            next(events)
    assert caught.value.slug == "stream-broken"


SILENT = """\
id: 0
event: acknowledged
data: {"kind":"acknowledged","answer_id":"a1","found":[],"stack_hash":"s1"}

: keep-alive

: keep-alive

id: 1
event: degraded
data: {"kind":"degraded","what":"reranker"}

: keep-alive

"""


def test_a_silence_is_no_event(coach: Coach) -> None:
    """Comments that keep a stream alive are passed over by both clients, before and after events."""
    finished = Finished(answer=coach.ask(ASKED)).model_dump_json()
    body = f": keep-alive\n\n{SILENT}id: 2\nevent: finished\ndata: {finished}\n\n: keep-alive\n\n"
    headers = {"content-type": "text/event-stream"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, content=body))
    kinds = ["acknowledged", "degraded", "finished"]
    with Client(transport=transport) as client:
        assert [event.kind for event in client.stream(ASKED)] == kinds

    async def work() -> None:
        async with AsyncClient(transport=transport) as client:
            assert [event.kind async for event in client.stream(ASKED)] == kinds

    anyio.run(work)


def test_the_sdk_is_light() -> None:
    """Importing it brings neither the server nor the models nor the index."""
    heavy = "fastapi starlette sqlalchemy litellm llama_index fastembed qdrant_client mcp numpy".split()
    code = f"import coach.client, sys; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
