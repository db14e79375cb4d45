"""The handbook over HTTP: documents, spans, questions."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.api.catalogue import Catalogue, QuestionFilter
from coach.api.schemas import QuestionDetail, Span
from coach.coach import Coach
from coach.errors import NotFoundError
from tests.conftest import Ingested
from tests.support.pages import PAGES


def test_all_documents_are_listed(http: httpx.Client) -> None:
    """Names are those of the files; titles and counts come with them."""
    documents = http.get("/v1/documents").json()["documents"]
    assert {one["id"] for one in documents} == PAGES.keys()
    titles = {one["id"]: one["title"] for one in documents}
    assert titles["releases.md"] == "Releases"
    assert titles["zh/分布式锁.md"] == "分布式系统"
    assert sum(one["questions"] for one in documents) == http.get("/v1/questions").json()["total"]


@pytest.mark.parametrize("name", PAGES)
def test_a_document_is_its_file(http: httpx.Client, ingested: Ingested, name: str) -> None:
    """Slashes and other scripts in a name do no harm, escaped or not."""
    for address in (quote(name), quote(name, safe="")):
        document = http.get(f"/v1/documents/{address}").json()
        assert document["id"] == name
        assert document["text"] == ingested.text(name)
        assert document["span"] is None


def test_every_citation_leads_to_its_quote(http: httpx.Client) -> None:
    """The text around a span holds the quote where the span says."""
    answer = http.post(
        "/v1/answers", json={"question": "What is a cache stampede, and how do you stop it?"}
    ).json()
    citations = [one for part in answer["outline"].values() for claim in part for one in claim["citations"]]
    assert citations
    for cited in citations:
        span = {"start": cited["start"], "end": cited["end"], "margin": 10}
        found = http.get(f"/v1/documents/{quote(cited['document'])}", params=span).json()
        begin = cited["start"] - found["start"]
        assert found["text"][begin : begin + len(cited["quote"])] == cited["quote"]
        assert cited["heading"] in {one["heading"] for one in found["sections"]}


@settings(max_examples=60)
@given(start=st.integers(0, 1200), chars=st.integers(0, 300), margin=st.integers(0, 400))
def test_a_window_holds_its_span_and_margin_in_whole_lines(
    coach: Coach, start: int, chars: int, margin: int
) -> None:
    """Whatever the span, the window is a part of the document that begins and ends with lines."""
    catalogue = Catalogue(coach)
    whole = coach.document_text("caching.md")
    span = Span(start=start, end=start + chars)
    if span.end > len(whole):
        with pytest.raises(NotFoundError):
            catalogue.text("caching.md", span, margin=margin)
        return
    found = catalogue.text("caching.md", span, margin=margin)
    assert found.text == whole[found.start : found.end]
    assert found.start <= max(span.start - margin, 0)
    assert min(span.end + margin, len(whole)) <= found.end
    assert found.start == 0 or whole[found.start - 1] == "\n"
    assert found.end == len(whole) or whole[found.end] == "\n"


def test_a_span_that_is_not_there_is_not_found(http: httpx.Client) -> None:
    """A span beyond the end, or turned round, is no part of the document."""
    for query in ("start=99999", "start=5&end=2", "end=99999"):
        reply = http.get(f"/v1/documents/releases.md?{query}")
        assert (reply.status_code, reply.json()["type"]) == (404, "/errors/not-found")
    assert http.get("/v1/documents/nope.md").status_code == 404


def test_what_the_client_has_is_not_sent_again(http: httpx.Client) -> None:
    """An ETag covers the document and what was asked of it."""
    tags = set()
    for address in ("/v1/documents", "/v1/documents/releases.md", "/v1/documents/releases.md?start=1&end=2"):
        tag = http.get(address).headers["etag"]
        tags.add(tag)
        again = http.get(address, headers={"if-none-match": f'"other", W/{tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert http.get(address, headers={"if-none-match": '"other"'}).status_code == 200
    assert len(tags) == 3


def test_pages_of_questions_are_the_whole_list(http: httpx.Client) -> None:
    """Following the cursor gives each question once, in the order of one long page."""
    whole = http.get("/v1/questions", params={"limit": 200}).json()
    assert whole["next_cursor"] is None
    found, cursor = [], None
    for _ in range(len(whole["questions"])):
        page = http.get("/v1/questions", params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        assert page["total"] == whole["total"]
        found += page["questions"]
        cursor = page["next_cursor"]
    assert cursor is None
    assert found == whole["questions"]


def test_filters_narrow_the_list(http: httpx.Client) -> None:
    """Level, kind, document and words must all hold."""

    def ask(**query: str) -> list[str]:
        return [one["question"] for one in http.get("/v1/questions", params=query).json()["questions"]]

    assert ask(level="mid") == ["How do you choose the lifetime of a cache entry?"]
    assert ask(kind="scenario") == ["How do you roll back a bad release?"]
    assert ask(document="zh/分布式锁.md") == ["什么是分布式锁？怎么实现？"]
    assert ask(q="CACHE stamp") == ["What is a cache stampede, and how do you stop it?"]
    assert ask(q="cache", level="staff", kind="debugging") == [
        "What is a cache stampede, and how do you stop it?"
    ]
    assert ask(q="cache", level="mid", kind="debugging") == []


def test_half_a_character_is_no_filter(http: httpx.Client) -> None:
    """No engine takes it; it is the request that is wrong."""
    body = b'{"query": "rag", "filters": {"stage": ["\\ud800"]}}'
    reply = http.post("/v1/search", content=body, headers={"content-type": "application/json"})
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "#/filters/stage/0")


def test_a_cursor_serves_the_filters_that_it_came_from(http: httpx.Client) -> None:
    """With other filters it names no page."""
    cursor = http.get("/v1/questions", params={"limit": 1}).json()["next_cursor"]
    reply = http.get("/v1/questions", params={"cursor": cursor, "level": "mid"})
    assert (reply.status_code, reply.json()["type"]) == (404, "/errors/not-found")


def test_a_question_has_its_typed_parts(http: httpx.Client, coach: Coach) -> None:
    """Each part is the text of its span, for what it is there."""
    for summary in http.get("/v1/questions").json()["questions"]:
        detail = QuestionDetail.model_validate_json(http.get(f"/v1/questions/{summary['id']}").content)
        text = coach.document_text(detail.document)
        assert detail.parts
        assert all(text[part.start : part.end] == part.text for part in detail.parts)
        assert detail.model_dump(mode="json", exclude={"parts"}) == summary
    assert http.get("/v1/questions/nope").status_code == 404


def test_a_question_can_be_named_by_its_slug(coach: Coach) -> None:
    """Where the handbook gives an id, links can use it."""

    class Tagged:
        manifest = coach.manifest

        def document(self, name: str) -> object:
            parsed = coach.document(name)
            sections = tuple(
                one.model_copy(
                    update={"question": one.question.model_copy(update={"slug": f"s-{one.start}"})}
                )
                if one.question
                else one
                for one in parsed.sections
            )
            return parsed.model_copy(update={"sections": sections})

    catalogue = Catalogue(Tagged())  # type: ignore[arg-type]
    first = catalogue.questions(QuestionFilter(), limit=1, cursor=None).questions[0]
    assert catalogue.question(first.slug) == catalogue.question(first.id)


def test_search_finds_what_the_coach_finds(http: httpx.Client, coach: Coach) -> None:
    """Hits and filters are the coach's own."""
    body = {"query": "roll back a release", "limit": 3, "filters": {"level": ["staff"]}}
    hits = http.post("/v1/search", json=body).json()["hits"]
    expected = coach.search("roll back a release", limit=3, where={"level": ["staff"]})
    assert hits == [hit.model_dump(mode="json") for hit in expected]
    assert {hit["heading"] for hit in hits} >= {"How do you roll back a bad release?"}
    assert http.post("/v1/search", json={"query": "", "limit": 1}).json() == {"query": "", "hits": []}


def test_the_list_follows_the_live_index(coach: Coach) -> None:
    """When another build goes live, what is listed is that build's, under other tags."""

    class Changing:
        manifest = coach.manifest
        document = coach.document

    handbook = Changing()
    catalogue = Catalogue(handbook)  # type: ignore[arg-type]
    tag, total = catalogue.tag("x"), catalogue.questions(QuestionFilter(), limit=1, cursor=None).total
    kept = tuple(one for one in coach.manifest.documents if one.name == "releases.md")
    handbook.manifest = coach.manifest.model_copy(update={"build": "next", "documents": kept})  # type: ignore[misc]
    assert [one.id for one in catalogue.documents().documents] == ["releases.md"]
    assert catalogue.questions(QuestionFilter(), limit=1, cursor=None).total < total
    assert catalogue.tag("x") != tag
