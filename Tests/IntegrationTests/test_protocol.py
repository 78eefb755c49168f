"""The protocol's edges, with bytes written by hand. PROTOCOL.md, "Limits and their answers" and "The daemon's view of a stream"."""

from __future__ import annotations

import random
import struct
import threading
import time
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness import wire
from harness.configuration import PROMPT, configuration
from harness.processes import Daemon, Simulator
from harness.upstream import Exchange, chat_reply
from harness.waiting import wait_until
from harness.wire import RawClient, chat_request, encode, ping_request
from llmgw.v1 import gateway_pb2, types_pb2, wire_pb2

HELLO = encode(wire.HELLO, payload=wire_pb2.Hello(client_name="raw").SerializeToString())


@pytest.fixture
def gateway(daemon: StartDaemon, sim: Simulator) -> Daemon:
    return daemon(configuration(sim.base_url))


def assert_alive(gateway: Daemon) -> None:
    assert gateway.client().chat(PROMPT).text


# Opening


@pytest.mark.parametrize("data", [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00", b"LLGX\x01\x00\x00\x00", b"LLGW\x01\x00\x00\x01" + HELLO, b"\0" * 64,
    wire.PREFACE + encode(wire.PING, payload=b"12345678"), wire.PREFACE + encode(wire.REQUEST, 1, b"", method=wire.CHAT),
    wire.PREFACE + encode(wire.HELLO, 1), wire.PREFACE + encode(wire.HELLO, payload=b"\xff" * 20),
    wire.PREFACE + encode(wire.HELLO, payload=b"\x0a\xff\x07" + b"x" * 1023), wire.PREFACE + HELLO + HELLO,
], ids=["http", "tls", "magic", "reserved", "zeros", "ping", "request", "hello-stream", "hello-garbage", "hello-large", "hello-twice"])
def test_wrong_opening(gateway: Daemon, data: bytes) -> None:
    with RawClient(gateway.socket) as client:
        client.send(data)
        error = client.error()
    assert error.status.reason == "llmgw.protocol.violation"
    assert gateway.client().status().protocol_errors == 1
    assert_alive(gateway)


def test_refused_requests_are_answered_only_while_somebody_reads(gateway: Daemon) -> None:
    with RawClient(gateway.socket) as client:
        client.hello()
        # There is no such method. What the connection may have open is answered and waits; the others are refused for their number.
        flood = b"".join(encode(wire.REQUEST, 2 * number + 1, b"", method=0x7777) for number in range(60_000))
        sender = threading.Thread(target=send_all, args=(client, flood))
        sender.start()
        sender.join(30)
        assert b"too_many_unread_answers" in client.error().status.message
    assert_alive(gateway)


def send_all(client: RawClient, data: bytes) -> None:
    try:
        client.send(data)
    except OSError:
        pass  # Closed by the daemon, as it must.


def test_wrong_version(gateway: Daemon) -> None:
    with RawClient(gateway.socket) as client:
        client.send(b"LLGW\x02\x00\x00\x00" + HELLO)
        error = client.error()
    assert error.status.reason == "llmgw.protocol.version"
    assert (error.min_major, error.max_major) == (1, 1)
    assert error.status.message and error.status.suggestion


def test_newer_minor_version_is_welcome(gateway: Daemon) -> None:
    with RawClient(gateway.socket) as client:
        client.send(b"LLGW\x01\x07\x00\x00" + encode(wire.HELLO, payload=b"\x78\x2a" + b"\x0a\x03raw"))
        assert client.frame().type == wire.HELLO_OK
        client.request(1, ping_request(b"x"), method=wire.PING_METHOD)
        assert client.end(1).status.code == 0


@pytest.mark.parametrize("data", [b"", b"LL", wire.PREFACE, wire.PREFACE + HELLO[:-1]], ids=["nothing", "half", "preface", "hello"])
def test_handshake_timeout(daemon: StartDaemon, sim: Simulator, data: bytes) -> None:
    gateway = daemon(configuration(sim.base_url, server={"handshake_timeout": "200ms"}))
    began = time.monotonic()
    with RawClient(gateway.socket) as client:
        client.send(data)
        assert client.error().status.reason == "llmgw.protocol.handshake_timeout"
    assert 0.15 < time.monotonic() - began < 2


def test_byte_by_byte(gateway: Daemon) -> None:
    data = wire.PREFACE + HELLO + encode(wire.REQUEST, 1, chat_request("你好"), method=wire.CHAT)
    with RawClient(gateway.socket) as client:
        for index in range(len(data)):
            client.send(data[index : index + 1])
        assert client.end(1).status.code == 0


