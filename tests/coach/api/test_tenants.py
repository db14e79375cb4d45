"""A tenant's handbook over HTTP: its key opens it, and nobody else sees a word of it, whatever is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from coach.coach import Coach
from coach.errors import NotFoundError
from coach.guard.principal import SCOPES
from coach.settings import Settings
from ingest import pipeline
from ingest.removal import remove_tenant
from ingest.store import open_store
from ingest.store.edge import EdgeStore
from tests.coach.api.conftest import Live, services_for, serving
from tests.coach.api.test_contract import all_routes
from tests.support.counting_embedder import CountingEmbedder
from tests.support.pages import write_pages
from tests.support.tenants import ACME, INITECH, SECRET_WORDS, write_own_pages

ASKED = "How do you service the coolant valves of the reactor?"
SAID = "Drain the loop first, wait until the pressure is below 2 bar, then replace the gasket."
DOCUMENT = f"@{ACME}/manual.md"
MINE = SECRET_WORDS[ACME]
THEIRS = [word for owner, word in SECRET_WORDS.items() if owner and owner != ACME]
STORY = {"title": "Valves", "situation": "A reactor.", "task": "Service.", "action": "Drained."}
PLAN = {"level": "senior", "days": 7, "minutes_a_day": 30, "job_text": "Services coolant valves."}
RULES = {"title": "House"}
CHANGES_THE_SERVICE = "/v1/operate"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, shared_embedder: CountingEmbedder) -> Settings:
    """Settings of an index with the shared handbook and those of two tenants."""
    home = tmp_path_factory.mktemp("tenants")
    settings = Settings(_env_file=None, data_dir=home / "data")
    folders = {"": write_pages(home / "book")} | {
        tenant: write_own_pages(home / tenant, tenant) for tenant in (ACME, INITECH)
    }
    with closing(open_store(settings)) as store:
        for tenant, folder in folders.items():
            pipeline.ingest(
                [folder],
                store=store,
                embedder=shared_embedder,
                collection=settings.collection,
                parameters=settings.chunker,
                tenant=tenant,
            )
    return settings


@pytest.fixture(scope="module")
def coach_of_all(filled: Settings) -> Iterator[Coach]:
    """A coach that reads that index."""
    with Coach(filled) as opened:
        yield opened


@dataclass(frozen=True)
class Owned:
    """A server, the headers of a tenant's key, and by path parameter the ids of what the tenant keeps."""

    live: Live
    headers: dict[str, str]
    ids: dict[str, str]

    def http(self, **headers: str) -> httpx.Client:
        """Return a client that is the tenant's."""
        return self.live.http(headers={**self.headers, **headers})


