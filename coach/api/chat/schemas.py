"""Chat completions as OpenAI defines them, with what this coach adds.

Source: https://platform.openai.com/docs/api-reference/chat
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool

from coach.api.schemas import Integer, Number, a_number
from coach.conversation import Turn
from coach.events import Event
from ingest.contract import Frozen, Level

MODELS: dict[str, Level] = {
    "coach": "senior",
    "coach-junior": "junior",
    "coach-mid": "mid",
    "coach-senior": "senior",
    "coach-staff": "staff",
}
"""Model by name -> whose answer it gives."""


class TextPart(Frozen):
    """A piece of a message; only text is read."""

    type: Literal["text"]
    text: str


class ChatMessage(Frozen):
    """A message of the conversation so far; what an answer's message has besides is taken and not read."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | tuple[TextPart, ...] | None = None
    name: str | None = None
    refusal: str | None = None
    annotations: tuple[object, ...] | None = None
    audio: None = None
    function_call: None = None
    tool_calls: tuple[()] | None = None

    @property
    def text(self) -> str:
        """The whole text."""
        if isinstance(self.content, tuple):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


def _no_number(value: object) -> object:
    """Return a value unless it is 0, which Python takes for false."""
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError("Input should be false")  # noqa: TRY004 - what pydantic turns into a refusal
    return value


class StreamOptions(Frozen):
    """What a stream carries besides the answer."""

    include_usage: StrictBool = False
    include_obfuscation: StrictBool = False


class ResponseFormat(Frozen):
    """Only text is written."""

    type: Literal["text"]


class ChatRequest(Frozen):
    """What OpenAI's clients send.

    The fields from `frequency_penalty` on are taken so that clients need no change, and do nothing: the reply
    names those that were sent in `ignored`. A field or value that would change what the reply is (several
    choices, tools, JSON) is refused.
    """

    model: str = Field(examples=["coach"])
    messages: tuple[ChatMessage, ...] = Field(
        min_length=1,
        description="The last user message is the question; it may rest on the messages before it.",
        examples=[[{"role": "user", "content": "RAG or fine-tuning for a support bot?"}]],
    )
    conversation: str | None = Field(
        None, description="Id of a conversation that is kept; then it counts, and not the earlier messages."
    )
    stream: StrictBool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1), BeforeValidator(a_number)] | None = None
    response_format: ResponseFormat | None = None
    tools: tuple[()] | None = None
    tool_choice: Literal["none", "auto"] | None = None
    logprobs: Annotated[Literal[False] | None, BeforeValidator(_no_number)] = None

    frequency_penalty: Number | None = None
    logit_bias: dict[str, Number] | None = None
    max_completion_tokens: Integer | None = None
    max_tokens: Integer | None = None
    metadata: dict[str, str] | None = None
    parallel_tool_calls: StrictBool | None = None
    presence_penalty: Number | None = None
    prompt_cache_key: str | None = None
    reasoning_effort: str | None = None
    safety_identifier: str | None = None
    seed: Integer | None = None
    service_tier: str | None = None
    stop: str | tuple[str, ...] | None = None
    store: StrictBool | None = None
    temperature: Number | None = None
    top_p: Number | None = None
    user: str | None = None
    verbosity: str | None = None

    @property
    def question(self) -> str:
        """The text of the last user message; empty if there is none."""
        return next((one.text for one in reversed(self.messages) if one.role == "user"), "")

    @property
    def earlier(self) -> tuple[Turn, ...]:
        """What was said before the question, oldest first."""
        last = max((at for at, one in enumerate(self.messages) if one.role == "user"), default=0)
        return tuple(
            Turn(role="user" if one.role == "user" else "coach", text=one.text)
            for one in self.messages[:last]
            if one.role in {"user", "assistant"}
        )

    @property
    def ignored(self) -> tuple[str, ...]:
        """Names of the fields that were sent and do nothing."""
        fields = list(ChatRequest.model_fields)
        silent = fields[fields.index("frequency_penalty") :]
        return tuple(
            name for name in silent if name in self.model_fields_set and getattr(self, name) is not None
        )


class ChatCitation(Frozen):
    """A numbered citation; `url` leads to the passage in the handbook."""

    number: int
    url: str
    document: str
    path: tuple[str, ...]
    heading: str
    start: int
    end: int
    quote: str


class UrlCitation(Frozen):
    """Where in the message a citation's link stands, as OpenAI marks it."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(Frozen):
    """A mark on the message."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class ReplyMessage(Frozen):
    """The answer as Markdown."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: tuple[Annotation, ...] = ()


class Choice(Frozen):
    """The one choice there is."""

    index: int = 0
    message: ReplyMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Usage(Frozen):
    """Tokens that language models took; 0 where the answer was made without one."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


class ChatReply(Frozen):
    """A chat completion.

    Attributes:
        citations: Every citation of the answer, numbered as in the text.
        answer_id: For GET /v1/answers/{id}, which has the typed answer.
        ignored: Fields of the request that do nothing.
    """

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: tuple[Choice, ...]
    usage: Usage
    system_fingerprint: str
    answer_id: str
    citations: tuple[ChatCitation, ...]
    degraded: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def _is_empty(value: object) -> bool:
    return value is None or value == ()


class Delta(Frozen):
    """What a chunk adds to the message; absent fields are not sent."""

    role: Literal["assistant"] | None = Field(None, exclude_if=_is_empty)
    content: str | None = Field(None, exclude_if=_is_empty)
    annotations: tuple[Annotation, ...] = Field((), exclude_if=_is_empty)


class ChunkChoice(Frozen):
    """The one choice there is, in part."""

    index: int = 0
    delta: Delta
    finish_reason: Literal["stop"] | None = None


class ChatChunk(Frozen):
    """A part of a streamed chat completion.

    Attributes:
        event: What happened, as POST /v1/answers sends it; the last chunk has no event.
        citations: Those that this part brings, with the numbers that the text uses.
    """

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: tuple[ChunkChoice, ...]
    system_fingerprint: str
    usage: Usage | None = None
    answer_id: str
    event: Event | None = Field(None, exclude_if=_is_empty)
    citations: tuple[ChatCitation, ...] = Field((), exclude_if=_is_empty)


class ModelCard(Frozen):
    """A model, as OpenAI lists it."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["coach"] = "coach"


class ModelList(Frozen):
    """All models."""

    object: Literal["list"] = "list"
    data: tuple[ModelCard, ...]
