"""Networks on CPUs: whichever of them has run, its threads leave the cores to others."""

from __future__ import annotations

from onnxruntime import InferenceSession

from coach.faithfulness.reader import WEIGHTS
from coach.fitted_network import FittedNetwork
from coach.settings import Settings
from ingest.embed import Embedder
from ingest.onnx import open_session

STOP = "session.force_spinning_stop"


def stops(session: InferenceSession | None) -> bool:
    """Return whether the threads of a session rest when a run has ended."""
    return session is not None and session.get_session_options().get_session_config_entry(STOP) == "1"


def test_threads_rest_when_a_run_has_ended() -> None:
    """Of the embedder, whose session fastembed makes first, as of the networks that ship."""
    settings = Settings(_env_file=None)
    embedder = Embedder(settings.embed_model, settings.weights_dir, threads=2)
    network = FittedNetwork("coach.faithfulness", WEIGHTS, threads=2)
    assert stops(embedder._model.model)
    assert stops(embedder._passage_model.model)
    assert stops(network._session)


def test_a_session_has_the_threads_that_it_is_given() -> None:
    """From a file as from bytes; both take the same inputs."""
    file = Embedder(Settings().embed_model, Settings().weights_dir)._folder / "model.onnx"
    sessions = [open_session(given, threads=3) for given in (file, file.read_bytes())]
    assert [one.get_session_options().intra_op_num_threads for one in sessions] == [3, 3]
    assert [one.name for one in sessions[0].get_inputs()] == [one.name for one in sessions[1].get_inputs()]
