"""Answers without a model: an outline of quotes, checked against the documents, and how it is shown."""

from __future__ import annotations

from coach.answer.asked import wants_questions
from coach.answer.outline import compose
from coach.answer.render import to_markdown, to_terminal
from coach.answer.verify import Verified, verify

__all__ = ["Verified", "compose", "to_markdown", "to_terminal", "verify", "wants_questions"]
