"""How a request's attempts begin and end: what is taken is given back, and what is said of them is true of all of them."""

from __future__ import annotations

import threading

import pytest
from conftest import StartDaemon, StartUpstream
from harness import wire
from harness.configuration import KEY_VARIABLE, ONCE, PROMPT, configuration
from harness.processes import Simulator
from harness.tool import Tool
from harness.upstream import Exchange
from harness.waiting import wait_until
from harness.wire import RawClient, chat_request
from llmgw import BadRequestError, GatewayError
from llmgw._methods import embed
from llmgw.v1 import admin_pb2, types_pb2, wire_pb2

EMBED = 0x0203
TEST_MODELS = 0x0308


def test_used_up_probes_do_not_stop_the_daemon(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """A half-open breaker that gives no further probe makes a request wait, and nothing else."""
    failing = threading.Event()
    failing.set()

    def script(exchange: Exchange) -> None:
        if failing.is_set():
            exchange.reply({"error": {"message": "坏了"}}, 500)
        else:
            exchange.wait_closed(60)

    up = upstream(script)
    gateway = daemon(configuration(up.base_url, resilience={**ONCE, "breaker": "conservative"}))
    client = gateway.client()
    for _ in range(10):
        with pytest.raises(GatewayError):
            client.chat(PROMPT)
    failing.clear()
    with RawClient(gateway.socket, patience=15) as raw:
        raw.hello()
        for number in range(16):
            raw.request(2 * number + 1, chat_request(PROMPT, stream=True))
            wait_until(lambda: len(up.requests) == 11 + number, "the next probe is sent", 15)
            if number < 15:
                raw.cancel(2 * number + 1)
                assert raw.end(2 * number + 1).status.code == 1
        raw.request(33, chat_request(PROMPT, stream=True))
        raw.send(wire.encode(wire.PING, payload=b"12345678"))
        while raw.frame().type != wire.PONG:
            pass
    assert len(up.requests) == 26


def test_an_attempt_that_may_have_run_is_not_forgotten(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """The last attempt was not processed; the one before it perhaps was, so nobody may call the whole safe to repeat."""
    up = upstream(lambda exchange: exchange.reset())
    toml = configuration(
        up.base_url, resilience={"max_attempts": 1, "breaker": "off"}, model={"fallbacks": ["unreachable"]}
    ) + f"""
[providers.down]
base_url = "http://127.0.0.1:1/v1"
key_env = "{KEY_VARIABLE}"

[models.unreachable]
provider = "down"
"""
    with RawClient(daemon(toml).socket) as client:
        client.hello()
        request = wire_pb2.Request.FromString(chat_request(PROMPT))
        request.retry_ambiguous = True
        client.request(1, request.SerializeToString())
        status = client.end(1).status
    assert status.reason == "llmgw.upstream.connect_failed" and status.attempts == 2
    assert (status.not_processed, status.retry) == (False, types_pb2.RETRY_AMBIGUOUS)


def test_who_waits_for_a_place_heeds_what_the_upstream_asks_meanwhile(daemon: StartDaemon, upstream: StartUpstream) -> None:
    go_on = threading.Event()

    def script(exchange: Exchange) -> None:
        assert go_on.wait(20)
        exchange.reply({"error": {"message": "slow down", "type": "rate_limit_error"}}, 429, retry_after="60")

    up = upstream(script)
    gateway = daemon(configuration(up.base_url, provider={"max_concurrency": 1}, resilience=ONCE))
    with RawClient(gateway.socket) as client:
        client.hello()
        client.request(1, chat_request(PROMPT))
        up.wait_for(1)
        client.request(3, chat_request("等一下", timeout=5))
        while (head := client.frame()).stream != 3:
            pass
        assert wire_pb2.Head.FromString(head.payload).HasField("queue_position")
        go_on.set()
        status = client.end(3).status
    assert (status.reason, status.not_processed) == ("llmgw.gateway.no_healthy_target", True)
    assert len(up.requests) == 1


def test_a_wait_is_told_once(daemon: StartDaemon, sim: Simulator) -> None:
    """What other requests do wakes it at most, and is no news for its caller."""
    gateway = daemon(configuration(sim.base_url, "sim", "sim-hang", resilience={"breaker": "recommended"}))
    ctl = Tool(gateway.socket)
    scope = next(breaker["scope"] for breaker in ctl.json("breakers") if "/sim-hang/" in breaker["scope"])
    ctl("breakers", "force-open", scope, "--ttl", "20s")
    with RawClient(gateway.socket) as raw:
        raw.hello()
        raw.request(1, chat_request(PROMPT, model="sim-hang"))
        head = raw.frame()
        assert wire_pb2.Head.FromString(head.payload).expected_wait_ms > 10_000
        client = gateway.client()
        for _ in range(20):
            client.chat(PROMPT)
        raw.cancel(1)
        assert raw.frame().type == wire.END


def test_what_was_cancelled_before_it_began_reaches_no_upstream(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.wait_closed())
    gateway = daemon(configuration(up.base_url, "sim", "模型"))
    test = wire_pb2.Request(body=admin_pb2.TestModelsRequest().SerializeToString()).SerializeToString()
    with RawClient(gateway.socket) as client:
        client.hello()
        for stream, method, request in (
            (1, TEST_MODELS, test), (3, wire.CHAT, chat_request(PROMPT)), (5, EMBED, embed("向量").request(None, {}))
        ):
            client.send(wire.encode(wire.REQUEST, stream, request, method=method) + wire.encode(wire.CANCEL, stream))
            assert client.end(stream).status.reason == "llmgw.client.cancelled"
    assert not up.requests


def test_cancelled_embeddings_leave_nothing_behind(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Calls are merged by what they say of themselves; that must not be kept of those that have left."""
    up = upstream(lambda exchange: exchange.wait_closed())
    gateway = daemon(configuration(up.base_url))

    def flood(client: RawClient, streams: range) -> None:
        for stream in streams:
            request = embed("向量", user=f"{stream}-" + "x" * 200_000).request(None, {})
            client.send(wire.encode(wire.REQUEST, stream, request, method=EMBED) + wire.encode(wire.CANCEL, stream))
            assert client.end(stream).status.code == 1

    with RawClient(gateway.socket) as client:
        client.hello()
        flood(client, range(1, 101, 2))
        before = gateway.resident_bytes
        flood(client, range(101, 801, 2))
        assert gateway.resident_bytes - before < 16 << 20


def test_a_fallback_that_closes_does_not_lead_back(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """What an upstream has refused for good is not sent to it again because the fallback was closed meanwhile."""
    go_on = threading.Event()

    def slow_down(exchange: Exchange) -> None:
        assert go_on.wait(20)
        exchange.reply({"error": {"message": "slow down", "type": "rate_limit_error"}}, 429, retry_after="60")

    small = upstream(lambda exchange: exchange.reply({"error": {"message": "太长", "code": "context_length_exceeded"}}, 400))
    large = upstream(slow_down)
    toml = configuration(small.base_url, model={"fallbacks_context": ["large"]}, resilience={"max_attempts": 1}) + f"""
[providers.roomy]
base_url = "{large.base_url}"
key_env = "{KEY_VARIABLE}"
max_concurrency = 1

[models.large]
provider = "roomy"
"""
    with RawClient(daemon(toml).socket) as client:
        client.hello()
        client.request(1, chat_request(PROMPT, model="large"))
        large.wait_for(1)
        client.request(3, chat_request(PROMPT, timeout=5))
        while not ((head := client.frame()).stream == 3 and wire_pb2.Head.FromString(head.payload).HasField("queue_position")):
            pass
        go_on.set()
        assert client.end(3).status.reason == "llmgw.gateway.no_healthy_target"
    assert (len(small.requests), len(large.requests)) == (1, 1)


def test_a_canned_reply_hides_no_mistake_of_the_caller(daemon: StartDaemon, upstream: StartUpstream) -> None:
    answers = iter([(400, "messages: 错了"), (500, "坏了")])

    def script(exchange: Exchange) -> None:
        status, message = next(answers)
        exchange.reply({"error": {"message": message}}, status)

    gateway = daemon(configuration(upstream(script).base_url, model={"canned_reply": "稍后再试"}, resilience=ONCE))
    with pytest.raises(BadRequestError):
        gateway.client().chat(PROMPT)
    assert gateway.client().chat(PROMPT).text == "稍后再试"
