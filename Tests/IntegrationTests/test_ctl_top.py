"""llmgw-ctl top in a real terminal: what a person sees, and the terminal afterwards."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest
from conftest import StartDaemon
from harness.answers import Answer, AnsweringDaemon
from harness.configuration import configuration
from harness.processes import Daemon, Simulator, binary, environment
from harness.screen import Screen
from harness.tool import UNREACHABLE, USAGE, Tool
from harness.waiting import wait_until
from llmgw.v1 import admin_pb2, cache_pb2, host_pb2, quota_pb2, types_pb2

Begin = Callable[[str], str]


@pytest.fixture
def gateway(daemon: StartDaemon, sim: Simulator) -> Daemon:
    """Its models answer for ever."""
    return daemon(configuration(sim.base_url, "大模型", "other", model={"upstream_model": "sim-hang"}))


@pytest.fixture
def ctl(gateway: Daemon) -> Tool:
    return Tool(gateway.socket)


@pytest.fixture
def begin(ctl: Tool) -> Iterator[Begin]:
    """Begins a request to a model, and gives its id."""
    started: list[subprocess.Popen[bytes]] = []

    def start(model: str) -> str:
        before = ids(ctl)
        started.append(ctl.start("chat", "--model", model, "问题"))
        return wait_until(lambda: ids(ctl) - before, "the request runs").pop()

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=10)


def ids(ctl: Tool) -> set[str]:
    return {request["request_id"] for request in ctl.json("requests")}


@pytest.fixture
def screen(gateway: Daemon, directory: pathlib.Path) -> Iterator[Screen]:
    screen = Screen(directory, {**environment(), "LLMGW_SOCKET": str(gateway.socket)})
    yield screen
    screen.stop()


def start_top(screen: Screen) -> str:
    """Starts it; the terminal's settings before."""
    before = screen.settings
    screen.enter(f"{binary('llmgw-ctl')} top --interval 200ms")
    screen.wait_for("in flight", "[1 requests]")
    assert screen.modes == ("1", "0")
    assert " -echo " in screen.settings
    return before


def assert_restored(screen: Screen, before: str, status: int) -> None:
    """The shell's own screen is back, with what stood there, the cursor and the settings."""
    wait_until(lambda: screen.modes == ("0", "1"), "the shell has its screen and the cursor")
    screen.enter("echo status=$?")
    shown = screen.wait_for(f"status={status}")
    assert "top --interval" in shown and "in flight" not in shown
    assert modes_of(screen.settings) == modes_of(before)


def modes_of(settings: str) -> set[str]:
    words = {word.strip(";") for word in settings.split()}
    return {name for name in ("icanon", "echo", "isig", "iexten", "opost", "icrnl", "ixon") if name in words}


def test_a_request_is_seen_filtered_looked_at_and_cancelled(screen: Screen, begin: Begin, ctl: Tool) -> None:
    wide, other = begin("大模型"), begin("other")
    before = start_top(screen)
    screen.wait_for(wide, other, "in flight 2")

    screen.type("/大模")
    screen.wait_for("Filter: 大模_")
    assert other not in screen.wait_for(wide)
    screen.press("Enter")
    screen.wait_for("filter: 大模", f"> {wide}")

    screen.press("Enter")
    screen.wait_for(f"Request {wide}", "phase      waiting for first token", "sent       0 bytes")
    screen.type("c")
    screen.wait_for(f"Cancel request {wide}?")
    screen.type("n")
    screen.wait_for("not cancelled")
    assert ids(ctl) == {wide, other}
    screen.type("cy")
    screen.wait_for("no longer in flight")
    assert ids(ctl) == {other}

    screen.press("Escape")
    screen.wait_for("[1 requests]", "filter: 大模")
    screen.press("Escape")
    screen.wait_for(f"> {other}")
    screen.type("q")
    assert_restored(screen, before, 0)


