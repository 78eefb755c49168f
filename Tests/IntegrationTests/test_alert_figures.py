"""Alerts: they fire when a figure passes its threshold, tell the log, the operators and a webhook, and resolve.

Proved here: the error rate of one model, a success rate and a latency of a provider; severities; webhooks that fail at first, that are never
delivered, and that hang; and that none of it holds up a request or shows a URL or a prompt.
"""

from __future__ import annotations

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import EAGER, PROMPT, several
from harness.processes import Simulator
from harness.upstream import Exchange
from harness.waiting import wait_until
from llmgw import GatewayError

#: A word in the webhooks' URLs, which are secrets.
TOKEN = "hook-geheim-7f3a"


def test_from_firing_to_resolved(daemon: StartDaemon, upstream: StartUpstream, sim: Simulator) -> None:
    refusals = iter([500, 503])

    def receive(exchange: Exchange) -> None:
        # It takes the third try.
        exchange.reply({}, next(refusals, 204))

    hook, dead = upstream(receive), upstream(lambda exchange: exchange.wait_closed(60))
    alerts = {
        "errors": {"metric": "error_rate", "threshold": 0.5, "model": "sim-500", "severity": "critical", "hold": "0s",
                   "webhook": hook.base_url + f"/{TOKEN}"},
        "slow": {"metric": "latency_p95", "threshold": 0.000001, "provider": "up", "hold": "0s", "webhook": dead.base_url + f"/{TOKEN}"},
        "rate": {"metric": "success_rate", "threshold": 0.01, "provider": "up", "hold": "0s"},
    }
    gateway = daemon(several(
        {"up": sim.base_url}, {"sim": {"provider": "up"}, "sim-500": {"provider": "up"}},
        resilience={**EAGER, "max_attempts": 1, "max_total_attempts": 1, "breaker": "off"}, alerts=alerts,
    ))
    client = gateway.client()
    for _ in range(12):
        assert client.chat(PROMPT, model="sim").text
        with pytest.raises(GatewayError):
            client.chat(PROMPT, model="sim-500")
    states = {alert.name: alert.state for alert in client.list_alerts()}
    assert states.keys() == alerts.keys()

    wait_until(lambda: len(hook.requests) >= 3, "the webhook is told", within=20)
    first, second, third = hook.requests[:3]
    assert (third.method, third.path) == ("POST", f"/v1/{TOKEN}")
    assert third.headers["content-type"] == "application/json"
    assert first.json == second.json == third.json == {
        "alert": "errors", "state": "firing", "severity": "critical", "metric": "error_rate", "subject": "model/sim-500", "value": 1,
        "threshold": 0.5,
    }
    shown = {alert.name: alert for alert in client.list_alerts()}
    assert {name: alert.state for name, alert in shown.items()} == {"errors": "firing", "slow": "firing", "rate": "ok"}
    assert (shown["errors"].severity, shown["errors"].subject, shown["errors"].value) == ("critical", "model/sim-500", 1)
    assert shown["rate"].value == 0.5 and shown["slow"].value > 0

    # A webhook that does not answer delays nobody's request.
    dead.wait_for(1)
    assert client.chat(PROMPT, model="sim", timeout=5).text
    lines = [line for line in gateway.log.splitlines() if all(word in line for word in ("errors", "firing", "critical", "model/sim-500"))]
    assert len(lines) == 1, "the log has it once"
    assert TOKEN not in gateway.log


def test_a_figure_that_recovers_resolves_its_alert(daemon: StartDaemon, upstream: StartUpstream, sim: Simulator) -> None:
    hook = upstream(lambda exchange: exchange.reply({}))
    gateway = daemon(several(
        {"up": sim.base_url}, {"sim": {"provider": "up"}},
        resilience={**EAGER, "max_attempts": 1, "max_total_attempts": 1, "breaker": "off"},
        alerts={"errors": {"metric": "error_rate", "threshold": 0.5, "hold": "0s", "webhook": hook.base_url}},
    ))
    client = gateway.client()
    sim.script("sim", *[{"status": 500, "body": "坏了"}] * 12)
    for _ in range(12):
        with pytest.raises(GatewayError):
            client.chat(PROMPT)
    wait_until(lambda: len(hook.requests) == 1, "it fires", within=20)
    for _ in range(30):
        client.chat(PROMPT)
    wait_until(lambda: len(hook.requests) == 2, "it resolves", within=20)
    told = hook.requests[1].json
    assert (told["state"], told["subject"]) == ("ok", "all") and told["value"] < 0.5
    assert [alert.state for alert in client.list_alerts()] == ["ok"]
