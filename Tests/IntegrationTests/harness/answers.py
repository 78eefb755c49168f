"""A daemon that knows its answers by heart: for what the tool makes of answers that are hard to bring about."""

from __future__ import annotations

import pathlib
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from google.protobuf.message import Message
from llmgw import _frames as frames
from llmgw.v1 import types_pb2, wire_pb2


@dataclass(frozen=True)
class Answer:
    """What a method streams, and how it ends."""

    reply: Message
    chunks: Sequence[Message] = ()
    status: types_pb2.Status = field(default_factory=lambda: types_pb2.Status(code=0))


class AnsweringDaemon:
    """Gives every call of a method the same answer, and remembers what it was asked."""

    def __init__(self, path: pathlib.Path, answers: Mapping[int, Answer]) -> None:
        self.asked: list[bytes] = []
        #: The payloads of REQUEST, around what was asked.
        self.envelopes: list[bytes] = []
        self._answers = answers
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # Stopped.
            with connection:
                connection.settimeout(10)
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        decoder = frames.FrameDecoder(1 << 24)
        connection.recv(len(frames.PREFACE), socket.MSG_WAITALL)
        while data := connection.recv(1 << 16):
            decoder.feed(data)
            while (frame := decoder.next()) is not None:
                connection.sendall(self._response(frame))

    def _response(self, frame: frames.Frame) -> bytes:
        if frame.type == frames.HELLO:
            return frames.encode(frames.HELLO_OK, payload=wire_pb2.HelloOk(protocol_major=1).SerializeToString())
        if frame.type != frames.REQUEST:
            return b""
        self.envelopes.append(frame.payload)
        self.asked.append(wire_pb2.Request.FromString(frame.payload).body)
        answer = self._answers[frame.method]
        end = wire_pb2.End(status=answer.status, reply=answer.reply.SerializeToString())
        parts = [frames.encode(frames.DATA, frame.stream, chunk.SerializeToString()) for chunk in answer.chunks]
        return b"".join([*parts, frames.encode(frames.END, frame.stream, end.SerializeToString())])

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)
        assert not self._thread.is_alive(), "the tool keeps its connection"
