"""Equal requests under way share one upstream call, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Any

import pytest
from conftest import StartDaemon, StartSimulator, StartUpstream
from harness.configuration import PROMPT, configuration
from harness.processes import Daemon, environment
from harness.upstream import Exchange, chat_chunk, chat_reply
from harness.waiting import wait_until
from harness.wire import CREDIT, DATA, END, RawClient, chat_request, encode
from llmgw import APITimeoutError, GatewayError
from llmgw.types import CacheControl
from llmgw.v1 import gateway_pb2, wire_pb2
from test_cache import cached

#: A program that asks COUNT times at once and prints what it was told.
PROGRAM = """
import asyncio, collections, sys
from llmgw import AsyncClient

async def one(client, stream):
    if not stream:
        reply = await client.chat(sys.argv[4], temperature=0)
        return reply.text, reply.info.cache
    text = ""
    answer = client.stream_chat(sys.argv[4], temperature=0)
    answer = await answer if asyncio.iscoroutine(answer) else answer
    async for chunk in answer:
        text += chunk.text or ""
    return text, answer.reply.info.cache

async def main():
    async with AsyncClient(sys.argv[1], timeout=60) as client:
        answers = await asyncio.gather(*(one(client, sys.argv[3] == "stream") for _ in range(int(sys.argv[2]))))
    assert len({text for text, _ in answers}) == 1 and answers[0][0]
    print(dict(collections.Counter(state for _, state in answers)), len(answers[0][0]))

