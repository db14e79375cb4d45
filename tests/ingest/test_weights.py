import shutil
from pathlib import Path

import pytest

from ingest.errors import WeightsError
from ingest.settings import IndexSettings
from ingest.weights import MODELS, fetch, find_model, inspect, require

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


@pytest.mark.parametrize("written", [0, 1])
def test_a_folder_that_cannot_be_written_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """Neither the folder nor a file in it can be made: the source of the weights is not blamed."""
    (tmp_path / SPEC.name).mkdir() if written else (tmp_path / SPEC.name).write_text("", encoding="utf-8")

    def give(_: str, path: str, *, local_dir: str) -> str:
        name = next(name for name, there in SPEC.hub_files.items() if there == path)
        (tmp_path / SPEC.name / name).mkdir()  # so that no file can get that name
        return str(shutil.copy(IndexSettings().weights_dir / SPEC.name / name, local_dir))

    monkeypatch.setattr("huggingface_hub.hf_hub_download", give)
    with pytest.raises(WeightsError, match=r"cannot be put into .*") as failure:
        fetch(SPEC, tmp_path, source="hub")
    assert "COACH_WEIGHTS_DIR" in failure.value.hint


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
