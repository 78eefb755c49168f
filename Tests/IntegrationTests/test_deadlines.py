"""The caller's deadline in every phase, and the five clocks of an upstream."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT, configuration
from harness.processes import Daemon
from harness.upstream import Exchange, chat_chunk
from llmgw import APITimeoutError
from llmgw.types import BatchResult

#: A clock of 300 ms may be this late on a busy machine.
LATE = 2.0
SHORT = "300ms"


def silent(exchange: Exchange) -> None:
    exchange.wait_closed(within=30)


def head_only(exchange: Exchange) -> None:
    exchange.open_stream()
    exchange.wait_closed(within=30)


def stalling(exchange: Exchange) -> None:
    exchange.open_stream()
    exchange.delta("一")
    exchange.wait_closed(within=30)


def commenting(exchange: Exchange) -> None:
    """Comments keep a connection alive; they are not content."""
    exchange.open_stream()
    exchange.delta("一")
    ticker = threading.Event()
    while not ticker.wait(0.02):
        exchange.chunk(": 还活着\n\n")


def dripping(exchange: Exchange) -> None:
    exchange.open_stream()
    ticker = threading.Event()
    while not ticker.wait(0.05):
        exchange.delta("滴")


@contextmanager
def unconnectable() -> Iterator[str]:
    """A base URL where connecting takes forever: the queue of the port is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        for filler in fillers:
            filler.close()


def time_out(call: Callable[[], Any], at_least: float = 0.25) -> APITimeoutError:
    began = time.monotonic()
    with pytest.raises(APITimeoutError) as caught:
        call()
    took = time.monotonic() - began
    assert at_least <= took < LATE
    return caught.value


def stream_of(gateway: Daemon, timeout: float | None = None) -> Callable[[], list[str]]:
    def run() -> list[str]:
        with gateway.client().stream_chat(PROMPT, timeout=timeout) as stream:
            return [chunk.text for chunk in stream]

    return run


# The caller's deadline


