"""How both clients call a daemon, and what they make of everything that can come back."""

from __future__ import annotations

import copy
import gc
import pathlib
import pickle
import struct
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import StartDaemon
from fake_daemon import ClientGone, Session
from llmgw import APIConnectionError, APITimeoutError, CancelledError, GatewayError, RateLimitError
from llmgw import _frames as frames
from llmgw.v1 import gateway_pb2, meta_pb2, types_pb2, wire_pb2

Connect = Callable[..., Any]


def asked(frame: frames.Frame) -> str:
    """The prompt of a REQUEST."""
    request = gateway_pb2.ChatRequest.FromString(wire_pb2.Request.FromString(frame.payload).body)
    return request.messages[0].text.decode()


def echo(session: Session) -> None:
    session.open()
    while True:
        frame = session.request()
        session.reply(frame.stream, f"答：{asked(frame)}")


def until(condition: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.002)


# Calls


def test_unary(daemon: StartDaemon, connect: Connect) -> None:
    client = connect(daemon(echo))
    assert client.chat("你好").text == "答：你好"
    assert client.chat("two").text == "答：two"


def test_hello_and_envelope(daemon: StartDaemon, connect: Connect) -> None:
    seen: list[Any] = []

    def script(session: Session) -> None:
        hello = session.open()
        frame = session.request()
        seen.extend([hello.client_name, session.preface, frame.method, frame.stream, wire_pb2.Request.FromString(frame.payload)])
        session.reply(frame.stream, "好")

    connect(daemon(script), name="报告").chat("x", timeout=2.5, labels={"job": "夜间"})
    assert seen[:4] == ["报告", b"LLGW\x01\x00\x00\x00", 0x0201, 1]
    assert seen[4].timeout_ms == 2500 and [(label.key, label.value) for label in seen[4].labels] == [("job", "夜间")]


def test_stream(daemon: StartDaemon, connect: Connect) -> None:
    def script(session: Session) -> None:
        session.open()
        stream = session.request().stream
        session.send(frames.HEAD, stream, wire_pb2.Head(model="m"))
        for text in ("一", "", "二"):
            session.data(stream, text)
        session.reply(stream)
        session.wait_closed()

    stream = connect(daemon(script)).stream_chat("x")
    assert [chunk.text for chunk in stream] == ["一", "", "二"]
    assert stream.reply.choices == ()
    assert list(stream) == []


def test_large_request_goes_in_parts(daemon: StartDaemon, connect: Connect) -> None:
    def script(session: Session) -> None:
        session.open(max_frame=1000)
        body = b""
        while True:
            frame = session.take(frames.REQUEST)
            assert len(frame.payload) <= 1000 and frame.method == 0x0201
            body += frame.payload
            if not frame.more:
                break
        request = gateway_pb2.ChatRequest.FromString(wire_pb2.Request.FromString(body).body)
        session.reply(frame.stream, str(len(request.messages[0].text.decode())))
        session.wait_closed()

    assert connect(daemon(script)).chat("字" * 5000).text == "5000"


def test_message_in_parts_and_interleaving(daemon: StartDaemon, connect: Connect) -> None:
    def script(session: Session) -> None:
        session.open()
        one, two = session.request().stream, session.request().stream
        chunk = gateway_pb2.ChatChunk(text="长".encode() * 100).SerializeToString()
        session.send(frames.DATA, one, chunk[:50], more=True)
        session.data(two, "短")
        session.send(frames.DATA, one, chunk[50:])
        session.reply(two)
        session.reply(one)
        session.wait_closed()

    client = connect(daemon(script))
    one, two = client.stream_chat("1"), client.stream_chat("2")
    assert "".join(chunk.text for chunk in two) == "短"
    assert "".join(chunk.text for chunk in one) == "长" * 100


def test_status_becomes_an_error(daemon: StartDaemon, connect: Connect) -> None:
    def script(session: Session) -> None:
        session.open()
        session.refuse(
            session.request().stream, "llmgw.upstream.rate_limited", 8, message="太快了".encode(), retry=types_pb2.RETRY_AFTER,
            retry_after_ms=1500, origin=types_pb2.ORIGIN_UPSTREAM, upstream_http_status=429, attempts=2, provider="p", model="m",
            operation="Chat", suggestion=b"Wait.", request_id="r1",
        )
        session.wait_closed()

    with pytest.raises(RateLimitError) as caught:
        connect(daemon(script)).chat("x")
    error = caught.value
    assert (error.reason, error.message, error.retry, error.retry_after) == ("llmgw.upstream.rate_limited", "太快了", "after", 1.5)
    assert (error.origin, error.upstream_status, error.attempts) == ("upstream", 429, 2)
    assert (error.provider, error.model, error.operation, error.request_id) == ("p", "m", "Chat", "r1")
    assert error.retryable and str(error) == "llmgw.upstream.rate_limited: 太快了. Wait."
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is RateLimitError and vars(twin) == vars(error) and str(twin) == str(error)


