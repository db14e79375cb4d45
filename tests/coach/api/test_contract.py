"""The API keeps to its own OpenAPI document, whatever is sent."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import httpx
import pytest

from coach.api import routes
from coach.api.schemas import DocumentList, QuestionPage, SearchReply
from coach.coach import Coach
from coach.types import Answer
from tests.coach.api.conftest import Live, services_for, serving

CASES = int(os.environ.get("API_CASES", "0"))
"""How many cases the long run generates at least; `make test-api` sets it. 0 is a short run."""
OPTIONS = os.environ.get("API_OPTIONS", "").split()
"""More options for schemathesis: --include-path-regex=^/v1/search, say."""
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def described(coach: Coach, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server whose data folder holds an eval run, so that every list has something in it."""
    folder = tmp_path_factory.mktemp("contract")
    runs = folder / "evals" / "runs"
    runs.mkdir(parents=True)
    (runs / "2026-01-02.json").write_text('{"headline": {"success@5": 0.9}}', encoding="utf-8")
    with services_for(coach, folder, data_dir=folder) as services, serving(services) as live:
        yield live


def all_routes() -> set[tuple[str, str]]:
    """Return method and path of every route in coach/api/routes, as the document writes them."""
    modules = [import_module(f"{routes.__name__}.{found.name}") for found in iter_modules(routes.__path__)]
    return {
        (method, re.sub(r":\w+}", "}", route.path))
        for module in modules
        for route in module.router.routes
        for method in route.methods
    }


