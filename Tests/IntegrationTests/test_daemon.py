"""The daemon as a process: its socket, its start, its end."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import socket
import stat
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import StartDaemon, StartUpstream
from harness import wire
from harness.configuration import KEY, PROMPT, configuration
from harness.processes import Daemon, Simulator, binary, environment
from harness.upstream import Exchange, Script, chat_chunk
from harness.waiting import wait_until
from harness.wire import RawClient, chat_request
from llmgw import APIConnectionError
from llmgw.v1 import types_pb2, wire_pb2

BIG = "sim-big-16777216"
NOWHERE = configuration("http://127.0.0.1:9/v1")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The daemon, when it is expected to end by itself."""
    command = [binary("llmgwd"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, env=environment(), stdin=subprocess.DEVNULL)


def refused(directory: pathlib.Path, path: pathlib.Path | str) -> str:
    config = directory / "refused.toml"
    config.write_text(NOWHERE)
    result = run("--config", config, "--socket", path)
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr and "Fatal" not in result.stderr
    return result.stderr


# The socket


@pytest.mark.parametrize("mode", [None, "0600", "0666"])
def test_mode_of_the_socket(daemon: StartDaemon, mode: str | None) -> None:
    mask = os.umask(0o077)
    try:
        gateway = daemon(configuration("http://127.0.0.1:9/v1", server={"socket_mode": mode} if mode else {}))
    finally:
        os.umask(mask)
    status = gateway.socket.stat()
    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == int(mode or "0660", 8)


def test_second_daemon_is_refused(daemon: StartDaemon, directory: pathlib.Path) -> None:
    gateway = daemon(NOWHERE)
    said = refused(directory, gateway.socket)
    assert str(gateway.socket) in said and "another daemon" in said
    assert gateway.client().ping(b"x") == b"x", "the first one is not disturbed"


def test_of_many_at_once_one_wins(directory: pathlib.Path) -> None:
    config = directory / "race.toml"
    config.write_text(NOWHERE)
    path = directory / "race.sock"
    command = [binary("llmgwd"), "--config", str(config), "--socket", str(path)]
    processes = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()) for _ in range(6)
    ]
    try:
        wait_until(lambda: sum(process.poll() is None for process in processes) == 1, "all but one give up")
        assert {process.poll() for process in processes} == {None, 1}
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
    finally:
        for process in processes:
            process.terminate()
            process.wait(10)


def test_stale_socket_is_replaced(daemon: StartDaemon, directory: pathlib.Path, sim: Simulator) -> None:
    crashed = daemon(configuration(sim.base_url))
    crashed.kill()
    assert crashed.socket.exists()
    crashed.start()
    assert crashed.client().chat(PROMPT).text


def test_foreign_socket_is_left_alone(directory: pathlib.Path) -> None:
    path = directory / "foreign.sock"
    with socket.socket(socket.AF_UNIX) as foreign:
        foreign.bind(str(path))
        foreign.listen()
        assert "another program" in refused(directory, path)
    assert path.exists()


def test_file_in_the_way_is_left_alone(directory: pathlib.Path) -> None:
    path = directory / "notes.txt"
    path.write_text("重要")
    assert "not a socket" in refused(directory, path)
    assert path.read_text() == "重要"


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775, 0o757])
def test_directory_that_others_can_write_is_refused(directory: pathlib.Path, mode: int) -> None:
    place = directory / "open"
    place.mkdir()
    place.chmod(mode)
    assert "chmod go-w" in refused(directory, place / "llmgw.sock")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a directory away")
def test_directory_of_somebody_else_is_refused(directory: pathlib.Path) -> None:
    place = directory / "foreign"
    place.mkdir()
    os.chown(place, 12345, 12345)
    assert "uid 12345" in refused(directory, place / "llmgw.sock")


def test_other_bad_places(directory: pathlib.Path) -> None:
    assert "bytes long" in refused(directory, directory / ("长" * 40))
    assert "not an absolute path" in refused(directory, "llmgw.sock")
    assert "does not exist" in refused(directory, directory / "a" / "b" / "llmgw.sock")


def test_socket_from_the_environment(directory: pathlib.Path) -> None:
    config = directory / "llmgw.toml"
    config.write_text(NOWHERE)
    for variables, path in (
        ({"LLMGW_SOCKET": str(directory / "own.sock")}, directory / "own.sock"),
        ({"XDG_RUNTIME_DIR": str(directory)}, directory / "llmgw" / "llmgw.sock"),
    ):
        process = subprocess.Popen(
            [binary("llmgwd"), "--config", str(config)], env={**environment(), **variables}, stderr=subprocess.DEVNULL
        )
        try:
            wait_until(path.exists, f"the socket {path}")
        finally:
            process.terminate()
            assert process.wait(10) == 0