def test_unknown_reasons_and_codes_are_kept(daemon: StartDaemon, connect: Connect) -> None:
    def script(session: Session) -> None:
        session.open()
        session.refuse(session.request().stream, "llmgw.future.thing", 99)
        session.wait_closed()

    with pytest.raises(GatewayError) as caught:
        connect(daemon(script)).chat("x")
    assert (caught.value.reason, caught.value.code) == ("llmgw.future.thing", 99)


# Cancelling and time


def test_cancel(daemon: StartDaemon, connect: Connect) -> None:
    cancelled = threading.Event()

    def script(session: Session) -> None:
        session.open()
        stream = session.request().stream
        session.data(stream, "一")
        assert session.take(frames.CANCEL).stream == stream
        cancelled.set()
        session.data(stream, "crossed")
        session.refuse(stream, "llmgw.client.cancelled", 1)
        again = session.request()
        session.reply(again.stream, "好")
        session.wait_closed()

    client = connect(daemon(script))
    stream = client.stream_chat("x")
    assert next(stream).text == "一"
    stream.cancel()
    stream.cancel()
    assert cancelled.wait(5)
    assert list(stream) == []
    assert client.chat("y").text == "好"


def test_forgotten_stream_is_cancelled(daemon: StartDaemon, connect: Connect) -> None:
    cancelled = threading.Event()

    def script(session: Session) -> None:
        session.open()
        stream = session.request().stream
        session.data(stream, "一")
        assert session.take(frames.CANCEL).stream == stream
        cancelled.set()
        session.wait_closed()

    client = connect(daemon(script))
    stream = client.stream_chat("x")
    assert next(stream).text == "一"
    del stream
    gc.collect()
    assert cancelled.wait(5)


def test_timeout(daemon: StartDaemon, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that does not even say that the time is up is not waited for much longer."""
    monkeypatch.setattr("llmgw._sync.GRACE", 0.1)
    monkeypatch.setattr("llmgw._async.GRACE", 0.1)
    cancels: list[int] = []

    def script(session: Session) -> None:
        session.open()
        while True:
            frame = session.frame()
            if frame.type == frames.CANCEL:
                cancels.append(frame.stream)

    client = connect(daemon(script))
    calls: list[Callable[[], object]] = [
        lambda: client.chat("x", timeout=0.2), lambda: next(client.stream_chat("x", timeout=0.2)),
    ]
    for call in calls:
        began = time.monotonic()
        with pytest.raises(APITimeoutError) as caught:
            call()
        assert 0.25 <= time.monotonic() - began < 3
        assert (caught.value.reason, caught.value.retry) == ("llmgw.local.timeout", "ambiguous")
    until(lambda: cancels == [1, 3], "the calls are cancelled")


def test_places_are_waited_for(daemon: StartDaemon, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many calls as the daemon allows; the END of a cancelled one makes room, and the deadline holds while waiting."""
    monkeypatch.setattr("llmgw._sync.GRACE", 0.0)
    monkeypatch.setattr("llmgw._async.GRACE", 0.0)
    go_on = threading.Event()

    def script(session: Session) -> None:
        session.open(max_streams=2)
        streams = [session.request().stream, session.request().stream]
        cancelled = session.take(frames.CANCEL).stream
        assert cancelled in streams
        assert go_on.wait(10)
        session.refuse(cancelled, "llmgw.client.cancelled", 1)
        frame = session.take(frames.REQUEST)
        session.reply(frame.stream, asked(frame))
        session.wait_closed()

    client = connect(daemon(script))
    one, two = client.stream_chat("1"), client.stream_chat("2")
    one.cancel()
    with pytest.raises(APITimeoutError) as caught:
        client.chat("3", timeout=0.2)
    assert caught.value.not_processed and caught.value.retry == "safe"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.chat, "4")
        go_on.set()
        assert waiting.result(10).text == "4"
    two.cancel()


# Credit


