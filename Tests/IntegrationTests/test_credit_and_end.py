"""What waits for credit is delivered, whatever else ends meanwhile: the upstream, the daemon's service, the message's first part."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from google.protobuf.message import Message
from llmgw import Client
from llmgw import _frames as frames
from llmgw.v1 import gateway_pb2, wire_pb2

ROOT = pathlib.Path(__file__).resolve().parents[2]
DAEMON = pathlib.Path(os.environ.get("LLMGW_BIN", ROOT / ".build/debug")) / "llmgwd"
CHAT, BATCH = 0x0201, 0x0204
DEADLINE = 10.0
PIECE = "字" * 300


class Upstream(ThreadingHTTPServer):
    """Answers with as many pieces as `max_tokens` says, as fast as it can, and tells when it has sent the last one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.done = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answer(BaseHTTPRequestHandler):
    server: Upstream

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        count = request["max_tokens"]
        if request.get("stream"):
            events = [{"delta": {"content": PIECE}}] * count + [{"delta": {}, "finish_reason": "stop"}]
            lines = [f"data: {json.dumps({'choices': [{'index': 0, **event}]})}\n\n" for event in events]
            body = "".join([*lines, "data: [DONE]\n\n"]).encode()
        else:
            choice = {"index": 0, "message": {"role": "assistant", "content": PIECE * count}, "finish_reason": "stop"}
            body = json.dumps({"choices": [choice]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        self.server.done.set()


def chat(pieces: int) -> gateway_pb2.ChatRequest:
    request = gateway_pb2.ChatRequest(model="m", stream=True)
    request.messages.add(role=2, text="你好".encode())
    request.sampling.max_tokens = pieces
    return request


class Raw:
    """A client that grants credit when the test says so."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE)
        self.socket.connect(path)
        self.decoder = frames.FrameDecoder(1 << 20)

    def hello(self) -> None:
        self.socket.sendall(frames.PREFACE + frames.encode(frames.HELLO, payload=wire_pb2.Hello().SerializeToString()))
        assert self.frame().type == frames.HELLO_OK

    def stream(self, pieces: int) -> None:
        self.begin(CHAT, chat(pieces))

    def begin(self, method: int, message: Message, timeout_ms: int = 0) -> None:
        request = wire_pb2.Request(body=message.SerializeToString(), timeout_ms=timeout_ms)
        self.socket.sendall(frames.encode(frames.REQUEST, 1, request.SerializeToString(), method=method))

    def credit(self, amount: int) -> None:
        self.socket.sendall(frames.encode(frames.CREDIT, 1, struct.pack(">I", amount)))

    def frame(self) -> frames.Frame:
        while (frame := self.decoder.next()) is None:
            data = self.socket.recv(1 << 20)
            assert data, "the daemon closed the connection"
            self.decoder.feed(data)
        return frame

    def end(self) -> wire_pb2.End:
        while (frame := self.frame()).type != frames.END:
            pass
        return wire_pb2.End.FromString(frame.payload)

    def data_until(self, size: int) -> int:
        """Reads DATA until this many bytes have come, or END."""
        got = 0
        while got < size:
            frame = self.frame()
            if frame.type == frames.END:
                assert wire_pb2.End.FromString(frame.payload).status.code == 0
                return got
            got += len(frame.payload) if frame.type == frames.DATA else 0
        return got


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def daemon(tmp_path: pathlib.Path, upstream: Upstream) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    path = tmp_path / "llmgw.sock"
    config = tmp_path / "llmgw.toml"
    config.write_text(
        f'[providers.p]\nbase_url = "http://127.0.0.1:{upstream.server_port}/v1"\n[models.m]\nprovider = "p"\n'
        "[server]\ndrain_timeout = \"5s\"\n")
    process = subprocess.Popen([DAEMON, "--config", config, "--socket", path], stderr=subprocess.DEVNULL)
    end = time.monotonic() + DEADLINE
    while not path.exists():
        assert process.poll() is None and time.monotonic() < end, "the daemon did not start"
        time.sleep(0.01)
    yield process, str(path)
    process.kill()
    process.wait()


INITIAL_CREDIT = 256 << 10
# More than the initial credit and less than what makes the daemon pause the upstream.
PIECES = INITIAL_CREDIT // len(PIECE.encode()) + 20


def test_credit_counts_after_the_upstream_has_finished(daemon: tuple[subprocess.Popen[bytes], str], upstream: Upstream) -> None:
    client = Raw(daemon[1])
    client.hello()
    client.stream(PIECES)
    assert client.data_until(INITIAL_CREDIT) == INITIAL_CREDIT
    assert upstream.done.wait(DEADLINE)
    with Client(daemon[1]) as other:
        wait_until(lambda: other.status().in_flight == 0)
    client.credit(1 << 20)
    assert client.data_until(1 << 30) > 0


def test_draining_delivers_what_waits_for_credit(daemon: tuple[subprocess.Popen[bytes], str], upstream: Upstream) -> None:
    client = Raw(daemon[1])
    client.hello()
    client.stream(PIECES)
    assert client.data_until(INITIAL_CREDIT) == INITIAL_CREDIT
    with Client(daemon[1]) as other:
        wait_until(lambda: other.status().in_flight == 0)
    daemon[0].send_signal(signal.SIGTERM)
    assert client.frame().type == frames.GOAWAY
    client.credit(1 << 20)
    assert client.data_until(1 << 30) > 0


def test_no_goaway_comes_before_hello_ok(daemon: tuple[subprocess.Popen[bytes], str]) -> None:
    client = Raw(daemon[1])
    client.socket.sendall(frames.PREFACE)
    with Client(daemon[1]) as other:
        wait_until(lambda: other.status().connections == 2)
        daemon[0].send_signal(signal.SIGTERM)
        assert client.frame().type == frames.ERROR


def test_a_message_larger_than_the_credit_arrives(daemon: tuple[subprocess.Popen[bytes], str]) -> None:
    with Client(daemon[1], timeout=DEADLINE) as client, client.batch(["你好"], model="m", max_tokens=2 * PIECES) as events:
        texts = [event.reply.text for event in events if getattr(event, "reply", None) is not None]
    assert texts == [PIECE * (2 * PIECES)]


def test_cancelling_ends_what_waits_for_credit(daemon: tuple[subprocess.Popen[bytes], str]) -> None:
    client = Raw(daemon[1])
    client.hello()
    client.stream(PIECES)
    assert client.data_until(INITIAL_CREDIT) == INITIAL_CREDIT
    with Client(daemon[1]) as other:
        wait_until(lambda: other.status().in_flight == 0)
    client.socket.sendall(frames.encode(frames.CANCEL, 1))
    client.end()


def test_the_deadline_ends_a_batch_whose_reader_stalls(daemon: tuple[subprocess.Popen[bytes], str]) -> None:
    client = Raw(daemon[1])
    client.hello()
    client.begin(BATCH, gateway_pb2.BatchRequest(items=[chat(100)] * 50, max_concurrency=1), timeout_ms=1000)
    assert client.end().status.reason == "llmgw.gateway.deadline_exceeded"


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
