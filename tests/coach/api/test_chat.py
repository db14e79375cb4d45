"""OpenAI's own SDK and LlamaIndex, unchanged, against the live server."""

from __future__ import annotations

import re
from typing import Any

import httpx
import openai
import pytest
from llama_index.core.llms import ChatMessage
from llama_index.llms.openai_like import OpenAILike
from markdown_it import MarkdownIt

from coach.api.calls import EVENT
from coach.api.chat.markdown import LinkedMarkdown
from coach.coach import Coach
from coach.events import ClaimVerified, Finished
from coach.types import Citation, Claim, OutlineField
from tests.coach.api.conftest import ASKED, Live

MESSAGES: Any = [{"role": "user", "content": ASKED}]


@pytest.fixture
def sdk(live: Live) -> Any:
    """OpenAI's client, told nothing but the address."""
    with openai.OpenAI(base_url=f"{live.url}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_the_sdk_gets_the_answer_with_its_citations(sdk: Any, http: httpx.Client) -> None:
    """Three ways at once: links in the text, annotations on it, and the citations field."""
    reply = sdk.chat.completions.create(model="coach", messages=MESSAGES)
    message = reply.choices[0].message
    answer = http.get(f"/v1/answers/{reply.answer_id}").json()["answer"]
    quotes = {
        one["quote"] for part in answer["outline"].values() for claim in part for one in claim["citations"]
    }
    assert {one["quote"] for one in reply.citations} == quotes
    assert [one["number"] for one in reply.citations] == list(range(1, len(quotes) + 1))
    for mark in message.annotations:
        assert message.content[mark.url_citation.start_index : mark.url_citation.end_index].endswith(
            f"({mark.url_citation.url})"
        )
    assert {mark.url_citation.url for mark in message.annotations} == {one["url"] for one in reply.citations}
    assert reply.choices[0].finish_reason == "stop"
    assert reply.usage.total_tokens == 0


def test_the_links_of_the_text_lead_to_the_quotes(sdk: Any, http: httpx.Client) -> None:
    """A reader who clicks a number gets the passage; the last link is the permalink of the answer."""
    reply = sdk.chat.completions.create(model="coach-staff", messages=MESSAGES)
    by_url = {one["url"]: one for one in reply.citations}
    links = re.findall(r"\[(\d+)\]\((\S+?)\)", reply.choices[0].message.content)
    assert {url for _, url in links} == by_url.keys()
    for number, url in links:
        found, cited = http.get(url).json(), by_url[url]
        begin = cited["start"] - found["start"]
        assert found["text"][begin : begin + len(cited["quote"])] == cited["quote"]
        assert number == str(cited["number"])
    permalink = re.search(r"\[Permalink\]\((\S+)\)", reply.choices[0].message.content)
    assert permalink
    assert http.get(permalink[1]).json()["answer"]["id"] == reply.answer_id


def test_the_stream_adds_up_to_the_whole(sdk: Any) -> None:
    """The parts are the text of the plain reply, and carry the typed events and the citations."""
    whole = sdk.chat.completions.create(model="coach", messages=MESSAGES)
    chunks = list(sdk.chat.completions.create(model="coach", messages=MESSAGES, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text.replace(chunks[0].answer_id, "ID") == whole.choices[0].message.content.replace(
        whole.answer_id, "ID"
    )
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    events = [EVENT.validate_python(chunk.event) for chunk in chunks if hasattr(chunk, "event")]
    assert [type(event).__name__ for event in (events[0], events[-1])] == ["Acknowledged", "Finished"]
    assert any(isinstance(event, ClaimVerified) for event in events)
    assert [one for chunk in chunks for one in getattr(chunk, "citations", [])] == whole.citations
    assert all("usage" not in chunk.model_fields_set for chunk in chunks)


def test_usage_comes_last_if_it_is_asked_for(sdk: Any) -> None:
    """Then every chunk has the field, null but on the last, which has no choice."""
    options = {"include_usage": True}
    chunks = list(
        sdk.chat.completions.create(model="coach", messages=MESSAGES, stream=True, stream_options=options)
    )
    assert all("usage" in chunk.model_fields_set for chunk in chunks)
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert (chunks[-1].usage.total_tokens, chunks[-1].choices) == (0, [])


def test_the_stream_ends_as_openais_does(http: httpx.Client) -> None:
    """Each event is a data line; the last says DONE. Without `stream` the reply is one JSON object."""
    body = {"model": "coach", "messages": MESSAGES}
    streamed = http.post("/v1/chat/completions", json={**body, "stream": True})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    assert streamed.text.endswith("data: [DONE]\n\n")
    assert http.post("/v1/chat/completions", json=body).json()["object"] == "chat.completion"


def test_what_the_handbook_lacks_is_said_in_words(sdk: Any) -> None:
    """An abstention is a message like any other, with the nearest sections as links."""
    messages = [{"role": "user", "content": "Which wine goes with grilled salmon?"}]
    text = sdk.chat.completions.create(model="coach", messages=messages).choices[0].message.content
    assert "**The question seems to lie outside the handbook's field.**" in text
    assert "**Next:**" in text


def test_the_last_user_message_is_the_question(sdk: Any, http: httpx.Client) -> None:
    """System text and earlier turns do no harm; text may come in parts."""
    parts = [{"type": "text", "text": "How do you roll back"}, {"type": "text", "text": "a bad release?"}]
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": parts},
    ]
    reply = sdk.chat.completions.create(model="coach", messages=messages, temperature=0, max_tokens=10)
    assert reply.ignored == ["max_tokens", "temperature"]
    answer = http.get(f"/v1/answers/{reply.answer_id}").json()["answer"]
    assert answer["question"] == "How do you roll back\na bad release?"
    assert answer["status"] == "answered"


def test_the_coachs_own_message_may_be_sent_back(sdk: Any) -> None:
    """As OpenAI's SDK hands it over and as the dictionary of it; what it says beside the text is not read."""
    message = sdk.chat.completions.create(model="coach", messages=MESSAGES).choices[0].message
    for said in (message, message.model_dump()):
        messages = [*MESSAGES, said, {"role": "user", "content": "and for databases?"}]
        assert sdk.chat.completions.create(model="coach", messages=messages).choices[0].message.content


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"model": "gpt-5"}, openai.NotFoundError),
        ({"n": 2}, openai.UnprocessableEntityError),
        ({"tools": [{"type": "function", "function": {"name": "x"}}]}, openai.UnprocessableEntityError),
        ({"response_format": {"type": "json_object"}}, openai.UnprocessableEntityError),
        ({"extra_body": {"foo": 1}}, openai.UnprocessableEntityError),
        ({"messages": [{"role": "user", "content": "x" * 4001}]}, openai.UnprocessableEntityError),
    ],
)
def test_what_would_change_the_reply_is_refused(
    sdk: Any, change: dict[str, Any], error: type[Exception]
) -> None:
    """OpenAI's client raises its own errors, with our message and code."""
    with pytest.raises(error) as caught:
        sdk.chat.completions.create(**{"model": "coach", "messages": MESSAGES, **change})
    assert caught.value.code in {"not-found", "invalid-request"}  # type: ignore[attr-defined]
    assert caught.value.body["message"]  # type: ignore[attr-defined]


