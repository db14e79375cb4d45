"""Nine questions that can be practised, of three chapters and two kinds."""

from __future__ import annotations

from coach.practice.interview import PracticeQuestion


def make_question(number: int, **changes: object) -> PracticeQuestion:
    """Return a question of three minutes; every second one is a design question."""
    fields: dict[str, object] = {
        "id": f"q{number}",
        "question": f"Question {number}?",
        "document": f"chapter{number % 3}.md",
        "chapter": f"Chapter {number % 3}",
        "levels": ("senior",),
        "kind": "design" if number % 2 else "debugging",
        "frequency": "common",
        "minutes": 3.0,
        "follow_ups": ("What about the owner?", "How do you measure recall?"),
        "wordings": (f"Question {number}?",),
    }
    return PracticeQuestion.model_validate(fields | changes)


QUESTIONS = {one.id: one for one in map(make_question, range(9))}
