"""Fixtures: everything that a test starts ends with it, and ends well."""

from __future__ import annotations

import pathlib
import tempfile
from collections.abc import Callable, Iterator

import pytest
from harness.answers import Answer, AnsweringDaemon
from harness.faults import FaultProxy
from harness.processes import Daemon, Simulator
from harness.tool import Tool
from harness.upstream import Script, ScriptedUpstream

StartDaemon = Callable[..., Daemon]
StartSimulator = Callable[..., Simulator]
StartUpstream = Callable[[Script], ScriptedUpstream]
StartFaultProxy = Callable[[str], FaultProxy]
Ask = Callable[[int, Answer], tuple[Tool, AnsweringDaemon]]


@pytest.fixture
def directory() -> Iterator[pathlib.Path]:
    """Private, and with a path short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="llmgw-") as path:
        yield pathlib.Path(path)


@pytest.fixture
def upstream() -> Iterator[StartUpstream]:
    """Starts an upstream that runs the given script for every request."""
    started: list[ScriptedUpstream] = []

    def start(script: Script) -> ScriptedUpstream:
        started.append(ScriptedUpstream(script))
        return started[-1]

    yield start
    for upstream in started:
        upstream.stop()


@pytest.fixture
def simulator() -> Iterator[StartSimulator]:
    """Starts a simulated provider with the given options."""
    started: list[Simulator] = []

    def start(*options: str) -> Simulator:
        started.append(Simulator(*options))
        return started[-1]

    yield start
    for simulator in started:
        simulator.stop()


@pytest.fixture
def sim(simulator: StartSimulator) -> Simulator:
    return simulator()


@pytest.fixture
def fault_proxy(upstream: StartUpstream, simulator: StartSimulator) -> Iterator[StartFaultProxy]:
    """Starts a proxy that spoils connections to the upstream with the given base URL."""
    started: list[FaultProxy] = []

    def start(base_url: str) -> FaultProxy:
        started.append(FaultProxy(base_url))
        return started[-1]

    yield start
    for proxy in started:
        proxy.stop()


@pytest.fixture
def daemon(
    directory: pathlib.Path, upstream: StartUpstream, simulator: StartSimulator, fault_proxy: StartFaultProxy
) -> Iterator[StartDaemon]:
    """Starts the daemon with a configuration. It is stopped before the upstreams, and must end with status 0 and a clean log."""
    started: list[Daemon] = []

    def start(toml: str) -> Daemon:
        place = directory / f"{len(started)}"
        place.mkdir()
        started.append(Daemon(place, toml).start())
        return started[-1]

    yield start
    for daemon in started:
        daemon.stop()


@pytest.fixture
def answering(directory: pathlib.Path) -> Iterator[Ask]:
    """The tool, against a daemon that answers one method."""
    started: list[AnsweringDaemon] = []

    def start(method: int, answer: Answer) -> tuple[Tool, AnsweringDaemon]:
        path = directory / f"{len(started)}.sock"
        started.append(AnsweringDaemon(path, {method: answer}))
        return Tool(path), started[-1]

    yield start
    for daemon in started:
        daemon.stop()
