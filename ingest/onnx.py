"""Networks run by ONNX Runtime, on the threads that they are given and no longer than they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def open_session(model: Path | bytes, *, threads: int) -> InferenceSession:
    """Return a session on CPUs.

    Its threads rest as soon as a run ends. By default they spin on, waiting for the next one: of several
    networks, or of a network and an index, each then works against cores that are busy with nothing.
    """
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.force_spinning_stop", "1")
    content = model if isinstance(model, bytes) else str(model)
    return InferenceSession(content, options, providers=["CPUExecutionProvider"])
