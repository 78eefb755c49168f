"""A thousand streams at once: every chunk arrives, once and in order."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from conftest import StartDaemon, StartUpstream
from harness.configuration import SECRET_WORD, configuration
from harness.processes import Simulator
from harness.waiting import wait_until
from llmgw import GatewayError

STREAMS = 1000
CONNECTIONS = 8


def text_of(number: int) -> str:
    """Long enough for many chunks, and unlike every other."""
    return f"{SECRET_WORD} {number} 号：" + "".join(chr(0x4E00 + (number * 7 + place) % 20_000) for place in range(20))


def test_thousand_streams(daemon: StartDaemon, sim: Simulator, record_property: Any) -> None:
    gateway = daemon(configuration(sim.base_url, "sim-echo"))
    before = gateway.resident_bytes
    began = time.monotonic()
    started = asyncio.Event()
    waiting = 0

    async def run() -> list[str]:
        clients = [gateway.async_client(timeout=50) for _ in range(CONNECTIONS)]

        async def ask(number: int) -> str:
            nonlocal waiting
            async with await clients[number % CONNECTIONS].stream_chat(text_of(number)) as stream:
                first = (await anext(stream)).text
                waiting += 1
                if waiting == STREAMS:
                    started.set()
                await started.wait()  # All thousand are open at this moment.
                return first + "".join([chunk.text async for chunk in stream])

        texts = await asyncio.gather(*(ask(number) for number in range(STREAMS)))
        for client in clients:
            await client.close()
        return texts

    texts = asyncio.run(run())
    record_property("seconds", round(time.monotonic() - began, 2))
    record_property("resident_growth", gateway.resident_bytes - before)
    assert texts == [text_of(number) for number in range(STREAMS)]
    counts = sim.counts("sim-echo")
    assert (counts["received"], counts["completed"], counts["aborted"]) == (STREAMS, STREAMS, 0)
    client = gateway.client()
    wait_until(lambda: client.status().in_flight == 0, "nothing is left")
    assert client.status().succeeded == STREAMS


def test_many_whole_answers_through_few_places(daemon: StartDaemon, simulator: Any) -> None:
    """A limit at the provider is kept to, whoever waits."""
    sim = simulator("--latency-ms", "20")
    gateway = daemon(configuration(sim.base_url, provider={"max_concurrency": 8}))

    async def run() -> int:
        async with gateway.async_client() as client:
            replies = await asyncio.gather(*(client.chat(text_of(number)) for number in range(200)))
            return sum(reply.text.startswith("(simulated)") for reply in replies)

    assert asyncio.run(run()) == 200
    counts = sim.counts("sim")
    assert counts["max_in_flight"] == 8 and counts["completed"] == 200


def test_queue_is_bounded(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.wait_closed(30))
    gateway = daemon(configuration(up.base_url, provider={"max_concurrency": 1, "max_queue": 2}))

    async def run() -> None:
        async with gateway.async_client() as client:
            calls = [await client.stream_chat(text_of(number)) for number in range(3)]
            await asyncio.to_thread(up.wait_for, 1)
            try:
                await client.chat(text_of(4))
            except GatewayError as error:
                assert (error.reason, error.retry, error.not_processed) == ("llmgw.gateway.queue_full", "safe", True)
            else:
                raise AssertionError("the fourth was let in")
            for call in calls:
                call.cancel()
            await client.ping()

    asyncio.run(run())
