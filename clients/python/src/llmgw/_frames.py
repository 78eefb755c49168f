"""Frames, as PROTOCOL.md ("Framing") has them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

HEADER = struct.Struct(">IBBHII")
#: No frame's payload may be this long, whatever a peer allows.
LENGTH_LIMIT = 1 << 24
PREFACE = b"LLGW\x01\x00\x00\x00"
MORE = 0x01

HELLO, HELLO_OK, ERROR = 0x01, 0x02, 0x03
REQUEST, HEAD, DATA, END, CANCEL, CREDIT = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15
PING, PONG, GOAWAY = 0x20, 0x21, 0x22

_KNOWN = frozenset((HELLO, HELLO_OK, ERROR, REQUEST, HEAD, DATA, END, CANCEL, CREDIT, PING, PONG, GOAWAY))


class ProtocolViolation(Exception):
    """The peer did what the protocol forbids; `reason` is the word of the test vectors."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Frame:
    type: int
    flags: int
    method: int
    stream: int
    payload: bytes

    @property
    def more(self) -> bool:
        return bool(self.flags & MORE)


def encode(type: int, stream: int = 0, payload: bytes = b"", *, more: bool = False, method: int = 0) -> bytes:
    return HEADER.pack(len(payload), type, MORE if more else 0, method, stream, 0) + payload


class FrameDecoder:
    """Cuts a byte stream into frames, however it arrives. Keeps at most one frame."""

    def __init__(self, max_frame: int) -> None:
        self.max_frame = max_frame
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    def next(self) -> Frame | None:
        """The next complete frame; skips ancillary ones. A frame is judged by its header alone."""
        while len(self._buffer) >= HEADER.size:
            length, type, flags, method, stream, reserved = HEADER.unpack_from(self._buffer)
            if length > self.max_frame:
                raise ProtocolViolation("frame_too_large")
            if reserved != 0:
                raise ProtocolViolation("reserved_not_zero")
            if type < 0x80:
                if type not in _KNOWN:
                    raise ProtocolViolation("unknown_frame_type")
                if method != 0 and type != REQUEST:
                    raise ProtocolViolation("method_not_zero")
            if len(self._buffer) < HEADER.size + length:
                return None
            payload = bytes(self._buffer[HEADER.size : HEADER.size + length])
            del self._buffer[: HEADER.size + length]
            if type < 0x80:
                return Frame(type, flags, method, stream, payload)
        return None
