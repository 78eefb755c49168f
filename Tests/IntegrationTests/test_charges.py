"""What requests are charged that come to no good end: in the limits, in the budgets and in the ledger."""

from __future__ import annotations

import contextlib
import json
import pathlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import EAGER, PROMPT, configuration, section, several
from harness.processes import Daemon
from harness.tool import Tool
from harness.upstream import Exchange, chat_reply
from harness.waiting import wait_until
from llmgw import Client, GatewayError, RateLimitError

PRICES = {"input_price": 1000, "output_price": 1000, "currency": "EUR"}


def shown(gateway: Daemon, *command: str) -> Any:
    return json.loads(Tool(gateway.socket)(*command, "--json").stdout)


def broken_answer(exchange: Exchange) -> None:
    """Half an answer, and an error within the stream."""
    exchange.open_stream()
    exchange.delta("说了一半，" * 20)
    exchange.event({"error": {"message": "坏了", "type": "server_error"}})
    exchange.end_stream()


@pytest.mark.parametrize("cache", [{}, {"mode": "on"}], ids=["direct", "shared"])
def test_what_a_failed_request_took_is_charged(
    daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path, cache: dict[str, object],
) -> None:
    up = upstream(broken_answer)
    gateway = daemon(configuration(
        up.base_url, model=PRICES, provider={"tpm": 100_000}, server={"state_directory": str(directory)},
    ) + section("clients.default", {"budget_per_day": 1000, "tpm": 100_000, "currency": "EUR"})
      + (section("cache", cache) if cache else ""))
    client = gateway.client()
    with pytest.raises(GatewayError) as failed:
        list(client.stream_chat(PROMPT, temperature=0))
    assert failed.value.reason == "llmgw.upstream.server_error"
    (budget,) = client.list_budgets()
    assert budget.spent.micros > 100_000 and budget.reserved.micros == 0
    tokens = [limit for limit in shown(gateway, "limits") if limit["kind"] == "tokens/min"]
    assert len(tokens) == 2 and all(limit["used"] > 100 and limit["reserved"] == 0 for limit in tokens), tokens
    (today,) = client.status().costs_today
    assert today == budget.spent
    (row,) = wait_until(lambda: client.get_usage(["client"]).rows, "the ledger has it")
    assert (row.requests, row.failed, row.estimated_requests, row.costs) == (1, 1, 1, [today])
    assert row.estimated_usage.input_tokens > 0 and row.estimated_usage.output_tokens >= 100
    client.close()
    gateway.stop()
    gateway.start()
    client = gateway.client()
    assert client.status().costs_today == [today], "a restart does not forget what was spent"
    with pytest.raises(GatewayError):
        list(client.stream_chat(PROMPT, temperature=0))
    (budget,) = client.list_budgets()
    assert budget.spent.micros == 2 * today.micros


def test_what_a_caller_that_left_has_begun_is_charged(
    daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path,
) -> None:
    """Of two that share a call the one on whose behalf it is made leaves; then the other one does."""
    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("说了一半，" * 20)
        exchange.wait_closed()

    up = upstream(script)
    gateway = daemon(configuration(
        up.base_url, model=PRICES, server={"state_directory": str(directory)},
    ) + section("cache", {"mode": "on"}) + section("clients.default", {"budget_per_day": 1000, "currency": "EUR"}))
    client = gateway.client()
    for others in (0, 1):
        streams = [client.stream_chat(PROMPT, temperature=0) for _ in range(1 + others)]
        for stream in streams:
            next(stream)
        for stream in streams:
            stream.close()
        wait_until(lambda: client.list_budgets()[0].reserved.micros == 0, "all is settled")
        (budget,) = client.list_budgets()
        wait_until(lambda: client.get_usage().rows[0].costs == [budget.spent], "the ledger has what was spent")
    assert len(up.exchanges) == 2


def test_what_is_refused_unprocessed_costs_nothing(
    daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path,
) -> None:
    """The provider counts what it refuses among its own limits; its client's get the tokens back, and nobody pays."""
    error = {"error": {"message": "慢一点", "type": "rate_limit_error", "code": "rate_limit_exceeded"}}
    up = upstream(lambda exchange: exchange.reply(error, status=429, retry_after="0.1"))
    gateway = daemon(configuration(
        up.base_url, model=PRICES, provider={"tpm": 100_000}, server={"state_directory": str(directory)}, resilience=EAGER,
    ) + section("clients.default", {"budget_per_day": 1000, "tpm": 100_000, "rpm": 100, "currency": "EUR"}))
    client = gateway.client()
    with pytest.raises(RateLimitError):
        client.chat(PROMPT)
    (budget,) = client.list_budgets()
    assert (budget.spent.micros, budget.reserved.micros) == (0, 0)
    used = {(limit["scope"].split("/")[0], limit["kind"]): limit["used"] for limit in shown(gateway, "limits")}
    assert used["client", "tokens/min"] == 0 and used["client", "requests/min"] == 1
    assert used["provider", "tokens/min"] > 0
    assert client.status().costs_today == []
    (row,) = wait_until(lambda: client.get_usage().rows, "the ledger has it")
    assert row.failed == 1 and row.costs == []


