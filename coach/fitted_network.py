"""A small network that ships with the product, run by ONNX Runtime; safe to share between threads."""

from __future__ import annotations

import hashlib
from functools import cached_property
from importlib import resources
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from ingest.onnx import open_session

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Array = npt.NDArray[Any]


class FittedNetwork:
    """Loaded when it is first run.

    Args:
        package: That the weights lie below, "coach.practice".
        file: Its path there, in parts.
        threads: That one run may use.
    """

    def __init__(self, package: str, file: tuple[str, ...], *, threads: int) -> None:
        self._file = resources.files(package).joinpath(*file)
        self._threads = threads
        self._loading = Lock()

    @cached_property
    def version(self) -> str:
        """The first 8 hex digits of the sha256 of the weights."""
        return hashlib.sha256(self._file.read_bytes()).hexdigest()[:8]

    def run(self, **named: Array) -> Array:
        """Return the first output for inputs by name."""
        with self._loading:
            session = self._session
        made: Array = session.run(None, named)[0]
        return made

    @cached_property
    def _session(self) -> InferenceSession:
        return open_session(self._file.read_bytes(), threads=self._threads)