asyncio.run(main())
"""


@pytest.mark.parametrize("form", ["stream", "unary"])
def test_a_thousand_equal_requests_cost_one_call(daemon: StartDaemon, simulator: StartSimulator, form: str) -> None:
    sim = simulator("--latency-ms", "1500")
    gateway = daemon(cached(sim.base_url))
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(gateway.socket), "250", form, PROMPT], stdout=subprocess.PIPE, text=True, env=environment())
        for _ in range(4)
    ]
    outputs = [program.communicate(timeout=90)[0] for program in programs]
    assert all(program.returncode == 0 for program in programs)
    counts = sim.counts("sim")
    assert counts["received"] == counts["completed"] == 1, counts
    assert sum(output.count("miss': 1") for output in outputs) == 1, outputs
    assert len({output.split()[-1] for output in outputs}) == 1, outputs


class Paced:
    """An upstream that says something only when the test lets it."""

    def __init__(self) -> None:
        self.steps = threading.Semaphore(0)
        self.calls = 0
        self.exchanges: list[Exchange] = []

    def __call__(self, exchange: Exchange) -> None:
        self.calls += 1
        self.exchanges.append(exchange)
        exchange.open_stream()
        for number in range(4):
            assert self.steps.acquire(timeout=20)
            exchange.delta(f"第{number}段 ")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()


WHOLE = "".join(f"第{number}段 " for number in range(4))


def follow(gateway: Daemon, **options: Any) -> tuple[threading.Thread, list[Any]]:
    """A request on a thread of its own; what it comes to is put into the list."""
    outcome: list[Any] = []
    options = {"temperature": 0, **options}

    def run() -> None:
        try:
            with gateway.client().stream_chat(PROMPT, **options) as stream:
                text = "".join(chunk.text or "" for chunk in stream)
                outcome.append((text, stream.reply.info.cache))
        except GatewayError as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome


def waiting(gateway: Daemon, count: int) -> None:
    client = gateway.client()
    wait_until(lambda: len([request for request in client.list_requests() if request.operation == "Chat"]) == count, f"{count} requests")


def test_who_comes_late_gets_everything(daemon: StartDaemon, upstream: StartUpstream) -> None:
    paced = Paced()
    gateway = daemon(cached(upstream(paced).base_url))
    first, one = follow(gateway)
    wait_until(lambda: paced.calls, "the call")
    paced.steps.release(2)
    wait_until(lambda: gateway.client().list_requests()[0].phase == "streaming", "the first piece")
    second, two = follow(gateway)
    waiting(gateway, 2)
    paced.steps.release(2)
    first.join(20)
    second.join(20)
    assert one == [(WHOLE, "miss")] and two == [(WHOLE, "coalesced")] and paced.calls == 1
    third, three = follow(gateway)
    third.join(20)
    assert three == [(WHOLE, "hit")]


def test_the_leader_may_leave(daemon: StartDaemon, upstream: StartUpstream) -> None:
    paced = Paced()
    gateway = daemon(cached(upstream(paced).base_url))
    leader = gateway.client().stream_chat(PROMPT, temperature=0)
    wait_until(lambda: paced.calls, "the call")
    second, two = follow(gateway)
    waiting(gateway, 2)
    leader.close()
    waiting(gateway, 1)
    paced.steps.release(4)
    second.join(20)
    assert two == [(WHOLE, "coalesced")] and paced.calls == 1


def test_the_leaders_time_is_its_own(daemon: StartDaemon, upstream: StartUpstream) -> None:
    paced = Paced()
    gateway = daemon(cached(upstream(paced).base_url))
    first, one = follow(gateway, timeout=0.7)
    wait_until(lambda: paced.calls, "the call")
    second, two = follow(gateway)
    waiting(gateway, 2)
    first.join(20)
    assert isinstance(one[0], APITimeoutError) and not one[0].not_processed
    paced.steps.release(4)
    second.join(20)
    assert two == [(WHOLE, "coalesced")] and paced.calls == 1, "nobody has to begin anew because somebody was in a hurry"


def test_who_takes_over_a_call_pays_for_it(daemon: StartDaemon, upstream: StartUpstream) -> None:
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        assert go.wait(20)
        exchange.reply(chat_reply("好"))

    up = upstream(script)
    prices = {"input_price": 2.5, "output_price": 10}
    gateway = daemon(cached(up.base_url, provider={"max_concurrency": 1}, model=prices))
    outcomes: dict[str, Any] = {}

    def ask(name: str, prompt: str, **options: Any) -> threading.Thread:
        def run() -> None:
            try:
                outcomes[name] = gateway.client().chat(prompt, temperature=0, **options)
            except GatewayError as error:
                outcomes[name] = error

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    threads = [ask("busy", "占着")]
    wait_until(lambda: up.exchanges, "the one place is taken")
    leader = ask("leader", PROMPT, timeout=1)
    waiting(gateway, 2)
    threads.append(ask("heir", PROMPT))
    waiting(gateway, 3)
    threads.append(ask("guest", PROMPT))
    waiting(gateway, 4)
    leader.join(20)
    assert isinstance(outcomes["leader"], APITimeoutError) and outcomes["leader"].not_processed
    go.set()
    for thread in threads:
        thread.join(20)
    heir, guest = outcomes["heir"].info, outcomes["guest"].info
    assert (heir.cache, heir.attempts) == ("miss", 1) and heir.cost is not None
    assert (guest.cache, guest.attempts) == ("coalesced", 0) and guest.cost is None
    assert len(up.exchanges) == 2


def test_the_last_one_cancels(daemon: StartDaemon, upstream: StartUpstream) -> None:
    paced = Paced()
    gateway = daemon(cached(upstream(paced).base_url))
    streams = [gateway.client().stream_chat(PROMPT, temperature=0) for _ in range(3)]
    waiting(gateway, 3)
    wait_until(lambda: paced.calls, "the call")
    for stream in streams:
        stream.close()
    waiting(gateway, 0)
    # Who comes at that instant gets a call of his own.
    last, outcome = follow(gateway)
    wait_until(lambda: paced.calls == 2, "another call")
    paced.steps.release(8)
    last.join(20)
    assert outcome == [(WHOLE, "miss")]


def test_an_error_is_shared_once(daemon: StartDaemon, upstream: StartUpstream) -> None:
    go = threading.Event()
    calls = 0

    def script(exchange: Exchange) -> None:
        nonlocal calls
        calls += 1
        assert go.wait(20)
        if calls == 1:
            return exchange.reply({"error": {"message": "坏了"}}, status=500)
        exchange.reply(chat_reply("好了"))

    gateway = daemon(cached(upstream(script).base_url))
    outcomes: list[Any] = []

    def ask() -> None:
        try:
            outcomes.append(gateway.client().chat(PROMPT, temperature=0).text)
        except GatewayError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    waiting(gateway, 5)
    go.set()
    for thread in threads:
        thread.join(20)
    assert calls == 1 and len(outcomes) == 5 and all(isinstance(outcome, GatewayError) for outcome in outcomes)
    assert gateway.client().chat(PROMPT, temperature=0).text == "好了"


def test_a_slow_reader_holds_up_nobody(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """It gets everything all the same, as its credit allows."""
    pieces = [f"{number:05} " + "块" * 300 for number in range(1000)]
    calls = 0

    def script(exchange: Exchange) -> None:
        nonlocal calls
        calls += 1
        exchange.open_stream()
        for piece in pieces:
            exchange.delta(piece)
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    gateway = daemon(cached(upstream(script).base_url))
    with RawClient(gateway.socket) as slow:
        credit = slow.hello().limits.initial_credit
        slow.request(1, chat_request(PROMPT, stream=True, temperature=0))
        while slow.frame().type != DATA:
            pass
        fast, outcome = follow(gateway)
        fast.join(20)
        assert outcome[0][0] == "".join(pieces)
        assert credit < len("".join(pieces).encode()), "the slow one cannot have everything yet"
        slow.send(encode(CREDIT, 1, (4 << 20).to_bytes(4, "big")))
        text, data = "", b""
        while (frame := slow.frame()).type != END:
            assert frame.type == DATA
            data += frame.payload
            if not frame.more:
                text += gateway_pb2.ChatChunk.FromString(data).text.decode()
                data = b""
        end = wire_pb2.End.FromString(frame.payload)
        assert end.status.code == 0
    assert "".join(pieces).endswith(text) and len(text) > 100_000 and calls == 1


def test_who_is_too_slow_for_a_long_answer_leaves(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Beyond what is kept for those who come later, nobody waits for the slowest; it learns why."""
    pieces = [f"{number:05} " + "块" * 300 for number in range(1500)]
    calls, go = 0, threading.Event()

    def script(exchange: Exchange) -> None:
        nonlocal calls
        calls += 1
        exchange.open_stream()
        exchange.delta(pieces[0])
        assert go.wait(20)
        for piece in pieces[1:]:
            exchange.delta(piece)
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    gateway = daemon(cached(upstream(script).base_url, cache={"max_entry_bytes": 100_000}))
    with RawClient(gateway.socket) as slow:
        slow.hello()
        slow.request(1, chat_request(PROMPT, stream=True, temperature=0))
        while slow.frame().type != DATA:
            pass
        followers = [follow(gateway, timeout=15) for _ in range(2)]
        waiting(gateway, 3)
        go.set()
        for thread, outcome in followers:
            thread.join(20)
            assert outcome == [("".join(pieces), "coalesced")]
        slow.send(encode(CREDIT, 1, (4 << 20).to_bytes(4, "big")))
        while (frame := slow.frame()).type != END:
            assert frame.type == DATA
        status = wire_pb2.End.FromString(frame.payload).status
        assert (status.reason, status.not_processed) == ("llmgw.gateway.reader_too_slow", False)
    assert calls == 1


