"""What waits for credit is delivered or ended, whatever else ends meanwhile: the upstream, the caller's patience, the daemon."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator

import pytest
from conftest import StartDaemon, StartUpstream
from google.protobuf.message import Message
from harness.configuration import configuration
from harness.processes import Daemon
from harness.upstream import Exchange, chat_reply
from harness.waiting import PATIENCE, wait_until
from llmgw import _frames as frames
from llmgw.types import BatchResult
from llmgw.v1 import gateway_pb2, types_pb2, wire_pb2

CHAT, BATCH = 0x0201, 0x0204
INITIAL_CREDIT = 256 << 10
PIECE = "字" * 300
#: More than the initial credit, by less than what makes the daemon pause the upstream.
PIECES = INITIAL_CREDIT // len(PIECE.encode()) + 20


def writer(exchange: Exchange) -> None:
    """As many pieces as `max_tokens` says, as fast as they go."""
    pieces = [PIECE] * exchange.request.json["max_tokens"]
    if exchange.request.json.get("stream"):
        exchange.stream(*pieces)
    else:
        exchange.reply(chat_reply("".join(pieces)))


def silent(exchange: Exchange) -> None:
    exchange.wait_closed(within=30)


def chat(pieces: int) -> gateway_pb2.ChatRequest:
    request = gateway_pb2.ChatRequest(stream=True)
    request.messages.add(role=2, text="你好".encode())
    request.sampling.max_tokens = pieces
    return request


class Raw:
    """A client with one stream, that grants credit when the test says so."""

    def __init__(self, daemon: Daemon) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(str(daemon.socket))
        self._decoder = frames.FrameDecoder(1 << 20)

    def hello(self) -> None:
        self.socket.sendall(frames.PREFACE + frames.encode(frames.HELLO, payload=wire_pb2.Hello().SerializeToString()))
        assert self.frame().type == frames.HELLO_OK

    def begin(self, method: int, message: Message, timeout_ms: int = 0) -> None:
        request = wire_pb2.Request(body=message.SerializeToString(), timeout_ms=timeout_ms)
        self.socket.sendall(frames.encode(frames.REQUEST, 1, request.SerializeToString(), method=method))

    def credit(self, amount: int) -> None:
        self.socket.sendall(frames.encode(frames.CREDIT, 1, struct.pack(">I", amount)))

    def frame(self) -> frames.Frame:
        while (frame := self._decoder.next()) is None:
            data = self.socket.recv(1 << 20)
            assert data, "the daemon closed the connection"
            self._decoder.feed(data)
        return frame

    def read_credit(self) -> None:
        """Takes DATA until the initial credit is spent."""
        got = 0
        while got < INITIAL_CREDIT:
            frame = self.frame()
            assert frame.type in (frames.HEAD, frames.DATA)
            got += len(frame.payload) if frame.type == frames.DATA else 0

    def end(self) -> tuple[int, types_pb2.Status]:
        """Takes frames up to END: the bytes of DATA before it, and how it ended."""
        got = 0
        while (frame := self.frame()).type != frames.END:
            got += len(frame.payload) if frame.type == frames.DATA else 0
        return got, wire_pb2.End.FromString(frame.payload).status


@pytest.fixture
def served(daemon: StartDaemon, upstream: StartUpstream) -> Daemon:
    return daemon(configuration(upstream(writer).base_url, server={"drain_timeout": "5s"}))


@pytest.fixture
def client(served: Daemon) -> Iterator[Raw]:
    raw = Raw(served)
    with raw.socket:
        yield raw


@pytest.fixture
def waiting(served: Daemon, client: Raw) -> Raw:
    """A client whose call is done upstream, while its last pieces wait for credit."""
    client.hello()
    client.begin(CHAT, chat(PIECES))
    client.read_credit()
    observer = served.client()
    wait_until(lambda: observer.status().in_flight == 0, "the call is done")
    return client


def test_credit_counts_after_the_upstream_has_finished(waiting: Raw) -> None:
    waiting.credit(1 << 20)
    rest, status = waiting.end()
    assert rest > 0
    assert status.code == 0


def test_cancelling_ends_what_waits_for_credit(waiting: Raw) -> None:
    waiting.socket.sendall(frames.encode(frames.CANCEL, 1))
    rest, _ = waiting.end()
    assert rest == 0


def test_draining_delivers_what_waits_for_credit(served: Daemon, waiting: Raw) -> None:
    served.terminate()
    assert waiting.frame().type == frames.GOAWAY
    waiting.credit(1 << 20)
    rest, status = waiting.end()
    assert rest > 0
    assert status.code == 0


def test_draining_refuses_a_connection_that_has_not_said_hello(served: Daemon, client: Raw) -> None:
    client.socket.sendall(frames.PREFACE)
    observer = served.client()
    wait_until(lambda: observer.status().connections == 2, "the daemon knows the connection")
    served.terminate()
    frame = client.frame()
    assert frame.type == frames.ERROR, "nothing else may come before HELLO_OK"
    status = wire_pb2.ConnectionError.FromString(frame.payload).status
    assert (status.reason, status.not_processed) == ("llmgw.gateway.draining", True)


def test_a_message_larger_than_all_credit_arrives(served: Daemon) -> None:
    with served.client().batch(["你好"], max_tokens=2 * PIECES) as events:
        results = [event for event in events if isinstance(event, BatchResult)]
    assert [result.reply and result.reply.text for result in results] == [PIECE * (2 * PIECES)]


def test_the_deadline_ends_a_batch_whose_reader_stalls(client: Raw) -> None:
    client.hello()
    client.begin(BATCH, gateway_pb2.BatchRequest(items=[chat(100)] * 50, max_concurrency=1), timeout_ms=1000)
    _, status = client.end()
    assert status.reason == "llmgw.gateway.deadline_exceeded"


def test_a_call_cut_off_by_draining_may_have_been_processed(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(silent)
    served = daemon(configuration(up.base_url, server={"drain_timeout": "100ms"}))
    client = Raw(served)
    client.hello()
    client.begin(CHAT, chat(1))
    up.wait_for(1)
    served.terminate()
    _, status = client.end()
    assert (status.reason, status.not_processed) == ("llmgw.gateway.draining", False)
    assert status.retry == types_pb2.RETRY_AMBIGUOUS