@pytest.mark.timeout(90)
def test_a_days_limit_remembers_what_was_under_way(
    daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path,
) -> None:
    """Three rounds of requests, some answered and some not, each ended by `kill -9`: no more arrive upstream than the day allows."""
    limit = 12

    def script(exchange: Exchange) -> None:
        if exchange.request.json.get("user") == "held":
            exchange.wait_closed()
        else:
            exchange.reply(chat_reply())

    up = upstream(script)
    gateway = daemon(configuration(up.base_url, provider={"rpd": limit}, server={"state_directory": str(directory)}))
    for turn in range(1, 4):
        client = gateway.client()
        client.chat(PROMPT)
        held = [threading.Thread(target=_ignoring_its_end, args=(client,)) for _ in range(2)]
        for thread in held:
            thread.start()
        up.wait_for(3 * turn)
        gateway.kill()
        for thread in held:
            thread.join()
        gateway.start()
    client = gateway.client()
    (day,) = [each for each in shown(gateway, "limits") if each["kind"] == "requests/day"]
    assert (day["used"], day["limit"]) == (9, limit)
    for _ in range(limit - 9):
        client.chat(PROMPT)
    with pytest.raises(RateLimitError) as refused:
        client.chat(PROMPT, timeout=5)
    assert refused.value.retry_after > 80_000
    assert len(up.exchanges) == limit


def _ignoring_its_end(client: Client) -> None:
    with contextlib.suppress(GatewayError):
        client.chat(PROMPT, user="held")


def test_a_clients_budget_bounds_its_fallbacks(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """The model itself costs nothing, and fails; each answer of the other one costs 1 EUR, of which the client has 3."""
    release = threading.Event()

    def dear(exchange: Exchange) -> None:
        release.wait(30)
        exchange.reply(chat_reply(usage={"prompt_tokens": 1, "completion_tokens": 100, "total_tokens": 101}))

    free = upstream(lambda exchange: exchange.reply({"error": {"message": "坏了"}}, status=500))
    other = upstream(dear)
    gateway = daemon(several(
        {"本地": free.base_url, "dear": other.base_url},
        {
            "m": {"provider": "本地", "fallbacks": ["n"], "input_price": 0, "output_price": 0, "currency": "EUR"},
            "n": {"provider": "dear", "input_price": 0, "output_price": 10_000, "currency": "EUR"},
        }, resilience={**EAGER, "max_attempts": 1, "breaker": "off"},
    ) + section("clients.default", {"budget_per_day": 3, "currency": "EUR"}))
    client = gateway.client()

    def ask(_: int) -> str:
        try:
            return client.chat(PROMPT, max_tokens=100).info.source
        except GatewayError as error:
            return error.reason

    with ThreadPoolExecutor(5) as pool:
        outcomes = pool.map(ask, range(5))
        try:
            wait_until(lambda: len(other.exchanges) == 3 and client.list_budgets()[0].reserved.micros == 3_000_000, "three are under way")
            wait_until(lambda: len(client.list_requests()) == 3, "the others are refused")
        finally:
            release.set()
        # The others hear of the budget, or of the failure that made them look further.
        assert sorted(outcome in ("llmgw.gateway.budget_exhausted", "llmgw.upstream.server_error") for outcome in outcomes) == [False] * 3 + [True] * 2
    assert len(other.exchanges) == 3
    (budget,) = client.list_budgets()
    assert (budget.spent.micros, budget.reserved.micros) == (3_000_000, 0)


def test_what_each_provider_took_is_remembered(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    """The first has read the request, and then says nothing; another one answers. Both are to be paid, also after a restart."""
    first = upstream(lambda exchange: exchange.reset())
    other = upstream(lambda exchange: exchange.reply(chat_reply(usage={"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30})))
    budget = {"budget_per_day": 1000, "currency": "EUR"}
    gateway = daemon(several(
        {"本地": {"base_url": first.base_url, **budget}, "other": {"base_url": other.base_url, **budget}},
        {"m": {"provider": "本地", "fallbacks": ["n"], **PRICES}, "n": {"provider": "other", **PRICES}},
        resilience={**EAGER, "max_attempts": 1, "breaker": "off"}, server={"state_directory": str(directory)},
    ) + section("clients.default", budget))
    client = gateway.client()
    cost = client.chat(PROMPT, retry_ambiguous=True).info.cost
    assert cost is not None

    def spent(client: Client) -> dict[str, int]:
        return {budget.scope.partition("/")[0] + budget.scope.rpartition("/")[2]: budget.spent.micros for budget in client.list_budgets()}

    before = spent(client)
    assert before["providerother"] == 30_000 and before["provider本地"] > 0
    assert sum(amount for scope, amount in before.items() if scope.startswith("provider")) == cost.micros
    rows = wait_until(lambda: (rows := client.get_usage(["provider"]).rows) and len(rows) == 2 and rows, "the ledger has it")
    assert {row.provider: (row.requests, row.unpriced_requests) for row in rows} == {"other": (1, 0), "本地": (0, 0)}
    assert {row.provider: row.costs[0].micros for row in rows} == {"other": 30_000, "本地": before["provider本地"]}
    client.close()
    gateway.stop()
    gateway.start()
    client = gateway.client()
    client.chat(PROMPT, model="n")
    assert spent(client) == {**before, "providerother": 60_000, **{scope: amount + 30_000 for scope, amount in before.items() if scope.startswith("client")}}
