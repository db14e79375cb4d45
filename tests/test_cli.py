"""The command line as docs/cli.md promises it, each command in a process of its own."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from coach.cli.options import read_batch, whole_file
from coach.errors import UsageError
from coach.settings import Settings
from coach.types import OUTLINE_FIELDS
from ingest import pipeline
from ingest.store import open_store
from ingest.store.values import BuildVersions
from tests.conftest import Ingested
from tests.support.counting_embedder import CountingEmbedder
from tests.support.pages import CLEAR_QUESTIONS, LOCKS, PAGES
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


def _is_one_line_of_mend(done: Done) -> bool:
    return bool(re.fullmatch(r"coach: .+\.\n", done.err)) and done.out == ""


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "mend"),
    [
        (("ingest", "absent"), {}, 3, "Markdown"),
        (("search", "x", "--collection", "never-filled"), {}, 4, "coach ingest"),
        (("chat", "--collection", "never-filled"), {}, 4, "coach ingest"),
        (("search", "x", "--filter", "colour=red"), {}, 2, "level, kind"),
        (("search", "x", "--filter", "level=expert"), {}, 2, "junior, mid, senior, staff"),
        (("search",), {}, 2, "'coach search --help'"),
        (("ask", "x", "--level", "intern"), {}, 2, "--help"),
        (("ask", "x"), {"rrf_k": "0"}, 2, "COACH_RRF_K"),
        (
            ("ask", "x"),
            {"allowed_hosts": "foo"},
            2,
            "COACH_ALLOWED_HOSTS has the value 'foo': JSON is wanted",
        ),
        (("weights",), {"model_prices": "{"}, 2, "COACH_MODEL_PRICES has the value '{': JSON is wanted"),
        (("weights",), {"fallback_models": '["x"]'}, 2, "COACH_FALLBACK_MODELS has the value 'x'"),
        (("ask", "x"), {"weights_dir": "absent"}, 8, "coach weights fetch"),
        (("ask", "cache " * 1700), {}, 2, "COACH_MAX_QUESTION_CHARS"),
    ],
)
def test_an_error_is_one_line_with_its_mend_and_its_own_code(
    ingested: Ingested, arguments: tuple[str, ...], settings: dict[str, object], code: int, mend: str
) -> None:
    """Standard output stays empty; standard error begins with "coach:" and says what to do."""
    done = ingested.program.run(*arguments, **settings)
    assert done.code == code
    assert _is_one_line_of_mend(done)
    assert mend in done.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_an_output_that_lacks_characters_gets_their_escapes(
    ingested: Ingested, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """No answer ends in a traceback for the sake of a bullet, and JSON says the same in any encoding."""
    wanted = ingested.program.run("ask", CLEAR_QUESTIONS[0], "--json").rows[0]
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    shown, err = ingested.program.start("ask", CLEAR_QUESTIONS[0]).communicate()
    assert (rb"\u2022" in shown, err) == (True, b"")
    made, err = ingested.program.start("ask", CLEAR_QUESTIONS[0], "--json").communicate()
    # click writes UTF-8 where nothing but ASCII is promised
    answer = json.loads(made.decode("utf-8" if encoding == "ascii" else encoding))
    assert (answer["outline"], err) == (wanted["outline"], b"")


def test_a_server_that_does_not_answer_is_named(ingested: Ingested) -> None:
    """A Qdrant URL behind which nothing listens ends with 7, not with an embedded index instead."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        done = ingested.program.run("search", "x", qdrant_url=url)
    assert done.code == 7
    assert _is_one_line_of_mend(done)
    assert "COACH_QDRANT_URL" in done.err


def test_a_malformed_batch_line_ends_the_command_before_any_output(
    ingested: Ingested, tmp_path: Path
) -> None:
    """A good line in front of a bad one is not answered; the bad line is named."""
    file = tmp_path / "batch.jsonl"
    file.write_text(lines([{"id": 1, "query": "cache"}]) + "not JSON\n", encoding="utf-8")
    done = ingested.program.run("search", "--batch", str(file))
    assert done.code == 2
    assert _is_one_line_of_mend(done)
    assert "line 2 of the batch" in done.err


@pytest.mark.parametrize(
    "wrong",
    [
        "not JSON",
        "[" * 100_000,
        '["query"]',
        '{"id": 2}',
        '{"query": "x"}',
        '{"id": 2, "query": 5}',
        '{"id": 2, "query": "\\ud800"}',
        '{"id": "\\udfff", "query": "x"}',
        json.dumps({"id": 2, "query": "x" * 10_000}),
    ],
)
def test_what_is_no_batch_line_is_named_with_its_number(wrong: str) -> None:
    """Blank lines are passed over but counted; half a character and too long a text are no question."""
    good = '{"id": [1, null], "query": "a\u2028b", "more": 1}'
    assert read_batch(io.StringIO(f"\n{good}\n \n"), "query", max_chars=3) == [([1, None], "a\u2028b")]
    with pytest.raises(UsageError, match=r"^line 3 of the batch"):
        read_batch(io.StringIO(f"\n{good}\n{wrong}\n"), "query", max_chars=4000)


