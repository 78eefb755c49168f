"""Upstreams that send more than anybody can want: they are cut off, told as what they are, and cost the daemon no memory.

Proved here: a line of a stream without end, one event of many lines, a whole answer without end, an error answer without end, a head without
end, and compressed bytes that nobody asked for.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import EAGER, PROMPT, several
from harness.resilience import breaker
from harness.upstream import Exchange
from llmgw import GatewayError

BLOCK = "海".encode() * 20_000


def endless_line(exchange: Exchange) -> None:
    exchange.open_stream()
    exchange.chunk("data: ")
    while True:
        exchange.chunk(BLOCK)


def endless_event(exchange: Exchange) -> None:
    exchange.open_stream()
    while True:
        exchange.chunk(b"data: " + BLOCK + b"\n")


def endless_answer(exchange: Exchange) -> None:
    exchange.head(content_type="application/json")
    exchange.send('{"choices": "')
    while True:
        exchange.send(BLOCK)


def endless_error(exchange: Exchange) -> None:
    exchange.head(500, content_type="text/plain")
    while True:
        exchange.send(BLOCK)


def endless_head(exchange: Exchange) -> None:
    exchange.send("HTTP/1.1 200 OK\r\n")
    while True:
        exchange.send("x-more: " + "y" * 1000 + "\r\n")


def bomb(exchange: Exchange) -> None:
    """A gigabyte, if it were unpacked."""
    data = gzip.compress(b"\0" * (1 << 24)) * 64
    exchange.head(content_type="application/json", content_encoding="gzip", content_length=str(len(data)))
    exchange.send(data)


CASES: list[tuple[Callable[[Exchange], None], bool, str]] = [
    (endless_line, True, "protocol_error"), (endless_event, True, "protocol_error"), (endless_answer, False, "protocol_error"),
    (endless_error, False, "server_error"), (endless_error, True, "server_error"), (endless_head, True, "protocol_error"),
    (bomb, False, "protocol_error"),
]


@pytest.mark.parametrize("script,stream,reason", CASES, ids=[f"{row[0].__name__}-{'stream' if row[1] else 'unary'}" for row in CASES])
def test_cut_off(
    daemon: StartDaemon, upstream: StartUpstream, script: Callable[[Exchange], None], stream: bool, reason: str, record_property: Any
) -> None:
    up = upstream(script)
    gateway = daemon(several(
        {"up": up.base_url}, {"sim": {"provider": "up"}}, resilience={**EAGER, "max_attempts": 1, "breaker": "conservative"}
    ))
    client = gateway.client()
    client.ping()
    before = gateway.resident_bytes
    with pytest.raises(GatewayError) as caught:
        if stream:
            list(client.stream_chat(PROMPT, timeout=20))
        else:
            client.chat(PROMPT, timeout=20)
    assert caught.value.reason == f"llmgw.upstream.{reason}"
    assert breaker(client, "deployment/sim/").consecutive_failures == 1
    grown = gateway.resident_bytes - before
    record_property("bytes by which the daemon grew", grown)
    # A whole answer may be 64 MiB, and is held once while it grows into the next array.
    assert grown < 200 << 20
