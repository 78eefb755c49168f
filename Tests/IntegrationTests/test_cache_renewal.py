"""Answers that are made anew: when, for whom, and who gets what of it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from conftest import StartDaemon, StartSimulator, StartUpstream
from harness.configuration import EAGER, PROMPT, section, several
from harness.scripts import status, works
from harness.upstream import Exchange, chat_reply
from harness.waiting import wait_until
from llmgw import GatewayError
from llmgw.types import CacheControl
from test_cache import cached, counted
from test_coalescing import waiting

#: Each of them keeps nothing of an answer, or allows no upstream call.
SERVED_AS_IT_IS: list[dict[str, Any]] = [{"mode": "read_only"}, {"no_store": True}, {"only_if_cached": True}]


@pytest.mark.parametrize("control", SERVED_AS_IT_IS)
def test_nothing_is_made_anew_for_who_keeps_nothing(daemon: StartDaemon, upstream: StartUpstream, control: dict[str, Any]) -> None:
    up = upstream(counted)
    client = daemon(cached(up.base_url, cache={"ttl": "1s", "stale_while_revalidate": "1h"})).client()
    first = client.chat(PROMPT, temperature=0)

    def ask(**control: Any) -> Any:
        return client.chat(PROMPT, temperature=0, cache=CacheControl(**control))

    wait_until(lambda: ask(**control).info.cache == "stale", "the answer's time is over")
    for _ in range(5):
        reply = ask(**control)
        assert (reply.info.cache, reply.text) == ("stale", first.text)
    wait_until(lambda: ask().text != first.text, "who keeps it has it made anew")
    assert len(up.exchanges) == 2


def test_nobody_who_keeps_nothing_renews_early(daemon: StartDaemon, simulator: StartSimulator) -> None:
    """Of 60 requests so shortly before the end of what took so long, all but one in a thousand times some would."""
    sim = simulator("--latency-ms", "1500")
    client = daemon(cached(sim.base_url, cache={"ttl": "3s"})).client()
    client.chat(PROMPT, temperature=0)
    for number in range(60):
        control = SERVED_AS_IT_IS[number % len(SERVED_AS_IT_IS)]
        assert client.chat(PROMPT, temperature=0, cache=CacheControl(**control)).info.cache == "hit"
    assert sim.counts("sim")["received"] == 1


#: The stored answer is too old for who says so, and there is no other.
PICKY = CacheControl(max_age=0.001)


def test_who_joins_a_refresh_does_not_get_its_own_failure(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """The refresh has the time of the request that began it, which has its answer; who waits for it has another."""
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        if len(up.exchanges) == 2:
            assert go.wait(20)
            exchange.wait_closed()
        else:
            exchange.reply(chat_reply(f"第{len(up.exchanges)}个"))

    up = upstream(script)
    gateway = daemon(cached(up.base_url, cache={"ttl": "1s", "stale_while_revalidate": "1h"}))
    client = gateway.client()
    client.chat(PROMPT, temperature=0)
    wait_until(lambda: client.chat(PROMPT, temperature=0, timeout=2).info.cache == "stale", "the answer's time is over")
    up.wait_for(2)
    reply: list[Any] = []
    thread = threading.Thread(target=lambda: reply.append(client.chat(PROMPT, temperature=0, timeout=20, cache=PICKY)))
    thread.start()
    waiting(gateway, 1)
    go.set()
    thread.join(30)
    assert reply and (reply[0].text, reply[0].info.cache, reply[0].info.attempts) == ("第3个", "miss", 1)


def test_a_refresh_is_one_attempt(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Nobody needs it at once, and the next request begins another. Who has joined it, and needs an answer, asks for itself."""
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        if len(up.exchanges) == 2:
            assert go.wait(20)
            return status(503)(exchange)
        exchange.reply(chat_reply(f"第{len(up.exchanges)}个"))

    up = upstream(script)
    gateway = daemon(several(
        {"up": up.base_url}, {"m": {"provider": "up"}}, resilience={**EAGER, "max_attempts": 3, "breaker": "off"},
    ) + section("cache", {"mode": "on", "ttl": "1s", "stale_while_revalidate": "1h"}))
    client = gateway.client()
    client.chat(PROMPT, temperature=0)
    wait_until(lambda: client.chat(PROMPT, temperature=0).info.cache == "stale", "the answer's time is over")
    up.wait_for(2)
    reply: list[Any] = []
    thread = threading.Thread(target=lambda: reply.append(client.chat(PROMPT, temperature=0, cache=PICKY)))
    thread.start()
    waiting(gateway, 1)
    go.set()
    thread.join(20)
    assert [(one.text, one.info.cache, one.info.attempts) for one in reply] == [("第3个", "miss", 1)]


def test_who_joins_a_refresh_has_its_fallbacks(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Nobody else is asked to make an answer anew; who has no older answer is not to suffer from that."""
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        if len(up.exchanges) == 1:
            return exchange.reply(chat_reply("旧"))
        assert go.wait(20)
        status(503)(exchange)

    up, other = upstream(script), upstream(works)
    gateway = daemon(several(
        {"up": up.base_url, "other": other.base_url}, {"m": {"provider": "up", "fallbacks": ["n"]}, "n": {"provider": "other"}},
        resilience={"max_attempts": 1, "breaker": "off"},
    ) + section("cache", {"mode": "on", "ttl": "1s", "stale_while_revalidate": "1h"}))
    client = gateway.client()
    client.chat(PROMPT, temperature=0)
    wait_until(lambda: client.chat(PROMPT, temperature=0).info.cache == "stale", "the answer's time is over")
    up.wait_for(2)
    outcomes: list[Any] = []

    def ask() -> None:
        try:
            outcomes.append(client.chat(PROMPT, temperature=0, cache=PICKY).info)
        except GatewayError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    waiting(gateway, 2)
    go.set()
    for thread in threads:
        thread.join(20)
    assert sorted((info.cache, info.model) for info in outcomes) == [("coalesced", "n"), ("miss", "n")]
    assert len(up.exchanges) == 3 and len(other.exchanges) == 1


def test_a_refresh_lets_others_pass(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """It waits for a place in the batch band."""
    order: list[str] = []
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        order.append(exchange.request.json["messages"][-1]["content"])
        assert len(order) == 1 or go.wait(20)
        exchange.reply(chat_reply("好"))

    gateway = daemon(cached(
        upstream(script).base_url, cache={"ttl": "1s", "stale_while_revalidate": "1h"}, provider={"max_concurrency": 1}))
    client = gateway.client()

    def queued(count: int) -> None:
        wait_until(lambda: sum(queue.waiting for queue in client.list_queues().queues) == count, f"{count} wait for a place")

    def ask(prompt: str, **options: Any) -> threading.Thread:
        thread = threading.Thread(target=lambda: gateway.client().chat(prompt, **options))
        thread.start()
        return thread

    stored = client.chat(PROMPT, temperature=0)
    threads = [ask("占着")]
    wait_until(lambda: len(order) == 2, "the one place is taken")
    wait_until(lambda: client.chat(PROMPT, temperature=0).info.cache == "stale", "the answer's time is over")
    queued(1)
    threads.append(ask("普通"))
    queued(2)
    go.set()
    for thread in threads:
        thread.join(20)
    wait_until(lambda: len(order) == 4, "the refresh has its turn")
    assert order[1:] == ["占着", "普通", PROMPT]
    wait_until(lambda: client.chat(PROMPT, temperature=0).info.cache == "hit", "the new answer is kept")
    assert stored.text == "好"
