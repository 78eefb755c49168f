"""Attempts after attempts that failed: how many, and within which limits.

Proved here: server errors and then an answer; exhausted quota in all its words, and requests that never fit, without any repetition; an error
inside a whole answer, as the first event of a stream, after content, and as bare JSON at a stream's end; pages, empty bodies and bytes that
are no text; the caps of attempts; the budget; and that what may have been done is repeated only if that is allowed, also where a server between says it.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import StartDaemon, StartSimulator, StartUpstream
from harness.configuration import EAGER, PROMPT, several
from harness.resilience import attempts, breaker, gate
from harness.scripts import in_turn, one, refused, status
from harness.upstream import Exchange, Script, chat_chunk
from llmgw import Client, GatewayError


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


def test_how_often_is_said_for_each_reason(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """More for one class, fewer for another, and the caps for the rest."""
    attempts_of = {"llmgw.upstream.server_error": 4, "llmgw.upstream.overloaded": 1, "llmgw.upstream.rate_limited": 2}
    ups = {"500": upstream(status(500)), "503": upstream(status(503)), "429": upstream(status(429, retry_after_ms="1"))}
    client = daemon(several(
        {name: up.base_url for name, up in ups.items()}, {name: {"provider": name} for name in ups},
        resilience={**EAGER, "attempts": attempts_of, "max_attempts": 3, "breaker": "off"},
    )).client()
    assert {name: refused(client, model=name).attempts for name in ups} == {"500": 4, "503": 1, "429": 2}
    assert {name: len(up.requests) for name, up in ups.items()} == {"500": 4, "503": 1, "429": 2}


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
def test_an_error_before_any_content_of_a_stream(daemon: StartDaemon, upstream: StartUpstream, answer: Script) -> None:
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
    gateway = daemon(one(up.base_url, retry_ambiguous=True))
    error = refused(gateway.client(), retry_ambiguous=False)
    assert (error.reason, error.retry, len(up.requests)) == ("llmgw.upstream.connection_lost", "ambiguous", 1)


@pytest.mark.parametrize("code", [408, 504, 522, 524])
def test_who_gave_up_waiting_does_not_know(daemon: StartDaemon, upstream: StartUpstream, code: int) -> None:
    """A server between us and the model has waited long enough. The model may still be at work, and is paid for."""
    up = upstream(in_turn(status(code, "<html>超时</html>", content_type="text/html")))
    client = daemon(one(up.base_url)).client()
    error = refused(client)
    assert (error.reason, error.retry, len(up.requests)) == ("llmgw.upstream.timeout_total", "ambiguous", 1)
    assert breaker(client, "deployment/sim/").consecutive_failures == 1
    up = upstream(in_turn(status(code)))
    client = daemon(one(up.base_url)).client()
    assert client.chat(PROMPT, retry_ambiguous=True).info.attempts == 2


def test_a_server_that_does_not_reach_the_next_has_done_nothing(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(in_turn(status(523)))
    assert daemon(one(up.base_url)).client().chat(PROMPT).info.attempts == 2
