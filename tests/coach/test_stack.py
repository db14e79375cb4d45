"""Stacks: saved, chosen, gone back from, and switched under questions that are under way."""

from __future__ import annotations

import errno
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from coach.coach import Coach
from coach.errors import NotFoundError, SettingsError, UsageError
from coach.events import Acknowledged, Finished
from coach.settings import Settings
from coach.stack import Recipe, StackStore
from coach.stack_parts import RETRIEVER_SETTINGS, make_stack, pointer_version
from tests.conftest import Ingested
from tests.support.program import Program

QUESTION = "What is a cache stampede, and how do you stop it?"


def settings(**values: object) -> Settings:
    """Return settings that no environment has a part in."""
    return Settings(_env_file=None, **values)  # type: ignore[call-arg, arg-type]


@pytest.fixture
def store(tmp_path: Path) -> StackStore:
    return StackStore(tmp_path, "handbook")


def save(store: StackStore, **values: object) -> str:
    """Save the stack of these settings and return its hash."""
    recipe = Recipe.of(settings(**values))
    return store.save(make_stack({"retriever": repr(sorted(recipe.settings.items()))}), recipe).stack.hash


def test_hash_depends_on_every_part() -> None:
    """Equal parts have one hash in whatever order; any other value has another."""
    one = make_stack({"index": "1", "writer": "a"})
    assert one.hash == make_stack({"writer": "a", "index": "1"}).hash
    assert (
        len({one.hash, make_stack({"index": "2", "writer": "a"}).hash, make_stack({"index": "1"}).hash}) == 3
    )


def test_nothing_is_in_force_at_first(store: StackStore) -> None:
    """Without a choice the settings are followed, and there is nothing to go back to."""
    assert store.active() is None
    assert store.all() == []
    with pytest.raises(UsageError):
        store.rollback()


def test_a_data_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Where the data folder should be stands a file: what is in force is not guessed."""
    folder = tmp_path / "file"
    folder.write_text("in the way", encoding="utf-8")
    for look in (StackStore(folder, "handbook").active, lambda: pointer_version(folder, "handbook")):
        with pytest.raises(SettingsError, match=str(folder)):
            look()
    with pytest.raises(SettingsError, match=str(folder)):
        save(StackStore(folder, "handbook"))


def test_a_full_disk_leaves_what_was_in_force(
    store: StackStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stack that finds no room is an error that says so; no half of it stays."""
    store.use(save(store))
    before = sorted((tmp_path / "stacks" / "handbook").iterdir())

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)
    for attempt in (lambda: save(store, passages=3), lambda: store.use("")):
        with pytest.raises(SettingsError, match="No space"):
            attempt()
    assert sorted((tmp_path / "stacks" / "handbook").iterdir()) == before
    assert store.active() is not None


def test_use_and_rollback(store: StackStore, tmp_path: Path) -> None:
    """Each choice can be gone back from, one after another, to the settings."""
    first, second = save(store), save(store, passages=3)
    start = pointer_version(tmp_path, "handbook")
    store.use(first)
    store.use(second[:8])
    assert pointer_version(tmp_path, "handbook") != start
    assert store.active() == store.get(second)
    back = store.rollback()
    assert back is not None
    assert back.stack.hash == first
    assert store.rollback() is None
    assert store.active() is None


def test_choosing_what_is_in_force_changes_nothing(store: StackStore, tmp_path: Path) -> None:
    """To choose a stack twice is to choose it once."""
    name = save(store)
    store.use(name)
    before = pointer_version(tmp_path, "handbook")
    store.use(name)
    assert pointer_version(tmp_path, "handbook") == before
    assert store.rollback() is None


def test_following_the_settings_again(store: StackStore) -> None:
    """The settings can be chosen like a stack, and gone back from."""
    name = save(store)
    store.use(name)
    store.use("")
    assert store.active() is None
    back = store.rollback()
    assert back is not None
    assert back.stack.hash == name


def test_unknown_and_ambiguous_names(store: StackStore) -> None:
    """A name that is none, or begins several, is an error that says so."""
    names = [save(store, passages=number) for number in range(1, 18)]
    twice = next(name[0] for name in names if sum(other[0] == name[0] for other in names) > 1)
    with pytest.raises(UsageError, match="begins"):
        store.get(twice)
    for unknown in ("zz", "", "../in-force"):
        with pytest.raises(NotFoundError):
            store.get(unknown)


