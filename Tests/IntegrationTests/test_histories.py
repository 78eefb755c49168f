"""A random run, judged afterwards: several programs at once, upstreams that do all kinds of things to them, and the promises that must hold
whatever happens.

Proved here, on what callers and upstreams saw: exactly one end for each call; an answer is one attempt's answer; the upstreams see as many
requests as the gateway counts; what may have been done is not repeated unless that is allowed, and nothing is after content; no attempt after
the deadline, nor before a time that was named; gates never move earlier; nothing passes an open breaker; repetitions stay in their budget; who
gives up, or is killed with a hundred calls under way, is noticed upstream, and leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import pathlib
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict
from typing import Any

from conftest import StartDaemon, StartFaultProxy, StartUpstream
from harness.checker import Rules, violations
from harness.configuration import several
from harness.faults import Fault
from harness.history import History, Order, Sample, Visit, read_calls
from harness.processes import Daemon, environment
from harness.resilience import attempts
from harness.upstream import Exchange, PeerGone, ScriptedUpstream, chat_chunk, chat_reply
from harness.waiting import wait_until
from llmgw import Client

SEED = 20
REQUESTS = 360
CALLERS = 4
RULES = Rules(max_attempts=4, retry_ratio=0.2, retry_floor=20 * 3, abort_within=2.0, lossy=frozenset("b"))

#: What an upstream does, and how often. "refuse" is for good, "throttle" and "busy" name a time, "fail" says that it failed; the rest may have
#: done the work.
ACTS = {
    "answer": 10, "fail": 3, "throttle": 1, "busy": 1, "refuse": 1, "close": 1, "reset": 1, "cut": 1, "inside": 1, "early": 1, "hang": 1,
    "give_up": 1,
}
REFUSALS = {"fail", "throttle", "busy", "refuse", "early"}
#: Where the gateway itself gives up soon.
CLOCKS = {"first_token_timeout": "400ms", "idle_timeout": "400ms", "total_timeout": "800ms", "connect_timeout": "1s"}


class Upstreams:
    """Three upstreams that agree on who was where. What is done depends on the seed, the nonce and the visit, not on the order of arrival."""

    def __init__(self) -> None:
        self.visits: list[Visit] = []
        self._numbers: Counter[str] = Counter()
        self._lock = threading.Lock()

    def script(self, deployment: str, acts: dict[str, int]) -> Any:
        def run(exchange: Exchange) -> None:
            at = time.monotonic()
            nonce = re.search(r"nonce=(\S+)", exchange.request.json["messages"][-1]["content"])
            assert nonce is not None
            self._visit(exchange, deployment, nonce[1], at, acts)

        return run

    def _visit(self, exchange: Exchange, deployment: str, nonce: str, at: float, acts: dict[str, int]) -> None:
        with self._lock:
            number = self._numbers[nonce]
            self._numbers[nonce] += 1
            chance = random.Random(f"{SEED}/{nonce}/{number}")
            (act,) = ["hang"] if nonce.startswith("hang") else chance.choices(list(acts), list(acts.values()))
            # The first character tells the visits of a request apart.
            visit = Visit(nonce, number, deployment, act, at, f"{'甲乙丙丁戊己'[number]}·{nonce}·{deployment}", act in REFUSALS)
            self.visits.append(visit)
        getattr(self, f"_{act}")(exchange, visit)

    def _answer(self, exchange: Exchange, visit: Visit) -> None:
        if exchange.request.json.get("stream"):
            exchange.stream(*visit.text)
        else:
            exchange.reply(chat_reply(visit.text))

    def _fail(self, exchange: Exchange, visit: Visit) -> None:
        exchange.reply({"error": {"message": "坏了"}}, 500)

    def _refuse(self, exchange: Exchange, visit: Visit) -> None:
        exchange.reply({"error": {"message": "不行", "type": "invalid_request_error"}}, 400)

    def _told(self, exchange: Exchange, visit: Visit, status: int) -> None:
        before = time.monotonic()
        exchange.reply({"error": {"message": "慢一点"}}, status, retry_after_ms="600")
        visit.told = (before, time.monotonic(), 0.6)

    def _throttle(self, exchange: Exchange, visit: Visit) -> None:
        self._told(exchange, visit, 429)

    def _busy(self, exchange: Exchange, visit: Visit) -> None:
        self._told(exchange, visit, 503)

    def _give_up(self, exchange: Exchange, visit: Visit) -> None:
        """A gateway's word: the model behind it may still be at work."""
        exchange.reply({"error": {"message": "超时"}}, 504)

    def _close(self, exchange: Exchange, visit: Visit) -> None:
        exchange.close()

    def _reset(self, exchange: Exchange, visit: Visit) -> None:
        exchange.reset()

    def _cut(self, exchange: Exchange, visit: Visit) -> None:
        exchange.open_stream()
        for piece in visit.text[:len(visit.text) // 2]:
            exchange.delta(piece)
        exchange.close()

    def _inside(self, exchange: Exchange, visit: Visit) -> None:
        """An error behind content."""
        exchange.open_stream()
        exchange.delta(visit.text[0])
        exchange.event({"error": {"type": "overloaded_error", "message": "忙"}})

    def _early(self, exchange: Exchange, visit: Visit) -> None:
        """An error before content, which only a stream has; a whole answer is the error."""
        error = {"error": {"type": "overloaded_error", "message": "忙"}}
        if not exchange.request.json.get("stream"):
            return exchange.reply(error)
        exchange.open_stream()
        exchange.event(chat_chunk({"role": "assistant"}))
        exchange.event(error)

    def _hang(self, exchange: Exchange, visit: Visit) -> None:
        try:
            visit.closed = exchange.wait_closed(60)
        except PeerGone:
            visit.closed = time.monotonic()


class Observer:
    """Asks the daemon all the time how its deployments are."""

    def __init__(self, client: Client) -> None:
        self.samples: list[Sample] = []
        self._client = client
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.03):
            asked = time.monotonic()
            breakers = {status.scope: status for status in self._client.list_breakers()}
            deployments = self._client.list_deployments()
            answered = time.monotonic()
            for status in deployments:
                breaker = breakers[f"deployment/{status.model}/{status.name}"]
                self.samples.append(Sample(
                    asked, answered, status.provider, status.gated_ms / 1000, breaker.state, breaker.remaining_ms / 1000
                ))

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(10)


