"""The semantic cache: the answer to another question that means the same, where both configuration and caller want that."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.processes import Daemon
from harness.tool import Tool
from harness.upstream import Exchange, chat_reply, embeddings
from harness.waiting import wait_until
from llmgw import GatewayError, NotCachedError
from llmgw.types import BatchResult, CacheControl, ChatReply, Message
from test_cache import cached

SEMANTIC: dict[str, Any] = {"semantic": "on", "semantic_model": "vectors"}
ASKED = "How do I reset my password?"
ALIKE = "Please tell me how to reset the password"


class Meaning:
    """Answers every question by itself; embeds what `vectors` names there, and all else in one direction."""

    def __init__(self, **vectors: list[float]) -> None:
        self.vectors = vectors
        self.embedded: list[str] = []
        self.chats = 0
        self.embed: Any = None

    def __call__(self, exchange: Exchange) -> None:
        body = exchange.request.json
        if "input" in body:
            self.embedded += body["input"]
            if self.embed is not None:
                return self.embed(exchange)
            return exchange.reply(embeddings([self.vectors.get(text, [1.0, 0.0]) for text in body["input"]], tokens=7))
        self.chats += 1
        text = f"第{self.chats}个答案"
        if body.get("stream"):
            return exchange.stream(*text)
        exchange.reply(chat_reply(text))


def start(daemon: StartDaemon, upstream: StartUpstream, meaning: Meaning, **cache: Any) -> Daemon:
    return daemon(cached(upstream(meaning).base_url, "sim", "vectors", cache={**SEMANTIC, **cache}))


def told(reply: ChatReply) -> tuple[str, str | None, bool]:
    return reply.text, reply.info.cache, reply.info.cache_similarity is not None


def tier(gateway: Daemon) -> Any:
    return next(tier for tier in gateway.client().get_cache_stats().tiers if tier.name == "semantic")


def test_a_question_that_means_the_same(daemon: StartDaemon, upstream: StartUpstream) -> None:
    meaning = Meaning(**{ALIKE: [0.99, 0.1]})
    gateway = start(daemon, upstream, meaning)
    client = gateway.client()
    assert told(client.chat(ASKED, temperature=0)) == ("第1个答案", "miss", False)
    similar = client.chat(ALIKE, temperature=0)
    assert told(similar) == ("第1个答案", "hit", True)
    assert similar.info.cache_similarity == pytest.approx(0.99 / (0.99**2 + 0.1**2) ** 0.5, abs=1e-6)
    assert similar.info.cache_age is not None and similar.info.cost is None and similar.info.usage_source == "cache"
    assert told(client.chat(ASKED, temperature=0)) == ("第1个答案", "hit", False), "an equal one needs no embedding"
    assert meaning.embedded == [ASKED, ALIKE] and meaning.chats == 1
    with client.stream_chat(ALIKE, temperature=0) as stream:
        assert "".join(chunk.text or "" for chunk in stream) == "第1个答案"
    assert stream.reply.info.cache_similarity is not None, "a stream says so too"
    stats = client.get_cache_stats()
    assert (stats.total.hits, stats.total.semantic_hits, stats.total.misses) == (3, 2, 1)
    assert stats.models[0].counts.semantic_hits == stats.clients[0].counts.semantic_hits == 2
    own = tier(gateway)
    assert (own.entries, own.hits, own.misses, own.evictions, own.policy) == (1, 2, 1, 0, "oldest") and own.bytes > 8
    shown = Tool(gateway.socket)("chat", "--temperature", "0", "--stats", ALIKE)
    assert "old, of a question 0.995 similar" in shown.stderr


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Should I take the pills?", "Should I not take the pills?"),
        ("How do I enable the firewall?", "How do I disable the firewall?"),
        ("What is 17 times 3?", "What is 17 times 4?"),
        ("Who governs France?", "Who governs Italy?"),
        ("is python faster than java", "is java faster than python"),
        ("这个药可以吃吗？", "这个药不可以吃吗？"),
        ("我没收到邮件", "我收到邮件"),
        ("有糖的饮料", "无糖的饮料"),
        ("别删除文件", "删除文件"),
        ("会员怎么退款", "非会员怎么退款"),
        ("北京有多少人口？", "上海有多少人口？"),
    ],
)
def test_opposites_however_near_they_are(daemon: StartDaemon, upstream: StartUpstream, one: str, other: str) -> None:
    """The upstream calls them the same."""
    meaning = Meaning()
    client = start(daemon, upstream, meaning).client()
    assert [told(client.chat(text, temperature=0))[1] for text in (one, other)] == ["miss", "miss"]
    assert meaning.embedded == [one, other] and meaning.chats == 2


def test_what_is_not_near_enough(daemon: StartDaemon, upstream: StartUpstream) -> None:
    meaning = Meaning(**{ALIKE: [0.96, 0.28], "怎么重置密码": [0.0, 1.0], "如何重置密码": [0.1, 0.0, 0.9]})
    client = start(daemon, upstream, meaning).client()
    for text in (ASKED, ALIKE, "怎么重置密码", "如何重置密码"):
        assert told(client.chat(text, temperature=0))[1] == "miss"
    client = start(daemon, upstream, meaning, semantic_threshold=0.95).client()
    assert [told(client.chat(text, temperature=0))[1:] for text in (ASKED, ALIKE)] == [("miss", False), ("hit", True)]


def test_items_of_a_batch_are_questions_too(daemon: StartDaemon, upstream: StartUpstream) -> None:
    meaning = Meaning()
    client = start(daemon, upstream, meaning).client()
    answer = client.chat(ASKED, temperature=0).text
    events = list(client.batch([ALIKE, "How do I not reset my password?", "how can i reset my password"], temperature=0))
    replies = [event.reply for event in events if isinstance(event, BatchResult) and event.reply is not None]
    assert [told(reply)[1:] for reply in replies] == [("hit", True), ("miss", False), ("hit", True)]
    assert replies[0].text == replies[2].text == answer and meaning.chats == 2


def test_everything_but_the_question_has_to_be_equal(daemon: StartDaemon, upstream: StartUpstream) -> None:
    client = start(daemon, upstream, Meaning()).client()

    def ask(text: str, system: str = "你是助手", **options: Any) -> bool:
        messages = [Message("system", system), Message("user", text)]
        return client.chat(messages, **{"temperature": 0, **options}).info.cache_similarity is not None

    assert not ask(ASKED)
    assert ask(ALIKE)
    assert not ask(ALIKE, system="你是律师")
    assert not ask(ALIKE, max_tokens=7)
    assert not ask(ALIKE, seed=1)
    assert not ask(ALIKE, model="vectors")
    assert not ask(ALIKE, extra={"verbosity": "low"})
    turns = [Message("user", "嗨"), Message("assistant", "你好"), Message("user", ALIKE)]
    assert client.chat(turns, temperature=0).info.cache_similarity is None, "a conversation is more than its last question"


def test_who_wants_no_other_answer_gets_none(daemon: StartDaemon, upstream: StartUpstream) -> None:
    meaning = Meaning()
    client = start(daemon, upstream, meaning).client()
    client.chat(ASKED, temperature=0)

    def ask(**control: Any) -> ChatReply:
        return client.chat(ALIKE, temperature=0, cache=CacheControl(**{"no_store": True, **control}))

    assert ask().info.cache_similarity is not None
    for control in ({"semantic": False}, {"mode": "off"}, {"mode": "write_only"}, {"max_age": 0}):
        assert ask(**control).info.cache_similarity is None
    with pytest.raises(NotCachedError):
        ask(only_if_cached=True)  # An embedding is a question to an upstream.
    assert meaning.embedded == [ASKED, ALIKE]


def test_it_has_to_be_asked_for(daemon: StartDaemon, upstream: StartUpstream) -> None:
    meaning = Meaning()
    client = start(daemon, upstream, meaning, semantic="opt_in").client()
    assert [client.chat(text, temperature=0).info.cache for text in (ASKED, ALIKE)] == ["miss", "miss"]
    assert meaning.embedded == []
    yes = CacheControl(semantic=True)
    first = client.chat("How do I reset the password?", temperature=0, cache=yes)
    assert (first.info.cache, first.info.cache_similarity) == ("miss", None), "who compares nothing is not compared with"
    similar = client.chat("how can i reset my password", temperature=0, cache=yes)
    assert similar.text == first.text and similar.info.cache_similarity == pytest.approx(1)
    off = start(daemon, upstream, meaning, semantic="off").client()
    assert [off.chat(text, temperature=0, cache=yes).info.cache for text in (ASKED, ALIKE)] == ["miss", "miss"]


@pytest.mark.parametrize("failure", ["error", "silence", "nothing", "zeros"])
def test_without_an_embedding_it_is_a_miss(daemon: StartDaemon, upstream: StartUpstream, failure: str) -> None:
    meaning, over = Meaning(), threading.Event()

    def embed(exchange: Exchange) -> None:
        if failure == "silence":
            assert over.wait(30)
        elif failure == "error":
            exchange.reply({"error": {"message": "kaputt"}}, status=500)
        else:
            exchange.reply(embeddings([[0.0, 0.0]] if failure == "zeros" else [[]]))

    meaning.embed = embed
    gateway = start(daemon, upstream, meaning, semantic_timeout="200ms" if failure == "silence" else "20s")
    client = gateway.client()
    try:
        for text in (ASKED, ALIKE):
            reply = client.chat(text, temperature=0)
            assert reply.info.cache == "miss" and reply.info.latency is not None and reply.info.latency.total < 10
        assert tier(gateway).entries == 0 and meaning.embedded == [ASKED, ALIKE]
    finally:
        over.set()


def test_after_some_failures_nobody_waits_for_another(daemon: StartDaemon, upstream: StartUpstream) -> None:
    meaning = Meaning()
    meaning.embed = lambda exchange: exchange.reply({"error": {"message": "kaputt"}}, status=500)
    client = start(daemon, upstream, meaning).client()
    for number in range(6):
        assert client.chat(f"第{number}个问题", temperature=0).info.cache == "miss"
    assert meaning.embedded == [f"第{number}个问题" for number in range(3)]


def test_equal_questions_are_embedded_once_and_cost_one_call(daemon: StartDaemon, upstream: StartUpstream) -> None:
    meaning, gate = Meaning(), threading.Event()

    def embed(exchange: Exchange) -> None:
        assert gate.wait(30)
        exchange.reply(embeddings([[1.0, 0.0]]))

    meaning.embed = embed
    gateway = start(daemon, upstream, meaning, semantic_timeout="30s")
    states: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: states.append(gateway.client().chat(ASKED, temperature=0).info.cache)) for _ in range(20)]
    for thread in threads:
        thread.start()
    client = gateway.client()
    wait_until(lambda: len([r for r in client.list_requests() if r.operation == "Chat"]) == 20, "20 requests wait")
    gate.set()
    for thread in threads:
        thread.join(30)
    assert len(states) == 20 and states.count("miss") == 1 and meaning.embedded == [ASKED] and meaning.chats == 1


def test_who_leaves_while_its_question_is_embedded_leaves_at_once(daemon: StartDaemon, upstream: StartUpstream) -> None:
    meaning, over = Meaning(), threading.Event()
    meaning.embed = lambda exchange: over.wait(30)
    gateway = start(daemon, upstream, meaning, semantic_timeout="25s")
    client = gateway.client()
    try:
        with pytest.raises(GatewayError) as caught:
            client.chat(ASKED, temperature=0, timeout=0.5)
        assert caught.value.reason == "llmgw.gateway.deadline_exceeded"
        stream = client.stream_chat(ASKED, temperature=0)
        wait_until(lambda: [r for r in client.list_requests() if r.operation == "Chat"], "it waits")
        stream.close()
        wait_until(lambda: not [r for r in client.list_requests() if r.operation == "Chat"], "it has left", within=5)
        assert meaning.chats == 0
    finally:
        over.set()


def test_a_question_goes_with_its_answer(daemon: StartDaemon, upstream: StartUpstream) -> None:
    meaning = Meaning()
    gateway = start(daemon, upstream, meaning, max_entries=2, semantic_max_group_entries=3)
    client = gateway.client()

    def ask(text: str, **options: Any) -> str | None:
        return client.chat(text, **{"temperature": 0, **options}).info.cache

    for number in range(5):
        assert ask(f"What is {number}?") == "miss"
    assert tier(gateway).entries == 2, "evicted with the answers"
    client.purge_cache("all")
    assert (tier(gateway).entries, tier(gateway).bytes) == (0, 0)
    assert ask(ASKED, cache=CacheControl(tags=["报告"])) == "miss"
    client.purge_cache("tag", "报告")
    assert tier(gateway).entries == 0 and ask(ALIKE) == "miss", "what is purged answers nothing similar"


def test_the_embedding_is_the_callers(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """It is in the books under its model, and a client that may not use the model has no semantic cache."""
    meaning = Meaning()
    text = cached(upstream(meaning).base_url, "sim", "vectors", cache=SEMANTIC)
    client = daemon(text).client()
    client.chat(ASKED, temperature=0)
    models = {model.name: model for model in client.status().models}
    assert models["vectors"].succeeded == 1 and models["vectors"].usage.input_tokens == 7
    narrow = daemon(text + '[clients.default]\nmodels = ["sim"]\n').client()
    assert [narrow.chat(text, temperature=0).info.cache for text in (ASKED, ALIKE)] == ["miss", "miss"]
    assert meaning.embedded == [ASKED]


def test_long_texts_are_not_compared(daemon: StartDaemon, upstream: StartUpstream) -> None:
    meaning = Meaning()
    client = start(daemon, upstream, meaning, semantic_max_text_bytes=30).client()
    assert [client.chat(text, temperature=0).info.cache for text in (ASKED, "How do I reset the password then?")] == ["miss", "miss"]
    assert meaning.embedded == [ASKED]
