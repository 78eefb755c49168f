"""Giving up: in every phase, by the caller, by its disappearance, and by an administrator."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT, configuration
from harness.processes import Daemon
from harness.upstream import Exchange, ScriptedUpstream, chat_chunk, chat_reply
from harness.waiting import wait_until
from llmgw import CancelledError, Client, GatewayError, Stream
from llmgw.types import ChatChunk, ChatReply

#: What the contract says is 0.2 s; a busy machine gets more, and the figure is recorded.
BOUND = 2.0

Record = Callable[[str, object], None]


def silent(exchange: Exchange) -> None:
    exchange.wait_closed(within=30)


def stalling(exchange: Exchange) -> None:
    exchange.open_stream()
    exchange.delta("一")
    exchange.wait_closed(within=30)


def phase(client: Client) -> str | None:
    """Of the one request in flight."""
    requests = client.list_requests()
    inference = [request for request in requests if request.operation in ("Chat", "Embed", "Batch")]
    return inference[0].phase if inference else None


def assert_nothing_left(client: Client) -> None:
    def idle() -> bool:
        status = client.status()
        return status.in_flight == 0 and all(up.in_flight == up.waiting == 0 for up in status.providers)

    wait_until(idle, "the daemon forgets the request")


def check_closed(up: ScriptedUpstream, since: float, record: Record) -> None:
    exchange = up.exchanges[-1]
    closed_at = exchange.seen_closed(BOUND)
    record("abort_seconds", round(closed_at - since, 4))
    assert closed_at - since < BOUND


def give_up(stream: Stream[ChatReply, ChatChunk]) -> float:
    began = time.monotonic()
    stream.cancel()
    assert time.monotonic() - began < 0.5, "the caller does not wait for anything"
    return began


def test_while_queued(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(silent)
    client = daemon(configuration(up.base_url, provider={"max_concurrency": 1})).client()
    first = client.stream_chat(PROMPT)
    up.wait_for(1)
    second = client.stream_chat(PROMPT)
    wait_until(lambda: client.status().providers[0].waiting == 1, "the second request waits")
    assert {request.phase for request in client.list_requests()} >= {"waiting", "waiting for first token"}
    give_up(second)
    wait_until(lambda: client.status().providers[0].waiting == 0, "the place in the queue is free")
    give_up(first)
    assert_nothing_left(client)
    assert len(up.requests) == 1, "the queued request never reached the upstream"


def test_place_in_the_queue_is_told(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(silent)
    client = daemon(configuration(up.base_url, provider={"max_concurrency": 1})).client()
    streams = [client.stream_chat(PROMPT) for _ in range(3)]
    last = streams[-1]
    wait_until(lambda: last.head.HasField("queue_position"), "HEAD with the place in the queue")
    assert last.head.queue_position == 1
    for stream in reversed(streams):
        stream.cancel()
    assert_nothing_left(client)


def unanswering_listener() -> socket.socket:
    """A port where connecting takes forever: its queue is full."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    return listener


def test_while_connecting(daemon: StartDaemon) -> None:
    with unanswering_listener() as listener:
        address = listener.getsockname()
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            fillers.append(filler)
        client = daemon(configuration(f"http://127.0.0.1:{address[1]}/v1")).client()
        stream = client.stream_chat(PROMPT)
        wait_until(lambda: phase(client) == "connecting", "the request is connecting")
        give_up(stream)
        assert_nothing_left(client)
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("streaming", [True, False])
def test_while_waiting_for_the_first_token(
    daemon: StartDaemon, upstream: StartUpstream, streaming: bool, record_property: Record
) -> None:
    up = upstream(silent)
    gateway = daemon(configuration(up.base_url))
    client = gateway.client()

    async def unary() -> float:
        async with gateway.async_client() as other:
            task = asyncio.create_task(other.chat(PROMPT))
            await asyncio.to_thread(up.wait_for, 1)
            began = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.to_thread(check_closed, up, began, record_property)
            return began

    if streaming:
        stream = client.stream_chat(PROMPT)
        up.wait_for(1)
        wait_until(lambda: phase(client) == "waiting for first token", "the request was sent")
        check_closed(up, give_up(stream), record_property)
    else:
        asyncio.run(unary())
    assert_nothing_left(client)


def test_in_the_middle_of_a_stream(daemon: StartDaemon, upstream: StartUpstream, record_property: Record) -> None:
    up = upstream(stalling)
    client = daemon(configuration(up.base_url)).client()
    stream = client.stream_chat(PROMPT)
    assert next(stream).text == "一"
    assert phase(client) == "streaming"
    check_closed(up, give_up(stream), record_property)
    assert_nothing_left(client)
    status = client.status()
    assert status.cancelled == 1 and status.failed == 0
    assert list(stream) == [], "a cancelled stream has ended"


