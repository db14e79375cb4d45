from pathlib import Path

import pytest

from ingest.errors import WeightsError
from ingest.settings import IndexSettings
from ingest.weights import MODELS, find_model, inspect, require

SPEC = next(iter(MODELS.values()))


def test_an_unknown_model_is_refused_with_the_known_ones_named() -> None:
    """A misspelt model name never becomes another model."""
    with pytest.raises(WeightsError, match=SPEC.name):
        find_model("all-MiniLM-L6-v3")


def test_missing_weights_are_one_clear_error(tmp_path: Path) -> None:
    """The error names the model, the folder and the missing files; its hint says what to run."""
    with pytest.raises(WeightsError, match=r"missing .*model\.onnx") as caught:
        require(SPEC.name, tmp_path)
    assert "coach weights fetch" in caught.value.hint


def test_a_wrong_file_is_refused(tmp_path: Path) -> None:
    """A file with another sha256 is named, however plausible its name."""
    folder = tmp_path / SPEC.name
    folder.mkdir()
    for name in (*SPEC.sha256, *SPEC.written):
        (folder / name).write_text("{}", encoding="utf-8")
    with pytest.raises(WeightsError, match="wrong sha256"):
        require(SPEC.name, tmp_path)
    assert not inspect(SPEC, tmp_path).ready


def test_a_file_that_changes_after_it_was_verified_is_noticed(tmp_path: Path) -> None:
    """The stamp that spares hashing at every start does not outlive the file that it vouches for."""
    real = require(SPEC.name, IndexSettings().weights_dir)
    folder = tmp_path / SPEC.name
    folder.mkdir()
    for name in (*SPEC.sha256, *SPEC.written):
        (folder / name).write_bytes((real / name).read_bytes())
    assert require(SPEC.name, tmp_path) == folder
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(WeightsError, match=r"tokenizer\.json"):
        require(SPEC.name, tmp_path)
