"""A second deployment is asked where the first is slow to begin.

Proved here: whose content comes first answers, whole and streamed, and the other is dropped, paid for, and held against nobody; a hedge that
fails or comes to nothing harms nobody; when it is the first that fails, the hedge goes on; one that both lose is retried as ever; callers
that leave take both along; and what speaks against a hedge: too many of them, a caller that wants none, a breaker, a limit, the cap of attempts.
"""

from __future__ import annotations

import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.acting import Upstream, hangs, scope
from harness.configuration import EAGER, PROMPT, section, several
from harness.metrics import scrape
from harness.processes import Daemon, binary, environment
from harness.resilience import attempts, breaker, trace
from harness.scripts import refused, status, works
from harness.tool import Tool
from harness.upstream import Exchange, Script, chat_reply
from harness.waiting import wait_until
from llmgw import Client, GatewayError
from llmgw.types import ReplyInfo

#: Requests that earn one hedge.
PER_HEDGE = 20
LOST = "llmgw.gateway.hedge_lost"
ANSWER = "好的，这就来。"
BOTH = pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])


@pytest.fixture
def up(upstream: StartUpstream) -> Upstream:
    return Upstream(upstream)


def hedged(up: Upstream, *models: str, second: dict[str, Any] | None = None, **resilience: Any) -> str:
    """Each model has deployments "first" and "second" (with these settings), which are called MODEL-first and MODEL-second upstream."""
    def settings(model: str, name: str) -> dict[str, Any]:
        return {"provider": name, "upstream_model": f"{model}-{name}", "priority": int(name == "second"), **(
            (second or {}) if name == "second" else {})}

    return several(
        {"first": up.server.base_url, "second": up.server.base_url},
        {model: {
            "strategy": "priority", "hedge": True, "input_price": 1.0, "output_price": 1.0, "currency": "EUR",
            "deployments": {name: settings(model, name) for name in ("first", "second")},
        } for model in models or ("sim",)},
        resilience={**EAGER, "breaker": "conservative", **resilience},
    )


def earn(client: Client, up: Upstream, model: str = "sim") -> None:
    """The right to one hedge."""
    up.acts[f"{model}-first"] = works
    for _ in range(PER_HEDGE):
        client.chat(PROMPT, model=model)


def ask(client: Client, *, stream: bool, **options: Any) -> tuple[str, ReplyInfo]:
    if not stream:
        reply = client.chat(PROMPT, **options)
        return reply.text, reply.info
    with client.stream_chat(PROMPT, **options) as chunks:
        return "".join(chunk.text for chunk in chunks), chunks.reply.info


def way(info: ReplyInfo) -> list[tuple[str, str | None, bool]]:
    return [(step.deployment, step.reason and step.reason.rpartition(".")[2], step.hedge) for step in info.path]


def outcomes(gateway: Daemon, model: str = "sim") -> dict[str, float]:
    """Those that happened."""
    series = scrape(Tool(gateway.socket)).series("llmgw_hedges_total", model=model)
    assert len(series) == 5
    return {labels["outcome"]: value for labels, value in series if value}


def once_asked(up: Upstream, other: str, then: Script, *, pause: float = 0) -> Script:
    """Answers when that model has been asked too, and its script has had this much time."""
    def script(exchange: Exchange) -> None:
        wait_until(lambda: up.exchanges(other), f"{other} is asked too")
        time.sleep(pause)
        then(exchange)
    return script


