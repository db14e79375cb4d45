"""What the OpenAPI document says beyond types: media types, and which reply leads to which request."""

from __future__ import annotations

from typing import Any

EVENT_STREAM: dict[str, Any] = {
    "text/event-stream": {
        # Of one event: as OpenAPI 3.2 describes streams, section 4.14.4.
        "schema": {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "event": {"type": "string"},
                "data": {"type": "string", "description": "JSON, or [DONE]"},
            },
            "required": ["data"],
        },
        "examples": {
            "answer": {
                "summary": "One acknowledged, then claim and degraded, then one finished",
                "value": {"id": "0", "event": "acknowledged", "data": "{...}"},
            }
        },
    }
}
FIGURES: dict[str, Any] = {"content": {"text/plain": {"schema": {"type": "string"}}}}
ERROR_PAGE: dict[str, Any] = {"content": {"text/markdown": {"schema": {"type": "string"}}}}
NOT_MODIFIED: dict[str, Any] = {"description": "The client has the current version."}


def _link(operation: str, **parameters: str) -> dict[str, Any]:
    return {"operationId": operation, "parameters": parameters}


def _page(listing: str, member: str, getter: str, **parameter: str) -> dict[str, Any]:
    """Return the links of a page: to the first thing that it lists, and to the next page."""
    return {
        member: _link(getter, **{name: f"$response.body#/{place}" for name, place in parameter.items()}),
        "next": _link(listing, cursor="$response.body#/next_cursor"),
    }


ANSWER_LINKS: dict[str, Any] = {
    "answer": _link("get_answer", answer_id="$response.body#/id"),
    "feedback": {
        "operationId": "create_feedback",
        "requestBody": {"answer_id": "$response.body#/id", "verdict": "up"},
    },
}
SEARCH_LINKS: dict[str, Any] = {
    "passage": _link(
        "get_document",
        document_id="$response.body#/hits/0/document",
        start="$response.body#/hits/0/start",
        end="$response.body#/hits/0/end",
    )
}
DOCUMENT_LINKS: dict[str, Any] = {
    "document": _link("get_document", document_id="$response.body#/documents/0/id")
}
QUESTION_LINKS: dict[str, Any] = _page(
    "list_questions", "question", "get_question", question_id="questions/0/id"
)
CONVERSATION_LINKS: dict[str, Any] = {
    "conversation": _link("get_conversation", conversation_id="$response.body#/id"),
    "delete": _link("delete_conversation", conversation_id="$response.body#/id"),
    "ask": {
        "operationId": "create_answer",
        "requestBody": {"question": "and for databases?", "conversation": "$response.body#/id"},
    },
}
CONVERSATION_PAGE_LINKS: dict[str, Any] = _page(
    "list_conversations", "conversation", "get_conversation", conversation_id="conversations/0/id"
)
GRADE_LINKS: dict[str, Any] = {
    "grade": _link("get_grade", grade_id="$response.body#/id"),
    "dispute": _link("dispute_grade", grade_id="$response.body#/id"),
}
GRADES_LINKS: dict[str, Any] = _page("list_grades", "grade", "get_grade", grade_id="grades/0/id")
SET_LINKS: dict[str, Any] = {
    "set": _link("get_question_set", set_id="$response.body#/id"),
    "export": _link("export_question_set", set_id="$response.body#/id"),
    "versions": _link("list_question_set_versions", set_id="$response.body#/id"),
    "restore": {
        **_link("restore_question_set", set_id="$response.body#/id"),
        "requestBody": {"version": 1, "after": "$response.body#/version"},
    },
}
TEMPLATE_LINKS: dict[str, Any] = {
    "template": _link("get_set_template", template_id="$response.body#/id"),
    "sets": _link("list_template_sets", template_id="$response.body#/id"),
    "delete": _link("delete_set_template", template_id="$response.body#/id"),
}
TEMPLATES_LINKS: dict[str, Any] = _page(
    "list_set_templates", "template", "get_set_template", template_id="templates/0/id"
)
SETS_LINKS: dict[str, Any] = _page("list_question_sets", "set", "get_question_set", set_id="sets/0/id")
INTERVIEW_LINKS: dict[str, Any] = {
    "interview": _link("get_interview", interview_id="$response.body#/id"),
    "submit": _link(
        "submit_turn", interview_id="$response.body#/id", number="$response.body#/turns/0/number"
    ),
    "finish": _link("finish_interview", interview_id="$response.body#/id"),
    "report": _link("get_interview_report", interview_id="$response.body#/id"),
}
INTERVIEWS_LINKS: dict[str, Any] = _page(
    "list_interviews", "interview", "get_interview", interview_id="interviews/0/id"
)
DRILLS_LINKS: dict[str, Any] = {"start": _link("create_drill_run", drill_id="$response.body#/drills/0/id")}
DRILL_LINKS: dict[str, Any] = {
    "run": _link("get_drill_run", run_id="$response.body#/id"),
    "decide": _link("decide_drill", run_id="$response.body#/id", number="$response.body#/decision"),
    "finish": _link("finish_drill", run_id="$response.body#/id"),
    "report": _link("get_drill_report", run_id="$response.body#/id"),
}
DRILL_PAGE_LINKS: dict[str, Any] = _page("list_drill_runs", "run", "get_drill_run", run_id="runs/0/id")
STORY_LINKS: dict[str, Any] = {
    "story": _link("get_story", story_id="$response.body#/id"),
    "replace": _link("replace_story", story_id="$response.body#/id"),
    "delete": _link("delete_story", story_id="$response.body#/id"),
}
STORIES_LINKS: dict[str, Any] = _page("list_stories", "story", "get_story", story_id="stories/0/id")
PLAN_LINKS: dict[str, Any] = {
    "plan": _link("get_practice_plan", plan_id="$response.body#/plan/id"),
    "delete": _link("delete_practice_plan", plan_id="$response.body#/plan/id"),
}
PLANS_LINKS: dict[str, Any] = _page("list_practice_plans", "plan", "get_practice_plan", plan_id="plans/0/id")
CONFLICT: dict[str, Any] = {
    "description": "Problem: conflict",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
REPORT_FORMS: dict[str, Any] = {
    "text/markdown": {"schema": {"type": "string"}},
    "application/pdf": {"schema": {"type": "string", "format": "binary"}},
}
RUN_LINKS: dict[str, Any] = {"run": _link("get_run", run_id="$response.body#/runs/0/id")}
NEW_KEY_LINKS: dict[str, Any] = {"revoke": _link("revoke_key", key_id="$response.body#/key/id")}
STACK_LINKS: dict[str, Any] = {
    "use": {"operationId": "use_stack", "requestBody": {"name": "$response.body#/saved/0/stack/hash"}}
}
SWITCH_LINKS: dict[str, Any] = {
    "clear": _link("clear_switch", name="$response.body#/name", tenant="$response.body#/tenant")
}
LINEAGE_LINKS: dict[str, Any] = {
    "lineage": _link("get_lineage", answer_id="$response.body#/answers/0/answer_id")
}
