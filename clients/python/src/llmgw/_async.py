"""The client for asyncio."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import os
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Generic

from . import _frames as frames
from . import _methods, _socket_path, errors, types
from ._administration import AsyncAdministration
from ._connection import Connection, ConnectionRefused, GoAway, HelloOk, StreamEvent
from ._frames import ProtocolViolation
from ._methods import C, CallSpec, R
from ._sync import GRACE
from ._version import VERSION
from .v1 import admin_pb2, wire_pb2

_CONNECT_TIMEOUT = 5.0


class _AsyncCall:
    def __init__(self, link: _AsyncLink) -> None:
        self.link = link
        self.stream = 0
        self.chunks: deque[bytes] = deque()
        self.head = wire_pb2.Head()
        self.end: bytes | None = None
        self.failure: errors.GatewayError | None = None
        self.changed = asyncio.Event()


class _AsyncLink(asyncio.Protocol):
    """One connection on the event loop."""

    def __init__(self, name: str) -> None:
        self._connection = Connection(name, VERSION)
        self._calls: dict[int, _AsyncCall] = {}
        self._failure: errors.GatewayError | None = None
        self._transport: asyncio.Transport | None = None
        self._places = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = self.loop.create_future()

    @property
    def usable(self) -> bool:
        return self._failure is None and not self._connection.going_away

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self._read_rest()
        self.fail(errors.local("connection_lost", "the daemon closed the connection"))

    def _read_rest(self) -> None:
        """After a write that failed, asyncio drops what has come and was not read: GOAWAY perhaps, which decides which calls are lost."""
        assert self._transport is not None
        descriptor = self._transport.get_extra_info("socket").fileno()
        with contextlib.suppress(OSError):
            while self._failure is None and (data := os.read(descriptor, 256 << 10)):
                self.data_received(data)

    def data_received(self, data: bytes) -> None:
        try:
            for event in self._connection.receive(data):
                self._note(event)
        except ProtocolViolation as violation:
            return self.fail(errors.local("protocol_violation", f"the daemon broke the protocol: {violation.reason}"))
        except ConnectionRefused as refused:
            return self.fail(errors.from_status(refused.error.status))
        self._places.set()  # Also the END of a cancelled call, which is no event, makes room.
        self._flush()

    def _note(self, event: HelloOk | StreamEvent | GoAway) -> None:
        if isinstance(event, HelloOk):
            if not self.opened.done():
                self.opened.set_result(None)
        elif isinstance(event, GoAway):
            for stream in [stream for stream in self._calls if stream > event.last_stream]:
                call = self._calls.pop(stream)
                call.failure = errors.local(
                    "connection_lost", "the daemon did not process the request", not_processed=True
                )
                call.changed.set()
        elif (call_ := self._calls.get(event.stream)) is not None:
            if event.kind == frames.DATA:
                call_.chunks.append(event.payload)
            elif event.kind == frames.HEAD:
                call_.head.MergeFromString(event.payload)
            else:
                call_.end = event.payload
                del self._calls[event.stream]
            call_.changed.set()

    async def begin(self, method: int, request: bytes, deadline: float | None) -> _AsyncCall:
        while True:
            if not self.usable:
                raise errors.local("connection_lost", "the daemon closes the connection", not_processed=True)
            if self._connection.open_streams < self._connection.max_streams:
                break
            self._places.clear()
            if not await _within(self._places, deadline):
                raise errors.local("timeout", "the connection had no place for the call in time", not_processed=True)
        call = _AsyncCall(self)
        call.stream = self._connection.open(method, request)
        self._calls[call.stream] = call
        self._flush()
        return call

    def taken(self, call: _AsyncCall, count: int) -> None:
        self._connection.taken(call.stream, count)
        self._flush()

    def cancel(self, call: _AsyncCall) -> None:
        self._calls.pop(call.stream, None)
        self._connection.cancel(call.stream)
        self._flush()

    def fail(self, failure: errors.GatewayError) -> None:
        if self._failure is None:
            self._failure = failure
        if not self.opened.done():
            self.opened.set_exception(errors.before_any_request(self._failure))
        for call in self._calls.values():
            call.failure = self._failure
            call.changed.set()
        self._calls.clear()
        self._places.set()
        if self._transport is not None:
            self._transport.close()

    def leave(self, why: str) -> None:
        """Closes the connection, from whatever loop. With its own loop's end it is closed already, as far as that is possible."""
        failure = errors.local("closed", why)
        if self.loop is asyncio.get_running_loop():
            self.fail(failure)
        elif not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.fail, failure)

    def _flush(self) -> None:
        data = self._connection.take_output()
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)


async def _within(event: asyncio.Event, deadline: float | None) -> bool:
    """Waits for the event; false if the time ran out first.

    Before Python 3.12, `asyncio.wait_for` swallows a cancelling that comes in the same turn of the loop as the event.
    """
    if deadline is None:
        return await event.wait()
    loop = asyncio.get_running_loop()
    is_late = False

    def time_up() -> None:
        nonlocal is_late
        is_late = not event.is_set()
        event.set()

    timer = loop.call_at(deadline, time_up)
    try:
        await event.wait()
    finally:
        timer.cancel()
    return not is_late


