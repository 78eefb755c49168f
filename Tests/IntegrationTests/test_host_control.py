"""llmgw-ctl reload and drain: what SIGHUP and SIGTERM do, with an answer."""

from __future__ import annotations

import threading

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT, configuration
from harness.processes import Simulator
from harness.tool import FAILURE, UNREACHABLE, Tool
from harness.upstream import Exchange, chat_chunk
from harness.waiting import wait_until
from llmgw import GatewayError


def test_reload_tells_what_changed(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    ctl = Tool(gateway.socket)
    assert ctl("reload").stdout == "nothing has changed\n"
    gateway.config.write_text(configuration(sim.base_url, "sim", "新", server={"drain_timeout": "7s", "socket_mode": "0600"}))
    checked = ctl.json("reload", "--check")
    assert not checked["applied"]
    assert [model.name for model in gateway.client().list_models()] == ["sim"], "only looked"
    report = ctl.json("reload")
    assert report["applied"] and report["path"] == str(gateway.config) and report["changes"] == checked["changes"]
    changes = {change["key"]: change for change in report["changes"]}
    assert changes["server.drain_timeout"] == {
        "key": "server.drain_timeout", "old_value": '"30s"', "new_value": '"7s"', "needs_restart": False,
    }
    assert changes["server.socket_mode"]["needs_restart"]
    assert changes['models."新".provider']["new_value"] == '"up"'
    assert gateway.client().chat(PROMPT, model="新").text


def test_reload_tells_every_mistake(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    ctl = Tool(gateway.socket)
    gateway.config.write_text(configuration(sim.base_url, "sim", server={"drain_timeout": "快", "sockett": "x"}))
    result = ctl("reload", status=FAILURE)
    assert "server.drain_timeout" in result.stdout and 'did you mean "socket"?' in result.stdout
    assert "2 mistakes; nothing was changed" in result.stderr
    assert gateway.client().chat(PROMPT).text


def test_drain_lets_what_runs_come_to_its_end(daemon: StartDaemon, upstream: StartUpstream) -> None:
    go_on = threading.Event()

    def slow(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("一")
        assert go_on.wait(10)
        exchange.delta("二")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    gateway = daemon(configuration(upstream(slow).base_url, "m"))
    ctl, client = Tool(gateway.socket), gateway.client()
    with client.stream_chat(PROMPT) as stream:
        chunks = iter(stream)
        assert next(chunks).text == "一"
        assert ctl("drain").stdout == "draining: 1 requests in flight have up to 30.0 s\n"
        wait_until(lambda: "draining" in gateway.log, "the daemon drains")
        ctl("ping", status=UNREACHABLE)
        go_on.set()
        assert "".join(chunk.text or "" for chunk in chunks) == "二"
    assert gateway.wait() == 0


def test_the_grace_of_an_order_counts(daemon: StartDaemon, upstream: StartUpstream) -> None:
    hanging = upstream(lambda exchange: exchange.wait_closed(30))
    gateway = daemon(configuration(hanging.base_url, "m", server={"drain_timeout": "1h"}))
    ctl, client = Tool(gateway.socket), gateway.client()
    with client.stream_chat(PROMPT) as stream:
        hanging.wait_for(1)
        ctl("drain", "--grace", "100ms")
        with pytest.raises(GatewayError) as ended:
            list(stream)
    assert ended.value.reason == "llmgw.gateway.draining"
    assert gateway.wait() == 0


def test_a_signal_shortens_the_grace_of_an_order(daemon: StartDaemon, upstream: StartUpstream) -> None:
    hanging = upstream(lambda exchange: exchange.wait_closed(30))
    gateway = daemon(configuration(hanging.base_url, "m", server={"drain_timeout": "100ms"}))
    ctl, client = Tool(gateway.socket), gateway.client()
    with client.stream_chat(PROMPT) as stream:
        hanging.wait_for(1)
        ctl("drain", "--grace", "1h")
        wait_until(lambda: "draining" in gateway.log, "the daemon drains")
        gateway.terminate()
        with pytest.raises(GatewayError) as ended:
            list(stream)
    assert ended.value.reason == "llmgw.gateway.draining"
    assert gateway.wait() == 0
