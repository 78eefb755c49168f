"""A client whose daemon comes and goes: it connects anew, and repeats only what is known not to have been processed."""

from __future__ import annotations

import asyncio
import pathlib
import threading

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT, configuration
from harness.processes import Daemon, Simulator
from harness.upstream import Exchange, chat_chunk, chat_reply
from harness.waiting import wait_until
from llmgw import APIConnectionError, Client


def restart(gateway: Daemon) -> None:
    gateway.terminate()
    assert gateway.wait() == 0
    gateway.start()


def test_restart_between_calls(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url))
    client = gateway.client()
    for _ in range(3):
        assert client.chat(PROMPT).text
        with client.stream_chat(PROMPT) as stream:
            assert list(stream)
        restart(gateway)
    assert sim.counts("sim")["completed"] == 6


def test_crash_between_calls(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url))
    client = gateway.client()
    assert client.chat(PROMPT).text
    gateway.kill()
    with pytest.raises(APIConnectionError) as caught:
        for _ in range(2):  # The first may be on its way before the end of the connection is seen.
            client.chat(PROMPT)
    assert caught.value.reason in ("llmgw.local.connect_failed", "llmgw.local.connection_lost")
    gateway.start()
    assert client.chat(PROMPT).text


def test_asyncio_client(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url))

    async def run() -> None:
        async with gateway.async_client() as client:
            for _ in range(3):
                assert (await client.chat(PROMPT)).text
                async with await client.stream_chat(PROMPT) as stream:
                    assert [chunk async for chunk in stream]
                await asyncio.to_thread(restart, gateway)
            assert (await client.chat(PROMPT)).text

    asyncio.run(run())


def test_nothing_is_repeated_that_may_have_been_processed(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """The daemon dies while an upstream is at work: that is the caller's decision."""
    up = upstream(lambda exchange: exchange.wait_closed(30))
    gateway = daemon(configuration(up.base_url))
    client = gateway.client()
    failures: list[APIConnectionError] = []

    def ask(streaming: bool) -> None:
        with pytest.raises(APIConnectionError) as caught:
            list(client.stream_chat(PROMPT)) if streaming else client.chat(PROMPT)
        failures.append(caught.value)

    threads = [threading.Thread(target=ask, args=(streaming,)) for streaming in (False, True)]
    for thread in threads:
        thread.start()
    up.wait_for(2)
    gateway.kill()
    for thread in threads:
        thread.join(10)
    assert [(error.reason, error.retry, error.not_processed) for error in failures] == [
        ("llmgw.local.connection_lost", "ambiguous", False)
    ] * 2
    gateway.start()
    assert client.ping(b"x") == b"x"
    assert len(up.requests) == 2


def test_calls_go_on_through_goaway(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """While the old daemon drains, a stream on it goes on; a new call waits for the new daemon only as long as the caller likes."""
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        if not exchange.request.json.get("stream"):
            return exchange.reply(chat_reply("新"))
        exchange.open_stream()
        exchange.delta("一")
        assert go_on.wait(20)
        exchange.delta("二")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    gateway = daemon(configuration(upstream(script).base_url))
    client = gateway.client()
    stream = client.stream_chat(PROMPT)
    assert next(stream).text == "一"
    gateway.terminate()
    wait_until(lambda: not stream._call.link.usable, "GOAWAY arrives")
    with pytest.raises(APIConnectionError) as caught:
        client.chat(PROMPT)
    assert caught.value.not_processed and caught.value.retry == "safe"
    go_on.set()
    assert "".join(chunk.text for chunk in stream) == "二"
    assert gateway.wait() == 0
    gateway.start()
    assert client.chat(PROMPT).text == "新"


def test_idle_connection_is_replaced(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, server={"idle_timeout": "200ms"}))
    client = gateway.client()
    for _ in range(2):
        assert client.chat(PROMPT).text
        link = client._link
        assert link is not None
        wait_until(lambda: not link.usable, "the daemon says goodbye to the idle connection")
    assert sim.counts("sim")["completed"] == 2


def test_no_daemon(directory: pathlib.Path) -> None:
    with pytest.raises(APIConnectionError) as caught:
        Client(str(directory / "nobody.sock")).ping()
    error = caught.value
    assert (error.reason, error.retry, error.not_processed) == ("llmgw.local.connect_failed", "safe", True)
    assert "nobody.sock" in error.message and error.suggestion