def test_a_slow_reader_alone_slows_its_upstream_down(daemon: StartDaemon, upstream: StartUpstream) -> None:
    pieces = [f"{number:05} " + "块" * 300 for number in range(1000)]
    gateway = daemon(cached(upstream(lambda exchange: exchange.stream(*pieces)).base_url, cache={"max_entry_bytes": 100_000}))
    with RawClient(gateway.socket) as slow:
        slow.hello()
        slow.request(1, chat_request(PROMPT, stream=True, temperature=0))
        while slow.frame().type != DATA:
            pass
        slow.send(encode(CREDIT, 1, (4 << 20).to_bytes(4, "big")))
        while (frame := slow.frame()).type != END:
            assert frame.type == DATA
        assert wire_pb2.End.FromString(frame.payload).status.code == 0


def test_who_waits_for_a_call_lends_it_its_priority(daemon: StartDaemon, upstream: StartUpstream) -> None:
    order: list[str] = []
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        order.append(exchange.request.json["messages"][-1]["content"])
        assert go.wait(20)
        exchange.reply(chat_reply("好"))

    clients = '[clients.default]\npriority = "interactive"\n'
    gateway = daemon(cached(upstream(script).base_url, provider={"max_concurrency": 1}) + clients)
    states: dict[str, str | None] = {}

    def ask(name: str, prompt: str, priority: Any) -> threading.Thread:
        def run() -> None:
            states[name] = gateway.client().chat(prompt, temperature=0, priority=priority).info.cache

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    threads = []
    for count, (name, prompt, priority) in enumerate([
        ("busy", "占着", "interactive"), ("leader", PROMPT, "batch"), ("other", "另一个", "normal"), ("urgent", PROMPT, "interactive"),
    ], start=1):
        threads.append(ask(name, prompt, priority))
        waiting(gateway, count)
        if count == 1:
            wait_until(lambda: order, "the one place is taken")
        elif name != "urgent":
            wait_until(lambda: sum(queue.waiting for queue in gateway.client().list_queues().queues) == count - 1, "it waits for a place")
    go.set()
    for thread in threads:
        thread.join(20)
    assert order == ["占着", PROMPT, "另一个"]
    assert states == {"busy": "miss", "leader": "miss", "other": "miss", "urgent": "coalesced"}


