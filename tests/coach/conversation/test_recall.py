"""Conversations of clients that keep the texts themselves."""

from __future__ import annotations

from coach.answer import to_markdown
from coach.api.chat.markdown import LinkedMarkdown
from coach.coach import Coach
from coach.conversation import MOST_TURNS, Dialogue, Turn, recall, stand_alone
from coach.events import Finished

ASKED = "How do you roll back a bad release?"
STAMPEDE = "What is a cache stampede, and how do you stop it?"


def said(*texts: str) -> list[Turn]:
    """Return turns of user and coach in turn."""
    return [Turn(role="coach" if number % 2 else "user", text=text) for number, text in enumerate(texts)]


def shown(coach: Coach, question: str, before: Dialogue | None = None) -> tuple[str, Dialogue]:
    """Return an answer as a chat client shows it, and the conversation after it."""
    writer = LinkedMarkdown(question, "http://coach.example")
    text = ""
    for event in coach.stream(question, conversation=before):
        text += writer.feed(event)
        if isinstance(event, Finished):
            return text, Dialogue().after(event.answer)
    raise AssertionError(question)


def test_a_shown_answer_is_recalled_as_it_was_given(coach: Coach) -> None:
    """Question, subject and steps read from the Markdown are those of the answer itself."""
    text, dialogue = shown(coach, STAMPEDE)
    assert dialogue.state.points
    assert recall(said(STAMPEDE, text)).state == dialogue.state


def test_a_follow_up_to_a_request_for_questions_has_its_title(coach: Coach) -> None:
    """What is composed as questions to ask is called so, however short the follow-up is."""
    _, dialogue = shown(coach, "Give me questions to ask a candidate about caches")
    text, after = shown(coach, "and about releases?", dialogue)
    assert after.state.question == "Give me questions to ask a candidate about releases?"
    assert "## Questions to ask" in text
    answer = coach.ask("and about releases?", conversation=dialogue)
    assert "Questions to ask" in to_markdown(answer)


def test_a_follow_up_is_completed_from_the_texts() -> None:
    """What was asked first is what "and for databases?" rests on, also two questions later."""
    dialogue = recall(said(ASKED, "Send the traffic back.", "why?", "Because."))
    assert dialogue.state.question == "Why roll back a bad release?"
    assert stand_alone("and for databases?", recall(said(ASKED, "Send it back.")).state).question == (
        "How do you roll back a bad release for databases?"
    )


def test_a_no_changes_no_subject(coach: Coach) -> None:
    """What the handbook does not cover was not talked about."""
    no, _ = shown(coach, "Which wine goes with grilled salmon?")
    dialogue = recall(said(ASKED, "Send it back.", "Which wine goes with grilled salmon?", no))
    assert dialogue.state.question == ASKED


def test_a_question_without_an_answer_does_not_count() -> None:
    """Two questions in a row, or an answer to nothing, leave the state as it was."""
    assert recall([Turn(role="user", text=ASKED), Turn(role="user", text="Hello?")]).state.question == ""
    assert recall([Turn(role="coach", text="1. Stop.")]).state.points == ()


def test_long_conversations_are_cut() -> None:
    """However much is sent, the last turns count, and of long texts the beginning."""
    dialogue = recall(said(*[f"What is thing{number}? {'x' * 10_000}" for number in range(60)]))
    assert len(dialogue.turns) == MOST_TURNS
    assert all(len(turn.text) <= 600 for turn in dialogue.turns)
