"""llmgw-ctl upgrade: another program takes the daemon's place, and no caller notices."""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import StartUpstream
from harness.configuration import PROMPT, configuration, section
from harness.processes import REPOSITORY, Simulator, binary
from harness.quota import ArrivingRequests
from harness.service_manager import ServiceManager
from harness.tool import FAILURE, Tool
from harness.upstream import Exchange, chat_chunk, chat_reply
from harness.waiting import wait_until
from llmgw import Client, GatewayError
from llmgw.types import BatchResult

Start = Callable[..., "Upgradable"]


class Upgradable(ServiceManager):
    """A daemon whose program lies in a directory of its own, where another one can be put in its place."""

    def __init__(self, directory: pathlib.Path, toml: str, **options: object) -> None:
        super().__init__(directory, toml, **options)  # type: ignore[arg-type]
        self.program = directory / "llmgwd"
        shutil.copy(binary("llmgwd"), self.program)
        self.ctl = Tool(self.socket)

    def put(self, text: str) -> None:
        """Another program, as a package would put it in place: by renaming."""
        other = self.directory / "llmgwd.new"
        other.write_text(text)
        other.chmod(0o755)
        os.replace(other, self.program)

    def put_again(self) -> None:
        shutil.copy(binary("llmgwd"), self.directory / "llmgwd.new")
        os.replace(self.directory / "llmgwd.new", self.program)

    @property
    def main(self) -> int:
        """The process that serves: where it says so last, else the one that was started."""
        assert self.process is not None
        told = self.heard("MAINPID")
        return int(told[-1]) if told else self.process.pid

    def upgrade(self) -> None:
        before = self.main
        report = self.ctl.json("upgrade")
        assert report["done"], report
        wait_until(lambda: self.main == report["pid"] != before, "the manager knows the new process")

    def used(self, kind: str = "requests/min", of: str = "used") -> int:
        """Of the provider's limit."""
        limits = {(limit["scope"], limit["kind"]): limit for limit in self.ctl.json("limits")}
        return int(limits["provider/up", kind][of])

    def kept(self) -> int:
        """Requests in the ledger that were answered. One that was not begun, and repeated by its client, stands there as such."""
        return sum(row["succeeded"] for row in self.ctl.json("usage")["rows"])

    def end(self) -> None:
        """Ends whoever serves, and waits for all of them."""
        if self.process is None:
            return
        last = self.main
        for process in {last, self.process.pid if self.process else last}:
            with_suppressed(lambda process=process: os.kill(process, signal.SIGTERM))
        wait_until(lambda: not alive(last), "the last daemon ends", within=40)
        process, self.process = self.process, None
        assert process.wait(40) == 0, self.log


def with_suppressed(action: Callable[[], None]) -> None:
    try:
        action()
    except ProcessLookupError:
        pass


def alive(process: int) -> bool:
    try:
        state = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def service(directory: pathlib.Path, upstream: StartUpstream) -> Iterator[Start]:
    started: list[Upgradable] = []

    def start(toml: str, *arguments: str, **options: object) -> Upgradable:
        place = directory / f"u{len(started)}"
        place.mkdir()
        running = Upgradable(place, toml, **options)
        started.append(running)
        running.start(*arguments)
        return running

    yield start
    for running in started:
        running.end()
        running.close()


class Calls:
    """Counts what clients in several threads have done, and what went wrong."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.failures: list[str] = []
        self._done = itertools.count()

    def note(self) -> None:
        next(self._done)

    @property
    def done(self) -> int:
        return int(repr(self._done)[len("count("):-1])

    def more(self, count: int) -> None:
        before = self.done
        wait_until(lambda: self.done >= before + count, "calls go on", within=60)


@pytest.fixture(scope="session")
def calling(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A program that calls by way of libllmgw."""
    folder = REPOSITORY / "clients" / "c"
    subprocess.run(["make", "-s", "-C", folder, "build/libllmgw.a"], check=True, timeout=120)
    program = tmp_path_factory.mktemp("calling") / "calling"
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "libprotobuf-c"], check=True, capture_output=True, text=True).stdout.split()
    source = pathlib.Path(__file__).parent / "harness" / "calling.c"
    subprocess.run(["cc", "-o", program, source, f"-I{folder}/include", folder / "build" / "libllmgw.a", *flags], check=True, timeout=60)
    return program


