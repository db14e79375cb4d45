"""The fetched server is the pinned one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.qdrant_server import SHA256, check
from tests.support.services import ServerUnavailableError


def test_another_program_is_refused(tmp_path: Path) -> None:
    """A file with another checksum is not run."""
    file = tmp_path / "qdrant"
    file.write_bytes(b"not the server")
    with pytest.raises(ServerUnavailableError, match=SHA256):
        check(file, SHA256)
