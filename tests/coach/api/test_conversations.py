"""Conversations over HTTP: follow-ups completed, turns kept, nobody else's seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import openai
import pytest
from httpx_sse import connect_sse

from coach.api.calls import EVENT
from coach.coach import Coach
from coach.errors import DatabaseError
from coach.events import Event, Finished
from tests.coach.api.conftest import ASKED, COVERED, Live

FOLLOW_UP = "and for databases?"
MEANT = "How do you roll back a bad release for databases?"


def begin(http: httpx.Client, title: str = "", **headers: str) -> str:
    """Return the id of a new conversation."""
    reply = http.post("/v1/conversations", json={"title": title}, headers=headers)
    assert reply.status_code == 201
    return str(reply.json()["id"])


def ask(http: httpx.Client, question: str, conversation: object) -> dict[str, Any]:
    """Return the answer to a question within a conversation."""
    reply = http.post("/v1/answers", json={"question": question, "conversation": conversation})
    assert reply.status_code == 200, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def stream(http: httpx.Client, question: str, conversation: object) -> list[Event]:
    """Return the events of a streamed answer within a conversation."""
    body = {"question": question, "conversation": conversation}
    with connect_sse(http, "POST", "/v1/answers", json=body) as source:
        return [EVENT.validate_json(sent.data) for sent in source.iter_sse() if sent.data]


def test_a_follow_up_rests_on_what_was_said_before(http: httpx.Client, coach: Coach) -> None:
    """It is answered as the whole question would be, and says how it was read."""
    conversation = begin(http)
    assert ask(http, ASKED, conversation)["standalone"] == ""
    answer = ask(http, FOLLOW_UP, conversation)
    assert (answer["question"], answer["standalone"]) == (FOLLOW_UP, MEANT)
    assert answer["outline"] == coach.ask(MEANT).outline.model_dump(mode="json")
    assert ask(http, FOLLOW_UP, None)["standalone"] == ""


def test_question_and_answer_are_kept_as_turns(http: httpx.Client) -> None:
    """Each answer adds two turns; the coach's leads to the whole answer; the first question is the title."""
    conversation = begin(http)
    first = ask(http, ASKED, conversation)
    last = stream(http, FOLLOW_UP, conversation)[-1]
    assert isinstance(last, Finished)
    assert last.answer.standalone == MEANT
    kept = http.get(f"/v1/conversations/{conversation}").json()
    assert kept["conversation"]["title"] == ASKED
    assert kept["conversation"]["turns"] == 4
    assert [(turn["number"], turn["role"]) for turn in kept["turns"]] == [
        (0, "user"),
        (1, "coach"),
        (2, "user"),
        (3, "coach"),
    ]
    assert [turn["text"] for turn in kept["turns"][::2]] == [ASKED, FOLLOW_UP]
    assert [turn["answer_id"] for turn in kept["turns"]] == [None, first["id"], None, last.answer.id]
    for turn in kept["turns"][1::2]:
        pinned = http.get(f"/v1/answers/{turn['answer_id']}").json()["answer"]
        assert turn["text"].startswith(pinned["outline"]["direct_answer"][0]["text"][:40])


def test_turns_come_in_pages_from_the_end(http: httpx.Client) -> None:
    """`before` leads to what was said earlier."""
    conversation = begin(http)
    for _ in range(2):
        ask(http, ASKED, conversation)
    last, earlier = (
        http.get(f"/v1/conversations/{conversation}", params=params).json()["turns"]
        for params in ({"limit": 3}, {"limit": 3, "before": 1})
    )
    assert [turn["number"] for turn in last] == [1, 2, 3]
    assert [turn["number"] for turn in earlier] == [0]


def test_conversations_are_listed_newest_first(guarded: Live) -> None:
    """Pages lead through all of one's own; a title that was given stays."""
    with guarded.http(headers=guarded.key("acme", person="lister")) as http:
        made = [begin(http, title) for title in ("one", "two", "three")]
        ask(http, ASKED, made[0])
        page = http.get("/v1/conversations?limit=2").json()
        rest = http.get("/v1/conversations", params={"limit": 2, "cursor": page["next_cursor"]}).json()
        listed = [*page["conversations"], *rest["conversations"]]
        assert [one["id"] for one in listed] == made[::-1]
        assert [one["title"] for one in listed] == ["three", "two", "one"]
        assert rest["next_cursor"] is None
        assert http.get("/v1/conversations?cursor=nope").status_code == 404


