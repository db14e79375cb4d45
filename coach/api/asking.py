"""Asking the coach for somebody: the answer is kept under an id before anybody sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial

from fastapi.exceptions import RequestValidationError

from coach.api.callers import Turn
from coach.api.said import ALONE, Before
from coach.events import ClaimVerified, Event, Finished
from coach.models.contract import Usage
from coach.operate.lineage import GIVEN, Account
from coach.types import Answer
from ingest.contract import Level

_STREAMED = frozenset({"stream", "chat_stream"})


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
    answer = turn.coach.ask(question, level=level, conversation=before.dialogue(turn), charge=_charge(turn))
    _keep(turn, answer, before)
    return answer


def stream(turn: Turn, question: str, level: Level, before: Before = ALONE) -> Generator[Event]:
    """Yield an answer event by event; it is stored before the last of them. Runs in a thread.

    Raises:
        NotFoundError: There is no such conversation.
    """
    events = turn.coach.stream(
        question, level=level, conversation=before.dialogue(turn), charge=_charge(turn)
    )
    is_told = turn.record.surface not in _STREAMED
    with closing(events):
        for event in events:
            if isinstance(event, ClaimVerified) and not is_told:
                is_told = True
                _count_first_claim(turn)
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
        details=Account.of(answer, corpus_hash, turn.coach.cited_chunks(answer)).details(),
    )
    turn.services.answers.save(turn.principal.owner, answer, corpus_hash, also=entry)
    before.add(turn, answer)
    turn.services.metrics.count_answer(answer)
    if turn.record.surface not in _STREAMED and answer.outline.claims():
        _count_first_claim(turn)  # the reader gets all claims at once
    turn.record.request_id = answer.id


def _charge(turn: Turn) -> Callable[[Usage], None]:
    """Return what counts a call to a model as soon as it has ended: not every answer is read to its end."""
    return lambda usage: turn.charge(usage, usage.cost_usd)


def _count_first_claim(turn: Turn) -> None:
    record = turn.record
    if record.surface is not None:
        turn.services.metrics.count_first_claim(record.surface, time.perf_counter() - record.began_s)
