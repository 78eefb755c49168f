"""How long the gateway waits before it asks again, and for whom else that holds.

Proved here: a rate limit with every way to say how long, right and wrong; waits that are too long; overload with and without a time; gates
that only move later, and hold for those who waited for something else meanwhile; the caller's deadline.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from email.utils import formatdate
from functools import partial

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT, several
from harness.resilience import breaker, deployment, gate
from harness.scripts import GOOD, in_turn, one, refused, status
from harness.upstream import Exchange, Script
from harness.waiting import wait_until
from llmgw import GatewayError

LATE = 1.0


def in_seconds(seconds: int) -> dict[str, str]:
    """By the upstream's own clock, which is an hour wrong."""
    now = time.time() - 3600
    return {"date": formatdate(now, usegmt=True), "retry_after": formatdate(now + seconds, usegmt=True)}


#: What the upstream says, and how many seconds it then gets. What says nothing is taken for one second.
WAITS: dict[str, tuple[Mapping[str, str], float]] = {
    "seconds": ({"retry_after": "1"}, 1), "fraction": ({"retry_after": "0.3"}, 0.3), "zero": ({"retry_after": "0"}, 1),
    "negative": ({"retry_after": "-1"}, 1), "word": ({"retry_after": "明天"}, 1), "nan": ({"retry_after": "NaN"}, 1),
    "overflow": ({"retry_after": "1e400"}, 1), "none": ({}, 1), "date": (in_seconds(1), 1), "past": (in_seconds(-60), 1),
    "milliseconds": ({"retry_after_ms": "150"}, 0.15), "both": ({"retry_after_ms": "200", "retry_after": "60"}, 0.2),
    "message": ({"message": "Rate limit reached. Please try again in 250ms."}, 0.25),
}


def throttled(says: Mapping[str, str], code: int = 429) -> Script:
    body = {"error": {"message": says.get("message", "慢一点"), "type": "tokens", "code": "rate_limit_exceeded" if code == 429 else None}}
    return status(code, body, **{name: value for name, value in says.items() if name != "message"})