def start_caller(gateway: Daemon, name: str, orders: list[Order], window: int) -> tuple[subprocess.Popen[bytes], pathlib.Path]:
    path = gateway.directory / f"{name}.history"
    path.touch()
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.caller"], stdin=subprocess.PIPE, cwd=pathlib.Path(__file__).parent,
        env={**environment(), "PYTHONPATH": os.pathsep.join(os.path.abspath(entry) for entry in sys.path)},
    )
    assert process.stdin is not None
    plan = {"socket": str(gateway.socket), "file": str(path), "window": window, "orders": [asdict(order) for order in orders]}
    process.stdin.write(json.dumps(plan).encode())
    process.stdin.close()
    return process, path


def orders_of(caller: int) -> list[Order]:
    chance = random.Random(f"{SEED}/{caller}")
    return [
        Order(
            f"c{caller}-{number}", chance.choice(["main", "main", "main", "weak"]), chance.random() < 0.6, chance.choice([0.3, 1.5, 8.0]),
            chance.choice([None, False, True]), chance.choice([None] * 8 + [0, 3]),
        )
        for number in range(REQUESTS // CALLERS)
    ]


def descriptors(gateway: Daemon) -> int:
    return len(list(pathlib.Path(f"/proc/{gateway.pid}/fd").iterdir()))


def test_random_run(daemon: StartDaemon, upstream: StartUpstream, fault_proxy: StartFaultProxy, record_property: Any) -> None:
    upstreams = Upstreams()
    mostly_bad = {**dict.fromkeys(ACTS, 0), "fail": 30, "answer": 1}
    servers: dict[str, ScriptedUpstream] = {
        name: upstream(upstreams.script(name, mostly_bad if name == "c" else ACTS)) for name in ("a", "b", "c")
    }
    proxy = fault_proxy(servers["b"].base_url)
    chance = random.Random(SEED)
    endings = ["pass", "pass", "close", "reset", "silence", "garbage"]
    proxy.plan.extend(Fault(chance.choice(endings), chance.choice([None, 5, 60, 200]), turn=chance.randrange(3)) for _ in range(40))
    urls = {"a": servers["a"].base_url, "b": proxy.base_url, "c": servers["c"].base_url}
    gateway = daemon(several(
        {name: {"base_url": url, **CLOCKS} for name, url in urls.items()},
        {
            "main": {"deployments": {"one": "a", "two": "b"}, "strategy": "round_robin", "fallbacks": ["weak"]},
            "weak": {"deployments": {"only": "c"}},
        },
        resilience={
            "max_attempts": 2, "max_total_attempts": RULES.max_attempts, "backoff_base": "5ms", "backoff_max": "20ms",
            "min_service_time": "0s", "retry_budget": RULES.retry_ratio, "retry_budget_per_minute": 20, "breaker": "conservative",
        },
    ))
    client = gateway.client()
    baseline = descriptors(gateway)
    observer = Observer(gateway.client())
    plans = {f"caller-{number}": orders_of(number) for number in range(CALLERS)}
    running = {name: start_caller(gateway, name, orders, window=12) for name, orders in plans.items()}

    doomed = [Order(f"hang-{number}", "main", bool(number % 2), 30.0, True) for number in range(100)]
    victim, victims_file = start_caller(gateway, "victim", doomed, window=100)
    wait_until(lambda: sum(visit.nonce.startswith("hang") for visit in list(upstreams.visits)) > 20, "the victim's calls are under way")
    victim.kill()
    victim.wait()
    killed = time.monotonic()

    history = History()
    for name, (process, path) in running.items():
        assert process.wait(50) == 0, f"{name} failed"
        history.calls += read_calls(plans[name], path)
    assert len(history.calls) == REQUESTS
    # Nothing is left over: neither calls, nor attempts, nor descriptors beyond the connections that are kept.
    wait_until(lambda: not client.list_requests(), "no call is left")
    assert {provider.name: (provider.in_flight, provider.waiting) for provider in client.status().providers} == dict.fromkeys("abc", (0, 0))
    assert {deployment.in_flight for deployment in client.list_deployments()} == {0}
    observer.stop()
    wait_until(lambda: all(visit.closed for visit in upstreams.visits if visit.act == "hang"), "every upstream sees its caller leave")
    orphans = [visit for visit in upstreams.visits if visit.nonce.startswith("hang") and visit.closed and visit.closed > killed]
    latest = max((visit.closed or 0) - max(killed, visit.at) for visit in orphans)
    assert latest < RULES.abort_within
    record_property("seconds from a caller's death to its last abort", round(latest, 3))
    kept = sum(server.connections for server in servers.values())
    wait_until(lambda: descriptors(gateway) <= baseline + min(kept, 40) + CALLERS, "descriptors are given back")

    victims_calls = {call.order.nonce for call in read_calls(doomed, victims_file)}
    history.visits = [visit for visit in upstreams.visits if visit.nonce not in victims_calls]
    history.samples = observer.samples
    history.traces = {
        call.request_id: [step.reason and full(step.reason) for step in attempts(client, call.request_id)]
        for call in history.calls if call.request_id and client.explain(call.request_id) is not None
    }
    assert violations(history, RULES) == []
    # The run was worth judging.
    acts = Counter(visit.act for visit in history.visits)
    assert acts.keys() == ACTS.keys(), acts
    ends = Counter(call.ends[0][1] for call in history.calls)
    # A busy machine keeps fewer of the short deadlines.
    assert ends[""] > REQUESTS / 8 and len(ends) >= 8, ends
    assert any(visit.told for visit in history.visits if visit.deployment not in RULES.lossy)
    assert any(sample.gated for sample in history.samples) and any(sample.breaker == "open" for sample in history.samples)
    assert sum(visit.number > 0 for visit in history.visits) > 20


def full(reason: str) -> str:
    """The name of a short reason, as far as the rules need it."""
    families = {"cancelled": "llmgw.client", "deadline_exceeded": "llmgw.gateway"}
    return f"{families.get(reason, 'llmgw.upstream')}.{reason}"
