"""What a client can ask for to rehearse: incident drills, stories and plans; part of its practice."""

from __future__ import annotations

from typing import Literal

from coach.api import calls
from coach.api.calls import Call
from coach.api.practice import (
    DrillList,
    DrillPage,
    PickedMove,
    PlanPage,
    PlanReply,
    PlanRequest,
    SaidMove,
    StoryChange,
    StoryPage,
)
from coach.api.sdk.method import endpoint
from coach.practice.coverage import Coverage
from coach.practice.drill_report import DrillReport
from coach.practice.drill_run import DrillView
from coach.practice.story import Story, StoryText
from ingest.contract import Level

_DRILLS, _RUNS = "/v1/practice/drills", "/v1/practice/drill-runs"
_STORIES, _PLANS = "/v1/practice/stories", "/v1/practice/plans"


class DrillRequests:
    """Staged incidents: started, decided move by move, and graded at the end."""

    @endpoint
    def drills(self) -> Call[DrillList]:
        """Return the drills that there are."""
        return calls.get(_DRILLS, DrillList)

    @endpoint
    def start_drill(self, drill_id: str, *, idempotency_key: str | None = None) -> Call[DrillView]:
        """Return a new run of a drill, at its first signals."""
        return calls.create(f"{_DRILLS}/{calls.in_path(drill_id)}/runs", DrillView, key=idempotency_key)

    @endpoint
    def drill_runs(self, *, limit: int = 20, cursor: str | None = None) -> Call[DrillPage]:
        """Return a page of one's runs, newest first."""
        return calls.get(_RUNS, DrillPage, limit=limit, cursor=cursor)

    @endpoint
    def drill_run(self, run_id: str) -> Call[DrillView]:
        """Return a run as it stands now; time goes on while nobody looks."""
        return calls.get(f"{_RUNS}/{calls.in_path(run_id)}", DrillView)

    @endpoint
    def decide(self, run_id: str, number: int, move: PickedMove | SaidMove) -> Call[DrillView]:
        """Return the run after decision `number`; the same decision sent again changes nothing."""
        return calls.post(f"{_RUNS}/{calls.in_path(run_id)}/decisions/{number}", DrillView, move)

    @endpoint
    def finish_drill(self, run_id: str) -> Call[DrillView]:
        """Return the run, ended."""
        return calls.post(f"{_RUNS}/{calls.in_path(run_id)}/finish", DrillView)

    @endpoint
    def drill_report(self, run_id: str) -> Call[DrillReport]:
        """Return how a finished run went. Raises ConflictError if it still runs."""
        return calls.get(f"{_RUNS}/{calls.in_path(run_id)}/report", DrillReport)

    @endpoint
    def drill_report_file(self, run_id: str, form: Literal["markdown", "pdf"] = "pdf") -> Call[bytes]:
        """Return the same as a file. Raises ConflictError if the run is not over."""
        return calls.get_bytes(f"{_RUNS}/{calls.in_path(run_id)}/report", format=form)


class StoryRequests:
    """Stories of one's own, and the behavioural questions that they answer."""

    @endpoint
    def add_story(self, story: StoryText, *, idempotency_key: str | None = None) -> Call[Story]:
        """Return a story, kept."""
        return calls.create(_STORIES, Story, story, idempotency_key)

    @endpoint
    def stories(self, *, limit: int = 50, cursor: str | None = None) -> Call[StoryPage]:
        """Return a page of one's stories, newest first."""
        return calls.get(_STORIES, StoryPage, limit=limit, cursor=cursor)

    @endpoint
    def story(self, story_id: str) -> Call[Story]:
        """Return one story."""
        return calls.get(f"{_STORIES}/{calls.in_path(story_id)}", Story)

    @endpoint
    def replace_story(self, story_id: str, change: StoryChange) -> Call[Story]:
        """Return the story, changed. Raises ConflictError if it was changed since version `change.after`."""
        return calls.put(f"{_STORIES}/{calls.in_path(story_id)}", Story, change)

    @endpoint
    def delete_story(self, story_id: str) -> Call[None]:
        """Delete a story."""
        return calls.delete(f"{_STORIES}/{calls.in_path(story_id)}")

    @endpoint
    def story_coverage(self, *, level: Level | None = None) -> Call[Coverage]:
        """Return which behavioural questions one's stories answer, and where a story is missing."""
        return calls.get("/v1/practice/story-coverage", Coverage, level=level)


class PlanRequests:
    """Plans towards a date and a job; their days are made anew from the grades whenever one is read."""

    @endpoint
    def create_plan(self, plan: PlanRequest, *, idempotency_key: str | None = None) -> Call[PlanReply]:
        """Return a plan, kept."""
        return calls.create(_PLANS, PlanReply, plan, idempotency_key)

    @endpoint
    def plans(self, *, limit: int = 20, cursor: str | None = None) -> Call[PlanPage]:
        """Return a page of one's plans, newest first."""
        return calls.get(_PLANS, PlanPage, limit=limit, cursor=cursor)

    @endpoint
    def stored_plan(self, plan_id: str) -> Call[PlanReply]:
        """Return a plan as the grades stand now."""
        return calls.get(f"{_PLANS}/{calls.in_path(plan_id)}", PlanReply)

    @endpoint
    def delete_plan(self, plan_id: str) -> Call[None]:
        """Delete a plan."""
        return calls.delete(f"{_PLANS}/{calls.in_path(plan_id)}")