def call_c(calls: Calls, program: pathlib.Path, environment: dict[str, str]) -> int:
    count = 0
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as caller:
        assert caller.stdin and caller.stdout
        stopper = threading.Thread(target=lambda stdin=caller.stdin: (calls.stop.wait(), stdin.close()))
        stopper.start()
        for line in caller.stdout:
            if line != "ok\n":
                calls.failures.append(line)
            count += 1
            calls.note()
        stopper.join()
    assert caller.returncode == 0
    return count


def call_python(calls: Calls, socket: pathlib.Path, number: int) -> int:
    """How many requests were answered; a batch has three."""
    count = answered = 0
    with Client(str(socket), timeout=60) as client:
        while not calls.stop.is_set():
            try:
                if count % 4 == 1:
                    assert "".join(chunk.text for chunk in client.stream_chat(PROMPT))
                elif count % 4 == 3:
                    with client.batch([PROMPT] * 3) as batch:
                        outcomes = [event for event in batch if isinstance(event, BatchResult)]
                    calls.failures += [f"item: {outcome.error}" for outcome in outcomes if outcome.error]
                    assert len(outcomes) == 3
                    answered += 2
                else:
                    assert client.chat(f"{PROMPT} {number}.{count}").text
            except GatewayError as error:
                calls.failures.append(f"{error.reason}: {error}")
            count += 1
            answered += 1
            calls.note()
    return answered


def test_the_service_goes_on_in_another_process(service: Start, sim: Simulator) -> None:
    running = service(configuration(sim.base_url), names=("llmgw", "llmgw-admin"))
    first = running.main
    with Client(str(running.socket), timeout=30) as client:
        assert client.chat(PROMPT).text
        running.put_again()
        report = running.ctl.json("upgrade")
        assert report["done"] and report["problems"] == [] and report["pid"] != first
        wait_until(lambda: not alive(first), "the first daemon ends")
        assert running.process is not None and running.process.wait(10) == 0
        assert client.chat(PROMPT).text
        assert client.status().pid == report["pid"]
    assert running.heard("MAINPID") == [str(report["pid"])]
    wait_until(lambda: len(running.heard("READY")) == 2, "the second daemon is ready")
    messages = [message for message in running.messages if "MAINPID" in message or "READY" in message]
    assert ["MAINPID" in message for message in messages] == [False, True, False], "the manager knows who speaks before it hears READY"
    assert running.heard("STOPPING") == [], "the service does not stop"


def test_a_socket_of_the_daemons_own_goes_on(service: Start, sim: Simulator, directory: pathlib.Path) -> None:
    """Nobody else holds it: file and lock go to the new daemon, which removes them in the end."""
    socket = directory / "own.sock"
    running = service(configuration(sim.base_url, server={"socket": str(socket)}), names=())
    running.ctl = Tool(socket)
    inode = socket.stat().st_ino
    running.upgrade()
    running.upgrade()
    assert socket.stat().st_ino == inode
    second = subprocess.run(
        [running.program, "--config", running.config], capture_output=True, timeout=30, check=False, env=running.ctl.environment
    )
    assert second.returncode == 1 and b"in use by another daemon" in second.stderr
    with Client(str(socket), timeout=30) as client:
        assert client.chat(PROMPT).text
    running.end()
    assert not socket.exists() and not pathlib.Path(f"{socket}.lock").exists()


