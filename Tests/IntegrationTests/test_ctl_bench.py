"""llmgw-ctl bench: that it asks as often as it says, and counts what happens."""

from __future__ import annotations

import pathlib
import signal

import pytest
from conftest import StartDaemon
from harness.configuration import configuration
from harness.processes import Daemon, Simulator, binary, environment
from harness.screen import Screen
from harness.tool import FAILURE, INTERRUPTED, UPSTREAM, USAGE, Tool
from harness.waiting import wait_until

#: A name that never has an address.
ELSEWHERE = "http://upstream.invalid/v1"


@pytest.fixture
def gateway(daemon: StartDaemon, sim: Simulator) -> Daemon:
    return daemon(configuration(sim.base_url, "sim", "sim-500", "名前"))


@pytest.fixture
def ctl(gateway: Daemon) -> Tool:
    return Tool(gateway.socket)


def test_a_hundred_requests_where_nothing_is_said(ctl: Tool, sim: Simulator) -> None:
    result = ctl("bench")
    assert sim.counts("sim")["received"] == 100
    assert "100 requests in" in result.stdout and "100 succeeded, 0 failed" in result.stdout
    for word in ("latency", "P99", "gateway's part", "answered by: up"):
        assert word in result.stdout
    assert result.stderr == ""


def test_figures_of_streams(ctl: Tool, sim: Simulator) -> None:
    document = ctl.json("bench", "--model", "名前", "--requests", "40", "--stream", "--concurrency", "4", "--connections", "2")
    assert (document["requests"], document["succeeded"], document["failed"]) == (40, 40, 0)
    assert sim.counts("名前")["received"] == 40
    assert 1 <= sim.counts("名前")["max_in_flight"] <= 4
    for figures in (document["latency_us"], document["first_token_us"]):
        assert 0 < figures["min"] <= figures["p50"] <= figures["p95"] <= figures["p99"] <= figures["max"]
    assert document["overhead_us"]["p50"] <= document["latency_us"]["p50"]
    assert document["requests_per_second"] > 0
    assert document["usage"]["output_tokens"] == 40 * 16


def test_failures_by_reason(ctl: Tool, sim: Simulator) -> None:
    failed = ctl("bench", "--model", "sim-500", "--requests", "5", "--json", status=UPSTREAM)
    assert '"errors":{"llmgw.upstream.server_error":5}' in failed.stdout
    assert "none of the 5 requests succeeded" in failed.stderr
    sim.script("sim", {"status": 500})
    document = ctl.json("bench", "--requests", "5")
    assert (document["succeeded"], document["errors"]) == (4, {"llmgw.upstream.server_error": 1})


def test_a_run_of_a_certain_length(ctl: Tool, sim: Simulator) -> None:
    document = ctl.json("bench", "--duration", "300ms")
    assert document["wall_us"] >= 300_000
    assert document["requests"] == document["succeeded"] == sim.counts("sim")["received"] > 0


def test_the_cache_answers_what_is_asked_again(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim") + '[cache]\nmode = "opt_in"\n')
    ctl = Tool(gateway.socket)
    # The cache does not keep an answer that was cut off.
    whole = ("--cache", "on", "--requests", "20", "--max-tokens", "64")
    document = ctl.json("bench", "--same-prompt", "--concurrency", "1", *whole)
    assert document["cache"] == {"hit": 19, "miss": 1}
    assert sim.counts("sim")["received"] == 1
    assert ctl.json("bench", *whole)["cache"] == {"miss": 20}


def test_interrupted_it_reports_what_came_to_its_end(ctl: Tool, sim: Simulator) -> None:
    with ctl.start("bench", "--duration", "10m", "--concurrency", "2") as process:
        wait_until(lambda: sim.counts("sim")["completed"] > 10, "requests come to their end")
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=10)
    assert process.returncode == INTERRUPTED
    assert b"succeeded" in output


def test_it_says_that_it_may_cost_something(daemon: StartDaemon) -> None:
    ctl = Tool(daemon(configuration(ELSEWHERE, "sim")).socket)
    result = ctl("bench", "--requests", "2", status=UPSTREAM)
    assert f"2 requests go to up ({ELSEWHERE}), which may charge" in result.stderr
    assert "llmgw.upstream.dns_failed" in result.stdout


def test_it_asks_a_person_first(daemon: StartDaemon, directory: pathlib.Path) -> None:
    gateway = daemon(configuration(ELSEWHERE, "sim"))
    screen = Screen(directory, {**environment(), "LLMGW_SOCKET": str(gateway.socket)})
    try:
        screen.enter(f"{binary('llmgw-ctl')} bench --requests 2")
        screen.wait_for("may charge for each of them", "Go on?")
        screen.enter("n")
        screen.wait_for("nothing was sent")
        screen.enter("echo status=$?")
        screen.wait_for(f"status={FAILURE}")
    finally:
        screen.stop()


def test_what_it_refuses(ctl: Tool) -> None:
    assert "--concurrency" in ctl("bench", "--concurrency", "0", status=USAGE).stderr
    assert "would stay unused" in ctl("bench", "--connections", "9", status=USAGE).stderr
    assert "--requests" in ctl("bench", "--requests", "-1", status=USAGE).stderr
    assert 'there is not the model "没有"; known are' in ctl("bench", "--model", "没有", status=FAILURE).stderr