def test_the_tags_of_all_who_share_an_answer_are_its_tags(daemon: StartDaemon, upstream: StartUpstream) -> None:
    paced = Paced()
    gateway = daemon(cached(upstream(paced).base_url))
    client = gateway.client()
    first, _ = follow(gateway, cache=CacheControl(tags=["天气", "甲"]))
    wait_until(lambda: paced.calls, "the call")
    second, _ = follow(gateway, cache=CacheControl(tags=["报告", "甲"]))
    third, _ = follow(gateway, cache=CacheControl(tags=["不留"], mode="read_only"))
    waiting(gateway, 3)
    paced.steps.release(4)
    for thread in (first, second, third):
        thread.join(20)
    key = client.chat(PROMPT, temperature=0).info.cache_key
    assert key is not None
    entry = client.get_cache_entry(key)
    assert entry is not None and list(entry.tags) == ["天气", "甲", "报告"]
    assert [count.entries for count in client.purge_cache("tag", "报告")] == [1]


@pytest.mark.parametrize("first", [{"no_store": True}, {"mode": "read_only"}, {"ttl": 3600.0}])
def test_what_becomes_of_a_shared_answer_is_for_all_to_say(daemon: StartDaemon, upstream: StartUpstream, first: dict[str, Any]) -> None:
    """It is kept if one of them keeps it, and for no longer than any of those who do."""
    paced = Paced()
    gateway = daemon(cached(upstream(paced).base_url))
    leader, one = follow(gateway, cache=CacheControl(**first))
    wait_until(lambda: paced.calls, "the call")
    follower, two = follow(gateway, cache=CacheControl(ttl=60.0))
    waiting(gateway, 2)
    paced.steps.release(4)
    leader.join(20)
    follower.join(20)
    assert one == [(WHOLE, "miss")] and two == [(WHOLE, "coalesced")]
    client = gateway.client()
    reply = client.chat(PROMPT, temperature=0, cache=CacheControl(only_if_cached=True))
    assert reply.text == WHOLE and reply.info.cache_key is not None
    entry = client.get_cache_entry(reply.info.cache_key)
    assert entry is not None and 0 < entry.fresh_ms <= 66_000 and paced.calls == 1


