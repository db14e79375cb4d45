"""Practice and question sets through the SDK, and that no endpoint lacks its method."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import anyio
import pytest

from coach.api.calls import Call
from coach.api.operate import KeyRequest
from coach.api.practice import PlanRequest, SaidMove, StoryChange
from coach.api.schemas import FeedbackRequest
from coach.api.sdk.main import MainRequests
from coach.api.sdk.method import endpoint
from coach.api.sdk.operate import OperateRequests
from coach.api.sdk.practice import PracticeRequests
from coach.api.sdk.set_templates import SetTemplateRequests
from coach.api.sdk.sets import SetRequests
from coach.api.sets import SetRequest, VersionRequest
from coach.client import AsyncClient, Client
from coach.errors import CoachError, ConflictError, NotFoundError
from coach.practice.drill_words import MoveReader
from coach.practice.drills import Drills
from coach.practice.story import StoryText
from coach.recruit.contract import Wishes
from coach.recruit.exchange import read_json
from coach.recruit.template import TemplateRules
from tests.coach.api.conftest import Live
from tests.support.drills import staged

SAID = "I compare what changed first, then I send the traffic back, because that is the fastest way."
TWO = Wishes(count=2, level="senior")
WITHOUT_METHOD = {
    "POST /v1/chat/completions": "for OpenAI's own clients",
    "GET /v1/models": "likewise",
    "GET /v1/models/{model}": "likewise",
    "GET /healthz": "for probes",
    "GET /metrics": "for Prometheus",
    "GET /errors/{slug}": "for readers",
}


@pytest.fixture
def client(live: Live) -> Iterator[Client]:
    """A client of the server without keys."""
    with Client(live.url) as client:
        yield client


def test_practice_goes_through_the_sdk(client: Client) -> None:
    """An answer is graded, disputed and listed; an interview runs to its report."""
    question = client.questions(limit=1).questions[0].id
    stored = client.practice.grade_answer(question, SAID, self_rating=6)
    point = stored.grade.points[0].point
    disputed = client.practice.dispute(stored.id, point, "I send the traffic back")
    assert disputed.disputes[0].objection.point == point
    assert client.practice.grade(stored.id) == disputed
    assert client.practice.grades(question_id=question, limit=1).grades == (disputed,)
    assert client.practice.progress(time_zone="Europe/Berlin")
    assert len(client.practice.plan(days=3).days) == 3
    assert client.practice.due().days
    interview = client.practice.start_interview(minutes=10)
    with pytest.raises(ConflictError):
        client.practice.report(interview.id)
    client.practice.submit(interview.id, 0, SAID)
    assert client.practice.finish(interview.id) == client.practice.interview(interview.id)
    assert client.practice.interviews(limit=1).interviews[0].id == interview.id
    assert client.practice.report(interview.id).interview.id == interview.id
    assert client.practice.report_file(interview.id).startswith(b"%PDF")


@pytest.fixture
def drilled(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's drills are staged on the chapters of the repository, which its handbook lacks."""
    services = live.services
    drills = Drills(services.database, staged, MoveReader(services.coach.embed).read)
    monkeypatch.setattr(services.shelf(""), "drills", drills)


@pytest.mark.usefixtures("drilled")
def test_drills_go_through_the_sdk(client: Client) -> None:
    """One is started, decided, ended and reported."""
    practice = client.practice
    drill = practice.drills().drills[0]
    run = practice.start_drill(drill.id)
    run = practice.decide(run.id, run.decision, SaidMove(said="I roll the last release back."))
    assert practice.drill_runs(limit=1).runs[0].id == run.id
    assert practice.finish_drill(run.id) == practice.drill_run(run.id)
    assert practice.drill_report(run.id).id == run.id
    assert practice.drill_report_file(run.id).startswith(b"%PDF")


def test_stories_and_plans_go_through_the_sdk(client: Client) -> None:
    """A story is banked and changed, a plan is made; each is listed, read and deleted."""
    practice = client.practice
    story = practice.add_story(StoryText(title="Outage", action="I rolled back."))
    changed = practice.replace_story(story.id, StoryChange(title="The outage", after=story.version))
    assert practice.story(story.id) == changed == practice.stories().stories[0]
    assert practice.story_coverage(level="senior").stories
    practice.delete_story(story.id)
    plan = practice.create_plan(PlanRequest(days=3)).plan
    assert practice.stored_plan(plan.id).plan == practice.plans().plans[0] == plan
    practice.delete_plan(plan.id)
    question = client.questions(limit=1).questions[0].id
    assert practice.review(question, 3).question_id == question
    with pytest.raises(NotFoundError):
        practice.stored_plan(plan.id)


@pytest.mark.usefixtures("drilled")
def test_a_key_belongs_to_one_request(client: Client) -> None:
    """The same key for another drill is refused; it does not give the run of the first."""
    one, other = client.practice.drills().drills[:2]
    run = client.practice.start_drill(one.id, idempotency_key="for-one-drill")
    assert client.practice.start_drill(one.id, idempotency_key="for-one-drill").id == run.id
    with pytest.raises(CoachError, match="another"):
        client.practice.start_drill(other.id, idempotency_key="for-one-drill")


