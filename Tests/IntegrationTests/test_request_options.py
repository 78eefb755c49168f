"""What callers say of priority and cache: the daemon takes it, or says at the door what is wrong with it."""

from __future__ import annotations

import pytest
from conftest import StartDaemon
from harness.configuration import PROMPT, configuration
from harness.processes import Daemon, Simulator
from harness.wire import RawClient, chat_request
from llmgw import BadRequestError, CacheControl
from llmgw.types import Priority


@pytest.fixture
def gateway(daemon: StartDaemon, sim: Simulator) -> Daemon:
    return daemon(configuration(sim.base_url))


@pytest.mark.parametrize("priority", ["interactive", "normal", "batch", None])
@pytest.mark.parametrize(
    "cache", [None, CacheControl(), CacheControl(mode="off"), CacheControl(mode="on", max_age=0, ttl=60, no_store=True, tags=["报告"] * 16)]
)
def test_what_is_allowed(gateway: Daemon, priority: Priority | None, cache: CacheControl | None) -> None:
    assert gateway.client().chat(PROMPT, priority=priority, cache=cache).text


@pytest.mark.parametrize(
    ("cache", "field"),
    [
        (CacheControl(tags=["a"] * 17), "cache.tags:"), (CacheControl(tags=["长" * 22]), "cache.tags[0]:"),
        (CacheControl(tags=["a", "b\n"]), "cache.tags[1]:"), (CacheControl(mode="write_only", only_if_cached=True), "cache.only_if_cached:"),
    ],
)
def test_what_contradicts_itself_is_refused(gateway: Daemon, cache: CacheControl, field: str) -> None:
    client = gateway.client()
    with pytest.raises(BadRequestError) as caught:
        client.chat(PROMPT, cache=cache)
    assert caught.value.reason == "llmgw.client.invalid_request"
    assert caught.value.message.startswith(field)
    assert caught.value.not_processed
    assert client.chat(PROMPT).text


@pytest.mark.parametrize(
    ("options", "field"), [(b"\x20\x09", "priority: 9"), (b"\x2a\x02\x08\x09", "cache.mode: 9")], ids=["priority", "mode"]
)
def test_words_of_a_later_protocol_are_refused(gateway: Daemon, options: bytes, field: str) -> None:
    with RawClient(gateway.socket) as client:
        client.hello()
        # Python's protobuf keeps what it does not know, and would not let it be set.
        client.request(1, chat_request(PROMPT) + options)
        status = client.end(1).status
        assert (status.reason, status.code) == ("llmgw.client.malformed_message", 3)
        assert field in status.message.decode()
        client.request(3, chat_request(PROMPT))
        assert client.end(3).status.code == 0
