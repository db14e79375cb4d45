"""Alert rules, recording rules and dashboard: sound, each alert tested, and about figures that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.parser import text_string_to_metric_families

from coach.coach import Coach
from coach.operate.severity import LEVELS
from tests.coach.api.conftest import COVERED, services_for, serving
from tests.support.services import give_up

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "prometheus"
RUNBOOKS = ROOT / "docs" / "runbooks"
TESTS = ("alerts_test.yml", "spending_test.yml")
METRIC = re.compile(r"\b(?:coach|process)_[a-z_]+\b")
RECORDED = re.compile(r"\bcoach:[a-z_:0-9]+\b")
SUFFIX = re.compile(r"_(?:bucket|sum|count|total)$")
SELECTOR = re.compile(r"\b((?:coach|process)_[a-z_]+)\{([^}]*)\}")
BY_PROMETHEUS = {"instance", "job", "le"}


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def rules(name: str) -> list[dict[str, Any]]:
    return [rule for group in read(name)["groups"] for rule in group["rules"]]


def family(name: str) -> str:
    """Return what a figure is called of which this is a sample."""
    return SUFFIX.sub("", name)


def panels() -> Iterator[str]:
    """Yield every query of the dashboard."""
    board = json.loads((ROOT / "deploy" / "grafana" / "coach.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (one["expr"] for one in board["annotations"]["list"])


def expressions() -> list[str]:
    """Return all queries, those of the dashboard with a value for each of its variables."""
    written = [rule["expr"] for name in ("recording.yml", "alerts.yml") for rule in rules(name)]
    return written + [one.replace("$instance", ".*") for one in panels()]


def promtool(*arguments: str, folder: Path = FOLDER) -> str:
    """Return what promtool prints, which ends well."""
    program = shutil.which("promtool")
    if program is None:
        give_up("promtool", "it is not installed (apt-get install prometheus)")
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_files_are_sound(tmp_path: Path) -> None:
    """Promtool takes the rules, the example of a configuration and every query of the dashboard."""
    promtool("check", "rules", "recording.yml", "alerts.yml")
    promtool("check", "config", "--syntax-only", "prometheus.yml")
    shown = [
        {"record": f"panel:{number}", "expr": expr.replace("$instance", ".*")}
        for number, expr in enumerate(panels())
    ]
    drawn = {"groups": [{"name": "panels", "rules": shown}]}
    (tmp_path / "panels.yml").write_text(yaml.safe_dump(drawn), encoding="utf-8")
    assert f"{len(shown)} rules found" in promtool("check", "rules", "panels.yml", folder=tmp_path)


@pytest.mark.parametrize("name", TESTS)
def test_the_alerts_fire_when_they_should(name: str) -> None:
    """Promtool plays made-up series through the rules."""
    assert "SUCCESS" in promtool("test", "rules", name)


def test_every_alert_is_seen_to_fire_and_to_keep_quiet() -> None:
    """Each has a test of both kinds, so none can be dead or always on."""
    cases = [
        (case["alertname"], bool(case["exp_alerts"]))
        for name in TESTS
        for test in read(name)["tests"]
        for case in test.get("alert_rule_test", ())
    ]
    names = {rule["alert"] for rule in rules("alerts.yml")}
    assert {name for name, fires in cases if fires} == names
    assert {name for name, fires in cases if not fires} == names


def test_every_alert_has_a_level_a_cooldown_and_a_runbook() -> None:
    """The page it names exists; every runbook is named by an alert; the documentation lists them all."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = set()
    for rule in rules("alerts.yml"):
        assert rule["labels"]["severity"] in LEVELS, rule["alert"]
        assert {"for", "keep_firing_for"} <= rule.keys(), rule["alert"]
        assert rule["annotations"]["summary"]
        runbook = ROOT / rule["annotations"]["runbook_url"]
        assert runbook.parent == RUNBOOKS
        assert runbook.is_file(), runbook
        named.add(runbook.stem)
        row = (
            f"| {rule['alert']} | {rule['labels']['severity']} | {rule['for']}, {rule['keep_firing_for']} | "
            f"[{runbook.stem}](runbooks/{runbook.name}) |"
        )
        assert row in page
    begins = re.compile(r"^Begin at ", re.MULTILINE)
    pages = {one.stem for one in RUNBOOKS.glob("*.md") if begins.search(one.read_text(encoding="utf-8"))}
    assert named == pages


def test_the_pager_gets_what_wakes_somebody() -> None:
    """The levels in the Alertmanager's example are ours."""
    route = read("alertmanager.yml")["route"]
    (matcher,) = route["routes"][0]["matchers"]
    assert set(re.findall(r"SEV-\d", matcher)) == {"SEV-1", "SEV-2"} <= set(LEVELS)
    assert {one["name"] for one in read("alertmanager.yml")["receivers"]} == {"pager", "tickets"}


def test_every_figure_that_is_asked_for_is_exported(coach: Coach, tmp_path: Path) -> None:
    """Rules and dashboard speak of what a running service exports, by labels that it has."""
    with services_for(coach, tmp_path) as services, serving(services) as live, live.http() as http:
        http.post("/v1/answers", json=COVERED)
        services.gauges.probe()
        families = [*text_string_to_metric_families(http.get("/metrics").text)]
        labels = {
            one._name: set(one._labelnames)
            for one in services.metrics.registry._collector_to_names
            if isinstance(one, MetricWrapperBase)
        }
    exported = {family.name for family in families} | {
        sample.name for one in families for sample in one.samples
    }
    recorded = {rule["record"] for rule in rules("recording.yml")}
    for expression in expressions():
        assert set(RECORDED.findall(expression)) <= recorded, expression
        for name in METRIC.findall(RECORDED.sub("", expression)):
            assert {name, family(name)} & exported, expression
        for name, selected in SELECTOR.findall(expression):
            known = labels.get(family(name), set()) | BY_PROMETHEUS
            assert set(re.findall(r"(\w+)\s*(?:=|!)", selected)) <= known, expression
    used = {name for expression in expressions() for name in RECORDED.findall(expression)}
    assert used == recorded, "a recording rule that nobody reads"
