"""Alerts: the log and the webhooks hear of them, and nothing else waits for either."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT, SECRET_WORD, configuration, section
from harness.processes import Daemon
from harness.tool import Tool
from harness.upstream import ScriptedUpstream, chat_reply
from harness.waiting import wait_until
from llmgw import GatewayError

#: Seconds: figures are looked at every five.
PATIENCE = 15.0


def alert(name: str, url: str) -> str:
    return f"""
[alerts.{name}]
metric = "error_rate"
threshold = 0.5
hold = "0s"
severity = "critical"
webhook = "{url}"
"""


def failing(daemon: StartDaemon, upstream: StartUpstream, alerts: str) -> Daemon:
    """A daemon of which as many requests have failed as it takes to say something."""
    broken = upstream(lambda exchange: exchange.reply({"error": {"message": SECRET_WORD}}, 500))
    gateway = daemon(configuration(broken.base_url) + alerts)
    client = gateway.client()
    for _ in range(10):
        with pytest.raises(GatewayError):
            client.chat(PROMPT)
    return gateway


def received(hook: ScriptedUpstream, count: int) -> list[Any]:
    wait_until(lambda: len(hook.requests) >= count, f"webhook {count} comes", PATIENCE)
    return [request.json for request in hook.requests]


def test_a_webhook_is_told_again_until_it_has_heard(daemon: StartDaemon, upstream: StartUpstream) -> None:
    statuses = iter([500, 302, 204])
    hook = upstream(lambda exchange: exchange.head(next(statuses), content_length="0", location="http://127.0.0.1:1/elsewhere"))
    url = hook.base_url + "/geheimer-pfad"
    gateway = failing(daemon, upstream, alert("fehler", url))
    messages = received(hook, 3)
    assert messages == [messages[0]] * 3
    assert messages[0] == {
        "alert": "fehler", "state": "firing", "severity": "critical", "metric": "error_rate", "subject": "all", "value": 1,
        "threshold": 0.5,
    }
    assert Tool(gateway.socket).json("alerts")[0]["state"] == "firing"
    assert "\"alert\":\"fehler\"" in gateway.log and "geheimer-pfad" not in gateway.log


def test_a_webhook_that_does_not_answer_holds_up_no_other(daemon: StartDaemon, upstream: StartUpstream) -> None:
    deaf = upstream(lambda exchange: exchange.wait_closed(20))
    hook = upstream(lambda exchange: exchange.head(204, content_length="0"))
    failing(daemon, upstream, alert("a", deaf.base_url) + alert("b", hook.base_url))
    assert received(hook, 1)[0]["alert"] == "b"
    assert len(deaf.requests) == 1


def test_a_budget_that_is_nearly_spent_is_told_once(daemon: StartDaemon, upstream: StartUpstream) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 0, "total_tokens": 1000}
    up = upstream(lambda exchange: exchange.reply(chat_reply(usage=usage)))
    hook = upstream(lambda exchange: exchange.head(204, content_length="0"))
    gateway = daemon(
        configuration(up.base_url, model={"input_price": 1000}, provider={"budget_per_month": 100})
        + section("clients.default", {"budget_per_day": 4})
        + section("alerts.geld", {"metric": "budget_share", "threshold": 0.5, "webhook": hook.base_url}))
    client = gateway.client()
    client.chat(PROMPT)
    assert Tool(gateway.socket).json("alerts")[0]["state"] == "ok"
    client.chat(PROMPT)
    (message,) = received(hook, 1)
    assert (message["alert"], message["state"], message["metric"]) == ("geld", "firing", "budget_share")
    assert (message["subject"].split("/")[0], message["period"], message["value"]) == ("client", "day", 0.5)
    client.chat(PROMPT)
    wait_until(lambda: Tool(gateway.socket).json("alerts")[0]["value"] == 0.75, "it was looked at again", PATIENCE)
    (status,) = Tool(gateway.socket).json("alerts")
    assert (status["state"], len(hook.requests)) == ("firing", 1)
