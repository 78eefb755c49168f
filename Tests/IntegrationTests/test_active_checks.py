"""Checks that nobody asked for: a provider that is down is passed over before a request finds out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import StartDaemon, StartSimulator, StartUpstream
from harness.configuration import KEY_VARIABLE, PROMPT
from harness.processes import Daemon, Simulator
from harness.tool import Tool
from harness.upstream import Exchange, Script, ScriptedUpstream, chat_reply
from harness.waiting import wait_until

MODELS = "/v1/models"
#: Failures in a row that make a provider unhealthy.
THRESHOLD = 3


def toml(first: str, second: str, interval: str = "20ms") -> str:
    """A model with two deployments: `first` is asked as long as it can be."""
    return f"""
[resilience]
active_check_interval = "{interval}"
slow_start = "0s"
[providers.first]
base_url = "{first}"
key_env = "{KEY_VARIABLE}"
[providers.second]
base_url = "{second}"
[models."模型"]
strategy = "priority"
[models."模型".deployments.first]
provider = "first"
[models."模型".deployments.second]
provider = "second"
priority = 1
[defaults]
model = "模型"
"""


def state(ctl: Tool, name: str) -> str:
    (found,) = [deployment["state"] for deployment in ctl.json("providers") if deployment["deployment"] == name]
    return str(found)


def path(gateway: Daemon) -> list[str]:
    """The deployments that a request was sent to."""
    return [attempt.deployment for attempt in gateway.client().chat(PROMPT).info.path]


def checks(upstream: ScriptedUpstream) -> int:
    return sum(request.path == MODELS for request in upstream.requests)


def lists_models(answer: Callable[[Exchange], object]) -> Script:
    """A provider that answers chats, and the question for its models as `answer` does."""
    return lambda exchange: answer(exchange) if exchange.request.path == MODELS else exchange.reply(chat_reply())


def models(exchange: Exchange) -> None:
    exchange.reply({"object": "list", "data": [{"id": "模型", "object": "model"}]})


def test_no_request_finds_out_that_a_provider_is_gone_or_back(daemon: StartDaemon, simulator: StartSimulator) -> None:
    first, second = simulator(), simulator()
    gateway = daemon(toml(first.base_url, second.base_url))
    ctl = Tool(gateway.socket)
    assert path(gateway) == ["first"]
    first.stop()
    wait_until(lambda: state(ctl, "first") == "ejected", "the checks find out")
    assert path(gateway) == ["second"], "without an attempt that fails"
    assert "a provider fails its checks" in gateway.log and '"provider":"first"' in gateway.log
    simulator("--port", str(first.port))
    wait_until(lambda: state(ctl, "first") == "healthy", "the checks find out")
    assert path(gateway) == ["first"]
    assert "a provider passes its checks again" in gateway.log
    assert state(ctl, "second") == "healthy"


@pytest.mark.parametrize("answer", [
    lambda exchange: exchange.reply({"error": {"message": "busy"}}, 503),
    lambda exchange: exchange.reply("<html>"),
    lambda exchange: exchange.close(),
], ids=["503", "no JSON", "closed"])
def test_answers_that_fail_a_check(daemon: StartDaemon, upstream: StartUpstream, answer: Script) -> None:
    first, second = upstream(lists_models(answer)), upstream(lists_models(models))
    gateway = daemon(toml(first.base_url, second.base_url))
    ctl = Tool(gateway.socket)
    wait_until(lambda: state(ctl, "first") == "ejected", "the checks find out")
    assert path(gateway) == ["second"]


@pytest.mark.parametrize("status", [401, 404, 429])
def test_a_refusal_is_a_sign_of_life(daemon: StartDaemon, upstream: StartUpstream, status: int) -> None:
    """Not every provider lists its models."""
    refusal: dict[str, Any] = {"error": {"message": "没有"}}
    first = upstream(lists_models(lambda exchange: exchange.reply(refusal, status)))
    gateway = daemon(toml(first.base_url, upstream(lists_models(models)).base_url))
    wait_until(lambda: checks(first) > THRESHOLD + 1, "it is checked often enough to be thrown out")
    assert state(Tool(gateway.socket), "first") == "healthy"
    assert path(gateway) == ["first"], "and it closes no gate"


def test_the_configuration_says_how_many_checks_decide(daemon: StartDaemon, upstream: StartUpstream) -> None:
    go_on = threading.Semaphore(0)
    seen: list[Exchange] = []

    def fails_once(exchange: Exchange) -> None:
        seen.append(exchange)
        if len(seen) == 1:
            return exchange.reply("忙", 503)
        assert go_on.acquire(timeout=60)
        models(exchange)

    first = upstream(lists_models(fails_once))
    counts = "[resilience]\nactive_check_failures = 1\nactive_check_recoveries = 5"
    gateway = daemon(toml(first.base_url, upstream(lists_models(models)).base_url).replace("[resilience]", counts))
    ctl = Tool(gateway.socket)
    wait_until(lambda: state(ctl, "first") == "ejected", "one check is enough")
    assert checks(first) <= 2
    go_on.release(4)
    wait_until(lambda: checks(first) == 6, "four checks have succeeded, and the next is out")
    assert state(ctl, "first") == "ejected"
    go_on.release(1000)
    wait_until(lambda: state(ctl, "first") == "healthy", "the fifth is enough")


def test_the_only_deployment_is_asked_whatever_the_checks_say(daemon: StartDaemon, upstream: StartUpstream) -> None:
    only = upstream(lists_models(lambda exchange: exchange.reply("busy", 503)))
    gateway = daemon(toml(only.base_url, only.base_url))
    ctl = Tool(gateway.socket)
    wait_until(lambda: (state(ctl, "first"), state(ctl, "second")) == ("ejected", "ejected"), "the checks find out")
    assert path(gateway) == ["first"]


def test_nothing_is_checked_while_draining(daemon: StartDaemon, upstream: StartUpstream, sim: Simulator) -> None:
    first = upstream(lists_models(models))
    slow = """
[models.sim-slow-0-50]
provider = "second"
"""
    gateway = daemon(toml(first.base_url, sim.base_url, "5ms") + slow)
    stream = gateway.client().stream_chat(PROMPT, model="sim-slow-0-50")
    next(stream)
    wait_until(lambda: checks(first) > THRESHOLD, "it is checked while a request runs")
    gateway.terminate()
    wait_until(lambda: "draining" in gateway.log, "the daemon drains")
    before = checks(first)
    assert len(list(stream)) > 10, "the rest of the stream takes many intervals"
    assert checks(first) <= before + 1, "none but the one that was out"


def test_nothing_is_checked_where_no_interval_is_set(daemon: StartDaemon, upstream: StartUpstream) -> None:
    first, second = upstream(lists_models(models)), upstream(lists_models(models))
    gateway = daemon(toml(first.base_url, second.base_url, "0s"))
    for _ in range(20):
        assert path(gateway) == ["first"]
    assert checks(first) == checks(second) == 0
