"""Which stack is at work: switched between two questions, never in the middle of one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from coach.engine import Engine
from coach.errors import CoachError
from coach.settings import Settings
from coach.stack_parts import NEVER_CHOSEN, pointer_version
from ingest.embed import Embedder

if TYPE_CHECKING:
    from coach.models.assemble import Models


@dataclass(slots=True)
class _Held:
    """An engine and how many questions are under way on it."""

    engine: Engine
    users: int = 0
    retired: bool = False


class EngineSwitch:
    """Gives the engine in force to each question, and closes an old one once its last question is done.

    Args:
        settings: What is followed as long as no stack was chosen.
        models: Used whatever the settings and stacks name; None means those.

    Raises:
        CoachError: No engine can be opened; see `Engine`.
    """

    def __init__(self, settings: Settings, models: Models | None) -> None:
        self._settings = settings
        self._models = models
        self._embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
        self._lock = threading.Lock()
        self._switching = threading.Lock()
        self._version = self._in_force()
        self._held = _Held(self._open())

    @property
    def current(self) -> Engine:
        """The engine in force; for what ends before it can be switched."""
        return self._held.engine

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Give the engine in force to one question, until that is answered."""
        if self._version != self._in_force():
            self._follow()
        with self._lock:
            held = self._held
            held.users += 1
        try:
            yield held.engine
        finally:
            with self._lock:
                held.users -= 1
                is_last = held.retired and not held.users
            if is_last:
                held.engine.close()

    def close(self) -> None:
        """Release the index; idempotent."""
        self._held.engine.close()

    def _follow(self) -> None:
        """Open the stack that is in force now; while one question does, the others go on with the old one."""
        if not self._switching.acquire(blocking=False):
            return
        try:
            version = self._in_force()
            try:
                opened = _Held(self._open())
            except CoachError as error:
                # The old stack goes on working; it is not tried again until another one is chosen.
                structlog.get_logger().error("stack_not_switched", error=str(error), hint=error.hint)
                self._version = version
                return
            with self._lock:
                old, self._held, self._version = self._held, opened, version
                old.retired = True
                is_idle = not old.users
            structlog.get_logger().warning(
                "stack_switched", old=old.engine.stack.hash, new=opened.engine.stack.hash
            )
            if is_idle:
                old.engine.close()
        finally:
            self._switching.release()

    def _open(self) -> Engine:
        settings, prompts = self._settings, None
        if self._in_force() != NEVER_CHOSEN:
            from coach.stack import StackStore

            chosen = StackStore(settings.data_dir, settings.collection).active()
            if chosen is not None:
                settings, prompts = chosen.recipe.applied(settings), chosen.recipe.prompts
        models = self._models or open_models(settings)
        return Engine(settings, self._embedder, models=models, prompts=prompts)

    def _in_force(self) -> tuple[int, int]:
        return pointer_version(self._settings.data_dir, self._settings.collection)


def open_models(settings: Settings) -> Models | None:
    """Return the models that the settings name; without any, nothing of them is imported."""
    if not (settings.model or settings.fallback_models or settings.judge_model):
        return None
    from coach.models import assemble

    return assemble.open_models(settings)
