"""The parts of the page "Practise": interviews, reviews, drills, stories, progress and plans."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.samples import FakeApi, citation
from tests.ui.test_practise import stored
from tests.ui.test_views import DOCUMENTS, page, texts

AT = "2026-11-21T13:56:23Z"
PRACTICE = "/v1/practice"
MOMENT = {"question": "How?", "point": "Evidence", "candidate": "I count.", "handbook": citation()}
DRILL = {
    "id": "d1",
    "title": "Wrong *prices*",
    "level": "senior",
    "minutes": 60,
    "briefing": "You are on call.",
}
NO_PLANS: dict[str, object] = {"plans": []}


def turn(number: int, **changes: object) -> dict[str, Any]:
    """Return a turn of an interview."""
    return {
        "number": number,
        "kind": "follow_up" if number else "question",
        "prompt": f"Question *{number}*?",
        "minutes": 3,
        "asked_at": AT,
    } | changes


def interview(*turns: dict[str, Any], status: str = "running") -> dict[str, Any]:
    """Return an interview."""
    return {
        "id": "i1",
        "created_at": AT,
        "status": status,
        "wish": {"level": "senior", "minutes": 30},
        "planned": ["q1"],
        "ends_at": "2999-01-01T00:00:00Z",
        "turns": list(turns),
    }


def drill_run(status: str = "running", decision: int = 0) -> dict[str, Any]:
    """Return a run of a drill."""
    feed = [{"minute": 0, "kind": "signal", "channel": "Pager", "text": "Votes fall."}]
    moves = [{"id": "look", "text": "Look."}, {"id": "wait", "text": "Wait."}]
    times = {"created_at": AT, "minute": 4.2, "decision": decision, "status": status}
    return DRILL | times | {"id": "r1", "feed": feed, "moves": moves}


def coverage(*stories: dict[str, Any]) -> dict[str, Any]:
    """Return a bank with two questions."""
    matches = [{"story_id": "s1", "title": "The rollback", "chosen": True}] if stories else []
    asked = [
        {"question_id": "q1", "question": "What failed?", "state": "covered" if stories else "gap"},
        {"question_id": "q2", "question": "What would you do?", "state": "gap"},
    ]
    return {
        "covered": len(matches),
        "offered": 0,
        "gaps": 2 - len(matches),
        "questions": [asked[0] | {"stories": matches}, asked[1] | {"stories": []}],
        "stories": list(stories),
    }


STORY = {
    "id": "s1",
    "version": 3,
    "title": "The rollback",
    "situation": "Prices were wrong.",
    "task": "Stop it.",
    "action": "I reverted.",
    "result": "9 minutes.",
    "question_ids": ["q1"],
}
CHANGED_MEANWHILE = {"title": "It was changed meanwhile", "status": 409}
BANKED = {"story": STORY, "form": {"minutes": 0.2, "notes": ["Give a figure."]}}
PROGRESS = {"answers": 0, "days": 0, "chapters": [], "competencies": [], "levels": []}
DAY = {"day": "2026-11-22", "question_ids": ["q1"], "minutes": 3, "activities": ["drill"], "reviews": 2}
PLAN = {
    "plan": {
        "id": "p1",
        "wish": {"level": "staff", "start": "2026-11-21", "until": "2026-11-28"},
        "read": [{"field": "level", "value": "staff", "words": "Staff engineer"}],
    },
    "practised": 4,
    "questions": 20,
    "days": [DAY],
    "titles": {"q1": "How do you stop a loop?"},
}


def opened(part: str, **names: str) -> AppTest:
    """Return the page at a part of it, drawn."""
    app = page("practise")
    app.query_params["part"] = part
    for name, value in names.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    """Press a button by its words and return the page after it."""
    app = next(one for one in app.button if one.label == label).click().run()
    assert not app.exception, app.exception
    return app


def sent(fake: FakeApi, path: str) -> list[dict[str, Any]]:
    """Return the bodies that came to a path below practice; reading sends none."""
    whole = PRACTICE + path
    return [json.loads(one.content) for one in fake.requests if one.url.path == whole and one.content]


def empty(fake: FakeApi) -> None:
    """Prepare an API of somebody who has done nothing yet."""
    fake.give("/v1/documents", DOCUMENTS)
    fake.give("/v1/questions", {"total": 0, "questions": []})
    fake.give(f"{PRACTICE}/interviews", {"interviews": []})
    fake.give(f"{PRACTICE}/due", {"questions": [], "days": []})
    fake.give(f"{PRACTICE}/drills", {"drills": []})
    fake.give(f"{PRACTICE}/drill-runs", {"runs": []})
    fake.give(f"{PRACTICE}/story-coverage", coverage())
    fake.give(f"{PRACTICE}/progress", PROGRESS)
    fake.give(f"{PRACTICE}/plans", NO_PLANS)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("questions", "Choose a question"),
        ("interview", "None yet"),
        ("review", "Nothing is due"),
        ("drills", "none of the pages"),
        ("stories", "no story yet"),
        ("progress", "No answer was graded yet"),
        ("nonsense", "Choose a question"),
    ],
)
def test_each_part_says_what_to_do_when_there_is_nothing(fake: FakeApi, part: str, told: str) -> None:
    """A visitor of the first day finds words and no blank page; the address names the part."""
    empty(fake)
    app = opened(part)
    assert told in texts(app)
    assert app.segmented_control[0].label == "Part"


def test_the_choice_of_a_part_goes_into_the_address(fake: FakeApi) -> None:
    """So that a reload leads there."""
    empty(fake)
    app = opened("questions")
    app.segmented_control[0].set_value("drills").run()
    assert app.query_params["part"] in ("drills", ["drills"])
    assert "order" in texts(app)


def test_an_interview_is_begun_answered_and_shown_without_grades(fake: FakeApi) -> None:
    """The wish and the answer go to the API; the question that runs is the last turn, follow-ups too."""
    empty(fake)
    app = opened("interview")
    fake.give(f"{PRACTICE}/interviews", interview(turn(0)), status=201)
    fake.give(f"{PRACTICE}/interviews/i1", interview(turn(0)))
    app = press(app, "Begin")
    assert sent(fake, "/interviews")[-1] == {
        "level": "senior",
        "minutes": 30,
        "chapters": [],
    }
    assert "Question \\*0\\*?" in app.title[0].value
    assert "left" in texts(app)
    fake.give(f"{PRACTICE}/interviews/i1/turns/0", interview(turn(0), turn(1)))
    app.text_area[0].set_value("I count.")
    press(app, "Send")
    assert sent(fake, "/interviews/i1/turns/0") == [{"answer": "I count."}]
    fake.give(f"{PRACTICE}/interviews/i1", interview(turn(0, answer="I count."), turn(1)))
    app = opened("interview", interview="i1")
    assert "Follow-up 2" in [one.value for one in app.caption]


def test_a_finished_interview_shows_its_report(fake: FakeApi) -> None:
    """Score, competencies, both moments with quotes, files, and the transcript with verdicts."""
    graded = turn(0, answer="I count.", submitted_at=AT, grade=stored()["grade"])
    fake.give(f"{PRACTICE}/interviews/i1", interview(graded, turn(1), status="finished"))
    fake.give(
        f"{PRACTICE}/interviews/i1/report",
        {
            "score": 6.0,
            "minutes": 12.5,
            "unscored": 1,
            "not_reached": 2,
            "competencies": [{"competency": "design", "questions": 1, "score": 6.0}],
            "strongest": MOMENT,
            "weakest": MOMENT,
        },
    )
    app = opened("interview", interview="i1")
    shown = texts(app)
    assert [one.value for one in app.metric] == ["6.0 of 10", "12.5", "2"]
    assert "| design | 1 | 6.0 |" in shown
    assert "I count" in shown
    assert "1 could not be graded" in shown
    assert len(app.get("download_button")) == 2


def test_a_due_question_is_revealed_and_rated(fake: FakeApi) -> None:
    """Nothing of the page is shown before; the rating goes to the API and the next day is told."""
    due = {"questions": [{"question_id": "q1", "wording": "How to stop it?"}], "days": []}
    parts = [{"kind": "direct_answer", "text": "By **evidence**."}, {"kind": "trap", "text": "A trap."}]
    detail = {"id": "q1", "question": "How?", "document": "agents.md", "start": 0, "end": 9, "parts": parts}
    fake.give(f"{PRACTICE}/due", due)
    fake.give("/v1/questions/q1", detail)
    app = opened("review")
    assert "evidence" not in texts(app)
    app = press(app, "Reveal")
    assert "By evidence" in texts(app)
    assert "A trap" not in texts(app)
    fake.give(f"{PRACTICE}/reviews", {"card": {"due": "2026-11-25T09:00:00Z"}}, status=201)
    app = press(app, "Good")
    assert sent(fake, "/reviews") == [{"question_id": "q1", "rating": 3}]
    assert "comes back on 25 November" in texts(app)
    fake.give(f"{PRACTICE}/due", {"questions": [], "days": [{"day": "2026-11-25", "due": 1}]})
    app.run()
    assert "| Wed 25 Nov | 1 |" in texts(app)


def test_a_drill_is_begun_and_decided(fake: FakeApi) -> None:
    """Words and picked moves go to the API under the number of the decision."""
    empty(fake)
    fake.give(f"{PRACTICE}/drills", {"drills": [DRILL]})
    fake.give(f"{PRACTICE}/drills/d1/runs", drill_run(), status=201)
    fake.give(f"{PRACTICE}/drill-runs/r1", drill_run())
    app = press(opened("drills"), "Begin")
    assert "Wrong \\*prices\\*" in app.title[0].value
    assert "Votes fall" in texts(app)
    fake.give(f"{PRACTICE}/drill-runs/r1/decisions/0", drill_run(decision=1))
    app.text_area[0].set_value("I look.")
    app = press(app, "Do it")
    fake.give(f"{PRACTICE}/drill-runs/r1", drill_run(decision=1))
    app.run()
    fake.give(f"{PRACTICE}/drill-runs/r1/decisions/1", drill_run(decision=2))
    app.radio[0].set_value("wait")
    press(app, "Do the picked move")
    assert sent(fake, "/drill-runs/r1/decisions/0") == [{"said": "I look."}]
    assert sent(fake, "/drill-runs/r1/decisions/1") == [{"move": "wait"}]


def test_a_finished_drill_shows_criteria_and_what_misled(fake: FakeApi) -> None:
    """Each criterion with both sides; the truth of what misled is told."""
    criterion = {"text": "Mitigates first", "weight": 3, "verdict": "partly", "why": "Minute 9: Look."}
    misleading = {"minute": 3, "channel": "Vendor", "text": "Yellow.", "truth": "It was not us."}
    fake.give(f"{PRACTICE}/drill-runs/r1", drill_run(status="finished"))
    fake.give(
        f"{PRACTICE}/drill-runs/r1/report",
        {
            "score": 4.5,
            "minute": 40,
            "criteria": [criterion | {"handbook": citation()}],
            "misleading": [misleading],
            "good_run": ["Look.", "Revert."],
        },
    )
    app = opened("drills", run="r1")
    shown = texts(app)
    assert app.metric[0].value == "4.5 of 10"
    for told in ("Mitigates first", "wrong order", "By evidence", "It was not us", "2. Revert"):
        assert told in shown


def test_a_story_is_written_and_changed(fake: FakeApi) -> None:
    """A new one is sent whole; a change names the version that was read."""
    fake.give(f"{PRACTICE}/story-coverage", coverage())
    app = opened("stories", story="new")
    app = press(app, "Keep")
    assert "Give it a title" in app.warning[0].value
    app.text_input[0].set_value("The rollback")
    app.text_area[3].set_value("9 minutes.")
    fake.give(f"{PRACTICE}/stories", STORY, status=201)
    fake.give(f"{PRACTICE}/story-coverage", coverage(BANKED))
    app = press(app, "Keep")
    (made,) = sent(fake, "/stories")
    assert (made["title"], made["result"], made["question_ids"]) == ("The rollback", "9 minutes.", [])
    assert "Give a figure" in texts(app)
    fake.give(f"{PRACTICE}/stories/s1", STORY)
    press(app, "Keep")
    (changed,) = sent(fake, "/stories/s1")
    assert (changed["after"], changed["question_ids"]) == (3, ["q1"])
    assert "The rollback" in texts(opened("stories"))


def test_a_story_that_was_changed_in_another_tab_is_not_overwritten(fake: FakeApi) -> None:
    """What was typed stays and the refusal is told; the other version is loaded when it is asked for."""
    fake.give(f"{PRACTICE}/story-coverage", coverage(BANKED))
    app = opened("stories", story="s1")
    elsewhere = STORY | {"version": 4, "action": "I called a colleague."}
    fake.give(f"{PRACTICE}/story-coverage", coverage(BANKED | {"story": elsewhere}))
    fake.give(f"{PRACTICE}/stories/s1", CHANGED_MEANWHILE, 409)
    app.text_area[2].set_value("I paged the owner.")
    app = press(app, "Keep")
    assert [one["after"] for one in sent(fake, "/stories/s1")] == [3]
    assert "changed meanwhile" in app.error[0].value
    assert press(app, "Try again").text_area[2].value == "I paged the owner."
    app = press(app, "Load the newer version")
    assert app.text_area[2].value == "I called a colleague."
    app.text_area[2].set_value("Both.")
    press(app, "Keep")
    assert sent(fake, "/stories/s1")[-1]["after"] == 4


def test_a_story_that_was_deleted_in_another_tab_keeps_what_was_typed(fake: FakeApi) -> None:
    """Its fields stay as they were, and the page says that the story is gone."""
    fake.give(f"{PRACTICE}/story-coverage", coverage(BANKED))
    app = opened("stories", story="s1")
    fake.give(f"{PRACTICE}/story-coverage", coverage())
    fake.give(f"{PRACTICE}/stories/s1", {"title": "Not found", "detail": "there is no story 's1'"}, 404)
    app.text_area[2].set_value("I paged the owner.")
    app = press(app, "Keep")
    assert "there is no story" in app.error[0].value
    assert app.text_area[2].value == "I paged the owner."


def test_a_story_is_opened_anew_after_another_page(fake: FakeApi) -> None:
    """Where nothing is typed that could be lost, the newest version is shown."""
    fake.give(f"{PRACTICE}/story-coverage", coverage(BANKED))
    app = opened("stories", story="s1")
    app.query_params.pop("story")
    app.run()
    elsewhere = STORY | {"version": 4, "task": "Mend."}
    fake.give(f"{PRACTICE}/story-coverage", coverage(BANKED | {"story": elsewhere}))
    app.query_params["story"] = "s1"
    app.run()
    assert app.text_area[1].value == "Mend."
    assert not app.warning


def test_progress_and_plan_are_drawn(fake: FakeApi) -> None:
    """Groups with scores, the calibration in words, and a plan made from a job text."""
    group = {"name": "Agents", "questions": 9, "practised": 2, "score": 6.5}
    begun = {
        "answers": 3,
        "days": 2,
        "chapters": [group, group | {"name": "Cost", "practised": 0, "score": None}],
        "self_rating": {"answers": 2, "bias": 1.5, "error": 2.0},
    }
    fake.give(f"{PRACTICE}/progress", PROGRESS | begun)
    fake.give(f"{PRACTICE}/plans", NO_PLANS)
    app = opened("progress")
    shown = texts(app)
    assert "| Agents | 2 of 9 | 6.5 |" in shown
    assert "Not begun: Cost" in shown
    assert "too high by 1.5" in shown
    fake.give(f"{PRACTICE}/plans", PLAN | NO_PLANS, status=201)
    fake.give(f"{PRACTICE}/plans/p1", PLAN)
    app.text_area[0].set_value("Staff engineer")
    app = press(app, "Make a plan")
    (wish,) = sent(fake, "/plans")
    assert (wish["days"], wish["level"], wish["job_text"]) == (14, None, "Staff engineer")
    shown = texts(app)
    for told in ("4 of 20", "Staff engineer", "How do you stop a loop", "Incident drill", "2 cards"):
        assert told in shown
