"""`make stack`: two API processes, page, Qdrant, PostgreSQL and Redis on this machine, started as one.

The same parts as compose.yaml has, from installed programs: for where there is no container engine, and for
the tests of what holds between the parts.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn, Self

import click

from coach.errors import ApiError, CoachError, exit_code
from deploy.process import Part, Process
from deploy.programs import find_programs
from deploy.topology import ROOT, Topology, choose_ports

PORT, PAGE_PORT = 8000, 8501
_LOOK_EVERY_S = 1.0


class Stack:
    """The running parts; use it as a context manager, which stops all of them in the end.

    Args:
        topology: Says how each is started.
        handbook: Files or folders that are put into the index; what did not change costs nothing.
    """

    def __init__(
        self, topology: Topology, handbook: Sequence[Path], tell: Callable[[str], object] = click.echo
    ) -> None:
        self.topology = topology
        self.processes: dict[str, Process] = {}
        self._handbook = handbook
        self._tell = tell

    def start(self) -> None:
        """Start all parts, stores first; return when each can be used.

        Raises:
            CoachError: One cannot be started; those that were are stopped.
        """
        try:
            self.topology.postgres_folder.initialise(self.topology.passwords.postgres)
            self._start(self.topology.stores())
            self._tell("Bringing tables and index up to date.")
            self._run("db", "upgrade")
            self._run("ingest", *map(str, self._handbook))
            self._start(self.topology.faces())
        except BaseException:
            self.stop()
            raise

    def revive(self) -> list[str]:
        """Start again whatever has ended, as a supervisor does; return the names. It may not be ready yet."""
        dead = {name: process for name, process in self.processes.items() if process.pid is None}
        for name, process in dead.items():
            self._tell(f"{name} has ended with code {process.exit_code}; starting it again.")
            process.start()
        return [*dead]

    def stop(self) -> None:
        """Stop all parts, each before what it needs. Idempotent."""
        for process in reversed(self.processes.values()):
            process.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self, parts: Iterable[Part]) -> None:
        started = {part.name: Process(part) for part in parts}
        self.processes |= started
        for process in started.values():
            process.start()
        for process in started.values():
            process.wait_until_ready()

    def _run(self, *arguments: str) -> None:
        """Run a command of the product against the stores. Raises ApiError if it fails."""
        done = subprocess.run(
            (sys.executable, "-m", "coach.cli", *arguments),
            env=os.environ | self.topology.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            said = done.stdout.decode(errors="replace").strip().splitlines()
            raise ApiError(f"coach {arguments[0]}: {said[-1] if said else done.returncode}", slug="failed")


@click.command()
@click.option("--port", type=click.IntRange(0, 65533), default=PORT, show_default=True)
@click.option("--page-port", type=click.IntRange(0, 65535), default=PAGE_PORT, show_default=True)
@click.option("--data", type=click.Path(path_type=Path), default=Path(".coach/stack"), show_default=True)
@click.option("--qdrant", type=click.Path(path_type=Path), help="The Qdrant server, if it is not on PATH.")
@click.argument("handbook", nargs=-1, type=click.Path(path_type=Path))
def main(port: int, page_port: int, data: Path, qdrant: Path | None, handbook: tuple[Path, ...]) -> None:
    """Start the whole stack on loopback, print the addresses, and stop all of it at Ctrl-C.

    --port is that of the API as clients see it; its two processes take the two ports behind it. 0 takes free
    ones. HANDBOOK (default: corpus/) goes into the index.
    """
    signal.signal(signal.SIGTERM, interrupt)
    try:
        run(port, page_port, data, qdrant, handbook or (ROOT / "corpus",))
    except CoachError as error:
        click.echo(f"coach: {error}. {error.hint}".rstrip(), err=True)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        click.echo("Stopped.", err=True)


def run(port: int, page_port: int, data: Path, qdrant: Path | None, handbook: Sequence[Path]) -> NoReturn:
    """Run a stack until Ctrl-C.

    Raises:
        CoachError: A part cannot be started; those that were are stopped.
    """
    programs = find_programs(qdrant)
    topology = Topology(data, programs, choose_ports(port, page_port))
    with Stack(topology, handbook) as stack:
        for name, address in addresses(stack.processes).items():
            click.echo(f"{name:<11} {address}")
        if programs.caddy is None:
            click.echo("Nothing spreads requests: caddy is not installed. Clients may use either api.")
        click.echo("Ctrl-C stops all.")
        while True:
            time.sleep(_LOOK_EVERY_S)
            stack.revive()


def addresses(processes: Mapping[str, Process]) -> dict[str, str]:
    """Return where each part listens, what people use first."""
    return {name: processes[name].part.address for name in reversed([*processes])}


def interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """Let SIGTERM do what Ctrl-C does."""
    del number, frame
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
