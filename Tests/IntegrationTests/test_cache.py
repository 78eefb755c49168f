"""The shared cache: what is served from it, to whom, and for how long."""

from __future__ import annotations

import itertools
import json
import random
import time
from typing import Any

import pytest
from conftest import StartDaemon, StartSimulator, StartUpstream
from harness.configuration import PROMPT, configuration, section, several
from harness.processes import Daemon
from harness.scripts import works
from harness.upstream import Exchange, chat_reply, embeddings
from llmgw import BadRequestError, GatewayError, RateLimitError
from llmgw.types import BatchResult, CacheControl, ChatReply

ON: dict[str, Any] = {"mode": "on"}


def cached(base_url: str, *models: str, cache: dict[str, Any] | None = None, **options: Any) -> str:
    settings = {**ON, **(cache or {})}
    return configuration(base_url, *models, **options) + "[cache]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())


NUMBERS = itertools.count(1)


def counted(exchange: Exchange) -> None:
    """Answers with a number of its own, so that no two answers are alike."""
    text = f"第{next(NUMBERS)}个：{exchange.request.json['messages'][-1]['content']}"
    if exchange.request.json.get("stream"):
        exchange.stream(*text)
    else:
        exchange.reply(chat_reply(text))


def streamed(gateway: Daemon, prompt: str, **options: Any) -> tuple[list[str], ChatReply]:
    stream = gateway.client().stream_chat(prompt, **options)
    pieces = [chunk.text for chunk in stream if chunk.text]
    return pieces, stream.reply


