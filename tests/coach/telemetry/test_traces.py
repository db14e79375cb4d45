"""Traces on their way to a real collector: what is in them, what is not, and what they never touch."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv.attributes import error_attributes
from structlog.testing import capture_logs

from coach.api.services import open_services
from coach.coach import Coach
from coach.models.assemble import Models, assemble
from coach.models.fake import FakeModel, fails, says
from coach.settings import Settings
from coach.telemetry import names, otlp
from coach.telemetry.trace import ENDPOINT_VARIABLES, NO_TRACES, open_traces
from coach.types import Answer
from tests.coach.api.conftest import ASKED, COVERED, serving
from tests.coach.test_writing import REPLY, STAMPEDE
from tests.conftest import Ingested
from tests.support.collector import TRACES, Collector, attributes_of, collector

PRIVATE = "How do you roll back a bad release for Zebulon Quackenbush?"
FIRST, SECOND = "one/first-2026-01-01", "two/second-2026-01-01"
STAGES = ["rewrite", "embed", "search", "rerank", "group", "gate", "compose", "verify"]


@pytest.fixture(autouse=True)
def _no_other_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENDPOINT_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def seen() -> Iterator[Collector]:
    """A collector that takes everything."""
    with collector() as one:
        yield one


def parents(spans: list[Span]) -> dict[str, str]:
    """Return the name of each span's parent by the span's own name; the root's is empty."""
    by_id = {span.span_id: span.name for span in spans} | {b"": ""}
    return {span.name: by_id[span.parent_span_id] for span in spans}


def named(spans: list[Span], name: str) -> Span:
    (found,) = (span for span in spans if span.name == name)
    return found


@contextmanager
def traced(settings: Settings, models: Models | None = None) -> Iterator[Coach]:
    """Give a coach whose traces have been sent when the block ends."""
    with open_traces(settings) as traces, Coach(settings, models=models, traces=traces) as coach:
        yield coach


def ask(settings: Settings, question: str, models: Models | None = None) -> Answer:
    """Return an answer whose trace has been sent."""
    with traced(settings, models) as coach:
        return coach.ask(question)


def chain(settings: Settings) -> Models:
    """Return a model that fails and one that writes."""
    models = [FakeModel(name=FIRST, always=fails()), FakeModel(name=SECOND, always=says(REPLY))]
    return assemble(models, settings.model_copy(update={"model_attempts": 1}), models[0].clock)