def test_a_purge_by_a_followers_tag_means_the_call(daemon: StartDaemon, upstream: StartUpstream) -> None:
    paced = Paced()
    gateway = daemon(cached(upstream(paced).base_url))
    first, one = follow(gateway)
    wait_until(lambda: paced.calls, "the call")
    second, _ = follow(gateway, cache=CacheControl(tags=["报告"]))
    waiting(gateway, 2)
    gateway.client().purge_cache("tag", "报告")
    paced.steps.release(4)
    first.join(20)
    second.join(20)
    assert one == [(WHOLE, "miss")]
    paced.steps.release(4)
    third, three = follow(gateway)
    third.join(20)
    assert three == [(WHOLE, "miss")], "what was said is not kept"


def test_a_canned_reply_reaches_all(daemon: StartDaemon, upstream: StartUpstream) -> None:
    go = threading.Event()

    def script(exchange: Exchange) -> None:
        assert go.wait(20)
        exchange.reply({"error": {"message": "坏了"}}, status=503)

    up = upstream(script)
    gateway = daemon(cached(up.base_url, model={"canned_reply": "现在没空"}))
    first, one = follow(gateway)
    second, two = follow(gateway)
    waiting(gateway, 2)
    go.set()
    first.join(20)
    second.join(20)
    assert sorted(one + two) == [("现在没空", "coalesced"), ("现在没空", "miss")] and len(up.exchanges) == 1
    third, _ = follow(gateway)
    third.join(20)
    assert len(up.exchanges) == 2, "it is not kept"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_other_users_share_nothing(daemon: StartDaemon, upstream: StartUpstream) -> None:
    calls = 0

    def script(exchange: Exchange) -> None:
        nonlocal calls
        calls += 1
        exchange.reply(chat_reply(f"{calls}"))

    gateway = daemon(cached(upstream(script).base_url, server={"socket_mode": "0666"}))
    for parent in [gateway.socket.parent, *gateway.socket.parent.parents][:3]:
        if parent.owner() and str(parent).startswith("/tmp/llmgw-"):
            parent.chmod(0o755)
    mine = gateway.client().chat(PROMPT, temperature=0)
    program = PROGRAM.replace("asyncio.run(main())", "import os; os.setuid(65534); asyncio.run(main())")
    for _ in range(2):
        output = subprocess.run(
            [sys.executable, "-c", program, str(gateway.socket), "1", "unary", PROMPT], capture_output=True, text=True, env=environment(), timeout=60)
        assert output.returncode == 0, output.stderr
    assert "hit" in output.stdout and calls == 2, "the other user's second request found its own first one"
    assert gateway.client().chat(PROMPT, temperature=0).text == mine.text


def test_shared_where_the_configuration_wants_it(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """With `always`, requests share a call though nothing is kept, unless they want one of their own."""
    paced = Paced()
    gateway = daemon(configuration(upstream(paced).base_url) + '[cache]\ncoalesce = "always"\n')
    first, one = follow(gateway, temperature=None)
    wait_until(lambda: paced.calls, "the call")
    second, two = follow(gateway, temperature=None)
    waiting(gateway, 2)
    alone, three = follow(gateway, temperature=None, cache=CacheControl(mode="off"))
    wait_until(lambda: paced.calls == 2, "a call of its own")
    paced.steps.release(8)
    for thread in (first, second, alone):
        thread.join(20)
    assert (one, two, three) == ([(WHOLE, "bypass")], [(WHOLE, "coalesced")], [(WHOLE, "bypass")])
    paced.steps.release(4)
    later, four = follow(gateway, temperature=None)
    later.join(20)
    assert four == [(WHOLE, "bypass")] and paced.calls == 3, "nothing is kept"


def test_requests_that_are_not_cached_share_nothing_by_default(daemon: StartDaemon, upstream: StartUpstream) -> None:
    paced = Paced()
    gateway = daemon(cached(upstream(paced).base_url))
    followers = [follow(gateway, temperature=None) for _ in range(2)]
    wait_until(lambda: paced.calls == 2, "a call for each")
    paced.steps.release(8)
    for thread, outcome in followers:
        thread.join(20)
        assert outcome == [(WHOLE, "bypass")]
