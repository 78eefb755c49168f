"""Fixtures: a daemon by script, and both clients behind one face, so that one test tells the same of both."""

from __future__ import annotations

import asyncio
import pathlib
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from fake_daemon import FakeDaemon, Session
from llmgw import AsyncClient, AsyncStream, Client
from llmgw.types import ChatChunk, ChatReply

T = TypeVar("T")
Script = Callable[[Session], None]
StartDaemon = Callable[[Script], FakeDaemon]


class BlockingStream:
    def __init__(self, client: BlockingClient, stream: AsyncStream[ChatReply, ChatChunk]) -> None:
        self._client = client
        self._stream = stream

    def __iter__(self) -> Iterator[ChatChunk]:
        return self

    def __next__(self) -> ChatChunk:
        async def take() -> ChatChunk | None:
            try:
                return await self._stream.__anext__()
            except StopAsyncIteration:
                return None  # A coroutine cannot raise StopIteration.

        if (chunk := self._client.run(take())) is None:
            raise StopIteration
        return chunk

    def cancel(self) -> None:
        async def cancel() -> None:
            self._stream.cancel()

        self._client.run(cancel())

    @property
    def reply(self) -> ChatReply:
        return self._stream.reply


class BlockingClient:
    """The asyncio client on a loop in a thread of its own."""

    def __init__(self, path: str, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._client = AsyncClient(path, **options)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def chat(self, *arguments: Any, **options: Any) -> ChatReply:
        return self.run(self._client.chat(*arguments, **options))

    def ping(self, payload: bytes = b"") -> bytes:
        return self.run(self._client.ping(payload))

    def stream_chat(self, *arguments: Any, **options: Any) -> BlockingStream:
        return BlockingStream(self, self.run(self._client.stream_chat(*arguments, **options)))

    def close(self) -> None:
        self.run(self._client.close())

    def stop(self) -> None:
        self.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


@pytest.fixture
def directory() -> Iterator[pathlib.Path]:
    with tempfile.TemporaryDirectory(prefix="llmgw-") as path:
        yield pathlib.Path(path)


@pytest.fixture
def daemon(directory: pathlib.Path) -> Iterator[StartDaemon]:
    started: list[FakeDaemon] = []

    def start(script: Script) -> FakeDaemon:
        started.append(FakeDaemon(directory / f"{len(started)}.sock", script))
        return started[-1]

    yield start
    for fake in started:
        fake.stop()


@pytest.fixture(params=["sync", "asyncio"])
def connect(request: pytest.FixtureRequest, daemon: StartDaemon) -> Iterator[Callable[..., Any]]:
    """Makes a client of either kind. It is closed before the daemon stops."""
    made: list[Any] = []

    def make(fake: FakeDaemon | str, **options: Any) -> Any:
        path = fake if isinstance(fake, str) else fake.path
        made.append(Client(path, **options) if request.param == "sync" else BlockingClient(path, **options))
        return made[-1]

    yield make
    for client in made:
        getattr(client, "stop", client.close)()