def test_views_help_and_pause(screen: Screen, begin: Begin) -> None:
    before = start_top(screen)
    screen.type("2")
    screen.wait_for("[2 models]", "TOK/S")
    screen.type("3")
    screen.wait_for("[3 providers]", "> up", "healthy")
    screen.type("s")
    screen.wait_for("IN FLIGHT↓")
    screen.type("?")
    screen.wait_for("cancel a request, after a question")
    screen.type("x1p")
    screen.wait_for("refresh paused", "[1 requests]")
    begin("大模型")
    screen.type("h")
    screen.wait_for("stop refreshing")
    assert "in flight 0" in screen.text
    screen.type("xp")
    screen.wait_for("in flight 1")
    screen.press("C-c")
    assert_restored(screen, before, 0)


def test_the_frame_follows_the_terminals_size(screen: Screen, begin: Begin) -> None:
    request = begin("大模型")
    before = start_top(screen)
    screen.wait_for(request, "OPERATION")
    for columns, rows in ((50, 12), (20, 4), (3, 2), (200, 50)):
        screen.resize(columns, rows)
        lines = wait_until(lambda: fitting(screen, columns, rows), f"a frame of {columns} × {rows}")
        assert len(lines) <= rows
    screen.wait_for(request, "OPERATION")
    screen.type("q")
    assert_restored(screen, before, 0)


def fitting(screen: Screen, columns: int, rows: int) -> list[str]:
    """The lines, once the last one is the last of a frame made for this size."""
    lines = screen.text.split("\n")[:-1]
    keys = "?: help  /: filter"
    hint = keys if columns >= len(keys) else keys[: columns - 1] + "…"
    return lines if len(lines) == rows and lines[-1].startswith(hint) else []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGSEGV, 139)])
def test_the_terminal_is_restored_whatever_ends_it(screen: Screen, number: signal.Signals, status: int) -> None:
    before = start_top(screen)
    os.kill(top_process(screen), number)
    assert_restored(screen, before, status)


def top_process(screen: Screen) -> int:
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            environ = (entry / "environ").read_bytes()
        except OSError:
            continue  # It has ended meanwhile, or it is somebody else's.
        if words[:2] == [binary("llmgw-ctl").encode(), b"top"] and screen.socket.encode() in environ:
            return int(entry.name)
    raise AssertionError("top does not run")


def test_it_stops_and_goes_on_as_the_shell_says(screen: Screen, begin: Begin) -> None:
    before = start_top(screen)
    screen.press("C-z")
    wait_until(lambda: screen.modes == ("0", "1"), "the shell has its screen")
    begin("other")
    screen.enter("fg")
    screen.wait_for("in flight 1")
    screen.type("q")
    assert_restored(screen, before, 0)


def test_a_daemon_that_goes_and_comes_back(screen: Screen, gateway: Daemon) -> None:
    before = start_top(screen)
    gateway.stop()
    screen.wait_for("no answer, trying again")
    gateway.start()
    screen.wait_without("no answer")
    screen.type("q")
    assert_restored(screen, before, 0)


def test_once_prints_plain_text(ctl: Tool, begin: Begin) -> None:
    request = begin("大模型")
    text = ctl("top", "--once", "--interval", "100ms").stdout
    assert "\x1b" not in text
    for part in ("in flight 1", request, "大模型", "PROVIDER", "ATTEMPTS/S", "up "):
        assert part in text
    narrow = ctl("top", "--once", "--interval", "100ms", "--width", "40").stdout
    assert request in narrow
    assert max(len(line) for line in narrow.splitlines()) <= 40


def test_once_for_programs(ctl: Tool, begin: Begin) -> None:
    request = begin("大模型")
    document = ctl.json("top", "--once", "--interval", "100ms")
    assert document["in_flight"] == 1
    assert document["requests"][0]["request_id"] == request
    assert document["requests"][0]["model"] == "大模型"
    assert document["providers"][0]["in_flight"] == 1
    assert document["requests_per_second"] >= 0


