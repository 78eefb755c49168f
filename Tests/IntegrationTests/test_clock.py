"""The host's clock is set, and the process stands still: neither moves a limit, a deadline or a wait."""

from __future__ import annotations

import json
import mmap
import os
import pathlib
import signal
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest
from conftest import StartUpstream
from harness.configuration import EAGER, PROMPT, configuration, section
from harness.processes import Daemon
from harness.resilience import gate
from harness.tool import Tool
from harness.upstream import Exchange, chat_chunk, chat_reply
from harness.waiting import wait_until
from llmgw import Client, GatewayError

HOUR = 3600


class Host:
    """A daemon whose wall clock the test sets."""

    def __init__(self, directory: pathlib.Path, library: pathlib.Path) -> None:
        self._directory = directory
        self._library = library
        self._place = directory / "offset"
        self._place.write_bytes(bytes(8))
        with self._place.open("r+b") as file:
            self._offset = mmap.mmap(file.fileno(), 8)
        self._started: list[Daemon] = []

    def set_clock(self, seconds: int) -> None:
        """So far from the real time, at once."""
        self._offset[:] = struct.pack("=q", seconds)

    def start(self, toml: str) -> Daemon:
        place = self._directory / f"d{len(self._started)}"
        place.mkdir()
        self._started.append(Daemon(place, toml))
        return self._started[-1].start("env", f"LD_PRELOAD={self._library}", f"WALL_CLOCK_OFFSET={self._place}")

    def stop(self) -> None:
        for daemon in self._started:
            daemon.stop()
        self._offset.close()


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("clock") / "clock.so"
    source = pathlib.Path(__file__).parent / "harness" / "clock.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", path, source], check=True, timeout=60)
    return path


@pytest.fixture
def host(directory: pathlib.Path, upstream: StartUpstream, library: pathlib.Path) -> Iterator[Host]:
    host = Host(directory, library)
    yield host
    host.stop()


STEPS = pytest.mark.parametrize("step", [HOUR, -HOUR], ids=["forward", "back"])


def served(limit: int, ask: Callable[[], object]) -> int:
    """How many requests are let through until the limit is told."""
    for count in range(limit + 10):
        try:
            ask()
        except GatewayError as error:
            assert error.reason in ("llmgw.gateway.quota_exhausted", "llmgw.gateway.deadline_exceeded"), error.reason
            return count
    raise AssertionError("there is no limit")


@STEPS
def test_a_window_is_as_long_as_it_was(host: Host, upstream: StartUpstream, directory: pathlib.Path, step: int) -> None:
    """Neither does the limit begin anew nor does it stay used up; a restart goes on with it, whatever the clock says then."""
    state = directory / "state"
    state.mkdir()
    up = upstream(lambda exchange: exchange.reply(chat_reply("好")))
    toml = configuration(up.base_url, provider={"rpm": 10, "rpm_burst": 10}, server={"state_directory": str(state)})
    gateway = host.start(toml)
    client = gateway.client()
    for _ in range(6):
        client.chat(PROMPT)
    host.set_clock(step)
    client.chat(PROMPT)
    assert served(10, lambda: client.chat(PROMPT, timeout=0.5)) == 3
    window = next(limit for limit in Tool(gateway.socket).json("limits") if limit["kind"] == "requests/min")
    assert window["used"] == 10
    gateway.stop()
    host.set_clock(0)
    again = host.start(toml).client()
    assert served(10, lambda: again.chat(PROMPT, timeout=0.5)) == 0
    assert len(up.exchanges) == 10


@STEPS
def test_what_runs_keeps_its_times(host: Host, upstream: StartUpstream, step: int) -> None:
    """A stream goes on, its clocks and its deadline are those of before, and what is told of it is true."""
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("一")
        assert go_on.wait(30)
        exchange.delta("二")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    up = upstream(script)
    gateway = host.start(configuration(up.base_url, provider={"idle_timeout": "20s", "total_timeout": "30s"}))
    client = gateway.client()
    began = time.monotonic()
    with client.stream_chat(PROMPT, timeout=60) as stream:
        assert next(stream).text == "一"
        host.set_clock(step)
        (request,) = Tool(gateway.socket).json("requests")
        assert 0 <= request["age_ms"] < 60_000, request
        assert client.status().uptime_ms < 60_000
        said = datetime.fromisoformat(json.loads(gateway.log.splitlines()[-1])["time"])
        assert abs((said - datetime.now(timezone.utc)).total_seconds() - step) < 60, "the daemon has the other time"
        go_on.set()
        assert "".join(chunk.text for chunk in stream) == "二"
    # One that gets no answer ends when its time is over, not an hour earlier or later.
    go_on.clear()
    began = time.monotonic()
    with pytest.raises(GatewayError) as caught:
        for _ in client.stream_chat(PROMPT, timeout=1.5):
            pass
    assert caught.value.reason == "llmgw.gateway.deadline_exceeded"
    assert 1.4 < time.monotonic() - began < 15
    go_on.set()


@STEPS
def test_a_gate_opens_when_it_was_to_open(host: Host, upstream: StartUpstream, step: int) -> None:
    """An upstream's Retry-After is so many seconds, whatever the clock does meanwhile."""
    answers = iter([429])

    def script(exchange: Exchange) -> None:
        if (status := next(answers, 200)) == 200:
            exchange.reply(chat_reply("好"))
        else:
            exchange.reply({"error": {"message": "太快", "type": "rate_limit"}}, status=status, retry_after="3")

    gateway = host.start(configuration(upstream(script).base_url, resilience=EAGER))
    client = gateway.client()
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.chat, PROMPT, timeout=20)
        wait_until(lambda: gate(gateway.client(), "sim") > 0, "the gate is closed")
        host.set_clock(step)
        assert 0 < gate(gateway.client(), "sim") <= 3
        assert waiting.result(20).text == "好"
    assert 2.9 < time.monotonic() - began < 15


def test_a_process_that_stood_still_goes_on(host: Host, upstream: StartUpstream) -> None:
    """As after a host's sleep, when the wall clock has run on: what was under way comes to its end, and what comes in is answered."""
    held = threading.Event()

    def script(exchange: Exchange) -> None:
        assert held.wait(30)
        exchange.reply(chat_reply(f"答：{exchange.request.json['messages'][-1]['content']}"))

    gateway = host.start(configuration(upstream(script).base_url) + section("cache", {"mode": "on"}))
    count = 20

    def ask(number: int) -> str:
        with Client(str(gateway.socket), timeout=60) as client:
            return client.chat(f"{PROMPT} {number}", temperature=0).text

    with ThreadPoolExecutor(count) as pool:
        running = [pool.submit(ask, number) for number in range(count)]
        wait_until(lambda: gateway.client().status().in_flight == count, "all are under way")
        os.kill(gateway.pid, signal.SIGSTOP)
        try:
            host.set_clock(10 * 60)
            held.set()
            late = pool.submit(ask, count)
        finally:
            # Two seconds are what a stalled thread may take, and longer than every pause of the daemon's own.
            threading.Timer(2, os.kill, (gateway.pid, signal.SIGCONT)).start()
        texts = [call.result(60) for call in [*running, late]]
    assert texts == [f"答：{PROMPT} {number}" for number in range(count + 1)]
    wait_until(lambda: gateway.client().status().in_flight == 0, "nothing is left")
