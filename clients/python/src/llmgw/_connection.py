"""A client's connection without I/O: bytes in, events out, bytes to send."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar, Union

from google.protobuf.message import DecodeError

from . import _frames as frames
from . import errors
from ._frames import Frame, FrameDecoder, ProtocolViolation
from .v1 import wire_pb2

_FRAME_LIMIT_BEFORE_HELLO = 64 << 10
#: Stream numbers are never used again, and this is the last.
_LAST_STREAM = 2**32 - 1


@dataclass(frozen=True)
class HelloOk:
    message: wire_pb2.HelloOk


@dataclass(frozen=True)
class StreamEvent:
    """HEAD, DATA or END of a stream: `kind` is the frame's type."""

    kind: int
    stream: int
    payload: bytes


@dataclass(frozen=True)
class GoAway:
    last_stream: int


Event = Union[HelloOk, StreamEvent, GoAway]


class ConnectionRefused(Exception):
    """The daemon sent ERROR."""

    def __init__(self, error: wire_pb2.ConnectionError) -> None:
        super().__init__(error.status.reason)
        self.error = error


@dataclass
class _Stream:
    window: int
    cancelled: bool = False
    partial: bytearray = field(default_factory=bytearray)
    partial_type: int = 0
    #: Taken, and not yet given back.
    to_grant: int = 0
    #: Given back before it is taken.
    early: int = 0