def answers(exchange: Exchange) -> None:
    if exchange.request.json.get("stream"):
        exchange.stream(ANSWER[:3], ANSWER[3:])
    else:
        exchange.reply(chat_reply(ANSWER, usage={"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}))


@BOTH
def test_the_second_answers_where_the_first_is_slow(daemon: StartDaemon, up: Upstream, stream: bool) -> None:
    gateway = daemon(hedged(up))
    client = gateway.client()
    earn(client, up)
    up.acts |= {"sim-first": hangs, "sim-second": answers}
    begun = time.monotonic()
    text, info = ask(client, stream=stream)
    took = time.monotonic() - begun
    assert text == ANSWER
    assert (info.provider, info.source, info.attempts) == ("second", "model", 2)
    assert way(info) == [("first", "hedge_lost", False), ("second", None, True)]
    assert 2 <= took and info.path[1].wait >= 2
    assert info.latency is not None and info.latency.queue < 1.5, "waiting for the first was no waiting for a place"
    assert info.latency.overhead < 1.5 and (info.latency.first_token or 0) >= 2, "the caller's wait, not the second's alone"
    # The loser is dropped, and paid for: its own count nobody knows.
    up.exchanges("sim-first")[-1].seen_closed()
    assert info.cost is not None and info.cost.currency == "EUR"
    if not stream:
        assert info.cost.micros > 1500, "more than the one that answered"
    # It is held against nobody.
    assert breaker(client, scope("sim") + "first").consecutive_failures == 0
    assert breaker(client, scope("sim") + "first").calls == PER_HEDGE
    steps = attempts(client, info.request_id)
    assert [(step.decision, step.deployment, step.reason) for step in steps] == [
        ("attempt", "first", "hedge_lost"), ("hedge", "second", None)]
    assert outcomes(gateway) == {"won": 1}
    # Every place is given back.
    assert all(one.in_flight == 0 for one in client.list_deployments())


@BOTH
def test_the_first_answers_after_all(daemon: StartDaemon, up: Upstream, stream: bool) -> None:
    gateway = daemon(hedged(up))
    client = gateway.client()
    earn(client, up)
    up.acts |= {"sim-first": once_asked(up, "sim-second", answers), "sim-second": hangs}
    text, info = ask(client, stream=stream)
    assert text == ANSWER
    assert (info.provider, info.attempts) == ("first", 2)
    assert way(info) == [("second", "hedge_lost", True), ("first", None, False)]
    up.exchanges("sim-second")[-1].seen_closed()
    assert outcomes(gateway) == {"lost": 1}
    assert breaker(client, scope("sim") + "second").consecutive_failures == 0
    # In the order in which they began.
    assert [step.decision for step in attempts(client, info.request_id)] == ["attempt", "hedge"]


def test_content_of_one_alone(daemon: StartDaemon, up: Upstream) -> None:
    """Both begin to answer at once, again and again: the caller has the beginning of one, and its end."""
    models = [f"m{number}" for number in range(8)]
    gateway = daemon(hedged(up, *models))
    client = gateway.client()
    gates = {model: threading.Barrier(2) for model in models}

    def racing(model: str, letter: str) -> Script:
        def script(exchange: Exchange) -> None:
            exchange.open_stream()
            gates[model].wait(10)
            for _ in range(20):
                exchange.delta(letter)
            exchange.event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            exchange.end_stream()
        return script

    for model in models:
        earn(client, up, model)
        up.acts |= {f"{model}-first": racing(model, "甲"), f"{model}-second": racing(model, "乙")}
    with ThreadPoolExecutor(len(models)) as pool:
        results = list(pool.map(lambda model: ask(gateway.client(), stream=True, model=model), models))
    for text, info in results:
        winner = info.path[-1]
        assert text == ("乙" if winner.hedge else "甲") * 20
        assert [step.reason for step in info.path] == [LOST, None]


@BOTH
def test_a_hedge_that_fails_harms_nobody(daemon: StartDaemon, up: Upstream, stream: bool) -> None:
    gateway = daemon(hedged(up))
    client = gateway.client()
    earn(client, up)
    up.acts |= {"sim-first": once_asked(up, "sim-second", answers, pause=0.2), "sim-second": status(500)}
    text, info = ask(client, stream=stream)
    assert text == ANSWER
    assert way(info) == [("second", "server_error", True), ("first", None, False)]
    assert len(up.requests("sim-second")) == 1, "one hedge, and no other"
    assert outcomes(gateway) == {"failed": 1}
    assert breaker(client, scope("sim") + "second").consecutive_failures == 1, "it has failed like any other"


@BOTH
def test_a_hedge_that_has_no_words_for_it_is_none(daemon: StartDaemon, up: Upstream, stream: bool) -> None:
    """Anthropic's API needs max_tokens. Nobody was asked, so that the first has its attempts still."""
    toml = hedged(up, max_total_attempts=2, max_attempts=2)
    gateway = daemon(toml.replace('[providers."second"]', '[providers."second"]\nkind = "anthropic"'))
    client = gateway.client()
    earn(client, up)
    fails = threading.Event()

    def slow_and_broken(exchange: Exchange) -> None:
        if fails.is_set():
            return answers(exchange)
        wait_until(lambda: outcomes(gateway) == {"failed": 1}, "the hedge was tried")
        fails.set()
        exchange.reply({"error": {"message": "坏了"}}, 500)

    up.acts["sim-first"] = slow_and_broken
    text, info = ask(client, stream=stream)
    assert text == ANSWER
    assert way(info) == [("first", "server_error", False), ("first", None, False)]
    (passed,) = [step for step in trace(client, info.request_id).steps if step.decision == "hedge"]
    assert passed.reason == "llmgw.client.invalid_request" and b"max_tokens" in passed.detail
    assert not up.requests("sim-second")


@BOTH
def test_the_hedge_goes_on_where_the_first_fails(daemon: StartDaemon, up: Upstream, stream: bool) -> None:
    gateway = daemon(hedged(up))
    client = gateway.client()
    earn(client, up)
    up.acts |= {"sim-first": once_asked(up, "sim-second", status(500)), "sim-second": lambda exchange: (time.sleep(0.3), answers(exchange))}
    text, info = ask(client, stream=stream)
    assert text == ANSWER
    assert way(info) == [("first", "server_error", False), ("second", None, True)]
    assert len(up.requests("sim-first")) == PER_HEDGE + 1, "nothing was repeated meanwhile"
    assert outcomes(gateway) == {"won": 1}


def test_where_both_fail_the_policy_goes_on(daemon: StartDaemon, up: Upstream) -> None:
    gateway = daemon(hedged(up))
    client = gateway.client()
    earn(client, up)

    def fails_once(exchange: Exchange) -> None:
        up.acts["sim-first"] = answers
        status(500)(exchange)

    up.acts |= {"sim-first": once_asked(up, "sim-second", fails_once), "sim-second": status(503)}
    text, info = ask(client, stream=False)
    assert text == ANSWER and info.attempts == 3
    assert sorted(way(info)[:2]) == [("first", "server_error", False), ("second", "overloaded", True)]
    assert way(info)[2] == ("first", None, False)
    assert outcomes(gateway) == {"failed": 1}


def test_a_refusal_by_the_first_ends_it(daemon: StartDaemon, up: Upstream) -> None:
    gateway = daemon(hedged(up))
    client = gateway.client()
    earn(client, up)
    up.acts |= {"sim-first": once_asked(up, "sim-second", status(400)), "sim-second": hangs}
    error = refused(client)
    assert (error.reason, error.attempts) == ("llmgw.upstream.invalid_request", 2)
    up.exchanges("sim-second")[-1].seen_closed()
    assert outcomes(gateway) == {"cancelled": 1}


def test_both_end_with_their_caller(daemon: StartDaemon, up: Upstream) -> None:
    gateway = daemon(hedged(up, "leaves", "late"))
    client = gateway.client()
    for model in ("leaves", "late"):
        earn(client, up, model)
        up.acts |= {f"{model}-first": hangs, f"{model}-second": hangs}
    # The caller leaves.
    stream = client.stream_chat(PROMPT, model="leaves")
    wait_until(lambda: up.exchanges("leaves-second"), "the second is asked")
    stream.cancel()
    # The caller's time runs out.
    error = refused(client, model="late", timeout=4.5)
    assert (error.reason, error.attempts, error.not_processed) == ("llmgw.gateway.deadline_exceeded", 2, False)
    for model in ("leaves", "late"):
        for name in ("first", "second"):
            up.exchanges(f"{model}-{name}")[-1].seen_closed()
        assert outcomes(gateway, model) == {"cancelled": 1}
    assert all(one.in_flight == 0 for one in client.list_deployments())
    for name in ("first", "second"):
        assert breaker(client, scope("late") + name).consecutive_failures == 0


def test_what_speaks_against_it(daemon: StartDaemon, up: Upstream) -> None:
    """The first takes longer than a hedge waits; the second is never asked, and the trace says why."""
    reasons = {
        "spent": "budget_exhausted", "once": "runs_once", "closed": "no_deployment", "short": "deadline",
        "again": "budget_exhausted",
    }
    gateway = daemon(hedged(up, *reasons, min_service_time="20s"))
    client = gateway.client()
    for model in reasons:
        if model != "spent":
            earn(client, up, model)
    assert client.set_breaker(breaker(client, scope("closed") + "second").scope, "force-open")
    up.acts |= {"again-first": hangs, "again-second": works}
    assert client.chat(PROMPT, model="again").info.provider == "second"

    for model in reasons:
        up.acts |= {f"{model}-first": lambda exchange: (time.sleep(2.5), answers(exchange)), f"{model}-second": works}
    options: dict[str, dict[str, Any]] = {"once": {"retry_ambiguous": False}, "short": {"timeout": 15}}

    def slow(model: str) -> ReplyInfo:
        return gateway.client().chat(PROMPT, model=model, **options.get(model, {})).info

    with ThreadPoolExecutor(len(reasons)) as pool:
        infos = dict(zip(reasons, pool.map(slow, reasons), strict=True))
    for model, reason in reasons.items():
        assert way(infos[model]) == [("first", None, False)], model
        assert len(up.requests(f"{model}-second")) == (model == "again")
        (step,) = [step for step in trace(client, infos[model].request_id).steps if step.decision == "hedge"]
        assert step.detail.decode() == f"withheld: {reason}", model
        assert outcomes(gateway, model)["withheld"] == 1


@pytest.mark.parametrize("limit", [{"max_concurrency": 1}, {"rpm": 1}], ids=["concurrency", "requests"])
def test_others_keep_their_room(daemon: StartDaemon, up: Upstream, limit: dict[str, int]) -> None:
    """The second has room for the hedge, and none to spare."""
    gateway = daemon(hedged(up, second=limit))
    client = gateway.client()
    earn(client, up)
    up.acts |= {"sim-first": lambda exchange: (time.sleep(2.5), answers(exchange)), "sim-second": works}
    assert way(client.chat(PROMPT).info) == [("first", None, False)]
    assert outcomes(gateway) == {"withheld": 1}


def test_the_cap_of_attempts_counts_it(daemon: StartDaemon, up: Upstream) -> None:
    gateway = daemon(hedged(up, max_attempts=2, max_total_attempts=2))
    client = gateway.client()
    earn(client, up)
    up.acts |= {"sim-first": once_asked(up, "sim-second", status(500)), "sim-second": status(500)}
    with pytest.raises(GatewayError) as caught:
        client.chat(PROMPT)
    assert (caught.value.reason, caught.value.attempts) == ("llmgw.upstream.server_error", 2)
    assert (len(up.requests("sim-first")), len(up.requests("sim-second"))) == (PER_HEDGE + 1, 1)


def test_nobody_else_to_ask(daemon: StartDaemon, up: Upstream, directory: Any) -> None:
    """A model with one deployment cannot be hedged, and is not silently left alone."""
    config = directory / "one.toml"
    config.write_text(several({"up": up.server.base_url}, {"sim": {"provider": "up", "hedge": True}}))
    check = subprocess.run([binary("llmgwd"), "--config", config, "--check"], capture_output=True, env=environment(), check=False)
    assert check.returncode != 0
    assert b"models.sim.hedge" in check.stdout + check.stderr and b"needs two deployments" in check.stdout + check.stderr


def test_a_clients_budget_keeps_its_hedges_off(daemon: StartDaemon, up: Upstream) -> None:
    """The second would cost more than the client may spend, and the first does not."""
    budget = section("clients.default", {"budget_per_day": 1, "currency": "EUR"})
    gateway = daemon(hedged(up, second={"input_price": 1.0, "output_price": 100_000.0, "currency": "EUR"}) + budget)
    client = gateway.client()
    earn(client, up)
    up.acts |= {"sim-first": lambda exchange: (time.sleep(2.5), answers(exchange)), "sim-second": works}
    assert way(client.chat(PROMPT).info) == [("first", None, False)]
    assert outcomes(gateway) == {"withheld": 1}
