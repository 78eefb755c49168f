"""The protocol by hand: a client that may do what the library would not."""

from __future__ import annotations

import pathlib
import select
import socket
import struct
from types import TracebackType

from llmgw._frames import (
    CANCEL, CREDIT, DATA, END, ERROR, GOAWAY, HEAD, HELLO, HELLO_OK, PING, PONG, PREFACE, REQUEST, Frame, FrameDecoder, encode,
)
from llmgw._methods import chat, ping
from llmgw.v1 import wire_pb2

__all__ = [
    "CANCEL", "CREDIT", "DATA", "END", "ERROR", "GOAWAY", "HEAD", "HELLO", "HELLO_OK", "PING", "PONG", "PREFACE", "REQUEST",
    "CHAT", "PING_METHOD", "Frame", "RawClient", "chat_request", "encode", "ping_request",
]

CHAT = 0x0201
PING_METHOD = 0x0101


def chat_request(prompt: str, *, timeout: float | None = None, **options: object) -> bytes:
    return chat(prompt, **options).request(timeout, {})


def ping_request(payload: bytes = b"") -> bytes:
    return ping(payload).request(None, {})


class RawClient:
    """A connection of which the test writes and reads every frame."""

    def __init__(self, path: pathlib.Path, patience: float = 10.0) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(patience)
        self._socket.connect(str(path))
        self._decoder = FrameDecoder(1 << 24)

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def hello(self) -> wire_pb2.HelloOk:
        self.send(PREFACE + encode(HELLO, payload=wire_pb2.Hello(client_name="raw").SerializeToString()))
        frame = self.frame()
        assert frame.type == HELLO_OK
        return wire_pb2.HelloOk.FromString(frame.payload)

    def request(self, stream: int, request: bytes, *, method: int = CHAT, more: bool = False) -> None:
        self.send(encode(REQUEST, stream, request, method=method, more=more))

    def credit(self, stream: int, amount: int) -> None:
        self.send(encode(CREDIT, stream, struct.pack(">I", amount)))

    def cancel(self, stream: int) -> None:
        self.send(encode(CANCEL, stream))

    def next(self) -> Frame | None:
        """The next frame, or None at the end of the connection."""
        while (frame := self._decoder.next()) is None:
            try:
                data = self._socket.recv(1 << 16)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._decoder.feed(data)
        return frame

    def frame(self) -> Frame:
        frame = self.next()
        assert frame is not None, "the daemon closed the connection"
        return frame

    def end(self, stream: int) -> wire_pb2.End:
        """Skips to the stream's END."""
        return self.ends(stream)[stream]

    def ends(self, *streams: int) -> dict[int, wire_pb2.End]:
        """Skips to the END of each of the streams, in whichever order they come."""
        ends: dict[int, wire_pb2.End] = {}
        while len(ends) < len(streams):
            frame = self.frame()
            if frame.type == END and frame.stream in streams:
                ends[frame.stream] = wire_pb2.End.FromString(frame.payload)
        return ends

    def error(self) -> wire_pb2.ConnectionError:
        """Skips to the ERROR that must come, and to the close behind it."""
        while (frame := self.frame()).type != ERROR:
            pass
        assert self.next() is None, "the connection stays open after ERROR"
        return wire_pb2.ConnectionError.FromString(frame.payload)

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing comes for so long."""
        return self._decoder.next() is None and not select.select([self._socket], [], [], seconds)[0]

    def is_closed(self) -> bool:
        return self.next() is None