def test_slow_reader_gives_credit_as_it_reads(daemon: StartDaemon, connect: Connect) -> None:
    text = "x" * 1000
    size = len(gateway_pb2.ChatChunk(text=text.encode()).SerializeToString())
    granted: list[int] = []
    overdrawn = threading.Event()

    def script(session: Session) -> None:
        session.open(initial_credit=size * 8)
        stream = session.request().stream
        credit, sent = size * 8, 0
        while sent < 40:
            while credit >= size and sent < 40:
                session.data(stream, text)
                credit, sent = credit - size, sent + 1
            if sent < 40:
                overdrawn.set()
                frame = session.take(frames.CREDIT)
                granted.append(struct.unpack(">I", frame.payload)[0])
                credit += granted[-1]
        session.reply(stream)
        session.wait_closed()

    stream = connect(daemon(script)).stream_chat("x")
    assert overdrawn.wait(5), "the daemon has sent all it may"
    assert not granted, "nothing was read, nothing is granted"
    assert sum(len(chunk.text) for chunk in stream) == 40_000
    assert sum(granted) >= size * 32


def test_unread_stream_does_not_hold_up_others(daemon: StartDaemon, connect: Connect) -> None:
    def script(session: Session) -> None:
        session.open()
        held = session.request().stream
        for _ in range(20):
            session.data(held, "y" * 10_000)
        while True:
            frame = session.request()
            session.reply(frame.stream, asked(frame))

    client = connect(daemon(script))
    held = client.stream_chat("held")
    for number in range(20):
        assert client.chat(str(number)).text == str(number)
    assert next(held).text == "y" * 10_000


# Connections that end


def test_connection_is_made_anew(daemon: StartDaemon, connect: Connect) -> None:
    def script(session: Session) -> None:
        session.open()
        session.reply(session.request().stream, f"{session.number}")

    fake = daemon(script)
    client = connect(fake)
    for number in range(4):
        assert client.chat("x").text == f"{number}"
        until(lambda: not usable(client), "the client sees the end of the connection")


def usable(client: Any) -> bool:
    link = getattr(client, "_client", client)._link
    return link is not None and link.usable


@pytest.mark.parametrize("streaming", [False, True], ids=["unary", "stream"])
def test_end_in_the_middle_of_a_call_is_not_repeated(daemon: StartDaemon, connect: Connect, streaming: bool) -> None:
    def script(session: Session) -> None:
        session.open()
        session.request()

    fake = daemon(script)
    client = connect(fake)
    with pytest.raises(APIConnectionError) as caught:
        list(client.stream_chat("x")) if streaming else client.chat("x")
    assert (caught.value.reason, caught.value.retry, caught.value.not_processed) == ("llmgw.local.connection_lost", "ambiguous", False)
    assert len(fake.sessions) == 1


def goaway_before(session: Session) -> None:
    session.goaway(0)


def refuse_as_draining(session: Session) -> None:
    session.goaway(1)
    session.refuse(1, "llmgw.gateway.draining", 14, not_processed=True, retry=types_pb2.RETRY_SAFE)


@pytest.mark.parametrize("streaming", [False, True], ids=["unary", "stream"])
@pytest.mark.parametrize("turn_away", [goaway_before, refuse_as_draining])
def test_what_was_not_processed_is_repeated_once(
    daemon: StartDaemon, connect: Connect, turn_away: Callable[[Session], None], streaming: bool
) -> None:
    def script(session: Session) -> None:
        session.open()
        frame = session.request()
        if session.number == 0:
            turn_away(session)
            return session.wait_closed()
        if streaming:
            session.data(frame.stream, asked(frame))
        session.reply(frame.stream, None if streaming else asked(frame))
        session.wait_closed()

    fake = daemon(script)
    client = connect(fake)
    text = "".join(chunk.text for chunk in client.stream_chat("问")) if streaming else client.chat("问").text
    assert text == "问"
    assert len(fake.sessions) == 2


@pytest.mark.parametrize("streaming", [False, True], ids=["unary", "stream"])
def test_and_not_twice(daemon: StartDaemon, connect: Connect, streaming: bool) -> None:
    def script(session: Session) -> None:
        session.open()
        session.request()
        session.goaway(0)
        session.wait_closed()

    fake = daemon(script)
    client = connect(fake)
    with pytest.raises(APIConnectionError) as caught:
        list(client.stream_chat("x")) if streaming else client.chat("x")
    assert caught.value.not_processed and caught.value.retry == "safe"
    assert len(fake.sessions) == 2


