"""The passwords that the parts of a stack use among each other: made once, readable by nobody else."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from pydantic import Field

from ingest.contract import Frozen


def _made() -> str:
    return secrets.token_urlsafe(24)


class Passwords(Frozen):
    """One for each store."""

    postgres: str = Field(default_factory=_made)
    redis: str = Field(default_factory=_made)
    qdrant: str = Field(default_factory=_made)

    @classmethod
    def of(cls, folder: Path) -> Passwords:
        """Return the passwords of a stack's folder, which is made if it is not there."""
        file = folder / "passwords.json"
        if not file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_private(file, cls().model_dump_json())
        return cls.model_validate_json(file.read_bytes())


def write_private(file: Path, text: str) -> None:
    """Write a file that our user alone can read."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
