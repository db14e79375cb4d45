"""Which lists, quotes and containers are open while the tokens of a Markdown text go by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.read.plain import plain_heading

if TYPE_CHECKING:
    from markdown_it.token import Token


CALLOUTS = frozenset(
    "tip note info warning caution danger important hint success question abstract details quote "
    "example".split()
)


FRAMES = frozenset(
    "code-group code-tabs tabs tab steps columns column col grid cards card center only left right".split()
)


def says_nothing(info: str) -> bool:
    """Return whether the opening line of a container holds no text of its own."""
    kind = info.strip().partition(" ")[0].lower().strip("{}")
    return not kind or kind in CALLOUTS or kind in FRAMES


def container_title(info: str) -> str:
    """Return what stands after the colons of a container, as a label; empty if it is no known kind.

    >>> container_title(" tip Read this first"), container_title(" code-group"), container_title("warning")
    ('Tip: Read this first', '', 'Warning')
    """
    kind, _, title = info.strip().partition(" ")
    if kind.lower() not in CALLOUTS:
        return ""
    return f"{kind.capitalize()}: {plain_heading(title)}" if title.strip() else kind.capitalize()


class Containers:
    """The open containers; each list and list item has a number of its own."""

    def __init__(self) -> None:
        self.items: tuple[int, ...] = ()
        self.lists: tuple[int, ...] = ()
        self.quotes = 0
        self._labels: list[str] = []
        self._count = 0
        self._fresh = False

    @property
    def label(self) -> str:
        """Title of the innermost labelled container; empty if none is."""
        return next((label for label in reversed(self._labels) if label), "")

    def name(self, label: str) -> None:
        """Give the innermost container a title."""
        self._labels[-1] = label

    def take_first(self) -> bool:
        """Return whether nothing was read of the innermost item before; true once an item."""
        fresh, self._fresh = self._fresh, False
        return fresh

    def see(self, token: Token) -> None:
        """Take note of a token that opens or closes a container."""
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if kind in ("bullet_list", "ordered_list"):
            self.lists = self._step(self.lists, token)
        elif kind == "list_item":
            self.items = self._step(self.items, token)
            self._fresh = token.nesting > 0
        elif kind in ("blockquote", "container_any"):
            self.quotes += token.nesting if kind == "blockquote" else 0
            if token.nesting > 0:
                self._labels.append(container_title(token.info) if kind == "container_any" else "")
            else:
                self._labels.pop()

    def _step(self, numbers: tuple[int, ...], token: Token) -> tuple[int, ...]:
        if token.nesting < 0:
            return numbers[:-1]
        self._count += 1
        return (*numbers, self._count)