def test_the_models_are_the_levels(sdk: Any, http: httpx.Client) -> None:
    """Each gives that level's answer."""
    names = [model.id for model in sdk.models.list()]
    assert names == ["coach", "coach-junior", "coach-mid", "coach-senior", "coach-staff"]
    assert sdk.models.retrieve("coach-mid").owned_by == "coach"
    for name in names[1:]:
        reply = sdk.chat.completions.create(model=name, messages=MESSAGES)
        level = http.get(f"/v1/answers/{reply.answer_id}").json()["answer"]["level"]
        assert f"coach-{level}" == name


def test_a_repeated_completion_is_the_stored_one(sdk: Any) -> None:
    """OpenAI's SDK may send an Idempotency-Key as a header of its own."""
    headers = {"Idempotency-Key": "chat"}
    first, again = (
        sdk.chat.completions.create(model="coach", messages=MESSAGES, extra_headers=headers) for _ in range(2)
    )
    assert first == again


def test_llama_index_speaks_to_it(live: Live) -> None:
    """OpenAILike chats, completes and streams."""
    llm = OpenAILike(
        model="coach", api_base=f"{live.url}/v1", api_key="none", is_chat_model=True, max_retries=0
    )
    message = ChatMessage(role="user", content=ASKED)
    text = str(llm.chat([message]).message.content)
    assert "previous image" in text
    assert str(llm.complete(ASKED)).startswith("## Direct answer")
    streamed = list(llm.stream_chat([message]))[-1].message.content
    assert re.sub("answers/[0-9a-f]{16}", "", str(streamed)) == re.sub("answers/[0-9a-f]{16}", "", text)


def test_the_markdown_sets_what_is_no_step_and_no_follow_up_apart() -> None:
    """Only steps are numbered, and what another page answers stands under its question, as in other faces."""
    page = "Which of two stores do you take?"
    said: list[tuple[OutlineField, str, str]] = [
        ("direct_answer", "One.", page),
        ("direct_answer", "Two.", page),
        ("steps", "Ranks or sums.", "Trade-offs"),
        ("steps", "Measure.", ""),
        ("follow_ups", "Why?", ""),
        ("follow_ups", "Yes.", page),
    ]
    cited = Citation(document="a.md", path=(), heading=page, start=0, end=1, quote="x")
    writer = LinkedMarkdown("Why?", "")
    text = "".join(
        writer.feed(ClaimVerified(field=field, index=index, claim=claim))
        for index, (field, words, label) in enumerate(said)
        for claim in [Claim(text=words, support="supported", citations=(cited,), label=label)]
    )
    assert re.sub(r" \[1\]\(.*?\)", "", text) == (
        f"## Direct answer\n\n*{page}*\n\nOne. Two.\n\n## Trade-offs\n\n- Ranks or sums.\n\n## Steps\n\n"
        f"1. Measure.\n\n## Follow-ups\n\n- Why?\n\n## Another page on this: {page}\n\nYes."
    )


@pytest.mark.parametrize(
    "question", [ASKED, "What is a cache stampede, and how do you stop it?", "什么是分布式锁？怎么实现？"]
)
def test_the_markdown_reads_as_the_claims(coach: Coach, question: str) -> None:
    """Read as CommonMark, the text has each claim's words and no link but ours."""
    writer = LinkedMarkdown(question, "http://coach.example")
    events = list(coach.stream(question))
    text = "".join(map(writer.feed, events))
    tokens = [child for token in MarkdownIt().parse(text) for child in token.children or []]
    links = [token.attrs["href"] for token in tokens if token.type == "link_open"]
    shown = "".join(token.content if token.type == "text" else " " for token in tokens)
    assert all(str(link).startswith("http://coach.example/v1/") for link in links)
    assert len(links) == len(writer.annotations) + 1
    finished = events[-1]
    assert isinstance(finished, Finished)
    for claim in finished.answer.outline.claims():
        assert claim.text.split()[0] in shown
