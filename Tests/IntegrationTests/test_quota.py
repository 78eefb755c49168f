"""Limits, as the upstream counts them: by the arrival of requests from programs of many users."""

from __future__ import annotations

import os
import pathlib
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import EAGER, PROMPT, configuration, section, several
from harness.processes import Simulator
from harness.quota import ArrivingRequests, fullest, open_to_all, results, start_user
from harness.upstream import Exchange, chat_reply
from harness.waiting import wait_until
from llmgw import BadRequestError, Client, GatewayError, PermissionDeniedError, RateLimitError

#: Users of the tests' own, who need not have a name.
USERS = range(61_001, 61_009)
#: A request that fails is repeated at once.
REPEATING = {**EAGER, "breaker": "off"}
#: What a caller hears that does not wait for its turn.
IMPATIENCE = {"llmgw.gateway.quota_exhausted", "llmgw.gateway.deadline_exceeded", "llmgw.local.timeout"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="acts as several users")


@pytest.mark.timeout(180)
@as_root
def test_eight_users_use_a_minute_up_and_no_more(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """With requests that fail and are repeated, and callers that lose patience."""
    limit, seconds = 240, 66
    counter = ArrivingRequests(failing=0.1)
    up = upstream(counter.script)
    gateway = daemon(configuration(up.base_url, server={"socket_mode": "0666"}, provider={"rpm": limit}, resilience=REPEATING))
    open_to_all(gateway)
    programs = [start_user(gateway, uid, seconds=seconds, cancels=0.1) for uid in USERS]
    outcomes = results(programs, within=seconds + 30)
    assert counter.fullest_window() <= limit
    start = counter.arrivals[0][0]
    # A limit of a minute lasts for 61 seconds: the guard is part of the bargain.
    assert counter.between(start, start + 61) >= 0.95 * limit
    assert counter.between(start + 61, start + 65) >= 0.8 * limit * 4 / 61
    answered = [outcome["answered"] for outcome in outcomes]
    # Those who lose patience are not always in the queue, so that their shares differ; nobody comes away with little.
    assert min(answered) >= limit / len(USERS) / 2, outcomes
    assert set().union(*outcomes) <= {"answered", *IMPATIENCE, "llmgw.upstream.server_error"}, outcomes
    # Most of what failed was repeated: no caller heard of it.
    heard = sum(outcome.get("llmgw.upstream.server_error", 0) for outcome in outcomes)
    assert counter.failed > 10 and heard <= counter.failed / 3, (counter.failed, outcomes)


@pytest.mark.timeout(180)
@as_root
def test_eight_users_use_the_tokens_of_a_minute_up_and_no_more(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Input, output and both, and each user's own window at one of two models. Before the first answer the output is guessed eight times too
    large; a guess is never too small, so that there is no debt to forgive."""
    read, written, seconds = 10, 30, 66
    limits = {"tpm": 4400, "itpm": 1150, "otpm": 3600}
    own = 4
    arrivals: list[tuple[float, str, str, int]] = []
    chance, lock = random.Random(2), threading.Lock()

    def script(exchange: Exchange) -> None:
        with lock:
            fails = chance.random() < 0.1
            arrivals.append((time.monotonic(), exchange.request.json["user"].split("/")[0], exchange.request.json["model"], not fails))
        time.sleep(0.05)
        if fails:
            exchange.reply({"error": {"message": "坏了", "type": "server_error"}}, status=500)
        else:
            exchange.reply(chat_reply(usage={"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}))

    up = upstream(script)
    gateway = daemon(
        configuration(up.base_url, "sim", "小", server={"socket_mode": "0666"}, provider=limits, resilience=REPEATING)
        + section('clients.default.per_model."小"', {"rpm": own}))
    open_to_all(gateway)
    outcomes = results([start_user(gateway, uid, seconds=seconds, cancels=0.1, models=("sim", "小")) for uid in USERS], within=seconds + 30)
    answered = [(at, ok) for at, _, _, ok in arrivals]
    assert fullest([(at, ok * read) for at, ok in answered]) <= limits["itpm"]
    assert fullest([(at, ok * written) for at, ok in answered]) <= limits["otpm"]
    assert fullest([(at, ok * (read + written)) for at, ok in answered]) <= limits["tpm"]
    # The tightest of them, 110 answers' both, is used up but for what the first guesses held.
    start = arrivals[0][0]
    assert sum(ok * (read + written) for at, ok in answered if at < start + 61) >= 0.85 * limits["tpm"], outcomes
    # A request counts once for its user, however often the gateway repeats it: those that were answered are no more.
    small = {uid: fullest([(at, ok) for at, user, model, ok in arrivals if (user, model) == (str(uid), "小")]) for uid in USERS}
    assert max(small.values()) == own, small
    assert set().union(*outcomes) <= {"answered", *IMPATIENCE, "llmgw.upstream.server_error"}, outcomes


@pytest.mark.timeout(180)
@as_root
def test_a_limit_lowered_while_eight_users_ask_holds_from_then_on(daemon: StartDaemon, upstream: StartUpstream) -> None:
    before, after, seconds = 400, 60, 70
    counter = ArrivingRequests(service=0.05)
    up = upstream(counter.script)
    settings = {"server": {"socket_mode": "0666"}, "resilience": REPEATING}
    gateway = daemon(configuration(up.base_url, provider={"rpm": before, "rpm_burst": 20}, **settings))
    open_to_all(gateway)
    programs = [start_user(gateway, uid, seconds=seconds, threads=1) for uid in USERS]
    wait_until(lambda: len(counter.arrivals) >= 70, "they are at it", within=30)
    gateway.reload(configuration(up.base_url, provider={"rpm": after, "rpm_burst": after}, **settings))
    # What was granted before may still be on its way.
    lowered = time.monotonic() + 1
    results(programs, within=seconds + 30)
    times = sorted(at for at, _ in counter.arrivals)
    late = [at for at in times if at > lowered]
    assert late, "when the first have run out, others follow"
    assert all(sum(at - 60 < other <= at for other in times) <= after for at in late)
    assert late[0] - times[0] > 60, "more than is allowed now was used already"


@pytest.mark.timeout(120)
@as_root
def test_a_daemon_that_is_killed_twenty_times_continues_its_windows(daemon: StartDaemon, upstream: StartUpstream) -> None:
    limit, rounds = 400, 20
    counter = ArrivingRequests(service=0.1, failing=0.1)
    up = upstream(counter.script)
    settings = {
        "provider": {"rpm": limit, "rpm_burst": limit}, "resilience": REPEATING, "server": {"socket_mode": "0666"},
    }
    gateway = daemon(configuration(up.base_url, **settings))
    open_to_all(gateway)
    state = gateway.directory / "state"
    state.mkdir()
    gateway.stop()
    settings["server"]["state_directory"] = str(state)
    gateway.config.write_text(configuration(up.base_url, **settings))
    gateway.start()
    programs = [start_user(gateway, uid, seconds=40, threads=1, cancels=0.1) for uid in USERS]
    try:
        for count in range(rounds):
            before = len(counter.arrivals)
            wait_until(lambda: len(counter.arrivals) >= before + 10, f"requests arrive in round {count}")  # noqa: B023
            gateway.kill()
            gateway.start()
        # The kills lie within the minute: everything that any life has granted is in it.
        observer = gateway.client()
        wait_until(lambda: _is_refused(observer), "nobody gets any more", within=30)
        count, last = len(counter.arrivals), counter.arrivals[-1][0]
        assert last - counter.arrivals[0][0] < 60, "too slow a machine for a minute's window"
    finally:
        for program in programs:
            program.kill()
            program.communicate()
    # An attempt that was granted and then died with the daemon counts as well.
    assert 0.8 * limit <= count <= limit
    assert counter.fullest_window() <= limit


def _is_refused(client: Client) -> bool:
    try:
        client.chat(PROMPT, timeout=1)
    except RateLimitError as error:
        return error.reason == "llmgw.gateway.quota_exhausted"
    except GatewayError:
        pass  # The upstream fails now and then.
    return False


@as_root
def test_weights_hold_between_users(daemon: StartDaemon, upstream: StartUpstream) -> None:
    counter = ArrivingRequests(service=0.05)
    up = upstream(counter.script)
    light, heavy = USERS[0], USERS[1]
    clients = section("clients.light", {"users": [str(light)], "weight": 1}) + section("clients.heavy", {"users": [str(heavy)], "weight": 3})
    gateway = daemon(configuration(up.base_url, server={"socket_mode": "0666"}, provider={"max_concurrency": 2}) + clients)
    open_to_all(gateway)
    # More threads than places, so that both always have somebody in the queue.
    results([start_user(gateway, uid, seconds=9, threads=12) for uid in (light, heavy)], within=40)
    times = {uid: [at for at, user in counter.arrivals if user.startswith(f"{uid}/")] for uid in (light, heavy)}
    # While both were at it: one may have started, and ended, later.
    start, end = max(min(seen) for seen in times.values()) + 1, min(max(seen) for seen in times.values()) - 1
    one, three = (sum(start <= at < end for at in times[uid]) for uid in (light, heavy))
    # On a busy machine a program is not always quick enough to have somebody waiting; the simulation has the exact bound.
    assert 2.2 <= three / one <= 3.5, (one, three)


@pytest.mark.timeout(120)
@as_root
def test_a_greedy_user_does_not_delay_a_polite_one(daemon: StartDaemon, upstream: StartUpstream) -> None:
    counter = ArrivingRequests(service=0.02, held=True)
    up = upstream(counter.script)
    server = {"socket_mode": "0666", "max_streams_per_connection": 4096}
    gateway = daemon(configuration(up.base_url, server=server, provider={"max_concurrency": 2}))
    open_to_all(gateway)
    greedy = gateway.client()
    calls = [threading.Thread(target=_chat, args=(greedy,)) for _ in range(1002)]
    for call in calls:
        call.start()
    observer = gateway.client()
    wait_until(lambda: observer.status().providers[0].waiting == 1000, "the greedy one waits", within=60)
    counter.hold.set()
    polite = start_user(gateway, USERS[0], seconds=4, threads=1)
    (outcome,) = results([polite], within=30)
    # In order of arrival it would get nothing before the thousand. Its fair share is half, less what a busy machine takes to ask again.
    mine = [at for at, user in counter.arrivals if user.startswith(f"{USERS[0]}/")]
    others = sum(mine[0] < at < mine[-1] for at, user in counter.arrivals) - len(mine) + 2
    assert outcome["answered"] >= 10 and others <= 8 * len(mine), (outcome, others)
    assert len(counter.arrivals) < 1000
    greedy.close()
    for call in calls:
        call.join()


def _chat(client: object) -> None:
    try:
        client.chat(PROMPT, timeout=120)  # type: ignore[attr-defined]
    except GatewayError:
        pass  # It is closed before all are answered.


def test_a_limit_lowered_under_load_holds_at_once(daemon: StartDaemon, upstream: StartUpstream) -> None:
    counter = ArrivingRequests()
    up = upstream(counter.script)
    gateway = daemon(configuration(up.base_url, provider={"rpm": 1000, "rpm_burst": 1000}))
    client = gateway.client()
    for _ in range(20):
        client.chat(PROMPT)
    gateway.reload(configuration(up.base_url, provider={"rpm": 22, "rpm_burst": 22}))
    for _ in range(2):
        client.chat(PROMPT)
    with pytest.raises(RateLimitError) as refused:
        client.chat(PROMPT, timeout=1)
    assert refused.value.reason == "llmgw.gateway.quota_exhausted"
    assert 50 < refused.value.retry_after <= 61
    assert len(counter.arrivals) == 22


def test_what_can_never_fit_is_told_at_once(daemon: StartDaemon, sim: Simulator) -> None:
    client = daemon(configuration(sim.base_url, provider={"tpm": 100})).client()
    with pytest.raises(GatewayError) as refused:
        client.chat("字" * 500)
    assert refused.value.reason == "llmgw.client.exceeds_limit"
    assert "100 tokens/min of provider/up" in str(refused.value)
    assert client.chat("字", max_tokens=5).text
    assert sim.counts("sim")["received"] == 1


def test_real_usage_settles_what_was_reserved(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Ten times what was guessed: the debt delays the next one; a tenth, and there is room for more."""
    used = iter([1, 1, 900])

    def script(exchange: Exchange) -> None:
        count = next(used)
        exchange.reply(chat_reply(usage={"prompt_tokens": count, "completion_tokens": 1, "total_tokens": count + 1}))

    up = upstream(script)
    client = daemon(configuration(up.base_url, provider={"tpm": 400})).client()
    for _ in range(3):
        client.chat("你好", max_tokens=250, timeout=2)
    with pytest.raises(RateLimitError):
        client.chat("你好", max_tokens=10, timeout=2)
    assert len(up.exchanges) == 3


def test_one_provider_without_room_is_answered_by_another(daemon: StartDaemon, upstream: StartUpstream) -> None:
    one, other = ArrivingRequests(), ArrivingRequests()
    first, second = upstream(one.script), upstream(other.script)
    gateway = daemon(several(
        {"one": {"base_url": first.base_url, "rpm": 2, "rpm_burst": 2}, "other": second.base_url},
        {"m": {"provider": "one", "fallbacks": ["n"]}, "n": {"provider": "other"}}, resilience=EAGER,
    ))
    client = gateway.client()
    sources = [client.chat(PROMPT, model="m", timeout=5).info.source for _ in range(4)]
    assert sources == ["model", "model", "fallback", "fallback"]
    assert (len(one.arrivals), len(other.arrivals)) == (2, 2)


def test_headers_about_limits_are_learned(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        seen.append(time.monotonic())
        headers = {"x_ratelimit_limit_requests": "100", "x_ratelimit_remaining_requests": "0", "x_ratelimit_reset_requests": "1500ms"}
        exchange.reply(chat_reply(), **headers)

    seen: list[float] = []
    up = upstream(script)
    client = daemon(configuration(up.base_url)).client()
    client.chat(PROMPT)
    client.chat(PROMPT, timeout=10)
    assert seen[1] - seen[0] >= 1.45
    with pytest.raises(RateLimitError, match="no room"):
        client.chat(PROMPT, timeout=0.5)


def test_a_daemon_that_is_killed_remembers_the_limits_it_was_told(
    daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path,
) -> None:
    """Nobody has configured one. A thousand tokens a minute are used up but for fifty; then eight callers come back at once."""
    used = [1, *[190] * 5]

    def script(exchange: Exchange) -> None:
        count = used[len(arrivals)] if len(arrivals) < len(used) else 190
        arrivals.append(count)
        headers = {"x_ratelimit_limit_tokens": "1000", "x_ratelimit_remaining_tokens": str(max(0, 1000 - sum(arrivals))), "x_ratelimit_reset_tokens": "60s"}
        exchange.reply(chat_reply(usage={"prompt_tokens": count - 1, "completion_tokens": 1, "total_tokens": count}), **headers)

    arrivals: list[int] = []
    up = upstream(script)
    gateway = daemon(configuration(up.base_url, server={"state_directory": str(directory)}))
    client = gateway.client()
    prompt = "字" * 250
    for _ in used:
        client.chat(prompt, max_tokens=1, timeout=5)
    client.close()
    gateway.kill()
    gateway.start()
    client = gateway.client()
    tokens = [limit for limit in client.list_limits() if limit.scope == "upstream/up/sim" and limit.kind == "tokens/min"]
    assert [(limit.effective_limit, limit.source) for limit in tokens] == [(1000, "provider")]

    def ask(_: int) -> str:
        with pytest.raises(RateLimitError) as refused:
            client.chat(prompt, max_tokens=1, timeout=3)
        return refused.value.reason

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"llmgw.gateway.quota_exhausted"}
    assert arrivals == used


def test_models_that_a_client_may_not_use(daemon: StartDaemon, sim: Simulator) -> None:
    policy = section("clients.default", {"models": ["sim"]})
    gateway = daemon(configuration(sim.base_url, "sim", "秘密", "sim-embed") + policy)
    client = gateway.client()
    assert [model.name for model in client.list_models()] == ["sim"]
    for ask in (
        lambda: client.chat(PROMPT, model="秘密"), lambda: client.complete(PROMPT, model="秘密"),
        lambda: client.embed("文", model="秘密"),
        lambda: "".join(chunk.text for chunk in client.stream_chat(PROMPT, model="秘密")),
    ):
        with pytest.raises(PermissionDeniedError) as refused:
            ask()
        assert refused.value.reason == "llmgw.client.model_not_allowed"
    assert client.chat(PROMPT, model="sim").text
    assert sim.counts("秘密")["received"] == 0


def test_a_fallback_that_a_client_may_not_use_is_none(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(several(
        {"up": sim.base_url}, {"sim-500": {"provider": "up", "fallbacks": ["sim"]}, "sim": {"provider": "up"}},
        resilience={**EAGER, "max_attempts": 1},
    ) + section("clients.default", {"models": ["sim-500"]}))
    with pytest.raises(GatewayError) as refused:
        gateway.client().chat(PROMPT, model="sim-500")
    assert refused.value.reason == "llmgw.upstream.server_error"
    assert sim.counts("sim")["received"] == 0


def test_answers_have_their_price_and_budgets_end(daemon: StartDaemon, upstream: StartUpstream) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500, "prompt_tokens_details": {"cached_tokens": 400}}
    up = upstream(lambda exchange: exchange.reply(chat_reply(usage=usage)))
    prices = {"input_price": 2.5, "output_price": 10, "cached_input_price": 1.25, "currency": "EUR"}
    budget = section("clients.default", {"budget_per_day": 0.015, "currency": "EUR"})
    gateway = daemon(several(
        {"up": up.base_url}, {"m": {"provider": "up", **prices}, "没有价格": {"provider": "up"}}, resilience=EAGER,
    ) + budget)
    client = gateway.client()
    cost = client.chat(PROMPT, model="m").info.cost
    assert cost is not None and (cost.micros, cost.currency) == (7000, "EUR")
    assert client.chat(PROMPT, model="没有价格").info.cost is None
    client.chat(PROMPT, model="m")
    with pytest.raises(RateLimitError) as refused:
        client.chat(PROMPT, model="m")
    assert refused.value.reason == "llmgw.gateway.budget_exhausted"
    assert "may cost 0.00" in str(refused.value) and "0.001 EUR of the budget of client/" in str(refused.value)
    assert 0 < refused.value.retry_after <= 86_400
    assert len(up.exchanges) == 3
    (state,) = client.list_budgets()
    assert state.state == "refusing"
    assert '"scope":"client/uid/' in gateway.log


def test_a_budget_may_come_while_requests_run(daemon: StartDaemon, upstream: StartUpstream) -> None:
    release = threading.Event()

    def script(exchange: Exchange) -> None:
        release.wait(20)
        exchange.reply(chat_reply(usage={"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}))

    up = upstream(script)
    price = {"input_price": 2.5, "output_price": 10}
    gateway = daemon(configuration(up.base_url, model=price))
    client = gateway.client()
    thread = threading.Thread(target=_chat, args=(client,))
    thread.start()
    wait_until(lambda: up.exchanges, "the request runs")
    gateway.reload(configuration(up.base_url, model=price) + section("clients.default", {"budget_per_day": 0.005}))
    release.set()
    thread.join()
    (budget,) = client.list_budgets()
    assert budget.spent.micros == 7500 and budget.reserved.micros == 0
    with pytest.raises(RateLimitError):
        client.chat(PROMPT)


def test_a_burst_may_change(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply(chat_reply()))
    gateway = daemon(configuration(up.base_url, provider={"rpm": 60, "rpm_burst": 1}))
    client = gateway.client()
    client.chat(PROMPT)
    gateway.reload(configuration(up.base_url, provider={"rpm": 60, "rpm_burst": 30}))
    began = time.monotonic()
    for _ in range(10):
        client.chat(PROMPT)
    assert time.monotonic() - began < 5, "with the old burst they take ten seconds"


def test_whose_queue_is_full_is_told(daemon: StartDaemon, upstream: StartUpstream) -> None:
    release = threading.Event()

    def script(exchange: Exchange) -> None:
        release.wait(20)
        exchange.reply(chat_reply())

    up = upstream(script)
    gateway = daemon(configuration(up.base_url, provider={"max_concurrency": 1}) + section("clients.default", {"max_queue": 1}))
    client = gateway.client()
    threads = [threading.Thread(target=_chat, args=(client,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    wait_until(lambda: client.status().providers[0].waiting == 1, "one waits")
    with pytest.raises(GatewayError) as refused:
        client.chat(PROMPT)
    assert refused.value.reason == "llmgw.gateway.queue_full"
    release.set()
    for thread in threads:
        thread.join()
    assert client.chat(PROMPT).text
    assert not isinstance(refused.value, BadRequestError)
