"""The page's door to the API: one method for each thing that a page shows."""

from __future__ import annotations

import json
import secrets
from collections.abc import Generator, Mapping
from typing import TypeVar
from urllib.parse import quote

import httpx
from httpx_sse import EventSource, SSEError
from pydantic import TypeAdapter, ValidationError

from ui.models import (
    DocumentList,
    DocumentText,
    EvalRun,
    EvalRunNames,
    Event,
    Level,
    PinnedAnswer,
    ProblemDetails,
    Question,
    QuestionPage,
    Readiness,
    Replay,
    Reply,
    Stack,
)
from ui.operate_methods import OperateMethods
from ui.parts.conversation_models import ConversationDetail, ConversationPage, ConversationSummary
from ui.parts.quality_models import Calibration, GateVerdict
from ui.practice_methods import PracticeMethods
from ui.set_methods import SetMethods

Shape = TypeVar("Shape", bound=Reply)
CONNECT_TIMEOUT_S = 2.0
SILENCE_TIMEOUT_S = 60.0
CONVERSATIONS_A_PAGE = 20
TURNS_A_PAGE = 20
_SERVICE_UNAVAILABLE = 503
_KINDS = frozenset({"acknowledged", "claim", "degraded", "finished"})
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class ApiProblem(Exception):  # noqa: N818 - it is what the API calls a problem
    """The API refused a request, or did not answer; everything in it is written for people.

    Attributes:
        unreachable: No answer came at all.
    """

    def __init__(self, details: ProblemDetails, *, unreachable: bool = False) -> None:
        super().__init__(details.title)
        self.details = details
        self.unreachable = unreachable


