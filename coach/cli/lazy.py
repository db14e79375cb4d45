"""A group of commands that imports each of them only when it runs, so that --help is quick."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_SUMMARY_CHARS = 100


class LazyGroup(click.Group):
    """A group whose commands are named by where they stand.

    Args:
        lazy: Command -> module and one-line summary. The module's attribute is named like the command, or
            stands behind a colon ("module:attribute").
        plugins: Entry-point group of commands that packages above this one bring along; they are looked
            for only when a command is not in `lazy`, or for --help.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        lazy: Mapping[str, tuple[str, str]],
        plugins: str = "",
        **attributes: object,
    ) -> None:
        super().__init__(name, **attributes)  # type: ignore[arg-type]  # what click's decorator passes on
        self._lazy = lazy
        self._plugins = plugins

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which a newcomer needs them, those of plugins last."""
        del ctx
        return [*self._lazy, *self._entry_points]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or None if there is none of this name."""
        del ctx
        command: click.Command
        if cmd_name in self._lazy:
            module, _, attribute = self._lazy[cmd_name][0].partition(":")
            command = getattr(import_module(module), attribute or cmd_name)
            return command
        if cmd_name not in self._entry_points:
            return None
        command = self._entry_points[cmd_name].load()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their summaries, without importing any but those of plugins."""
        del ctx
        rows = [(name, summary) for name, (_, summary) in self._lazy.items()]
        rows += [
            (name, entry.load().get_short_help_str(limit=_SUMMARY_CHARS))
            for name, entry in self._entry_points.items()
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    @cached_property
    def _entry_points(self) -> dict[str, EntryPoint]:
        from importlib.metadata import entry_points

        found = entry_points(group=self._plugins) if self._plugins else ()
        return {entry.name: entry for entry in sorted(found, key=lambda entry: entry.name)}