def test_hello_states_the_limits(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, server={"max_streams_per_connection": 7}))
    with RawClient(gateway.socket) as client:
        hello = client.hello()
    limits = hello.limits
    assert (limits.max_frame, limits.max_message, limits.max_streams, limits.initial_credit) == (262144, 33554432, 7, 262144)
    assert (hello.protocol_major, hello.protocol_minor) == (1, 0) and hello.server_version


# After the opening


def frame(type: int, stream: int, payload: bytes = b"", *, reserved: int = 0, method: int = 0, length: int | None = None) -> bytes:
    return struct.pack(">IBBHII", len(payload) if length is None else length, type, 0, method, stream, reserved) + payload


@pytest.mark.parametrize("data", [
    frame(0x7F, 0), frame(wire.PING, 0, b"1234"), frame(wire.PING, 1, b"12345678"), frame(wire.REQUEST, 2, method=wire.CHAT),
    frame(wire.REQUEST, 0, method=wire.CHAT), frame(wire.CANCEL, 5), frame(wire.CREDIT, 5, b"\0\0\0\1"),
    frame(wire.DATA, 1, b"x"), frame(wire.END, 1), frame(wire.HEAD, 1), frame(wire.GOAWAY, 0), frame(wire.ERROR, 0),
    frame(wire.HELLO_OK, 0), frame(wire.PING, 0, b"12345678", reserved=1), frame(wire.PING, 0, b"12345678", method=1),
    frame(wire.PING, 0, length=262145), frame(wire.REQUEST, 1, method=wire.CHAT, length=1 << 24),
    frame(wire.REQUEST, 1, method=wire.CHAT, length=0xFFFFFFFF), frame(0x90, 0, length=1 << 24),
], ids=[
    "unknown-type", "ping-size", "ping-stream", "even-stream", "stream-0", "cancel-idle", "credit-idle", "data", "end", "head", "goaway",
    "error", "hello-ok", "reserved", "method", "control-too-large", "2^24", "2^32-1", "ancillary-2^24",
])
def test_violations(gateway: Daemon, data: bytes) -> None:
    with RawClient(gateway.socket) as client:
        client.hello()
        client.send(data)
        error = client.error()
    assert error.status.reason == "llmgw.protocol.violation" and error.status.message
    assert_alive(gateway)


def open_stream(client: RawClient, up: Any) -> None:
    client.hello()
    client.request(1, chat_request(PROMPT))
    up.wait_for(1)


@pytest.mark.parametrize("data", [
    frame(wire.REQUEST, 1, method=wire.CHAT), frame(wire.CREDIT, 1, b"\0\0\0\0"), frame(wire.CREDIT, 1, b"\0\0\1"),
    frame(wire.CREDIT, 1, b"\x7f\xff\xff\xff"), frame(wire.CANCEL, 1, b"x"),
], ids=["request-again", "credit-0", "credit-size", "credit-overflow", "cancel-size"])
def test_violations_on_an_open_stream(daemon: StartDaemon, upstream: StartUpstream, data: bytes) -> None:
    up = upstream(lambda exchange: exchange.wait_closed())
    gateway = daemon(configuration(up.base_url))
    with RawClient(gateway.socket) as client:
        open_stream(client, up)
        client.send(data)
        assert client.error().status.reason == "llmgw.protocol.violation"
    up.exchanges[0].seen_closed(2)


def test_races_are_tolerated(gateway: Daemon) -> None:
    """CANCEL and CREDIT for what has ended, twice; unknown ancillary frames; unknown flags; an unasked PONG."""
    with RawClient(gateway.socket) as client:
        client.hello()
        client.request(1, ping_request(), method=wire.PING_METHOD)
        assert client.end(1).status.code == 0
        for _ in range(2):
            client.cancel(1)
            client.credit(1, 5)
        client.send(encode(0x80, 99, b"ancillary" * 1000) + encode(0xFF, 0) + encode(wire.PONG, payload=b"unasked!"))
        client.send(struct.pack(">IBBHII", 8, wire.PING, 0xFE, 0, 0, 0) + b"12345678")
        pong = client.frame()
        assert (pong.type, pong.payload) == (wire.PONG, b"12345678")


def test_streams_may_skip_numbers_but_not_go_back(gateway: Daemon) -> None:
    with RawClient(gateway.socket) as client:
        client.hello()
        client.request(41, ping_request(b"a"), method=wire.PING_METHOD)
        assert client.end(41).status.code == 0
        client.request(0xFFFFFFFF, ping_request(b"b"), method=wire.PING_METHOD)
        assert client.end(0xFFFFFFFF).status.code == 0
        client.request(43, ping_request(b"c"), method=wire.PING_METHOD)
        assert client.error().status.reason == "llmgw.protocol.violation"