def created(http: httpx.Client, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was made."""
    reply = http.post(path, json=body)
    assert reply.status_code in {200, 201}, (path, reply.text)
    made: dict[str, Any] = reply.json()
    return made


@pytest.fixture(scope="module")
def owned(coach_of_all: Coach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    """A server that wants no keys, on which the tenant has done everything that leaves something behind."""
    folder = tmp_path_factory.mktemp("tenants-api")
    with services_for(coach_of_all, folder) as services, serving(services) as live:
        headers = live.key(ACME, *SCOPES)
        with live.http(headers=headers) as http:
            question = http.get("/v1/questions", params={"document": DOCUMENT}).json()["questions"][0]["id"]
            conversation = created(http, "/v1/conversations", {})["id"]
            answer = created(http, "/v1/answers", {"question": ASKED, "conversation": conversation})
            assert answer["status"] == "answered"
            hits = created(http, "/v1/search", {"query": ASKED})["hits"]
            wishes = {"must_have": [question], "count": 1}
            ids = {
                "question_id": question,
                "conversation_id": conversation,
                "answer_id": answer["id"],
                "chunk_id": hits[0]["chunk_id"],
                "document_id": DOCUMENT,
                "grade_id": created(http, "/v1/practice/grades", {"question_id": question, "answer": SAID})[
                    "id"
                ],
                "interview_id": created(http, "/v1/practice/interviews", {"chapters": [DOCUMENT]})["id"],
                "story_id": created(http, "/v1/practice/stories", STORY)["id"],
                "plan_id": created(http, "/v1/practice/plans", PLAN)["plan"]["id"],
                "set_id": created(http, "/v1/question-sets", {"wishes": wishes})["id"],
                "template_id": created(http, "/v1/question-set-templates", {"rules": RULES})["id"],
            }
        yield Owned(live, headers, ids)


def bodies(ids: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return a body for each path that takes one, as whoever knows the tenant's ids would send it."""
    question = ids["question_id"]
    chat = {"model": "coach", "messages": [{"role": "user", "content": ASKED}]}
    return {
        "/v1/answers": {"question": ASKED},
        "/v1/search": {"query": ASKED, "limit": 50, "filters": {"document": [DOCUMENT]}},
        "/v1/replay": {"question": ASKED, "passages": 20, "rerank": False},
        "/v1/feedback": {"answer_id": ids["answer_id"], "verdict": "up", "claim": 0},
        "/v1/chat/completions": chat,
        "/v1/conversations": {},
        "/v1/practice/grades": {"question_id": question, "answer": SAID},
        "/v1/practice/grades/{grade_id}/dispute": {"point": "x", "evidence": "Drain the loop first"},
        "/v1/practice/interviews": {"chapters": [DOCUMENT], "minutes": 60},
        "/v1/practice/interviews/{interview_id}/turns/{number}": {"answer": SAID},
        "/v1/practice/reviews": {"question_id": question, "rating": 3},
        "/v1/practice/drill-runs/{run_id}/decisions/{number}": {"said": "Drain it."},
        "/v1/practice/plans": PLAN,
        "/v1/practice/stories": STORY,
        "/v1/practice/stories/{story_id}": {**STORY, "after": 1},
        "/v1/question-sets/read": {"text": "Two questions on coolant valves of a reactor, senior"},
        "/v1/question-sets": {"wishes": {"must_have": [question], "focus": "coolant valves", "count": 1}},
        "/v1/question-sets/{set_id}/versions": {"wishes": {"count": 1}, "after": 1},
        "/v1/question-sets/{set_id}/restore": {"version": 1, "after": 1},
        "/v1/question-sets/{set_id}/leaks": {"text": ASKED},
        "/v1/question-set-templates": {"rules": {**RULES, "avoid_questions": [question]}},
        "/v1/question-set-templates/{template_id}/versions": {"rules": RULES, "after": 1},
        "/v1/question-set-templates/{template_id}/apply": {"dry_run": True},
    }


QUERIES: dict[str, dict[str, str]] = {
    "/v1/question-sets/{set_id}/changes": {"before": "1", "after": "1"},
    "/v1/question-set-templates/{template_id}/changes": {"before": "1", "after": "1"},
    "/v1/question-sets/{set_id}/export": {"format": "json"},
    "/v1/questions": {"limit": "100"},
}
OTHER_PARAMETERS = {"number": "0", "model": "coach", "slug": "not-found", "name": "rerank"}


def send(
    http: httpx.Client, method: str, path: str, ids: Mapping[str, str], **headers: str
) -> httpx.Response:
    """Return the reply to a request of one operation with the tenant's ids in its place."""
    filled_in = path
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        value = ids.get(name) or OTHER_PARAMETERS.get(name, "x")
        filled_in = filled_in.replace(f"{{{name}}}", quote(value, safe="/@"))
    body = bodies(ids).get(path, {}) if method in {"POST", "PUT"} else None
    return http.request(method, filled_in, json=body, params=QUERIES.get(path), headers=headers)


def operations() -> list[tuple[str, str]]:
    """Return all operations but those that change the service for everybody, what deletes last."""
    all_of_them = [
        one for one in all_routes() if one[0] == "GET" or not one[1].startswith(CHANGES_THE_SERVICE)
    ]
    return sorted(all_of_them, key=lambda one: (one[0] == "DELETE", one))


SHOW_IT = {
    ("GET", "/v1/answers/{answer_id}"),
    ("GET", "/v1/conversations/{conversation_id}"),
    ("GET", "/v1/documents"),
    ("GET", "/v1/documents/{document_id}"),
    ("GET", "/v1/questions"),
    ("GET", "/v1/questions/{question_id}"),
    ("GET", "/v1/practice/grades"),
    ("GET", "/v1/practice/grades/{grade_id}"),
    ("GET", "/v1/practice/interviews"),
    ("GET", "/v1/practice/interviews/{interview_id}"),
    ("GET", "/v1/question-sets/competencies"),
    ("GET", "/v1/question-sets/{set_id}"),
    ("GET", "/v1/question-sets/{set_id}/export"),
    ("GET", "/v1/me/export"),
    ("POST", "/v1/answers"),
    ("POST", "/v1/search"),
    ("POST", "/v1/replay"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/v1/practice/grades"),
    ("POST", "/v1/practice/interviews"),
    ("POST", "/v1/question-sets"),
}
"""Operations that give the tenant words of its own handbook; else the test would prove nothing of them."""


def test_every_operation_shows_a_tenants_words_to_the_tenant_alone(owned: Owned) -> None:
    """Asked with its own ids by its key, by another tenant's, by an administrator's and by nobody."""
    asking = {
        INITECH: owned.live.key(INITECH, "ask", "practice", "recruit"),
        "a tenant without a handbook": owned.live.key("umbrella", "ask", "practice", "recruit"),
        "an administrator": owned.live.key("operations", "admin"),
        "nobody": {},
    }
    for method, path in operations():
        if method != "DELETE":
            with owned.http() as http:
                reply = send(http, method, path, owned.ids)
            if (method, path) in SHOW_IT:
                assert MINE in reply.text.lower(), (method, path, reply.text[:500])
            assert not [word for word in THEIRS if word in reply.text.lower()], (method, path)
        for who, headers in asking.items():
            with owned.live.http(headers=headers) as http:
                reply = send(http, method, path, owned.ids)
            assert reply.status_code < 500, (who, method, path)
            assert MINE not in reply.text.lower(), (who, method, path)


@pytest.mark.parametrize("form", ["json", "stream", "chat", "chat stream", "mcp ask", "mcp search"])
@pytest.mark.parametrize("asking", [ACME, INITECH, ""])
def test_each_way_to_ask_answers_from_the_askers_own_handbook(owned: Owned, form: str, asking: str) -> None:
    """One question, which each handbook answers in words of its own; the shared one does not know it."""
    headers = owned.live.key(asking, "ask") if asking else {}
    with owned.live.http(headers=headers) as http:
        said = asked_as(http, form)
    seen = {owner for owner, word in SECRET_WORDS.items() if word in said.lower()}
    assert seen == ({asking} if asking else set())


def asked_as(http: httpx.Client, form: str) -> str:
    """Return all that comes back of a question that is put in one of the ways there are."""
    chat = {"model": "coach", "messages": [{"role": "user", "content": ASKED}]}
    if form in {"json", "stream"}:
        accept = {"accept": "text/event-stream"} if form == "stream" else {}
        return http.post("/v1/answers", json={"question": ASKED}, headers=accept).text
    if form.startswith("chat"):
        return http.post("/v1/chat/completions", json={**chat, "stream": form == "chat stream"}).text
    tool = form.removeprefix("mcp ")
    arguments = {"question": ASKED} if tool == "ask" else {"query": ASKED, "limit": 20}
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": tool, "arguments": arguments},
    }
    accept = {"accept": "application/json, text/event-stream"}
    reply = http.post("/mcp", json=call, headers=accept)
    assert reply.status_code == 200, reply.text
    return json.dumps(reply.json())


def test_the_tools_grade_and_build_from_the_askers_own_handbook(owned: Owned) -> None:
    """A question of another's handbook looks missing; a set is built of nobody else's questions."""
    for asking, sees in ((ACME, True), (INITECH, False)):
        headers = owned.live.key(asking, *SCOPES) | {"accept": "application/json, text/event-stream"}
        with owned.live.http(headers=headers) as http:
            for tool, arguments in (
                ("grade_answer", {"question_id": owned.ids["question_id"], "answer": SAID}),
                ("question_set", {"request": "5 questions, 90 minutes, coolant valves of a reactor"}),
            ):
                params = {"name": tool, "arguments": arguments}
                call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
                said = json.dumps(http.post("/mcp", json=call).json()).lower()
                assert (MINE in said) == sees, (asking, tool, said[:300])


def test_tags_and_repeated_requests_are_a_tenants_own(owned: Owned) -> None:
    """What another was given is neither "not modified" nor replayed."""
    key = {"idempotency-key": "the-same"}
    body = {"question": ASKED}
    with owned.http() as http:
        tag = http.get("/v1/documents").headers["etag"]
        assert http.get("/v1/documents", headers={"if-none-match": tag}).status_code == 304
        assert MINE in http.post("/v1/answers", json=body, headers=key).text
    with owned.live.http(headers=owned.live.key(INITECH)) as http:
        assert http.get("/v1/documents", headers={"if-none-match": tag}).status_code == 200
        assert MINE not in http.post("/v1/answers", json=body, headers=key).text


def test_the_handbook_without_a_key_is_what_it_was(owned: Owned, coach: Coach) -> None:
    """Its documents, counts and hash are those of an index that never held a tenant's."""
    with owned.live.http() as http:
        listed = http.get("/v1/documents").json()
        assert listed["corpus_hash"] == coach.manifest.corpus_hash
        assert {one["id"] for one in listed["documents"]} == {one.name for one in coach.manifest.documents}
        assert http.get("/v1/questions").json()["total"] == coach.manifest.questions
        assert http.get(f"/v1/documents/{DOCUMENT}").status_code == 404


def test_the_facade_answers_without_a_tenant_from_what_is_shared(coach_of_all: Coach) -> None:
    """Each method, asked for a tenant's things without its name, finds nothing; with it, all of them."""
    own = coach_of_all.of(ACME)
    question = next(one for one in own.practice_questions().values() if one.document == DOCUMENT)
    assert own.document(DOCUMENT).document.name == DOCUMENT
    assert own.has_own_handbook
    assert question.id in own.question_vectors()
    for other in (
        coach_of_all,
        coach_of_all.of(INITECH),
        coach_of_all.of("nobody"),
        coach_of_all.of("local"),
    ):
        with pytest.raises(KeyError):
            other.document(DOCUMENT)
        assert question.id not in other.practice_questions()
        assert question.id not in other.question_vectors()
        with pytest.raises(NotFoundError):
            other.grade(question.id, SAID)
        with pytest.raises(NotFoundError):
            other.practice_answer(question.id)
        assert MINE not in other.replay(ASKED).model_dump_json().lower()
        assert MINE not in other.ask(ASKED).model_dump_json().lower()
        assert DOCUMENT not in other.manifest.model_dump_json()
        assert other.stack.hash != own.stack.hash
    assert MINE not in coach_of_all.search(MINE)[0].text.lower()


def test_words_of_a_tenant_mend_nobody_elses_questions(coach_of_all: Coach) -> None:
    """A typing error is read as a word of one's own handbook, never as one of another's."""
    misspelt = f"How do you service the {MINE[:-1]} valves?"
    assert coach_of_all.of(ACME).replay(misspelt).rewritten.repairs == {MINE[:-1]: MINE}
    assert coach_of_all.of(INITECH).replay(misspelt).rewritten.repairs == {}
    assert coach_of_all.replay(misspelt).rewritten.repairs == {}


def test_a_server_follows_when_a_tenant_is_removed(
    coach_of_all: Coach, filled: Settings, owned: Owned, shared_embedder: CountingEmbedder
) -> None:
    """From its next question on the tenant's key opens what is shared; what was given stays kept."""
    store = EdgeStore(filled.index_dir)
    remove_tenant(
        ACME,
        store=store,
        embedder=shared_embedder,
        collection=filled.collection,
        parameters=filled.chunker,
    )
    services = owned.live.services
    shared = services.shelf("nobody")
    while services.coach.switch.current.published.build != store.live(filled.collection):
        services.coach.switch.catch_up()
    with owned.http() as http:
        assert http.get(f"/v1/documents/{DOCUMENT}").status_code == 404
        assert MINE not in http.post("/v1/answers", json={"question": ASKED}).text.lower()
        kept = http.get(f"/v1/answers/{owned.ids['answer_id']}").json()
        assert kept["corpus_changed"]
        assert MINE in json.dumps(kept).lower()
    assert services.shelf(ACME) is shared
    assert not coach_of_all.of(ACME).has_own_handbook
