"""From a question to an answer that a model writes; quotes complete it where the model does not."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from coach.answer.asked import wants_questions
from coach.answer.cache import AnswerCache, CachedAnswer, CacheKey
from coach.answer.generate.causes import cause
from coach.answer.generate.complete import added, complete
from coach.answering import Asked, found, log, make_answer, missing, told
from coach.errors import BudgetExceededError, ModelError
from coach.events import Acknowledged, Degraded, Event, Finished
from coach.guard.privacy import Pseudonyms
from coach.retrieve.stopwatch import Stopwatch
from coach.telemetry.trace import NO_TRACES, AnswerTrace, Traces, traced
from coach.types import OUTLINE_FIELDS, ModelUse, Outline, OutlineField

if TYPE_CHECKING:
    from coach.answer.generate import Task, Written
    from coach.engine import Engine, Findings
    from coach.models.assemble import Models

# Where a model has written the rest, these are quoted: they are questions of the handbook.
_QUOTED_FIELDS: tuple[OutlineField, ...] = ("follow_ups",)
Made = dict[str, Any]  # fields of an Answer


def stream_written(
    engine: Engine, models: Models, asked: Asked, cache: AnswerCache, traces: Traces = NO_TRACES
) -> Generator[Event, None, None]:
    """Yield an answer event by event, each claim once it is verified; it always ends with a whole answer."""
    with traced(traces, asked.id, Stopwatch()) as trace:
        yield from _Writing(engine, models, asked, cache, trace).events()


class _Writing:
    """One answer under way.

    Attributes:
        _degraded: What is missing so far; what was told of it is not told again.
    """

    def __init__(
        self, engine: Engine, models: Models, asked: Asked, cache: AnswerCache, trace: AnswerTrace
    ) -> None:
        self._engine = engine
        self._models = models
        self._asked = asked
        self._cache = cache
        self._trace = trace
        self._watch = trace.watch
        self._budget = models.new_budget()
        trace.calls = self._budget.calls
        self._degraded = list(missing(engine))
        self._first_claim_ms: float | None = None
        self._pseudonyms = Pseudonyms(engine.people)

    def events(self) -> Generator[Event, None, None]:
        """Yield the events in their order."""
        standalone = self._standalone()
        key = CacheKey.of(self._asked.tenant, self._engine.stack.hash, self._asked.level, standalone)
        held = self._cache.get(key)
        if held is not None:
            yield from self._again(held, standalone)
            return
        findings = self._trace.findings = self._engine.find(standalone, self._watch)
        places = found(findings)
        yield Acknowledged(
            answer_id=self._asked.id,
            found=places,
            stack_hash=self._engine.stack.hash,
            standalone=standalone if standalone != self._asked.question else "",
        )
        yield from (Degraded(what=what) for what in self._degraded)
        outline, made = Outline(), Made()
        if findings.decision.covered:
            outline, made = yield from self._outline(standalone, findings)
        answer = make_answer(self._engine, self._asked, findings, outline, made | self._account())
        if answer.model and not answer.degraded:
            self._cache.put(key, CachedAnswer(answer, places))
        self._trace.answer = answer
        log(answer)
        yield Finished(answer=answer)

    def _outline(self, standalone: str, findings: Findings) -> Generator[Event, None, tuple[Outline, Made]]:
        """Yield the claims and what goes wrong; return the outline and what else the answer says of it."""
        written: Written | None = None
        if not wants_questions(standalone):  # those are the handbook's own, and are quoted
            written = yield from self._write(standalone, findings)
        composed = self._engine.compose(findings, self._asked.level, self._watch)
        outline = written.outline if written else Outline()
        fields = OUTLINE_FIELDS if written is None or written.failed else _QUOTED_FIELDS
        if written is not None and written.failed:
            self._degraded.append("writer")
            yield Degraded(what="writer")
        rest = list(complete(outline, composed.outline, self._asked.level, fields=fields))
        yield from rest
        outline = added(outline, rest)
        claims = outline.claims()
        supported = sum(claim.support == "supported" for claim in claims)
        made: Made = {"support_rate": supported / len(claims) if claims else None}
        if written is not None:
            made |= {"model": written.model, "dropped": written.dropped, "repaired": written.repaired}
        return outline, made

    def _write(self, standalone: str, findings: Findings) -> Generator[Event, None, Written]:
        """Yield what the model writes, as it is verified."""
        writer = self._engine.writer(self._models)
        with (
            self._watch.stage("write"),
            closing(writer.write(self._task(standalone, findings), self._budget)) as events,
        ):
            while True:
                try:
                    event = next(events)
                except StopIteration as end:
                    written: Written = end.value
                    return written
                if isinstance(event, Degraded):
                    self._degraded.append(event.what)
                elif self._first_claim_ms is None:
                    self._first_claim_ms = self._watch.read_ms()["total"]
                yield event

    def _task(self, standalone: str, findings: Findings) -> Task:
        from coach.answer.generate import Task, cut_excerpts

        excerpts = cut_excerpts(
            findings.passages, self._engine.load, max_chars=self._engine.settings.passage_chars
        )
        read = [excerpt.text for excerpt in excerpts]

        def screen(text: str) -> str:
            placeholders = self._pseudonyms.state.keys()
            found = self._engine.scanner.scan(text, passages=read, placeholders=placeholders)
            return f"it holds a {found[0].problem} that stands in no passage" if found else ""

        return Task(
            self._pseudonyms.hide(standalone),
            self._asked.level,
            excerpts,
            restore=self._pseudonyms.restore,
            screen=screen,
            watch=self._watch,
        )

    def _standalone(self) -> str:
        """Return the question as it stands alone; a model is asked where rules are not sure."""
        dialogue = self._asked.conversation
        if dialogue is None:
            return self._asked.question
        from coach.conversation import rewriting, stand_alone

        completed = stand_alone(self._asked.question, dialogue.state)
        if completed.is_sure:
            return completed.question
        turns = [self._pseudonyms.hide(turn) for turn in rewriting.spoken(dialogue)]
        asked = self._pseudonyms.hide(self._asked.question)
        prompt = self._engine.prompts["rewrite"]
        timeout_s = self._engine.settings.model_timeout_s
        request = rewriting.rewrite_request(prompt, asked, turns, timeout_s=timeout_s)
        try:
            with self._watch.stage("rewrite_model"):
                reply = self._models.writer.complete(request, self._budget)
        except (ModelError, BudgetExceededError) as error:
            self._degraded.append(f"rewrite: {cause(error)}")
            return completed.question
        rewritten = rewriting.read_rewritten(reply.text, asked, turns)
        return self._pseudonyms.restore(rewritten) if rewritten else completed.question

    def _again(self, held: CachedAnswer, standalone: str) -> Generator[Event, None, None]:
        """Yield an answer that was given before."""
        update = {
            "id": self._asked.id,
            "question": self._asked.question,
            "standalone": standalone if standalone != self._asked.question else "",
            "cached": True,
            "timing_ms": self._watch.read_ms(),
        }
        answer = held.answer.model_copy(update=update | {"usage": None, "cost_usd": 0.0} | self._account())
        self._trace.answer = answer
        log(answer)
        yield from told(answer, held.found)

    def _account(self) -> Made:
        """Return what the answer took, and what it lacks."""
        spent = self._budget.spent
        taken = ModelUse(
            calls=spent.steps,
            prompt_tokens=spent.prompt_tokens,
            cached_tokens=spent.cached_tokens,
            completion_tokens=spent.completion_tokens,
            estimated=spent.estimated,
        )
        first = {} if self._first_claim_ms is None else {"first_claim": self._first_claim_ms}
        return {
            "usage": taken if spent.steps else None,
            "cost_usd": spent.cost_usd if spent.steps else 0.0,
            "degraded": tuple(self._degraded),
            "timing_ms": self._watch.read_ms() | first,
        }
