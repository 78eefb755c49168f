"""Answers that outlive the daemon, and answers that are to be forgotten."""

from __future__ import annotations

import json
import os
import pathlib
import threading
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT
from harness.tool import FAILURE, Tool
from harness.upstream import Exchange, chat_reply
from harness.waiting import wait_until
from llmgw import Client, NotFoundError
from llmgw.types import CacheControl
from test_cache import cached, counted, streamed


def on_disk(directory: pathlib.Path, base_url: str, **cache: Any) -> str:
    return cached(base_url, cache={"disk": True, **cache}, server={"state_directory": str(directory)})


def written(client: Client, key: str | None) -> None:
    assert key is not None

    def tiers() -> list[str]:
        entry = client.get_cache_entry(key)
        return list(entry.tiers) if entry is not None else []

    wait_until(lambda: "disk" in tiers(), "the answer is on disk")


def test_a_restart_keeps_the_answers(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    up = upstream(counted)
    gateway = daemon(on_disk(directory, up.base_url))
    client = gateway.client()
    whole = client.chat(PROMPT, temperature=0)
    pieces, _ = streamed(gateway, "讲个故事", temperature=0)
    written(client, whole.info.cache_key)
    gateway.stop()
    again = daemon(on_disk(directory, up.base_url))
    reply = again.client().chat(PROMPT, temperature=0)
    assert (reply.info.cache, reply.text, reply.choices, reply.usage) == ("hit", whole.text, whole.choices, whole.usage)
    replayed, end = streamed(again, "讲个故事", temperature=0)
    assert replayed == pieces and end.info.cache == "hit" and len(up.exchanges) == 2
    assert reply.info.cache_age is not None and reply.info.cache_age >= 0


def test_kill_9_takes_nothing_that_was_written(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    up = upstream(counted)
    gateway = daemon(on_disk(directory, up.base_url))
    client = gateway.client()
    replies = {number: client.chat(f"问题{number}", temperature=0) for number in range(50)}
    for reply in replies.values():
        written(client, reply.info.cache_key)
    gateway.kill()
    again = daemon(on_disk(directory, up.base_url)).client()
    for number, reply in replies.items():
        now = again.chat(f"问题{number}", temperature=0)
        assert now.info.cache == "hit" and now.text == reply.text
    assert len(up.exchanges) == 50


def test_a_damaged_file_costs_hits_only(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    (directory / "cache.db").write_bytes(b"SQLite format 3\0" + b"\xa5" * 20_000)
    up = upstream(counted)
    client = daemon(on_disk(directory, up.base_url)).client()
    assert [client.chat(PROMPT, temperature=0).info.cache for _ in range(2)] == ["miss", "hit"]
    written(client, client.chat(PROMPT, temperature=0).info.cache_key)
    assert [path for path in directory.iterdir() if path.name.startswith("cache.db.")], "the damaged file is kept for people"


def test_a_directory_that_cannot_be_written(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    up = upstream(counted)
    client = daemon(on_disk(directory / "missing", up.base_url)).client()
    assert [client.chat(PROMPT, temperature=0).info.cache for _ in range(2)] == ["miss", "hit"]
    disk = next(tier for tier in client.get_cache_stats().tiers if tier.name == "disk")
    assert disk.state == "failed" and disk.problem


@pytest.mark.parametrize("target", ["key", "model", "tag", "client", "all"])
def test_purge(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path, target: str) -> None:


    up = upstream(counted)
    gateway = daemon(on_disk(directory, up.base_url))
    client = gateway.client()
    first = client.chat(PROMPT, temperature=0, cache=CacheControl(tags=["天气"]))
    other = client.chat("另一个", temperature=0)
    written(client, first.info.cache_key)
    written(client, other.info.cache_key)
    value = {"key": first.info.cache_key, "model": "sim", "tag": "天气", "client": f"uid/{os.getuid()}", "all": None}[target]
    removed = {count.tier: count.entries for count in client.purge_cache(target, value)}
    expected = 1 if target in ("key", "tag") else 2
    assert removed == {"memory": expected, "disk": expected}
    assert client.chat(PROMPT, temperature=0).info.cache == "miss"
    assert client.chat("另一个", temperature=0).info.cache == ("hit" if expected == 1 else "miss")


def test_who_is_meant_by_a_purge(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    """A client by its name in the configuration and in the tables, by its uid, and by its scope; and nobody by a mistake."""
    up = upstream(counted)
    clients = f"[clients.\"机器人\"]\nusers = [\"{os.getuid()}\"]\n[clients.others]\ngroups = [\"4294967\"]\n"
    gateway = daemon(on_disk(directory, up.base_url) + clients)
    client = gateway.client()
    for name in ("机器人", str(os.getuid()), f"uid/{os.getuid()}"):
        assert client.chat(PROMPT, temperature=0).info.cache == "miss"
        assert [row.name for row in client.get_cache_stats().clients] == ["机器人"]
        written(client, client.chat(PROMPT, temperature=0).info.cache_key)
        assert "removed: 1 from memory" in Tool(gateway.socket)("cache", "purge", "--client", name).stdout
    assert client.chat(PROMPT, temperature=0).info.cache == "miss"
    for name in ("others", "others/7", "shared", "uid/1"):
        assert not any(count.entries for count in client.purge_cache("client", name)), "it is known, and has nothing"
    refused = Tool(gateway.socket)("cache", "purge", "--client", "机器", status=FAILURE)
    assert "there is no" in refused.stderr and "机器" in refused.stderr
    assert client.chat(PROMPT, temperature=0).info.cache == "hit"


def test_how_many_answers_the_file_has(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    up = upstream(counted)
    text = on_disk(directory, up.base_url)

    def disk(client: Client) -> Any:
        return next(tier for tier in client.get_cache_stats().tiers if tier.name == "disk")

    gateway = daemon(text)
    client = gateway.client()
    for number in range(5):
        client.chat(f"第{number}个", temperature=0)
    wait_until(lambda: disk(client).entries == 5, "all are written, and counted")
    client.chat("第0个", temperature=0, cache=CacheControl(max_age=0, tags=["天气"]))
    written(client, client.chat("第1个", temperature=0).info.cache_key)
    client.purge_cache("tag", "天气")
    assert disk(client).entries == 4, "a newer answer replaces an older one"
    gateway.stop()
    client = daemon(text).client()
    first = disk(client)
    assert first.state == "opening" or first.entries == 4, "from the first moment on"
    wait_until(lambda: disk(client).state == "on", "the file is open")
    assert disk(client).entries == 4


def test_how_large_the_file_is(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    client = daemon(on_disk(directory, upstream(counted).base_url)).client()

    def size() -> int:
        return int(next(tier for tier in client.get_cache_stats().tiers if tier.name == "disk").bytes)

    wait_until(size, "the file is open")
    before = size()
    client.chat("长" * 30_000, temperature=0, cache=CacheControl(tags=["长"]))
    wait_until(lambda: size() > before + 90_000, "what is written counts")
    client.purge_cache("tag", "长")
    wait_until(lambda: size() < before + 90_000, "what is deleted counts no more")


def test_a_purge_also_means_what_is_being_made(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        assert go.wait(20)
        exchange.reply(chat_reply(json.dumps(len(up.exchanges))))

    up = upstream(script)
    gateway = daemon(on_disk(directory, up.base_url))
    client = gateway.client()
    thread = threading.Thread(target=lambda: client.chat(PROMPT, temperature=0))
    thread.start()
    wait_until(lambda: up.exchanges, "the call")
    client.purge_cache("model", "sim")
    go.set()
    thread.join(20)
    assert client.chat(PROMPT, temperature=0).info.cache == "miss"
    assert client.chat(PROMPT, temperature=0).info.cache == "hit"


def test_what_a_request_may_ask_for(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(counted)
    client = daemon(cached(up.base_url)).client()

    def ask(**control: Any) -> str | None:
        return client.chat(PROMPT, temperature=0, cache=CacheControl(**control)).info.cache

    with pytest.raises(NotFoundError):
        ask(only_if_cached=True)
    assert ask(no_store=True) == "miss" and ask(mode="read_only") == "miss" and ask(mode="off") == "bypass"
    assert ask(mode="write_only") == "miss" and ask() == "hit"
    assert ask(mode="off") == "bypass" and ask(only_if_cached=True) == "hit" and ask(mode="read_only") == "hit"
    assert ask(max_age=0) == "miss" and ask(max_age=60) == "hit"
    assert [client.chat("无所谓", cache=CacheControl(mode="on")).info.cache for _ in range(2)] == ["miss", "hit"], "the caller takes what there is"
    assert client.chat("无所谓").info.cache == "bypass"
    assert len(up.exchanges) == 8


def test_crash_rounds(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    """What was purged stays purged, what was written and not purged is served, and nothing else is: whenever the daemon is killed."""
    up = upstream(counted)
    answers: dict[str, str] = {}
    for number in range(8):
        gateway = daemon(on_disk(directory, up.base_url))
        client = gateway.client()
        for prompt, text in answers.items():
            reply = client.chat(prompt, temperature=0, cache=CacheControl(only_if_cached=True))
            assert reply.text == text
        for kind in ("保留", "清除"):
            for index in range(3):
                prompt = f"{kind} {number} {index}"
                reply = client.chat(prompt, temperature=0, cache=CacheControl(tags=[kind]))
                written(client, reply.info.cache_key)
                if kind == "保留":
                    answers[prompt] = reply.text
        client.purge_cache("tag", "清除")
        # More is under way when the end comes: it may be there afterwards or not, but whole.
        late = [f"晚 {number} {index}" for index in range(5)]
        texts = {prompt: client.chat(prompt, temperature=0).text for prompt in late}
        gateway.kill()
        gateway = daemon(on_disk(directory, up.base_url))
        client = gateway.client()
        for prompt, text in texts.items():
            try:
                assert client.chat(prompt, temperature=0, cache=CacheControl(only_if_cached=True)).text == text
            except NotFoundError:
                pass
        for index in range(3):
            with pytest.raises(NotFoundError):
                client.chat(f"清除 {number} {index}", temperature=0, cache=CacheControl(only_if_cached=True))
        gateway.kill()
