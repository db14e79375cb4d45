"""What the command line does when something is wrong: one line, its own exit code, nothing lost."""

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

import pytest

from coach.cli.options import read_batch, whole_file
from coach.errors import UsageError
from coach.settings import Settings
from ingest import pipeline
from ingest.store import open_store
from ingest.store.values import BuildVersions
from tests.conftest import Ingested
from tests.support.counting_embedder import CountingEmbedder
from tests.support.pages import CLEAR_QUESTIONS, LOCKS
from tests.support.program import Done, Program, lines


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
        given.write(
            lines({"id": at, "query": text} for at, text in enumerate(CLEAR_QUESTIONS)).encode() * 100
        )
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
