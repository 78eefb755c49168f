"""Pausing: requests are held back in their place, or refused, until an operator or the clock ends it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from conftest import StartDaemon, StartSimulator, StartUpstream
from harness.configuration import EAGER, PROMPT, configuration, several
from harness.processes import Daemon, Simulator
from harness.tool import FAILURE, Tool
from harness.upstream import Exchange, chat_chunk
from harness.waiting import wait_until
from llmgw import Client, GatewayError
from llmgw.types import ChatReply

UID = os.getuid()
ANSWER = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "好"}, "finish_reason": "stop"}]}
Ask = Callable[..., Future[ChatReply]]


@pytest.fixture
def ask() -> Iterator[Ask]:
    """Asks in a thread of its own."""
    with ThreadPoolExecutor(16) as pool:
        yield lambda client, **options: pool.submit(lambda: client.chat(options.pop("prompt", PROMPT), **options))


def waiting(client: Client) -> int:
    return sum(request.phase == "waiting" for request in client.list_requests())


def wait_for_waiting(client: Client, count: int = 1) -> None:
    wait_until(lambda: waiting(client) == count, f"{count} requests wait")


def test_a_paused_request_waits_until_it_is_resumed(daemon: StartDaemon, sim: Simulator, ask: Ask) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    ctl, client = Tool(gateway.socket), gateway.client()
    (pause,) = ctl.json("pause", "--reason", "数据库搬家")
    assert pause == {"scope": "all", "by": f"uid {UID}", "reason": "数据库搬家", "refuse": False}
    reply = ask(client)
    wait_for_waiting(client)
    status = ctl.json("status")
    assert status["state"] == "paused" and status["pauses"] == [pause]
    assert "数据库搬家" in ctl("status").stdout
    assert sim.counts("sim")["received"] == 0
    assert ctl.json("resume") == []
    assert reply.result(10).text
    assert ctl.json("status")["state"] == "serving"
    steps = client.explain(reply.result().info.request_id).steps
    assert steps[0].decision == "wait" and "all is paused" in steps[0].detail.decode()
    assert reply.result().info.latency.queue > 0, "the wait counts as waiting"


def test_what_runs_goes_on(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def slow(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("一")
        wait_until(lambda: ctl.json("status")["state"] == "paused", "the pause")
        exchange.delta("二")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    gateway = daemon(configuration(upstream(slow).base_url, "m"))
    ctl, client = Tool(gateway.socket), gateway.client()
    with client.stream_chat(PROMPT) as stream:
        chunks = iter(stream)
        assert next(chunks).text == "一"
        ctl("pause")
        assert "".join(chunk.text or "" for chunk in chunks) == "二"


@pytest.mark.parametrize("scope", ["all", "model/m", "provider/up", f"client/uid/{UID}", "client/default"])
def test_a_refusing_pause_ends_requests_at_once(daemon: StartDaemon, sim: Simulator, scope: str) -> None:
    gateway = daemon(configuration(sim.base_url, "m"))
    ctl, client = Tool(gateway.socket), gateway.client()
    assert client.chat(PROMPT).text, "the client is known now"
    ctl("pause", scope, "--refuse", "--reason", "维护", "--ttl", "10m")
    with pytest.raises(GatewayError, match="维护") as refused:
        client.chat(PROMPT)
    assert refused.value.reason == "llmgw.gateway.paused"
    assert refused.value.not_processed
    assert refused.value.retry_after is not None and 590 < refused.value.retry_after <= 600
    ctl("resume", scope)
    assert client.chat(PROMPT).text
    assert sim.counts("m")["received"] == 2


@pytest.mark.parametrize("scope", ["model/other", "client/nobody", "provider/nobody", "model/nobody"])
def test_others_are_not_held_back(daemon: StartDaemon, sim: Simulator, scope: str) -> None:
    gateway = daemon(configuration(sim.base_url, "sim", "other"))
    ctl, client = Tool(gateway.socket), gateway.client()
    exists = scope == "model/other"
    ctl("pause", scope, "--refuse", status=0 if exists else FAILURE)
    assert client.chat(PROMPT, model="sim").text
    ctl("resume", scope, status=0 if exists else FAILURE)


def test_a_paused_provider_is_passed_over(daemon: StartDaemon, simulator: StartSimulator, ask: Ask) -> None:
    a, b = simulator(), simulator()
    gateway = daemon(
        several({"甲": a.base_url, "乙": b.base_url}, {"m": {"deployments": {"one": "甲", "two": "乙"}}}, resilience=EAGER)
    )
    ctl, client = Tool(gateway.socket), gateway.client()
    ctl("pause", "provider/甲")
    assert {client.chat(PROMPT).info.provider for _ in range(5)} == {"乙"}
    assert [deployment["state"] for deployment in ctl.json("providers")] == ["paused", "healthy"]
    ctl("pause", "provider/乙", "--ttl", "10m")
    reply = ask(client)
    wait_for_waiting(client)
    ctl("resume", "provider/甲")
    assert reply.result(10).info.provider == "甲"
    assert a.counts("m")["received"] == 1


def test_a_fallback_does_not_stand_in_for_a_pause(daemon: StartDaemon, simulator: StartSimulator, ask: Ask) -> None:
    a, b = simulator(), simulator()
    models = {"m": {"provider": "甲", "fallbacks": ["替补"]}, "替补": {"provider": "乙"}}
    gateway = daemon(several({"甲": a.base_url, "乙": b.base_url}, models))
    ctl, client = Tool(gateway.socket), gateway.client()
    ctl("pause", "provider/甲")
    reply = ask(client, model="m")
    wait_for_waiting(client)
    assert client.chat(PROMPT, model="替补").text
    ctl("resume")
    assert reply.result(10).info.model == "m"


def test_a_pause_ends_by_itself(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    ctl, client = Tool(gateway.socket), gateway.client()
    (pause,) = ctl.json("pause", "--ttl", "300ms")
    assert 0 < pause["remaining_ms"] <= 300
    assert client.chat(PROMPT).text
    assert ctl.json("status")["pauses"] == []
    assert ctl("resume", status=FAILURE).stderr.strip().endswith("nothing is paused")


def test_the_deadline_and_cancelling_end_the_wait(daemon: StartDaemon, sim: Simulator, ask: Ask) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    ctl, client = Tool(gateway.socket), gateway.client()
    ctl("pause")
    with pytest.raises(GatewayError) as late:
        client.chat(PROMPT, timeout=0.2)
    assert late.value.reason == "llmgw.gateway.deadline_exceeded" and late.value.not_processed
    reply = ask(client)
    wait_for_waiting(client)
    (request,) = client.list_requests()
    ctl("cancel", request.request_id)
    with pytest.raises(GatewayError) as cancelled:
        reply.result(10)
    assert cancelled.value.reason == "llmgw.gateway.cancelled_by_operator"
    assert sim.counts("sim")["received"] == 0


def test_who_waits_is_told_how_long(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    ctl, client = Tool(gateway.socket), gateway.client()
    ctl("pause", "--ttl", "10m")
    with client.stream_chat(PROMPT) as stream:
        wait_until(lambda: stream.head.expected_wait_ms, "HEAD says how long")
        assert 590_000 < stream.head.expected_wait_ms <= 600_000
        assert stream.head.model == "sim" and not stream.head.provider
        ctl("resume")
        assert "".join(chunk.text or "" for chunk in stream)
        assert stream.head.provider == "up"


def test_a_second_order_replaces_the_first_for_those_who_wait(daemon: StartDaemon, sim: Simulator, ask: Ask) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    ctl, client = Tool(gateway.socket), gateway.client()
    ctl("pause", "model/sim")
    replies = [ask(client) for _ in range(3)]
    wait_for_waiting(client, 3)
    ctl("pause", "model/sim", "--refuse")
    for reply in replies:
        with pytest.raises(GatewayError, match="model/sim is paused"):
            reply.result(10)


def test_a_pause_outlives_a_reload(daemon: StartDaemon, sim: Simulator, ask: Ask) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    ctl, client = Tool(gateway.socket), gateway.client()
    ctl("pause", "provider/up")
    before = ask(client)
    wait_for_waiting(client)
    gateway.reload(configuration(sim.base_url, "sim", provider={"max_queue": 7}))
    after = ask(client)
    wait_for_waiting(client, 2)
    ctl("resume", "provider/up")
    assert before.result(10).text and after.result(10).text


def test_who_waits_in_the_queue_is_held_back_too(daemon: StartDaemon, upstream: StartUpstream, ask: Ask) -> None:
    release = threading.Event()

    def slow(exchange: Exchange) -> None:
        assert release.wait(10)
        exchange.reply(ANSWER)

    provider = upstream(slow)
    gateway = daemon(configuration(provider.base_url, "m", provider={"max_concurrency": 1}))
    ctl, client = Tool(gateway.socket), gateway.client()
    first = ask(client)
    provider.wait_for(1)
    second = ask(client)
    wait_for_waiting(client)
    ctl("pause")
    release.set()
    assert first.result(10).text == "好"
    wait_until(lambda: len(client.list_requests()) == 1, "the first is done")
    wait_for_waiting(client)
    assert len(provider.requests) == 1, "its place is free, and it waits for the resumption"
    ctl("resume")
    assert second.result(10).text == "好"


def test_drain_ends_what_is_paused(daemon: StartDaemon, sim: Simulator, ask: Ask) -> None:
    gateway: Daemon = daemon(configuration(sim.base_url, "sim"))
    ctl, client = Tool(gateway.socket), gateway.client()
    ctl("pause")
    reply = ask(client)
    wait_for_waiting(client)
    assert ctl.json("drain", "--grace", "100ms") == {"in_flight": 1, "grace_ms": 100}
    with pytest.raises(GatewayError) as ended:
        reply.result(10)
    # Nobody had begun with it: the client asks again by itself, and finds no daemon.
    assert ended.value.reason == "llmgw.local.connect_failed"
    assert gateway.wait() == 0
    assert "llmgw.gateway.draining" in gateway.log and sim.counts("sim")["received"] == 0
