"""The client for programs with threads or none."""

from __future__ import annotations

import contextlib
import copy
import os
import queue
import socket
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Generic, TypeVar

from . import _frames as frames
from . import _methods, _socket_path, errors, types
from ._administration import SyncAdministration
from ._connection import Connection, ConnectionRefused, GoAway, HelloOk, StreamEvent
from ._frames import ProtocolViolation
from ._methods import C, CallSpec, R
from ._version import VERSION
from .v1 import admin_pb2, wire_pb2

_CONNECT_TIMEOUT = 5.0
#: How much longer than the daemon a caller waits, before it gives the daemon up.
GRACE = 1.0
T = TypeVar("T")


class _Call:
    """What one call has received. Guarded by its link's lock."""

    def __init__(self, link: _Link) -> None:
        self.link = link
        self.stream = 0
        self.chunks: deque[bytes] = deque()
        self.head = wire_pb2.Head()
        self.end: bytes | None = None
        self.failure: errors.GatewayError | None = None


class _Link:
    """One connection, and the thread that reads it."""

    def __init__(self, path: str, name: str) -> None:
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self._send_lock = threading.Lock()
        self._connection = Connection(name, VERSION)
        self._calls: dict[int, _Call] = {}
        self._failure: errors.GatewayError | None = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(_CONNECT_TIMEOUT)
        try:
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise
        self._socket.settimeout(None)
        self._flush()
        threading.Thread(target=self._read, name="llmgw-reader", daemon=True).start()
        with self.lock:
            opened = self.changed.wait_for(lambda: self._connection.is_open or self._failure, _CONNECT_TIMEOUT)
        if not opened:
            self.close(errors.local("connect_failed", "the daemon did not answer HELLO", not_processed=True))
        if self._failure is not None:
            raise errors.before_any_request(self._failure)

    @property
    def usable(self) -> bool:
        connection = self._connection
        with self.lock:
            return self._failure is None and not connection.going_away

    def begin(self, method: int, request: bytes, deadline: float | None) -> _Call:
        call = _Call(self)
        with self.lock:
            while True:
                if self._failure is not None or self._connection.going_away:
                    raise errors.local("connection_lost", "the daemon closes the connection", not_processed=True)
                if self._connection.open_streams < self._connection.max_streams:
                    break
                remaining = None if deadline is None else deadline - time.monotonic()
                if remaining is not None and remaining <= 0:
                    raise errors.local("timeout", "the connection had no place for the call in time", not_processed=True)
                self.changed.wait(remaining)
            call.stream = self._connection.open(method, request)
            self._calls[call.stream] = call
        self._flush()
        return call

    def taken(self, call: _Call, count: int) -> None:
        with self.lock:
            self._connection.taken(call.stream, count)
        self._flush()

    def cancel(self, call: _Call) -> None:
        with self.lock:
            self._calls.pop(call.stream, None)
            self._connection.cancel(call.stream)
        self._flush()

    def close(self, failure: errors.GatewayError) -> None:
        self._fail(failure)
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # The daemon was faster.
        self._socket.close()

    def forget(self) -> None:
        """After a fork: the connection is the parent's, the reader did not come along, and a lock may have been held by another thread."""
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self._send_lock = threading.Lock()
        self._socket.close()
        self._fail(errors.local("closed", "the connection belongs to the process before the fork"))

    def _flush(self) -> None:
        # Taking and sending are one step, or two threads' frames could change places.
        with self._send_lock:
            with self.lock:
                data = self._connection.take_output()
            if not data:
                return
            try:
                self._socket.sendall(data)
            except OSError:
                # The daemon has closed. What it said before, GOAWAY perhaps, decides which calls are lost: the reader comes to its end by itself.
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        while True:
            try:
                data = self._socket.recv(256 << 10)
            except OSError as error:
                return self.close(errors.local("connection_lost", f"reading from the daemon failed: {error.strerror}"))
            if not data:
                return self.close(errors.local("connection_lost", "the daemon closed the connection"))
            try:
                with self.lock:
                    for event in self._connection.receive(data):
                        self._note(event)
                    self.changed.notify_all()
            except ProtocolViolation as violation:
                return self.close(errors.local("protocol_violation", f"the daemon broke the protocol: {violation.reason}"))
            except ConnectionRefused as refused:
                return self.close(errors.from_status(refused.error.status))
            self._flush()

    def _note(self, event: HelloOk | StreamEvent | GoAway) -> None:
        if isinstance(event, GoAway):
            for stream in [stream for stream in self._calls if stream > event.last_stream]:
                self._calls.pop(stream).failure = errors.local(
                    "connection_lost", "the daemon did not process the request", not_processed=True
                )
        elif isinstance(event, StreamEvent) and (call := self._calls.get(event.stream)) is not None:
            if event.kind == frames.DATA:
                call.chunks.append(event.payload)
            elif event.kind == frames.HEAD:
                call.head.MergeFromString(event.payload)
            else:
                call.end = event.payload
                del self._calls[event.stream]

    def _fail(self, failure: errors.GatewayError) -> None:
        with self.lock:
            if self._failure is None:
                self._failure = failure
            for call in self._calls.values():
                call.failure = self._failure
            self._calls.clear()
            self.changed.notify_all()


