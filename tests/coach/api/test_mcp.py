"""The official MCP client against the tools, over HTTP and on standard streams."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import TextContent

from coach.api.callers import Turn
from coach.api.schemas import SearchReply
from coach.coach import Coach
from coach.practice.grade import Grade
from coach.recruit.sets import QuestionSet
from coach.types import Answer
from tests.coach.api.conftest import ASKED, Live
from tests.conftest import Ingested

PINNED = "59f08bf01fe3e6bb00a392f3a71b32bf2661e58f7ed71815804a58fbda4124a5"
"""Of the tools as a model reads them: names, descriptions, parameters. It obeys what stands there, so a
change is made on purpose: look at the diff, then pin the hash that the failing test prints."""


def run(work: Any) -> Any:
    """Return what an asynchronous function returns."""
    return anyio.run(work)


def text_of(result: Any) -> str:
    """Return the text of a tool's result."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def test_the_tools_are_those_that_were_reviewed(live: Live) -> None:
    """Nobody changes what a model is told without a reviewer's eyes on it."""

    async def work() -> list[dict[str, Any]]:
        async with Client(f"{live.url}/mcp") as client:
            return [tool.model_dump(mode="json") for tool in (await client.list_tools()).tools]

    tools = run(work)
    assert [tool["name"] for tool in tools] == ["ask", "search", "grade_answer", "question_set"]
    assert all(tool["output_schema"]["type"] == "object" for tool in tools)
    assert all(tool["annotations"]["read_only_hint"] for tool in tools)
    read = [{name: tool[name] for name in ("name", "title", "description", "input_schema")} for tool in tools]
    digest = hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()
    assert digest == PINNED


def test_ask_gives_a_cited_answer(live: Live, coach: Coach) -> None:
    """The structured result is an answer with its citations, the text its Markdown; the answer is kept."""

    async def work() -> Any:
        async with Client(f"{live.url}/mcp") as client:
            return await client.call_tool("ask", {"question": ASKED, "level": "staff"})

    result = run(work)
    assert not result.is_error
    answer = Answer.model_validate(result.structured_content)
    expected = coach.ask(ASKED, level="staff")
    assert answer.outline == expected.outline
    assert all(claim.citations for claim in answer.outline.claims())
    assert "[^1]" in text_of(result)
    assert live.services.answers.get("local", answer.id)


def test_search_gives_passages_with_spans(live: Live, coach: Coach) -> None:
    """Filters are those of the API."""

    async def work() -> Any:
        async with Client(f"{live.url}/mcp") as client:
            arguments = {"query": "release", "limit": 2, "filters": {"level": ["staff"]}}
            return await client.call_tool("search", arguments)

    result = run(work)
    hits = SearchReply.model_validate(result.structured_content).hits
    assert list(hits) == coach.search("release", limit=2, where={"level": ["staff"]})
    assert f"{hits[0].document}:{hits[0].start}-{hits[0].end}" in text_of(result)


def test_grade_answer_gives_the_grade_of_the_api(live: Live, coach: Coach) -> None:
    """The structured result is the facade's grade, the text names each point; nothing is kept."""
    section = next(one for one in coach.document("caching.md").sections if one.question)
    said = "I let one request rebuild the entry while the others wait for it."

    async def work() -> Any:
        async with Client(f"{live.url}/mcp") as client:
            return await client.call_tool("grade_answer", {"question_id": section.id, "answer": said})

    result = run(work)
    grade = Grade.model_validate(result.structured_content)
    assert grade == coach.grade(section.id, said)
    assert all(point.point in text_of(result) for point in grade.points)


def test_question_set_gives_a_set_of_the_handbook(live: Live) -> None:
    """The structured result is a set with its packs, the text names its questions; nothing is kept."""

    async def work() -> Any:
        async with Client(f"{live.url}/mcp") as client:
            return await client.call_tool("question_set", {"request": "two senior questions"})

    before = live.services.sets.list("local").items
    result = run(work)
    made = QuestionSet.model_validate(result.structured_content)
    packs = [pack for one in made.interviews for pack in one.packs]
    assert len(packs) == 2
    assert all(pack.question.text in text_of(result) for pack in packs)
    assert live.services.sets.list("local").items == before


@pytest.mark.parametrize(
    "arguments", [{}, {"question": "x", "level": "king"}, {"question": "x" * 4001}, {"question": 5}]
)
def test_a_wrong_call_is_told_to_the_model(live: Live, arguments: dict[str, Any]) -> None:
    """The model can read what is wrong and mend it."""

    async def work() -> Any:
        async with Client(f"{live.url}/mcp") as client:
            return await client.call_tool("ask", arguments)

    result = run(work)
    assert result.is_error
    assert text_of(result)


def test_no_web_page_reaches_the_tools_by_a_forged_name(live: Live) -> None:
    """Neither the Host of another site nor its Origin is served (DNS rebinding)."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    with live.http(headers={"accept": "application/json, text/event-stream"}) as http:
        assert http.post("/mcp", json=message, headers={"host": "evil.example"}).status_code == 421
        assert http.post("/mcp", json=message, headers={"origin": "http://evil.example"}).status_code == 403


def test_no_stream_is_kept_open(live: Live) -> None:
    """Nothing is pushed to a client, so none may wait for it: 405, as the protocol has it."""
    with live.http(headers={"accept": "text/event-stream"}) as http:
        for method in ("GET", "DELETE"):
            reply = http.request(method, "/mcp")
            assert (reply.status_code, reply.headers["allow"]) == (405, "POST")


def test_what_models_took_is_counted_on_the_key(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A grade and a set that a model wrote cost what they cost over HTTP."""
    counted: list[float | None] = []
    monkeypatch.setattr(Turn, "charge", lambda *given: counted.append(given[-1]))
    section = next(one for one in live.services.coach.document("caching.md").sections if one.question)

    async def work() -> None:
        async with Client(f"{live.url}/mcp") as client:
            await client.call_tool("grade_answer", {"question_id": section.id, "answer": "One request."})
            await client.call_tool("question_set", {"request": "two senior questions"})

    run(work)
    assert len(counted) == 2


def test_tools_are_for_keys_with_the_scope(guarded: Live) -> None:
    """A key opens the tools and its tenant keeps the answer; without one the client gets no further."""

    async def work(headers: dict[str, str]) -> Any:
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(f"{guarded.url}/mcp", http_client=http)) as client,
        ):
            return await client.call_tool("ask", {"question": ASKED})

    answer = Answer.model_validate(anyio.run(work, guarded.key("acme")).structured_content)
    assert guarded.services.answers.get("acme", answer.id)
    with pytest.raises((MCPError, ExceptionGroup)):
        anyio.run(work, {})


def test_the_tools_work_on_standard_streams(ingested: Ingested) -> None:
    """`coach mcp` serves one client on this machine without a key or a port."""
    program = ingested.program

    async def work() -> Any:
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-m", "coach.cli", "mcp"],
            env={"COACH_DATA_DIR": str(program.data_dir)},
            cwd=program.cwd,
        )
        async with Client(stdio_client(parameters)) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            return names, await client.call_tool("ask", {"question": ASKED})

    names, result = run(work)
    assert names == ["ask", "search", "grade_answer", "question_set"]
    assert Answer.model_validate(result.structured_content).status == "answered"
