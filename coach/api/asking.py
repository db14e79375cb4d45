"""Asking the coach for somebody: the answer is kept under an id before anybody sees it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from functools import partial

from fastapi.exceptions import RequestValidationError

from coach.api.callers import Turn
from coach.api.said import ALONE, Before
from coach.events import Event, Finished
from coach.operate.lineage import GIVEN, Account
from coach.types import Answer
from ingest.contract import Level


def check_length(turn: Turn, text: str, *place: str | int) -> None:
    """Refuse a text that is too long for a question, naming its place in the body.

    Raises:
        RequestValidationError: It is too long.
    """
    longest = turn.services.settings.max_question_chars
    if len(text) > longest:
        message = f"String should have at most {longest} characters"
        raise RequestValidationError([{"type": "string_too_long", "loc": ("body", *place), "msg": message}])


def ask(turn: Turn, question: str, level: Level, before: Before = ALONE) -> Answer:
    """Return an answer that is stored. Runs in a thread.

    Raises:
        NotFoundError: There is no such conversation.
    """
    answer = turn.services.coach.ask(
        question, level=level, conversation=before.dialogue(turn), tenant=turn.principal.tenant
    )
    _keep(turn, answer, before)
    return answer


def stream(turn: Turn, question: str, level: Level, before: Before = ALONE) -> Generator[Event]:
    """Yield an answer event by event; it is stored before the last of them. Runs in a thread.

    Raises:
        NotFoundError: There is no such conversation.
    """
    events = turn.services.coach.stream(
        question, level=level, conversation=before.dialogue(turn), tenant=turn.principal.tenant
    )
    with closing(events):
        for event in events:
            if isinstance(event, Finished):
                _keep(turn, event.answer, before)
            yield event


def _keep(turn: Turn, answer: Answer, before: Before) -> None:
    corpus_hash = answer.stack.parts["corpus"]  # its own: the index may have been changed meanwhile
    entry = partial(
        turn.services.audit.add,
        tenant=turn.principal.tenant,
        actor=turn.principal.key_id,
        action=GIVEN,
        subject=answer.id,
        details=Account.of(answer, corpus_hash, turn.services.coach.cited_chunks(answer)).details(),
    )
    turn.services.answers.save(turn.principal.owner, answer, corpus_hash, also=entry)
    before.add(turn, answer)
    turn.services.metrics.count_answer(answer)
    if answer.usage:
        turn.tokens += answer.usage.prompt_tokens + answer.usage.completion_tokens
    turn.usd += answer.cost_usd or 0.0  # an unknown price cannot be counted
    turn.record.request_id = answer.id