# The command line


def test_check(directory: pathlib.Path) -> None:
    config = directory / "llmgw.toml"
    config.write_text(NOWHERE)
    good = run("--config", config, "--check")
    assert (good.returncode, good.stderr) == (0, "") and "valid" in good.stdout
    config.write_text(NOWHERE + "[server2]\n")
    bad = run("--config", config, "--check")
    assert bad.returncode == 2 and "server2" in bad.stderr and KEY not in bad.stderr
    assert run("--config", directory / "missing.toml", "--check").returncode == 2


def test_bad_configuration_does_not_start(directory: pathlib.Path) -> None:
    config = directory / "llmgw.toml"
    config.write_text("[server]\nsocket_mode = 660\n")
    path = directory / "llmgw.sock"
    assert run("--config", config, "--socket", path).returncode == 2
    assert not path.exists()


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["--log-level", "loud"], ["surplus"], ["--config"]])
def test_wrong_command_line(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 2, result
    assert result.stderr


def test_version_and_help() -> None:
    assert run("--version").stdout.strip()
    text = run("--help")
    assert text.returncode == 0 and "EXAMPLES" in text.stdout and "EXIT STATUS" in text.stdout


# The end


def counting(go_on: threading.Event) -> Script:
    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("一")
        assert go_on.wait(20)
        exchange.delta("二")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    return script


def test_drain(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """SIGTERM: running calls go on, new ones are refused as safe to repeat, then the daemon ends well."""
    go_on = threading.Event()
    up = upstream(counting(go_on))
    gateway = daemon(configuration(up.base_url))
    with RawClient(gateway.socket) as client, RawClient(gateway.socket) as idle:
        client.hello()
        idle.hello()
        client.request(1, chat_request(PROMPT, stream=True))
        while client.frame().type != wire.DATA:
            pass
        gateway.terminate()
        goodbye = client.frame()
        assert goodbye.type == wire.GOAWAY
        message = wire_pb2.GoAway.FromString(goodbye.payload)
        assert message.last_stream == 1 and message.grace_ms == 30_000 and message.reason
        assert idle.frame().type == wire.GOAWAY and idle.is_closed()
        client.request(3, chat_request(PROMPT))
        status = client.end(3).status
        assert (status.reason, status.code, status.not_processed) == ("llmgw.gateway.draining", 14, True)
        assert status.retry == types_pb2.RETRY_SAFE
        go_on.set()
        assert client.frame().type == wire.DATA
        assert client.end(1).status.code == 0
        assert client.is_closed()
    assert gateway.wait() == 0
    assert len(up.requests) == 1


def test_drain_takes_the_rest_of_a_request(daemon: StartDaemon, sim: Simulator) -> None:
    """GOAWAY names it among those that are served, so it has to be."""
    gateway = daemon(configuration(sim.base_url))
    request = chat_request(PROMPT)
    with RawClient(gateway.socket) as client:
        client.hello()
        client.request(1, request[:7], more=True)
        client.send(wire.encode(wire.PING, payload=b"12345678"))
        assert client.frame().type == wire.PONG
        gateway.terminate()
        goodbye = client.frame()
        assert goodbye.type == wire.GOAWAY
        assert wire_pb2.GoAway.FromString(goodbye.payload).last_stream == 1
        client.request(1, request[7:])
        assert client.end(1).status.code == 0
        assert client.is_closed()
    assert gateway.wait() == 0


def test_drain_timeout_of_a_request_that_began_late(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """It has the rest of the time, and its END like the others."""
    up = upstream(lambda exchange: exchange.wait_closed())
    gateway = daemon(configuration(up.base_url, server={"drain_timeout": "1s"}))
    request = chat_request("今天")
    with RawClient(gateway.socket) as client:
        client.hello()
        client.request(1, request[:7], more=True)
        client.send(wire.encode(wire.PING, payload=b"12345678"))
        assert client.frame().type == wire.PONG
        gateway.terminate()
        assert client.frame().type == wire.GOAWAY
        client.request(1, request[7:])
        up.wait_for(1)
        status = client.end(1).status
        assert (status.reason, status.retry) == ("llmgw.gateway.draining", types_pb2.RETRY_AMBIGUOUS)
        assert client.is_closed()
    assert gateway.wait() == 0


def test_drain_timeout(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """What does not end in time is cut off, and called ambiguous: an upstream was at work on it."""
    up = upstream(lambda exchange: exchange.wait_closed())
    toml = configuration(up.base_url, server={"drain_timeout": "300ms"}, provider={"max_concurrency": 1})
    gateway = daemon(toml)
    with RawClient(gateway.socket) as client:
        client.hello()
        client.request(1, chat_request(PROMPT, stream=True))
        up.wait_for(1)
        client.request(3, chat_request(PROMPT))
        with gateway.client() as observer:
            wait_until(lambda: observer.status().providers[0].waiting == 1, "the second one waits for the first")
        began = time.monotonic()
        gateway.terminate()
        statuses = client.ends(1, 3)
        running, waiting = statuses[1].status, statuses[3].status
        assert (running.reason, running.retry, running.not_processed) == (
            "llmgw.gateway.draining", types_pb2.RETRY_AMBIGUOUS, False,
        )
        assert (waiting.reason, waiting.retry, waiting.not_processed) == ("llmgw.gateway.draining", types_pb2.RETRY_SAFE, True)
        assert client.is_closed()
    assert gateway.wait() == 0
    assert time.monotonic() - began < 5
    up.exchanges[0].seen_closed()


def test_end_does_not_wait_for_a_client_that_does_not_read(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, BIG, server={"drain_timeout": "300ms"}))
    with RawClient(gateway.socket) as deaf:
        deaf.hello()
        deaf.request(1, chat_request(PROMPT, stream=True))
        deaf.credit(1, 1 << 30)
        wait_until(lambda: sim.counts(BIG)["received"] == 1, "the stream runs")
        began = time.monotonic()
        gateway.terminate()
        assert gateway.wait() == 0
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_idle_daemon_ends_at_once(daemon: StartDaemon, number: signal.Signals) -> None:
    gateway = daemon(NOWHERE)
    client = gateway.client()
    client.ping()
    began = time.monotonic()
    os.kill(gateway.pid, number)
    assert gateway.wait() == 0
    assert time.monotonic() - began < 5
    with pytest.raises(APIConnectionError) as caught:
        client.ping()
    assert caught.value.reason == "llmgw.local.connect_failed" and str(gateway.socket) in str(caught.value)


def test_start_leaves_no_descriptors_and_idle_takes_no_time(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url))
    client = gateway.client()
    client.chat(PROMPT)

    def descriptors() -> int:
        return len(os.listdir(f"/proc/{gateway.pid}/fd"))

    before = descriptors()
    for _ in range(20):
        with RawClient(gateway.socket) as other:
            other.hello()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: gateway.client().chat(PROMPT), range(8)))
    wait_until(lambda: client.status().connections == 9, "the raw connections are gone")
    assert descriptors() <= before + 8 + 8, "a descriptor for each connection, and those kept to the upstream"

    def ticks() -> int:
        fields = pathlib.Path(f"/proc/{gateway.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    used = ticks()
    threading.Event().wait(1)
    assert ticks() - used <= 3, "an idle daemon sleeps"


# What it tells


def test_introspection(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(configuration(sim.base_url)).client()
    root = pathlib.Path(__file__).resolve().parents[2] / "proto"
    table = re.findall(r"^\| (0x[0-9a-f]{4}) \| `([\w./]+)` \|", (root / "PROTOCOL.md").read_text(), re.MULTILINE)
    assert client.get_info().methods == {name: int(number, 16) for number, name in table}
    schema = client.get_schema()
    assert schema == {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*.proto"))}


def test_configuration_is_shown_without_secrets(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, provider={"headers": {"X-Token": "top-secret-token"}}))
    reply = gateway.client().get_config()
    settings = {setting.key: (setting.value.decode(), setting.source) for setting in reply.settings}
    assert settings["providers.up.base_url"] == (f'"{sim.base_url}"', "file")
    assert settings["server.request_timeout"] == ('"10m"', "default")
    assert reply.path == str(gateway.config)
    assert "top-secret-token" not in str(settings) and KEY not in str(settings)


def test_status(daemon: StartDaemon, sim: Simulator) -> None:
    gateway: Daemon = daemon(configuration(sim.base_url))
    client = gateway.client()
    client.chat(PROMPT)
    status = client.status()
    assert (status.pid, status.state, status.connections) == (gateway.pid, "serving", 1)
    assert status.resident_bytes > 1 << 20 and status.version
    assert (status.clients[0].uid, status.clients[0].connections) == (os.getuid(), 1)
    assert status.models[0].usage.output_tokens == 24