def test_a_batch_that_is_not_utf_8_is_refused() -> None:
    """Another encoding is wrong usage; the first wrong byte is named."""
    with pytest.raises(UsageError, match=r"not UTF-8: .* at byte 22"):
        read_batch(
            io.TextIOWrapper(io.BytesIO(b'{"id": 1, "query": "ca\xe9"}'), "utf-8"), "query", max_chars=99
        )


def test_bytes_that_are_no_text_are_refused(ingested: Ingested) -> None:
    """A question that is not UTF-8 is wrong usage, not a crash."""
    done = ingested.program.run("ask", os.fsdecode(b"caf\xe9"), "--json")
    assert done.code == 2
    assert _is_one_line_of_mend(done)


def test_an_index_of_another_embedder_is_refused(tmp_path: Path) -> None:
    """Vectors of two embedders are never compared: the command ends with 5 and says how to rebuild."""
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    (tmp_path / "locks.md").write_text(LOCKS, encoding="utf-8")
    pipeline.ingest(
        [tmp_path / "locks.md"],
        store=open_store(settings),
        embedder=CountingEmbedder(release="+next"),
        collection="handbook",
    )
    done = Program(tmp_path / "data", tmp_path).run("search", "lock")
    assert done.code == 5
    assert _is_one_line_of_mend(done)
    assert "coach ingest" in done.err


def test_a_second_writer_is_refused_while_readers_go_on(ingested: Ingested, tmp_path: Path) -> None:
    """While one process writes, an ingest ends with 6; searching works."""
    (tmp_path / "page.md").write_text("# Page\n\nBody.\n", encoding="utf-8")
    shutil.copytree(ingested.program.data_dir / "index", tmp_path / "data/index")
    program = Program(tmp_path / "data", tmp_path)
    store = open_store(Settings(_env_file=None, data_dir=program.data_dir))
    versions = BuildVersions(4, 2, "other", {})
    writer = store.begin("handbook", "in-the-making", versions=versions)
    try:
        done = program.run("ingest", str(tmp_path / "page.md"))
        searched = program.run("search", "cache", "--json")
    finally:
        writer.abandon()
    assert (done.code, searched.code) == (6, 0)
    assert _is_one_line_of_mend(done)


def test_a_reader_that_goes_away_ends_the_command_quietly(ingested: Ingested) -> None:
    """`coach search ... | head -1` leaves no traceback behind."""
    process = ingested.program.start("search", "--batch", "-")
    with closing(process.stdin) as given, closing(process.stderr) as err:
        process.stdout.close()
        given.write(_batch("query").encode() * 20)
        given.close()
        assert err.read() == b""
    assert process.wait(60) == 141


@pytest.mark.parametrize("arguments", [("ask", CLEAR_QUESTIONS[0]), ("search", "cache"), ("--help",)])
def test_text_for_people_that_nobody_reads_ends_with_its_own_code_too(
    ingested: Ingested, arguments: tuple[str, ...]
) -> None:
    """`coach ask ... | head -1` and `coach --help | head -1` end with 141 and without a word."""
    process = ingested.program.start(*arguments)
    process.stdout.close()
    with closing(process.stdin), closing(process.stderr) as err:
        assert err.read() == b""
    assert process.wait(60) == 141


def _fill_the_disk(file: Path) -> None:
    with whole_file(file) as draft:
        draft.write_text("half", encoding="utf-8")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A disk that is full leaves what was there, and no draft; a new content keeps the file's mode."""
    file = tmp_path / "report.md"
    file.write_text("before", encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(UsageError, match=r"^cannot write '.*report\.md': No space left"):
        _fill_the_disk(file)
    assert [one.read_text(encoding="utf-8") for one in tmp_path.iterdir()] == ["before"]
    with whole_file(file) as draft:
        draft.write_text("after", encoding="utf-8")
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == ("after", 0o600)


def test_a_device_is_written_in_place(tmp_path: Path) -> None:
    """`--out /dev/stdout` and a named pipe stay what they are."""
    link = tmp_path / "null"
    link.symlink_to(os.devnull)
    with whole_file(link) as draft:
        draft.write_text("gone", encoding="utf-8")
    assert link.is_char_device()
