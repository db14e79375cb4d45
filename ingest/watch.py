"""What changes below some folders, as it happens."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

QUIET_S = 0.3
"""An editor saves in several steps; a change counts once nothing has changed for so long."""

READING = frozenset({"opened", "closed_no_write"})

logging.getLogger("watchdog").addHandler(logging.NullHandler())  # it calls being stopped an error


class Change:
    """Something changed; `waited_s` tells how long it has waited so far, in seconds."""

    def __init__(self, at_s: float) -> None:
        self._at_s = at_s

    @property
    def waited_s(self) -> float:
        """Seconds since the first of the changes that this stands for."""
        return time.monotonic() - self._at_s


class _Listener(FileSystemEventHandler):
    """Keeps the times of the first and the last change that nobody took yet."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._first_s: float | None = None
        self._last_s = 0.0

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note a change; called by the observer's thread."""
        if event.event_type in READING:
            return
        with self._changed:
            self._last_s = time.monotonic()
            if self._first_s is None:
                self._first_s = self._last_s
            self._changed.notify()

    def next(self) -> Change:
        """Return the next change once it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._first_s is not None)
            while (left_s := self._last_s + QUIET_S - time.monotonic()) > 0:
                self._changed.wait(left_s)
            change, self._first_s = Change(self._first_s or self._last_s), None
            return change


def changes(paths: Sequence[Path]) -> Iterator[Change]:
    """Yield a change at once, for what happened before, and then each as it happens; it never ends.

    What happens while the caller works on one is in the next.
    """
    started = Change(time.monotonic())
    with _listening(paths) as listener:
        yield started
        while True:
            yield listener.next()


@contextmanager
def _listening(paths: Sequence[Path]) -> Iterator[_Listener]:
    listener, observer = _Listener(), Observer()
    for folder in {path if path.is_dir() else path.parent for path in paths}:
        observer.schedule(listener, str(folder), recursive=True)
    observer.start()
    try:
        yield listener
    finally:
        observer.stop()
        observer.join()