def _wait(call: _Call, until: Callable[[], bool], deadline: float | None) -> None:
    """Waits, with the lock held, and raises what ended the call."""
    while not until():
        if call.failure is not None:
            raise copy.copy(call.failure)  # Other calls may raise the same failure.
        remaining = None if deadline is None else deadline - time.monotonic()
        if remaining is not None and remaining <= 0:
            raise errors.local("timeout", "the daemon did not answer in time")
        call.link.changed.wait(remaining)


class Stream(Generic[R, C]):
    """A streamed answer: iterate over its chunks; afterwards `reply` has what is known of the whole. Leaving it early cancels the call."""

    def __init__(self, begin: Callable[[], _Call], spec: CallSpec[R, C], deadline: float | None) -> None:
        self._begin = begin
        self._may_repeat = True
        self._spec = spec
        self._deadline = deadline
        self._reply: R | None = None
        self._finished = True
        try:
            self._call = begin()
        except errors.GatewayError as error:
            self._repeat(error)
        self._finished = False

    def _repeat(self, error: errors.GatewayError) -> None:
        """Begins once more, if that is known to be harmless."""
        if not self._may_repeat or not errors.may_repeat(error):
            raise error
        self._may_repeat = False
        self._call = self._begin()

    def __iter__(self) -> Iterator[C]:
        return self

    def __next__(self) -> C:
        while not self._finished:
            try:
                chunk = self._take()
                if chunk is None:
                    self._reply = _read_end(self._call, self._spec)
            except errors.GatewayError as error:
                self.cancel()
                self._repeat(error)
                self._finished = False
                continue
            except BaseException:
                self.cancel()
                raise
            if chunk is not None:
                self._call.link.taken(self._call, len(chunk))
                return self._spec.read_chunk(chunk)
            self._finished = True
        raise StopIteration

    def _take(self) -> bytes | None:
        """The next chunk; None at the end."""
        call = self._call
        with call.link.lock:
            _wait(call, lambda: bool(call.chunks) or call.end is not None, self._deadline)
            return call.chunks.popleft() if call.chunks else None

    @property
    def head(self) -> wire_pb2.Head:
        """What is known before the answer: request id, model, provider, place in the queue."""
        with self._call.link.lock:
            head = wire_pb2.Head()
            head.CopyFrom(self._call.head)
            return head

    @property
    def reply(self) -> R:
        """The reply without its content. Only after the last chunk."""
        if self._reply is None:
            raise RuntimeError("the stream has not ended yet")
        return self._reply

    def cancel(self) -> None:
        """Gives the call up. Harmless after its end."""
        if not self._finished:
            self._finished = True
            self._call.link.cancel(self._call)

    close = cancel

    def __enter__(self) -> Stream[R, C]:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def __del__(self) -> None:
        # May run anywhere, also where this thread holds the locks that cancelling takes.
        if not self._finished:
            self._finished = True
            _abandoned.put(self._call)


def _read_end(call: _Call, spec: CallSpec[R, C]) -> R:
    assert call.end is not None
    end = wire_pb2.End.FromString(call.end)
    if end.status.code != 0:
        raise errors.from_status(end.status)
    return spec.read_reply(end.reply)


