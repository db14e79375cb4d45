"""Whose model a name stands for, whoever serves it: a judge of the writer's family likes its own prose.

Source: Panickssery et al., "LLM Evaluators Recognize and Favor Their Own Generations" (2024).
"""

from __future__ import annotations

import re

from coach.errors import UsageError

_FAMILIES = {
    "anthropic": r"claude|anthropic",
    "openai": r"gpt|chatgpt|\bo[134](?:-|$)|davinci",
    "google": r"gemini|gemma|palm",
    "meta": r"llama",
    "mistral": r"mistral|mixtral|ministral|codestral|magistral|devstral",
    "qwen": r"qwen|qwq",
    "deepseek": r"deepseek",
    "cohere": r"command|aya|cohere",
    "xai": r"grok",
    "microsoft": r"\bphi\b|phi-?\d",
    "amazon": r"nova|titan",
    "ai21": r"jamba",
    "zhipu": r"glm",
    "moonshot": r"kimi|moonshot",
}
NO_MODEL = "outline"
"""What a stack names as writer if no model wrote."""


def family_of(name: str) -> str:
    """Return who trained a model; its provider if the name does not tell.

    >>> family_of("openrouter/anthropic/claude-sonnet-4-5"), family_of("azure/gpt-4o"), family_of("acme/x-1")
    ('anthropic', 'openai', 'acme')
    """
    provider, _, model = name.lower().rpartition("/")
    for text in (model, provider):
        for family, pattern in _FAMILIES.items():
            if text and re.search(pattern, text):
                return family
    return provider.partition("/")[0] or model


def check_family(judge: str, writers: str, *, force: bool = False) -> None:
    """Make sure that a judge is of another family than the models that wrote, or that this is wanted.

    Args:
        judge: Name of the judge's model.
        writers: Names of models with spaces between them, or `NO_MODEL`, as `Stack.parts` has them.
        force: Whether to go on all the same.

    Raises:
        UsageError: They are of one family.
    """
    of_judge = family_of(judge)
    same = [one for one in writers.split() if one != NO_MODEL and family_of(one) == of_judge]
    if same and not force:
        raise UsageError(
            f"the judge {judge!r} is of the same family as the writer {same[0]!r}: {of_judge}",
            hint="Name a judge of another family with --model, or insist with --force.",
        )
