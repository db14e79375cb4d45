"""Which stack is at work: switched between two questions, never in the middle of one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import structlog

from coach.engine import Engine
from coach.errors import CoachError
from coach.live_build import LiveBuild
from coach.operate.mitigation import Mitigation, nothing_switched
from coach.settings import Settings
from coach.stack_parts import NEVER_CHOSEN, pointer_version
from ingest.embed import Embedder

if TYPE_CHECKING:
    from coach.answer.prompts import Prompts
    from coach.models.assemble import Models
    from coach.models.breaker import BreakerState
    from coach.stack import SavedStack


@dataclass(slots=True)
class _Held:
    """An engine and how many questions are under way on it."""

    engine: Engine
    users: int = 0
    retired: bool = False


class _InForce(NamedTuple):
    """What decides which engine answers: the stack that was chosen, what operators switched, what is live."""

    pointer: tuple[int, int]
    mitigation: Mitigation
    build: str


class _Base(NamedTuple):
    """A stack before anything is switched; its models stay the same, and what they learnt of providers."""

    pointer: tuple[int, int]
    settings: Settings
    prompts: Prompts | None
    models: Models | None


class EngineSwitch:
    """Gives the engine in force to each question, and closes an old one once its last question is done.

    Args:
        settings: What is followed as long as no stack was chosen.
        models: Used whatever the settings and stacks name; None means those.
        mitigation: Tells what is switched at the moment; asked before every question.

    Attributes:
        settings: As they were given: without what a stack or a switch puts in their place.
        problem: Why what was chosen last could not be opened; empty if it is what answers.

    Raises:
        CoachError: No engine can be opened; see `Engine`.
    """

    def __init__(
        self,
        settings: Settings,
        models: Models | None,
        mitigation: Callable[[], Mitigation] = nothing_switched,
    ) -> None:
        self.settings = settings
        self.problem = ""
        self._models = models
        self._mitigation = mitigation
        self._live_build = LiveBuild(settings)
        self._embedder = Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
        self._lock = threading.Lock()
        self._switching = threading.Lock()
        self._base: _Base | None = None
        self._version = self._in_force()
        self._held = _Held(self._open(self._version))

    @property
    def current(self) -> Engine:
        """The engine in force; for what ends before it can be switched."""
        return self._held.engine

    def catch_up(self) -> None:
        """Return once what is in force now is opened, or was found not to open."""
        while self._version != (version := self._in_force()):
            self._follow(version)
            with self._switching:  # if a question is about it, it is waited for
                pass

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Give the engine in force to one question, until that is answered."""
        if self._version != (version := self._in_force()):
            self._follow(version)
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

    def save(self) -> SavedStack:
        """Keep the stack that the settings make, whatever is in force, and return it."""
        return save_stack(self.settings, self._embedder, self._models)

    @property
    def breakers(self) -> dict[str, BreakerState]:
        """State of the breaker of each provider that is asked; empty without models."""
        models = self.current.models
        if models is None:
            return {}
        return models.writer.breaker_states | (models.judge.breaker_states if models.judge else {})

    def close(self) -> None:
        """Release the index; idempotent."""
        self._held.engine.close()
        self._live_build.close()

    def _follow(self, version: _InForce) -> None:
        """Open what is in force now; while one question does, the others go on with the old one."""
        if not self._switching.acquire(blocking=False):
            return
        try:
            try:
                opened = _Held(self._open(version))
            except CoachError as error:
                # The old stack goes on working; it is not tried again until another one is chosen.
                structlog.get_logger().error("stack_not_switched", error=str(error), hint=error.hint)
                self._version, self.problem = version, str(error)
                return
            with self._lock:
                old, self._held, self._version, self.problem = self._held, opened, version, ""
                old.retired = True
                is_idle = not old.users
            structlog.get_logger().warning(
                "stack_switched", old=old.engine.stack.hash, new=opened.engine.stack.hash
            )
            if is_idle:
                old.engine.close()
        finally:
            self._switching.release()

    def _open(self, version: _InForce) -> Engine:
        if self._base is None or self._base.pointer != version.pointer:
            self._base = self._choose(version.pointer)
        base, mitigation = self._base, version.mitigation
        return Engine(
            mitigation.limited(base.settings),
            self._embedder,
            models=mitigation.models(base.models, base.settings),
            prompts=base.prompts,
            switched=mitigation.told,
        )

    def _choose(self, pointer: tuple[int, int]) -> _Base:
        settings, prompts = self.settings, None
        if pointer != NEVER_CHOSEN:
            from coach.stack import StackStore

            chosen = StackStore(settings.data_dir, settings.collection).active()
            if chosen is not None:
                settings, prompts = chosen.recipe.applied(settings), chosen.recipe.prompts
        return _Base(pointer, settings, prompts, self._models or open_models(settings))

    def _in_force(self) -> _InForce:
        pointer = pointer_version(self.settings.data_dir, self.settings.collection)
        return _InForce(pointer, self._mitigation(), self._live_build())


def open_models(settings: Settings) -> Models | None:
    """Return the models that the settings name; without any, nothing of them is imported."""
    if not (settings.model or settings.fallback_models or settings.judge_model):
        return None
    from coach.models import assemble

    return assemble.open_models(settings)


def save_stack(
    settings: Settings, embedder: Embedder | None = None, models: Models | None = None
) -> SavedStack:
    """Keep the stack that the settings make, whatever is in force, and return it."""
    from coach.stack import Recipe, StackStore

    embedder = embedder or Embedder(settings.embed_model, settings.weights_dir, threads=settings.threads)
    engine = Engine(settings, embedder, models=models or open_models(settings))
    try:
        return StackStore(settings.data_dir, settings.collection).save(engine.stack, Recipe.of(settings))
    finally:
        engine.close()
