"""An upstream that speaks HTTP/2 frame by frame (RFC 9113), so that a test decides which streams it refuses, and what it says when it goes away.

With TLS, or without and with prior knowledge. It reads no headers, since nothing depends on them, and answers with fields that need no table.
"""

from __future__ import annotations

import json
import pathlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from .waiting import wait_until

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
ACK = END_STREAM = 1
END_HEADERS = 4
NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM = 0, 2, 7


class Connection:
    def __init__(self, sock: socket.socket, number: int) -> None:
        self._socket = sock
        self.number = number
        self._lock = threading.Lock()

    def frame(self, kind: int, flags: int, stream: int, payload: bytes = b"") -> None:
        with self._lock:
            self._socket.sendall(len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload)

    def go_away(self, last: int, code: int = NO_ERROR) -> None:
        """No stream after `last` was or will be looked at."""
        self.frame(GOAWAY, 0, 0, struct.pack(">II", last, code))

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)


@dataclass
class Stream:
    """A request that has come whole."""

    connection: Connection
    number: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def reply(self, body: Any) -> None:
        data = json.dumps(body, ensure_ascii=False).encode()
        # ":status: 200", and "content-type" by its place in the static table.
        kind = b"application/json"
        self.connection.frame(HEADERS, END_HEADERS, self.number, b"\x88\x0f\x10" + bytes([len(kind)]) + kind)
        self.connection.frame(DATA, END_STREAM, self.number, data)

    def reset(self, code: int) -> None:
        self.connection.frame(RST_STREAM, 0, self.number, code.to_bytes(4))


Script = Callable[[Stream], object]


@dataclass
class HTTP2Upstream:
    """Runs `script` for every request, on its connection's thread. What a script raises fails the test at its end."""

    script: Script
    #: Certificate and key; without them there is no TLS.
    tls: tuple[pathlib.Path, pathlib.Path] | None = None
    streams: list[Stream] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    failures: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._context: ssl.SSLContext | None = None
        if self.tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*self.tls)
            self._context.set_alpn_protocols(["h2"])
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def base_url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def wait_for(self, count: int) -> Stream:
        wait_until(lambda: len(self.streams) >= count, f"request {count} reaches the upstream")
        return self.streams[count - 1]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return  # Stopped.
            self._sockets.append(sock)
            self._threads.append(threading.Thread(target=self._serve, args=(sock,), daemon=True))
            self._threads[-1].start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            if self._context:
                sock = self._context.wrap_socket(sock, server_side=True)
                self._sockets.append(sock)
            with sock, sock.makefile("rb") as reader:
                preface = reader.read(len(PREFACE))
                if not preface:
                    return  # A connection that was opened and not used.
                assert preface == PREFACE, "not HTTP/2"
                connection = Connection(sock, len(self.connections))
                self.connections.append(connection)
                connection.frame(SETTINGS, 0, 0)
                self._read(reader, connection)
        except OSError:
            pass  # The other side has gone, or `stop` was called.
        except BaseException as error:
            self.failures.append(error)

    def _read(self, reader: BinaryIO, connection: Connection) -> None:
        bodies: dict[int, bytes] = {}
        while len(head := reader.read(9)) == 9:
            payload = reader.read(int.from_bytes(head[:3]))
            kind, flags, number = head[3], head[4], int.from_bytes(head[5:])
            if kind == SETTINGS and not flags & ACK:
                connection.frame(SETTINGS, ACK, 0)
            elif kind == PING and not flags & ACK:
                connection.frame(PING, ACK, 0, payload)
            elif kind in (HEADERS, DATA):
                bodies[number] = bodies.get(number, b"") + (payload if kind == DATA else b"")
                if flags & END_STREAM:
                    self.streams.append(Stream(connection, number, bodies.pop(number)))
                    self.script(self.streams[-1])

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # Closed already.
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive(), "a script does not end"
        if self.failures:
            raise self.failures[0]