def test_after_the_end(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.stream("一", "二"))
    client = daemon(configuration(up.base_url)).client()
    stream = client.stream_chat(PROMPT)
    assert "".join(chunk.text for chunk in stream) == "一二"
    stream.cancel()
    stream.cancel()
    assert client.ping("还在".encode()) == "还在".encode()
    assert client.status().cancelled == 0


def test_while_the_upstream_does_not_end(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """The answer is complete although the transfer is not: cancelling changes nothing, and the drain clock ends the transfer."""

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("一")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.chunk("data: [DONE]\n\n")
        exchange.wait_closed()

    up = upstream(script)
    client = daemon(configuration(up.base_url, provider={"end_timeout": "300ms"})).client()
    stream = client.stream_chat(PROMPT)
    assert "".join(chunk.text for chunk in stream) == "一"
    ended = time.monotonic()
    stream.cancel()
    closed_at = up.exchanges[0].seen_closed()
    assert 0.1 < closed_at - ended < BOUND


def test_program_disappears(daemon: StartDaemon, upstream: StartUpstream, record_property: Record) -> None:
    up = upstream(stalling)
    gateway = daemon(configuration(up.base_url))
    observer = gateway.client()
    client = gateway.client()
    streams = [client.stream_chat(PROMPT) for _ in range(3)]
    for stream in streams:
        assert next(stream).text == "一"
    began = time.monotonic()
    client.close()
    for exchange in up.exchanges:
        closed_at = exchange.seen_closed(BOUND)
        record_property("abort_seconds", round(closed_at - began, 4))
    assert_nothing_left(observer)
    assert observer.status().connections == 1
    for stream in streams:
        with pytest.raises(CancelledError) as caught:
            next(stream)
        assert caught.value.reason == "llmgw.local.closed"


def test_neighbours_are_not_disturbed(daemon: StartDaemon, upstream: StartUpstream) -> None:
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("一")
        if "cancelled" in str(exchange.request.json["messages"]):
            exchange.wait_closed()
        assert go_on.wait(20)
        exchange.delta("二")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    client = daemon(configuration(upstream(script).base_url)).client()
    kept, given_up = client.stream_chat(PROMPT), client.stream_chat(f"{PROMPT} cancelled")
    assert next(kept).text == next(given_up).text == "一"
    given_up.cancel()
    go_on.set()
    assert "".join(chunk.text for chunk in kept) == "二"


def cancel_as_operator(gateway: Daemon) -> None:
    operator = gateway.client(name="operator")
    (request,) = [entry for entry in operator.list_requests() if entry.operation == "Chat"]
    assert (request.model, request.provider, request.client_name) == ("sim", "up", "llmgw-python")
    assert [(label.key, label.value) for label in request.labels] == [("job", "夜间")]
    assert request.uid == operator.status().clients[0].uid
    assert operator.cancel_request(request.request_id)
    assert not operator.cancel_request("0" * 16)


def test_by_an_administrator(daemon: StartDaemon, upstream: StartUpstream, record_property: Record) -> None:
    up = upstream(stalling)
    gateway = daemon(configuration(up.base_url))
    client = gateway.client()
    stream = client.stream_chat(PROMPT, labels={"job": "夜间"})
    assert next(stream).text == "一"
    began = time.monotonic()
    cancel_as_operator(gateway)
    with pytest.raises(GatewayError) as caught:
        next(stream)
    assert caught.value.reason == "llmgw.gateway.cancelled_by_operator"
    assert caught.value.retry == "never" and caught.value.attempts == 1
    check_closed(up, began, record_property)


def test_batch(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(silent)
    client = daemon(configuration(up.base_url)).client()
    events = client.batch([f"{PROMPT} {number}" for number in range(6)], max_concurrency=3)
    up.wait_for(3)
    events.cancel()
    for exchange in up.exchanges:
        exchange.seen_closed(BOUND)
    assert_nothing_left(client)
    assert len(up.requests) == 3, "no item was started after the cancelling"


def test_connection_survives_many(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Credit of cancelled streams comes back, and their numbers are forgotten."""

    def script(exchange: Exchange) -> None:
        if not exchange.request.json.get("stream"):
            return exchange.reply(chat_reply("好"))
        exchange.open_stream()
        while True:
            exchange.delta("字" * 1000)

    client = daemon(configuration(upstream(script).base_url)).client()
    for _ in range(30):
        with client.stream_chat(PROMPT) as stream:
            next(stream)
    assert client.chat(PROMPT).text == "好"
    assert_nothing_left(client)
