"""What the name of a model tells: whose it is, and whether it will stay the same model."""

from __future__ import annotations

import re

_PINNED = re.compile(
    r"""
    (?<!\d)20\d\d-?[01]\d-?[0-3]\d(?!\d)    # a date: 2025-04-14, 20250929
    | -\d{4}$                                # the short dates of some providers: -0613, -2603
    | -\d{3}$                                # a numbered release: -001, -002
    | @[\w.-]+$                              # a version after an at sign
    | :[0-9a-f]{12,}$                        # a digest
    """,
    re.VERBOSE,
)


def provider_of(name: str) -> str:
    """Return whose servers a model runs on.

    >>> provider_of("openai/gpt-4.1-mini-2025-04-14")
    'openai'
    """
    return name.partition("/")[0]


def is_pinned(name: str) -> bool:
    """Return whether the name is that of one dated or numbered release.

    A name without one is an alias that the provider may point at another model overnight.

    >>> is_pinned("anthropic/claude-haiku-4-5-20251001"), is_pinned("openai/gpt-4o")
    (True, False)
    """
    return bool(_PINNED.search(name))
