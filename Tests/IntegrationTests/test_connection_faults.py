"""Connections that fail between the gateway and an upstream that works: what the caller learns, how often the upstream did the work, and
what the breakers count.

Proved here: a refused connection; accepting and then silence; a head and then silence; a stream that stalls; comments for ever; a reset
before the answer, in its head, before its content and after it; an end that looks orderly, in every one of these places; a body that is
shorter than announced; the middle of an event; half-closing; bytes that are no HTTP; a reused connection that dies after the request was
read; an answer that is late, or comes a byte at a time, in either kind of line end, with comments, and inside a character.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import StartDaemon, StartFaultProxy, StartUpstream
from harness.configuration import EAGER, PROMPT, several
from harness.faults import Fault, FaultProxy
from harness.resilience import attempts, breaker, gate
from harness.upstream import Exchange, Script, ScriptedUpstream, chat_chunk, chat_reply
from llmgw import Client, GatewayError

TEXT = "第一句，完。"
CLOCKS = {"connect_timeout": "300ms", "first_token_timeout": "300ms", "idle_timeout": "300ms", "total_timeout": "600ms"}


def answer(exchange: Exchange) -> None:
    if exchange.request.json.get("stream"):
        exchange.stream("第一句，", "完。")
    else:
        exchange.reply(chat_reply(TEXT))


class Setting:
    """The gateway, the proxy, and the upstream that works."""

    def __init__(self, start: StartDaemon, start_proxy: StartFaultProxy, start_upstream: StartUpstream, script: Script = answer) -> None:
        self.upstream: ScriptedUpstream = start_upstream(script)
        self.proxy: FaultProxy = start_proxy(self.upstream.base_url)
        self.gateway = start(several(
            {"up": {"base_url": self.proxy.base_url, **CLOCKS}}, {"sim": {"provider": "up"}},
            resilience={**EAGER, "breaker": "conservative"},
        ))
        self.client: Client = self.gateway.client()

    def ask(self, *, stream: bool, **options: Any) -> str:
        """The answer's text."""
        if stream:
            with self.client.stream_chat(PROMPT, **options) as chunks:
                return "".join(chunk.text for chunk in chunks)
        return self.client.chat(PROMPT, **options).text

    def fail(self, *, stream: bool, **options: Any) -> tuple[GatewayError, str]:
        """The error, and the text that came before it."""
        text = ""
        with pytest.raises(GatewayError) as caught:
            if stream:
                with self.client.stream_chat(PROMPT, **options) as chunks:
                    for chunk in chunks:
                        text += chunk.text
            else:
                text = self.client.chat(PROMPT, **options).text
        return caught.value, text

    @property
    def executed(self) -> int:
        return len(self.upstream.exchanges)

    @property
    def failures_in_a_row(self) -> tuple[int, int]:
        """As the breakers of the deployment and of the provider count them."""
        return (
            breaker(self.client, "deployment/sim/").consecutive_failures, breaker(self.client, "provider/up").consecutive_failures
        )


@pytest.fixture
def setting(daemon: StartDaemon, fault_proxy: StartFaultProxy, upstream: StartUpstream) -> Callable[..., Setting]:
    return lambda *script: Setting(daemon, fault_proxy, upstream, *script)


LOST, TRUNCATED, GARBAGE = "connection_lost", "stream_truncated", "protocol_error"
FIRST, IDLE, TOTAL = "timeout_first_token", "timeout_idle", "timeout_total"