#: Calls of streams that nobody holds any more. Its `put` may interrupt itself.
_abandoned: queue.SimpleQueue[_Call] = queue.SimpleQueue()
_clients: weakref.WeakSet[Client] = weakref.WeakSet()


def _cancel_abandoned() -> None:
    while True:
        call = _abandoned.get()
        call.link.cancel(call)
        del call


_has_janitor = False


def _ensure_janitor() -> None:
    global _has_janitor
    if not _has_janitor:
        _has_janitor = True
        threading.Thread(target=_cancel_abandoned, name="llmgw-janitor", daemon=True).start()


def _after_fork() -> None:
    global _abandoned, _has_janitor
    _abandoned, _has_janitor = queue.SimpleQueue(), False
    for client in list(_clients):
        client._forget()


os.register_at_fork(after_in_child=_after_fork)


class Client(SyncAdministration):
    """Asks the gateway. Connects with the first call; threads share the connection. `timeout` is in seconds, for calls that name none."""

    def __init__(self, socket: str | None = None, *, name: str = "llmgw-python", timeout: float | None = None) -> None:
        self._path = socket
        self._name = name
        self._timeout = timeout
        self._lock = threading.Lock()
        self._link: _Link | None = None
        _clients.add(self)

    # Inference

    def chat(self, messages: types.Messages, *, timeout: float | None = None,
             labels: Mapping[str, str] | None = None,
             retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
             cache: types.CacheControl | None = None, **options: Any) -> types.ChatReply:
        """One answer. `options`: model, temperature, top_p, max_tokens, stop, seed, presence_penalty, frequency_penalty, n, logit_bias,
        user, tools, tool_choice, parallel_tool_calls, response_format, extra.

        `retry_ambiguous`: whether the gateway may repeat the request where an upstream may have processed it already, which can be billed
        twice; None leaves it to the daemon's configuration. `priority`: "interactive", "normal" or "batch". `cache`: what is wanted of the
        shared cache."""
        return self._unary(_methods.chat(messages, **options), timeout, labels, retry_ambiguous, priority, cache)

    def stream_chat(self, messages: types.Messages, *, timeout: float | None = None,
                    labels: Mapping[str, str] | None = None,
                    retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
                    cache: types.CacheControl | None = None, **options: Any) -> Stream[types.ChatReply, types.ChatChunk]:
        """One answer, piece by piece."""
        return self._stream(_methods.chat(messages, stream=True, **options), timeout, labels, retry_ambiguous, priority, cache)

    def complete(self, prompt: str, *, timeout: float | None = None,
                 labels: Mapping[str, str] | None = None,
                 retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
                 cache: types.CacheControl | None = None, **options: Any) -> types.CompleteReply:
        return self._unary(_methods.complete(prompt, **options), timeout, labels, retry_ambiguous, priority, cache)

    def stream_complete(self, prompt: str, *, timeout: float | None = None, labels: Mapping[str, str] | None = None,
                        retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
                        cache: types.CacheControl | None = None, **options: Any) -> Stream[types.CompleteReply, types.CompleteChoice]:
        return self._stream(_methods.complete(prompt, stream=True, **options), timeout, labels, retry_ambiguous, priority, cache)

    def embed(self, inputs: str | Sequence[str], *, timeout: float | None = None,
              labels: Mapping[str, str] | None = None,
              retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
              cache: types.CacheControl | None = None, **options: Any) -> types.EmbedReply:
        return self._unary(_methods.embed(inputs, **options), timeout, labels, retry_ambiguous, priority, cache)

    def batch(self, items: Iterable[types.Messages | Mapping[str, Any]], *, max_concurrency: int | None = None,
              timeout: float | None = None, labels: Mapping[str, str] | None = None,
              retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
              cache: types.CacheControl | None = None, **options: Any) -> Stream[types.BatchReply, types.BatchEvent]:
        """Many chats in one call: results in order, and progress. `options` are for all items."""
        return self._stream(_methods.batch(items, max_concurrency, **options), timeout, labels, retry_ambiguous, priority, cache)

    def list_models(self) -> list[types.ModelInfo]:
        return self._unary(_methods.list_models())

    # About the daemon

    def ping(self, payload: bytes = b"") -> bytes:
        return self._unary(_methods.ping(payload))

    def get_info(self) -> types.ServiceInfo:
        return self._unary(_methods.get_info())

    def get_schema(self) -> dict[str, str]:
        return self._unary(_methods.get_schema())

    def status(self) -> admin_pb2.StatusReply:
        return self._unary(_methods.status())

    def list_requests(self) -> list[admin_pb2.RequestStatus]:
        return self._unary(_methods.list_requests())

    def cancel_request(self, request_id: str) -> bool:
        """False where no such request is in flight."""
        return self._unary(_methods.cancel_request(request_id))

    def get_config(self) -> admin_pb2.GetConfigReply:
        return self._unary(_methods.get_config())

    # How failures are dealt with

    def list_deployments(self) -> list[admin_pb2.DeploymentStatus]:
        """Every way to every model, and how it fares."""
        return self._unary(_methods.list_deployments())

    def list_breakers(self) -> list[admin_pb2.BreakerStatus]:
        return self._unary(_methods.list_breakers())

    def set_breaker(self, scope: str, action: str, *, reason: str = "", ttl: float | None = None) -> bool:
        """False where there is no such breaker. `action`: "reset", "force-open" or "force-closed"; `ttl`: how many seconds it stays
        forced, None: until somebody resets it."""
        return self._unary(_methods.set_breaker(scope, action, reason, ttl))

    def test_models(self, model: str | None = None, *,
                    timeout: float | None = None) -> Stream[admin_pb2.TestModelsReply, admin_pb2.TestResult]:
        """Asks every deployment of a model, or of all, for one token."""
        return self._stream(_methods.test_models(model), timeout, None)

    def explain(self, request_id: str) -> admin_pb2.RequestTrace | None:
        """How a request came to its end; None where it is not remembered."""
        return self._unary(_methods.explain(request_id))

    def list_alerts(self) -> list[admin_pb2.AlertStatus]:
        return self._unary(_methods.list_alerts())

    # How

    def _deadline(self, timeout: float | None) -> tuple[float | None, float | None]:
        timeout = self._timeout if timeout is None else timeout
        return timeout, None if timeout is None else time.monotonic() + timeout + GRACE

    def _unary(self, spec: CallSpec[R, C], timeout: float | None = None, labels: Mapping[str, str] | None = None,
               retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
               cache: types.CacheControl | None = None) -> R:
        timeout, deadline = self._deadline(timeout)
        request = spec.request(timeout, labels or {}, retry_ambiguous, priority, cache)
        for attempt in (1, 2):
            try:
                call = self._connected().begin(spec.method, request, deadline)
                try:
                    with call.link.lock:
                        _wait(call, lambda: call.end is not None, deadline)
                except BaseException:
                    call.link.cancel(call)
                    raise
                return _read_end(call, spec)
            except errors.GatewayError as error:
                if attempt == 2 or not errors.may_repeat(error):
                    raise
        raise AssertionError("unreachable")

    def _stream(self, spec: CallSpec[R, C], timeout: float | None, labels: Mapping[str, str] | None,
                retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
                cache: types.CacheControl | None = None) -> Stream[R, C]:
        timeout, deadline = self._deadline(timeout)
        request = spec.request(timeout, labels or {}, retry_ambiguous, priority, cache)
        _ensure_janitor()
        return Stream(lambda: self._connected().begin(spec.method, request, deadline), spec, deadline)

    def _connected(self) -> _Link:
        with self._lock:
            if self._link is None or not self._link.usable:
                self._link = self._connect()
            return self._link

    def _connect(self) -> _Link:
        path = self._path or _socket_path.find()
        try:
            return _Link(path, self._name)
        except OSError as error:
            tried = [path] if self._path else _socket_path.candidates()
            raise errors.local(
                "connect_failed", f"no connection to the daemon ({', '.join(tried)}): {error.strerror or error}",
                not_processed=True,
            ) from None

    def _forget(self) -> None:
        """After a fork: the connection stays with the parent."""
        self._lock = threading.Lock()
        link, self._link = self._link, None
        if link is not None:
            link.forget()

    def close(self) -> None:
        """Ends the connection; calls that run fail. A later call connects again."""
        with self._lock:
            link, self._link = self._link, None
        if link is not None:
            link.close(errors.local("closed", "the client was closed"))

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.close()
