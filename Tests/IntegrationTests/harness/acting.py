"""An upstream that changes its mind, and what tests of breakers ask about it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from llmgw import Client, GatewayError

from .configuration import EAGER, PROMPT
from .processes import Daemon
from .resilience import breaker
from .upstream import Exchange, Request, Script, ScriptedUpstream

#: Opens after ten failures in a row, for 4 to 6 seconds.
PATIENT = {**EAGER, "max_attempts": 1, "max_total_attempts": 1, "breaker": "conservative"}
TO_OPEN = 10
#: Opens after three, for 24 to 36 seconds.
STRICT = {**PATIENT, "breaker": "aggressive"}
FAILURE = {"error": {"message": "坏了"}}


class Upstream:
    """Does for each model what the test says at the moment; fails where it says nothing."""

    def __init__(self, start: Callable[[Script], ScriptedUpstream]) -> None:
        self.acts: dict[str, Script] = {}
        self.server = start(lambda exchange: self.acts.get(exchange.request.json["model"], broken)(exchange))

    def exchanges(self, model: str) -> list[Exchange]:
        return [exchange for exchange in self.server.exchanges if exchange.request.json["model"] == model]

    def requests(self, model: str) -> list[Request]:
        return [exchange.request for exchange in self.exchanges(model)]


def broken(exchange: Exchange) -> None:
    exchange.reply(FAILURE, 500)


def hangs(exchange: Exchange) -> None:
    exchange.wait_closed(600)


def scope(model: str) -> str:
    return f"deployment/{model}/"


def state(client: Client, model: str) -> str:
    return breaker(client, scope(model)).state


def in_parallel(gateway: Daemon, model: str, count: int, **options: Any) -> list[Any]:
    """The replies, or the errors."""
    client = gateway.client()

    def ask(_: int) -> Any:
        try:
            return client.chat(PROMPT, model=model, **options)
        except GatewayError as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(ask, range(count)))
