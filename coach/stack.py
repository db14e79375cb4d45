"""Stacks: what answers are made with, as one versioned unit that can be switched and switched back.

A stack that was chosen is a file in the data folder; which one is in force is another file, replaced in one
step. A coach looks at that file when a question begins, so a question that is under way ends as it began.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self, TypeVar

from pydantic import ValidationError

from coach.answer.prompts import Prompt, Purpose, load_prompts
from coach.errors import NotFoundError, SettingsError, UsageError
from coach.settings import Settings
from coach.stack_parts import NEVER_CHOSEN, RETRIEVER_SETTINGS, pointer_file, pointer_version
from coach.types import Stack
from ingest.contract import Frozen

MODEL_SETTINGS = ("model", "fallback_models", "judge_model", "passage_chars")
MOST_STEPS_BACK = 20
Model = TypeVar("Model", bound=Frozen)


class Recipe(Frozen):
    """What of a stack can be chosen: models, prompts and retriever. The index is what was ingested.

    Attributes:
        settings: Values of `RETRIEVER_SETTINGS` and `MODEL_SETTINGS`.
        prompts: Their texts too, so that a later version of the coach can go back to them.
    """

    settings: dict[str, bool | int | str | tuple[str, ...]]
    prompts: dict[Purpose, Prompt]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings and this version of the coach make."""
        values = {name: getattr(settings, name) for name in (*RETRIEVER_SETTINGS, *MODEL_SETTINGS)}
        return cls(settings=values, prompts=load_prompts())

    def applied(self, settings: Settings) -> Settings:
        """Return settings with what the recipe chooses in place of what they say."""
        return settings.model_copy(update=dict(self.settings))


class SavedStack(Frozen):
    """A stack that was chosen once, with the index it was chosen on."""

    stack: Stack
    recipe: Recipe


class _Pointer(Frozen):
    """The stacks that were in force, the one in force last; empty names stand for the settings."""

    in_force: tuple[str, ...] = ("",)


class StackStore:
    """The stacks of one collection, below a data folder; several processes may read and one may write."""

    def __init__(self, data_dir: Path, collection: str) -> None:
        self._data_dir, self._collection = data_dir, collection
        self._pointer = pointer_file(data_dir, collection)
        self._folder = self._pointer.parent

    def active(self) -> SavedStack | None:
        """Return the stack in force, or None if the settings are to be followed.

        Raises:
            SettingsError: The files are damaged.
        """
        name = self._read_pointer().in_force[-1]
        return self.get(name) if name else None

    def before(self) -> str | None:
        """Return the hash of what `rollback` would put in force, empty for the settings; None if nothing."""
        in_force = self._read_pointer().in_force
        return in_force[-2] if len(in_force) > 1 else None

    def reopen(self) -> None:
        """Have every process open what is in force anew with its next question, the newest index with it."""
        _write(self._pointer, self._read_pointer())

    def all(self) -> list[SavedStack]:
        """Return all saved stacks, ordered by hash."""
        names = (file.stem for file in self._folder.glob("*.json") if file != self._pointer)
        return [self.get(name) for name in sorted(names)]

    def get(self, name: str) -> SavedStack:
        """Return a stack by its hash, or by the beginning of it if that is enough.

        Raises:
            NotFoundError: None is saved that begins so.
            UsageError: Several are.
            SettingsError: Its file is damaged.
        """
        known = sorted(file.stem for file in self._folder.glob("*.json") if file != self._pointer)
        fitting = [one for one in known if one == name] or [
            one for one in known if name and one.startswith(name)
        ]
        if not fitting:
            raise NotFoundError(f"no stack {name!r} is saved", hint="'coach stack list' shows them.")
        if len(fitting) > 1:
            raise UsageError(f"{name!r} begins {len(fitting)} stacks", hint="Give more of the hash.")
        return _read(self._folder / f"{fitting[0]}.json", SavedStack)

    def save(self, stack: Stack, recipe: Recipe) -> SavedStack:
        """Keep a stack and return it; saving it again changes nothing."""
        saved = SavedStack(stack=stack, recipe=recipe)
        _write(self._folder / f"{stack.hash}.json", saved)
        return saved

    def use(self, name: str) -> SavedStack | None:
        """Put a saved stack in force, or the settings again if the name is empty; return it.

        Raises:
            NotFoundError: It is not saved.
        """
        saved = self.get(name) if name else None
        pointer = self._read_pointer()
        chosen = saved.stack.hash if saved else ""
        if pointer.in_force[-1] != chosen:
            _write(self._pointer, _Pointer(in_force=(*pointer.in_force, chosen)[-MOST_STEPS_BACK:]))
        return saved

    def rollback(self) -> SavedStack | None:
        """Put in force what was before, and return it; None stands for the settings.

        Raises:
            UsageError: Nothing was before.
        """
        in_force = self._read_pointer().in_force[:-1]
        if not in_force:
            raise UsageError("there is nothing to go back to", hint="'coach stack use HASH' chooses one.")
        saved = self.get(in_force[-1]) if in_force[-1] else None
        _write(self._pointer, _Pointer(in_force=in_force))
        return saved

    def _read_pointer(self) -> _Pointer:
        if pointer_version(self._data_dir, self._collection) == NEVER_CHOSEN:
            return _Pointer()
        return _read(self._pointer, _Pointer)


def _read(file: Path, model: type[Model]) -> Model:
    try:
        return model.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise SettingsError(
            f"the stack file {str(file)!r} cannot be read: {type(error).__name__}",
            hint="Remove it, then choose a stack again.",
        ) from error


def _write(file: Path, value: Frozen) -> None:
    """Replace a file in one step: a reader sees the old one or the new one, whole.

    Raises:
        SettingsError: It cannot be written; the old one stays.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with _draft(file.parent) as draft:
            draft.write_text(value.model_dump_json(indent=2), encoding="utf-8")
            with draft.open("rb") as made:
                os.fsync(made.fileno())
            draft.replace(file)
    except OSError as error:
        raise SettingsError(
            f"the stack file {str(file)!r} cannot be written: {error.strerror}",
            hint="The data folder must be writable and have room.",
        ) from error


@contextmanager
def _draft(folder: Path) -> Iterator[Path]:
    """Give a new file that is removed afterwards where it did not get another name."""
    handle, name = tempfile.mkstemp(dir=folder, suffix=".new")
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
