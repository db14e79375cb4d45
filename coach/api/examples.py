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
QUESTION_LINKS: dict[str, Any] = {
    "question": _link("get_question", question_id="$response.body#/questions/0/id"),
    "next": _link("list_questions", cursor="$response.body#/next_cursor"),
}
RUN_LINKS: dict[str, Any] = {"run": _link("get_run", run_id="$response.body#/runs/0/id")}
