"""The fetched server is the pinned one, and CI does not pass without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.qdrant_server import SHA256, ServerUnavailableError, check, give_up


def test_another_program_is_refused(tmp_path: Path) -> None:
    """A file with another checksum is not run."""
    file = tmp_path / "qdrant"
    file.write_bytes(b"not the server")
    with pytest.raises(ServerUnavailableError, match=SHA256):
        check(file, SHA256)


def test_without_a_server_tests_are_skipped_but_ci_fails() -> None:
    """The reason is given in both cases."""
    with pytest.raises(pytest.skip.Exception, match="npm is away"):
        give_up("npm is away", {})
    with pytest.raises(pytest.fail.Exception, match="npm is away"):
        give_up("npm is away", {"CI": "true"})
