"""What llmgw-ctl shows of limits, queues, clients, use and budgets, from a daemon at work; and what survives its restart."""

from __future__ import annotations

import json
import os
import pathlib
import threading
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import EAGER, PROMPT, configuration, section, several
from harness.processes import Daemon
from harness.tool import Tool
from harness.upstream import Exchange, chat_reply
from harness.waiting import wait_until
from llmgw import GatewayError, RateLimitError

USAGE = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
PRICED = {"input_price": 10, "output_price": 20}


def shown(gateway: Daemon, *command: str) -> Any:
    return json.loads(Tool(gateway.socket)(*command, "--json").stdout)


def test_limits_of_a_busy_daemon(daemon: StartDaemon, upstream: StartUpstream) -> None:
    release = threading.Event()

    def script(exchange: Exchange) -> None:
        if exchange.request.json.get("user") == "held":
            release.wait(20)
        exchange.reply(chat_reply(usage=USAGE))

    up = upstream(script)
    gateway = daemon(configuration(up.base_url, provider={"rpm": 100, "tpm": 10_000, "max_concurrency": 5}))
    client = gateway.client()
    client.chat(PROMPT)
    held = threading.Thread(target=lambda: client.chat(PROMPT, user="held", max_tokens=1000))
    held.start()
    up.wait_for(2)
    limits = {(limit["scope"], limit["kind"]): limit for limit in shown(gateway, "limits")}
    requests, tokens = limits["provider/up", "requests/min"], limits["provider/up", "tokens/min"]
    assert (requests["limit"], requests["used"], requests["reserved"]) == (100, 1, 1)
    assert (tokens["used"], tokens["reserved"]) == (150, 1000), "what the caller allows is reserved, as the provider counts it"
    assert limits["provider/up", "concurrency"]["reserved"] == 1
    assert 0 < requests["resets_ms"] <= 61_000
    release.set()
    held.join()
    wait_until(lambda: all(limit["reserved"] == 0 for limit in shown(gateway, "limits")), "everything is settled")


def test_queues_and_clients(daemon: StartDaemon, upstream: StartUpstream) -> None:
    release = threading.Event()

    def script(exchange: Exchange) -> None:
        release.wait(20)
        exchange.reply(chat_reply(usage=USAGE))

    up = upstream(script)
    policy = section("clients.default", {"weight": 2, "priority": "interactive", "max_queue": 50})
    gateway = daemon(configuration(up.base_url, provider={"max_concurrency": 1}) + policy)
    client = gateway.client()
    calls = [threading.Thread(target=lambda: client.chat(PROMPT)) for _ in range(4)]
    for call in calls:
        call.start()
    wait_until(lambda: sum(queue["waiting"] for queue in shown(gateway, "queues")["queues"]) == 3, "three wait")
    (queue,) = shown(gateway, "queues")["queues"]
    assert (queue["priority"], queue["waiting"], queue["max_waiting"], queue["weight"]) == ("interactive", 3, 50, 2)
    release.set()
    for call in calls:
        call.join()
    (account,) = shown(gateway, "clients")
    assert (account["policy"], account["succeeded"], account["waiting"]) == ("default", 4, 0)
    assert shown(gateway, "queues")["queues"] == []


def test_a_ledger_outlives_the_daemon(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply(usage=USAGE)))
    state = directory / "state"
    state.mkdir()
    # A hundred in and fifty out cost 2,000 millionths; the second one comes to the end.
    toml = several(
        {"up": {"base_url": up.base_url, "budget_per_month": 0.0041, "rpd": 3}},
        {"模型": {"provider": "up", **PRICED}, "free": {"provider": "up"}}, resilience=EAGER, server={"state_directory": str(state)},
    )
    gateway = daemon(toml)
    client = gateway.client()
    for _ in range(2):
        assert client.chat(PROMPT, model="模型", max_tokens=5).info.cost.micros == 2000
    client.close()
    gateway.terminate()
    assert gateway.wait() == 0
    gateway.start()
    (row,) = shown(gateway, "usage", "--by", "model")["rows"]
    assert (row["model"], row["succeeded"], row["usage"]["input_tokens"], row["usage"]["output_tokens"]) == ("模型", 2, 200, 100)
    (budget,) = shown(gateway, "budgets")
    assert (budget["scope"], budget["spent"]["micros"], budget["state"]) == ("provider/up", 4000, "warning")
    client = gateway.client()
    with pytest.raises(RateLimitError) as refused:
        client.chat(PROMPT, model="模型", max_tokens=100)
    assert refused.value.reason == "llmgw.gateway.budget_exhausted"
    # Of the day's three requests, two were made before.
    client.chat(PROMPT, model="free", timeout=5)
    with pytest.raises(GatewayError) as refused:
        client.chat(PROMPT, model="free", timeout=5)
    assert refused.value.reason == "llmgw.gateway.quota_exhausted"
    assert len(up.exchanges) == 3


def test_what_lost_its_section_is_not_shown(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply(usage=USAGE)))
    providers = {"up": {"base_url": up.base_url, "rpm": 100}, "alt": {"base_url": up.base_url, "rpm": 50, "budget_per_day": 5}}
    models = {"m": {"provider": "up", "rpm": 90}, "旧": {"provider": "alt", "rpm": 40, **PRICED}}
    me = section('clients."我"', {"users": [str(os.getuid())], "rpm": 30, "budget_per_day": 1})
    gateway = daemon(several(providers, models) + me)
    client = gateway.client()
    client.chat(PROMPT, model="m")
    client.chat(PROMPT, model="旧")
    before = {limit["scope"] for limit in shown(gateway, "limits")}
    assert {"provider/up", "provider/alt", "model/m", "model/旧", "client/我"} <= before
    assert {budget["scope"] for budget in shown(gateway, "budgets")} == {"provider/alt", "client/我"}
    gateway.reload(several({"up": providers["up"]}, {"m": models["m"]}))
    assert {limit["scope"] for limit in shown(gateway, "limits")} == {"provider/up", "model/m"}
    assert shown(gateway, "budgets") == []
    assert [each["policy"] for each in shown(gateway, "clients")] == ["default"]
    gateway.reload(several(providers, models) + me)
    limits = {(limit["scope"], limit["kind"]): limit["used"] for limit in shown(gateway, "limits")}
    assert limits["client/我", "requests/min"] == 2, "what was used stays used"
    spent = {budget["scope"]: budget["spent"]["micros"] for budget in shown(gateway, "budgets")}
    assert spent == {"provider/alt": 2000, "client/我": 2000}


def test_without_a_state_directory_there_is_no_ledger(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply(usage=USAGE)))
    gateway = daemon(configuration(up.base_url))
    assert gateway.client().chat(PROMPT).text
    result = Tool(gateway.socket)("usage", status=1)
    assert "server.state_directory" in result.stderr
