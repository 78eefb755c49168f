"""Circuit breakers through the daemon: when they open, what they let through, and how they close, as operators see it.

Proved here: opening after failures in a row; waiting for the opening, or hearing how long it is; a hundred requests at the moment at which a
breaker lets probes through; probes that fail, hang, are given up, or are told to wait; reports from before; forced states while a probe is
under way; an unreachable provider closes all its models; an upstream that flaps; everything closed at once, and in which order it recovers;
that nothing of the gateway's own doing, and nothing of a caller's, counts against an upstream; and forced states over restarts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import StartDaemon, StartFaultProxy, StartUpstream
from harness.configuration import EAGER, PROMPT, several
from harness.processes import Daemon
from harness.resilience import breaker, deployment, gate
from harness.upstream import Exchange, Request, ScriptedUpstream, chat_reply
from harness.waiting import wait_until
from llmgw import Client, GatewayError

#: Opens after ten failures in a row, for 4 to 6 seconds.
PATIENT = {**EAGER, "max_attempts": 1, "max_total_attempts": 1, "breaker": "conservative"}
TO_OPEN = 10
#: Opens after three, for 24 to 36 seconds.
STRICT = {**PATIENT, "breaker": "aggressive"}
FAILURE = {"error": {"message": "坏了"}}


def fail(client: Client, **options: Any) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        client.chat(PROMPT, **options)
    return caught.value


class Upstream:
    """Does for each model what the test says at the moment, and counts."""

    def __init__(self, start: StartUpstream) -> None:
        self.acts: dict[str, Callable[[Exchange], object]] = {}
        self._lock = threading.Lock()
        self.running: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.server: ScriptedUpstream = start(self._run)

    def _run(self, exchange: Exchange) -> None:
        model = exchange.request.json["model"]
        with self._lock:
            self.running[model] = self.running.get(model, 0) + 1
            self.most[model] = max(self.most.get(model, 0), self.running[model])
        try:
            self.acts.get(model, broken)(exchange)
        finally:
            with self._lock:
                self.running[model] -= 1

    def exchanges(self, model: str) -> list[Exchange]:
        return [exchange for exchange in self.server.exchanges if exchange.request.json["model"] == model]

    def requests(self, model: str) -> list[Request]:
        return [exchange.request for exchange in self.exchanges(model)]


def broken(exchange: Exchange) -> None:
    exchange.reply(FAILURE, 500)


def works(exchange: Exchange) -> None:
    exchange.reply(chat_reply("好的"))


def hangs(exchange: Exchange) -> None:
    exchange.wait_closed(60)


@pytest.fixture
def up(upstream: StartUpstream) -> Upstream:
    return Upstream(upstream)


def scope(model: str) -> str:
    return f"deployment/{model}/"


def state(client: Client, model: str) -> str:
    return breaker(client, scope(model)).state


def in_parallel(gateway: Daemon, model: str, count: int, **options: Any) -> list[Any]:
    """The replies, or the errors."""
    client = gateway.client()

    def ask(_: int) -> Any:
        try:
            return client.chat(PROMPT, model=model, **options)
        except GatewayError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


PROBED = ("heals", "stays", "crowd", "given up", "late", "forced", "throttled")


def test_open_half_open_closed(daemon: StartDaemon, up: Upstream) -> None:
    """One opening after another would take minutes: seven models go through theirs together."""
    models = {name.replace(" ", "-"): name for name in PROBED}
    gateway = daemon(several({"up": up.server.base_url}, {name: {"provider": "up"} for name in models}, resilience=PATIENT))
    client = gateway.client()

    # A call of the closed time, which ends in the half-open one.
    up.acts["late"] = hangs
    late = ThreadPoolExecutor(1)
    overhanging = late.submit(fail, gateway.client(), model="late", timeout=30)
    wait_until(lambda: len(up.exchanges("late")) == 1, "it is under way")
    up.acts["late"] = broken

    for model in models:
        for number in range(TO_OPEN):
            assert state(client, model) == "closed", f"{model} before failure {number}"
            fail(client, model=model)
        shown = breaker(client, scope(model))
        assert (shown.state, shown.opens) == ("open", 1)
        assert 0 < shown.remaining_ms <= 6000
        # While it is open nothing passes, and the caller hears for how long.
        asked = len(up.requests(model))
        error = fail(client, model=model, timeout=0.2)
        assert (error.reason, error.not_processed) == ("llmgw.gateway.no_healthy_target", True)
        assert error.retry_after is not None and 0 < error.retry_after <= 6
        assert len(up.requests(model)) == asked
        assert deployment(client, model).state == "open"
    assert breaker(client, "provider/up").consecutive_failures == 0, "whoever answers can be reached"

    checks = [heals, stays, crowd, given_up, overhangs, forced, throttled]
    with ThreadPoolExecutor(len(checks)) as pool:
        for check in [pool.submit(check, gateway, up) for check in checks]:
            check.result(30)
    up.exchanges("late")[0].reply(FAILURE, 500, connection="close")
    assert overhanging.result(10).reason == "llmgw.upstream.server_error"
    assert state(client, "late") == "half-open", "what began before the opening says nothing of the probes"
    late.shutdown()


def heals(gateway: Daemon, up: Upstream) -> None:
    """Whoever has the time waits for the opening, and the second success closes it."""
    client = gateway.client()
    up.acts["heals"] = works
    reply = client.chat(PROMPT, model="heals", timeout=30)
    assert reply.text == "好的" and reply.info.attempts == 1
    assert state(client, "heals") == "half-open"
    client.chat(PROMPT, model="heals")
    shown = breaker(client, scope("heals"))
    assert (shown.state, shown.opens, shown.calls) == ("closed", 1, 0), "with an empty window"
    assert deployment(client, "heals").state == "slow start"


def stays(gateway: Daemon, up: Upstream) -> None:
    """A probe that fails opens it again, for longer."""
    client = gateway.client()
    assert fail(client, model="stays", timeout=30).reason == "llmgw.upstream.server_error"
    shown = breaker(client, scope("stays"))
    assert (shown.state, shown.opens) == ("open", 2)
    assert 7000 < shown.remaining_ms <= 12_000
    assert len(up.requests("stays")) == TO_OPEN + 1


def crowd(gateway: Daemon, up: Upstream) -> None:
    """All hundred wait; two of them are the probes, and their successes let the others through."""
    probes: list[Exchange] = []
    both = threading.Event()

    def act(exchange: Exchange) -> None:
        probes.append(exchange)
        if len(probes) <= 2:
            # Time enough for a third, if it were let through.
            both.wait(0.3)
            assert len(probes) <= 2, "more than two probes at once"
        works(exchange)

    up.acts["crowd"] = act
    replies = in_parallel(gateway, "crowd", 100, timeout=30)
    assert [getattr(reply, "text", reply) for reply in replies] == ["好的"] * 100
    assert len(up.requests("crowd")) == TO_OPEN + 100
    assert state(gateway.client(), "crowd") == "closed"


def given_up(gateway: Daemon, up: Upstream) -> None:
    """Probes whose callers leave say nothing; only so many are sent, and then it opens again. The daemon serves others all the while."""
    client = gateway.client()
    up.acts["given-up"] = hangs
    # The first waits for the opening.
    stream = client.stream_chat(PROMPT, model="given-up", timeout=30)
    wait_until(lambda: len(up.requests("given-up")) == TO_OPEN + 1, "the first probe is sent")
    for number in range(2, 17):
        other = client.stream_chat(PROMPT, model="given-up", timeout=30)
        wait_until(lambda number=number: len(up.requests("given-up")) == TO_OPEN + number, f"probe {number} is sent")  # type: ignore[misc]
        other.cancel()
    # All probes are sent and one has not ended: there is no place for this one.
    waiting = client.stream_chat(PROMPT, model="given-up", timeout=30)
    assert client.ping("还在吗".encode()) == "还在吗".encode()
    shown = breaker(client, scope("given-up"))
    assert (shown.state, len(up.requests("given-up"))) == ("half-open", TO_OPEN + 16)
    stream.cancel()
    wait_until(lambda: state(client, "given-up") == "open", "it opens again")
    assert len(up.requests("given-up")) == TO_OPEN + 16
    waiting.cancel()


def overhangs(gateway: Daemon, up: Upstream) -> None:
    up.acts["late"] = works
    client = gateway.client()
    client.chat(PROMPT, model="late", timeout=30)
    assert state(client, "late") == "half-open"


def forced(gateway: Daemon, up: Upstream) -> None:
    """What an operator says holds, whatever becomes of a probe that was under way."""
    client = gateway.client()
    up.acts["forced"] = hangs
    with ThreadPoolExecutor(1) as pool:
        probe = pool.submit(fail, gateway.client(), model="forced", timeout=30)
        wait_until(lambda: len(up.exchanges("forced")) == TO_OPEN + 1, "the probe is sent")
        name = breaker(client, scope("forced")).scope
        assert client.set_breaker(name, "force-closed", reason="试试")
        up.exchanges("forced")[-1].reply(FAILURE, 500, connection="close")
        probe.result(10)
    assert state(client, "forced") == "forced-closed"
    up.acts["forced"] = broken
    for _ in range(TO_OPEN + 1):
        assert fail(client, model="forced").reason == "llmgw.upstream.server_error"
    assert state(client, "forced") == "forced-closed"
    assert client.set_breaker(name, "force-open")
    assert fail(client, model="forced", timeout=0.2).not_processed
    assert client.set_breaker(name, "reset")
    assert state(client, "forced") == "closed"


def throttled(gateway: Daemon, up: Upstream) -> None:
    """Whoever says that it is too much lives: the breaker closes, and the gate holds."""
    client = gateway.client()
    up.acts["throttled"] = lambda exchange: exchange.reply(FAILURE, 429, retry_after_ms="100")
    for _ in range(2):
        assert fail(client, model="throttled", timeout=30).reason == "llmgw.upstream.rate_limited"
    assert state(client, "throttled") == "closed"


def test_an_unreachable_provider_closes_all_its_models(daemon: StartDaemon, up: Upstream, fault_proxy: StartFaultProxy) -> None:
    up.acts["sim"] = up.acts["other"] = works
    proxy = fault_proxy(up.server.base_url)
    client = daemon(several(
        {"up": proxy.base_url}, {"sim": {"provider": "up"}, "other": {"provider": "up"}}, resilience=STRICT
    )).client()
    with proxy.refusing():
        for _ in range(3):
            assert fail(client).reason == "llmgw.upstream.connect_failed"
    assert breaker(client, "provider/up").state == "open"
    error = fail(client, model="other", timeout=0.2)
    assert (error.reason, error.not_processed) == ("llmgw.gateway.no_healthy_target", True)
    assert state(client, "other") == "closed" and deployment(client, "other").state == "open"
    assert client.set_breaker("provider/up", "reset")
    assert client.chat(PROMPT, model="other").text


def test_an_upstream_that_flaps(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """It fails every other tenth of a second. Its breaker opens once and rests; callers notice nothing, and it is not hammered."""
    flapping = upstream(lambda exchange: (works if int(time.monotonic() * 10) % 2 else broken)(exchange))
    steady = upstream(works)
    gateway = daemon(several(
        {"a": flapping.base_url, "b": steady.base_url},
        {"sim": {"deployments": {"flapping": "a", "steady": "b"}, "strategy": "round_robin"}},
        resilience={**EAGER, "breaker": "aggressive"},
    ))
    client = gateway.client()
    wait_until(
        lambda: all(reply.text == "好的" for reply in in_parallel(gateway, "sim", 8))
        and breaker(client, "deployment/sim/flapping").state == "open",
        "the breaker opens",
    )
    asked = len(flapping.requests)
    assert all(reply.info.path[-1].deployment == "steady" for reply in in_parallel(gateway, "sim", 50))
    assert len(flapping.requests) == asked
    assert breaker(client, "deployment/sim/flapping").opens == 1
    assert breaker(client, "deployment/sim/steady").state == "closed"


def test_when_everything_is_closed_the_first_to_open_answers(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def busy(milliseconds: int) -> Callable[[Exchange], object]:
        served: list[Exchange] = []

        def script(exchange: Exchange) -> None:
            served.append(exchange)
            if len(served) == 1:
                exchange.reply(FAILURE, 429, retry_after_ms=str(milliseconds))
            else:
                works(exchange)

        return script

    client = daemon(several(
        {"a": upstream(busy(1200)).base_url, "b": upstream(busy(400)).base_url},
        {"sim": {"deployments": {"long": "a", "short": "b"}, "strategy": "priority"}},
    )).client()
    began = time.monotonic()
    info = client.chat(PROMPT, timeout=30).info
    assert [(step.deployment, step.reason) for step in info.path] == [
        ("long", "llmgw.upstream.rate_limited"), ("short", "llmgw.upstream.rate_limited"), ("short", None)
    ]
    assert 0.4 <= time.monotonic() - began < 1.2
    assert 0 < gate(client, "sim", "long") <= 1.2


def test_when_nothing_opens_in_time_the_soonest_is_told(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def busy(seconds: int) -> str:
        return upstream(lambda exchange: exchange.reply(FAILURE, 429, retry_after=str(seconds))).base_url

    client = daemon(several(
        {"a": busy(90), "b": busy(60)}, {"sim": {"deployments": {"one": "a", "two": "b"}, "strategy": "priority"}}
    )).client()
    assert fail(client, timeout=5).reason == "llmgw.upstream.rate_limited"
    error = fail(client, timeout=5)
    assert (error.reason, error.not_processed) == ("llmgw.gateway.no_healthy_target", True)
    assert error.retry_after is not None and 55 < error.retry_after <= 60


def test_what_is_not_the_upstreams_doing_does_not_count(daemon: StartDaemon, up: Upstream) -> None:
    """Callers that leave, callers in a hurry, a full queue, mistakes: a strict breaker stays closed, and no gate closes."""
    up.acts["sim"] = hangs
    gateway = daemon(several(
        {"up": {"base_url": up.server.base_url, "max_concurrency": 1, "max_queue": 0}}, {"sim": {"provider": "up"}}, resilience=STRICT
    ))
    client = gateway.client()
    for number in range(5):
        assert fail(client, timeout=0.05).reason == "llmgw.gateway.deadline_exceeded"
        stream = client.stream_chat(PROMPT)
        wait_until(lambda number=number: len(up.server.exchanges) == 2 * number + 2, "it is under way")  # type: ignore[misc]
        assert fail(client).reason == "llmgw.gateway.queue_full"
        stream.cancel()
        up.server.exchanges[-1].seen_closed()
        wait_until(lambda: not client.list_requests(), "the place is free")
        assert fail(client, model="没有").reason == "llmgw.client.unknown_model"
    shown = breaker(client, scope("sim"))
    assert (shown.state, shown.consecutive_failures, shown.calls) == ("closed", 0, 0)
    shown = breaker(client, "provider/up")
    assert (shown.state, shown.consecutive_failures, gate(client, "sim")) == ("closed", 0, 0)
    up.acts["sim"] = works
    assert client.chat(PROMPT).text == "好的"


def test_forced_states_survive(daemon: StartDaemon, up: Upstream) -> None:
    """A crash, not an orderly end. What was forced for a short time is not forced for longer, and what was reset stays reset."""
    up.acts.update({"sim": works, "模": works})
    toml = several({"up": up.server.base_url}, {"sim": {"provider": "up"}, "other": {"provider": "up"}}, resilience=STRICT)
    gateway = daemon(toml)
    gateway.stop()
    gateway.config.write_text(toml.replace("[server]\n", f'[server]\nstate_directory = "{gateway.directory}"\n'))
    client = gateway.start().client()
    open_name, closed_name = breaker(client, scope("sim")).scope, breaker(client, scope("other")).scope
    assert client.set_breaker(open_name, "force-open", reason="维护：换机房", ttl=3600)
    assert client.set_breaker(closed_name, "force-closed", ttl=0.3)
    assert client.set_breaker("provider/up", "force-open") and client.set_breaker("provider/up", "reset")
    client.close()
    gateway.kill()

    client = gateway.start().client()
    shown = breaker(client, open_name)
    assert (shown.state, shown.forced_reason.decode()) == ("forced-open", "维护：换机房")
    assert shown.forced_by and 3_500_000 < shown.forced_remaining_ms <= 3_600_000
    assert breaker(client, "provider/up").state == "closed"
    assert fail(client, timeout=0.2).not_processed
    assert not up.server.exchanges
    wait_until(lambda: breaker(client, closed_name).state == "closed", "what was forced for a moment ends")
    assert client.set_breaker(open_name, "reset")
    client.close()
    gateway.kill()
    client = gateway.start().client()
    assert breaker(client, open_name).state == "closed"
    assert client.chat(PROMPT).text == "好的"
