"""The command line as docs/cli.md promises it, each command in a process of its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from coach.types import OUTLINE_FIELDS
from tests.conftest import Ingested
from tests.support.pages import CLEAR_QUESTIONS, PAGES
from tests.support.program import Done, Program, finish, lines, watch

HIT_FIELDS = set(
    "rank score document heading path start end text question_id chunk_id section_id".split(),
)
ANSWER_FIELDS = set(
    "id question standalone status level outline support_rate abstention dropped repaired"
    " model usage cost_usd cached stack degraded timing_ms".split()
)
CITATION_FIELDS = set("document path heading start end quote chunk_id".split())
MANIFEST_FIELDS = set(
    "schema_version collection build created_at embed_model embed_model_version dimension token_dimension"
    " sparse layout chunker corpus_hash documents tenants chunks questions added updated deleted unchanged"
    " removed_chunks report".split()
)
REPLAY_FIELDS = set(
    "question rewritten dense sparse wordings fused reranked gate passages answer timing_ms".split(),
)

QUESTIONS: dict[object, str] = {
    "b": CLEAR_QUESTIONS[0],
    7: CLEAR_QUESTIONS[1],
    "a": CLEAR_QUESTIONS[2],
    "zh": "什么是分布式锁？怎么实现？",
    "table": "Which cache hit rate is alarming, and how long may a rebuild take?",
    "empty": "",
    "blank": " \n\u200b\t",
    "control": "\x00\x07\x1b[31mHow do you\x1b[0m roll back\x00 a bad release?",
    "markup": "[bold]<script>alert(1)</script>[/bold] {{7*7}} ${x} [/] \\x1b `rm -rf` ](javascript:x)",
    "symbols": "\U0001f418" * 40 + " \u202e \ufeff \u2028",
    None: "Which wine goes with grilled salmon at a wedding in Tuscany?",
}
"""Questions of every kind by the id of their batch line; ids may be any JSON."""


@pytest.fixture(scope="session")
def answers(ingested: Ingested) -> Done:
    """How a batch of all questions ended."""
    return ingested.program.run("ask", "--batch", "-", given=_batch("question"))


@pytest.fixture(scope="session")
def found(ingested: Ingested) -> Done:
    """How a batch that searches for all questions ended."""
    return ingested.program.run("search", "--batch", "-", given=_batch("query"))


def _batch(field: str) -> str:
    return "\n" + lines({"id": identity, field: text} for identity, text in QUESTIONS.items())


def _claims(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [claim for name in OUTLINE_FIELDS for claim in answer["outline"][name]]


def test_ingest_prints_the_manifest_and_nothing_else(ingested: Ingested) -> None:
    """With --json standard output is one JSON object; without a terminal no progress is drawn."""
    [manifest] = ingested.done.rows
    assert manifest.keys() == MANIFEST_FIELDS
    assert {entry["name"] for entry in manifest["documents"]} == set(PAGES) == set(manifest["added"])
    assert ingested.done.err == ""


def test_ingest_says_what_it_did(tmp_path: Path) -> None:
    """The summary is on standard output; progress and what was skipped are on standard error, a terminal."""
    (tmp_path / "page.md").write_text("# On-call\n\nAnswer pages in 5 minutes.\n", encoding="utf-8")
    (tmp_path / "deck.pdf").write_bytes(b"%PDF-1.4")
    done = watch(Program(tmp_path / "data", tmp_path), "ingest", str(tmp_path))
    assert done.code == 0
    assert re.fullmatch(
        r"handbook: 1 documents, 0 questions, 1 chunks in .*\n  added    page\.md\n  unchanged 0\n", done.out
    )
    assert "chunks" in done.err
    assert re.search(r"  skipped  deck\.pdf: .*\r\n$", done.err)


def test_a_search_batch_gives_one_line_a_query_in_order(ingested: Ingested, found: Done) -> None:
    """Lines keep order and ids; every hit lies where it says; a section is there once."""
    assert (found.code, found.err) == (0, "")
    assert [row["id"] for row in found.rows] == list(QUESTIONS)
    for row in found.rows:
        assert row.keys() == {"id", "hits"}
        assert [hit["rank"] for hit in row["hits"]] == list(range(1, len(row["hits"]) + 1))
        sections = [hit["section_id"] for hit in row["hits"]]
        assert len(set(sections)) == len(sections) <= 10
        for hit in row["hits"]:
            assert hit.keys() == HIT_FIELDS
            assert ingested.text(hit["document"])[hit["start"] : hit["end"]] == hit["text"]
    hits = {row["id"]: row["hits"] for row in found.rows}
    for identity in ("b", 7, "a", "zh", "control"):
        assert hits[identity][0]["heading"] in QUESTIONS[identity] or identity == "control"
    assert hits["control"][0]["heading"] == QUESTIONS[7]
    assert hits["empty"] == hits["blank"] == []


def test_every_claim_is_cited_and_every_quote_stands_in_its_file(ingested: Ingested, answers: Done) -> None:
    """`document[start:end] == quote`, over CRLF, a BOM, emoji, tables, nested lists and Chinese."""
    assert (answers.code, answers.err) == (0, "")
    assert [answer["id"] for answer in answers.rows] == list(QUESTIONS)
    cited: set[str] = set()
    for answer in answers.rows:
        assert answer.keys() == ANSWER_FIELDS
        assert answer["question"] == QUESTIONS[answer["id"]]
        for claim in _claims(answer):
            assert claim.keys() == {"text", "support", "citations", "label"}
            assert claim["citations"]
            for citation in claim["citations"]:
                assert citation.keys() == CITATION_FIELDS
                text = ingested.text(citation["document"])
                assert text[citation["start"] : citation["end"]] == citation["quote"] != ""
                cited.add(citation["document"])
    assert {"caching.md", "releases.md", "incidents/postmortems.md"} <= cited


def test_what_the_handbook_answers_is_answered_from_the_right_section(answers: Done) -> None:
    """A question in the handbook's own words gets an outline of that section, all of it supported."""
    rows = {answer["id"]: answer for answer in answers.rows}
    for identity in ("b", 7, "a"):
        answer = rows[identity]
        assert (answer["status"], answer["abstention"], answer["degraded"]) == ("answered", None, [])
        headings = [citation["heading"] for claim in _claims(answer) for citation in claim["citations"]]
        assert headings[0] == QUESTIONS[identity]
        supported = [claim["support"] == "supported" for claim in _claims(answer)]
        assert answer["support_rate"] == pytest.approx(sum(supported) / len(supported))
        assert len(answer["stack"]["hash"]) == 16
        assert answer["timing_ms"]["total"] > 0