#: The fault, and what it is to a whole answer and to a stream.
BEFORE_CONTENT = [
    ("silence", Fault("silence"), TOTAL, FIRST),
    ("reset", Fault("reset"), LOST, LOST),
    ("close", Fault("close"), LOST, LOST),
    ("half-close", Fault("half-close"), LOST, LOST),
    ("garbage", Fault("garbage"), GARBAGE, GARBAGE),
    ("reset in the status line", Fault("reset", 9), LOST, LOST),
    ("close in the head", Fault("close", b"content"), LOST, LOST),
    ("silence in the head", Fault("silence", b"content"), TOTAL, FIRST),
    ("silence behind the head", Fault("silence", b"\r\n\r\n"), TOTAL, FIRST),
    ("close behind the head", Fault("close", b"\r\n\r\n"), TRUNCATED, TRUNCATED),
    ("half-close in the content", Fault("half-close", b"choices"), TRUNCATED, TRUNCATED),
    ("close in the content", Fault("close", b"choices"), TRUNCATED, TRUNCATED),
    ("reset in the content", Fault("reset", b"choices"), TRUNCATED, TRUNCATED),
    ("silence in the content", Fault("silence", b"choices"), IDLE, FIRST),
]


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
@pytest.mark.parametrize("fault,unary,streamed", [row[1:] for row in BEFORE_CONTENT], ids=[row[0] for row in BEFORE_CONTENT])
def test_lost_before_any_content(setting: Callable[..., Setting], fault: Fault, unary: str, streamed: str, stream: bool) -> None:
    """The upstream did the work and nobody knows: one attempt, unless the caller allows another."""
    up = setting()
    up.proxy.spoil(fault)
    error, text = up.fail(stream=stream)
    assert error.reason.rpartition(".")[2] == (streamed if stream else unary)
    assert (error.retry, error.not_processed, error.attempts, text) == ("ambiguous", False, 1, "")
    assert up.executed == 1
    # The provider was reached: only the deployment's breaker counts it.
    assert up.failures_in_a_row == (1, 0)
    assert gate(up.client, "sim") == 0

    up.proxy.spoil(fault, fault)
    if stream:
        with up.client.stream_chat(PROMPT, retry_ambiguous=True) as chunks:
            assert "".join(chunk.text for chunk in chunks) == TEXT
            info = chunks.reply.info
    else:
        reply = up.client.chat(PROMPT, retry_ambiguous=True)
        info = reply.info
        assert reply.text == TEXT
    assert (info.attempts, info.source) == (3, "model")
    assert [step.decision for step in attempts(up.client, info.request_id)] == ["attempt", "retry", "retry"]
    assert up.executed == 4
    assert up.failures_in_a_row == (0, 0)


AFTER_CONTENT = [
    ("close between events", Fault("close", b"null}]}\n\n\r\n"), TRUNCATED),
    ("close inside an event", Fault("close", "完".encode()), TRUNCATED),
    ("reset inside a character", Fault("reset", "完".encode()[:2]), TRUNCATED),
    ("close before the mark", Fault("close", b'"stop"}]}\n\n\r\n'), TRUNCATED),
    ("reset before the mark", Fault("reset", b'"stop"}]}\n\n\r\n'), TRUNCATED),
    ("half-close", Fault("half-close", b'"stop"}]}\n\n\r\n'), TRUNCATED),
    ("silence", Fault("silence", b'"stop"}]}\n\n\r\n'), IDLE),
    ("garbage", Fault("garbage", b'"stop"}]}\n\n\r\n'), TRUNCATED),
]


@pytest.mark.parametrize("fault,reason", [row[1:] for row in AFTER_CONTENT], ids=[row[0] for row in AFTER_CONTENT])
def test_lost_after_content(setting: Callable[..., Setting], fault: Fault, reason: str) -> None:
    """What the caller has begun to read is never begun again, whatever the caller allows."""
    gone_on = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("第一句，")
        # Not before the caller has the first piece: a reset takes with it what the gateway has not read yet.
        assert gone_on.wait(10)
        exchange.delta("完。")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    up = setting(script)
    up.proxy.spoil(fault)
    text = ""
    with pytest.raises(GatewayError) as caught, up.client.stream_chat(PROMPT, retry_ambiguous=True) as chunks:
        for chunk in chunks:
            text += chunk.text
            gone_on.set()
    assert caught.value.reason == f"llmgw.upstream.{reason}"
    assert (caught.value.attempts, up.executed) == (1, 1)
    assert TEXT.startswith(text) and text.startswith("第一句，")
    assert up.failures_in_a_row == (1, 0)


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
def test_refused(setting: Callable[..., Setting], stream: bool) -> None:
    """Nothing was sent, so it is repeated without asking; the provider's breaker counts it too."""
    up = setting()
    with up.proxy.refusing():
        error, _ = up.fail(stream=stream)
        assert (error.reason, error.retry, error.not_processed) == ("llmgw.upstream.connect_failed", "safe", True)
        assert [step.reason for step in attempts(up.client, error.request_id)] == ["connect_failed"] * 3
        assert up.failures_in_a_row == (3, 3)
    assert up.executed == 0
    assert up.ask(stream=stream) == TEXT
    assert (up.executed, up.failures_in_a_row) == (1, (0, 0))


@pytest.mark.parametrize("ending", ["close", "reset"])
@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
def test_reused_connection_dies(setting: Callable[..., Setting], stream: bool, ending: str) -> None:
    """The second request on it was read and worked on: it is not sent again behind the policy's back."""
    up = setting()
    up.proxy.spoil(Fault(ending, turn=1))
    # A stream is told to have ended before its connection is free.
    assert up.ask(stream=False) == TEXT
    error, _ = up.fail(stream=stream)
    assert (error.reason, error.attempts, error.not_processed) == ("llmgw.upstream.connection_lost", 1, False)
    assert [exchange.turn for exchange in up.upstream.exchanges] == [0, 1], "the connection was reused, and the request sent once"


