"""Network namespaces joined by a bridge, so that a test can cut a server off without ending it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass


class NamespacesUnavailableError(Exception):
    """This machine does not let us make namespaces; the message says why."""


@dataclass(frozen=True)
class Place:
    """Where a server runs.

    Attributes:
        host: Its address.
        prefix: Stands before its command.
        link: What carries its packets, on the bridge's side; empty on loopback.
    """

    host: str = "127.0.0.1"
    prefix: tuple[str, ...] = ()
    link: str = ""

    def cut(self) -> None:
        """Let no packet through, in either direction; nobody is told."""
        _run("ip", "link", "set", self.link, "down")

    def mend(self) -> None:
        """Let packets through again."""
        _run("ip", "link", "set", self.link, "up")


@contextmanager
def places(count: int) -> Iterator[list[Place]]:
    """Give so many namespaces, which reach each other and are reached from here.

    Raises:
        NamespacesUnavailableError: They cannot be made.
    """
    if shutil.which("ip") is None:
        raise NamespacesUnavailableError("the program 'ip' is not installed")
    name = f"co{os.getpid() % 100_000}"
    subnet = f"10.{200 + os.getpid() % 50}.{os.getpid() % 250}"
    with ExitStack() as undo:
        _run("ip", "link", "add", name, "type", "bridge")
        undo.callback(_run, "ip", "link", "delete", name)
        _run("ip", "address", "add", f"{subnet}.254/24", "dev", name)
        _run("ip", "link", "set", name, "up")
        yield [_make(undo, name, f"{subnet}.{number}", f"{name}n{number}") for number in range(1, count + 1)]


def _make(undo: ExitStack, bridge: str, host: str, name: str) -> Place:
    outside, inside = f"{name}o", f"{name}i"
    within = ("ip", "netns", "exec", name)
    _run("ip", "netns", "add", name)
    undo.callback(_run, "ip", "netns", "delete", name)
    _run("ip", "link", "add", outside, "type", "veth", "peer", "name", inside, "netns", name)
    # The kernel drops a namespace's links some time after it is gone; the next test wants the names.
    undo.callback(_run, "ip", "link", "delete", outside)
    _run("ip", "link", "set", outside, "master", bridge, "up")
    _run(*within, "ip", "address", "add", f"{host}/24", "dev", inside)
    _run(*within, "ip", "link", "set", inside, "up")
    _run(*within, "ip", "link", "set", "lo", "up")
    return Place(host, within, outside)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()
        raise NamespacesUnavailableError(f"{' '.join(command)}: {said}") from error
