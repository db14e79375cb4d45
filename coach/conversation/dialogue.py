"""What a conversation is to the coach: its last turns and a rolling state, plain data that others keep."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Literal

from coach.answer.page import lay_out, shortened
from coach.conversation.subject import subject_of
from coach.types import Answer
from ingest.contract import Frozen

MOST_TURNS = 10
MOST_POINTS = 10
MOST_SUBJECTS = 5
MAX_POINT_CHARS = 160
MAX_TURN_CHARS = 600


class Turn(Frozen):
    """What one side said; of the coach's long answers, how they begin."""

    role: Literal["user", "coach"]
    text: str


class State(Frozen):
    """What is being talked about.

    Attributes:
        question: The last question that was answered, standing alone; empty before the first.
        subject: What it is about, in its own words.
        points: The steps of that answer, for "what about the second one?".
        subjects: What was talked about before, newest last.
    """

    question: str = ""
    subject: str = ""
    points: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()

    def after(self, question: str, steps: Iterable[str]) -> State:
        """Return the state once a question was answered that stands alone, with the steps of the answer."""
        subject = subject_of(question) or self.subject
        before = [one for one in (*self.subjects, self.subject) if one and one != subject]
        return State(
            question=shortened(question, MAX_TURN_CHARS),
            subject=subject,
            points=tuple(shortened(step, MAX_POINT_CHARS) for step in islice(steps, MOST_POINTS)),
            subjects=tuple(dict.fromkeys(before))[-MOST_SUBJECTS:],
        )


class Dialogue(Frozen):
    """The last turns, oldest first, and the state that rolls along with them."""

    turns: tuple[Turn, ...] = ()
    state: State = State()

    def after(self, answer: Answer) -> Dialogue:
        """Return the conversation once an answer was given; a question left unanswered changes no subject."""
        said = " ".join(claim.text for claim in answer.outline.direct_answer)
        if answer.abstention is not None:
            said = answer.abstention.message
        turns = (
            *self.turns,
            Turn(role="user", text=shortened(answer.question, MAX_TURN_CHARS)),
            Turn(role="coach", text=shortened(said, MAX_TURN_CHARS)),
        )
        state = self.state
        if answer.abstention is None:
            numbered = (block for block in lay_out(answer).blocks if block.style == "numbered")
            steps = (line.text for block in numbered for line in block.lines)
            state = state.after(answer.standalone or answer.question, steps)
        return Dialogue(turns=turns[-MOST_TURNS:], state=state)