# Refusals that end a stream and not the connection


@pytest.mark.parametrize("method,body,reason", [
    (0x7777, b"", "llmgw.client.unknown_method"),
    (wire.CHAT, b"\xff\xff\xff", "llmgw.client.malformed_message"),
    (wire.CHAT, wire_pb2.Request(body=b"\x0a\xff").SerializeToString(), "llmgw.client.malformed_message"),
    (wire.CHAT, b"", "llmgw.client.invalid_request"),
], ids=["method", "envelope", "body", "empty"])
def test_refused_requests(gateway: Daemon, method: int, body: bytes, reason: str) -> None:
    with RawClient(gateway.socket) as client:
        client.hello()
        client.request(1, body, method=method)
        status = client.end(1).status
        assert (status.reason, status.not_processed) == (reason, True) and status.message
        client.request(3, ping_request(b"on"), method=wire.PING_METHOD)
        assert client.end(3).status.code == 0


@pytest.mark.parametrize("prompt", [b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", "好".encode()[:2]], ids=["ff", "cut", "surrogate", "half"])
def test_text_must_be_utf8(gateway: Daemon, prompt: bytes) -> None:
    body = gateway_pb2.ChatRequest(messages=[types_pb2.Message(role=types_pb2.ROLE_USER, text=prompt)])
    request = wire_pb2.Request(body=body.SerializeToString())
    with RawClient(gateway.socket) as client:
        client.hello()
        client.request(1, request.SerializeToString())
        status = client.end(1).status
    assert status.reason == "llmgw.client.malformed_message"
    assert "messages[0].text" in status.message.decode()


def test_oversize_frame(gateway: Daemon) -> None:
    """Refused, its payload skipped, and the connection goes on."""
    with RawClient(gateway.socket) as client:
        size = client.hello().limits.max_frame + 1
        client.send(encode(wire.REQUEST, 1, b"x" * size, method=wire.CHAT))
        assert client.end(1).status.reason == "llmgw.client.message_too_large"
        client.request(3, ping_request(b"on"), method=wire.PING_METHOD)
        assert client.end(3).status.code == 0


def test_oversize_message(gateway: Daemon) -> None:
    part = b"x" * (256 << 10)
    with RawClient(gateway.socket) as client:
        limit = client.hello().limits.max_message
        for _ in range(limit // len(part) + 1):
            client.request(1, part, more=True)
        end = client.end(1)
        assert (end.status.reason, end.status.code) == ("llmgw.client.message_too_large", 8)
        client.request(1, part)  # The rest of it is still allowed to come.
        client.request(3, ping_request(b"on"), method=wire.PING_METHOD)
        assert client.end(3).status.code == 0
    assert_alive(gateway)


def test_endless_message(gateway: Daemon) -> None:
    """What is discarded is bounded too."""
    part = b"x" * (256 << 10)
    with RawClient(gateway.socket) as client:
        limit = client.hello().limits.max_message
        try:
            for _ in range(2 * limit // len(part) + 3):
                client.request(1, part, more=True)
        except (BrokenPipeError, ConnectionResetError):
            pass  # Closed while we were still writing.
        else:
            assert client.error().status.reason == "llmgw.protocol.violation"
    assert_alive(gateway)
    assert gateway.client().status().protocol_errors == 1


def test_unfinished_requests_are_bounded(gateway: Daemon) -> None:
    part = b"x" * (256 << 10)
    with RawClient(gateway.socket) as client:
        client.hello()
        for stream in (1, 3, 5):
            for _ in range(100):  # 25 MiB each, 64 MiB together.
                client.request(stream, part, more=True)
        end = client.end(5)
        assert (end.status.reason, end.status.not_processed) == ("llmgw.gateway.too_many_streams", True)


def test_large_message_in_parts(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply("好")))
    client = daemon(configuration(up.base_url)).client()
    text = "字" * 1_000_000  # 3 MB, a dozen frames.
    assert client.chat(text).text == "好"
    assert up.requests[0].json["messages"][0]["content"] == text


def test_large_reply(daemon: StartDaemon, upstream: StartUpstream) -> None:
    text = "答" * 1_000_000
    up = upstream(lambda exchange: exchange.reply(chat_reply(text)))
    assert daemon(configuration(up.base_url)).client().chat(PROMPT).text == text


def test_too_many_streams(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.wait_closed())
    gateway = daemon(configuration(up.base_url, server={"max_streams_per_connection": 3}))
    with RawClient(gateway.socket) as client:
        client.hello()
        for stream in (1, 3, 5, 7):
            client.request(stream, chat_request(PROMPT))
        status = client.end(7).status
        assert (status.reason, status.code, status.not_processed) == ("llmgw.gateway.too_many_streams", 8, True)
        client.cancel(1)
        assert client.end(1).status.reason == "llmgw.client.cancelled"
        client.request(9, ping_request(), method=wire.PING_METHOD)
        assert client.end(9).status.code == 0, "there is room again"


def test_too_many_streams_of_a_user(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.wait_closed())
    gateway = daemon(configuration(up.base_url, server={"max_streams_per_uid": 2}))
    with RawClient(gateway.socket) as one, RawClient(gateway.socket) as other:
        for client in (one, other):
            client.hello()
            client.request(1, chat_request(PROMPT))
        up.wait_for(2)
        one.request(3, chat_request(PROMPT))
        status = one.end(3).status
        assert (status.reason, status.not_processed) == ("llmgw.gateway.too_many_streams", True)


def test_too_many_connections(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, server={"max_connections_per_uid": 3}))
    observer = gateway.client()
    wait_until(lambda: observer.status().connections == 1, "the harness's own probe is gone")
    with RawClient(gateway.socket) as one, RawClient(gateway.socket) as other:
        one.hello()
        other.hello()
        with RawClient(gateway.socket) as another:
            error = another.error()
        assert (error.status.reason, error.status.retry) == ("llmgw.gateway.too_many_connections", types_pb2.RETRY_SAFE)
    wait_until(lambda: observer.status().connections == 1, "the places are free again")
    with RawClient(gateway.socket) as client:
        client.hello()


def test_idle_connection_is_told_goodbye(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, server={"idle_timeout": "300ms"}))
    with RawClient(gateway.socket) as client:
        client.hello()
        goodbye = client.frame()
        assert goodbye.type == wire.GOAWAY
        assert wire_pb2.GoAway.FromString(goodbye.payload).reason
        assert client.is_closed()


def test_pings_are_not_answered_without_end(gateway: Daemon) -> None:
    """A client that asks and never reads can neither fill the daemon's memory nor keep it reading."""
    before = gateway.resident_bytes
    with RawClient(gateway.socket, patience=3) as client:
        client.hello()
        with pytest.raises(TimeoutError):
            flood(client)
        assert gateway.resident_bytes - before < 16 << 20
        assert client.error().status.reason == "llmgw.protocol.violation"
    assert_alive(gateway)


def test_who_never_takes_the_error_is_cut_off(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, server={"write_timeout": "1s"}))
    with RawClient(gateway.socket) as client:
        client.hello()
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            flood(client)
    assert_alive(gateway)


