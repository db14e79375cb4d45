"""Secrets of the settings: nothing that a person or a log file reads holds one."""

from __future__ import annotations

import json
import traceback
from pathlib import Path

import pytest
import structlog

from coach.errors import CoachError
from coach.log import configure
from coach.settings import Settings
from coach.store.database import Database
from tests.conftest import Ingested

WORD = "kingfisher"
SECRETS = {
    "model_api_key": f"sk-{WORD}",
    "qdrant_api_key": f"qd-{WORD}",
    "database_url": f"postgresql://user:{WORD}@127.0.0.1:1/none",
    "redis_url": f"redis://:{WORD}@127.0.0.1:1/0",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a secret in every place for one."""
    return Settings(_env_file=None, data_dir=tmp_path, database_timeout_s=0.5, **SECRETS)


def test_settings_do_not_tell_their_secrets(settings: Settings) -> None:
    """Neither shown, nor dumped, nor as JSON."""
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert WORD not in shown


def test_an_index_is_named_without_credentials() -> None:
    """Messages, the command line and the console name the servers, not who logs in."""
    url = f"https://user:{WORD}@a.example:6333,https://b.example:6333/base"
    settings = Settings(_env_file=None, qdrant_url=url)
    assert settings.index_place == "https://a.example:6333,https://b.example:6333/base"


def test_a_failure_is_logged_without_secrets(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A traceback names lines of code and no values; an error of the database hides its address."""
    configure("debug")
    try:
        raised = ""
        try:
            Database.from_settings(settings).migrate()
        except CoachError as error:
            structlog.get_logger().exception("failed", hint=error.hint)
            raised = "".join(traceback.format_exception(error))
    finally:
        structlog.reset_defaults()
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert "Traceback" in line["exception"]
    assert raised
    assert WORD not in json.dumps(line) + raised


def test_doctor_tells_no_secret(ingested: Ingested) -> None:
    """What people paste into an issue holds no key, also where the address of a server does."""
    chosen = SECRETS | {"qdrant_url": f"http://user:{WORD}@127.0.0.1:1", "qdrant_timeout_s": 1}
    for arguments in (("doctor",), ("doctor", "--json")):
        done = ingested.program.run(*arguments, **chosen)
        assert done.out
        assert WORD not in done.out + done.err