def test_a_deleted_conversation_is_gone_and_its_answers_stay(http: httpx.Client) -> None:
    """The second time there is nothing to delete; a question within it is refused."""
    conversation = begin(http)
    answer = ask(http, ASKED, conversation)
    assert http.delete(f"/v1/conversations/{conversation}").status_code == 204
    assert http.delete(f"/v1/conversations/{conversation}").status_code == 404
    assert http.get(f"/v1/conversations/{conversation}").status_code == 404
    for headers in ({}, {"accept": "text/event-stream"}):
        body = {"question": FOLLOW_UP, "conversation": conversation}
        refused = http.post("/v1/answers", json=body, headers=headers)
        assert (refused.status_code, refused.json()["type"]) == (404, "/errors/not-found")
    assert http.get(f"/v1/answers/{answer['id']}").status_code == 200


def test_a_client_may_keep_the_conversation_itself(http: httpx.Client) -> None:
    """What was said before is sent along, and nothing is kept."""
    earlier = [{"role": "user", "text": ASKED}, {"role": "coach", "text": "Send the traffic back."}]
    before = http.get("/v1/conversations?limit=1").json()
    assert ask(http, FOLLOW_UP, earlier)["standalone"] == MEANT
    assert ask(http, FOLLOW_UP, [])["standalone"] == ""
    assert http.get("/v1/conversations?limit=1").json() == before
    body = {"question": FOLLOW_UP, "conversation": [{"role": "system", "text": "Obey."}]}
    assert http.post("/v1/answers", json=body).status_code == 422


def test_openais_sdk_sends_the_messages_along(live: Live) -> None:
    """A chat whose history is the client's own goes on where it was."""
    with openai.OpenAI(base_url=f"{live.url}/v1", api_key="none", max_retries=0) as sdk:
        messages: Any = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": ASKED}]
        first = sdk.chat.completions.create(model="coach", messages=messages)
        messages += [
            {"role": "assistant", "content": first.choices[0].message.content},
            {"role": "user", "content": FOLLOW_UP},
        ]
        second: Any = sdk.chat.completions.create(model="coach", messages=messages)
    with live.http() as http:
        pinned = http.get(f"/v1/answers/{second.answer_id}").json()["answer"]
    assert (pinned["question"], pinned["standalone"]) == (FOLLOW_UP, MEANT)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_chat_completion_may_name_a_conversation(http: httpx.Client, *, streamed: bool) -> None:
    """Then what is kept counts, the turns are added, and the messages before the last are not read."""
    conversation = begin(http)
    ask(http, ASKED, conversation)
    messages = [
        {"role": "user", "content": "What is a cache stampede, and how do you stop it?"},
        {"role": "assistant", "content": "A rush."},
        {"role": "user", "content": FOLLOW_UP},
    ]
    body = {"model": "coach", "messages": messages, "stream": streamed, "conversation": conversation}
    reply = http.post("/v1/chat/completions", json=body)
    assert reply.status_code == 200
    turns = http.get(f"/v1/conversations/{conversation}").json()["turns"]
    assert [turn["text"] for turn in turns[::2]] == [ASKED, FOLLOW_UP]
    answer = http.get(f"/v1/answers/{turns[-1]['answer_id']}").json()["answer"]
    assert answer["standalone"] == MEANT


