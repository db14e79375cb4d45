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
    from pydantic_core import from_json, to_json

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
    try:
        whole = {str(_whole(key)): _whole(value) for key, value in (data or {}).items()}
        from_json(to_json([[whole]]))  # as deep as it will stand in the index
    except (ValueError, RecursionError):
        return FrontMatter({}, "front matter with data that JSON cannot hold was not read")
    return FrontMatter(whole)


def _whole(value: object) -> object:
    """Return data with surrogate pairs, as JSON escapes emoji, joined; a lone one is replaced."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_whole(key): _whole(inner) for key, inner in value.items()}
    return [_whole(inner) for inner in value] if isinstance(value, list) else value
