"""Attempts after attempts that failed: how many, after which wait, within which limits.

Proved here: server errors and then an answer; overload with and without a time to wait; a rate limit with every way to say how long, right and
wrong; exhausted quota in all its words, and requests that never fit, without any repetition; an error inside a whole answer, as the first
event of a stream, after content, and as bare JSON at a stream's end; pages, empty bodies and bytes that are no text; the caps of attempts;
the budget; the caller's deadline; and that what may have been done is repeated only if that is allowed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from email.utils import formatdate
from functools import partial
from typing import Any

import pytest
from conftest import StartDaemon, StartSimulator, StartUpstream
from harness.configuration import EAGER, PROMPT, several
from harness.processes import Daemon
from harness.resilience import attempts, breaker, deployment, gate
from harness.upstream import Exchange, chat_chunk, chat_reply
from harness.waiting import wait_until
from llmgw import Client, GatewayError

GOOD = chat_reply("好的")
LATE = 1.0

Answer = Callable[[Exchange], object]


def status(code: int, body: Any = None, **headers: str) -> Answer:
    return lambda exchange: exchange.reply(body if body is not None else {"error": {"message": "坏了"}}, code, **headers)


def in_turn(*answers: Answer) -> Answer:
    """For each model its own answers in order; then good ones."""
    asked: dict[str, int] = {}

    def script(exchange: Exchange) -> None:
        model = exchange.request.json["model"]
        turn = asked[model] = asked.get(model, -1) + 1
        if turn < len(answers):
            answers[turn](exchange)
        elif exchange.request.json.get("stream"):
            exchange.stream("好的")
        else:
            exchange.reply(GOOD)

    return script


def one(base_url: str, **resilience: Any) -> str:
    return several({"up": base_url}, {"sim": {"provider": "up"}}, resilience={**EAGER, "breaker": "conservative", **resilience})


def refused(client: Client, **options: Any) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        client.chat(PROMPT, **options)
    return caught.value


def path(client: Client, error: GatewayError) -> list[str | None]:
    return [step.reason for step in attempts(client, error.request_id)]


# How often


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
def test_until_it_works(daemon: StartDaemon, upstream: StartUpstream, stream: bool) -> None:
    up = upstream(in_turn(status(500), status(502, "<html>坏了</html>", content_type="text/html")))
    client = daemon(one(up.base_url)).client()
    if stream:
        with client.stream_chat(PROMPT) as chunks:
            assert "".join(chunk.text for chunk in chunks) == "好的"
            info = chunks.reply.info
    else:
        info = client.chat(PROMPT).info
    assert [(step.reason, step.http_status) for step in info.path] == [
        ("llmgw.upstream.server_error", 500), ("llmgw.upstream.server_error", 502), (None, None)
    ]
    assert (info.attempts, info.source, len(up.requests)) == (3, "model", 3)
    assert breaker(client, "deployment/sim/").consecutive_failures == 0
    assert [request.body for request in up.requests] == [up.requests[0].body] * 3, "each attempt sends the same"


def test_not_for_ever(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(status(500))
    client = daemon(one(up.base_url)).client()
    error = refused(client)
    assert (error.reason, error.attempts, len(up.requests)) == ("llmgw.upstream.server_error", 3, 3)
    assert breaker(client, "deployment/sim/").consecutive_failures == 3
    assert breaker(client, "provider/up").consecutive_failures == 0
    assert gate(client, "sim") == 0


def test_the_total_is_capped_over_deployments_and_fallbacks(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(status(500))
    client = daemon(several(
        {"a": up.base_url, "b": up.base_url, "c": up.base_url},
        {"sim": {"deployments": {"one": "a", "two": "b"}, "fallbacks": ["other"]}, "other": {"provider": "c"}},
        resilience={**EAGER, "max_attempts": 3, "max_total_attempts": 4},
    )).client()
    error = refused(client)
    assert (error.attempts, len(up.requests)) == (4, 4)
    assert path(client, error) == ["server_error"] * 4


def test_reasons_that_the_configuration_does_not_repeat(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(in_turn(status(500)))
    client = daemon(one(up.base_url, no_retry=["llmgw.upstream.server_error"])).client()
    assert (refused(client).attempts, len(up.requests)) == (1, 1)


def test_the_budget_bounds_what_an_outage_costs(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """20 requests at an upstream that is down: a fifth of them are repeated, and two more."""
    up = upstream(status(500))
    client = daemon(one(up.base_url, breaker="off", retry_budget=0.2, retry_budget_per_minute=2)).client()
    errors = [refused(client) for _ in range(20)]
    assert {error.reason for error in errors} == {"llmgw.upstream.server_error"}, "the upstream's own error is told"
    assert sum(error.attempts for error in errors) == len(up.requests) == 20 + 4 + 2


def test_throttling_costs_no_budget(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(in_turn(*[status(429, retry_after_ms="20")] * 2))
    client = daemon(one(up.base_url, retry_budget=0, retry_budget_per_minute=0)).client()
    assert client.chat(PROMPT).info.attempts == 3


# How long


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


def throttled(says: Mapping[str, str], code: int = 429) -> Answer:
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
    up = upstream(status(500))
    client = daemon(one(up.base_url, backoff_base="10s", backoff_max="10s", min_service_time="9s")).client()
    began = time.monotonic()
    error = refused(client, timeout=9.5)
    assert time.monotonic() - began < LATE, "a wait that leaves too little time is not begun"
    assert (error.reason, error.attempts, len(up.requests)) == ("llmgw.upstream.server_error", 1, 1)


# What is never repeated

QUOTA: list[tuple[int, dict[str, str | None]]] = [
    (429, {"type": "insufficient_quota", "code": "insufficient_quota"}), (429, {"type": "insufficient_quota", "code": None}),
    (429, {"type": "x", "code": "credit_balance_exhausted"}), (400, {"type": "x", "code": "organization_spend_limit_exceeded"}),
    (403, {"type": "x", "code": "project_spend_limit_exceeded"}), (429, {"type": "x", "code": "billing_hard_limit_reached"}),
]


@pytest.mark.parametrize("code,error", QUOTA, ids=[str(error["code"] or error["type"]) for _, error in QUOTA])
def test_no_money_left(daemon: StartDaemon, upstream: StartUpstream, code: int, error: dict[str, Any]) -> None:
    """Zero repetitions, although the upstream names a short time; the whole provider rests."""
    up = upstream(status(code, {"error": {"message": "没钱了", **error}}, retry_after_ms="30000"))
    client = daemon(one(up.base_url)).client()
    assert (refused(client).reason, len(up.requests)) == ("llmgw.upstream.quota_exhausted", 1)
    assert 25 < gate(client, "sim") <= 30
    assert breaker(client, "deployment/sim/").consecutive_failures == 0


NEVER = {
    "sim-400": "invalid_request", "sim-413": "request_too_large", "sim-429-too-large": "request_too_large", "sim-context":
    "context_length_exceeded", "sim-filter": "content_filtered", "sim-401": "authentication", "sim-403": "permission_denied",
    "sim-404": "model_not_found",
}


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
def test_what_would_fail_again(daemon: StartDaemon, simulator: StartSimulator, kind: str) -> None:
    sim = simulator()
    models = {name: {"provider": f"p-{name}", "parameters": {"max_tokens": 9}} for name in NEVER}
    client = daemon(several(
        {f"p-{name}": {"base_url": sim.base_url, "kind": kind} for name in NEVER}, models,
        resilience={**EAGER, "breaker": "conservative", "retry_ambiguous": True},
    )).client()
    for name, reason in NEVER.items():
        error = refused(client, model=name)
        assert (error.reason, error.attempts) == (f"llmgw.upstream.{reason}", 1)
        assert sim.counts(name)["received"] == 1
        assert breaker(client, f"deployment/{name}/").consecutive_failures == 0, "the upstream works"
    gates = {name: gate(client, name) for name in NEVER}
    assert {name for name, seconds in gates.items() if seconds > 200} == {"sim-401", "sim-403", "sim-404"}
    assert {name for name, seconds in gates.items() if seconds == 0} == NEVER.keys() - {"sim-401", "sim-403", "sim-404"}


# What stands inside an answer that began well

OVERLOADED = {"type": "overloaded_error", "message": "忙"}


def first_event(exchange: Exchange) -> None:
    exchange.open_stream()
    exchange.event(chat_chunk({"role": "assistant"}))
    exchange.event({"error": OVERLOADED})


def bare_tail(exchange: Exchange) -> None:
    exchange.open_stream()
    exchange.event(chat_chunk({"role": "assistant", "content": ""}))
    exchange.chunk('{"error": {"type": "overloaded_error", "message": "忙"}}')
    exchange.send("0\r\n\r\n")


@pytest.mark.parametrize("answer", [first_event, bare_tail])
def test_an_error_before_any_content_of_a_stream(daemon: StartDaemon, upstream: StartUpstream, answer: Answer) -> None:
    up = upstream(in_turn(answer))
    with daemon(one(up.base_url)).client().stream_chat(PROMPT) as chunks:
        assert "".join(chunk.text for chunk in chunks) == "好的"
        assert [(step.reason, step.http_status) for step in chunks.reply.info.path] == [("llmgw.upstream.overloaded", 200), (None, None)]


def test_an_error_inside_a_whole_answer(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(in_turn(lambda exchange: exchange.reply({"error": OVERLOADED})))
    info = daemon(one(up.base_url)).client().chat(PROMPT).info
    assert [(step.reason, step.http_status) for step in info.path] == [("llmgw.upstream.overloaded", 200), (None, None)]


def test_an_error_after_content(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def answer(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("半")
        exchange.event({"error": OVERLOADED})

    up = upstream(in_turn(answer))
    client = daemon(one(up.base_url)).client()
    texts = []
    with pytest.raises(GatewayError) as caught:
        for chunk in client.stream_chat(PROMPT, retry_ambiguous=True):
            texts.append(chunk.text)
    assert (caught.value.reason, caught.value.attempts, texts) == ("llmgw.upstream.overloaded", 1, ["半"])
    assert len(up.requests) == 1
    assert breaker(client, "deployment/sim/").consecutive_failures == 1


#: Whether the upstream said that it failed; else nobody knows.
BODIES = [
    (502, "<html>坏网关</html>", "server_error", True), (500, "", "server_error", True), (418, '{"error": 3}', "invalid_request", False),
    (200, "", "protocol_error", False), (200, "<html></html>", "protocol_error", False), (200, "[1, 2", "protocol_error", False),
    (500, '{"error": {"message": "一", "message": "二", "code": "slow_down"}}', "overloaded", True),
]


@pytest.mark.parametrize("code,body,reason,repeats", BODIES, ids=[f"{row[0]}-{index}" for index, row in enumerate(BODIES)])
def test_bodies_that_are_none(
    daemon: StartDaemon, upstream: StartUpstream, code: int, body: str, reason: str, repeats: bool
) -> None:
    up = upstream(status(code, body))
    client = daemon(one(up.base_url)).client()
    error = refused(client)
    assert error.reason == f"llmgw.upstream.{reason}"
    assert error.attempts == len(up.requests) == (3 if repeats else 1)


# What may have been done


def test_the_daemons_word_where_the_caller_says_nothing(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(in_turn(lambda exchange: exchange.close()))
    client = daemon(one(up.base_url, retry_ambiguous=True)).client()
    assert client.chat(PROMPT).info.attempts == 2


def test_the_caller_has_the_last_word(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(in_turn(lambda exchange: exchange.close()))
    gateway: Daemon = daemon(one(up.base_url, retry_ambiguous=True))
    error = refused(gateway.client(), retry_ambiguous=False)
    assert (error.reason, error.retry, len(up.requests)) == ("llmgw.upstream.connection_lost", "ambiguous", 1)
