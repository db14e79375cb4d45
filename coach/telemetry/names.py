"""Every name that stands in a trace, pinned here: a collector's queries and alerts are written against them.

Names that begin with `gen_ai.` are OpenTelemetry's for generative AI. They are not stable yet, so they are
written out instead of imported: a new version of the library must not rename what operators search for. A
test compares them with the library that is locked.

Source: https://github.com/open-telemetry/semantic-conventions-genai, as of semantic conventions 1.42
"""

from __future__ import annotations

SERVICE = "interview-coach"
SCOPE = "coach.telemetry"

# --- spans ----------------------------------------------------------------------------------------------
ANSWER = "answer"
"""The root: the whole answer. Below it one span for each stage, under the name of the stage."""
SEARCH = "search"
"""Below it one span for each leg of the query, under the name of the leg, and one for the fusion."""
FUSE = "fuse"
CHAT = "chat"
"""One call to a model; the name of the model follows."""


def of_stage(stage: str) -> str:
    """Return what a stage of `timing_ms` is called in traces and figures; only the model's has another name.

    >>> of_stage("write"), of_stage("rerank")
    ('generate', 'rerank')
    """
    return "generate" if stage == "write" else stage


# --- OpenTelemetry's attributes ---------------------------------------------------------------------------
AGENT_NAME = "gen_ai.agent.name"
DIMENSION_COUNT = "gen_ai.embeddings.dimension.count"
OPERATION_NAME = "gen_ai.operation.name"
PROVIDER_NAME = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
USAGE_CACHED_TOKENS = "gen_ai.usage.cache_read.input_tokens"
USAGE_INPUT_TOKENS = "gen_ai.usage.input_tokens"
USAGE_OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
ERROR_TYPE = "error.type"

CHAT_OPERATION = "chat"
EMBEDDINGS_OPERATION = "embeddings"
AGENT_OPERATION = "invoke_agent"
RETRIEVAL_OPERATION = "retrieval"
PROVIDERS = {
    "azure": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "vertex_ai": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
"""Providers that OpenTelemetry calls otherwise than the settings do; all others keep their name."""

# --- the coach's own --------------------------------------------------------------------------------------
ADDITIONS = "coach.query.additions"
ANSWER_ID = "coach.answer.id"
CACHED = "coach.answer.cached"
CANDIDATES = "coach.candidates"
CLAIMS = "coach.claims"
CLAIMS_DROPPED = "coach.claims.dropped"
CLAIMS_REPAIRED = "coach.claims.repaired"
COST_USD = "coach.cost_usd"
COVERED = "coach.gate.covered"
DEGRADED = "coach.answer.degraded"
LEVEL = "coach.level"
LIMIT = "coach.leg.limit"
PARTS = "coach.query.parts"
PASSAGES = "coach.passages"
PROBABILITY = "coach.gate.probability"
PURPOSE = "coach.model.purpose"
QUESTION_CHARS = "coach.question.chars"
QUESTION_SHA256 = "coach.question.sha256"
REASON = "coach.abstention.reason"
REPAIRS = "coach.query.repairs"
SECTIONS = "coach.sections"
SHARED_TIME = "coach.time.shared"
"""True on the retrievers and the fusion: the engine runs them as one call, whose time each of them bears."""
STACK_HASH = "coach.stack.hash"
STATUS = "coach.answer.status"
SUPPORT_RATE = "coach.support_rate"
TERMS = "coach.query.terms"
THRESHOLD = "coach.gate.threshold"
TOKENS_ESTIMATED = "coach.usage.estimated"
VECTOR = "coach.leg.vector"