def test_question_sets_go_through_the_sdk(client: Client) -> None:
    """A note is read and built; versions, differences, files and leaks are there; deleting ends it."""
    wishes = client.sets.read("two senior questions").wishes
    made = client.sets.build(SetRequest(wishes=wishes, title="Loop"))
    assert {one.id for one in client.sets.competencies().competencies} >= set(made.made.titles)
    three = VersionRequest(wishes=Wishes(count=3), after=made.version)
    second = client.sets.build_version(made.id, three)
    assert second.made.wishes.level == "senior"
    assert client.sets.get(made.id, version=1) == made
    assert client.sets.changes(made.id, 1).wishes["count"] == ("2", "3")
    assert client.sets.list(limit=1).sets[0].version == 2
    assert read_json(client.sets.export(made.id, "json").decode()) == second.made
    asked = second.made.interviews[0].packs[0].question
    assert second.made.title == "Loop"
    assert [leak.question_id for leak in client.sets.leaks(made.id, asked.text).leaks] == [asked.id]
    restored = client.sets.restore(made.id, 1, after=2)
    assert (restored.version, restored.made) == (3, made.made)
    assert [one.version for one in client.sets.versions(made.id).versions] == [3, 2, 1]
    client.sets.delete(made.id)
    with pytest.raises(NotFoundError):
        client.sets.get(made.id)


def test_house_rules_go_through_the_sdk(client: Client) -> None:
    """They are kept in versions, a set is built on them, and an edit reaches it when it is applied."""
    kept = client.set_templates.save(TemplateRules(title="House", introduction="Welcome.", minutes=10))
    made = client.sets.build(SetRequest(wishes=TWO.model_copy(update={"count": None}), template_id=kept.id))
    assert (made.made.introduction, made.made.wishes.minutes) == ("Welcome.", 10)
    edited = kept.rules.model_copy(update={"introduction": "Good morning."})
    client.set_templates.save_version(kept.id, 1, edited)
    change = client.set_templates.changes(kept.id, 1).fields["introduction"]
    assert (change.before, change.after) == ("Welcome.", "Good morning.")
    assert client.set_templates.sets(kept.id).sets[0].template_version == 1
    assert client.set_templates.apply(kept.id, (made.id,)).sets[0].written is None
    assert client.sets.get(made.id).version == 1
    assert client.set_templates.apply(kept.id, (made.id,), dry_run=False).sets[0].written == 2
    assert client.sets.get(made.id).made.introduction == "Good morning."
    assert client.set_templates.list(limit=1).templates[0].version == 2
    assert client.set_templates.get(kept.id, version=1).rules == kept.rules
    assert [one.version for one in client.set_templates.versions(kept.id).versions] == [2, 1]
    client.set_templates.delete(kept.id)
    with pytest.raises(NotFoundError):
        client.set_templates.sets(kept.id)


def test_one_key_makes_one_set(client: Client) -> None:
    """A request that is sent again with its key gives the first reply."""
    made = [client.sets.build(SetRequest(wishes=TWO), idempotency_key="sdk-once") for _ in range(2)]
    assert made[0] == made[1]


def test_the_asynchronous_parts_do_the_same(live: Live) -> None:
    """What one client waits for, the other awaits."""

    async def work() -> None:
        async with AsyncClient(live.url) as client:
            made = await client.sets.build(SetRequest(wishes=TWO))
            assert (await client.sets.export(made.id, "csv")).startswith(b"set,")
            question = (await client.questions(limit=1)).questions[0].id
            assert (await client.practice.grade_answer(question, SAID)).answer == SAID

    anyio.run(work)


SAMPLES: dict[str, object] = {
    "given": FeedbackRequest(answer_id="a", verdict="up"),
    "wanted": KeyRequest(tenant="acme"),
    "number": 0,
    "after": 1,
    "before": 1,
    "version": 1,
    "sets": ("s",),
    "move": SaidMove(said="I look."),
    "story": StoryText(title="Outage"),
    "plan": PlanRequest(),
    "change": StoryChange(title="Outage", after=0),
    "rating": 3,
    "rules": TemplateRules(title="House rules"),
}
PARTS = (MainRequests, OperateRequests, PracticeRequests, SetRequests, SetTemplateRequests)


def described() -> Iterator[Call[object]]:
    """Yield every request that the SDK describes."""
    for requests in PARTS:
        for _, method in inspect.getmembers(requests, lambda member: isinstance(member, endpoint)):
            _, *parameters = inspect.signature(method.__wrapped__).parameters.values()
            names = [one.name for one in parameters if one.default is one.empty]
            yield method.call(**{name: SAMPLES.get(name, "x") for name in names})


def test_no_endpoint_lacks_its_method(live: Live) -> None:
    """Whatever the OpenAPI document describes, a method of the SDK sends, or it is said here why not."""
    with live.http() as http:
        paths = http.get("/v1/openapi.json").json()["paths"]
    operations = {
        f"{method.upper()} {path}": re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))
        for path, methods in paths.items()
        for method in methods
    }
    sent = {(call.method, call.path) for call in described()}
    missing = {
        name
        for name, path in operations.items()
        if not any(name.startswith(f"{method} ") and path.fullmatch(to) for method, to in sent)
    }
    assert missing == set(WITHOUT_METHOD)
