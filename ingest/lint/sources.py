"""The list of origins, sources.yaml, with the line of each entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import yaml

FIELDS = ("key", "title", "organisation", "date", "kind", "verified")
KINDS = ("ruling", "paper", "article", "documentation", "collection", "arithmetic")


@dataclass(frozen=True, slots=True)
class Origin:
    """One entry; `fields` holds what is written, as text."""

    line: int
    fields: dict[str, str]

    @property
    def key(self) -> str:
        """By which pages name it; empty if the entry has none."""
        return self.fields.get("key", "")


@dataclass(frozen=True, slots=True)
class SourceList:
    """All entries in order; `problem` says why there are none."""

    origins: tuple[Origin, ...]
    problem: str = ""

    @property
    def keys(self) -> frozenset[str]:
        """The keys that pages may name."""
        return frozenset(origin.key for origin in self.origins)


def read_source_list(text: str) -> SourceList:
    """Return the entries of a sources.yaml."""
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        return SourceList((), f"not valid YAML: {str(error).splitlines()[0]}")
    if not isinstance(node, yaml.SequenceNode):
        return SourceList((), "not a list of entries")
    return SourceList(tuple(_origin(entry) for entry in node.value))


def _origin(node: yaml.Node) -> Origin:
    import yaml

    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    scalars = {
        key.value: value.value
        for key, value in pairs
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode)
    }
    return Origin(node.start_mark.line + 1, scalars)
