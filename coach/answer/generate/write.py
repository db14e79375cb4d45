"""The loop: what a model streams becomes claims, each claim is verified, and what holds is shown at once."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from contextlib import closing
from typing import TYPE_CHECKING

from coach.answer.generate.causes import cause
from coach.answer.generate.desk import Desk, Task, Written
from coach.answer.generate.read import Draft, ReplyReader
from coach.answer.generate.request import Rejected, answer_request, repair_request
from coach.answer.generate.support import NOT_BORNE_OUT
from coach.answer.plain import printable
from coach.errors import BudgetExceededError, ModelError, StreamBrokenError
from coach.events import ClaimVerified, Degraded
from coach.models.contract import FailureReason, FinishReason, Hop, RoutedPart, TextDelta
from coach.types import Claim

if TYPE_CHECKING:
    from coach.answer.generate.support import Checker
    from coach.answer.prompts import Prompts
    from coach.models.budget import Budget
    from coach.models.router import Router

__all__ = ["Task", "Writer", "Written"]

# A longer sentence says more than one thing.
MAX_CLAIM_CHARS = 500
# Of a reply in which no claim was found, what is given back to be put in form.
MAX_UNREAD_CHARS = 6000

Events = Generator[ClaimVerified | Degraded, None, None]
_OPENS = re.compile(r"[{\[]")


class Writer:
    """Writes answers with the models of a chain; one writer serves all requests of a stack."""

    def __init__(self, router: Router, prompts: Prompts, checker: Checker, *, timeout_s: float) -> None:
        self._router = router
        self._prompts = prompts
        self._checker = checker
        self._timeout_s = timeout_s

    def write(self, task: Task, budget: Budget) -> Generator[ClaimVerified | Degraded, None, Written]:
        """Yield each claim once it is verified, and each thing that goes wrong; return what came of it.

        A model's failure is never raised: what was verified until then is kept, and the result says that
        something is missing.
        """
        desk = Desk(task, model=self._router.names[0])
        try:
            unread = yield from self._draft(desk, budget)
            if desk.rejected or unread:
                yield from self._repair(desk, unread, budget)
        except ModelError as error:
            desk.has_failed = True
            yield from desk.step(error.hops)
        except BudgetExceededError as error:
            desk.has_failed = True
            yield from desk.step(error.hops)
            yield from desk.degrade(f"budget: {error.which}")
        if not (desk.is_answered or desk.has_failed):
            yield from desk.fail("nothing usable")
        return desk.written()

    def _draft(self, desk: Desk, budget: Budget) -> Generator[ClaimVerified | Degraded, None, str]:
        """Read one whole reply; return it if it holds no claims, else nothing.

        A stream that breaks is begun anew with the next model of the chain; what was shown stays.

        Raises:
            ModelError: No model of the chain answers.
            BudgetExceededError: The budget ends first.
        """
        prompt = self._prompts["answer"]
        task = desk.task
        request = answer_request(prompt, task.question, task.level, task.excerpts, timeout_s=self._timeout_s)
        given_up: dict[str, FailureReason] = {}
        while True:
            try:
                with closing(self._router.stream(request, budget, exclude=given_up)) as parts:
                    return (yield from self._read(parts, desk, budget))
            except StreamBrokenError as error:
                budget.check_output(error.received)
                given_up[error.model] = error.reason

    def _read(
        self, parts: Generator[RoutedPart, None, None], desk: Desk, budget: Budget
    ) -> Generator[ClaimVerified | Degraded, None, str]:
        reader, text, found = ReplyReader(), "", 0
        end: FinishReason | None = None
        for part in parts:
            if isinstance(part, Hop):
                yield from desk.step([part])
            elif isinstance(part, TextDelta):
                text += part.text
                for draft in reader.feed(part.text):
                    found += 1
                    yield from self._take(draft, desk, budget, mended=False)
                if desk.is_done:
                    break
            else:
                end = part.finish_reason
        budget.check_output(text)
        if not (desk.is_full or end == "stop" or is_whole(text)):
            yield from desk.fail("cut off" if end else "given up")
        return "" if found else text[:MAX_UNREAD_CHARS]

    def _repair(self, desk: Desk, unread: str, budget: Budget) -> Events:
        """Have what failed mended, in one call."""
        request = repair_request(
            self._prompts["repair"],
            desk.task.question,
            desk.task.excerpts,
            desk.rejected,
            unread,
            timeout_s=self._timeout_s,
        )
        try:
            reply = self._router.complete(request, budget)
        except (ModelError, BudgetExceededError) as error:
            if not desk.is_answered:
                raise
            yield from desk.degrade(f"repair: {cause(error)}")
            return
        yield from desk.step(reply.hops)
        desk.model = reply.model
        for draft in ReplyReader().feed(reply.text):
            yield from self._take(draft, desk, budget, mended=True)
        if not (reply.finish_reason == "stop" or is_whole(reply.text)):
            yield from desk.fail("cut off") if unread else desk.degrade("repair: cut off")

    def _take(self, draft: Draft, desk: Desk, budget: Budget, *, mended: bool) -> Events:
        """Verify one claim, and show it or remember why it failed."""
        if not desk.wants(draft, mended=mended):
            return
        text = printable(desk.task.restore(draft.text))
        with desk.task.watch.stage("verify"):
            claim, reason = self._verified(draft, text, desk, budget)
        if claim is None:
            desk.rejected += [] if mended else [Rejected(draft, reason)]
            return
        if reason:
            yield from desk.degrade(f"judge: {reason}")
        desk.repaired += mended
        yield desk.show(draft.field, claim)

    def _verified(self, draft: Draft, text: str, desk: Desk, budget: Budget) -> tuple[Claim | None, str]:
        """Return the claim with its proof, or None and what is wrong with it.

        With a claim comes why a second model gave no verdict, if one was asked and gave none.
        """
        if len(text) > MAX_CLAIM_CHARS:
            return None, f"a claim is one sentence of at most {MAX_CLAIM_CHARS} characters"
        if unfit := desk.task.screen(draft.text):
            return None, unfit
        excerpts = desk.task.excerpts
        named = "p" + draft.passage.lower().removeprefix("passage").strip(" #[]()").removeprefix("p")
        place = next((at for at, excerpt in enumerate(excerpts) if excerpt.id == named), None)
        found = desk.finder.find(draft.quote, place)
        desk.quotes[found.verdict] += 1
        if found.place is None:
            few = found.verdict == "ambiguous"
            return None, "the quote is too short to tell" if few else "the quote stands in no passage"
        excerpt = excerpts[found.place]
        citations = excerpt.cite(excerpt.start + found.start, excerpt.start + found.end)
        if not citations:
            return None, "the quote is too long"
        hidden = printable(draft.text)
        judged = self._checker.check(text, citations, budget, hidden=hidden)
        if not judged.supported:
            # The reason goes back to the model, and may quote what the claim says once it is restored.
            return None, judged.reason if hidden == text else NOT_BORNE_OUT
        return Claim(text=text, support="supported", citations=citations), judged.unscored


def is_whole(reply: str) -> bool:
    r"""Return whether a reply holds one JSON value to its end, and nothing after it opens another.

    >>> is_whole('Here: {"steps": [{}]} Done.'), is_whole('{"steps": [{}'), is_whole('{}\n{"te')
    (True, False, False)
    """
    opened = _OPENS.search(reply)
    if opened is None:
        return False
    try:
        _, end = json.JSONDecoder(strict=False).raw_decode(reply, opened.start())
    except (ValueError, RecursionError):  # a model may open brackets without end
        return False
    return _OPENS.search(reply, end) is None
