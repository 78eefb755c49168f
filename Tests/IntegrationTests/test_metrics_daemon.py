"""Metrics of what the daemon has around it: its files, its log, its loop."""

from __future__ import annotations

import json
import os
import pathlib
import resource
import signal
import time
from collections import Counter

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT, configuration, section
from harness.metrics import Metrics, collect, scrape
from harness.processes import Daemon, Simulator
from harness.tool import Tool
from harness.waiting import wait_until
from llmgw import GatewayError
from test_cache import counted
from test_cache_disk import on_disk, written

STORES = ("ledger", "cache")


def store(metrics: Metrics, name: str, store: str, **labels: str) -> float:
    return metrics.value(f"llmgw_store_{name}", store=store, **labels)


def test_what_files_are_asked(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    gateway = daemon(on_disk(directory, upstream(counted).base_url))
    ctl, client = Tool(gateway.socket), gateway.client()
    before = scrape(ctl)
    for name in STORES:
        assert store(before, "errors_total", name) == store(before, "queue_length", name) == 0
        for reason in ("queue_full", "file_failed"):
            assert store(before, "dropped_total", name, reason=reason) == 0
    written(client, client.chat(PROMPT, temperature=0).info.cache_key)
    ctl("usage")
    after = scrape(ctl)
    for name in STORES:
        for op in ("read", "write"):
            assert store(after, "op_seconds_count", name, op=op) > store(before, "op_seconds_count", name, op=op), (name, op)
            assert 0 < store(after, "op_seconds_sum", name, op=op) < 10
        assert store(after, "errors_total", name) == 0


def test_without_a_place_for_files_there_are_none(daemon: StartDaemon, sim: Simulator) -> None:
    assert scrape(Tool(daemon(configuration(sim.base_url)).socket)).series("llmgw_store_queue_length") == []


def test_files_that_may_not_grow(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    """The cache drops what it cannot write, the ledger keeps it for later, and the log has nowhere to say so."""
    gateway = daemon(on_disk(directory, upstream(counted).base_url))
    ctl, client = Tool(gateway.socket), gateway.client()
    written(client, client.chat(PROMPT, temperature=0).info.cache_key)
    assert scrape(ctl).value("llmgw_log_lost_total") == 0
    resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (1, 1))
    client.chat("再问一个", temperature=0)

    def failed() -> Metrics | None:
        metrics = scrape(ctl)
        return metrics if all(store(metrics, "errors_total", name) > 0 for name in STORES) else None

    metrics = wait_until(failed, "both files fail")
    assert store(metrics, "dropped_total", "cache", reason="file_failed") == 1
    assert store(metrics, "dropped_total", "ledger", reason="file_failed") == 0
    assert store(metrics, "queue_length", "ledger") == 1
    assert metrics.value("llmgw_log_lost_total") > 0


def test_the_log_is_counted_by_its_levels(daemon: StartDaemon, sim: Simulator, directory: pathlib.Path) -> None:
    path = directory / "metrics.sock"
    gateway = daemon(configuration(sim.base_url, "大") + section("metrics", {"socket": str(path)}))
    client = gateway.client()
    client.chat(PROMPT)
    with pytest.raises(GatewayError):
        client.chat(PROMPT, model="没有")
    gateway.config.write_text("[nonsense]\n")
    gateway.hang_up()
    wait_until(lambda: in_log(gateway)["error"], "the reload is refused")
    wait_until(lambda: told(path) == in_log(gateway), "each line is counted")
    assert {"debug", "info", "error"} <= in_log(gateway).keys()
    assert {labels["level"] for labels, _ in collect(path).series("llmgw_log_messages_total")} == {
        "trace", "debug", "info", "notice", "warning", "error", "critical",
    }


def told(path: pathlib.Path) -> Counter[str]:
    return +Counter({labels["level"]: int(value) for labels, value in collect(path).series("llmgw_log_messages_total")})


def in_log(gateway: Daemon) -> Counter[str]:
    return Counter(json.loads(line)["level"] for line in gateway.log.splitlines() if line.endswith("}"))


def test_a_loop_that_stands_still_is_late(daemon: StartDaemon, sim: Simulator, directory: pathlib.Path) -> None:
    """The whole process is stopped for longer than the time between two looks: one of them is late then, by more than 0.25 s."""
    name = "llmgw_loop_lag_seconds"
    path = directory / "metrics.sock"
    gateway = daemon(configuration(sim.base_url) + section("metrics", {"socket": str(path)}))
    gateway.client().ping()
    wait_until(lambda: collect(path).value(f"{name}_count"), "the loop is looked at while a program is connected")

    def late() -> float:
        metrics = collect(path)
        return metrics.value(f"{name}_count") - metrics.value(f"{name}_bucket", le="0.25")

    before = late()
    os.kill(gateway.pid, signal.SIGSTOP)
    time.sleep(1.3)
    os.kill(gateway.pid, signal.SIGCONT)
    wait_until(lambda: late() > before, "the look that came late")
    assert collect(path).value(f"{name}_sum") > 0.25
