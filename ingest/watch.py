"""What changes below some folders, as it happens."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from ingest.sources import is_passed_over

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

    def __init__(self, counts: Callable[[Path], bool]) -> None:
        self._counts = counts
        self._changed = threading.Condition()
        self._first_s: float | None = None
        self._last_s = 0.0

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note a change; called by the observer's thread."""
        touched = (Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path)
        if event.event_type in READING or not any(self._counts(path) for path in touched):
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


def changes(paths: Sequence[Path], *, own: Sequence[Path] = ()) -> Iterator[Change]:
    """Yield a change at once, for what happened before, and then each as it happens; it never ends.

    What happens while the caller works on one is in the next. What an ingest passes over is no change.

    Args:
        paths: Files and folders that are followed.
        own: Folders that the caller writes to; where they lie below a path, that is no change either.
    """
    started = Change(time.monotonic())
    with _listening(paths, own) as listener:
        yield started
        while True:
            yield listener.next()


@contextmanager
def _listening(paths: Sequence[Path], own: Sequence[Path]) -> Iterator[_Listener]:
    named = {_real(path.parent) / path.name for path in paths if not path.is_dir()}
    folders = {_real(path if path.is_dir() else path.parent) for path in paths}
    written = [_real(folder) for folder in own]

    def counts(path: Path) -> bool:
        return path in named or any(_is_followed(path, folder, written) for folder in folders)

    listener, observer = _Listener(counts), Observer()
    for folder in folders:
        observer.schedule(listener, str(folder), recursive=True)
    observer.start()
    try:
        yield listener
    finally:
        observer.stop()
        observer.join()


def _is_followed(path: Path, folder: Path, own: Sequence[Path]) -> bool:
    """Return whether what happens at a path is a change of the folder."""
    inner = (one for one in own if folder in one.parents)
    return (
        path.is_relative_to(folder)
        and not any(map(is_passed_over, path.relative_to(folder).parts))
        and not any(path.is_relative_to(one) for one in inner)
    )


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