@pytest.mark.parametrize("identity", ["empty", "blank"])
def test_an_empty_question_is_an_abstention(answers: Done, identity: str) -> None:
    """Nothing asked is answered by saying so; that is no error."""
    [answer] = [row for row in answers.rows if row["id"] == identity]
    assert answer["status"] == "abstained"
    assert answer["abstention"].keys() == {"reason", "message", "next_step", "nearest"}
    assert (answer["abstention"]["reason"], answer["abstention"]["nearest"]) == ("empty", [])
    assert (_claims(answer), answer["support_rate"]) == ([], None)


def test_output_is_stable_and_two_readers_do_not_disturb_each_other(
    ingested: Ingested, found: Done, answers: Done
) -> None:
    """Two processes that read at the same time say what an earlier one said: same hits, same claims."""
    searching = ingested.program.start("search", "--batch", "-")
    asking = ingested.program.start("ask", "--batch", "-")
    assert finish(searching, _batch("query")).out == found.out
    again = finish(asking, _batch("question"))
    for one, other in zip(answers.rows, again.rows, strict=True):
        fleeting = {"timing_ms": None}
        assert one | fleeting == other | fleeting


def test_one_search_prints_query_and_hits(ingested: Ingested) -> None:
    """`--json` is one object; `-k` bounds the hits; `--filter` keeps what the handbook tags so."""
    arguments = ("search", "releases and caches", "--json", "-k", "2")
    done = ingested.program.run(*arguments, "--filter", "level=staff", "--filter", "document=caching.md")
    [row] = done.rows
    assert (done.code, row.keys(), row["query"]) == (0, {"query", "hits"}, "releases and caches")
    assert {hit["heading"] for hit in row["hits"]} == {QUESTIONS["b"]}


