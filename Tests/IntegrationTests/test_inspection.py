"""llmgw-ctl slowlog and latency: where the time of requests went."""

from __future__ import annotations

import os
import threading

import pytest
from conftest import StartDaemon, StartSimulator, StartUpstream
from harness.configuration import PROMPT, SECRET_WORD, configuration
from harness.tool import Tool
from harness.upstream import Exchange, chat_reply
from llmgw import GatewayError

UID = os.getuid()


def test_the_slowest_come_first_and_say_why(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def slow(exchange: Exchange) -> None:
        if "慢" in str(exchange.request.json):
            threading.Event().wait(0.3)
        exchange.reply(chat_reply(usage={"prompt_tokens": 7, "completion_tokens": 3}))

    gateway = daemon(configuration(upstream(slow).base_url, "大"))
    ctl, client = Tool(gateway.socket), gateway.client()
    fast = client.chat(PROMPT)
    long = client.chat("慢 " + PROMPT)
    with pytest.raises(GatewayError):
        client.chat(PROMPT, model="没有")
    report = ctl.json("slowlog")
    first, second, third = report["requests"]
    assert [first["request_id"], second["request_id"]] == [long.info.request_id, fast.info.request_id]
    assert "threshold_ms" not in report, "there is room for more"
    assert (first["model"], first["provider"], first["client"], first["uid"]) == ("大", "up", f"uid/{UID}", UID)
    assert first["total_us"] >= 300_000 > first["overhead_us"]
    assert first["usage"] == {"input_tokens": 7, "output_tokens": 3}
    assert third["reason"] == "llmgw.client.unknown_model"
    shown = ctl("slowlog", "--max", "1").stdout
    assert long.info.request_id in shown and fast.info.request_id not in shown
    assert SECRET_WORD not in shown


def test_a_wait_is_told_as_a_wait(daemon: StartDaemon, simulator: StartSimulator) -> None:
    gateway = daemon(configuration(simulator().base_url, "m"))
    ctl, client = Tool(gateway.socket), gateway.client()
    ctl("pause", "--ttl", "200ms")
    client.chat(PROMPT)
    ctl("pause")
    with pytest.raises(GatewayError):
        client.chat(PROMPT, timeout=0.3)
    late, waited = ctl.json("slowlog")["requests"]
    assert late["reason"] == "llmgw.gateway.deadline_exceeded"
    for request in (late, waited):
        assert request["queue_us"] > 100_000
        assert request["overhead_us"] < 100_000


@pytest.mark.parametrize(("by", "name"), [("model", "大"), ("provider", "up"), ("client", f"uid/{UID}")])
def test_latencies(daemon: StartDaemon, simulator: StartSimulator, by: str, name: str) -> None:
    gateway = daemon(configuration(simulator().base_url, "大"))
    ctl, client = Tool(gateway.socket), gateway.client()
    for _ in range(3):
        client.chat(PROMPT)
    list(client.stream_chat(PROMPT))
    with pytest.raises(GatewayError):
        client.chat(PROMPT, model="没有")
    report = ctl.json("latency", "--by", by)
    assert report["window_ms"] == 900_000
    rows = {row["span"]: row for row in report["rows"]}
    assert {row["name"] for row in report["rows"]} == {name}
    assert [row["count"] for row in report["rows"]] == [4, rows["first token"]["count"], 4, 4]
    assert rows["first token"]["count"] >= 1
    for row in rows.values():
        assert row["p50_us"] <= row["p95_us"] <= row["p99_us"] <= row["max_us"]
    assert rows["overhead"]["max_us"] < rows["total"]["max_us"]
    assert name in ctl("latency", "--by", by).stdout


def test_what_the_cache_answers_tells_nothing_of_the_upstream(daemon: StartDaemon, simulator: StartSimulator) -> None:
    gateway = daemon(configuration(simulator().base_url, "m", model={"cache": "on"}))
    ctl, client = Tool(gateway.socket), gateway.client()
    states = [client.chat(PROMPT, temperature=0).info.cache for _ in range(3)]
    assert [str(state) for state in states[1:]] == [str(states[1])] * 2
    total, *_ = ctl.json("latency")["rows"]
    assert (total["span"], total["count"]) == ("total", 1)
    assert len(ctl.json("slowlog")["requests"]) == 3
