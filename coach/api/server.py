"""The process that serves the API: its socket, its signals, its end."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from coach.api.drain import Drain
from coach.errors import SettingsError

BACKLOG = 2048


class DrainingServer(uvicorn.Server):
    """Finishes what runs when it is told to stop, refusing what is new; told twice, it stops at once."""

    def __init__(self, config: uvicorn.Config, drain: Drain) -> None:
        super().__init__(config)
        self._drain = drain

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain, or stop if that was begun before. Called by a signal."""
        del sig, frame
        if self._drain.is_draining:
            self.should_exit = self.force_exit = True
        self._drain.start()

    async def on_tick(self, counter: int) -> bool:
        """Return whether it is time to stop; called ten times a second."""
        if self._drain.is_done:
            self.should_exit = True
        return await super().on_tick(counter)


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("a.example")
    (True, True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that holds an address; who connects before `listen` is refused, and does not wait.

    Raises:
        SettingsError: The address is not to be had.
    """
    with _told(f"{host}:{port}"):
        family, kind, protocol, _, address = socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
        except OSError:
            listener.close()
            raise
        return listener


def listen(listener: socket.socket) -> None:
    """Let clients in. Raises SettingsError if another program listens on the address by now."""
    host, port = listener.getsockname()[:2]
    with _told(f"{host}:{port}"):
        listener.listen(BACKLOG)


@contextmanager
def _told(address: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {address}: {error.strerror or error}",
            hint="Name a free port with --port, or stop what listens there.",
        ) from error


def address_of(listener: socket.socket) -> str:
    """Return the address of a listening socket as a URL."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def make_server(app: ASGIApp, drain: Drain) -> DrainingServer:
    """Return a server of an app; `run(sockets=[...])` serves until it is told to stop."""
    config = uvicorn.Config(
        app,
        log_config=None,  # one line a request is written by the app itself
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=1,  # of idle connections: what ran was waited for before
    )
    return DrainingServer(config, drain)