BROKEN = {
    "no program": ("这不是程序\n", "cannot be started"),
    "one that ends": ("#!/bin/sh\nexit 3\n", "ended before it was ready"),
    "one that hangs": ("#!/bin/sh\nexec sleep 600\n", "not ready in time"),
    "one that crashes": ("#!/bin/sh\nkill -SEGV $$\n", "ended before it was ready"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_program_changes_nothing(service: Start, sim: Simulator, kind: str) -> None:
    running = service(configuration(sim.base_url))
    text, problem = BROKEN[kind]
    running.put(text)
    first = running.main
    with Client(str(running.socket), timeout=30) as client:
        assert client.chat(PROMPT).text
        result = running.ctl("upgrade", "--within", "1s" if "hangs" in kind else "20s", status=FAILURE)
        assert problem in result.stdout and "the old one goes on" in result.stderr
        assert client.chat(PROMPT).text and client.status().pid == first
    assert running.main == first and running.heard("MAINPID") == []
    assert '"the new daemon did not get ready"' in running.log
    running.put_again()
    running.upgrade()


def test_mistakes_of_the_configuration_are_told(service: Start, sim: Simulator) -> None:
    """The new daemon reads it, and the old one goes on with what it has read before."""
    running = service(configuration(sim.base_url))
    running.config.write_text(configuration(sim.base_url, server={"drain_timeout": "好"}))
    result = running.ctl("upgrade", status=FAILURE)
    assert "server.drain_timeout" in result.stdout and str(running.config) in result.stdout
    with Client(str(running.socket), timeout=30) as client:
        assert client.chat(PROMPT).text
    running.config.write_text(configuration(sim.base_url))
    running.upgrade()


def test_one_that_fails_at_the_last_moment_gives_everything_back(service: Start, sim: Simulator, directory: pathlib.Path) -> None:
    """The files are with the new daemon already when it finds that it cannot serve: the old one takes them back."""
    state = directory / "state"
    state.mkdir()
    toml = configuration(sim.base_url, server={"state_directory": str(state)}, provider={"rpm": 1000})
    running = service(toml)
    with Client(str(running.socket), timeout=30) as client:
        assert client.chat(PROMPT).text
        # A place where a socket cannot be made is found out late.
        running.config.write_text(toml + section("metrics", {"socket": str(directory / "不在" / "深" / "metrics.sock")}))
        result = running.ctl("upgrade", status=FAILURE)
        assert "metrics.sock" in result.stdout
        assert client.chat(PROMPT).text
        running.config.write_text(toml)
        assert running.used() == 2 and running.kept() == 2
        running.upgrade()
        assert client.chat(PROMPT).text
    assert running.used() == 3 and running.kept() == 3, "window and ledger go on"


def test_what_cannot_be_opened_again_does_not_take_the_socket_along(
    service: Start, upstream: StartUpstream, directory: pathlib.Path
) -> None:
    """Neither daemon can open the place for the metrics: the old one goes on without, on the socket that it made, and with its files."""
    socket, state, place = directory / "own.sock", directory / "state", directory / "指标"
    state.mkdir()
    (place / "m").mkdir(parents=True)
    up = upstream(lambda exchange: exchange.reply(chat_reply("答案")))
    toml = configuration(up.base_url, server={"socket": str(socket), "state_directory": str(state)})
    running = service(
        toml + section("cache", {"mode": "on", "disk": True}) + section("metrics", {"socket": str(place / "m" / "metrics.sock")}), names=()
    )
    running.ctl = Tool(socket)
    inode = socket.stat().st_ino
    first = running.main
    shutil.rmtree(place)
    result = running.ctl("upgrade", status=FAILURE)
    assert "metrics.sock" in result.stdout
    with Client(str(socket), timeout=30) as client:
        for number in range(20):
            assert client.chat(f"{PROMPT} {number}", temperature=0).text == "答案"
    assert socket.stat().st_ino == inode and pathlib.Path(f"{socket}.lock").exists()
    assert "the metrics cannot be collected any more" in running.log
    # Put right, the next upgrade works, and everything was kept on disk meanwhile.
    (place / "m").mkdir(parents=True)
    assert running.ctl.json("upgrade")["done"]
    with Client(str(socket), timeout=30) as client:
        assert client.status().pid != first
        assert [client.chat(f"{PROMPT} {number}", temperature=0).info.cache for number in range(20)] == ["hit"] * 20
    assert (place / "m" / "metrics.sock").is_socket()
    assert len(up.exchanges) == 20


def test_streams_end_on_the_daemon_where_they_began(service: Start, upstream: StartUpstream) -> None:
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        if not exchange.request.json.get("stream"):
            return exchange.reply(chat_reply("新"))
        exchange.open_stream()
        exchange.delta("一")
        assert go_on.wait(30)
        exchange.delta("二")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    running = service(configuration(upstream(script).base_url))
    first = running.main
    with Client(str(running.socket), timeout=30) as client:
        stream = client.stream_chat(PROMPT)
        assert next(stream).text == "一"
        running.upgrade()
        assert client.chat(PROMPT).text == "新", "new calls go to the new daemon at once"
        assert client.status().pid == running.main != first
        assert alive(first)
        go_on.set()
        assert "".join(chunk.text for chunk in stream) == "二"
    wait_until(lambda: not alive(first), "the first daemon ends")


def test_the_signal_to_end_ends_an_upgrade(service: Start, sim: Simulator) -> None:
    running = service(configuration(sim.base_url))
    told = running.directory / "pid"
    running.put(f"#!/bin/sh\necho $$ >{told}\nexec sleep 600\n")
    command = running.ctl.start("upgrade")
    wait_until(lambda: told.exists() and told.read_text().strip(), "the new program runs")
    started = int(told.read_text())
    assert running.process is not None
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(20) == 0
    wait_until(lambda: not alive(started), "the new program is ended")
    output, _ = command.communicate(timeout=20)
    assert command.returncode == FAILURE and b"told to end" in output


@pytest.mark.timeout(240)
def test_nobody_notices(service: Start, sim: Simulator, directory: pathlib.Path, calling: pathlib.Path) -> None:
    """Programs with each of the clients call without a pause, through several upgrades: no call fails, and none is made twice."""
    state = directory / "state"
    state.mkdir()
    running = service(configuration(sim.base_url, server={"state_directory": str(state)}, provider={"rpm": 1_000_000, "max_concurrency": 6}))
    calls = Calls()
    swift = running.ctl.start(
        "bench", "--yes", "--json", "--duration", "600s", "--requests", "1000000", "--connections", "2", "--concurrency", "4")
    upgrades = 4
    with ThreadPoolExecutor(6) as pool:
        counts = [pool.submit(call_python, calls, running.socket, number) for number in range(4)]
        counts += [pool.submit(call_c, calls, calling, running.ctl.environment) for _ in range(2)]
        try:
            for _ in range(upgrades):
                calls.more(40)
                running.put_again()
                running.upgrade()
            calls.more(40)
        finally:
            calls.stop.set()
            swift.send_signal(signal.SIGINT)
        answers = [count.result(60) for count in counts]
        assert 0 not in answers
        answered = sum(answers)
    output, errors = swift.communicate(timeout=60)
    assert calls.failures == []
    report = json.loads(output)
    assert report["succeeded"] > 0 and report["failed"] == 0, errors
    assert sim.counts("sim")["max_in_flight"] <= 6
    assert len(running.heard("MAINPID")) == upgrades
    # The end of the load can have cut off as many calls as it had in flight.
    expected = range(answered + report["succeeded"], answered + report["succeeded"] + 4 + 1)
    assert sim.counts("sim")["completed"] in expected, "each was made once"
    wait_until(lambda: running.kept() >= expected.start, "the ledger has them")
    assert running.kept() in expected, "the ledger has each of them once"


# Limits, while two daemons serve


def held(upstream: StartUpstream) -> tuple[ArrivingRequests, str]:
    arriving = ArrivingRequests(held=True)
    return arriving, upstream(arriving.script).base_url


def test_places_are_not_given_twice(service: Start, upstream: StartUpstream) -> None:
    arriving, url = held(upstream)
    running = service(configuration(url, provider={"max_concurrency": 3}))
    with ThreadPoolExecutor(8) as pool, Client(str(running.socket), timeout=60) as client:
        early = [pool.submit(client.chat, PROMPT) for _ in range(4)]
        wait_until(lambda: len(arriving.arrivals) == 3, "three are at work, and one waits")
        running.upgrade()
        assert running.used("concurrency", of="reserved") == 3
        with Client(str(running.socket), timeout=60) as other:
            late = [pool.submit(other.chat, PROMPT) for _ in range(3)]
            wait_until(lambda: running.ctl.json("status")["waiting"] == 3, "the new ones wait")
            assert len(arriving.arrivals) == 3
            arriving.hold.set()
            assert all(answer.result(30).text for answer in early + late)
    wait_until(lambda: running.used("concurrency", of="reserved") == 0, "all places are free")


def test_windows_and_ledger_go_on(service: Start, upstream: StartUpstream, directory: pathlib.Path) -> None:
    """What runs on the old daemon counts on the new one, what it turns out to take as well, and stands in the ledger in the end."""
    state = directory / "state"
    state.mkdir()
    arriving, url = held(upstream)
    arriving.tokens = 500
    toml = configuration(
        url, server={"state_directory": str(state)},
        provider={"rpm": 4, "rpm_burst": 4, "tpm": 100_000, "rpd": 50, "budget_per_day": 1}, model={"input_price": 1, "output_price": 1})
    running = service(toml)
    with ThreadPoolExecutor(8) as pool, Client(str(running.socket), timeout=60) as client:
        early = [pool.submit(client.chat, PROMPT, max_tokens=10) for _ in range(3)]
        wait_until(lambda: len(arriving.arrivals) == 3, "three are at work")
        running.upgrade()
        with Client(str(running.socket), timeout=60) as other:
            assert (running.used(of="reserved"), running.used("requests/day", of="reserved")) == (3, 3)
            [budget] = running.ctl.json("budgets")
            assert budget["reserved"]["micros"] > 0
            fourth = pool.submit(other.chat, PROMPT, max_tokens=10)
            wait_until(lambda: len(arriving.arrivals) == 4, "the fourth may go")
            with pytest.raises(GatewayError) as caught:
                other.chat(PROMPT, timeout=5)
            assert caught.value.reason == "llmgw.gateway.quota_exhausted"
            arriving.hold.set()
            assert all(answer.result(30).text for answer in [*early, fourth])
            wait_until(lambda: running.kept() >= 4, "the ledger has all of them")
    assert running.used("tokens/min") == 2000, "what it took is known where it was not granted"
    assert (running.used("requests/day"), len(arriving.arrivals)) == (4, 4)
    [budget] = running.ctl.json("budgets")
    assert budget["spent"]["micros"] == 4 * 500


def test_a_batch_goes_on_with_the_new_daemons_consent(service: Start, upstream: StartUpstream) -> None:
    """Its items are begun by the old daemon to the end; no place is given that the new one has given."""
    arriving, url = held(upstream)
    running = service(configuration(url, provider={"max_concurrency": 2}))
    with ThreadPoolExecutor(2) as pool, Client(str(running.socket), timeout=60) as client:
        def batch() -> list[BatchResult]:
            with client.batch([PROMPT] * 6) as events:
                return [event for event in events if isinstance(event, BatchResult)]

        outcomes = pool.submit(batch)
        wait_until(lambda: len(arriving.arrivals) == 2, "two items are at work")
        running.upgrade()
        arriving.hold.set()
        assert [outcome.error for outcome in outcomes.result(30)] == [None] * 6
    assert len(arriving.arrivals) == 6


def test_an_old_daemon_that_is_killed_leaves_what_it_had_reserved(service: Start, upstream: StartUpstream) -> None:
    arriving, url = held(upstream)
    running = service(configuration(url, provider={"max_concurrency": 2, "rpm": 100}))
    first = running.process
    assert first is not None
    with ThreadPoolExecutor(2) as pool, Client(str(running.socket), timeout=60) as client:
        lost = [pool.submit(client.chat, PROMPT) for _ in range(2)]
        wait_until(lambda: len(arriving.arrivals) == 2, "two are at work")
        running.upgrade()
        first.kill()
        for answer in lost:
            with pytest.raises(GatewayError):
                answer.result(30)
        wait_until(lambda: running.used("concurrency", of="reserved") == 0, "the places are free")
        assert running.used() == 2
        arriving.hold.set()
        assert client.chat(PROMPT).text
    os.kill(running.main, signal.SIGTERM)
    wait_until(lambda: not alive(running.main), "the new daemon ends")
    running.process = None


def test_pauses_go_on(service: Start, sim: Simulator) -> None:
    running = service(configuration(sim.base_url))
    running.ctl("pause", "model/sim", "--reason", "维护", "--ttl", "10m")
    running.upgrade()
    with Client(str(running.socket), timeout=30) as client:
        [pause] = client.status().pauses
        assert (pause.scope, pause.reason.decode()) == ("model/sim", "维护")
        running.ctl("resume", "model/sim")
        assert client.chat(PROMPT).text