def test_nothing_is_kept_unless_configured(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(counted)
    client = daemon(configuration(up.base_url)).client()
    first, second = (client.chat(PROMPT, temperature=0) for _ in range(2))
    assert first.text != second.text and len(up.exchanges) == 2
    assert first.info.cache == second.info.cache == "bypass"


def test_the_second_time_it_is_a_hit(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(counted)
    client = daemon(cached(up.base_url)).client()
    first, second = (client.chat(PROMPT, temperature=0) for _ in range(2))
    assert (first.info.cache, second.info.cache) == ("miss", "hit")
    assert first.text == second.text and first.choices == second.choices and first.usage == second.usage
    assert len(up.exchanges) == 1
    assert second.info.request_id != first.info.request_id and second.info.attempts == 0 and second.info.provider == "up"
    assert client.chat(PROMPT, seed=7).info.cache == "miss", "another request"
    assert client.chat(PROMPT, seed=7).info.cache == "hit"
    assert [client.chat(PROMPT).info.cache for _ in range(2)] == ["bypass", "bypass"], "it wants another answer each time"


@pytest.mark.parametrize("first", ["stream", "unary"])
def test_both_forms_of_an_answer_are_one_entry(daemon: StartDaemon, upstream: StartUpstream, first: str) -> None:
    up = upstream(counted)
    gateway = daemon(cached(up.base_url))
    client = gateway.client()
    if first == "stream":
        pieces, end = streamed(gateway, PROMPT, temperature=0)
        reply = client.chat(PROMPT, temperature=0)
        again, again_end = streamed(gateway, PROMPT, temperature=0)
        assert again == pieces and len(pieces) > 5, "a stream is replayed with the boundaries it had"
    else:
        reply = client.chat(PROMPT, temperature=0)
        pieces, end = streamed(gateway, PROMPT, temperature=0)
        again, again_end = streamed(gateway, PROMPT, temperature=0)
        assert again == pieces
    assert "".join(pieces) == reply.text and len(up.exchanges) == 1
    assert again_end.info.cache == "hit" and again_end.choices == end.choices and again_end.usage == end.usage
    assert reply.choices[0].finish_reason == end.choices[0].finish_reason == "stop"


def test_what_is_not_whole_is_not_kept(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Cut short, filtered, or broken off."""
    def script(exchange: Exchange) -> None:
        kind = exchange.request.json["messages"][-1]["content"]
        if kind == "broken":
            exchange.open_stream()
            exchange.delta("半")
            return exchange.close()
        exchange.reply(chat_reply("半", finish=kind))

    up = upstream(script)
    gateway = daemon(cached(up.base_url))
    client = gateway.client()
    for reason in ["length", "content_filter"]:
        assert [client.chat(reason, temperature=0).info.cache for _ in range(2)] == ["miss", "miss"]
    for _ in range(2):
        with pytest.raises(GatewayError):
            streamed(gateway, "broken", temperature=0)
    assert len(up.exchanges) == 6


def test_errors_that_would_come_again_are_remembered(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        exchange.reply({"error": {"message": "那不行", "type": "invalid_request_error"}}, status=400)

    up = upstream(script)
    client = daemon(cached(up.base_url)).client()
    for _ in range(2):
        with pytest.raises(BadRequestError) as caught:
            client.chat(PROMPT, temperature=0)
        assert "那不行" in str(caught.value)
    assert len(up.exchanges) == 1


def test_other_errors_are_not(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply({"error": {"message": "x"}}, status=500))
    client = daemon(cached(up.base_url)).client()
    for _ in range(3):
        with pytest.raises(GatewayError):
            client.chat(PROMPT, temperature=0)
    assert len(up.exchanges) == 3


def test_embeddings_and_completions(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        body = exchange.request.json
        if "input" in body:
            return exchange.reply(embeddings([[float(len(up.exchanges)), 1.5] for _ in body["input"]], tokens=3))
        exchange.reply({"choices": [{"index": 0, "text": f"{len(up.exchanges)}", "finish_reason": "stop"}]})

    up = upstream(script)
    client = daemon(cached(up.base_url)).client()
    one, two = (client.embed(["你", "好"]) for _ in range(2))
    assert one.embeddings == two.embeddings and (one.info.cache, two.info.cache) == ("miss", "hit")
    assert client.embed(["好", "你"]).info.cache == "miss"
    first, second = (client.complete("从前", temperature=0) for _ in range(2))
    assert first.text == second.text and second.info.cache == "hit" and len(up.exchanges) == 3


def test_items_of_a_batch(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(counted)
    client = daemon(cached(up.base_url)).client()
    alone = client.chat(PROMPT, temperature=0)
    events = list(client.batch([PROMPT, PROMPT, "另一个"], temperature=0))
    replies = [event.reply for event in events if isinstance(event, BatchResult) and event.reply is not None]
    assert [reply.text for reply in replies][:2] == [alone.text] * 2 and len(up.exchanges) == 2
    assert [reply.info.cache for reply in replies] == ["hit", "hit", "miss"]


def test_answers_grow_stale(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(counted)
    client = daemon(cached(up.base_url, cache={"ttl": "1s"})).client()
    first = client.chat(PROMPT, temperature=0)
    while (reply := client.chat(PROMPT, temperature=0)).info.cache == "hit":
        assert reply.text == first.text
    assert reply.info.cache == "miss" and reply.text != first.text


def test_stale_answers_where_no_upstream_answers(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        if len(up.exchanges) > 1:
            return exchange.reply({"error": {"message": "overloaded"}}, status=503)
        exchange.reply(chat_reply("旧"))

    up = upstream(script)
    client = daemon(cached(up.base_url, cache={"ttl": "1s", "stale_if_error": "1h"})).client()
    client.chat(PROMPT, temperature=0)
    while (reply := client.chat(PROMPT, temperature=0)).info.cache == "hit":
        pass
    assert reply.info.cache == "stale" and reply.text == "旧" and len(up.exchanges) == 2
    with pytest.raises(GatewayError):
        client.chat("another", temperature=0)


def test_an_older_answer_comes_before_other_models_and_canned_ones(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        if len(up.exchanges) > 1:
            return exchange.reply({"error": {"message": "overloaded"}}, status=503)
        exchange.reply(chat_reply("旧"))

    up, other = upstream(script), upstream(works)
    gateway = daemon(several(
        {"up": up.base_url, "other": other.base_url},
        {"m": {"provider": "up", "fallbacks": ["备用"], "canned_reply": "没空"}, "备用": {"provider": "other"}},
        resilience={"max_attempts": 1, "breaker": "off"},
    ) + section("cache", {**ON, "ttl": "1s", "stale_if_error": "1h"}))
    client = gateway.client()
    client.chat(PROMPT, temperature=0)
    while (reply := client.chat(PROMPT, temperature=0)).info.cache == "hit":
        pass
    assert (reply.info.cache, reply.text, len(up.exchanges), len(other.exchanges)) == ("stale", "旧", 2, 0)
    reply = client.chat(PROMPT, temperature=0, cache=CacheControl(stale_if_error=0))
    assert (reply.info.cache, reply.info.model, len(other.exchanges)) == ("miss", "备用", 1), "who refuses it has the other model's"


def test_stale_while_it_is_made_anew(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(counted)
    client = daemon(cached(up.base_url, cache={"ttl": "1s", "stale_while_revalidate": "1h"})).client()
    first = client.chat(PROMPT, temperature=0)
    states = []
    while (reply := client.chat(PROMPT, temperature=0)).text == first.text:
        states.append(reply.info.cache)
    assert "stale" in states and set(states) == {"hit", "stale"}, "nobody waits for an upstream"
    assert reply.info.cache == "hit" and len(up.exchanges) == 2


def test_too_old_for_the_caller_is_not_served_while_it_is_made_anew(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(counted)
    client = daemon(cached(up.base_url, cache={"stale_while_revalidate": "1h"})).client()
    first = client.chat(PROMPT, temperature=0)
    age = CacheControl(max_age=0.05)
    while (reply := client.chat(PROMPT, temperature=0, cache=age)).info.cache == "hit":
        pass
    assert reply.info.cache == "miss" and reply.text != first.text


def test_a_restart_of_the_settings_keeps_what_is_stored(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(counted)
    gateway = daemon(cached(up.base_url))
    client = gateway.client()
    first = client.chat(PROMPT, temperature=0)
    gateway.reload(cached(up.base_url, cache={"ttl": "5m"}))
    assert client.chat(PROMPT, temperature=0).info.cache == "hit"
    gateway.reload(cached(up.base_url, model={"parameters": {"top_p": 0.5}}))
    changed = client.chat(PROMPT, temperature=0)
    assert changed.info.cache == "miss" and changed.text != first.text, "the model would answer otherwise now"


def test_served_is_what_was_stored_for_an_equal_request(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Random requests, some of them equal in another layout: each answer is the one first given to an equal request, and nobody else's."""
    up = upstream(counted)
    gateway = daemon(cached(up.base_url))
    client = gateway.client()
    rng = random.Random(20)
    answers: dict[str, str] = {}
    for _ in range(400):
        content = f"问题{rng.randrange(12)}"
        extra = {"top_k": rng.randrange(2), "nested": {"ü": rng.randrange(2), "a": [1, 2.0]}}
        options: dict[str, Any] = {"temperature": 0, "max_tokens": rng.randrange(1, 3)}
        same = json.dumps([content, extra, options], sort_keys=True)
        # The same members in another order, and what does not change the answer.
        layout = dict(rng.sample(list(extra.items()), len(extra)))
        if rng.random() < 0.5:
            layout["metadata"] = {"trace": str(rng.random())}
        if rng.random() < 0.3:
            options["user"] = f"u{rng.randrange(9)}"
        if rng.random() < 0.4:
            pieces, end = streamed(gateway, content, extra=layout, **options)
            text, state = "".join(pieces), end.info.cache
        else:
            reply = client.chat(content, extra=layout, **options)
            text, state = reply.text, reply.info.cache
        assert state == ("hit" if same in answers else "miss")
        assert text == answers.setdefault(same, text)
    assert len(set(answers.values())) == len(answers) == len(up.exchanges)


def test_statistics_say_what_was_saved(daemon: StartDaemon, simulator: StartSimulator) -> None:
    sim = simulator("--latency-ms", "200")
    prices = {"input_price": 2.5, "output_price": 10, "currency": "EUR"}
    client = daemon(cached(sim.base_url, model=prices)).client()
    begun = time.monotonic()
    first = client.chat(PROMPT, temperature=0)
    took = time.monotonic() - begun
    assert first.info.cost is not None and first.info.cost.micros > 0
    for _ in range(4):
        assert client.chat(PROMPT, temperature=0).info.cost is None
    client.chat(PROMPT)
    assert sim.counts("sim")["received"] == 2
    stats = client.get_cache_stats()
    (model,), (caller,) = stats.models, stats.clients
    assert model.name == "sim"
    for counts in (stats.total, model.counts, caller.counts):
        assert (counts.hits, counts.misses, counts.bypassed, counts.stale, counts.coalesced) == (4, 1, 1, 0, 0)
        assert 4 * 200 <= counts.saved_ms <= 4 * took * 1000
        assert [(cost.currency, cost.micros) for cost in counts.saved_costs] == [("EUR", 4 * first.info.cost.micros)]


def test_what_the_upstream_is_to_remember_reaches_it(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """A stored answer has no effects: who asks for one is not served by it, though the question is equal."""
    up = upstream(counted)
    client = daemon(cached(up.base_url, cache={"coalesce": "always"})).client()

    def ask(**extra: Any) -> str | None:
        return client.chat(PROMPT, temperature=0, extra=extra or None).info.cache

    assert [ask(), ask()] == ["miss", "hit"]
    assert [ask(store=True), ask(store=True)] == ["bypass", "bypass"]
    assert [ask(store=False), ask(store=False)] == ["miss", "hit"], "it asks for nothing"
    assert [exchange.request.json.get("store") for exchange in up.exchanges] == [None, True, True, False]


def test_hits_count_among_their_clients_requests(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(counted)
    gateway = daemon(cached(up.base_url) + section("clients.default", {"rpm": 4}))
    client = gateway.client()
    states = [client.chat(PROMPT, temperature=0).info.cache for _ in range(3)]
    assert states == ["miss", "hit", "hit"]
    assert "".join(chunk.text or "" for chunk in client.stream_chat(PROMPT, temperature=0))

    def whole() -> None:
        client.chat(PROMPT, temperature=0, timeout=2)

    def streamed() -> None:
        list(client.stream_chat(PROMPT, temperature=0, timeout=2))

    for ask in (whole, streamed):
        with pytest.raises(RateLimitError) as refused:
            ask()
        assert refused.value.reason == "llmgw.gateway.quota_exhausted"
        assert 50 < refused.value.retry_after <= 61
    assert len(up.exchanges) == 1
    (row,) = [limit for limit in client.list_limits() if limit.scope.startswith("client/")]
    assert (row.used, row.reserved) == (4, 0)
