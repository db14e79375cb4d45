"""YAML front matter to data, safely."""

from __future__ import annotations

from typing import NamedTuple

MAX_CHARS = 20_000
MAX_BRACKETS = 200


class FrontMatter(NamedTuple):
    """The data, and why there is none if it cannot be read."""

    data: dict[str, object]
    problem: str = ""


def read_front_matter(content: str) -> FrontMatter:
    """Return the mapping that front matter holds; what could grow without bound is refused.

    >>> read_front_matter("title: RAG").data
    {'title': 'RAG'}
    """
    import yaml

    if len(content) > MAX_CHARS or content.count("[") + content.count("{") > MAX_BRACKETS:
        return FrontMatter({}, "front matter too large or too deep was not read")
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(content, Loader=yaml.SafeLoader)):
            return FrontMatter({}, "front matter with YAML aliases was not read")
        data = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first_line = (str(error) or type(error).__name__).splitlines()[0]
        return FrontMatter({}, f"front matter is not valid YAML: {first_line}")
    if data is not None and not isinstance(data, dict):
        return FrontMatter({}, "front matter is not a mapping")
    return FrontMatter({str(key): value for key, value in (data or {}).items()})