def test_damaged_file_is_named(store: StackStore, tmp_path: Path) -> None:
    """A file that cannot be read is an error with its name, not a stack of defaults."""
    name = save(store)
    (tmp_path / "stacks" / "handbook" / f"{name}.json").write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError, match=name):
        store.use(name)


def test_recipe_keeps_the_prompts_as_they_were() -> None:
    """A stack holds the words of its prompts, so that it can be gone back to in a later version."""
    recipe = Recipe.of(settings())
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe
    assert all(prompt.text for prompt in recipe.prompts.values())


def test_recipe_goes_before_the_settings() -> None:
    """What a stack chooses is in force whatever the settings say; all else is theirs."""
    applied = Recipe.of(settings(passages=3)).applied(settings(passages=7, port=9))
    assert (applied.passages, applied.port) == (3, 9)
    assert set(RETRIEVER_SETTINGS) <= set(Settings.model_fields)


def test_readers_always_see_a_whole_pointer(store: StackStore) -> None:
    """While one thread switches to and fro, others read the one stack or the other."""
    names = [save(store), save(store, passages=3)]
    store.use(names[0])
    stop = threading.Event()

    def read() -> set[str]:
        seen = set()
        while not stop.is_set():
            active = store.active()
            assert active is not None
            seen.add(active.stack.hash)
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        for turn in range(60):
            store.use(names[turn % 2])
        stop.set()
        assert all(reader.result() <= set(names) for reader in readers)


@pytest.fixture
def own_index(ingested: Ingested, tmp_path: Path) -> Settings:
    """Settings of a data folder of the test's own, with the small handbook's index in it."""
    (tmp_path / "index").symlink_to(ingested.program.data_dir / "index")
    return settings(data_dir=tmp_path)


def test_question_under_way_ends_on_the_stack_it_began_on(own_index: Settings) -> None:
    """A switch takes hold with the next question; the one before it still has its index."""
    store = StackStore(own_index.data_dir, own_index.collection)
    recipe = Recipe.of(own_index.model_copy(update={"passages": 1}))
    with Coach(own_index) as coach:
        before = coach.stack
        under_way = coach.stream(QUESTION)
        first = next(under_way)
        store.use(store.save(make_stack({"any": "name"}), recipe).stack.hash)
        after = coach.ask(QUESTION)
        *_, last = under_way
        store.rollback()
        back = coach.ask(QUESTION)
    assert isinstance(first, Acknowledged)
    assert isinstance(last, Finished)
    assert first.stack_hash == last.answer.stack.hash == before.hash
    assert after.stack.hash != before.hash
    assert '"passages":1' in after.stack.parts["retriever"]
    assert back.stack == before


def test_stack_that_cannot_be_opened_changes_nothing(own_index: Settings) -> None:
    """A damaged choice is logged, and the old stack goes on answering."""
    store = StackStore(own_index.data_dir, own_index.collection)
    with Coach(own_index) as coach:
        before = coach.ask(QUESTION).stack
        saved = store.save(make_stack({"any": "name"}), Recipe.of(own_index))
        store.use(saved.stack.hash)
        file = own_index.data_dir / "stacks" / own_index.collection / f"{saved.stack.hash}.json"
        file.write_text("{", encoding="utf-8")
        assert coach.ask(QUESTION).stack == before


def test_commands(own_index: Settings) -> None:
    """The command line saves, lists, shows, chooses and goes back."""
    program = Program(own_index.data_dir, own_index.data_dir)
    used = program.run("stack", "use")
    assert used.code == 0, used.err
    rows = json.loads(program.run("stack", "list", "--json").out)
    assert [row["in_force"] for row in rows] == [True]
    shown = json.loads(program.run("stack", "show", "--json").out)
    assert shown["hash"] == rows[0]["hash"]
    assert shown["parts"]["writer"] == "outline"
    assert program.run("stack", "rollback").out == "In force: what the settings name.\n"
    assert program.run("stack", "rollback").code == 2
    assert program.run("stack", "use", "nonsense").code == 10
