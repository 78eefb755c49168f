"""A daemon whose every frame the test decides."""

from __future__ import annotations

import pathlib
import socket
import threading
from collections.abc import Callable

from google.protobuf.message import Message
from llmgw import _frames as frames
from llmgw._frames import Frame, FrameDecoder
from llmgw.v1 import gateway_pb2, types_pb2, wire_pb2


class ClientGone(Exception):
    """The client closed the connection while the script was at work."""


class Session:
    """One connection from a client. `number` counts from 0."""

    def __init__(self, sock: socket.socket, number: int) -> None:
        self.number = number
        self.preface = b""
        self._socket = sock
        self._decoder = FrameDecoder(1 << 24)

    def open(self, *, max_streams: int = 256, initial_credit: int = 256 << 10, max_frame: int = 256 << 10) -> wire_pb2.Hello:
        """Takes preface and HELLO, and answers."""
        while len(self.preface) < len(frames.PREFACE):
            self.preface += self._receive(len(frames.PREFACE) - len(self.preface))
        hello = self.take(frames.HELLO)
        limits = wire_pb2.Limits(max_frame=max_frame, max_message=32 << 20, max_streams=max_streams, initial_credit=initial_credit)
        answer = wire_pb2.HelloOk(server_version="fake", protocol_major=1, limits=limits)
        self.send(frames.HELLO_OK, 0, answer)
        return wire_pb2.Hello.FromString(hello.payload)

    def _receive(self, most: int) -> bytes:
        try:
            data = self._socket.recv(most)
        except OSError:
            raise ClientGone from None
        if not data:
            raise ClientGone
        return data

    def frame(self) -> Frame:
        while (frame := self._decoder.next()) is None:
            self._decoder.feed(self._receive(1 << 16))
        return frame

    def take(self, type: int) -> Frame:
        """The next frame, which must be of this type."""
        frame = self.frame()
        assert frame.type == type, f"expected {type:#x}, got {frame.type:#x}"
        return frame

    def request(self) -> Frame:
        """The next REQUEST; credit and the like are passed over."""
        while (frame := self.frame()).type != frames.REQUEST:
            pass
        return frame

    def send(self, type: int, stream: int, message: Message | bytes = b"", *, more: bool = False) -> None:
        payload = message if isinstance(message, bytes) else message.SerializeToString()
        self.raw(frames.encode(type, stream, payload, more=more))

    def raw(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError:
            raise ClientGone from None

    def data(self, stream: int, text: str) -> None:
        self.send(frames.DATA, stream, gateway_pb2.ChatChunk(text=text.encode()))

    def reply(self, stream: int, text: str | None = None) -> None:
        """END that is OK; with a text, the reply of a unary call."""
        reply = gateway_pb2.ChatReply()
        if text is not None:
            reply.choices.add(text=text.encode(), finish_reason=gateway_pb2.FINISH_REASON_STOP)
        self.send(frames.END, stream, wire_pb2.End(status=types_pb2.Status(code=0), reply=reply.SerializeToString()))

    def refuse(self, stream: int, reason: str, code: int, **fields: object) -> None:
        status = types_pb2.Status(reason=reason, code=code, **fields)  # type: ignore[arg-type]
        self.send(frames.END, stream, wire_pb2.End(status=status))

    def goaway(self, last_stream: int) -> None:
        self.send(frames.GOAWAY, 0, wire_pb2.GoAway(last_stream=last_stream))

    def wait_closed(self) -> None:
        """Until the client closes the connection."""
        try:
            while True:
                self._receive(1 << 16)
        except ClientGone:
            pass

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)


class FakeDaemon:
    """Runs `script` for every connection, each in a thread. What a script raises fails the test at its end."""

    def __init__(self, path: pathlib.Path, script: Callable[[Session], None]) -> None:
        self.path = str(path)
        self.sessions: list[Session] = []
        self.failures: list[BaseException] = []
        self._script = script
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return  # Stopped.
            self._sockets.append(sock)
            self.sessions.append(Session(sock, len(self.sessions)))
            thread = threading.Thread(target=self._serve, args=(self.sessions[-1], sock), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, session: Session, sock: socket.socket) -> None:
        try:
            self._script(session)
        except ClientGone:
            pass  # As most tests end.
        except BaseException as error:
            self.failures.append(error)
        finally:
            sock.close()

    def stop(self) -> None:
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