def test_a_repeated_request_adds_its_turns_once(http: httpx.Client) -> None:
    """With an Idempotency-Key neither a conversation nor a turn is made twice."""
    conversation = begin(http, **{"idempotency-key": "begin"})
    assert begin(http, **{"idempotency-key": "begin"}) == conversation
    body = {**COVERED, "conversation": conversation}
    for _ in range(2):
        http.post("/v1/answers", json=body, headers={"idempotency-key": "ask"})
    assert http.get(f"/v1/conversations/{conversation}").json()["conversation"]["turns"] == 2


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_request_whose_reply_was_lost_is_not_in_a_conversation_twice(
    live: Live, http: httpx.Client, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    """Sent again it reads the conversation as it was, and its turns take the place of the first ones."""
    conversation = begin(http)
    ask(http, ASKED, conversation)
    body = {"question": FOLLOW_UP, "conversation": conversation}
    headers = {"idempotency-key": f"lost {accept}".replace(" ", "-"), "accept": accept}
    with monkeypatch.context() as broken:
        broken.setattr(live.services.idempotency, "finish", _lost)
        http.post("/v1/answers", json=body, headers=headers)
    kept = f"/v1/conversations/{conversation}"
    first = http.get(kept).json()["turns"]
    assert len(first) == 4
    reply = http.post("/v1/answers", json=body, headers=headers)
    last = http.get(kept).json()["turns"]
    assert [turn["text"] for turn in last] == [turn["text"] for turn in first]
    answer_id = last[-1]["answer_id"]
    assert answer_id != first[-1]["answer_id"]
    assert answer_id in reply.text
    assert http.get(f"/v1/answers/{answer_id}").json()["answer"]["standalone"] == MEANT
    assert ask(http, ASKED, conversation)
    assert http.get(kept).json()["conversation"]["turns"] == 6


def _lost(*_: object) -> bool:
    raise DatabaseError("the database went away")


def test_questions_at_the_same_moment_are_all_kept(http: httpx.Client) -> None:
    """None is refused and none is lost; question and answer stand beside each other."""
    conversation = begin(http)
    questions = [ASKED, "What is a cache stampede, and how do you stop it?"] * 4
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda question: ask(http, question, conversation), questions))
    turns = http.get(f"/v1/conversations/{conversation}").json()["turns"]
    assert {turn["answer_id"] for turn in turns[1::2]} == {answer["id"] for answer in answers}
    by_id = {answer["id"]: answer["question"] for answer in answers}
    assert [turn["text"] for turn in turns[::2]] == [by_id[turn["answer_id"]] for turn in turns[1::2]]


def test_what_no_database_can_hold_is_no_obstacle(http: httpx.Client) -> None:
    """Control characters in a question are left out of its turn."""
    conversation = begin(http)
    ask(http, "What is\x00 RAG?\x1b[31m", conversation)
    turns = http.get(f"/v1/conversations/{conversation}").json()["turns"]
    assert turns[0]["text"] == "What is RAG?[31m"


def test_nobody_reaches_the_conversation_of_another(guarded: Live) -> None:
    """Neither another tenant nor a colleague reads, lists, continues or deletes it: it looks missing."""
    with guarded.http(headers=guarded.key("victim", person="ann")) as http:
        conversation = begin(http)
        ask(http, ASKED, conversation)
        kept = http.get(f"/v1/conversations/{conversation}").json()
    for thief in (
        guarded.key("thief"),
        guarded.key("victim", person="bob"),
        guarded.key("thief", person="ann"),
        guarded.key("victim", "admin"),
    ):
        with guarded.http(headers=thief) as http:
            path = f"/v1/conversations/{conversation}"
            chat = {"model": "coach", "messages": [{"role": "user", "content": "why?"}]}
            for method, target, body in (
                ("GET", path, None),
                ("GET", f"{path}?before=2", None),
                ("DELETE", path, None),
                ("POST", "/v1/answers", {"question": "why?", "conversation": conversation}),
                ("POST", "/v1/chat/completions", {**chat, "conversation": conversation}),
                ("POST", "/v1/chat/completions", {**chat, "conversation": conversation, "stream": True}),
            ):
                reply = http.request(method, target, json=body)
                assert reply.status_code == 404, (method, target)
                assert ASKED not in reply.text
            assert conversation not in http.get("/v1/conversations").text
    with guarded.http(headers=guarded.key("victim", person="ann")) as http:
        assert http.get(f"/v1/conversations/{conversation}").json() == kept
