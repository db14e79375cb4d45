"""What changes below some folders, as it happens."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from ingest.sources import is_passed_over

QUIET_S = 0.3
"""An editor saves in several steps; a change counts once nothing has changed for so long."""

LOOK_EVERY_S = 1.0
"""A folder is followed by what it is, not by its name: so often it is asked whether the name is another's."""

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


class _Place(NamedTuple):
    """What a path leads to; device and inode are None while nothing is there."""

    path: Path
    device: int | None
    inode: int | None


class _Listener(FileSystemEventHandler):
    """Keeps the times of the first and the last change that nobody took yet, its own beginning at first."""

    def __init__(self, counts: Callable[[Path], bool]) -> None:
        self._counts = counts
        self._changed = threading.Condition()
        self._last_s = time.monotonic()
        self._first_s: float | None = self._last_s

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

    def next(self) -> Change | None:
        """Return the next change once it is over; None if there is none within `LOOK_EVERY_S`."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._first_s is not None, LOOK_EVERY_S):
                return None
            while (left_s := self._last_s + QUIET_S - time.monotonic()) > 0:
                self._changed.wait(left_s)
            change, self._first_s = Change(self._first_s or self._last_s), None
            return change


def changes(paths: Sequence[Path], *, own: Sequence[Path] = ()) -> Iterator[Change]:
    """Yield a change for what happened before, and then each as it happens; it never ends.

    What happens while the caller works on one is in the next. What an ingest passes over is no change. That
    a path leads to another folder than before, or to none, is one.

    Args:
        paths: Files and folders that are followed.
        own: Folders that the caller writes to; where they lie below a path, that is no change either.
    """
    roots = [(path if path.is_dir() else path.parent).absolute() for path in paths]
    while True:
        places = [_place(root) for root in roots]
        with _listening(paths, roots, own) as listener:
            while places == [_place(root) for root in roots]:
                if change := listener.next():
                    yield change


@contextmanager
def _listening(paths: Sequence[Path], roots: Sequence[Path], own: Sequence[Path]) -> Iterator[_Listener]:
    named = {_real(path.parent) / path.name for path in paths if not path.is_dir()}
    folders = {_real(root) for root in roots if root.is_dir()}
    written = [_real(folder) for folder in own]

    def counts(path: Path) -> bool:
        return path in named or any(_is_followed(path, folder, written) for folder in folders)

    listener, observer = _Listener(counts), Observer()
    observer.start()
    try:
        for folder in folders:
            with suppress(FileNotFoundError):  # gone since: the next look at its place tells
                observer.schedule(listener, str(folder), recursive=True)
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


def _place(root: Path) -> _Place:
    real = _real(root)
    try:
        state = real.stat()
    except OSError:
        return _Place(real, None, None)
    return _Place(real, state.st_dev, state.st_ino)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
