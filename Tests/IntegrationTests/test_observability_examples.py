"""The dashboard and the alert rules ask for metrics and labels that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from conftest import StartDaemon
from harness.configuration import configuration
from harness.metrics import Metrics, scrape
from harness.processes import REPOSITORY, Simulator
from harness.tool import Tool

EXAMPLES = REPOSITORY / "examples" / "observability"
METRIC = re.compile(r"\b(?:llmgw|gen_ai_client|process)_[a-z_]+\b")
#: What PromQL has between braces or after `by`, which are labels and no metrics.
LABELS = re.compile(r"\{([^}]*)\}|\b(?:by|without|on) \(([^)]*)\)")
PROMETHEUS_OWN = {"job", "instance", "le"}


@pytest.fixture
def metrics(daemon: StartDaemon, sim: Simulator) -> Metrics:
    return scrape(Tool(daemon(configuration(sim.base_url, "m")).socket))


def _known_labels() -> set[str]:
    rows = re.findall(r"^\| `[a-z_]+` \| \w+ \| (.*?) \|", (REPOSITORY / "docs" / "metrics.md").read_text(), re.MULTILINE)
    return {label for row in rows for label in re.findall(r"`([a-z_]+)`", row)}


def _check(expressions: list[str], metrics: Metrics) -> None:
    assert expressions
    for expression in expressions:
        labels = {
            label
            for braces, by in LABELS.findall(expression)
            for label in re.findall(r"([a-z_]+)\s*(?:=|!)", braces) + re.findall(r"[a-z_]+", by)
        }
        assert labels <= _known_labels() | PROMETHEUS_OWN, expression
        names = set(METRIC.findall(LABELS.sub("", expression)))
        assert names <= metrics.names, expression
        assert names or expression.startswith("up{"), expression


def _expressions(panel: Any) -> Iterator[str]:
    if isinstance(panel, dict):
        for key, value in panel.items():
            if key in ("expr", "definition") and isinstance(value, str):
                yield value
            else:
                yield from _expressions(value)
    elif isinstance(panel, list):
        for part in panel:
            yield from _expressions(part)


def test_the_dashboard(metrics: Metrics) -> None:
    dashboard = json.loads((EXAMPLES / "grafana-dashboard.json").read_text())
    _check([re.sub(r"label_values\((\w+), \w+\)", r"\1", expression) for expression in _expressions(dashboard)], metrics)
    numbers = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(numbers)) == len(numbers)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in dashboard["panels"]]
    assert len(set(places)) == len(places)


def test_the_alert_rules(metrics: Metrics) -> None:
    groups = yaml.safe_load((EXAMPLES / "alerts.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    _check([rule["expr"] for rule in rules], metrics)
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert rule["annotations"]["summary"] and rule["annotations"]["remedy"]


def test_the_commands_of_the_remedies_exist(daemon: StartDaemon, sim: Simulator) -> None:
    ctl = Tool(daemon(configuration(sim.base_url, "m")).socket)
    commands = set(re.findall(r"llmgw-ctl ([a-z]+)", (EXAMPLES / "alerts.yml").read_text()))
    for command in commands:
        ctl(command, "--help")
