"""A disk that stops answering holds up nobody: who asks is served as if the cache's file had nothing."""

from __future__ import annotations

import pathlib
import subprocess
import threading
import time
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT
from harness.waiting import wait_until
from llmgw import GatewayError
from llmgw.types import CacheControl
from test_cache import counted
from test_cache_disk import on_disk, written
from test_coalescing import waiting


@pytest.fixture
def hang(directory: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """While this file exists, reads of cache.db do not return; for daemons that are started from now on."""
    source = pathlib.Path(__file__).parent / "harness" / "hanging.c"
    library = directory / "hanging.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True, timeout=60)
    sign = directory / "hangs"
    monkeypatch.setenv("HANGING_DISK", str(sign))
    monkeypatch.setenv("LD_PRELOAD", str(library))
    return sign


def test_nobody_waits_for_a_disk_that_hangs(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path, hang: pathlib.Path) -> None:
    up = upstream(counted)
    gateway = daemon(on_disk(directory, up.base_url, max_entries=1))
    client = gateway.client()
    first = client.chat(PROMPT, temperature=0)
    written(client, first.info.cache_key)
    client.chat("把它挤出内存", temperature=0)
    wait_until(lambda: disk(client).entries == 2, "both are on disk")

    hang.touch()
    try:
        # Who leaves, leaves at once, and so does one whose time is short.
        streams = [client.stream_chat(PROMPT, temperature=0) for _ in range(2)]
        for stream in streams:
            stream.close()
        waiting(gateway, 0)
        with pytest.raises(GatewayError) as caught:
            client.chat(PROMPT, temperature=0, timeout=0.2, cache=CacheControl(only_if_cached=True))
        assert caught.value.reason in ("llmgw.gateway.deadline_exceeded", "llmgw.client.not_cached")
        replies: list[Any] = []
        threads = [threading.Thread(target=lambda: replies.append(client.chat(f"{PROMPT} 二", temperature=0, timeout=20))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        # Who comes a little later may already find it.
        assert sorted(reply.info.cache != "miss" for reply in replies) == [False, True, True] and len(up.exchanges) == 3
        assert b"does not answer" in disk(client).problem
        begun = time.monotonic()
        for number in range(20):
            assert client.chat(f"第{number}个", temperature=0).info.cache == "miss"
        assert time.monotonic() - begun < 20 * 0.5, "one wait in vain is enough"
    finally:
        hang.unlink()
    wait_until(lambda: not disk(client).problem, "the disk answers again")
    asked = len(up.exchanges)
    reply = client.chat(PROMPT, temperature=0)
    assert (reply.info.cache, reply.text) == ("hit", first.text) and len(up.exchanges) == asked


def disk(client: Any) -> Any:
    return next(tier for tier in client.get_cache_stats().tiers if tier.name == "disk")