def flood(client: RawClient) -> None:
    data = encode(wire.PING, payload=b"12345678") * 10_000
    for _ in range(100):  # 24 MB
        client.send(data)


def test_cancel_gets_its_end(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("一")
        exchange.wait_closed()

    up = upstream(script)
    gateway = daemon(configuration(up.base_url))
    with RawClient(gateway.socket) as client:
        client.hello()
        client.request(1, chat_request(PROMPT, stream=True))
        while client.frame().type != wire.DATA:
            pass
        client.cancel(1)
        client.cancel(1)
        end = client.frame()
        assert (end.type, end.stream) == (wire.END, 1)
        status = wire_pb2.End.FromString(end.payload).status
        assert (status.code, status.reason) == (1, "llmgw.client.cancelled")
        assert client.is_silent(0.2), "END comes once"


def test_cancel_of_an_unfinished_request(gateway: Daemon) -> None:
    with RawClient(gateway.socket) as client:
        client.hello()
        client.request(1, b"x" * 1000, more=True)
        client.cancel(1)
        assert client.end(1).status.reason == "llmgw.client.cancelled"
        client.request(1, b"x" * 1000)
        client.request(3, ping_request(), method=wire.PING_METHOD)
        assert client.end(3).status.code == 0


@pytest.mark.parametrize("seed", range(8))
def test_noise(gateway: Daemon, seed: int) -> None:
    """Frames that are right, changed at random: the daemon answers or closes, and lives."""
    source = random.Random(seed)
    right = [
        encode(wire.REQUEST, 1, chat_request("你好"), method=wire.CHAT), encode(wire.PING, payload=b"12345678"),
        encode(wire.REQUEST, 3, chat_request("hi", stream=True), method=wire.CHAT), encode(wire.CREDIT, 1, b"\0\0\1\0"),
        encode(wire.CANCEL, 3),
    ]
    for _ in range(60):
        data = bytearray(b"".join(source.sample(right, source.randint(1, len(right)))))
        for _ in range(source.randint(1, 4)):
            data[source.randrange(len(data))] = source.randrange(256)
        with RawClient(gateway.socket) as client:
            client.hello()
            client.send(bytes(data))
    assert_alive(gateway)
