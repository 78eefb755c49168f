"""Answers that are made anew: when, for whom, and who gets what of it."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import StartDaemon, StartSimulator, StartUpstream
from harness.configuration import PROMPT
from harness.waiting import wait_until
from llmgw.types import CacheControl
from test_cache import cached, counted

#: Each of them keeps nothing of an answer, or allows no upstream call.
SERVED_AS_IT_IS: list[dict[str, Any]] = [{"mode": "read_only"}, {"no_store": True}, {"only_if_cached": True}]


@pytest.mark.parametrize("control", SERVED_AS_IT_IS)
def test_nothing_is_made_anew_for_who_keeps_nothing(daemon: StartDaemon, upstream: StartUpstream, control: dict[str, Any]) -> None:
    up = upstream(counted)
    client = daemon(cached(up.base_url, cache={"ttl": "1s", "stale_while_revalidate": "1h"})).client()
    first = client.chat(PROMPT, temperature=0)

    def ask(**control: Any) -> Any:
        return client.chat(PROMPT, temperature=0, cache=CacheControl(**control))

    wait_until(lambda: ask(**control).info.cache == "stale", "the answer's time is over")
    for _ in range(5):
        reply = ask(**control)
        assert (reply.info.cache, reply.text) == ("stale", first.text)
    wait_until(lambda: ask().text != first.text, "who keeps it has it made anew")
    assert len(up.exchanges) == 2


def test_nobody_who_keeps_nothing_renews_early(daemon: StartDaemon, simulator: StartSimulator) -> None:
    """Of 60 requests so shortly before the end of what took so long, all but one in a thousand times some would."""
    sim = simulator("--latency-ms", "1500")
    client = daemon(cached(sim.base_url, cache={"ttl": "3s"})).client()
    client.chat(PROMPT, temperature=0)
    for number in range(60):
        control = SERVED_AS_IT_IS[number % len(SERVED_AS_IT_IS)]
        assert client.chat(PROMPT, temperature=0, cache=CacheControl(**control)).info.cache == "hit"
    assert sim.counts("sim")["received"] == 1
