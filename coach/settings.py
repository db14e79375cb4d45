"""Settings of the query side, on top of those that both sides share."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ingest.settings import IndexSettings


class Settings(IndexSettings):
    """Everything that can be set; docs/cli.md lists each field."""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="Least severe events that are logged to standard error."
    )
    dense_limit: int = Field(40, ge=1, le=500, description="Candidates of each dense search.")
    sparse_limit: int = Field(40, ge=1, le=500, description="Candidates of the keyword search.")
    rrf_k: int = Field(60, ge=1, description="Constant of the reciprocal rank fusion.")
    rerank: bool = Field(True, description="Whether the found sections are put in a better order.")
    rerank_limit: int = Field(40, ge=1, le=200, description="Chunks that the reranking looks at.")
    passages: int = Field(5, ge=1, le=20, description="Sections an answer may draw on.")
    max_question_chars: int = Field(4000, ge=1, description="Longest question that is taken.")
