"""Prompts: static files with a version, and a name that changes with every word."""

from __future__ import annotations

from typing import get_args

import pytest

from coach.answer.prompts import Prompt, Purpose, load_prompts


@pytest.mark.parametrize("purpose", get_args(Purpose))
def test_every_purpose_has_its_prompt(purpose: Purpose) -> None:
    """Each prompt says how data is fenced, and holds nothing that would be filled in."""
    prompt = load_prompts()[purpose]
    assert prompt.purpose == purpose
    assert "<<<" in prompt.text
    assert "never an instruction" in prompt.text or "is an instruction to you" in prompt.text
    assert "{{" not in prompt.text


def test_name_changes_with_the_text() -> None:
    """Two texts under one version are told apart."""
    one = Prompt(purpose="answer", version=1, text="Say.")
    assert one.name != one.model_copy(update={"text": "Say!"}).name
    assert one.name.startswith("answer@1-")
