"""`coach up`: API and page together, started and stopped as one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn

import click

from coach.cli.options import collection_option, load_settings

PAGE_PORT = 8501
PAGE_HOST = "127.0.0.1"
_PAGE = Path(__file__).parents[2] / "ui" / "app.py"
_READY_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 40.0
_LOOK_EVERY_S = 0.1
_PROBE_TIMEOUT_S = 5.0
_OK = 200


class Part(NamedTuple):
    """A running half: what it is called, where it is, and where it says that it is ready."""

    name: str
    address: str
    probe: str
    process: subprocess.Popen[bytes]


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the API instead of COACH_PORT; 0: any.")
@click.option(
    "--page-port",
    type=click.IntRange(0, 65535),
    default=PAGE_PORT,
    show_default=True,
    help="Port of the page; 0 takes a free one.",
)
@collection_option
def up(port: int | None, page_port: int, collection: str | None) -> None:
    """Start the API and the page on this machine, print both addresses, and stop both at Ctrl-C.

    Closing the terminal stops them too; 'nohup coach up' outlives it.
    """
    settings = load_settings(collection)
    api_port = _free_port(settings.port if port is None else port, "--port")
    page_port = _free_port(page_port, "--page-port")
    address = f"http://{PAGE_HOST}:{api_port}"
    chosen = ["--collection", collection] if collection else []
    serve = ["-m", "coach.cli", "serve", "--host", PAGE_HOST, "--port", str(api_port), *chosen]
    page = ["-m", "streamlit", "run", str(_PAGE), "--server.port", str(page_port)]
    with interrupted_by_signals(), _stopped_at_the_end() as started:
        try:
            started.append(Part("API", address, "/readyz", _start(serve)))
            page_address = f"http://{PAGE_HOST}:{page_port}"
            started.append(Part("page", page_address, "/_stcore/health", _start(page, COACH_API_URL=address)))
            _wait_until_ready(started)
            click.echo(f"Page  {page_address}\nAPI   {address}\nCtrl-C stops both.")
            _watch(started)
        except KeyboardInterrupt:
            click.echo("Stopping.", err=True)


def _free_port(port: int, option: str) -> int:
    """Return the port, or a free one for 0. Raises SettingsError if somebody has it."""
    from coach.api.server import bind
    from coach.errors import SettingsError

    try:
        with bind(PAGE_HOST, port) as listener:
            return int(listener.getsockname()[1])
    except SettingsError as error:
        hint = f"Stop what listens there, or name another port: {option} 0 takes a free one."
        raise SettingsError(str(error), hint=hint) from error


def _start(arguments: Sequence[str], **environment: str) -> subprocess.Popen[bytes]:
    """Start one half in a group of its own, so that Ctrl-C reaches it through us alone."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # errors come on standard error, which is ours
        start_new_session=True,
    )


def _wait_until_ready(parts: Sequence[Part]) -> None:
    """Return when both halves answer.

    Raises:
        ApiError: One does not in time.
    """
    from coach.errors import ApiError

    waiting = list(parts)
    give_up_at = time.monotonic() + _READY_TIMEOUT_S
    while waiting:
        _end_with(parts)
        if time.monotonic() > give_up_at:
            raise ApiError(
                f"the {waiting[0].name} is not ready after {_READY_TIMEOUT_S:.0f} s", slug="unready"
            )
        time.sleep(_LOOK_EVERY_S)
        waiting = [part for part in waiting if not _is_ready(part)]


def _is_ready(part: Part) -> bool:
    import httpx

    try:
        reply = httpx.get(part.address + part.probe, timeout=_PROBE_TIMEOUT_S, trust_env=False)
    except httpx.TransportError:
        return False
    return reply.status_code == _OK


def _watch(parts: Sequence[Part]) -> None:
    """Wait for Ctrl-C; a half that ends by itself ends us."""
    while True:
        _end_with(parts)
        time.sleep(_LOOK_EVERY_S)


def _end_with(parts: Sequence[Part]) -> None:
    """Exit as the first half did that ended; it has said why on standard error."""
    for part in parts:
        if (code := part.process.poll()) is not None:
            click.echo(f"coach: the {part.name} has ended; stopping the rest", err=True)
            sys.exit(code if code > 0 else 1)


@contextmanager
def _stopped_at_the_end() -> Iterator[list[Part]]:
    """Give a list of halves; those in it are stopped, the page first, so that it never misses its API."""
    started: list[Part] = []
    try:
        yield started
    finally:
        for part in reversed(started):
            _stop(part.process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a half to end and wait; insist if that takes too long, or at a second Ctrl-C."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(_STOP_TIMEOUT_S)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does, and a terminal that is closed, unless that is ignored (nohup)."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        del frame
        if number == signal.SIGHUP:  # kernel and shell both say it; the second must not cut the end short
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    heard = [signal.SIGTERM, signal.SIGHUP]
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        heard.remove(signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