@pytest.mark.parametrize("ending", ["close", "reset"])
def test_reused_connection_dies_under_a_long_request(setting: Callable[..., Setting], ending: str) -> None:
    """libcurl sends a short body along with the head, and a long one behind it."""
    up = setting()
    up.proxy.spoil(Fault(ending, turn=1))
    assert up.ask(stream=False) == TEXT
    with pytest.raises(GatewayError) as caught:
        up.client.chat("长" * 100_000)
    assert (caught.value.reason, caught.value.retry, caught.value.attempts) == ("llmgw.upstream.connection_lost", "ambiguous", 1)
    assert up.executed == 2


def test_reused_connection_dies_with_its_upstream(setting: Callable[..., Setting]) -> None:
    """That another connection is refused says nothing about the request that was sent on the first."""
    up = setting()
    up.proxy.spoil(Fault("close", turn=1))
    assert up.ask(stream=False) == TEXT
    with up.proxy.refusing(dropping=False):
        error, _ = up.fail(stream=False)
    assert (error.reason, error.retry, error.not_processed) == ("llmgw.upstream.connection_lost", "ambiguous", False)
    assert up.executed == 2


@pytest.mark.parametrize("ending", ["close", "reset"])
@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
def test_reused_connection_dies_and_the_caller_allows_another_attempt(setting: Callable[..., Setting], stream: bool, ending: str) -> None:
    up = setting()
    up.proxy.spoil(Fault(ending, turn=1))
    # A stream is told to have ended before its connection is free.
    assert up.ask(stream=False) == TEXT
    assert up.ask(stream=stream, retry_ambiguous=True) == TEXT
    assert [exchange.turn for exchange in up.upstream.exchanges][:2] == [0, 1]
    assert up.executed == 3, "one repetition, which the policy knows of"


@pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])
@pytest.mark.parametrize("fault", [Fault(delay=0.05), Fault(piece=1), Fault(piece=7)], ids=["late", "bytes", "sevens"])
def test_slow_is_not_broken(setting: Callable[..., Setting], fault: Fault, stream: bool) -> None:
    up = setting()
    up.proxy.spoil(fault)
    assert up.ask(stream=stream) == TEXT
    assert (up.executed, up.failures_in_a_row) == (1, (0, 0))


def test_comments_are_no_content(setting: Callable[..., Setting]) -> None:
    """An upstream that only says that it is alive runs into the clock for the first content, and is asked again if it may."""

    def script(exchange: Exchange) -> None:
        if len(up.upstream.exchanges) > 1:
            return answer(exchange)
        exchange.open_stream()
        ticker = threading.Event()
        while not ticker.wait(0.02):
            exchange.chunk(": 还活着\n\n")

    up = setting(script)
    with up.client.stream_chat(PROMPT, retry_ambiguous=True) as chunks:
        assert "".join(chunk.text for chunk in chunks) == TEXT
        assert [step.reason for step in attempts(up.client, chunks.reply.info.request_id)] == [FIRST, None]
    assert up.executed == 2


def event_lines(text: str) -> list[str]:
    return ['{"choices":[{"index":0,', f'"delta":{{"content":"{text}"}}}}]}}']


SHAPES = {
    "CRLF": "\ufeff: comment\r\ndata: {one}\r\n\r\nevent: x\r\nid: 1\r\ndata: {two}\r\n\r\ndata: [DONE]\r\n\r\n",
    "LF": "\ufeff: comment\ndata: {one}\n\nretry: 1\ndata:{two}\n\ndata: [DONE]\n\n",
    "CR": ": comment\rdata: {one}\r\rdata: {two}\r\rdata: [DONE]\r\r",
    "several lines": "data: {one0}\ndata: {one1}\n\n\n\ndata: {two0}\ndata: {two1}\n\ndata: [DONE]\n\n",
}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_split_anywhere(setting: Callable[..., Setting], shape: str) -> None:
    """The same stream, cut in two at each of its bytes, and once into single bytes: always the same text."""
    one, two = event_lines("第一句，"), event_lines("完。")
    data = shape.format(one="".join(one), two="".join(two), one0=one[0], one1=one[1], two0=two[0], two1=two[1]).encode()
    cuts = iter([*range(1, len(data)), 0])

    def script(exchange: Exchange) -> None:
        cut = next(cuts)
        pieces = [data[:cut], data[cut:]] if cut else [data[index:index + 1] for index in range(len(data))]
        exchange.open_stream()
        for piece in pieces:
            exchange.chunk(piece)
        exchange.send("0\r\n\r\n")

    up = setting(script)
    for _ in range(len(data)):
        assert up.ask(stream=True) == TEXT
    assert up.executed == len(data)
