"""Answers that take long, and breakers: what a long answer says of its upstream, and what it does not.

Proved here: whole answers that take long do not open a breaker, streams that begin late do; a half-open breaker does not wait for the end of
answers that take long, neither a deployment's, nor a provider's.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import StartDaemon, StartFaultProxy, StartUpstream
from harness.acting import in_parallel, PATIENT, scope, state, STRICT, TO_OPEN, Upstream
from harness.configuration import PROMPT, several
from harness.processes import Daemon
from harness.resilience import breaker
from harness.scripts import refused, works
from harness.upstream import Exchange
from harness.waiting import wait_until

#: Seconds: what begins later than after 15 is slow to a strict breaker, and five calls say enough.
SLOW = 15.5
CALLS = 5


def slow(exchange: Exchange) -> None:
    time.sleep(SLOW)
    works(exchange)


def streams(gateway: Daemon, model: str, count: int) -> list[str]:
    client = gateway.client()

    def ask(_: int) -> str:
        return "".join(chunk.text for chunk in client.stream_chat(PROMPT, model=model))

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


def test_whole_answers_that_take_long_open_no_breaker(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Nobody can see when a whole answer began. A model that thinks for long would close for everybody, and its probes could not open it."""
    up = upstream(slow)
    gateway = daemon(several({"up": up.base_url}, {name: {"provider": "up"} for name in ["whole", "streamed"]}, resilience=STRICT))
    with ThreadPoolExecutor(2) as pool:
        whole = pool.submit(in_parallel, gateway, "whole", CALLS)
        streamed = pool.submit(streams, gateway, "streamed", CALLS)
        assert [reply.text for reply in whole.result()] == ["好的"] * CALLS
        assert streamed.result() == ["好的"] * CALLS
    client = gateway.client()
    shown = breaker(client, scope("whole"))
    assert (shown.state, shown.calls, shown.slow_rate) == ("closed", CALLS, 0)
    assert state(client, "streamed") == "open"


#: Seconds until an opening is over, and somebody is served, on a machine that is busy with something else.
LONG = 60.0


@pytest.fixture
def up(upstream: StartUpstream) -> Upstream:
    return Upstream(upstream)


def test_a_stream_that_has_begun_is_a_probe_that_succeeded(daemon: StartDaemon, up: Upstream) -> None:
    """Two answers that go on for minutes do not keep the others waiting."""
    gateway = daemon(several({"up": up.server.base_url}, {"sim": {"provider": "up"}}, resilience=PATIENT))
    client = gateway.client()
    for _ in range(TO_OPEN):
        refused(client)
    assert state(client, "sim") == "open"
    end = threading.Event()

    def begins(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("好")
        assert end.wait(LONG)
        exchange.delta("的")
        exchange.end_stream()

    up.acts["sim"] = begins
    probes = [client.stream_chat(PROMPT, timeout=LONG) for _ in range(2)]
    assert [next(iter(probe)).text for probe in probes] == ["好"] * 2
    wait_until(lambda: state(client, "sim") == "closed", "it closes while they go on")
    up.acts["sim"] = works
    assert client.chat(PROMPT, timeout=LONG).text == "好的"
    end.set()
    assert ["".join(chunk.text for chunk in probe) for probe in probes] == ["的"] * 2
    shown = breaker(client, scope("sim"))
    assert (shown.state, shown.opens) == ("closed", 1)


def test_a_provider_that_is_reached_is_there_for_its_other_models(
    daemon: StartDaemon, up: Upstream, fault_proxy: StartFaultProxy
) -> None:
    """Whatever the first ones think about for how long."""
    proxy = fault_proxy(up.server.base_url)
    gateway = daemon(several(
        {"up": proxy.base_url}, {name: {"provider": "up"} for name in ["thinks", "quick"]}, resilience=PATIENT
    ))
    client = gateway.client()
    with proxy.refusing():
        for number in range(TO_OPEN):
            assert refused(client, model=["thinks", "quick"][number % 2]).reason == "llmgw.upstream.connect_failed"
    assert breaker(client, "provider/up").state == "open"
    end = threading.Event()

    def thinks(exchange: Exchange) -> None:
        assert end.wait(LONG)
        works(exchange)

    up.acts.update(thinks=thinks, quick=works)
    with ThreadPoolExecutor(1) as pool:
        thinking = pool.submit(in_parallel, gateway, "thinks", 2, timeout=LONG)
        wait_until(lambda: len(up.requests("thinks")) == 2, "they are under way", LONG)
        wait_until(lambda: breaker(client, "provider/up").state == "closed", "it closes while they think")
        assert client.chat(PROMPT, model="quick", timeout=LONG).text == "好的"
        end.set()
        assert [reply.text for reply in thinking.result()] == ["好的"] * 2