def test_widths_do_not_depend_on_the_locale(ctl: Tool, begin: Begin) -> None:
    begin("大模型")
    shown = [ctl("models").stdout]
    ctl.environment["LC_ALL"] = "C"
    shown.append(ctl("models").stdout)
    assert shown[0] == shown[1] and "大模型" in shown[0]


COST = types_pb2.Cost(micros=1_250_000, currency="EUR")
WHOLE = {
    0x0301: admin_pb2.StatusReply(
        version="9.9.9", pid=1, uptime_ms=60_000, in_flight=1, waiting=2, requests=50, succeeded=45, failed=4, cancelled=1,
        cache=cache_pb2.CacheCounts(hits=3, misses=1), costs_today=[COST],
        providers=[admin_pb2.ProviderStatus(name="上游", in_flight=1, waiting=3, attempts=60, failures=6)],
        models=[admin_pb2.ModelStatus(name="大模型", provider="上游", requests=50, failed=4)],
    ),
    0x0302: admin_pb2.ListRequestsReply(requests=[admin_pb2.RequestStatus(request_id="0123456789abcdef", model="大模型", age_ms=1500)]),
    0x0305: admin_pb2.ListDeploymentsReply(),
    0x0402: quota_pb2.ListQueuesReply(queues=[quota_pb2.QueueStatus(client="甲", waiting=2, oldest_ms=2500)], waiting=2),
    0x0403: quota_pb2.ListClientsReply(clients=[quota_pb2.ClientAccount(name="甲", uid=7, in_flight=1, waiting=2, requests=50, costs=[COST])]),
    0x0501: cache_pb2.GetCacheStatsReply(models=[cache_pb2.CacheCountsOf(name="大模型", counts=cache_pb2.CacheCounts(hits=1, misses=1))]),
    0x0607: host_pb2.GetLatencyReply(
        rows=[host_pb2.LatencyRow(name=name, span="first token", count=9, p50_us=120_000, p95_us=800_000) for name in ("大模型", "上游", "甲")]
    ),
}


def test_a_daemon_that_tells_everything(directory: pathlib.Path) -> None:
    path = directory / "whole.sock"
    daemon = AnsweringDaemon(path, {method: Answer(reply) for method, reply in WHOLE.items()})
    try:
        document = Tool(path).json("top", "--once", "--interval", "100ms")
        text = Tool(path)("top", "--once", "--interval", "100ms").stdout
    finally:
        daemon.stop()
    first = {"first_token_p50_us": 120_000, "first_token_p95_us": 800_000}
    costs = [{"micros": 1_250_000, "currency": "EUR"}]
    wanted = {"in_flight": 1, "waiting": 5, "oldest_waiting_us": 2_500_000, "failed": 4, "hit_rate": 0.75, "costs_today": costs, "missing": [], **first}
    assert wanted.items() <= {key: document[key] for key in wanted}.items()
    assert {"model": "大模型", "hit_rate": 0.5, "in_flight": 1, **first}.items() <= document["models"][0].items()
    assert {"provider": "上游", "waiting": 3, "failed": 6, **first}.items() <= document["providers"][0].items()
    assert {"client": "甲", "uid": 7, "waiting": 2, "requests": 50, "costs": costs, **first}.items() <= document["clients"][0].items()
    for part in ("waiting 5 for up to 2.5 s", "p50 120 ms, p95 800 ms (大模型)", "cost today 1.25 EUR", "cache hits 75.0 %", "0123456789abcdef"):
        assert part in text
    assert "not shown" not in text


def test_what_it_refuses(ctl: Tool, directory: pathlib.Path) -> None:
    assert "needs a terminal" in ctl("top", status=USAGE).stderr
    assert "--once" in ctl("top", "--json", status=USAGE).stderr
    assert "100ms" in ctl("top", "--once", "--interval", "1ms", status=USAGE).stderr
    ctl("top", "--once", "--socket", str(directory / "nobody.sock"), status=UNREACHABLE)