def test_goaway_lets_running_streams_end(daemon: StartDaemon, connect: Connect) -> None:
    go_on = threading.Event()

    def script(session: Session) -> None:
        session.open()
        stream = session.request().stream
        if session.number == 1:
            return session.reply(stream, "新")
        session.data(stream, "一")
        session.goaway(stream)
        assert go_on.wait(10)
        session.data(stream, "二")
        session.reply(stream)
        session.wait_closed()

    client = connect(daemon(script))
    stream = client.stream_chat("x")
    assert next(stream).text == "一"
    until(lambda: not usable(client), "GOAWAY arrives")
    assert client.chat("y").text == "新"
    go_on.set()
    assert "".join(chunk.text for chunk in stream) == "二"


VIOLATIONS = {
    "unknown-type": frames.encode(0x7F), "stream": frames.encode(frames.DATA, 99), "side": frames.encode(frames.REQUEST, 1),
    "size": frames.encode(frames.PING, payload=b"123"), "too-large": struct.pack(">IBBHII", 1 << 24, frames.DATA, 0, 0, 1, 0),
    "garbage": b"HTTP/1.1 400 Bad Request\r\n\r\n", "hello": frames.encode(frames.HELLO_OK),
}


@pytest.mark.parametrize("data", VIOLATIONS.values(), ids=VIOLATIONS.keys())
def test_violation_ends_the_connection(daemon: StartDaemon, connect: Connect, data: bytes) -> None:
    def script(session: Session) -> None:
        session.open()
        frame = session.request()
        if session.number > 0:
            return session.reply(frame.stream, "好")
        session.raw(data)
        session.wait_closed()

    fake = daemon(script)
    client = connect(fake)
    with pytest.raises(GatewayError) as caught:
        client.chat("x")
    assert (caught.value.reason, caught.value.retry) == ("llmgw.local.protocol_violation", "ambiguous")
    assert client.chat("y").text == "好"


def test_error_frame(daemon: StartDaemon, connect: Connect) -> None:
    def script(session: Session) -> None:
        status = types_pb2.Status(code=8, reason="llmgw.gateway.too_many_connections", message=b"full", retry=types_pb2.RETRY_SAFE)
        session.send(frames.ERROR, 0, wire_pb2.ConnectionError(status=status))
        session.close()

    with pytest.raises(RateLimitError) as caught:
        connect(daemon(script)).chat("x")
    assert (caught.value.reason, caught.value.not_processed) == ("llmgw.gateway.too_many_connections", True)


def test_ping_is_answered(daemon: StartDaemon, connect: Connect) -> None:
    def script(session: Session) -> None:
        session.open()
        stream = session.request().stream
        session.send(frames.PING, 0, b"12345678")
        assert session.take(frames.PONG).payload == b"12345678"
        session.reply(stream, "好")
        session.wait_closed()

    assert connect(daemon(script)).chat("x").text == "好"


def test_no_daemon(directory: pathlib.Path, connect: Connect) -> None:
    with pytest.raises(APIConnectionError) as caught:
        connect(str(directory / "nobody.sock")).chat("x")
    assert (caught.value.reason, caught.value.retry, caught.value.not_processed) == ("llmgw.local.connect_failed", "safe", True)
    assert "nobody.sock" in str(caught.value)


def test_silent_daemon(daemon: StartDaemon, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmgw._sync._CONNECT_TIMEOUT", 0.2)
    monkeypatch.setattr("llmgw._async._CONNECT_TIMEOUT", 0.2)
    client = connect(daemon(lambda session: session.wait_closed()))
    with pytest.raises(APIConnectionError) as caught:
        client.chat("x")
    assert (caught.value.reason, caught.value.not_processed) == ("llmgw.local.connect_failed", True)


def test_close_ends_what_runs(daemon: StartDaemon, connect: Connect) -> None:
    def script(session: Session) -> None:
        session.open()
        frame = session.request()
        if session.number == 0:
            return session.wait_closed()
        session.send(frames.END, frame.stream, wire_pb2.End(reply=meta_pb2.PingReply(payload=b"x").SerializeToString()))

    client = connect(daemon(script))
    stream = client.stream_chat("x")
    client.close()
    with pytest.raises(CancelledError) as caught:
        next(stream)
    assert caught.value.reason == "llmgw.local.closed"
    assert client.ping(b"x") == b"x", "a later call connects again"


def test_end_without_a_reader_is_noticed(daemon: StartDaemon, connect: Connect) -> None:
    """The chunks that had arrived are still given out; then comes the truth."""

    def script(session: Session) -> None:
        session.open()
        stream = session.request().stream
        session.data(stream, "一")
        session.data(stream, "二")
        session.close()
        raise ClientGone

    stream = connect(daemon(script)).stream_chat("x")
    texts = []
    with pytest.raises(APIConnectionError):
        for chunk in stream:
            texts.append(chunk.text)
    assert texts == ["一", "二"]