class Api(PracticeMethods, SetMethods, OperateMethods):
    """The API at one address; safe to share between threads and users: it holds no state of theirs.

    Args:
        base_url: Where the API is.
        key: API key, or nothing.
        transport: Replaces the network, for tests.
    """

    def __init__(self, base_url: str, key: str = "", transport: httpx.BaseTransport | None = None) -> None:
        self.base_url = base_url
        self._http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(SILENCE_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            transport=transport,
            trust_env=False,  # a proxy for the internet is none for the machine beside us
        )

    def stream(self, question: str, level: Level, conversation_id: str = "") -> Generator[Event]:
        """Yield an answer event by event; closing the iterator stops the work on the server.

        Args:
            question: Within a conversation it may rest on what was said before.
            level: Whose answer is wanted.
            conversation_id: Of a conversation of the visitor, to which question and answer are added.

        Raises:
            ApiProblem: The API refused, did not answer, or stopped in the middle.
        """
        body = {"question": question, "level": level}
        if conversation_id:
            body["conversation"] = conversation_id
        headers = {"Accept": "text/event-stream", "Idempotency-Key": secrets.token_hex(16)}
        try:
            with self._http.stream("POST", "/v1/answers", json=body, headers=headers) as response:
                if not response.is_success:
                    response.read()
                    raise _problem(response)
                for sent in EventSource(response).iter_sse():
                    if sent.event == "error":
                        raise ApiProblem(_details(sent.data))
                    if sent.event in _KINDS:  # a comment in a silence looks like an event without a name
                        yield _EVENT.validate_json(sent.data)
        except (httpx.TransportError, SSEError) as error:
            raise _no_answer(self.base_url) from error
        except ValidationError as error:
            raise _unreadable() from error

    def answer(self, answer_id: str) -> PinnedAnswer:
        """Return an answer that was given before."""
        return self._get(f"/v1/answers/{quote(answer_id, safe='')}", PinnedAnswer)

    def begin_conversation(self) -> ConversationSummary:
        """Return a new conversation; its first question becomes its title."""
        return self._post("/v1/conversations", {}, ConversationSummary)

    def conversations(self, cursor: str = "") -> ConversationPage:
        """Return the visitor's conversations, newest first, or those after a cursor."""
        query: dict[str, str | int] = {"limit": CONVERSATIONS_A_PAGE}
        return self._get(
            "/v1/conversations", ConversationPage, query | ({"cursor": cursor} if cursor else {})
        )

    def conversation(self, conversation_id: str, before: int | None = None) -> ConversationDetail:
        """Return a conversation with its last turns, or the last before the turn of a number."""
        query: dict[str, str | int] = {"limit": TURNS_A_PAGE}
        if before is not None:
            query["before"] = before
        return self._get(_conversation_path(conversation_id), ConversationDetail, query)

    def delete_conversation(self, conversation_id: str) -> None:
        """Delete a conversation with its turns; its answers keep their addresses."""
        self._sent(self._http.build_request("DELETE", _conversation_path(conversation_id)))

    def replay(
        self, question: str, level: Level, *, passages: int | None = None, rerank: bool | None = None
    ) -> Replay:
        """Return what every stage saw and did for a question, or would under other settings."""
        body: dict[str, object] = {"question": question, "level": level}
        if passages is not None:
            body["passages"] = passages
        if rerank is not None:
            body["rerank"] = rerank
        return self._post("/v1/replay", body, Replay)

    def documents(self) -> DocumentList:
        """Return all documents of the handbook."""
        return self._get("/v1/documents", DocumentList)

    def document(self, name: str, start: int, end: int, *, margin: int = 600) -> DocumentText:
        """Return whole lines around a span of a document."""
        query: dict[str, str | int] = {"start": start, "end": end, "margin": margin}
        return self._get(f"/v1/documents/{quote(name)}", DocumentText, query)

    def questions(
        self, *, words: str = "", level: str = "", kind: str = "", document: str = "", limit: int = 50
    ) -> QuestionPage:
        """Return the first questions that fit, in the order of the handbook."""
        wanted = {"q": words, "level": level, "kind": kind, "document": document}
        query: dict[str, str | int] = {name: value for name, value in wanted.items() if value}
        return self._get("/v1/questions", QuestionPage, query | {"limit": limit})

    def question(self, question_id: str) -> Question:
        """Return one question."""
        return self._get(f"/v1/questions/{quote(question_id, safe='')}", Question)

    def feedback(self, answer_id: str, verdict: str, *, reason: str = "", comment: str = "") -> None:
        """Keep what somebody thinks of an answer."""
        body = {"answer_id": answer_id, "verdict": verdict, "reason": reason, "comment": comment}
        self._post("/v1/feedback", body, Reply)

    def stack(self) -> Stack:
        """Return what answers are made with."""
        return self._get("/v1/stack", Stack)

    def readiness(self) -> Readiness:
        """Return whether the API takes requests; one that says no is an answer, not a problem."""
        return self._get("/readyz", Readiness, accept=_SERVICE_UNAVAILABLE)

    def eval_runs(self) -> EvalRunNames:
        """Return the eval runs that are kept, newest first."""
        return self._get("/v1/evals", EvalRunNames)

    def eval_run(self, run_id: str) -> EvalRun:
        """Return one eval run."""
        return self._get(f"/v1/evals/{quote(run_id, safe='')}", EvalRun)

    def gate_verdict(self, run_id: str) -> GateVerdict:
        """Return a verdict of the gate."""
        return self._get(f"/v1/evals/{quote(run_id, safe='')}", GateVerdict)

    def calibration(self, run_id: str) -> Calibration:
        """Return how far a judge agrees with people."""
        return self._get(f"/v1/evals/{quote(run_id, safe='')}", Calibration)

    def close(self) -> None:
        """Release the connections; idempotent."""
        self._http.close()

    def _get(
        self, path: str, shape: type[Shape], query: dict[str, str | int] | None = None, accept: int = 200
    ) -> Shape:
        return self._send(self._http.build_request("GET", path, params=query), shape, accept)

    def _post(self, path: str, body: Mapping[str, object], shape: type[Shape]) -> Shape:
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        return self._send(self._http.build_request("POST", path, json=body, headers=headers), shape)

    def _put(self, path: str, body: Mapping[str, object], shape: type[Shape]) -> Shape:
        return self._send(self._http.build_request("PUT", path, json=body), shape)

    def _remove(self, path: str) -> None:
        self._sent(self._http.build_request("DELETE", path))

    def _file(self, path: str, query: dict[str, str | int]) -> bytes:
        return self._sent(self._http.build_request("GET", path, params=query)).content

    def _delete(self, path: str, shape: type[Shape], query: dict[str, str]) -> Shape:
        return self._send(self._http.build_request("DELETE", path, params=query), shape)

    def _send(self, request: httpx.Request, shape: type[Shape], accept: int = 200) -> Shape:
        response = self._sent(request, accept)
        try:
            return shape.model_validate_json(response.content)
        except ValidationError as error:
            raise _unreadable() from error

    def _sent(self, request: httpx.Request, accept: int = 200) -> httpx.Response:
        try:
            response = self._http.send(request)
        except httpx.TransportError as error:
            raise _no_answer(self.base_url) from error
        if not (response.is_success or response.status_code == accept):
            raise _problem(response)
        return response


def _conversation_path(conversation_id: str) -> str:
    return f"/v1/conversations/{quote(conversation_id, safe='')}"


def _problem(response: httpx.Response) -> ApiProblem:
    return ApiProblem(_details(response.text, f"The API answered with status {response.status_code}"))


def _details(text: str, otherwise: str = "The API stopped in the middle") -> ProblemDetails:
    """Return the problem that the API told, or that it told none."""
    try:
        return ProblemDetails.model_validate(json.loads(text))
    except ValueError:  # a proxy's page, say; pydantic's error is one too
        return ProblemDetails(title=otherwise, hint="Try again; if it stays so, look at the API's log.")


def _no_answer(address: str) -> ApiProblem:
    details = ProblemDetails(
        title="The coach does not answer",
        detail=f"No API was reached at {address}.",
        hint="Start it with 'coach up', or set COACH_API_URL to where it runs. Then try again.",
        retryable=True,
    )
    return ApiProblem(details, unreachable=True)


def _unreadable() -> ApiProblem:
    details = ProblemDetails(
        title="The reply cannot be read",
        detail="The API and this page are of different versions.",
        hint="Install the same version of both, then restart them.",
    )
    return ApiProblem(details)
