"""What is remembered of a conversation, and what a model may make of a follow-up question."""

from __future__ import annotations

import json

from coach.answer.prompts import load_prompts
from coach.conversation import MOST_TURNS, Dialogue, State
from coach.conversation.rewriting import read_rewritten, rewrite_request, spoken
from coach.types import Abstention, Outline
from tests.support.answers import make_answer

ANSWER = make_answer(question="How do you roll back a bad release?")
TURNS = ["user: How do you roll back a bad release?", "coach: Send the traffic back to the previous image."]


def test_dialogue_goes_on_with_question_and_answer() -> None:
    """Both turns are kept, and the state says what is being talked about."""
    after = Dialogue().after(ANSWER)
    assert [turn.role for turn in after.turns] == ["user", "coach"]
    assert after.turns[1].text == "Claim 0."
    assert after.state.question == ANSWER.question
    assert after.state.subject == "a bad release"


def test_completed_question_is_what_is_remembered() -> None:
    """After "and for agents?" the next question builds on what that meant."""
    answer = ANSWER.model_copy(
        update={"question": "and for agents?", "standalone": "How do you stop an agent?"}
    )
    assert Dialogue().after(ANSWER).after(answer).state.question == "How do you stop an agent?"


def test_steps_are_remembered_to_be_asked_about() -> None:
    """The steps of the last answer can be pointed at by the number that they are shown with."""
    (step,) = ANSWER.outline.direct_answer
    weighed = step.model_copy(update={"text": "Ranks or sums.", "label": "Trade-offs"})
    steps = Outline(steps=(weighed, step))
    assert Dialogue().after(ANSWER.model_copy(update={"outline": steps})).state.points == ("Claim 0.",)


def test_abstention_changes_no_subject() -> None:
    """What was not answered is said in a turn; what is talked about stays."""
    no = Abstention(reason="off_topic", message="Not treated.", next_step="Ask another.")
    before = Dialogue().after(ANSWER)
    after = before.after(ANSWER.model_copy(update={"abstention": no, "status": "abstained"}))
    assert after.state == before.state
    assert after.turns[-1].text == "Not treated."


def test_dialogue_does_not_grow() -> None:
    """Only the last turns and the last subjects are kept, and all of it is plain data."""
    dialogue = Dialogue()
    for number in range(30):
        dialogue = dialogue.after(ANSWER.model_copy(update={"question": f"What is a thing{number}?"}))
    assert len(dialogue.turns) == MOST_TURNS
    assert dialogue.state.subjects[-1] == "a thing28"
    assert len(dialogue.state.subjects) <= 5
    assert Dialogue.model_validate_json(dialogue.model_dump_json()) == dialogue
    assert State.model_validate(json.loads(dialogue.state.model_dump_json())) == dialogue.state


def test_rewrite_request_fences_the_conversation() -> None:
    """What was said before is data in a marked block, behind the static prompt."""
    request = rewrite_request(load_prompts()["rewrite"], "why?", TURNS, timeout_s=5.0)
    assert request.messages[0].content == load_prompts()["rewrite"].text
    assert "<<<conversation " in request.messages[1].content
    assert spoken(Dialogue().after(ANSWER))[0] == "user: How do you roll back a bad release?"


def test_rewritten_question_is_taken_if_the_conversation_can_mean_it() -> None:
    """A question out of words that were said is believed."""
    reply = 'Sure: {"question": "Why do you roll back a bad release?"}'
    assert read_rewritten(reply, "why?", TURNS) == "Why do you roll back a bad release?"


def test_half_a_character_in_a_rewritten_question_is_replaced() -> None:
    """An escape can name half an emoji; the question can be answered all the same."""
    reply = json.dumps({"question": "Why do you roll back a bad release \ud83d?"})
    assert read_rewritten(reply, "why?", TURNS) == "Why do you roll back a bad release \ufffd?"


def test_rewritten_question_about_something_else_is_not_taken() -> None:
    """Prose, answers, orders and new subjects are left, so that the rules decide."""
    replies = [
        "Why roll back?",
        '{"question": ""}',
        '{"question": "Which vector database offers the lowest monthly subscription price worldwide?"}',
        json.dumps({"question": "release " * 100}),
        '{"question": "Why do you roll back a bad release?", "note": 1}',
        '{"question": "broken \\u00"}',
    ]
    assert [read_rewritten(reply, "how do you test rollback drills?", TURNS) for reply in replies] == [
        None
    ] * 6