def test_every_way_to_say_how_long(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """All at once, so that the test takes as long as the longest."""
    answers = {name: in_turn(throttled(says)) for name, (says, _) in WAITS.items()}
    arrivals: dict[str, list[float]] = {name: [] for name in WAITS}

    def script(exchange: Exchange) -> None:
        model = exchange.request.json["model"]
        arrivals[model].append(time.monotonic())
        answers[model](exchange)

    client = daemon(several({"up": upstream(script).base_url}, {name: {"provider": "up"} for name in WAITS})).client()
    with ThreadPoolExecutor(len(WAITS)) as pool:
        replies = dict(zip(WAITS, pool.map(lambda name: client.chat(PROMPT, model=name), WAITS), strict=True))
    for name, (_, wait) in WAITS.items():
        first, second = arrivals[name]
        assert wait <= second - first < wait * 1.1 + LATE, name
        assert [step.reason for step in replies[name].info.path] == ["llmgw.upstream.rate_limited", None]
        assert wait <= replies[name].info.path[1].wait
        assert breaker(client, f"deployment/{name}/").consecutive_failures == 0, "being told to wait is no failure"


def test_a_date_of_an_answer_that_has_none_itself(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def soon(exchange: Exchange) -> None:
        throttled({"retry_after": formatdate(time.time() + 3, usegmt=True)})(exchange)

    info = daemon(one(upstream(in_turn(soon)).base_url)).client().chat(PROMPT).info
    assert 2 <= info.path[1].wait < 3 * 1.1 + LATE, "by the daemon's clock, in whole seconds"


#: Longer than the caller has, longer than the policy waits, and longer than any gate.
@pytest.mark.parametrize("seconds,timeout,gated", [("7", 2.0, 7), ("3600", 30.0, 3600), ("86400", 30.0, 3600)])
def test_a_wait_that_is_too_long_is_told_at_once(
    daemon: StartDaemon, upstream: StartUpstream, seconds: str, timeout: float, gated: float
) -> None:
    up = upstream(status(429, retry_after=seconds))
    client = daemon(one(up.base_url, max_retry_after="2m")).client()
    began = time.monotonic()
    error = refused(client, timeout=timeout)
    assert (error.reason, error.attempts) == ("llmgw.upstream.rate_limited", 1)
    assert (error.retry, error.retry_after) == ("after", float(seconds))
    assert gated - 2 < gate(client, "sim") <= gated
    # The next one does not even ask, and hears how long it is.
    error = refused(client, timeout=timeout)
    assert (error.reason, error.not_processed, error.attempts) == ("llmgw.gateway.no_healthy_target", True, 0)
    assert error.retry_after is not None and gated - 2 < error.retry_after <= gated
    assert time.monotonic() - began < LATE
    assert len(up.requests) == 1


@pytest.mark.parametrize("code", [503, 529])
def test_overload(daemon: StartDaemon, upstream: StartUpstream, code: int) -> None:
    """It may name a time, which is kept and keeps others away, or not, and counts as a failure either way."""
    arrivals: list[float] = []
    answer = in_turn(status(code, retry_after_ms="300"), status(code))

    def script(exchange: Exchange) -> None:
        arrivals.append(time.monotonic())
        answer(exchange)

    client = daemon(one(upstream(script).base_url)).client()
    info = client.chat(PROMPT).info
    assert [step.reason for step in info.path] == ["llmgw.upstream.overloaded"] * 2 + [None]
    assert arrivals[1] - arrivals[0] >= 0.3 and arrivals[2] - arrivals[1] < LATE
    failures = {entry.reason: entry.count for entry in deployment(client, "sim").failure_counts}
    assert failures == {"llmgw.upstream.overloaded": 2}


def test_a_gate_only_moves_later(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Three requests are under way when the first is told to wait; a shorter wait that another is told does not shorten it."""
    up = upstream(lambda exchange: exchange.wait_closed(30))
    gateway = daemon(one(up.base_url, max_retry_after="1s"))
    client = gateway.client()
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(refused, gateway.client()) for _ in range(3)]
        up.wait_for(3)
        for number, (told, gated) in enumerate([(40, 40), (20, 40), (60, 60)]):
            up.exchanges[number].reply({"error": {"message": "慢"}}, 429, retry_after=str(told), connection="close")
            wait_until(partial(answered, calls, number + 1), "the answer reaches its caller")
            assert gated - 5 < gate(client, "sim") <= gated
    assert {call.result().retry_after for call in calls} == {40, 20, 60}


def test_a_gate_holds_for_those_who_wait_for_a_place(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """They were let in before it closed, and have not asked yet."""
    arrivals: list[float] = []
    answer = in_turn(status(429, retry_after_ms="400"))

    def script(exchange: Exchange) -> None:
        arrivals.append(time.monotonic())
        if len(arrivals) == 1:
            wait_until(lambda: client.status().providers[0].waiting == 3, "the others wait")
        answer(exchange)

    client = daemon(several({"up": {"base_url": upstream(script).base_url, "max_concurrency": 1}}, {"sim": {"provider": "up"}})).client()
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: client.chat(PROMPT, timeout=30), range(4)))
    assert sorted(reply.info.attempts for reply in replies) == [1, 1, 1, 2]
    assert len(arrivals) == 5 and arrivals[1] - arrivals[0] >= 0.4


def test_a_gate_holds_for_those_who_were_told_a_shorter_time(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """The one who was told half a second waits for it when another is told more."""
    arrivals: list[float] = []
    told: list[float] = []
    both = threading.Barrier(2)

    def script(exchange: Exchange) -> None:
        arrivals.append(time.monotonic())
        if len(arrivals) > 2:
            return exchange.reply(GOOD)
        is_longer = both.wait(10) == 1
        if is_longer:
            wait_until(lambda: gate(client, "sim") > 0, "the shorter time is heard")
            told.append(time.monotonic())
        exchange.reply({"error": {"message": "慢"}}, 429, retry_after_ms="900" if is_longer else "500")

    client = daemon(several({"up": upstream(script).base_url}, {"sim": {"provider": "up"}})).client()
    with ThreadPoolExecutor(2) as pool:
        assert [reply.text for reply in pool.map(lambda _: client.chat(PROMPT, timeout=30), range(2))] == ["好的"] * 2
    assert all(arrival - told[0] >= 0.9 for arrival in arrivals[2:])


def answered(calls: list[Future[GatewayError]], count: int) -> bool:
    return sum(call.done() for call in calls) == count


def test_no_attempt_begins_after_the_deadline(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """The pause is random: of an hour's, one in seven thousand is shorter than the half second that is left here."""
    up = upstream(status(500))
    client = daemon(one(up.base_url, backoff_base="1h", backoff_max="1h", min_service_time="9s")).client()
    began = time.monotonic()
    error = refused(client, timeout=9.5)
    assert time.monotonic() - began < LATE, "a wait that leaves too little time is not begun"
    assert (error.reason, error.attempts, len(up.requests)) == ("llmgw.upstream.server_error", 1, 1)
