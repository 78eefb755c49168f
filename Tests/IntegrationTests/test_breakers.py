"""What opens circuit breakers and what must not, and what becomes of requests meanwhile.

Proved here: an unreachable provider closes all its models; an upstream that flaps; everything closed at once, and in which order it recovers;
that nothing of the gateway's own doing, and nothing of a caller's, counts against an upstream; and forced states over restarts.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from conftest import StartDaemon, StartFaultProxy, StartUpstream
from harness.acting import FAILURE, STRICT, broken, hangs, in_parallel, scope, state, Upstream
from harness.configuration import EAGER, PROMPT, several
from harness.resilience import breaker, deployment, gate
from harness.scripts import refused as fail
from harness.scripts import works
from harness.upstream import Exchange
from harness.waiting import wait_until


@pytest.fixture
def up(upstream: StartUpstream) -> Upstream:
    return Upstream(upstream)


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
    error = fail(client, model="other", timeout=2)
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
        {"a": upstream(busy(20_000)).base_url, "b": upstream(busy(400)).base_url},
        {"sim": {"deployments": {"long": "a", "short": "b"}, "strategy": "priority"}},
    )).client()
    began = time.monotonic()
    info = client.chat(PROMPT, timeout=30).info
    assert [(step.deployment, step.reason) for step in info.path] == [
        ("long", "llmgw.upstream.rate_limited"), ("short", "llmgw.upstream.rate_limited"), ("short", None)
    ]
    assert 0.4 <= time.monotonic() - began < 20
    assert 0 < gate(client, "sim", "long") <= 20


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
        assert fail(client, timeout=0.5).reason == "llmgw.gateway.deadline_exceeded"
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
    assert fail(client, timeout=5).not_processed
    assert not up.server.exchanges
    wait_until(lambda: breaker(client, closed_name).state == "closed", "what was forced for a moment ends")
    assert client.set_breaker(open_name, "reset")
    client.close()
    gateway.kill()
    client = gateway.start().client()
    assert breaker(client, open_name).state == "closed"
    assert client.chat(PROMPT).text == "好的"