def test_an_answer_of_the_service_is_a_trace_of_all_stages(
    settings_of_pages: Settings, seen: Collector, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One span a stage below one root, under the answer's id; the service sends them before it ends."""
    database = tmp_path_factory.mktemp("traced") / "coach.sqlite"
    changes = {"otlp_endpoint": f"{seen.url}/", "database_url": f"sqlite:///{database}"}
    settings = Settings(_env_file=None, data_dir=settings_of_pages.data_dir, **changes)  # type: ignore[arg-type]
    with open_services(settings, needs_key=False) as services, serving(services) as live, live.http() as http:
        answer = http.post("/v1/answers", json=COVERED).json()
    spans = seen.spans
    assert seen.paths == [TRACES]
    assert {span.trace_id.hex() for span in spans} == {f"{answer['id']:0>32}"}
    legs = ["dense", "sparse", "wordings", "fuse"]
    expected = dict.fromkeys(STAGES, "answer") | dict.fromkeys(legs, "search") | {"answer": ""}
    assert parents(spans) == expected
    root = named(spans, "answer")
    for span in spans:
        assert root.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= root.end_time_unix_nano
    told = attributes_of(root)
    assert (told[names.ANSWER_ID], told[names.STATUS]) == (answer["id"], "answered")
    assert told[names.STACK_HASH] == answer["stack"]["hash"]
    assert told[names.CLAIMS] == attributes_of(named(spans, "verify"))[names.CLAIMS]
    assert all(attributes_of(named(spans, leg))[names.SHARED_TIME] is True for leg in legs)


def test_no_word_of_question_or_answer_leaves(settings_of_pages: Settings, seen: Collector) -> None:
    """Neither the question nor what was quoted is in what a collector gets; a hash and lengths are."""
    settings = settings_of_pages.model_copy(update={"otlp_endpoint": seen.url})
    answer = ask(settings, PRIVATE)
    sent = b"".join(seen.bodies).decode("utf-8", errors="replace").casefold()
    quotes = {cited.quote for claim in answer.outline.claims() for cited in claim.citations}
    assert quotes
    words = set(re.findall(r"\w{5,}", PRIVATE.casefold()))
    assert {"zebulon", "quackenbush", "release"} <= words
    assert not [word for word in words if word in sent]
    assert not [quote for quote in quotes if quote.casefold() in sent]
    told = attributes_of(named(seen.spans, "answer"))
    assert told[names.QUESTION_CHARS] == len(PRIVATE)
    assert len(str(told[names.QUESTION_SHA256])) == 64


def test_calls_to_models_stand_below_what_made_them(settings_of_pages: Settings, seen: Collector) -> None:
    """Each call has its model, its tokens and its error; checks of claims stand below the writing."""
    settings = settings_of_pages.model_copy(update={"otlp_endpoint": seen.url})
    answer = ask(settings, STAMPEDE, chain(settings))
    spans = seen.spans
    generate = named(spans, "generate")
    called = [span for span in spans if span.name.startswith(names.CHAT)]
    assert {span.parent_span_id for span in called} == {generate.span_id}
    assert {span.name for span in called} == {"chat first-2026-01-01", "chat second-2026-01-01"}
    lost, written = (
        attributes_of(named(spans, f"chat {name}")) for name in ("first-2026-01-01", "second-2026-01-01")
    )
    assert (lost[names.PROVIDER_NAME], lost[names.ERROR_TYPE]) == ("one", "ModelUnavailableError")
    assert named(spans, "chat first-2026-01-01").status.code == Status.STATUS_CODE_ERROR
    assert answer.usage is not None
    assert written[names.USAGE_OUTPUT_TOKENS] == answer.usage.completion_tokens > 0
    assert (written[names.OPERATION_NAME], written[names.PURPOSE]) == ("chat", "answer")
    checks = [span for span in spans if span.name == "verify"]
    assert {span.parent_span_id for span in checks} == {generate.span_id, named(spans, "answer").span_id}
    assert attributes_of(named(spans, "answer"))[names.DEGRADED] == list(answer.degraded)


def test_an_abstention_and_a_cached_answer_are_traces_too(
    settings_of_pages: Settings, seen: Collector
) -> None:
    """What was not done has no span: no composing for a no, no search for what was answered before."""
    settings = settings_of_pages.model_copy(update={"otlp_endpoint": seen.url})
    refused = ask(settings, "Who won the world cup of 1954?")
    assert refused.abstention is not None
    assert "compose" not in parents(seen.spans)
    assert attributes_of(named(seen.spans, "answer"))[names.REASON] == refused.abstention.reason
    model = FakeModel(always=says(REPLY))
    with traced(settings, assemble([model], settings, model.clock)) as coach:
        first, again = coach.ask(STAMPEDE), coach.ask(STAMPEDE)
    assert (first.cached, again.cached) == (False, True)
    spans = [span for span in seen.spans if span.trace_id.hex().endswith(again.id)]
    assert parents(spans) == {"answer": ""}
    assert attributes_of(named(spans, "answer"))[names.CACHED] is True


def test_a_reader_that_goes_away_leaves_a_trace(settings_of_pages: Settings, seen: Collector) -> None:
    """A stream that is closed in the middle is told as that, down to the stage."""
    settings = settings_of_pages.model_copy(update={"otlp_endpoint": seen.url})
    model = FakeModel(always=says(REPLY))
    with traced(settings, assemble([model], settings, model.clock)) as coach:
        events = coach.stream(STAMPEDE)
        assert next(events).kind == "acknowledged"
        assert next(events).kind == "claim"
        events.close()
    for name in ("answer", "generate"):
        assert attributes_of(named(seen.spans, name))[names.ERROR_TYPE] == "GeneratorExit"
    assert names.STATUS not in attributes_of(named(seen.spans, "answer"))


@contextmanager
def broken(how: str) -> Iterator[str]:
    """Give the address of a collector that refuses, fails or never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = f"http://127.0.0.1:{listener.getsockname()[1]}"
        if how == "silent":
            yield silent
            return
    if how == "gone":
        yield silent
        return
    with collector(status=500 if how == "fails" else 400) as one:
        yield one.url


@pytest.mark.parametrize("how", ["gone", "silent", "fails", "refuses"])
def test_a_collector_that_is_not_well_touches_no_answer(
    settings_of_pages: Settings, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The answer is whole, the process ends, and the log says that traces were lost."""
    monkeypatch.setattr(otlp, "EXPORT_TIMEOUT_S", 0.2)
    with broken(how) as url, capture_logs() as logged:
        answer = ask(settings_of_pages.model_copy(update={"otlp_endpoint": url}), ASKED)
    assert answer.status == "answered"
    assert "traces_not_sent" in {line["event"] for line in logged}


def test_nothing_is_traced_unless_a_collector_is_named(
    settings_of_pages: Settings, seen: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an address nothing takes traces; the standard's variable names one as well as ours."""
    with open_traces(settings_of_pages) as traces:
        assert traces is NO_TRACES
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", seen.url)
    ask(settings_of_pages, ASKED)
    assert named(seen.spans, "answer")
    assert seen.paths == [TRACES]


def test_the_server_sends_what_waits_when_it_is_told_to_stop(ingested: Ingested, seen: Collector) -> None:
    """SIGTERM loses no trace; the page's id of an answer leads to it."""
    process = ingested.program.start("serve", "--port", "0", otlp_endpoint=seen.url)
    try:
        assert process.stderr
        url = re.search(rb"http://\S+(?=,)", process.stderr.readline())
        assert url
        answer = httpx.post(f"{url[0].decode()}/v1/answers", json=COVERED, timeout=30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.communicate()
    assert named(seen.spans, "answer").trace_id.hex() == f"{answer.headers['x-request-id']:0>32}"


def test_the_pinned_names_are_the_standards() -> None:
    """Every name that claims to be OpenTelemetry's is one of the locked library's."""
    standard = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")}
    pinned = [value for name, value in vars(names).items() if name.isupper() and isinstance(value, str)]
    ours = [value for value in pinned if "." in value and value != names.SCOPE]
    assert {value for value in ours if value.startswith("gen_ai.")} <= standard
    assert error_attributes.ERROR_TYPE == names.ERROR_TYPE
    assert {value for value in ours if not value.startswith(("gen_ai.", "coach."))} == {names.ERROR_TYPE}
    operations = {one.value for one in gen_ai_attributes.GenAiOperationNameValues}
    assert {value for name, value in vars(names).items() if name.endswith("_OPERATION")} <= operations
    assert set(names.PROVIDERS.values()) <= {one.value for one in gen_ai_attributes.GenAiProviderNameValues}
