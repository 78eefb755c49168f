"""A reader that does not read holds up its own transfer, and nothing else."""

from __future__ import annotations

import threading
import time
from typing import Any

from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT, configuration
from harness.processes import Simulator
from harness.upstream import Exchange, chat_chunk
from harness.waiting import wait_until
from harness.wire import DATA, END, RawClient, chat_request

MEBIBYTE = 1 << 20
BIG = "sim-big-16777216"  # 16 MiB of text: more than the kernel's buffers hold.


def test_upstream_is_paused(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """What the upstream could send is what the credit and the buffers between take, not the whole answer."""
    sent = 0

    def script(exchange: Exchange) -> None:
        nonlocal sent
        exchange.open_stream()
        for _ in range(4096):
            exchange.delta("x" * 16_000)
            sent += 16_000
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    gateway = daemon(configuration(upstream(script).base_url))
    client = gateway.client()
    with client.stream_chat(PROMPT) as stream:
        next(stream)
        steady = steady_value(lambda: sent)
        assert steady < 16 * MEBIBYTE, f"{steady} bytes were taken for a reader that does not read"
        total = 16_000
        for chunk in stream:
            total += len(chunk.text)
    assert total == sent == 4096 * 16_000


def test_an_upstream_faster_than_the_daemon_is_held_up(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """What it sends neither fills the memory nor keeps the daemon from the other clients."""
    stop = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("x")
        while not stop.is_set():
            exchange.chunk(b": ping\n\n" * 8192)

    gateway = daemon(configuration(upstream(script).base_url))
    with RawClient(gateway.socket) as client:
        client.hello()
        client.request(1, chat_request(PROMPT, stream=True))
        while client.frame().type != DATA:
            pass
        before = gateway.resident_bytes
        for _ in range(50):
            gateway.client().ping()
        assert gateway.resident_bytes - before < 64 * MEBIBYTE
        stop.set()
        client.cancel(1)
        assert client.end(1).status.code == 1


def steady_value(value: Any) -> int:
    """The value once it has not changed for a quarter of a second."""
    seen, since = value(), time.monotonic()

    def is_steady() -> bool:
        nonlocal seen, since
        if value() != seen:
            seen, since = value(), time.monotonic()
        return time.monotonic() - since > 0.25

    wait_until(is_steady, "the upstream is held up")
    return int(seen)


def test_neighbours_on_the_same_connection_go_on(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(configuration(sim.base_url, "sim", BIG)).client()
    with client.stream_chat(PROMPT, model=BIG) as held:
        next(held)
        for number in range(20):
            assert client.chat(f"{PROMPT} {number}").text
            with client.stream_chat(f"{PROMPT} {number}") as stream:
                assert list(stream)
        assert client.ping(b"x") == b"x"
        assert not held._finished


def test_a_client_that_reads_nothing_at_all(daemon: StartDaemon, sim: Simulator, record_property: Any) -> None:
    """Its socket fills up; other connections do not notice, and memory stays bounded."""
    gateway = daemon(configuration(sim.base_url, "sim", BIG))
    neighbour = gateway.client()
    neighbour.chat(PROMPT)
    before = gateway.resident_bytes
    with RawClient(gateway.socket) as deaf:
        deaf.hello()
        for stream in range(1, 17, 2):
            deaf.request(stream, chat_request(PROMPT, model=BIG, stream=True))
            deaf.credit(stream, 1 << 30)  # It grants everything, and takes nothing.
        wait_until(lambda: sim.counts(BIG)["in_flight"] == 8, "all 8 streams run")
        for _ in range(20):
            assert neighbour.chat(PROMPT).text
        grown = steady_value(lambda: gateway.resident_bytes) - before
        record_property("resident_growth", grown)
        assert grown < 32 * MEBIBYTE, f"{grown} bytes for 8 streams of 16 MiB that nobody reads"
        assert sim.counts(BIG)["completed"] == 0
    wait_until(lambda: sim.counts(BIG)["aborted"] == 8, "the upstreams see the end")


def test_a_client_that_takes_nothing_is_closed(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, BIG, server={"write_timeout": "500ms"}))
    with RawClient(gateway.socket) as deaf:
        deaf.hello()
        deaf.request(1, chat_request(PROMPT, stream=True))
        deaf.credit(1, 1 << 30)
        wait_until(lambda: sim.counts(BIG)["aborted"] == 1, "the connection is given up")
    assert gateway.client().status().connections == 1


def test_credit_is_kept_to_the_byte(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, BIG))
    with RawClient(gateway.socket) as client:
        limits = client.hello().limits
        client.request(1, chat_request(PROMPT, stream=True))
        taken = 0
        while taken < limits.initial_credit:
            frame = client.frame()
            taken += len(frame.payload) if frame.type == DATA else 0
        assert taken == limits.initial_credit
        assert client.is_silent(0.3)
        client.credit(1, 1)
        assert len(client.frame().payload) == 1
        assert client.is_silent(0.2)
        client.cancel(1)
        end = client.frame()
        assert (end.type, end.stream) == (END, 1)


def test_many_slow_readers_and_a_fast_one(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim", "sim-big-500000"))
    clients = [gateway.client() for _ in range(4)]
    held = [client.stream_chat(PROMPT, model="sim-big-500000") for client in clients for _ in range(5)]
    for stream in held:
        next(stream)
    assert gateway.client().chat(PROMPT).text
    totals: list[int] = []
    threads = [threading.Thread(target=lambda s=stream: totals.append(sum(len(c.text) for c in s))) for stream in held]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert totals == [500_000 - 1024] * len(held)
