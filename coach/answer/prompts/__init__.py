"""The prompts: one file a purpose, with a version, and a hash by which a stack names it.

A prompt is static text. What changes with a question comes after it, in another message, so that a provider
can reuse what it has read before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal, get_args

import yaml

from ingest.contract import Frozen

Purpose = Literal["answer", "repair", "judge", "rewrite"]


class Prompt(Frozen):
    """What a model is told before anything else.

    Attributes:
        version: Grows with each change of meaning.
    """

    purpose: Purpose
    version: int
    text: str

    @property
    def hash(self) -> str:
        """Sha256 hex of the text, shortened."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @property
    def name(self) -> str:
        """How a stack calls it, "answer@1-0123456789ab"."""
        return f"{self.purpose}@{self.version}-{self.hash}"


Prompts = Mapping[Purpose, Prompt]


@cache
def load_prompts() -> dict[Purpose, Prompt]:
    """Return the prompts of this version of the coach by purpose."""
    return {purpose: _load(purpose) for purpose in get_args(Purpose)}


def _load(purpose: Purpose) -> Prompt:
    raw = resources.files("coach.answer.prompts").joinpath(f"{purpose}.md").read_text(encoding="utf-8")
    _, front_matter, text = raw.split("---\n", 2)
    made = yaml.safe_load(front_matter)
    if made["purpose"] != purpose:
        raise ValueError(f"{purpose}.md says that it is for {made['purpose']!r}")
    return Prompt(purpose=purpose, version=made["version"], text=text.strip())
