"""One client, many threads; one client, two processes; several event loops."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import StartDaemon
from fake_daemon import Session
from llmgw import AsyncClient, Client
from llmgw import _frames as frames
from llmgw.v1 import gateway_pb2, wire_pb2


def echo(session: Session) -> None:
    session.open()
    while True:
        frame = session.request()
        request = gateway_pb2.ChatRequest.FromString(wire_pb2.Request.FromString(frame.payload).body)
        session.reply(frame.stream, request.messages[0].text.decode())


def test_threads_share_one_connection(daemon: StartDaemon) -> None:
    fake = daemon(echo)
    texts = [f"第 {number} 个" for number in range(400)]
    with Client(fake.path) as client, ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda text: client.chat(text).text, texts)) == texts
    assert len(fake.sessions) == 1


def test_many_tasks(daemon: StartDaemon) -> None:
    fake = daemon(echo)
    texts = [f"第 {number} 个" for number in range(600)]  # More than a connection's streams.

    async def run() -> list[str]:
        async with AsyncClient(fake.path) as client:
            return [reply.text for reply in await asyncio.gather(*(client.chat(text) for text in texts))]

    assert asyncio.run(run()) == texts
    assert len(fake.sessions) == 1


def test_one_client_in_two_loops(daemon: StartDaemon) -> None:
    fake = daemon(echo)
    client = AsyncClient(fake.path)

    async def ask() -> str:
        return (await client.chat("好")).text

    assert [asyncio.run(ask()), asyncio.run(ask())] == ["好", "好"]
    assert len(fake.sessions) == 2
    asyncio.run(client.close())


def test_cancelled_task_cancels_the_call(daemon: StartDaemon) -> None:
    asked, cancelled = threading.Event(), threading.Event()

    def script(session: Session) -> None:
        session.open()
        stream = session.request().stream
        asked.set()
        assert session.take(frames.CANCEL).stream == stream
        cancelled.set()
        session.wait_closed()

    async def run(path: str) -> None:
        async with AsyncClient(path) as client:
            task = asyncio.create_task(client.chat("x"))
            assert await asyncio.to_thread(asked.wait, 5)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(cancelled.wait, 5)

    asyncio.run(run(daemon(script).path))


def in_child(work: object) -> int:
    """Runs `work` in a forked process; its exit status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            assert callable(work)
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_child_connects_anew(daemon: StartDaemon) -> None:
    fake = daemon(echo)
    with Client(fake.path) as client:
        assert client.chat("parent").text == "parent"

        def child() -> None:
            assert client.chat("child").text == "child"

        assert in_child(child) == 0
        assert client.chat("again").text == "again", "the parent's connection was not touched"
    assert len(fake.sessions) == 2


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_child_leaves_the_parents_streams_alone(daemon: StartDaemon) -> None:
    """Neither its end nor its garbage collection cancels what the parent reads; a lock that a thread held at the fork holds nobody up."""
    go_on = threading.Event()

    def script(session: Session) -> None:
        session.open()
        stream = session.request().stream
        session.data(stream, "一")
        assert go_on.wait(20)
        session.data(stream, "二")
        session.reply(stream)
        while True:
            assert session.frame().type != frames.CANCEL

    with Client(daemon(script).path) as client:
        stream = client.stream_chat("x")
        assert next(stream).text == "一"
        holders = [stream]

        def child() -> None:
            holders.clear()
            gc.collect()
            client.close()

        link = client._link
        assert link is not None
        held, done = threading.Event(), threading.Event()

        def hold() -> None:
            with link.lock:
                held.set()
                assert done.wait(20)

        holder = threading.Thread(target=hold)
        holder.start()
        assert held.wait(5)
        try:
            status = in_child(child)
        finally:
            done.set()
            holder.join()
        assert status == 0
        go_on.set()
        assert "".join(chunk.text for chunk in stream) == "二"
