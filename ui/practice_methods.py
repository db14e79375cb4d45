"""The page's door to practice: a part of `ui.client.Api`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Literal, TypeVar
from urllib.parse import quote

from ui.models import Reply
from ui.parts.practice_bank_models import Coverage, Plan, PlanPage, Progress, Story
from ui.parts.practice_models import StoredGrade
from ui.parts.practice_run_models import (
    DrillList,
    DrillReport,
    DrillRun,
    DrillRuns,
    DueCard,
    DueList,
    Interview,
    InterviewPage,
    InterviewReport,
    QuestionDetail,
)

Shape = TypeVar("Shape", bound=Reply)
_ROOT = "/v1/practice"
ReportForm = Literal["markdown", "pdf"]


class PracticeMethods(ABC):
    """Requests of candidates; everything is private to whoever asks."""

    @abstractmethod
    def _get(self, path: str, shape: type[Shape], query: dict[str, str | int] | None = None) -> Shape: ...

    @abstractmethod
    def _post(self, path: str, body: Mapping[str, object], shape: type[Shape]) -> Shape: ...

    @abstractmethod
    def _put(self, path: str, body: Mapping[str, object], shape: type[Shape]) -> Shape: ...

    @abstractmethod
    def _remove(self, path: str) -> None: ...

    @abstractmethod
    def _file(self, path: str, query: dict[str, str | int]) -> bytes: ...

    def grade(self, question_id: str, answer: str, self_rating: float | None) -> StoredGrade:
        """Return the grade of an answer, which is kept for whoever asks."""
        body: dict[str, object] = {"question_id": question_id, "answer": answer}
        if self_rating is not None:
            body["self_rating"] = self_rating
        return self._post(f"{_ROOT}/grades", body, StoredGrade)

    def dispute(self, grade_id: str, point: str, evidence: str) -> StoredGrade:
        """Return a grade with the second judgement of one of its points."""
        body = {"point": point, "evidence": evidence}
        return self._post(f"{_ROOT}/grades/{_safe(grade_id)}/dispute", body, StoredGrade)

    def start_interview(self, level: str, minutes: int, chapters: list[str]) -> Interview:
        """Return a new interview with its first question."""
        body = {"level": level, "minutes": minutes, "chapters": chapters}
        return self._post(f"{_ROOT}/interviews", body, Interview)

    def interviews(self) -> InterviewPage:
        """Return one's interviews, newest first."""
        return self._get(f"{_ROOT}/interviews", InterviewPage)

    def interview(self, interview_id: str) -> Interview:
        """Return an interview as it stands."""
        return self._get(f"{_ROOT}/interviews/{_safe(interview_id)}", Interview)

    def submit_turn(self, interview_id: str, number: int, answer: str) -> Interview:
        """Return an interview after an answer."""
        path = f"{_ROOT}/interviews/{_safe(interview_id)}/turns/{number}"
        return self._post(path, {"answer": answer}, Interview)

    def finish_interview(self, interview_id: str) -> Interview:
        """Return an interview that is over."""
        return self._post(f"{_ROOT}/interviews/{_safe(interview_id)}/finish", {}, Interview)

    def interview_report(self, interview_id: str) -> InterviewReport:
        """Return how an interview went."""
        return self._get(f"{_ROOT}/interviews/{_safe(interview_id)}/report", InterviewReport)

    def interview_file(self, interview_id: str, form: ReportForm) -> bytes:
        """Return how an interview went, as a file."""
        return self._file(f"{_ROOT}/interviews/{_safe(interview_id)}/report", {"format": form})

    def due(self, time_zone: str) -> DueList:
        """Return what is due today."""
        return self._get(f"{_ROOT}/due", DueList, {"time_zone": time_zone})

    def review(self, question_id: str, rating: int) -> DueCard:
        """Return a question's card after one's own rating."""
        return self._post(f"{_ROOT}/reviews", {"question_id": question_id, "rating": rating}, DueCard)

    def question_detail(self, question_id: str) -> QuestionDetail:
        """Return a question with what its page says."""
        return self._get(f"/v1/questions/{_safe(question_id)}", QuestionDetail)

    def progress(self, time_zone: str) -> Progress:
        """Return where one stands."""
        return self._get(f"{_ROOT}/progress", Progress, {"time_zone": time_zone})

    def drills(self) -> DrillList:
        """Return the drills that can be run."""
        return self._get(f"{_ROOT}/drills", DrillList)

    def drill_runs(self) -> DrillRuns:
        """Return one's runs, newest first."""
        return self._get(f"{_ROOT}/drill-runs", DrillRuns)

    def start_drill(self, drill_id: str) -> DrillRun:
        """Return a new run of a drill."""
        return self._post(f"{_ROOT}/drills/{_safe(drill_id)}/runs", {}, DrillRun)

    def drill_run(self, run_id: str) -> DrillRun:
        """Return a run as it stands at this minute."""
        return self._get(f"{_ROOT}/drill-runs/{_safe(run_id)}", DrillRun)

    def decide(self, run_id: str, number: int, *, move: str = "", said: str = "") -> DrillRun:
        """Return a run after a decision."""
        body = {"move": move} if move else {"said": said}
        return self._post(f"{_ROOT}/drill-runs/{_safe(run_id)}/decisions/{number}", body, DrillRun)

    def finish_drill(self, run_id: str) -> DrillRun:
        """Return a run that is over."""
        return self._post(f"{_ROOT}/drill-runs/{_safe(run_id)}/finish", {}, DrillRun)

    def drill_report(self, run_id: str) -> DrillReport:
        """Return how a run went."""
        return self._get(f"{_ROOT}/drill-runs/{_safe(run_id)}/report", DrillReport)

    def drill_file(self, run_id: str, form: ReportForm) -> bytes:
        """Return how a run went, as a file."""
        return self._file(f"{_ROOT}/drill-runs/{_safe(run_id)}/report", {"format": form})

    def story_coverage(self, level: str = "") -> Coverage:
        """Return one's stories, and which behavioural questions they answer."""
        query: dict[str, str | int] = {"level": level} if level else {}
        return self._get(f"{_ROOT}/story-coverage", Coverage, query)

    def add_story(self, parts: Mapping[str, object]) -> Story:
        """Return a new story."""
        return self._post(f"{_ROOT}/stories", parts, Story)

    def change_story(self, story: Story, parts: Mapping[str, object]) -> Story:
        """Return a story as it is told from now on."""
        return self._put(f"{_ROOT}/stories/{_safe(story.id)}", {**parts, "after": story.version}, Story)

    def delete_story(self, story_id: str) -> None:
        """Delete a story."""
        self._remove(f"{_ROOT}/stories/{_safe(story_id)}")

    def plans(self) -> PlanPage:
        """Return one's plans, newest first."""
        return self._get(f"{_ROOT}/plans", PlanPage)

    def plan(self, plan_id: str) -> Plan:
        """Return a plan with the days that are left of it."""
        return self._get(f"{_ROOT}/plans/{_safe(plan_id)}", Plan)

    def create_plan(self, wish: Mapping[str, object]) -> Plan:
        """Return a new plan."""
        return self._post(f"{_ROOT}/plans", wish, Plan)

    def delete_plan(self, plan_id: str) -> None:
        """Delete a plan."""
        self._remove(f"{_ROOT}/plans/{_safe(plan_id)}")


def _safe(identity: str) -> str:
    return quote(identity, safe="")
