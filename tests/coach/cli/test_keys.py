import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from coach.cli.database import db
from coach.cli.keys import keys
from coach.errors import NotFoundError, UsageError
from coach.guard.keys import KeyStore
from coach.guard.principal import Limits
from coach.store.database import Database
from tests.support.program import Program


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database that the settings name."""
    monkeypatch.chdir(tmp_path)
    chosen = f"sqlite:///{tmp_path}/state/coach.sqlite"
    monkeypatch.setenv("COACH_DATABASE_URL", chosen)
    return chosen


def run(*arguments: str, code: int = 0) -> Result:
    """Return how `coach ...` ended; an error of ours is raised."""
    group = {"keys": keys, "db": db}[arguments[0]]
    result = CliRunner().invoke(group, arguments[1:], catch_exceptions=False)
    assert result.exit_code == code
    return result


def test_a_key_is_made_listed_and_revoked(url: str) -> None:
    """The secret that was printed opens what was asked for, until the key is revoked."""
    limits = ["--limit", "requests_per_minute=60", "--limit", "usd_per_month=2.5"]
    made = run("keys", "create", "--tenant", "acme", "--person", "ana", "--scope", "practice", *limits)
    secret = made.stdout.strip()
    with Database(url) as database:
        principal = KeyStore(database).verify(secret)
    assert principal
    assert (principal.owner, principal.scopes) == (("acme", "ana"), {"practice"})
    assert principal.limits == Limits(requests_per_minute=60, usd_per_month=2.5)

    listed = run("keys", "list").stdout
    assert (
        f"{principal.key_id}  valid  acme/ana  practice  requests_per_minute=60 usd_per_month=2.5" in listed
    )
    assert secret not in listed
    assert run("keys", "list", "--tenant", "other").stdout == ""

    run("keys", "revoke", principal.key_id)
    assert "revoked" in run("keys", "list").stdout
    with Database(url) as database:
        assert KeyStore(database).verify(secret) is None
    with pytest.raises(NotFoundError):
        run("keys", "revoke", "0" * 12)


def test_keys_are_plain_json(url: str) -> None:
    """`--json` gives what a program needs; the secret only when the key is made."""
    del url
    made = json.loads(run("keys", "create", "--tenant", "acme", "--note", "CI", "--json").stdout)
    secret = made.pop("secret")
    assert secret.startswith(f"ick_{made['id']}_")
    assert json.loads(run("keys", "list", "--json").stdout) == [made]
    assert made.keys() == {
        "id", "tenant", "person", "scopes", "limits", "note", "created_at", "revoked_at",
    }  # fmt: skip


@pytest.mark.parametrize(
    "limit",
    [
        "requests_per_minute",
        "rpm=3",
        "requests_per_minute=0",
        "usd_per_month=x",
        "=",
        "tokens_per_minute=-1",
        "usd_per_month=inf",
        "usd_per_minute=nan",
        "usd_per_month=1e300",
        f"tokens_per_month=1{'0' * 400}",
    ],
)
def test_a_limit_that_is_none_names_those_there_are(url: str, limit: str) -> None:
    """Unknown names and figures that are not above zero, or have no end, make no key."""
    del url
    with pytest.raises(UsageError) as failure:
        run("keys", "create", "--tenant", "acme", "--limit", limit)
    assert "concurrent_requests" in failure.value.hint
    assert run("keys", "list").stdout == ""


def test_the_database_is_upgraded_and_says_so(url: str, tmp_path: Path) -> None:
    """Before the upgrade the status names the mend and ends with 15, afterwards all is well."""
    (tmp_path / "state").mkdir()
    assert "coach db upgrade" in run("db", "status", code=15).stdout
    assert json.loads(run("db", "status", "--json", code=15).stdout)["problem"]
    assert "revision" in run("db", "upgrade").stderr
    assert run("db", "status").stdout == f"{url}: ready\n"


def test_the_program_has_the_commands(tmp_path: Path) -> None:
    """In a fresh data folder the default database is made there; an error is one line with its code."""
    program = Program(tmp_path / "data", tmp_path)
    made = program.run("keys", "create", "--tenant", "acme")
    assert (made.code, made.out[:4]) == (0, "ick_")
    assert (tmp_path / "data" / "coach.sqlite").exists()
    wrong = program.run("keys", "create", "--tenant", "a b")
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)
    gone = program.run("db", "status", database_url="postgresql://me:hunter2@127.0.0.1:1/db")
    assert (gone.code, "hunter2" in gone.err) == (14, False)
