"""Answers that take long, and breakers: what a long answer says of its upstream, and what it does not.

Proved here: whole answers that take long do not open a breaker, streams that begin late do.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from conftest import StartDaemon, StartUpstream
from harness.acting import STRICT, in_parallel, scope, state
from harness.configuration import PROMPT, several
from harness.processes import Daemon
from harness.resilience import breaker
from harness.scripts import works
from harness.upstream import Exchange

#: Seconds: what begins later than after 15 is slow to a strict breaker, and five calls say enough.
SLOW = 15.5
CALLS = 5


def slow(exchange: Exchange) -> None:
    time.sleep(SLOW)
    works(exchange)


def streams(gateway: Daemon, model: str, count: int) -> list[str]:
    client = gateway.client()

    def ask(_: int) -> str:
        return "".join(chunk.text for chunk in client.stream_chat(PROMPT, model=model))

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))


def test_whole_answers_that_take_long_open_no_breaker(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Nobody can see when a whole answer began. A model that thinks for long would close for everybody, and its probes could not open it."""
    up = upstream(slow)
    gateway = daemon(several({"up": up.base_url}, {name: {"provider": "up"} for name in ["whole", "streamed"]}, resilience=STRICT))
    with ThreadPoolExecutor(2) as pool:
        whole = pool.submit(in_parallel, gateway, "whole", CALLS)
        streamed = pool.submit(streams, gateway, "streamed", CALLS)
        assert [reply.text for reply in whole.result()] == ["好的"] * CALLS
        assert streamed.result() == ["好的"] * CALLS
    client = gateway.client()
    shown = breaker(client, scope("whole"))
    assert (shown.state, shown.calls, shown.slow_rate) == ("closed", CALLS, 0)
    assert state(client, "streamed") == "open"
