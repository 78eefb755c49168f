"""An upstream whose every byte the test decides."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .waiting import PATIENCE, wait_until


class PeerGone(Exception):
    """The gateway closed the connection while the script was at work."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Exchange:
    """One request, and the means to answer it. `connection` counts from 0, `turn` counts the requests on that connection."""

    def __init__(self, request: Request, sock: socket.socket, connection: int, turn: int) -> None:
        self.request = request
        self.connection = connection
        self.turn = turn
        #: When the gateway was seen to have closed the connection, of `time.monotonic()`.
        self.closed_at: float | None = None
        self._socket = sock

    def send(self, data: bytes | str) -> None:
        try:
            self._socket.sendall(data.encode() if isinstance(data, str) else data)
        except OSError:
            self.closed_at = time.monotonic()
            raise PeerGone from None

    def head(self, status: int = 200, **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Scripted", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
        self.send("\r\n".join(lines) + "\r\n\r\n")

    def reply(self, body: Any, status: int = 200, **headers: str) -> None:
        """A whole answer: JSON, unless it is text already."""
        data = (body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)).encode()
        self.head(status, **{"content_type": "application/json", "content_length": str(len(data)), **headers})
        self.send(data)

    def open_stream(self) -> None:
        self.head(content_type="text/event-stream", transfer_encoding="chunked")

    def chunk(self, data: bytes | str) -> None:
        raw = data.encode() if isinstance(data, str) else data
        self.send(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")

    def event(self, event: Any) -> None:
        self.chunk(f"data: {event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)}\n\n")

    def delta(self, text: str, index: int = 0) -> None:
        self.event(chat_chunk({"content": text}, index=index))

    def end_stream(self) -> None:
        self.chunk("data: [DONE]\n\n")
        self.send("0\r\n\r\n")

    def stream(self, *texts: str) -> None:
        """A whole stream of text."""
        self.open_stream()
        for text in texts:
            self.delta(text)
        self.event(chat_chunk({}, finish="stop"))
        self.end_stream()

    def wait_closed(self, within: float = PATIENCE) -> float:
        """When the gateway closed the connection."""
        self._socket.settimeout(within)
        try:
            data = self._socket.recv(1)
            assert not data, "the gateway sent something in the middle of an answer"
        except ConnectionResetError:
            pass  # Another way to close.
        finally:
            self._socket.settimeout(None)
        self.closed_at = time.monotonic()
        return self.closed_at

    def seen_closed(self, within: float = PATIENCE) -> float:
        """For the test: when the script saw the gateway close the connection."""
        return wait_until(lambda: self.closed_at, "the upstream sees the end", within)

    def close(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            raise PeerGone from None

    def reset(self) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self._socket.detach())  # `close` would wait for the reader of the same socket.


Script = Callable[[Exchange], object]


class ScriptedUpstream:
    """Runs `script` for every request, a thread per connection. What a script raises fails the test at its end."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._stopping = False
        self.exchanges: list[Exchange] = []
        self.failures: list[BaseException] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    @property
    def connections(self) -> int:
        return len(self._sockets)

    @property
    def requests(self) -> list[Request]:
        return [exchange.request for exchange in self.exchanges]

    def wait_for(self, count: int) -> Exchange:
        """The `count`-th request."""
        wait_until(lambda: len(self.exchanges) >= count, f"request {count} reaches the upstream")
        return self.exchanges[count - 1]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return  # Stopped.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock, len(self._sockets) - 1), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, connection: int) -> None:
        turn = 0
        try:
            with sock.makefile("rb") as reader:
                while sock.fileno() >= 0 and (request := _read_request(reader)) is not None:
                    exchange = Exchange(request, sock, connection, turn)
                    self.exchanges.append(exchange)
                    self._script(exchange)
                    turn += 1
        except PeerGone:
            pass  # The script was interrupted, as tests of cancelling want it.
        except OSError as error:
            # Closed by the script itself, or by `stop`, or reset by the gateway.
            if not self._stopping and sock.fileno() >= 0 and not isinstance(error, ConnectionError):
                self.failures.append(error)
        except BaseException as error:
            self.failures.append(error)
        finally:
            sock.close()

    def stop(self) -> None:
        self._stopping = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # Closed already.
        for thread in [self._acceptor, *self._threads]:
            thread.join(5)
            assert not thread.is_alive(), "a script does not end"
        if self.failures:
            raise self.failures[0]


def _read_request(reader: Any) -> Request | None:
    line = reader.readline()
    if not line:
        return None
    method, path, _ = line.decode().split()
    headers: dict[str, str] = {}
    while (line := reader.readline().decode().strip()):
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        while (size := int(reader.readline(), 16)) > 0:
            body += reader.read(size)
            reader.readline()
        reader.readline()
    else:
        body = reader.read(int(headers.get("content-length", "0")))
    return Request(method, path, headers, body)


# Documents of the OpenAI API


def chat_reply(text: str | None = "好的", *, finish: str = "stop", usage: dict[str, Any] | None = None, **message: Any) -> dict[str, Any]:
    reply: dict[str, Any] = {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "scripted-1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}],
    }
    return reply | ({"usage": usage} if usage is not None else {})


def chat_chunk(delta: dict[str, Any], *, index: int = 0, finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "scripted-1",
        "choices": [{"index": index, "delta": delta, "finish_reason": finish}],
    }


def embeddings(vectors: list[list[float]], tokens: int | None = None) -> dict[str, Any]:
    reply: dict[str, Any] = {
        "object": "list", "model": "scripted-1",
        "data": [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)],
    }
    return reply | ({"usage": {"prompt_tokens": tokens, "total_tokens": tokens}} if tokens is not None else {})