async def _wait(call: _AsyncCall, deadline: float | None, *, for_chunk: bool) -> None:
    """Until there is something to take, or what ended the call."""
    while call.end is None and not (for_chunk and call.chunks):
        if call.failure is not None:
            raise copy.copy(call.failure)  # Other calls may raise the same failure.
        call.changed.clear()
        if not await _within(call.changed, deadline):
            raise errors.local("timeout", "the daemon did not answer in time")


def _read_end(call: _AsyncCall, spec: CallSpec[R, C]) -> R:
    assert call.end is not None
    end = wire_pb2.End.FromString(call.end)
    if end.status.code != 0:
        raise errors.from_status(end.status)
    return spec.read_reply(end.reply)


class AsyncStream(Generic[R, C]):
    """A streamed answer: iterate over its chunks; afterwards `reply` has what is known of the whole. Leaving it early cancels the call."""

    def __init__(
        self, call: _AsyncCall, again: Callable[[], Awaitable[_AsyncCall]] | None, spec: CallSpec[R, C], deadline: float | None
    ) -> None:
        self._call = call
        self._again = again
        self._spec = spec
        self._deadline = deadline
        self._reply: R | None = None
        self._finished = False

    def __aiter__(self) -> AsyncIterator[C]:
        return self

    async def __anext__(self) -> C:
        while not self._finished:
            try:
                await _wait(self._call, self._deadline, for_chunk=True)
                if not self._call.chunks:
                    self._reply = _read_end(self._call, self._spec)
            except errors.GatewayError as error:
                self.cancel()
                if self._again is None or not errors.may_repeat(error):
                    raise
                again, self._again = self._again, None
                self._call = await again()
                self._finished = False
                continue
            except BaseException:
                self.cancel()
                raise
            if self._call.chunks:
                chunk = self._call.chunks.popleft()
                self._call.link.taken(self._call, len(chunk))
                return self._spec.read_chunk(chunk)
            self._finished = True
        raise StopAsyncIteration

    @property
    def head(self) -> wire_pb2.Head:
        """What is known before the answer: request id, model, provider, place in the queue."""
        return self._call.head

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

    def __del__(self) -> None:
        # May run anywhere, also in another thread.
        loop = self._call.link.loop
        if not self._finished and not loop.is_closed():
            loop.call_soon_threadsafe(self._call.link.cancel, self._call)

    async def __aenter__(self) -> AsyncStream[R, C]:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cancel()


