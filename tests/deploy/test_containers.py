"""What compose.yaml and the Dockerfile say, held against the product; that needs no container engine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from coach.settings import Settings
from tests.support.qdrant_server import VERSION as QDRANT_VERSION
from ui.settings import PageSettings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = re.compile(r"interview-coach:(?P<version>[\d.]+)")
SECRET = re.compile(r"PASSWORD|API_KEY|DATABASE_URL|REDIS_URL")
every_service = pytest.mark.parametrize("name", SERVICES)


def environment(name: str) -> dict[str, str]:
    """Return the variables of a service."""
    return {key: str(value) for key, value in SERVICES[name].get("environment", {}).items()}


@pytest.mark.parametrize("name", ["compose.yaml", "Dockerfile"])
def test_each_variable_is_a_setting(name: str) -> None:
    """A COACH_ variable that the product does not know would be passed over without a word."""
    known = {f"COACH_{field.upper()}" for one in (Settings, PageSettings) for field in one.model_fields}
    assert set(re.findall(r"COACH_[A-Z_]+", (ROOT / name).read_text(encoding="utf-8"))) <= known


def test_the_page_is_told_its_own_settings_alone() -> None:
    """It holds no key and no password."""
    assert set(environment("page")) == {"COACH_API_URL"}


@every_service
def test_each_service_is_hardened(name: str) -> None:
    """No service can write to its root, gain rights, keep capabilities or take all of the machine."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "front" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "memory", "pids"} == set(service["deploy"]["resources"]["limits"])


@every_service
def test_no_service_runs_as_root(name: str) -> None:
    """The user is named here, or the image has one of its own."""
    service = SERVICES[name]
    own = OURS.fullmatch(service["image"]) or service["image"].endswith("-unprivileged")
    assert own or not service["user"].startswith("0")


@every_service
def test_each_service_says_whether_it_is_well(name: str) -> None:
    """Ours do by the Dockerfile, the others by a check of their own.

    What ends by itself needs none, and the collector's image holds no program that could ask.
    """
    check = SERVICES[name].get("healthcheck")
    if name in {"setup", "collector"}:
        assert check == {"disable": True}
    else:
        assert check or (OURS.fullmatch(SERVICES[name]["image"]) and "/readyz" in DOCKERFILE)


@every_service
def test_each_image_is_named_with_its_version_and_no_host(name: str) -> None:
    """The registry is the business of whoever pulls; "latest" is no version."""
    repository, _, tag = SERVICES[name]["image"].partition(":")
    assert re.match(r"v?\d+\.\d+", tag)
    assert "." not in repository


@every_service
def test_no_secret_stands_in_the_file(name: str) -> None:
    """Whatever holds a secret takes it from the environment."""
    held = {key: value for key, value in environment(name).items() if SECRET.search(key)}
    assert all("${" in value for value in held.values())


def test_our_version_is_that_of_the_package() -> None:
    """Image, label and package have one version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [found["version"] for one in SERVICES.values() if (found := OURS.fullmatch(one["image"]))]
    assert {*named, *re.findall(r"^ARG VERSION=(.+)$", DOCKERFILE, re.MULTILINE)} == {project["version"]}


def test_qdrant_is_the_one_that_is_tested() -> None:
    """The tests run against a server of the same version."""
    assert SERVICES["qdrant"]["image"].startswith(f"qdrant/qdrant:v{QDRANT_VERSION}")


def test_addresses_lead_to_services() -> None:
    """Each address in a variable names a service, and the API's is the port that it listens on."""
    port = str(Settings.model_fields["port"].default)
    urls = [
        urlsplit(value.replace(":?see docs/operations.md", ""))
        for name in SERVICES
        for value in environment(name).values()
        if "://" in value
    ]
    assert {re.sub(r".*@", "", url.netloc).partition(":")[0] for url in urls} <= set(SERVICES)
    assert environment("front")["API_UPSTREAMS"].split() == [f"api-1:{port}", f"api-2:{port}"]
    assert environment("page")["COACH_API_URL"] == f"http://front{environment('front')['SITE_ADDRESS']}"
    assert f"EXPOSE {port}\n" in DOCKERFILE
    assert f"127.0.0.1:{port}/readyz" in DOCKERFILE


def test_only_what_people_use_is_published() -> None:
    """Front, page and Prometheus, on loopback unless an address is named; stores reach nothing outside."""
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"front", "page", "prometheus"}
    assert all(
        port.startswith("${FRONT_ADDRESS:-127.0.0.1}:") for ports in published.values() for port in ports
    )
    assert COMPOSE["networks"]["stores"] == {"internal": True}
    assert all(SERVICES[name]["networks"] == ["stores"] for name in ("qdrant", "postgres", "redis"))


@every_service
def test_what_a_service_names_exists(name: str) -> None:
    """What it waits for, keeps, joins and is told is declared; files that it mounts are in the tree."""
    service = SERVICES[name]
    assert set(service.get("depends_on", {})) <= set(SERVICES)
    assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
    for volume in service.get("volumes", []):
        source = volume.partition(":")[0]
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


def test_the_image_is_built_from_what_is_pinned() -> None:
    """Both stages have one base by version; packages are installed by hash; root is not what runs."""
    [base] = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE))
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", base)
    assert f'base.name="{base}"' in DOCKERFILE
    assert "--require-hashes -r /locks/requirements.lock" in DOCKERFILE
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == ["coach"]
    assert re.findall(r"^VOLUME (.+)$", DOCKERFILE, re.MULTILINE) == ["/data"]


def test_what_is_copied_exists_and_nothing_else_is_sent() -> None:
    """The build context holds what the Dockerfile copies, and no settings file, data or history."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    sent = {line[1:] for line in ignored if line.startswith("!")}
    copied = [line.split()[1:-1] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--from)", line)]
    sources = {source for line in copied for source in line}
    assert all((ROOT / source).exists() for source in sources)
    assert "*" in ignored
    assert sources == sent - {"docs"}


def test_prometheus_asks_every_process_of_the_api() -> None:
    """Each counts for itself, so each is a target, with the key that compose.yaml brings."""
    told = yaml.safe_load((ROOT / "deploy" / "prometheus" / "compose.yml").read_text(encoding="utf-8"))
    [job] = told["scrape_configs"]
    assert job["static_configs"] == [{"targets": environment("front")["API_UPSTREAMS"].split()}]
    [secret] = SERVICES["prometheus"]["secrets"]
    assert job["authorization"]["credentials_file"] == f"/run/secrets/{secret}"
    assert all((ROOT / "deploy" / "prometheus" / rules).exists() for rules in told["rule_files"])


def test_traces_go_where_the_collector_listens() -> None:
    """The port in the settings is the one that the collector is told to open."""
    told = yaml.safe_load((ROOT / "deploy" / "otel" / "collector.yaml").read_text(encoding="utf-8"))
    port = told["receivers"]["otlp"]["protocols"]["http"]["endpoint"].rpartition(":")[2]
    assert environment("api-1")["COACH_OTLP_ENDPOINT"] == f"http://collector:{port}"
