"""Settings of the query side, on top of those that both sides share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, SecretStr, StringConstraints

from ingest.contract import Frozen
from ingest.settings import IndexSettings

ModelName = Annotated[str, StringConstraints(pattern=r"^[\w-]+/\S+$")]


class TokenPrice(Frozen):
    """Dollars for a million tokens; tokens that the provider had in its cache may cost less."""

    input_usd: float = Field(ge=0)
    cached_input_usd: float = Field(ge=0)
    output_usd: float = Field(ge=0)


class Settings(IndexSettings):
    """Everything that can be set; docs/cli.md lists each field."""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="Least severe events that are logged to standard error."
    )
    otlp_endpoint: str = Field(
        "",
        pattern=r"^$|^https?://\S+$",
        description="Collector of traces, OTLP over HTTP; empty means OTEL_EXPORTER_OTLP_ENDPOINT, if set.",
    )
    latency_budget_s: float = Field(
        5.0, gt=0, description="Time in which an answer should be whole, seconds; alerts measure against it."
    )
    database_url: SecretStr = Field(
        SecretStr(""), description="SQL database; empty means a SQLite file in the data folder."
    )
    redis_url: SecretStr = Field(
        SecretStr(""), description="Redis that counts quotas; empty means the SQL database does."
    )
    database_timeout_s: float = Field(
        10.0, gt=0, description="Longest wait for the database or Redis, seconds."
    )
    host: str = Field("127.0.0.1", description="Address that 'coach serve' listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port of 'coach serve'; 0 takes a free one.")
    public_url: str = Field(
        "", description="Address of the API as its users see it; empty means that of each request."
    )
    allowed_hosts: tuple[str, ...] = Field(
        (), description="Host names, besides those of loopback, under which a server without keys answers."
    )
    cors_origins: tuple[str, ...] = Field((), description="Origins of web pages that may call the API.")
    api_threads: int = Field(2, ge=1, le=64, description="Questions that one API process works on at once.")
    api_waiting: int = Field(
        512, ge=1, le=4096, description="Questions that may wait for their turn in one API process."
    )
    max_body_kb: int = Field(256, ge=1, description="Largest request body that the API takes, kilobytes.")
    keepalive_s: float = Field(15.0, gt=0, description="Longest silence of a stream, seconds.")
    drain_s: float = Field(30.0, ge=0, description="Longest wait for running requests at shutdown, seconds.")
    model: str = Field(
        "",
        pattern=r"^$|^[\w-]+/\S+$",
        description="Language model as provider/name; empty means answers without a model.",
    )
    model_api_base: str = Field(
        "", pattern=r"^$|^https?://\S+$", description="OpenAI-compatible server of that model's provider."
    )
    model_api_key: SecretStr = Field(
        SecretStr(""), description="API key of that provider; empty means the provider's own variable."
    )
    model_timeout_s: float = Field(20.0, ge=5, le=30, description="Longest wait for one reply, seconds.")
    model_attempts: int = Field(3, ge=1, le=5, description="Calls to one model before the next is asked.")
    model_structured_output: Literal["auto", "always", "never"] = Field(
        "auto", description="Whether the provider is asked to keep to the reply's schema."
    )
    model_prices: dict[str, TokenPrice] = Field(
        default_factory=dict, description="Prices by model, for those that the price table lacks."
    )
    fallback_models: tuple[ModelName, ...] = Field(
        (), description="Models to ask in this order when the first does not answer."
    )
    judge_model: str = Field(
        "",
        pattern=r"^$|^[\w-]+/\S+$",
        description="Second model that checks claims; empty means the offline check alone.",
    )
    passage_chars: int = Field(
        20_000, ge=500, description="Characters of the handbook that a model reads for one question."
    )
    budget_steps: int = Field(25, ge=1, description="Most model calls for one question.")
    budget_tokens: int = Field(50_000, ge=1, description="Most tokens for one question, read and written.")
    budget_usd: float = Field(0.50, gt=0, description="Most dollars for one question, at known prices.")
    budget_wall_clock_s: float = Field(120.0, gt=0, description="Longest time for one question, seconds.")
    dense_limit: int = Field(40, ge=1, le=500, description="Candidates of each dense search.")
    sparse_limit: int = Field(40, ge=1, le=500, description="Candidates of the keyword search.")
    wordings_limit: int = Field(
        10, ge=1, le=500, description="Candidates of the search among headings and their other wordings."
    )
    rrf_k: int = Field(60, ge=1, description="Constant of the reciprocal rank fusion.")
    rerank: bool = Field(True, description="Whether the found sections are put in a better order.")
    rerank_limit: int = Field(40, ge=1, le=200, description="Chunks that the reranking looks at.")
    passages: int = Field(5, ge=1, le=20, description="Sections an answer may draw on.")
    max_question_chars: int = Field(4000, ge=1, description="Longest question that is taken.")
    _own_model: str = PrivateAttr("")

    @property
    def own_model(self) -> str:
        """The `COACH_MODEL` that server and key were given for; a stack puts another in place of `model`."""
        return self._own_model

    def model_post_init(self, context: object, /) -> None:
        """Hold on to the model as it was given: a copy with other values keeps it."""
        del context
        self._own_model = self.model
