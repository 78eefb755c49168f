"""Failures that only another provider can help with: the next deployment is chosen by whose key it uses."""

from __future__ import annotations

import pytest
from conftest import StartDaemon
from harness.configuration import KEY_VARIABLE, PROMPT
from harness.processes import Daemon, Simulator
from llmgw import GatewayError


def start(daemon: StartDaemon, sim: Simulator, fault: str, last: str) -> Daemon:
    """Three deployments, asked in order: one that fails, one of the same provider, and one of `last`."""
    return daemon(f"""
[providers.first]
base_url = "{sim.base_url}"
key_env = "{KEY_VARIABLE}"
[providers.second]
base_url = "{sim.base_url}"
[models."模型"]
strategy = "priority"
[models."模型".deployments.a]
provider = "first"
upstream_model = "{fault}"
[models."模型".deployments.b]
provider = "first"
upstream_model = "neighbour"
priority = 1
[models."模型".deployments.c]
provider = "{last}"
upstream_model = "stranger"
priority = 2
[defaults]
model = "模型"
""")


@pytest.mark.parametrize("fault", ["sim-401", "sim-403"])
def test_another_provider_is_asked(daemon: StartDaemon, sim: Simulator, fault: str) -> None:
    info = start(daemon, sim, fault, "second").client().chat(PROMPT).info
    assert [attempt.deployment for attempt in info.path] == ["a", "c"]
    assert sim.counts("neighbour")["received"] == 0


@pytest.mark.parametrize("fault", ["sim-401", "sim-403"])
def test_without_another_provider_the_error_comes_at_once(daemon: StartDaemon, sim: Simulator, fault: str) -> None:
    """Not after minutes, when the provider's gate opens."""
    with pytest.raises(GatewayError) as caught:
        start(daemon, sim, fault, "first").client().chat(PROMPT, timeout=590)
    assert (caught.value.upstream_status, caught.value.attempts) == (int(fault[4:]), 1)


def test_any_deployment_may_have_the_model(daemon: StartDaemon, sim: Simulator) -> None:
    info = start(daemon, sim, "sim-404", "second").client().chat(PROMPT).info
    assert [attempt.deployment for attempt in info.path] == ["a", "b"]


def test_an_upstream_that_wants_no_repetition_gets_none(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = start(daemon, sim, "main", "second")
    sim.script("main", {"status": 503, "body": "忙", "headers": {"x-should-retry": "false"}})
    info = gateway.client().chat(PROMPT).info
    assert [attempt.deployment for attempt in info.path] == ["a", "b"], "others may be asked"


def test_an_upstream_that_wants_a_repetition_gets_one(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = start(daemon, sim, "main", "second")
    sim.script("main", {"status": 400, "body": "再来", "headers": {"x-should-retry": "true"}})
    info = gateway.client().chat(PROMPT).info
    assert [attempt.deployment for attempt in info.path] == ["a", "a"]
