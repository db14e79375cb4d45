"""What a stack is made of, and whether another one came into force: what a question without models needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from coach.errors import SettingsError
from coach.types import Stack

RETRIEVER_SETTINGS = (
    "dense_limit",
    "sparse_limit",
    "wordings_limit",
    "rrf_k",
    "rerank",
    "rerank_limit",
    "passages",
    "hnsw_ef",
)
NEVER_CHOSEN = (0, 0)


def make_stack(parts: Mapping[str, str]) -> Stack:
    """Return the stack of these parts; its hash depends on all of them and on nothing else."""
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return Stack(hash=digest[:16], parts=dict(parts))


def pointer_file(data_dir: Path, collection: str) -> Path:
    """Return the file that says which stack of a collection is in force."""
    return data_dir / "stacks" / collection / "in-force.json"


def pointer_version(data_dir: Path, collection: str) -> tuple[int, int]:
    """Return what changes when another stack comes into force; `NEVER_CHOSEN` if none ever did.

    Raises:
        SettingsError: The data folder cannot be read.
    """
    try:
        state = pointer_file(data_dir, collection).stat()
    except FileNotFoundError:
        return NEVER_CHOSEN
    except OSError as error:
        raise SettingsError(
            f"the data folder {str(data_dir)!r} cannot be read: {error.strerror}",
            hint="Let COACH_DATA_DIR be a folder that you may read and write.",
        ) from error
    return state.st_ino, state.st_mtime_ns
