"""Cancelling is never lost, whatever comes at the same time."""

from __future__ import annotations

import asyncio

import pytest
from llmgw._async import _within


def test_cancelling_in_the_turn_of_the_event() -> None:
    async def run() -> None:
        event = asyncio.Event()
        task = asyncio.create_task(_within(event, asyncio.get_running_loop().time() + 60))
        await asyncio.sleep(0)
        event.set()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())


def test_the_time_runs_out_or_the_event_comes() -> None:
    async def run() -> tuple[bool, bool]:
        event = asyncio.Event()
        late = await _within(event, asyncio.get_running_loop().time() + 0.01)
        event.clear()
        asyncio.get_running_loop().call_soon(event.set)
        return late, await _within(event, asyncio.get_running_loop().time() + 60)

    assert asyncio.run(run()) == (False, True)
