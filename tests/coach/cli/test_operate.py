"""`coach switches` and `coach audit`, and that what operators do on the command line is noted."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from pydantic import SecretStr
from sqlalchemy import text

from coach.cli.audit import audit
from coach.cli.builds import index
from coach.cli.keys import keys
from coach.cli.operator import actor
from coach.cli.stack import stack
from coach.cli.switches import switches
from coach.errors import NotFoundError, UsageError
from coach.operate.board import Switchboard
from coach.operate.lineage import GIVEN, Account
from coach.operate.mitigation import Mitigation
from coach.settings import Settings
from coach.stack import Recipe, StackStore
from coach.stack_parts import make_stack
from coach.store.answers import AnswerStore
from coach.store.audit import SERVICE, AuditLog
from coach.store.database import Database
from coach.store.owner import Owner
from ingest.store import open_store
from tests.support.answers import make_answer
from tests.support.index_samples import make_chunk, make_vectors, publish

GROUPS: dict[str, click.Group] = {
    "switches": switches,
    "audit": audit,
    "keys": keys,
    "index": index,
    "stack": stack,
}


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database that the settings name."""
    monkeypatch.chdir(tmp_path)
    chosen = f"sqlite:///{tmp_path}/coach.sqlite"
    monkeypatch.setenv("COACH_DATABASE_URL", SecretStr(chosen).get_secret_value())
    return chosen


def run(*arguments: str, code: int = 0) -> Result:
    """Return how `coach ...` ended; an error of ours is raised."""
    result = CliRunner().invoke(GROUPS[arguments[0]], arguments[1:], catch_exceptions=False)
    assert result.exit_code == code
    return result


def test_a_switch_is_set_listed_and_cleared(url: str) -> None:
    """Another process sees it; each line says until when, by whom and why."""
    made = run("switches", "set", "passages", "3", "--reason", "slow", "--minutes", "30", "--json").stdout
    assert json.loads(made)["set_by"] == actor()
    with Database(url) as database:
        assert Switchboard(database).mitigation() == Mitigation(passages=3)
    assert json.loads(run("switches", "list", "--json").stdout) == [json.loads(made)]
    assert f"by {actor()}: slow" in run("switches", "list").stdout
    run("switches", "clear", "passages", "--reason", "over")
    assert run("switches", "list").stderr == "Nothing is switched.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("set", "passages", "99", "--reason", "x"),
        ("set", "passages", "3", "--reason", " "),
        ("set", "tenant", "off", "--reason", "x"),
        ("set", "rerank", "off", "--reason", "x", "--tenant", "acme"),
    ],
)
def test_a_switch_that_cannot_work_is_one_clear_error(url: str, arguments: tuple[str, ...]) -> None:
    """Nothing is set."""
    del url
    with pytest.raises(UsageError):
        run("switches", *arguments)
    assert json.loads(run("switches", "list", "--json").stdout) == []


def test_clearing_what_is_not_set_is_an_error(url: str) -> None:
    """A script notices that somebody else was quicker."""
    del url
    with pytest.raises(NotFoundError):
        run("switches", "clear", "rerank", "--reason", "over")


def give(url: str, answer_id: str) -> None:
    """Store an answer of the local tenant with its entry."""
    with Database(url) as database:
        database.migrate()
        answer, log = make_answer(answer_id, question="Whose words?"), AuditLog(database)
        details = Account.of(answer, "corpus-1", {"c1": "a.md"}).details()
        AnswerStore(database).save(
            Owner("local"),
            answer,
            "corpus-1",
            also=lambda connection: log.add(
                connection, "local", actor="k1", action=GIVEN, subject=answer_id, details=details
            ),
        )


def test_an_answer_and_its_chunks_are_traced(url: str) -> None:
    """From the answer to the chunk and back, without a word of the question."""
    give(url, "a1")
    give(url, "a2")
    shown = run("audit", "answer", "a1").stdout
    assert "chunk     c1  a.md" in shown
    assert "as given" in shown
    assert "words" not in shown
    traced = [
        json.loads(line)["answer_id"] for line in run("audit", "chunk", "c1", "--json").stdout.splitlines()
    ]
    assert traced == ["a2", "a1"]
    with pytest.raises(NotFoundError):
        run("audit", "answer", "a1", "--tenant", "other")


def test_the_log_is_verified_against_a_noted_end(url: str) -> None:
    """It holds and leads through its ends; a forged entry, or an end that never was, is exit code 1."""
    give(url, "a1")
    head = next(line.split()[-1] for line in run("audit", "verify").stdout.splitlines() if "local" in line)
    give(url, "a2")
    run("audit", "verify", "--tenant", "local", "--noted", head)
    run("audit", "verify", "--tenant", "local", "--noted", f"1:{'0' * 64}", code=1)
    with pytest.raises(UsageError):
        run("audit", "verify", "--noted", head)
    with Database(url) as database, database.session() as session:
        session.execute(text("DROP TRIGGER audit_log_no_update"))
        session.execute(text("UPDATE audit_log SET actor = 'k2' WHERE sequence = 1"))
    assert "BROKEN at entry 1" in run("audit", "verify", code=1).stdout


def test_the_end_of_an_empty_chain_is_taken_back(url: str) -> None:
    """Every end that is printed can be given as the noted one, also later; no other end begins with 0."""
    del url
    end = json.loads(run("audit", "verify", "--json").stdout)["head"]
    noted = f"{end['sequence']}:{end['hash']}"
    run("audit", "verify", "--tenant", SERVICE, "--noted", noted)
    run("keys", "create", "--tenant", "acme")
    run("audit", "verify", "--tenant", SERVICE, "--noted", noted)
    with pytest.raises(UsageError):
        run("audit", "verify", "--tenant", SERVICE, "--noted", f"0:{'1' * 64}")


def test_keys_made_on_the_command_line_are_noted(url: str) -> None:
    """Who made and ended a key on this machine stands in the service's chain."""
    made = json.loads(run("keys", "create", "--tenant", "acme", "--json").stdout)
    run("keys", "revoke", made["id"])
    with Database(url) as database:
        entries = AuditLog(database).about(SERVICE, made["id"])
    assert [(one.action, one.actor) for one in entries] == [
        ("key.created", actor()),
        ("key.revoked", actor()),
    ]


def test_builds_made_live_on_the_command_line_are_noted(url: str) -> None:
    """Who promoted and rolled back which build stands in the service's chain; what was refused does not."""
    with closing(open_store(Settings())) as store:
        for build in ("b1", "b2"):
            publish(store, {make_chunk("x"): make_vectors()}, build=build)
    assert run("index", "rollback").stdout == "b1 is live; b2 was\n"
    assert run("index", "promote", "b2").stdout == "b2 is live; b1 was\n"
    with pytest.raises(NotFoundError):
        run("index", "promote", "b9")
    with Database(url) as database:
        entries = AuditLog(database).latest(SERVICE, limit=9)
    assert [(one.action, one.actor) for one in entries] == [("index.promoted", actor())] * 2
    assert [one.details for one in entries] == [{"from": "b1", "to": "b2"}, {"from": "b2", "to": "b1"}]


def test_an_empty_name_chooses_no_stack(url: str) -> None:
    """A script's variable that is not set leaves the stack in force as it is, and is told so."""
    del url
    chosen = Settings()
    store = StackStore(chosen.data_dir, chosen.collection)
    saved = store.save(make_stack({"any": "name"}), Recipe.of(chosen))
    store.use(saved.stack.hash)
    with pytest.raises(UsageError) as refused:
        run("stack", "use", "")
    assert "'settings'" in refused.value.hint
    assert store.active() == saved