@pytest.mark.timeout(3600)
def test_nothing_that_schemathesis_tries_breaks_the_contract(described: Live, tmp_path: Path) -> None:
    """Valid requests are taken, invalid ones refused, replies are as described, also along the links."""
    phases = "examples,coverage,fuzzing,stateful" if CASES else "examples,fuzzing,stateful"
    operations = len(all_routes())
    each = max(3, 2 * CASES // operations)  # operations without parameters have few cases to try
    address = f"{described.url}/v1/openapi.json"
    config = ["--config-file", str(ROOT / "tests/support/schemathesis.toml")]
    command = [
        "-m",
        "schemathesis.cli",
        *config,
        "run",
        address,
        "--phases",
        phases,
        "-n",
        str(each),
        "--seed",
        "1",
    ]
    done = subprocess.run(
        [sys.executable, *command, "--no-color", "--continue-on-failure", *OPTIONS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.support.schemathesis_hooks"},
        capture_output=True,
        text=True,
        check=False,
    )
    failures = done.stdout[done.stdout.find("= FAILURES =") :]  # all of it if there are none
    assert done.returncode == 0, failures[:8000] + done.stdout[-2000:] + done.stderr[-2000:]
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated, done.stdout[-2000:]
    assert int(generated[1]) >= max(CASES, operations)
    print(re.findall(r"Scenarios:.*|API Links:.*|\d+ generated.*", done.stdout))  # noqa: T201 - the evidence


def test_the_document_names_every_operation(described: Live) -> None:
    """OpenAPI 3.1, a summary and an id for each operation, problems for what goes wrong."""
    with described.http() as http:
        document = http.get("/v1/openapi.json").json()
    described_operations = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert document["openapi"].startswith("3.1")
    assert described_operations == all_routes()
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert operation["description"]
        for status, response in operation["responses"].items():
            if int(status) >= 400 and status != "503":
                assert set(response["content"]) == {"application/problem+json"}, operation["operationId"]
    schemas = document["components"]["schemas"]
    assert {"Answer", "Problem", "SearchReply", "QuestionDetail"} <= schemas.keys()
    for name in (
        "AnswerRequest",
        "SearchRequest",
        "SearchFilters",
        "FeedbackRequest",
        "ConversationRequest",
        "ChatRequest",
        "ChatMessage",
    ):
        assert schemas[name]["additionalProperties"] is False
    longest = described.services.settings.max_question_chars
    assert schemas["AnswerRequest"]["properties"]["question"]["maxLength"] == longest


def test_the_links_of_the_document_can_be_followed(described: Live) -> None:
    """Each link names an operation that exists and a place that the reply has."""
    with described.http() as http:
        document = http.get("/v1/openapi.json").json()
    operations = {one["operationId"]: one for path in document["paths"].values() for one in path.values()}
    links = [
        link
        for operation in operations.values()
        for response in operation["responses"].values()
        for link in response.get("links", {}).values()
    ]
    assert {"get_answer", "get_document", "get_question", "get_conversation", "get_run"} <= {
        link["operationId"] for link in links
    }
    for link in links:
        target = operations[link["operationId"]]
        known = {parameter["name"] for parameter in target.get("parameters", [])}
        assert set(link.get("parameters", {})) <= known


def test_replies_read_as_the_types_they_name(described: Live) -> None:
    """The models forbid what they do not know, so nothing is sent that is not described."""
    with described.http() as http:
        Answer.model_validate_json(http.post("/v1/answers", json={"question": "releases"}).content)
        SearchReply.model_validate_json(http.post("/v1/search", json={"query": "releases"}).content)
        DocumentList.model_validate_json(http.get("/v1/documents").content)
        QuestionPage.model_validate_json(http.get("/v1/questions").content)


def test_eval_runs_are_listed_and_read(described: Live) -> None:
    """A run is given as it was written."""
    with described.http() as http:
        (run,) = http.get("/v1/evals").json()["runs"]
        assert run["id"] == "2026-01-02"
        assert http.get(f"/v1/evals/{run['id']}").json() == {"headline": {"success@5": 0.9}}
        assert http.get("/v1/evals/2026-01-03").status_code == 404


def test_figures_count_what_happened(described: Live) -> None:
    """Prometheus can read them, and they name routes and not addresses."""
    with described.http() as http:
        before = figure(http, 'coach_answers_total{status="answered"}')
        http.post("/v1/answers", json={"question": "How do you roll back a bad release?"})
        http.get("/v1/answers/nope")
        http.request("BREW", "/coffee")
        assert figure(http, 'coach_answers_total{status="answered"}') == before + 1
        text = http.get("/metrics").text
    assert 'route="/v1/answers/{answer_id}",status="404"' in text
    assert 'method="other"' in text
    assert "nope" not in text
    assert "coffee" not in text


def figure(http: httpx.Client, name: str) -> float:
    """Return one figure; 0 if it was never counted."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", http.get("/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_readiness_names_what_is_wrong(coach: Coach, tmp_path: Path) -> None:
    """A database that is gone makes the server not ready; it still runs."""
    with services_for(coach, tmp_path) as services, serving(services) as live, live.http() as http:
        assert http.get("/readyz").json()["ready"] is True
        services.database.engine.dispose()
        for file in tmp_path.glob("coach.sqlite*"):
            file.unlink()
        reply = http.get("/readyz")
        assert (reply.status_code, reply.json()["ready"]) == (503, False)
        assert reply.json()["checks"]["database"] in {"SchemaError", "DatabaseError"}
        assert http.get("/healthz").status_code == 200


def test_pages_of_other_origins_are_let_in_by_setting_alone(
    coach: Coach, tmp_path: Path, http: httpx.Client
) -> None:
    """Off by default; a named origin may call, another may not."""
    origin = {"origin": "https://page.example"}
    assert "access-control-allow-origin" not in http.get("/healthz", headers=origin).headers
    with (
        services_for(coach, tmp_path, cors_origins=("https://page.example",)) as services,
        serving(services) as live,
        live.http() as other,
    ):
        asked = {**origin, "access-control-request-method": "POST"}
        allowed = other.options("/v1/answers", headers=asked)
        assert allowed.headers["access-control-allow-origin"] == "https://page.example"
        assert (
            "X-Request-Id" in other.get("/healthz", headers=origin).headers["access-control-expose-headers"]
        )
        refused = other.post("/v1/answers", headers=origin, content=b" " * 400_000)
        assert refused.status_code == 413
        assert refused.headers["access-control-allow-origin"] == "https://page.example"
        tools = other.options(
            "/mcp", headers={**asked, "access-control-request-headers": "content-type, mcp-protocol-version"}
        )
        assert tools.status_code == 200
        strange = other.get("/healthz", headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in strange.headers
