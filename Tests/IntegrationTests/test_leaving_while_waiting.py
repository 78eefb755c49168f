"""Callers that leave, and a daemon that ends, while a request waits for its next attempt: nobody is asked on behalf of those who are gone.

Proved here: giving up during the pause between attempts and before a closed gate, by cancelling, by half-closing, and by dying; a wait that
would end too late; and draining in both waits.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import EAGER, PROMPT, several
from harness.processes import Daemon
from harness.resilience import breaker, gate
from harness.upstream import Exchange, ScriptedUpstream, chat_reply
from harness.waiting import wait_until
from harness.wire import RawClient, chat_request
from llmgw import Client, GatewayError


class Waiting:
    """A daemon with one request that waits after its first attempt."""

    def __init__(self, start: StartDaemon, start_upstream: StartUpstream, *, gated: bool) -> None:
        def script(exchange: Exchange) -> None:
            if len(self.upstream.exchanges) > 1:
                exchange.reply(chat_reply("好的"))
            elif gated:
                exchange.reply({"error": {"message": "等等"}}, 429, retry_after_ms="700")
            else:
                exchange.reply({"error": {"message": "坏了"}}, 500)

        self.upstream: ScriptedUpstream = start_upstream(script)
        # The random pause before the second attempt is rarely shorter than a few seconds.
        self.gateway: Daemon = start(several(
            {"up": self.upstream.base_url}, {"sim": {"provider": "up"}}, server={"drain_timeout": "200ms"},
            resilience={**EAGER, "backoff_base": "1h", "backoff_max": "1h", "breaker": "conservative", "max_retry_after": "1s"},
        ))
        self.observer: Client = self.gateway.client()

    def wait(self) -> None:
        # Before its first attempt it waits too.
        self.upstream.wait_for(1)
        wait_until(lambda: [request.phase for request in self.observer.list_requests()] == ["waiting"], "the request waits")

    def wait_gone(self) -> None:
        wait_until(lambda: not self.observer.list_requests(), "the request is gone")

    def check(self, *, gated: bool) -> None:
        """Nobody asked again for the one who left, and another request gets through."""
        if gated:
            wait_until(lambda: gate(self.observer, "sim") == 0, "the gate opens")
        assert self.observer.chat(PROMPT).text == "好的"
        assert len(self.upstream.exchanges) == 2
        assert breaker(self.observer, "deployment/sim/").calls == (1 if gated else 2)


@pytest.fixture(params=[False, True], ids=["pause", "gate"])
def gated(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def cancel(client: RawClient) -> None:
    client.cancel(1)
    assert client.end(1).status.reason == "llmgw.client.cancelled"


def half_close(client: RawClient) -> None:
    client._socket.shutdown(socket.SHUT_WR)


def disappear(client: RawClient) -> None:
    client._socket.close()


@pytest.mark.parametrize("leave", [cancel, half_close, disappear])
def test_leaving(daemon: StartDaemon, upstream: StartUpstream, gated: bool, leave: Callable[[RawClient], None]) -> None:
    waiting = Waiting(daemon, upstream, gated=gated)
    with RawClient(waiting.gateway.socket) as client:
        client.hello()
        # Long enough for a pause of up to an hour.
        client.request(1, chat_request(PROMPT, timeout=7200))
        waiting.wait()
        leave(client)
        waiting.wait_gone()
    waiting.check(gated=gated)


def test_a_wait_beyond_the_deadline_is_not_begun(daemon: StartDaemon, upstream: StartUpstream) -> None:
    waiting = Waiting(daemon, upstream, gated=True)
    with pytest.raises(GatewayError) as caught:
        waiting.observer.chat(PROMPT, timeout=0.3)
    assert (caught.value.reason, caught.value.attempts) == ("llmgw.upstream.rate_limited", 1)
    waiting.check(gated=True)


def test_draining(daemon: StartDaemon, upstream: StartUpstream, gated: bool) -> None:
    waiting = Waiting(daemon, upstream, gated=gated)
    caller = waiting.gateway.client()

    def ask() -> GatewayError:
        with pytest.raises(GatewayError) as caught:
            caller.chat(PROMPT, timeout=7200)
        return caught.value

    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(ask)
        waiting.wait()
        waiting.gateway.terminate()
        assert call.result(10).reason == "llmgw.gateway.draining"
    assert waiting.gateway.wait() == 0
    assert len(waiting.upstream.exchanges) == 1
