"""A proxy in front of a real server that a test makes slow, dead or wrong."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Mood = Literal["well", "stalled", "down", "wrong"]
GARBAGE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\ngarbage"
_CHUNK = 65_536


class Flaky:
    """Passes bytes on while it is well; a change of mood ends the connections that are open.

    Attributes:
        port: Where it listens, on loopback.
        mood: "stalled" takes what comes and says nothing, "down" hangs up, "wrong" answers with garbage.
    """

    def __init__(self, host: str, port: int) -> None:
        self._upstream = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.mood: Mood = "well"
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def become(self, mood: Mood) -> None:
        """Change the mood; open connections go on stalling or are cut."""
        self.mood = mood
        if mood in {"down", "wrong", "well"}:
            self._cut()

    def close(self) -> None:
        """Stop listening and cut everything."""
        self.mood = "down"
        self._listener.close()
        self._cut()

    def _cut(self) -> None:
        with self._lock:
            gone, self._open = self._open, []
        for one in gone:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed at the end
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            self._open.append(client)
        if self.mood == "down":
            self._cut()
            return
        with suppress(OSError), socket.create_connection(self._upstream) as server:
            with self._lock:
                self._open.append(server)
            back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
            back.start()
            self._pump(client, server)
            back.join()
        client.close()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        """Pass bytes on until one end is gone; what a stalled or wrong server is told is lost."""
        with suppress(OSError):
            while data := source.recv(_CHUNK):
                if self.mood == "wrong":
                    source.sendall(GARBAGE)
                elif self.mood != "stalled":
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def flaky(host: str, port: int) -> Iterator[Flaky]:
    """Give a proxy that is well; gone at the end of the block."""
    proxy = Flaky(host, port)
    try:
        yield proxy
    finally:
        proxy.close()
