"""A report in the form that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import Query, Response
from pydantic import BaseModel

from coach.api.replies import json_reply
from coach.export.blocks import Printable
from coach.export.markdown import to_markdown

ReportForm = Annotated[Literal["json", "markdown", "pdf"], Query(alias="format")]


def report_reply(found: BaseModel, printable: Callable[[], Printable], form: str) -> Response:
    """Return a report as JSON, or its printable form as Markdown or PDF."""
    if form == "json":
        return json_reply(found)
    if form == "markdown":
        return Response(to_markdown(printable()), media_type="text/markdown")
    from coach.export.pdf import to_pdf

    return Response(to_pdf(printable()), media_type="application/pdf")
