"""The daemon under a service manager: readiness, sign of life, sockets that outlive it, restarts that nobody notices."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import itertools
import json
import os
import pathlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import StartUpstream
from harness import wire
from harness.configuration import PROMPT, configuration
from harness.processes import Simulator
from harness.service_manager import ServiceManager, threads
from harness.upstream import Exchange, chat_chunk
from harness.waiting import wait_until
from harness.wire import RawClient, chat_request
from llmgw import AsyncClient, Client, GatewayError
from llmgw.v1 import wire_pb2

StartManager = Callable[..., ServiceManager]
NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture
def manager(directory: pathlib.Path, upstream: StartUpstream) -> Iterator[StartManager]:
    started: list[ServiceManager] = []

    def start(toml: str, **options: object) -> ServiceManager:
        place = directory / f"m{len(started)}"
        place.mkdir()
        started.append(ServiceManager(place, toml, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for running in started:
        running.close()


# Readiness


def test_life_of_a_service(manager: StartManager) -> None:
    """READY once it serves, STOPPING when it drains, with a line for people."""
    service = manager(configuration(NOWHERE)).start()
    assert service.messages == [{"READY": "1", "STATUS": "serving: 1 of 1 providers open, 0 calls in flight"}]
    with Client(str(service.socket)) as client:
        assert client.ping(b"x") == b"x"
    service.stop()
    assert service.heard("STOPPING") == ["1"]
    assert int(service.heard("EXTEND_TIMEOUT_USEC")[0]) == 10_000_000
    assert service.heard("STATUS")[-1].startswith("draining: ")


def test_a_long_drain_asks_for_patience(manager: StartManager, upstream: StartUpstream) -> None:
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("一")
        assert go_on.wait(30)
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    service = manager(configuration(upstream(script).base_url)).start()
    with RawClient(service.socket, patience=30) as client:
        client.hello()
        client.request(1, chat_request(PROMPT, stream=True))
        while client.frame().type != wire.DATA:
            pass
        assert service.process is not None
        service.process.terminate()
        wait_until(lambda: len(service.heard("EXTEND_TIMEOUT_USEC")) >= 2, "a second plea", within=20)
        go_on.set()
        client.credit(1, 1 << 20)
        assert client.end(1).status.code == 0
    service.stop()


# The watchdog


class Tracer:
    """Stops one thread of another process, as a debugger would; the others go on."""

    SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17

    def __init__(self, thread: int) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        self._thread = thread

    def __enter__(self) -> Tracer:
        for request in (self.SEIZE, self.INTERRUPT):
            if self._libc.ptrace(request, self._thread, None, None) != 0:
                pytest.skip(f"this host allows no tracing: {os.strerror(ctypes.get_errno())}")
        os.waitpid(self._thread, 0x40000000)  # __WALL
        return self

    def __exit__(self, *_: object) -> None:
        self._libc.ptrace(self.DETACH, self._thread, None, None)


def test_the_event_loop_feeds_the_watchdog(manager: StartManager) -> None:
    """A loop that stands still sends no sign of life, however well the rest of the process is."""
    service = manager(configuration(NOWHERE), watchdog=0.4).start()
    wait_until(lambda: len(service.heard("WATCHDOG")) >= 3, "signs of life")
    assert service.process is not None
    loop = next(thread for thread, name in threads(service.process.pid).items() if name.startswith("NIO"))
    with Tracer(loop):
        count = len(service.heard("WATCHDOG"))
        until = time.monotonic() + 1.5
        while time.monotonic() < until:  # What must not happen has to be given the time to.
            assert len(service.heard("WATCHDOG")) <= count + 1
            time.sleep(0.05)
        assert service.process.poll() is None
    count = len(service.heard("WATCHDOG"))
    wait_until(lambda: len(service.heard("WATCHDOG")) > count, "signs of life again")


def test_no_watchdog_is_fed_that_nobody_set(manager: StartManager) -> None:
    service = manager(configuration(NOWHERE)).start()
    service.stop()
    assert service.heard("WATCHDOG") == []


# Sockets


def test_foreign_descriptors_are_refused(manager: StartManager) -> None:
    service = manager(configuration(NOWHERE), names=("llmgw", "密语"))
    process = service.spawn()
    assert process.wait(20) == 1
    assert 'under the name "密语"' in service.log and "FileDescriptorName=" in service.log


def test_descriptors_without_names_are_refused(manager: StartManager) -> None:
    service = manager(configuration(NOWHERE))
    assert service.spawn(variables={"LISTEN_FDNAMES": ""}).wait(20) == 1
    assert "FileDescriptorName=" in service.log


def test_the_socket_stays_when_the_daemon_goes(manager: StartManager) -> None:
    service = manager(configuration(NOWHERE)).start()
    service.stop()
    assert service.socket.exists()
    assert not pathlib.Path(f"{service.socket}.lock").exists()
    with socket.socket(socket.AF_UNIX) as waiting:
        waiting.connect(str(service.socket))


def test_a_call_waits_for_the_daemon_that_it_starts(manager: StartManager, sim: Simulator) -> None:
    """Activation: the connection is there before the daemon is."""
    service = manager(configuration(sim.base_url))
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(lambda: Client(str(service.socket), timeout=30).chat(PROMPT).text)
        service.start()
        assert answer.result(30)


def test_socket_for_administrators(manager: StartManager) -> None:
    toml = configuration(NOWHERE, server={"max_connections_per_uid": 1})
    service = manager(toml, names=("llmgw", "llmgw-admin")).start()
    path = service.directory / "llmgw-admin.sock"
    with RawClient(service.socket) as first, RawClient(service.socket) as second:
        first.hello()
        assert second.error().status.reason == "llmgw.gateway.too_many_connections"
        with Client(str(path)) as administrator:
            assert administrator.ping(b"ok") == b"ok"
    if os.getuid() == 0:
        os.chmod(path, 0o666)
        os.chmod(service.directory, 0o755)
        os.chmod(service.directory.parent, 0o755)
        assert as_user(12345, path).startswith("llmgw.client.permission_denied This socket is for administrators")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_supplementary_groups_make_administrators(manager: StartManager) -> None:
    service = manager(configuration(NOWHERE, server={"admin_groups": ["54321"]}), names=("llmgw", "llmgw-admin")).start()
    path = service.directory / "llmgw-admin.sock"
    for place in (path, service.directory, service.directory.parent):
        os.chmod(place, 0o777)
    assert as_user(12345, path, groups=[1, 54321]) == "welcome"
    assert as_user(12345, path, groups=[1, 2]).startswith("llmgw.client.permission_denied")
    assert as_user(12345, path, groups=[*range(1000, 1200), 54321]) == "welcome", "however many groups there are"


def as_user(uid: int, path: pathlib.Path, groups: list[int] | None = None) -> str:
    """What the daemon says to a connection of this user."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups(groups or [])
            os.setgid(uid)
            os.setuid(uid)
            with RawClient(path) as client:
                with contextlib.suppress(BrokenPipeError):  # Who is refused, is refused without being asked.
                    client.send(wire.PREFACE + wire.encode(wire.HELLO, payload=wire_pb2.Hello(client_name="用户").SerializeToString()))
                frame = client.frame()
                if frame.type == wire.ERROR:
                    status = wire_pb2.ConnectionError.FromString(frame.payload).status
                    os.write(write, f"{status.reason} {status.message.decode()}".encode())
                else:
                    os.write(write, b"welcome")
        except BaseException as error:
            os.write(write, repr(error).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return text


# Ending by itself


def test_exit_when_idle(manager: StartManager, sim: Simulator) -> None:
    """Nobody calls: the daemon ends, with idle connections open; the next call finds the socket and a new daemon."""
    service = manager(configuration(sim.base_url, server={"exit_when_idle": "300ms"})).start()
    with Client(str(service.socket), timeout=30) as client:
        assert client.chat(PROMPT).text
        assert service.process is not None
        assert service.process.wait(20) == 0
        service.settle()
        assert service.heard("STOPPING") == ["1"]
        with ThreadPoolExecutor() as pool:
            answer = pool.submit(lambda: client.chat(PROMPT).text)
            service.start()
            assert answer.result(30)


def test_a_call_keeps_it_from_ending(manager: StartManager, upstream: StartUpstream) -> None:
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        assert go_on.wait(30)
        exchange.delta("慢")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    service = manager(configuration(upstream(script).base_url, server={"exit_when_idle": "100ms"})).start()
    with Client(str(service.socket), timeout=30) as client, ThreadPoolExecutor() as pool:
        answer = pool.submit(lambda: "".join(chunk.text for chunk in client.stream_chat(PROMPT)))
        threading.Timer(1, go_on.set).start()
        assert answer.result(30) == "慢"
        assert service.process is not None and service.process.wait(20) == 0


def test_idle_exit_needs_a_socket_that_stays(manager: StartManager) -> None:
    service = manager(configuration(NOWHERE, server={"exit_when_idle": "100ms"}), names=())
    service.start("--socket", str(service.socket))
    warnings = [entry for line in service.log.splitlines() if (entry := json.loads(line))["level"] == "warning"]
    assert [entry["message"] for entry in warnings] == ["server.exit_when_idle is not followed, because no service manager holds the socket"]
    with Client(str(service.socket)) as client:
        assert client.ping(b"x") == b"x"


# Restart under load


@pytest.mark.timeout(180)
def test_restart_under_load_loses_nothing_that_was_not_begun(manager: StartManager, sim: Simulator) -> None:
    """Clients call without a pause while the daemon is restarted again and again. Each call is answered: what runs may end, what comes in
    the meantime waits in the socket that the manager holds, and clients connect anew by themselves."""
    service = manager(configuration(sim.base_url)).start()
    stop = threading.Event()
    failures: list[str] = []
    done = itertools.count()
    restarts = 4

    def call(number: int) -> int:
        calls = 0
        with Client(str(service.socket), timeout=60) as client:
            while not stop.is_set():
                try:
                    if calls % 3 == 2:
                        assert "".join(chunk.text for chunk in client.stream_chat(PROMPT))
                    else:
                        assert client.chat(f"{PROMPT} {number}.{calls}").text
                except GatewayError as error:
                    failures.append(f"{error.reason}: {error}")
                calls += 1
                next(done)
        return calls

    def calls_so_far() -> int:
        return int(repr(done)[len("count("):-1])

    with ThreadPoolExecutor(8) as pool:
        counts = [pool.submit(call, number) for number in range(8)]
        try:
            for _ in range(restarts):
                before = calls_so_far()
                wait_until(lambda before=before: calls_so_far() >= before + 40, "calls go on", within=60)  # type: ignore[misc]
                service.restart()
        finally:
            stop.set()
        calls = sum(count.result(60) for count in counts)
    assert failures == []
    assert len(service.heard("READY")) == restarts + 1
    assert sim.counts("sim")["completed"] == calls


@pytest.mark.timeout(180)
def test_restart_under_load_of_asyncio_clients(manager: StartManager, sim: Simulator) -> None:
    service = manager(configuration(sim.base_url)).start()
    failures: list[str] = []
    calls = 0

    async def call(stop: asyncio.Event) -> None:
        nonlocal calls
        async with AsyncClient(str(service.socket), timeout=60) as client:
            while not stop.is_set():
                try:
                    assert (await client.chat(PROMPT)).text
                except GatewayError as error:
                    failures.append(f"{error.reason}: {error}")
                calls += 1

    async def run() -> None:
        stop = asyncio.Event()
        tasks = [asyncio.create_task(call(stop)) for _ in range(8)]
        for _ in range(4):
            before = calls
            while calls < before + 40:
                await asyncio.sleep(0.002)
            await asyncio.to_thread(service.restart)
        stop.set()
        await asyncio.gather(*tasks)

    asyncio.run(asyncio.wait_for(run(), 120))
    assert failures == []
    assert sim.counts("sim")["completed"] == calls
