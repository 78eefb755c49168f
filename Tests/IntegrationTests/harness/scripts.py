"""Answers for a scripted upstream, to be combined, and requests that are expected to fail."""

from __future__ import annotations

from typing import Any

import pytest
from llmgw import Client, GatewayError

from .configuration import EAGER, PROMPT, several
from .upstream import Exchange, Script, chat_reply

GOOD = chat_reply("好的")


def works(exchange: Exchange) -> None:
    if exchange.request.json.get("stream"):
        exchange.stream("好", "的")
    else:
        exchange.reply(GOOD)


def status(code: int, body: Any = None, **headers: str) -> Script:
    return lambda exchange: exchange.reply(body if body is not None else {"error": {"message": "坏了"}}, code, **headers)


def in_turn(*answers: Script) -> Script:
    """For each model its own answers in order; then good ones."""
    asked: dict[str, int] = {}

    def script(exchange: Exchange) -> None:
        model = exchange.request.json["model"]
        turn = asked[model] = asked.get(model, -1) + 1
        (answers[turn] if turn < len(answers) else works)(exchange)

    return script


def one(base_url: str, **resilience: Any) -> str:
    """A configuration with one model, "sim", that is eagerly repeated."""
    return several({"up": base_url}, {"sim": {"provider": "up"}}, resilience={**EAGER, "breaker": "conservative", **resilience})


def refused(client: Client, **options: Any) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        client.chat(PROMPT, **options)
    return caught.value
