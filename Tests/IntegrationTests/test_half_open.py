"""A breaker from its opening to its closing, as operators see it.

Proved here: opening after failures in a row; waiting for the opening, or hearing how long it is; a hundred requests at the moment at which
probes are let through; probes that succeed, fail, hang, are given up, or are told to wait; reports from before; forced states while a probe is
under way.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import StartDaemon, StartUpstream
from harness.acting import FAILURE, PATIENT, TO_OPEN, broken, hangs, in_parallel, scope, state, Upstream
from harness.configuration import PROMPT, several
from harness.processes import Daemon
from harness.resilience import breaker, deployment
from harness.scripts import refused as fail
from harness.scripts import works
from harness.upstream import Exchange
from harness.waiting import wait_until


@pytest.fixture
def up(upstream: StartUpstream) -> Upstream:
    return Upstream(upstream)


#: Seconds that something may take that waits for an opening first, on a machine that is busy with something else.
LONG = 120.0
PROBED = ("heals", "stays", "crowd", "given up", "late", "forced", "throttled")


def test_open_half_open_closed(daemon: StartDaemon, up: Upstream) -> None:
    """One opening after another would take minutes: seven models go through theirs together."""
    models = {name.replace(" ", "-"): name for name in PROBED}
    gateway = daemon(several({"up": up.server.base_url}, {name: {"provider": "up"} for name in models}, resilience=PATIENT))
    client = gateway.client()

    # A call of the closed time, which ends in the half-open one.
    up.acts["late"] = hangs
    late = ThreadPoolExecutor(1)
    overhanging = late.submit(fail, gateway.client(), model="late", timeout=3 * LONG)
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
        error = fail(client, model=model, timeout=1)
        assert (error.reason, error.not_processed) == ("llmgw.gateway.no_healthy_target", True)
        assert error.retry_after is not None and 0 < error.retry_after <= 6
        assert len(up.requests(model)) == asked
        assert deployment(client, model).state == "open"
    assert breaker(client, "provider/up").consecutive_failures == 0, "whoever answers can be reached"

    checks = [heals, stays, crowd, given_up, overhangs, forced, throttled]
    with ThreadPoolExecutor(len(checks)) as pool:
        for check in [pool.submit(check, gateway, up) for check in checks]:
            check.result(LONG)
    up.exchanges("late")[0].reply(FAILURE, 500, connection="close")
    assert overhanging.result(LONG).reason == "llmgw.upstream.server_error"
    assert state(client, "late") == "half-open", "what began before the opening says nothing of the probes"
    late.shutdown()


def heals(gateway: Daemon, up: Upstream) -> None:
    """Whoever has the time waits for the opening, and the second success closes it."""
    client = gateway.client()
    up.acts["heals"] = works
    reply = client.chat(PROMPT, model="heals", timeout=LONG)
    assert reply.text == "好的" and reply.info.attempts == 1
    assert state(client, "heals") == "half-open"
    client.chat(PROMPT, model="heals")
    shown = breaker(client, scope("heals"))
    assert (shown.state, shown.opens, shown.calls) == ("closed", 1, 0), "with an empty window"
    assert deployment(client, "heals").state == "slow start"


def stays(gateway: Daemon, up: Upstream) -> None:
    """A probe that fails opens it again, for longer."""
    client = gateway.client()
    probed: list[float] = []

    def act(exchange: Exchange) -> None:
        probed.append(time.monotonic())
        broken(exchange)

    up.acts["stays"] = act
    assert fail(client, model="stays", timeout=LONG).reason == "llmgw.upstream.server_error"
    shown = breaker(client, scope("stays"))
    assert (shown.state, shown.opens) == ("open", 2)
    # It opened after the probe had come: what is left, and what has passed since, is no less than the time of a second opening.
    assert 8000 - (time.monotonic() - probed[0]) * 1000 <= shown.remaining_ms <= 12_000
    assert len(up.requests("stays")) == TO_OPEN + 1


def crowd(gateway: Daemon, up: Upstream) -> None:
    """All hundred wait; two of them are the probes, and their successes let the others through."""
    lock = threading.Lock()
    probes: list[Exchange] = []
    both = threading.Barrier(2)

    def act(exchange: Exchange) -> None:
        with lock:
            probes.append(exchange)
            is_probe = len(probes) <= 2
        if is_probe:
            both.wait(LONG)
            # Time enough for a third, if it were let through while these two are under way. The first answer lets one more in.
            time.sleep(0.3)
            assert len(probes) == 2, "more than two probes at once"
            both.wait(LONG)
        works(exchange)

    up.acts["crowd"] = act
    replies = in_parallel(gateway, "crowd", 100, timeout=LONG)
    assert [getattr(reply, "text", reply) for reply in replies] == ["好的"] * 100
    assert len(up.requests("crowd")) == TO_OPEN + 100
    assert state(gateway.client(), "crowd") == "closed"


def given_up(gateway: Daemon, up: Upstream) -> None:
    """Probes whose callers leave say nothing; only so many are sent, and then it opens again. The daemon serves others all the while."""
    client = gateway.client()
    up.acts["given-up"] = hangs
    # The first waits for the opening.
    stream = client.stream_chat(PROMPT, model="given-up", timeout=LONG)
    wait_until(lambda: len(up.requests("given-up")) == TO_OPEN + 1, "the first probe is sent", LONG)
    for number in range(2, 17):
        other = client.stream_chat(PROMPT, model="given-up", timeout=LONG)
        wait_until(lambda number=number: len(up.requests("given-up")) == TO_OPEN + number, f"probe {number} is sent", LONG)  # type: ignore[misc]
        other.cancel()
    # All probes are sent and one has not ended: there is no place for this one.
    waiting = client.stream_chat(PROMPT, model="given-up", timeout=LONG)
    assert client.ping("还在吗".encode()) == "还在吗".encode()
    shown = breaker(client, scope("given-up"))
    assert (shown.state, len(up.requests("given-up"))) == ("half-open", TO_OPEN + 16)
    stream.cancel()
    wait_until(lambda: state(client, "given-up") == "open", "it opens again", LONG)
    assert len(up.requests("given-up")) == TO_OPEN + 16
    waiting.cancel()


def overhangs(gateway: Daemon, up: Upstream) -> None:
    up.acts["late"] = works
    client = gateway.client()
    client.chat(PROMPT, model="late", timeout=LONG)
    assert state(client, "late") == "half-open"


def forced(gateway: Daemon, up: Upstream) -> None:
    """What an operator says holds, whatever becomes of a probe that was under way."""
    client = gateway.client()
    up.acts["forced"] = hangs
    with ThreadPoolExecutor(1) as pool:
        probe = pool.submit(fail, gateway.client(), model="forced", timeout=LONG)
        wait_until(lambda: len(up.exchanges("forced")) == TO_OPEN + 1, "the probe is sent", LONG)
        name = breaker(client, scope("forced")).scope
        assert client.set_breaker(name, "force-closed", reason="试试")
        up.exchanges("forced")[-1].reply(FAILURE, 500, connection="close")
        probe.result(LONG)
    assert state(client, "forced") == "forced-closed"
    up.acts["forced"] = broken
    for _ in range(TO_OPEN + 1):
        assert fail(client, model="forced").reason == "llmgw.upstream.server_error"
    assert state(client, "forced") == "forced-closed"
    assert client.set_breaker(name, "force-open")
    assert fail(client, model="forced", timeout=5).not_processed
    assert client.set_breaker(name, "reset")
    assert state(client, "forced") == "closed"


def throttled(gateway: Daemon, up: Upstream) -> None:
    """Whoever says that it is too much lives: the breaker closes, and the gate holds."""
    client = gateway.client()
    up.acts["throttled"] = lambda exchange: exchange.reply(FAILURE, 429, retry_after_ms="100")
    for _ in range(2):
        assert fail(client, model="throttled", timeout=LONG).reason == "llmgw.upstream.rate_limited"
    assert state(client, "throttled") == "closed"
