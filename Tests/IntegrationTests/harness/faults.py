"""A TCP proxy that spoils connections: what networks, load balancers and crashing servers do to an upstream's answers."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from .tls import free_port


@dataclass(frozen=True)
class Fault:
    """What happens to the answers on one connection. `at` is a place in them: that many bytes, or behind this text; None is before the
    first byte. Up to it everything passes, in pieces of `piece` bytes and after `delay` seconds."""

    #: "pass" lets all go on; "close" ends as if all were well; "reset" drops; "half-close" ends our side and goes on reading; "silence" sends
    #: nothing more and stays; "garbage" goes on with what is no HTTP, and closes.
    ending: str = "pass"
    at: int | bytes | None = None
    #: Of the requests on the connection, the one whose answer is spoiled, from 0.
    turn: int = 0
    delay: float = 0
    piece: int | None = None
    garbage: bytes = b"\x00\xff\xfe not http\r\n\r\n"


PASS = Fault()


class FaultProxy:
    """Between the gateway and an upstream. Each new connection takes the next fault of `plan`; when there is none, all passes."""

    def __init__(self, base_url: str) -> None:
        target = urlsplit(base_url)
        self._target = (target.hostname, target.port)
        self._port = free_port()
        self._path = target.path
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()
        self._listener: socket.socket | None = None
        self.plan: deque[Fault] = deque()
        #: Connections that were accepted.
        self.connections = 0
        self._listen()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}{self._path}"

    def spoil(self, *faults: Fault) -> None:
        """For the next new connections. Those that are open end, so that none of them is used instead."""
        self.plan.extend(faults)
        self.drop()

    def drop(self) -> None:
        """Ends all open connections."""
        for sock in self._sockets:
            _shut(sock, socket.SHUT_RDWR)

    @contextmanager
    def refusing(self, *, dropping: bool = True) -> Iterator[None]:
        """Meanwhile nobody listens at the port. `dropping` ends the open connections, too."""
        self._close_listener()
        if dropping:
            self.drop()
        yield
        self._listen()

    def _listen(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._port), backlog=256)
        self._start(self._accept, self._listener)

    def _close_listener(self) -> None:
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                gateway, _ = listener.accept()
            except OSError:
                return  # Stopped, or refusing.
            fault = self.plan.popleft() if self.plan else PASS
            self.connections += 1
            upstream = socket.create_connection(self._target)
            for sock in (gateway, upstream):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets.append(sock)
            turns = Turns()
            self._start(self._requests, gateway, upstream, turns)
            self._start(self._answers, upstream, gateway, fault, turns)

    def _requests(self, gateway: socket.socket, upstream: socket.socket, turns: Turns) -> None:
        while data := _receive(gateway):
            turns.asked(data)
            if not _send(upstream, data):
                break
        # The gateway has given up: so that the upstream notices.
        _shut(upstream, socket.SHUT_RDWR)

    def _answers(self, upstream: socket.socket, gateway: socket.socket, fault: Fault, turns: Turns) -> None:
        spoiler = Spoiler(fault)
        while data := _receive(upstream):
            if turns.count <= fault.turn:
                good, is_due = data, False
            else:
                if fault.delay:
                    self._stopping.wait(fault.delay)
                good, is_due = spoiler.take(data)
            if not self._pass(gateway, good, fault.piece):
                break
            if is_due:
                self._end(gateway, fault)
                return
        _shut(gateway, socket.SHUT_RDWR)

    def _pass(self, gateway: socket.socket, data: bytes, piece: int | None) -> bool:
        size = piece or max(1, len(data))
        return all(_send(gateway, data[start:start + size]) for start in range(0, len(data), size))

    def _end(self, gateway: socket.socket, fault: Fault) -> None:
        if fault.ending == "garbage":
            _send(gateway, fault.garbage)
        if fault.ending in ("close", "garbage"):
            _shut(gateway, socket.SHUT_RDWR)
        elif fault.ending == "half-close":
            _shut(gateway, socket.SHUT_WR)
        elif fault.ending == "reset":
            gateway.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # The other thread reads the same socket, and would hold back a mere close.
            _shut(gateway, socket.SHUT_RD)
            os.close(gateway.detach())

    def stop(self) -> None:
        self._stopping.set()
        self._close_listener()
        self.drop()
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive(), "a connection of the proxy does not end"
        for sock in self._sockets:
            sock.close()


class Turns:
    """Counts the requests on a connection, by their first lines."""

    def __init__(self) -> None:
        self.count = 0

    def asked(self, data: bytes) -> None:
        self.count += data.count(b"POST /") + data.count(b"GET /")


class Spoiler:
    """Finds the place of a fault in an answer that comes in pieces."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._seen = b""

    def take(self, data: bytes) -> tuple[bytes, bool]:
        """What still passes of `data`, and whether the place is reached."""
        if self._fault.ending == "pass":
            return data, False
        before = len(self._seen)
        self._seen += data
        place = self._place()
        return (data, False) if place is None else (data[:place - before], True)

    def _place(self) -> int | None:
        at = self._fault.at
        if at is None:
            return 0
        if isinstance(at, int):
            return at if len(self._seen) >= at else None
        found = self._seen.find(at)
        return None if found < 0 else found + len(at)


def _receive(sock: socket.socket) -> bytes:
    try:
        return sock.recv(1 << 16)
    except OSError:
        return b""  # Reset, or closed by the fault.


def _send(sock: socket.socket, data: bytes) -> bool:
    try:
        sock.sendall(data)
    except OSError:
        return False
    return True


def _shut(sock: socket.socket, how: int) -> None:
    try:
        sock.shutdown(how)
    except OSError:
        pass  # Gone already.