def test_filters_of_one_field_are_alternatives(ingested: Ingested) -> None:
    """Values of one field widen, another field narrows; a level that nothing has finds nothing."""
    filters = ("--filter", "level=staff", "--filter", "level=mid", "--filter", "kind=design")
    batch = lines([{"id": 1, "query": "cache"}])
    done = ingested.program.run("search", "--batch", "-", *filters, given=batch)
    assert [hit["heading"] for hit in done.rows[0]["hits"]] == [
        "How do you choose the lifetime of a cache entry?"
    ]


def test_people_read_the_same_answer(ingested: Ingested) -> None:
    """Without --json the answer is text for a terminal, with its quotes and no escape codes in a pipe."""
    done = ingested.program.run("ask", CLEAR_QUESTIONS[1], "--level", "staff")
    assert (done.code, done.err) == (0, "")
    assert "[1]" in done.out
    assert "releases.md" in done.out
    assert "\x1b" not in done.out


def test_a_replay_shows_every_stage(ingested: Ingested) -> None:
    """Each stage that ran is there, the ranks count from 1, and the answer is the one that ask gives."""
    done = ingested.program.run("replay", CLEAR_QUESTIONS[0], "--json")
    [replay] = done.rows
    assert (done.code, replay.keys()) == (0, REPLAY_FIELDS)
    for stage in ("dense", "sparse", "wordings", "fused", "reranked"):
        assert [chunk["rank"] for chunk in replay[stage]] == list(range(1, len(replay[stage]) + 1))
        assert replay[stage][0]["heading"] == CLEAR_QUESTIONS[0]
    assert {"covered", "probability", "threshold", "reason", "evidence"} == replay["gate"].keys()
    assert replay["passages"][0]["heading"] == CLEAR_QUESTIONS[0]
    assert replay["answer"]["status"] == "answered"
    assert {"rewrite", "embed", "search", "rerank", "gate", "total"} <= replay["timing_ms"].keys()


def test_chat_without_a_terminal_answers_one_question_and_ends(ingested: Ingested) -> None:
    """`make run` in a script does not wait for a person."""
    done = ingested.program.run("chat")
    assert (done.code, done.err) == (0, "")
    assert "RAG" in done.out


def test_doctor_finds_nothing_to_mend(ingested: Ingested) -> None:
    """It names versions, weights and index, and ends with 0."""
    done = ingested.program.run("doctor", "--json")
    findings = {finding["name"]: finding for finding in done.rows[0]}
    assert done.code == 0
    assert {"python", "qdrant-edge-py", "weights", "index", "reranker"} <= findings.keys()
    assert str(ingested.program.data_dir) in findings["index"]["state"]
    assert not any(finding["mend"] for finding in findings.values())


def test_doctor_says_how_to_mend_what_is_wrong(tmp_path: Path) -> None:
    """Missing weights, a missing index and a switched-off reranker each name their mend; the code is 1."""
    done = Program(tmp_path / "data", tmp_path).run("doctor", weights_dir=tmp_path, rerank="false")
    assert done.code == 1
    assert "coach weights fetch" in done.out
    assert "COACH_RERANK" in done.out
    assert sum(line.startswith("!!") for line in done.out.splitlines()) == 3


def test_weights_are_shown_with_what_is_wrong_with_them(tmp_path: Path) -> None:
    """Each model has its folder, its licence and its problem."""
    done = Program(tmp_path / "data", tmp_path).run("weights", "--json", weights_dir=tmp_path)
    [row] = [row for row in done.rows[0] if row["used"]]
    assert (done.code, row["model"], row["licence"]) == (0, "all-MiniLM-L6-v2", "Apache-2.0")
    assert row["folder"] == str(tmp_path / "all-MiniLM-L6-v2")
    assert "missing model.onnx" in row["problem"]
