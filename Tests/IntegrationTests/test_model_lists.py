"""Which models a client may use holds on every way to an answer, not only on the way to an upstream."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT, section
from harness.processes import Daemon
from harness.scripts import works
from harness.upstream import Exchange, chat_reply, embeddings
from llmgw import PermissionDeniedError
from llmgw.types import BatchResult, CacheControl
from test_cache import cached
from test_coalescing import waiting

SECRET = "秘密"
LIMITED = section("clients.default", {"models": ["sim"]})


def refused(ask: Callable[[], Any]) -> None:
    with pytest.raises(PermissionDeniedError) as caught:
        ask()
    assert caught.value.reason == "llmgw.client.model_not_allowed"


def answers(exchange: Exchange) -> None:
    body = exchange.request.json
    if "input" in body:
        return exchange.reply(embeddings([[1.0, 0.5] for _ in body["input"]], tokens=3))
    if "prompt" in body:
        return exchange.reply({"choices": [{"index": 0, "text": "完", "finish_reason": "stop"}]})
    works(exchange)


def every_way(gateway: Daemon, **options: Any) -> list[Callable[[], Any]]:
    client = gateway.client()
    return [
        lambda: client.chat(PROMPT, model=SECRET, temperature=0, **options),
        lambda: "".join(chunk.text or "" for chunk in client.stream_chat(PROMPT, model=SECRET, temperature=0, **options)),
        lambda: client.complete(PROMPT, model=SECRET, temperature=0, **options),
        lambda: client.embed("文", model=SECRET, **options),
    ]


def test_stored_answers(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """What was kept while the client might use the model is kept from it when it may not, whole and streamed, and by items of a batch."""
    up = upstream(answers)
    text = cached(up.base_url, "sim", SECRET)
    gateway = daemon(text)
    for ask in every_way(gateway):
        ask()
    asked = len(up.exchanges)
    for ask in every_way(gateway, cache=CacheControl(only_if_cached=True)):
        ask()
    assert len(up.exchanges) == asked, "all are stored"
    gateway.reload(text + LIMITED)
    for options in ({}, {"cache": CacheControl(only_if_cached=True)}):
        for ask in every_way(gateway, **options):
            refused(ask)
    results = [event for event in gateway.client().batch([PROMPT, "另一个"], model=SECRET, temperature=0) if isinstance(event, BatchResult)]
    assert len(results) == 2
    for result in results:
        assert isinstance(result.error, PermissionDeniedError) and result.error.reason == "llmgw.client.model_not_allowed"
    assert gateway.client().chat(PROMPT, model="sim").text == "好的"
    assert len(up.exchanges) == asked + 1
    gateway.reload(text)
    assert gateway.client().chat(PROMPT, model=SECRET, temperature=0).info.cache == "hit"


def test_calls_under_way(daemon: StartDaemon, upstream: StartUpstream) -> None:
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        assert go.wait(20)
        works(exchange)

    up = upstream(script)
    text = cached(up.base_url, "sim", SECRET)
    gateway = daemon(text)
    replies: list[Any] = []
    thread = threading.Thread(target=lambda: replies.append(gateway.client().chat(PROMPT, model=SECRET, temperature=0)))
    thread.start()
    up.wait_for(1)
    gateway.reload(text + LIMITED)
    for ask in every_way(gateway)[:2]:
        refused(ask)
    waiting(gateway, 1)
    go.set()
    thread.join(20)
    assert [reply.text for reply in replies] == ["好的"], "what was begun goes on"
    assert len(up.exchanges) == 1


def test_answers_to_questions_that_mean_the_same(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Neither those of a model that the client may not use, nor those that an embedding model would find that it may not use."""
    def script(exchange: Exchange) -> None:
        body = exchange.request.json
        exchange.reply(embeddings([[1.0, 0.5]], tokens=3) if "input" in body else chat_reply(f"第{len(up.exchanges)}个"))

    up = upstream(script)
    text = cached(up.base_url, "sim", SECRET, "vectors", cache={"semantic": "on", "semantic_model": "vectors"})
    gateway = daemon(text)
    asked, alike = "How do I reset my password?", "Please tell me how to reset the password"

    def ask(prompt: str, model: str) -> Any:
        return gateway.client().chat(prompt, model=model, temperature=0)

    for model in ("sim", SECRET):
        ask(asked, model)
        assert ask(alike, model).info.cache_similarity is not None, "it is found"

    def only(*models: str) -> None:
        gateway.reload(text + section("clients.default", {"models": list(models)}))

    only("sim", "vectors")
    before = len(up.exchanges)
    refused(lambda: ask(alike, SECRET))
    assert len(up.exchanges) == before, "not even an embedding is made for it"
    assert ask(alike, "sim").info.cache_similarity is not None
    only("sim")
    reply = ask(alike, "sim")
    assert (reply.info.cache, reply.info.cache_similarity) == ("miss", None)
    assert "messages" in up.requests[-1].json and len(up.exchanges) == before + 2, "one embedding, one answer"
