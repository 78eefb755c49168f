"""A daemon that gets no more descriptors: callers wait, upstreams are not blamed, and all goes on as soon as there are some again."""

from __future__ import annotations

import os
import pathlib
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from conftest import StartDaemon, StartUpstream
from harness.acting import TO_OPEN
from harness.configuration import EAGER, PROMPT, several
from harness.processes import Daemon, Simulator
from harness.resilience import attempts
from harness.upstream import Exchange, chat_reply
from harness.waiting import wait_until
from harness.wire import RawClient
from llmgw import GatewayError

REASON = "llmgw.gateway.out_of_resources"
WAITING = "connections wait and cannot be accepted"


def limits(process: int) -> tuple[int, int]:
    return resource.prlimit(process, resource.RLIMIT_NOFILE)


@contextmanager
def no_descriptors(gateway: Daemon) -> Iterator[None]:
    """Those that are open stay; there is none for anything new."""
    soft, hard = limits(gateway.pid)
    resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(gateway.pid, resource.RLIMIT_NOFILE, (soft, hard))


def seconds_of_work(process: int) -> float:
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_limit_is_raised_at_the_start(directory: pathlib.Path, sim: Simulator) -> None:
    """What programs begin with is meant for those that use select(2)."""
    gateway = Daemon(directory, several({"up": sim.base_url}, {"sim": {"provider": "up"}}))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, before[1]), before[1]))
    try:
        gateway.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    try:
        assert limits(gateway.pid) == (before[1], before[1])
    finally:
        gateway.stop()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "ein-name.invalid"])
def test_no_upstream_is_blamed(daemon: StartDaemon, sim: Simulator, host: str) -> None:
    """Neither by an address, whose socket is missing, nor by a name, which cannot be looked up without one."""
    url = sim.base_url.replace("127.0.0.1", host)
    gateway = daemon(several({"up": url}, {"sim": {"provider": "up"}}, resilience={**EAGER, "breaker": "aggressive"}))
    client = gateway.client()
    client.ping()
    with no_descriptors(gateway):
        for number in range(TO_OPEN):
            with pytest.raises(GatewayError) as caught:
                client.chat(f"{PROMPT} 你好 {number}")
            assert caught.value.reason == REASON and caught.value.not_processed, str(caught.value)
        assert "descriptors" in str(caught.value)
        assert [step.reason for step in attempts(client, caught.value.request_id)] == ["out_of_resources"]
    assert {breaker.state for breaker in client.list_breakers()} == {"closed"}
    if not host.endswith(".invalid"):
        assert client.chat(PROMPT).text
        assert sim.counts("sim")["received"] == 1


def test_checks_that_cannot_be_made_say_nothing(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Nobody asked for them, and they would take every provider out at once."""

    def script(exchange: Exchange) -> None:
        exchange.reply(chat_reply("好"))
        exchange.close()

    up = upstream(script)
    gateway = daemon(several({"up": up.base_url}, {"sim": {"provider": "up"}}, resilience={**EAGER, "active_check_interval": "20ms"}))
    client = gateway.client()
    wait_until(lambda: len(up.requests) > 3, "the provider is checked")
    with no_descriptors(gateway):
        with RawClient(gateway.socket) as late:
            # Long enough for many checks; three in a row would do.
            assert late.is_silent(1.0)
    before = len(up.requests)
    wait_until(lambda: len(up.requests) > before, "it is checked again")
    assert "fails its checks" not in gateway.log
    assert client.chat(PROMPT).text == "好"


def test_callers_wait_and_the_daemon_rests(daemon: StartDaemon, sim: Simulator) -> None:
    """Who connects waits in the socket, which stays readable: the daemon must not ask it again without a pause, and says so once."""
    gateway = daemon(several({"up": sim.base_url}, {"sim": {"provider": "up"}}))
    client = gateway.client()
    client.ping()
    with no_descriptors(gateway):
        late = RawClient(gateway.socket, patience=20)
        wait_until(lambda: WAITING in gateway.log, "the log says that callers wait")
        began, worked = time.monotonic(), seconds_of_work(gateway.pid)
        assert late.is_silent(1.0)
        share = (seconds_of_work(gateway.pid) - worked) / (time.monotonic() - began)
        assert share < 0.3, f"{share:.0%} of a core"
        client.ping()
        assert gateway.log.count(WAITING) == 1 and "Too many open files" in gateway.log
    with late:
        late.hello()