def test_while_queued(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(silent)
    gateway = daemon(configuration(up.base_url, provider={"max_concurrency": 1}))
    client = gateway.client()
    first = client.stream_chat(PROMPT)
    up.wait_for(1)
    error = time_out(lambda: client.chat(PROMPT, timeout=0.3))
    assert (error.reason, error.retry, error.not_processed, error.attempts) == (
        "llmgw.gateway.deadline_exceeded", "safe", True, 0,
    )
    assert len(up.requests) == 1
    first.cancel()


def test_while_connecting(daemon: StartDaemon) -> None:
    with unconnectable() as url:
        error = time_out(stream_of(daemon(configuration(url)), 0.3))
    assert (error.reason, error.retry, error.not_processed) == ("llmgw.gateway.deadline_exceeded", "safe", True)


@pytest.mark.parametrize("script", [silent, head_only, stalling, commenting, dripping])
def test_after_the_request_was_sent(daemon: StartDaemon, upstream: StartUpstream, script: Callable[[Exchange], None]) -> None:
    up = upstream(script)
    error = time_out(stream_of(daemon(configuration(up.base_url)), 0.3))
    assert (error.reason, error.retry, error.not_processed, error.attempts) == (
        "llmgw.gateway.deadline_exceeded", "ambiguous", False, 1,
    )
    assert (error.model, error.provider, error.operation) == ("sim", "up", "Chat")
    up.exchanges[0].seen_closed(LATE)


def test_unary(daemon: StartDaemon, upstream: StartUpstream) -> None:
    client = daemon(configuration(upstream(silent).base_url)).client()
    error = time_out(lambda: client.chat(PROMPT, timeout=0.3))
    assert (error.reason, error.retry) == ("llmgw.gateway.deadline_exceeded", "ambiguous")


def test_in_a_merged_call(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Of two callers, the impatient one leaves; the call goes on for the other."""
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        assert go_on.wait(20)
        exchange.reply({"data": [{"index": index, "embedding": [index]} for index in range(2)]})

    up = upstream(script)
    gateway = daemon(configuration(up.base_url, provider={"embed_max_wait": "100ms"}))

    async def run() -> None:
        async with gateway.async_client() as client:
            patient = asyncio.create_task(client.embed("慢"))
            with pytest.raises(APITimeoutError) as caught:
                await client.embed("快", timeout=0.4)
            assert (caught.value.reason, caught.value.retry) == ("llmgw.gateway.deadline_exceeded", "ambiguous")
            go_on.set()
            assert (await patient).merged_calls == 2

    asyncio.run(run())
    assert len(up.requests) == 1


def test_while_waiting_for_company(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(silent)
    client = daemon(configuration(up.base_url, provider={"embed_max_wait": "1s"})).client()
    error = time_out(lambda: client.embed("早", timeout=0.3))
    assert (error.reason, error.retry, error.not_processed) == ("llmgw.gateway.deadline_exceeded", "safe", True)
    assert not up.requests


def test_batch(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Every item has the batch's deadline; those that never began are known not to have been processed."""
    up = upstream(silent)
    client = daemon(configuration(up.base_url)).client()
    began = time.monotonic()
    with client.batch([PROMPT] * 5, max_concurrency=2, timeout=0.3) as events:
        errors = [event.error for event in events if isinstance(event, BatchResult)]
    assert 0.25 <= time.monotonic() - began < LATE
    assert [getattr(error, "reason") for error in errors] == ["llmgw.gateway.deadline_exceeded"] * 5
    assert [getattr(error, "retry") for error in errors] == ["ambiguous"] * 2 + ["safe"] * 3
    assert events.reply.progress.failed == 5 and len(up.requests) == 2


def test_default_of_the_daemon(daemon: StartDaemon, upstream: StartUpstream) -> None:
    gateway = daemon(configuration(upstream(silent).base_url, server={"request_timeout": SHORT}))
    client = gateway.client(timeout=None)
    assert time_out(lambda: client.chat(PROMPT)).reason == "llmgw.gateway.deadline_exceeded"


# The five clocks


def with_clock(clock: str) -> dict[str, str]:
    return {clock: SHORT}


def test_connect(daemon: StartDaemon) -> None:
    with unconnectable() as url:
        error = time_out(stream_of(daemon(configuration(url, provider=with_clock("connect_timeout")))))
    assert (error.reason, error.retry, error.not_processed) == ("llmgw.upstream.timeout_connect", "safe", True)


@pytest.mark.parametrize("script", [silent, head_only])
def test_first_token(daemon: StartDaemon, upstream: StartUpstream, script: Callable[[Exchange], None]) -> None:
    up = upstream(script)
    error = time_out(stream_of(daemon(configuration(up.base_url, provider=with_clock("first_token_timeout")))))
    assert (error.reason, error.retry) == ("llmgw.upstream.timeout_first_token", "ambiguous")
    up.exchanges[0].seen_closed(LATE)


def test_first_token_does_not_bind_whole_answers(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        threading.Event().wait(0.4)
        exchange.reply({"choices": [{"index": 0, "message": {"content": "慢"}, "finish_reason": "stop"}]})

    provider = {"first_token_timeout": "200ms", "idle_timeout": "200ms"}
    assert daemon(configuration(upstream(script).base_url, provider=provider)).client().chat(PROMPT).text == "慢"


@pytest.mark.parametrize("script", [stalling, commenting])
def test_idle(daemon: StartDaemon, upstream: StartUpstream, script: Callable[[Exchange], None]) -> None:
    up = upstream(script)
    error = time_out(stream_of(daemon(configuration(up.base_url, provider=with_clock("idle_timeout")))))
    assert (error.reason, error.retry) == ("llmgw.upstream.timeout_idle", "ambiguous")
    up.exchanges[0].seen_closed(LATE)


def test_a_steady_stream_outlives_the_idle_clock(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        for _ in range(8):
            threading.Event().wait(0.1)
            exchange.delta("滴")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    run = stream_of(daemon(configuration(upstream(script).base_url, provider={"idle_timeout": "500ms"})))
    assert "".join(run()) == "滴" * 8


def test_idle_clock_waits_for_a_slow_reader(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """While the reader holds the transfer up, the silence is not the upstream's."""
    sent = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        for _ in range(2000):
            exchange.delta("字" * 4000)
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()
        sent.set()

    gateway = daemon(configuration(upstream(script).base_url, provider=with_clock("idle_timeout")))
    with gateway.client().stream_chat(PROMPT) as stream:
        next(stream)
        assert not sent.wait(1.0), "the transfer was paused"
        assert sum(len(chunk.text) for chunk in stream) == 1999 * 4000


@pytest.mark.parametrize("script", [silent, dripping])
def test_total(daemon: StartDaemon, upstream: StartUpstream, script: Callable[[Exchange], None]) -> None:
    up = upstream(script)
    error = time_out(stream_of(daemon(configuration(up.base_url, provider=with_clock("total_timeout")))))
    assert (error.reason, error.retry) == ("llmgw.upstream.timeout_total", "ambiguous")
    up.exchanges[0].seen_closed(LATE)


def test_drain_clock_ends_the_transfer_and_not_the_answer(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("完")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.chunk("data: [DONE]\n\n")
        exchange.wait_closed()

    up = upstream(script)
    began = time.monotonic()
    run = stream_of(daemon(configuration(up.base_url, provider=with_clock("end_timeout"))))
    assert "".join(run()) == "完"
    closed_at = up.exchanges[0].seen_closed(LATE)
    assert 0.25 <= closed_at - began
