"""A model reads again what the grader was unsure of; only what it proves with the candidate's words counts.

It sees the answer without the sentences that were set aside and with placeholders for what is personal, and
gives a verdict for each unsure point with a quote. A quote that the answer does not have, word for word,
changes nothing, and neither does "missing", which no quote proves. If the model fails, or its reply cannot be
read, the verdicts of the grader stand and `degraded` says why.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coach.answer.generate.causes import cause
from coach.answer.generate.request import fenced
from coach.errors import BudgetExceededError, ModelError
from coach.guard.people import PeopleFinder
from coach.guard.privacy import Pseudonyms
from coach.models.budget import Budget
from coach.models.contract import Message, Request
from coach.models.router import Router
from coach.practice.candidate import find_words, word_count
from coach.practice.grade import Grade, PointGrade, PointVerdict
from coach.types import ModelUse

# A verdict of this confidence is right in four of five cases, by the answers that the grader was fitted on.
# What is surer is not asked about.
_SURE = 0.8
_FEWEST_WORDS = 2
_MAX_TOKENS = 1200
_CREDITS: dict[PointVerdict, float] = {"covered": 1.0, "partly": 0.5, "missing": 0.0, "contradicted": 0.0}
Reconsider = Callable[[Grade, tuple[PointGrade, ...]], Grade]
"""A grade and other points to the grade that follows from them."""


class _Opinion(BaseModel):
    """What the model says on one point."""

    model_config = ConfigDict(extra="ignore")

    point: int
    verdict: PointVerdict
    quote: str = Field("", max_length=4000)


class _Opinions(BaseModel):
    """What the model says."""

    points: list[_Opinion] = Field(max_length=50)


class SecondReader:
    """Asks a model about unsure points; safe to share between threads.

    Args:
        router: The models that are asked.
        reconsider: Makes a grade of other points.
        people: Finds the names that the models are not to see.
        timeout_s: Longest wait for the reply.
    """

    def __init__(
        self, router: Router, reconsider: Reconsider, people: PeopleFinder, *, timeout_s: float
    ) -> None:
        self._router = router
        self._reconsider = reconsider
        self._people = people
        self._timeout_s = timeout_s

    def read(self, grade: Grade, answer: str, budget: Budget) -> Grade:
        """Return a grade after the model has read the answer; unchanged if nothing was unsure."""
        unsure = [place for place, one in enumerate(grade.points) if one.confidence < _SURE]
        if not unsure:
            return grade
        pseudonyms = Pseudonyms(self._people)
        pseudonyms.hide(answer)  # a sentence that is set aside may say whose name another one repeats
        request = self._request(grade, pseudonyms.hide(_own(answer, grade)), unsure)
        try:
            reply = self._router.complete(request, budget)
            opinions = _read(reply.text)
        except (ModelError, BudgetExceededError) as error:
            return _with_use(grade, budget, f"second reader: {cause(error)}")
        except ValidationError:
            return _with_use(grade, budget, "second reader: unreadable")
        points = list(grade.points)
        for one in opinions:
            place = one.point - 1
            quote = pseudonyms.restore(one.quote)
            proven = _proven(one.verdict, quote, grade, answer) if place in unsure else None
            if proven:
                points[place] = points[place].model_copy(update=proven)
        made = self._reconsider(grade, tuple(points)).model_copy(
            update={"model": reply.model, "grader": f"{grade.grader}+{_version()}"}
        )
        return _with_use(made, budget)

    def _request(self, grade: Grade, own: str, unsure: Sequence[int]) -> Request:
        mark = secrets.token_hex(8)
        lines = [
            fenced("question", grade.question, mark),
            fenced("points", "\n".join(_line(place, grade.points[place]) for place in unsure), mark),
            fenced("answer", own, mark),
            "Read the answer again.",
        ]
        messages = (
            Message(role="system", content=_prompt()),
            Message(role="user", content="\n\n".join(lines)),
        )
        return Request(
            purpose="grade",
            messages=messages,
            output_schema=_Opinions.model_json_schema(),
            max_tokens=_MAX_TOKENS,
            timeout_s=self._timeout_s,
        )


def _line(place: int, point: PointGrade) -> str:
    said = {"point": place + 1, "rubric": point.rubric.quote}
    handbook = {"handbook": point.handbook.quote} if point.handbook else {}
    return json.dumps(said | handbook, ensure_ascii=False)


def _own(answer: str, grade: Grade) -> str:
    """Return an answer without the sentences that earn nothing."""
    for one in sorted(grade.set_aside, key=lambda one: -one.candidate.start):
        answer = answer[: one.candidate.start] + answer[one.candidate.end :]
    return answer


def _read(text: str) -> list[_Opinion]:
    """Return the opinions of a reply, whatever stands around its object. Raises ValidationError."""
    start, end = text.find("{"), text.rfind("}")
    return _Opinions.model_validate_json(text[max(start, 0) : end + 1]).points


def _proven(verdict: PointVerdict, quote: str, grade: Grade, answer: str) -> dict[str, object] | None:
    """Return what changes in a point; None if the quote does not stand in what the candidate says.

    That nothing is said on a point is proved by no quote.
    """
    said = None if verdict == "missing" else find_words(answer, quote)
    if said is None or word_count(said.quote) < _FEWEST_WORDS:
        return None
    asides = [aside.candidate for aside in grade.set_aside]
    if any(said.start < aside.end and aside.start < said.end for aside in asides):
        return None
    return {"verdict": verdict, "credit": _CREDITS[verdict], "candidate": said, "problems": ()}


def _with_use(grade: Grade, budget: Budget, degraded: str = "") -> Grade:
    spent = budget.spent
    use = ModelUse(
        calls=spent.steps,
        prompt_tokens=spent.prompt_tokens,
        cached_tokens=spent.cached_tokens,
        completion_tokens=spent.completion_tokens,
        estimated=spent.estimated,
    )
    told = (degraded,) if degraded else ()
    return grade.model_copy(update={"usage": use, "cost_usd": spent.cost_usd, "degraded": told})


@cache
def _prompt() -> str:
    return (resources.files("coach.practice") / "second_reading.md").read_text(encoding="utf-8").strip()


@cache
def _version() -> str:
    """Return what the prompt adds to the grader's version."""
    return f"second-{hashlib.sha256(_prompt().encode()).hexdigest()[:8]}"