class AsyncClient(AsyncAdministration):
    """Asks the gateway from asyncio. The methods are those of `Client`."""

    def __init__(self, socket: str | None = None, *, name: str = "llmgw-python", timeout: float | None = None) -> None:
        self._path = socket
        self._name = name
        self._timeout = timeout
        self._link: _AsyncLink | None = None
        self._connecting = asyncio.Lock()

    async def chat(self, messages: types.Messages, *, timeout: float | None = None,
                   labels: Mapping[str, str] | None = None,
                   retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
                   cache: types.CacheControl | None = None, **options: Any) -> types.ChatReply:
        return await self._unary(_methods.chat(messages, **options), timeout, labels, retry_ambiguous, priority, cache)

    async def stream_chat(self, messages: types.Messages, *, timeout: float | None = None,
                          labels: Mapping[str, str] | None = None,
                          retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
                          cache: types.CacheControl | None = None, **options: Any) -> AsyncStream[types.ChatReply, types.ChatChunk]:
        return await self._stream(_methods.chat(messages, stream=True, **options), timeout, labels, retry_ambiguous, priority, cache)

    async def complete(self, prompt: str, *, timeout: float | None = None,
                       labels: Mapping[str, str] | None = None,
                       retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
                       cache: types.CacheControl | None = None, **options: Any) -> types.CompleteReply:
        return await self._unary(_methods.complete(prompt, **options), timeout, labels, retry_ambiguous, priority, cache)

    async def stream_complete(self, prompt: str, *, timeout: float | None = None,
                              labels: Mapping[str, str] | None = None,
                              retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
                              cache: types.CacheControl | None = None,
                              **options: Any) -> AsyncStream[types.CompleteReply, types.CompleteChoice]:
        return await self._stream(_methods.complete(prompt, stream=True, **options), timeout, labels, retry_ambiguous, priority, cache)

    async def embed(self, inputs: str | Sequence[str], *, timeout: float | None = None,
                    labels: Mapping[str, str] | None = None,
                    retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
                    cache: types.CacheControl | None = None, **options: Any) -> types.EmbedReply:
        return await self._unary(_methods.embed(inputs, **options), timeout, labels, retry_ambiguous, priority, cache)

    async def batch(self, items: Iterable[types.Messages | Mapping[str, Any]], *, max_concurrency: int | None = None,
                    timeout: float | None = None, labels: Mapping[str, str] | None = None,
                    retry_ambiguous: bool | None = None, priority: types.Priority | None = None,
                    cache: types.CacheControl | None = None, **options: Any) -> AsyncStream[types.BatchReply, types.BatchEvent]:
        return await self._stream(_methods.batch(items, max_concurrency, **options), timeout, labels, retry_ambiguous, priority, cache)

    async def list_models(self) -> list[types.ModelInfo]:
        return await self._unary(_methods.list_models())

    async def ping(self, payload: bytes = b"") -> bytes:
        return await self._unary(_methods.ping(payload))

    async def get_info(self) -> types.ServiceInfo:
        return await self._unary(_methods.get_info())

    async def get_schema(self) -> dict[str, str]:
        return await self._unary(_methods.get_schema())

    async def status(self) -> admin_pb2.StatusReply:
        return await self._unary(_methods.status())

    async def list_requests(self) -> list[admin_pb2.RequestStatus]:
        return await self._unary(_methods.list_requests())

    async def cancel_request(self, request_id: str) -> bool:
        return await self._unary(_methods.cancel_request(request_id))

    async def get_config(self) -> admin_pb2.GetConfigReply:
        return await self._unary(_methods.get_config())

    # How failures are dealt with

    async def list_deployments(self) -> list[admin_pb2.DeploymentStatus]:
        return await self._unary(_methods.list_deployments())

    async def list_breakers(self) -> list[admin_pb2.BreakerStatus]:
        return await self._unary(_methods.list_breakers())

    async def set_breaker(self, scope: str, action: str, *, reason: str = "", ttl: float | None = None) -> bool:
        return await self._unary(_methods.set_breaker(scope, action, reason, ttl))

    async def test_models(self, model: str | None = None, *,
                          timeout: float | None = None) -> AsyncStream[admin_pb2.TestModelsReply, admin_pb2.TestResult]:
        return await self._stream(_methods.test_models(model), timeout, None)

    async def explain(self, request_id: str) -> admin_pb2.RequestTrace | None:
        return await self._unary(_methods.explain(request_id))

    async def list_alerts(self) -> list[admin_pb2.AlertStatus]:
        return await self._unary(_methods.list_alerts())

    def _deadline(self, timeout: float | None) -> tuple[float | None, float | None]:
        timeout = self._timeout if timeout is None else timeout
        return timeout, None if timeout is None else asyncio.get_running_loop().time() + timeout + GRACE

    async def _unary(
        self, spec: CallSpec[R, C], timeout: float | None = None, labels: Mapping[str, str] | None = None,
        retry_ambiguous: bool | None = None, priority: types.Priority | None = None, cache: types.CacheControl | None = None,
    ) -> R:
        timeout, deadline = self._deadline(timeout)
        request = spec.request(timeout, labels or {}, retry_ambiguous, priority, cache)
        for attempt in (1, 2):
            try:
                link = await self._connected()
                call = await link.begin(spec.method, request, deadline)
                try:
                    await _wait(call, deadline, for_chunk=False)
                except BaseException:
                    link.cancel(call)
                    raise
                return _read_end(call, spec)
            except errors.GatewayError as error:
                if attempt == 2 or not errors.may_repeat(error):
                    raise
        raise AssertionError("unreachable")

    async def _stream(
        self, spec: CallSpec[R, C], timeout: float | None, labels: Mapping[str, str] | None,
        retry_ambiguous: bool | None = None, priority: types.Priority | None = None, cache: types.CacheControl | None = None,
    ) -> AsyncStream[R, C]:
        timeout, deadline = self._deadline(timeout)
        request = spec.request(timeout, labels or {}, retry_ambiguous, priority, cache)

        async def begin() -> _AsyncCall:
            return await (await self._connected()).begin(spec.method, request, deadline)

        try:
            return AsyncStream(await begin(), begin, spec, deadline)
        except errors.GatewayError as error:
            if not errors.may_repeat(error):
                raise
            return AsyncStream(await begin(), None, spec, deadline)

    async def _connected(self) -> _AsyncLink:
        loop = asyncio.get_running_loop()
        if self._link is not None and self._link.loop is not loop:
            # That loop is over, or another thread's: nothing of it can be used here.
            self._link.leave("the client moved to another event loop")
            self._link, self._connecting = None, asyncio.Lock()
        async with self._connecting:
            if self._link is None or not self._link.usable:
                self._link = await self._connect()
            return self._link

    async def _connect(self) -> _AsyncLink:
        path = self._path or _socket_path.find()
        loop = asyncio.get_running_loop()
        try:
            _, link = await loop.create_unix_connection(lambda: _AsyncLink(self._name), path)
        except OSError as error:
            tried = [path] if self._path else _socket_path.candidates()
            raise errors.local(
                "connect_failed", f"no connection to the daemon ({', '.join(tried)}): {error.strerror or error}",
                not_processed=True,
            ) from None
        try:
            await asyncio.wait_for(link.opened, _CONNECT_TIMEOUT)
        except asyncio.TimeoutError:
            link.fail(errors.local("connect_failed", "the daemon did not answer HELLO", not_processed=True))
            raise errors.local("connect_failed", "the daemon did not answer HELLO", not_processed=True) from None
        except asyncio.CancelledError:
            link.fail(errors.local("closed", "the call that connected was cancelled"))
            raise
        return link

    async def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.leave("the client was closed")

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