class Connection:
    """States: opening (until HELLO_OK) → open → failed (terminal, after a violation). Streams are open, cancelled (a tombstone until END), or
    gone. Using a stream that is gone is a race with its END and has no effect. PROTOCOL.md, "The client's view of a stream"."""

    def __init__(self, client_name: str, client_version: str, *, credit_threshold: int | None = None) -> None:
        hello = wire_pb2.Hello(client_name=client_name, client_version=client_version)
        self._out = bytearray(frames.PREFACE + frames.encode(frames.HELLO, payload=hello.SerializeToString()))
        self._decoder = FrameDecoder(_FRAME_LIMIT_BEFORE_HELLO)
        self._threshold = credit_threshold
        self._streams: dict[int, _Stream] = {}
        self._next_stream = 1
        self.is_open = False
        self.going_away = False
        self.max_frame = 256 << 10
        self.max_message = 32 << 20
        self.max_streams = 256
        self.initial_credit = 256 << 10

    def take_output(self) -> bytes:
        data = bytes(self._out)
        self._out.clear()
        return data

    @property
    def open_streams(self) -> int:
        return len(self._streams)

    def open(self, method: int, request: bytes) -> int:
        """Begins a call; `request` is a serialised `Request`. Raises RequestTooLargeError, and sends nothing, above `max_message`."""
        if len(request) > self.max_message:
            raise errors.RequestTooLargeError(
                "llmgw.client.message_too_large", f"the request has {len(request)} bytes, the daemon takes {self.max_message}",
                code=8, suggestion="Send less at once.", not_processed=True,
            )
        stream = self._next_stream
        if stream == _LAST_STREAM:
            self.going_away = True
        else:
            self._next_stream += 2
        self._streams[stream] = _Stream(self.initial_credit)
        first = 0
        while True:
            part = request[first : first + self.max_frame]
            first += len(part)
            more = first < len(request)
            self._out += frames.encode(frames.REQUEST, stream, part, more=more, method=method)
            if not more:
                return stream

    def cancel(self, stream: int) -> None:
        state = self._streams.get(stream)
        if state is not None and not state.cancelled:
            state.cancelled = True
            state.partial.clear()
            state.partial_type = 0
            self._out += frames.encode(frames.CANCEL, stream)

    def taken(self, stream: int, count: int) -> None:
        """The program consumed this many bytes of DATA; the daemon may send as many more."""
        state = self._streams.get(stream)
        if state is None or count == 0:
            return
        early = min(count, state.early)
        state.early -= early
        state.to_grant += count - early
        if state.to_grant >= (self._threshold if self._threshold is not None else max(1, self.initial_credit // 4)):
            self._grant(stream, state, state.to_grant)
            state.to_grant = 0
        self._unblock(stream, state)

    def _unblock(self, stream: int, state: _Stream) -> None:
        """A message longer than the window would wait for its own end, so its beginning is given back early: never more than one message's
        worth, so that a program that takes nothing has the initial credit and one message to keep."""
        waits = state.partial_type == frames.DATA and state.window <= self.initial_credit // 4
        if waits and len(state.partial) > state.early:
            self._grant(stream, state, len(state.partial) - state.early)
            state.early = len(state.partial)

    def _grant(self, stream: int, state: _Stream, count: int) -> None:
        self._out += frames.encode(frames.CREDIT, stream, struct.pack(">I", count))
        state.window += count

    def receive(self, data: bytes) -> Iterator[Event]:
        """Takes bytes from the daemon. Raises ProtocolViolation or ConnectionRefused; the connection is then unusable."""
        self._decoder.feed(data)
        while (frame := self._decoder.next()) is not None:
            event = self._handle(frame)
            if event is not None:
                yield event

    def _handle(self, frame: Frame) -> Event | None:
        if frame.type in (frames.HELLO, frames.REQUEST, frames.CANCEL, frames.CREDIT):
            raise ProtocolViolation("wrong_side")
        if frame.type == frames.ERROR:
            raise ConnectionRefused(_decode(wire_pb2.ConnectionError(), frame.payload))
        if not self.is_open:
            return self._opened(frame)
        if frame.type in (frames.HEAD, frames.DATA, frames.END):
            return self._stream_frame(frame)
        if frame.stream != 0:
            raise ProtocolViolation("wrong_stream")
        if frame.type == frames.HELLO_OK:
            raise ProtocolViolation("unexpected_frame")
        if frame.type == frames.GOAWAY:
            self.going_away = True
            return GoAway(_decode(wire_pb2.GoAway(), frame.payload).last_stream)
        if len(frame.payload) != 8:
            raise ProtocolViolation("wrong_size")
        if frame.type == frames.PING:
            self._out += frames.encode(frames.PONG, payload=frame.payload)
        return None

    def _opened(self, frame: Frame) -> Event:
        if frame.type != frames.HELLO_OK or frame.stream != 0:
            raise ProtocolViolation("unexpected_frame")
        hello = _decode(wire_pb2.HelloOk(), frame.payload)
        limits = hello.limits
        self.max_frame = min(limits.max_frame or self.max_frame, frames.LENGTH_LIMIT - 1)
        self.max_message = limits.max_message or self.max_message
        self.max_streams = limits.max_streams or self.max_streams
        self.initial_credit = limits.initial_credit if limits.HasField("initial_credit") else self.initial_credit
        self._decoder.max_frame = self.max_frame
        self.is_open = True
        return HelloOk(hello)

    def _stream_frame(self, frame: Frame) -> Event | None:
        state = self._streams.get(frame.stream)
        if state is None:
            raise ProtocolViolation("wrong_stream")
        if frame.type == frames.DATA:
            state.window -= len(frame.payload)
            if state.window < 0:
                raise ProtocolViolation("credit_overflow")
        if state.cancelled:
            if frame.type == frames.DATA:
                self.taken(frame.stream, len(frame.payload))
            elif frame.type == frames.END and not frame.more:
                del self._streams[frame.stream]
            return None
        if state.partial_type not in (0, frame.type):
            if frame.type != frames.END or state.partial_type != frames.DATA:
                raise ProtocolViolation("unexpected_frame")
            state.partial.clear()
        payload = frame.payload
        if frame.type != frames.HEAD:
            if len(state.partial) + len(payload) > self.max_message:
                raise ProtocolViolation("frame_too_large")
            state.partial_type = frame.type
            state.partial += payload
            if frame.more:
                self._unblock(frame.stream, state)
                return None
            payload = bytes(state.partial)
            state.partial.clear()
            state.partial_type = 0
        if frame.type == frames.END:
            del self._streams[frame.stream]
        return StreamEvent(frame.type, frame.stream, payload)


_M = TypeVar("_M", wire_pb2.HelloOk, wire_pb2.ConnectionError, wire_pb2.GoAway)


def _decode(message: _M, payload: bytes) -> _M:
    try:
        message.ParseFromString(payload)
    except DecodeError:
        raise ProtocolViolation("malformed_message") from None
    return message
