"""Upstreams that fail, and what the caller learns: the reason, whether to repeat, and never that a half answer is whole."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import KEY, PROMPT, configuration
from harness.processes import Daemon, Simulator
from harness.upstream import Exchange, chat_chunk, chat_reply
from llmgw import GatewayError


def error_of(gateway: Daemon, *, stream: bool, model: str | None = None) -> GatewayError:
    client = gateway.client()
    with pytest.raises(GatewayError) as caught:
        if stream:
            for _ in client.stream_chat(PROMPT, model=model):
                pass
        else:
            client.chat(PROMPT, model=model)
    error = caught.value
    assert KEY not in str(error) and PROMPT not in str(error)
    assert client.ping(b"alive") == b"alive"
    return error


BOTH = pytest.mark.parametrize("stream", [False, True], ids=["unary", "stream"])

ANSWERS = [
    ("sim-400", "llmgw.upstream.invalid_request", "never", 400),
    ("sim-401", "llmgw.upstream.authentication", "never", 401),
    ("sim-403", "llmgw.upstream.permission_denied", "never", 403),
    ("sim-404", "llmgw.upstream.model_not_found", "never", 404),
    ("sim-context", "llmgw.upstream.context_length_exceeded", "never", 400),
    ("sim-filter", "llmgw.upstream.content_filtered", "never", 400),
    ("sim-429", "llmgw.upstream.rate_limited", "after", 429),
    ("sim-429-quota", "llmgw.upstream.quota_exhausted", "never", 429),
    ("sim-429-too-large", "llmgw.upstream.request_too_large", "never", 429),
    ("sim-500", "llmgw.upstream.server_error", "ambiguous", 500),
    ("sim-502-html", "llmgw.upstream.server_error", "ambiguous", 502),
    ("sim-503", "llmgw.upstream.overloaded", "safe", 503),
    ("sim-529", "llmgw.upstream.overloaded", "safe", 529),
    ("sim-error-200", "llmgw.upstream.overloaded", "safe", 200),
    ("sim-garbage", "llmgw.upstream.protocol_error", "ambiguous", None),
    ("sim-close", "llmgw.upstream.connection_lost", "ambiguous", None),
    ("sim-reset", "llmgw.upstream.connection_lost", "ambiguous", None),
]


@BOTH
@pytest.mark.parametrize("model,reason,retry,status", ANSWERS, ids=[answer[0] for answer in ANSWERS])
def test_answers(
    daemon: StartDaemon, sim: Simulator, model: str, reason: str, retry: str, status: int | None, stream: bool
) -> None:
    error = error_of(daemon(configuration(sim.base_url, model)), stream=stream)
    assert (error.reason, error.retry, error.upstream_status) == (reason, retry, status)
    assert (error.attempts, error.origin, error.provider, error.model) == (1, "upstream", "up", model)
    assert error.request_id and not error.not_processed
    assert sim.counts(model)["received"] == 1, "nothing is repeated behind the caller's back"


STREAMS = [
    ("sim-cut", "llmgw.upstream.stream_truncated"), ("sim-no-done", "llmgw.upstream.stream_truncated"),
    ("sim-reset-stream", "llmgw.upstream.stream_truncated"), ("sim-garbage-stream", "llmgw.upstream.protocol_error"),
    ("sim-error-stream", "llmgw.upstream.overloaded"),
]


@pytest.mark.parametrize("model,reason", STREAMS, ids=[entry[0] for entry in STREAMS])
def test_streams_that_break(daemon: StartDaemon, sim: Simulator, model: str, reason: str) -> None:
    stream = daemon(configuration(sim.base_url, model)).client().stream_chat(PROMPT)
    texts = []
    with pytest.raises(GatewayError) as caught:
        for chunk in stream:
            texts.append(chunk.text)
    assert caught.value.reason == reason
    assert "".join(texts).startswith("(simulated) "), "what came before the fault reached the caller"
    with pytest.raises(RuntimeError):
        stream.reply


@BOTH
def test_empty_answer(daemon: StartDaemon, sim: Simulator, stream: bool) -> None:
    error = error_of(daemon(configuration(sim.base_url, "sim-empty")), stream=stream)
    assert error.reason == ("llmgw.upstream.stream_truncated" if stream else "llmgw.upstream.protocol_error")
    assert error.retry == "ambiguous"


def test_retry_after(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim", "sim-429"))
    assert error_of(gateway, stream=False, model="sim-429").retry_after == 7
    overloaded = {"status": 503, "body": "busy"}
    sim.script("sim", {**overloaded, "headers": {"retry-after": "0.25"}}, {**overloaded, "headers": {"retry-after-ms": "1500"}},
               {**overloaded, "headers": {"retry-after": "soon"}})
    errors = [error_of(gateway, stream=False, model="sim") for _ in range(3)]
    assert [(error.retry, error.retry_after) for error in errors] == [("after", 0.25), ("after", 1.5), ("safe", None)]


def test_what_the_upstream_says_is_told_without_the_key(daemon: StartDaemon, upstream: StartUpstream) -> None:
    body = {"error": {"message": f"Incorrect API key provided: {KEY}. 钥匙不对", "code": "invalid_api_key"}}
    error = error_of(daemon(configuration(upstream(lambda e: e.reply(body, 401)).base_url)), stream=False)
    assert "钥匙不对" in error.message and KEY not in repr(vars(error))


def test_redirects_are_not_followed(daemon: StartDaemon, upstream: StartUpstream) -> None:
    elsewhere = upstream(lambda exchange: exchange.reply(chat_reply()))
    up = upstream(lambda exchange: exchange.reply("", 307, location=elsewhere.base_url))
    error = error_of(daemon(configuration(up.base_url)), stream=False)
    assert error.reason == "llmgw.upstream.protocol_error" and "redirect" in error.message
    assert not elsewhere.requests, "the key did not go elsewhere"


@BOTH
@pytest.mark.parametrize("data", [
    b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01\x00\x02\x02\x16", b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n", b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000 + b"\r\n\r\n",
], ids=["ssh", "tls-alert", "status", "length", "chunk", "huge-header"])
def test_not_http(daemon: StartDaemon, upstream: StartUpstream, data: bytes, stream: bool) -> None:
    def script(exchange: Exchange) -> None:
        exchange.send(data)
        exchange.close()

    error = error_of(daemon(configuration(upstream(script).base_url)), stream=stream)
    assert error.reason in ("llmgw.upstream.protocol_error", "llmgw.upstream.stream_truncated")
    assert error.retry == "ambiguous"


@pytest.mark.parametrize("body", [
    b"[]", b'"text"', b"{}", b'{"choices": []}', b'{"choices": "no"}', b'{"choices": [{"index": 0}]}', b"[" * 100_000,
    b'{"choices": [{"message": {"content": "\xff\xfe"}}]}', b'{"choices": [{"message": {"content": "\\ud800"}}]}',
    b'{"choices": [{"index": -1, "message": {"content": "x"}}]}',
], ids=str)
def test_json_of_another_kind(daemon: StartDaemon, upstream: StartUpstream, body: bytes) -> None:
    """Neither a crash nor an invented answer."""

    def script(exchange: Exchange) -> None:
        exchange.head(content_type="application/json", content_length=str(len(body)))
        exchange.send(body)

    lenient = (b'{"choices": [{"index": 0}]}', b'{"choices": [{"index": -1, "message": {"content": "x"}}]}')
    client = daemon(configuration(upstream(script).base_url)).client()
    try:
        reply = client.chat(PROMPT)
    except GatewayError as error:
        assert error.reason == "llmgw.upstream.protocol_error"
    else:
        assert body in lenient and reply.text in ("", "x")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("body", [{"choices": []}, {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 0}}])
def test_an_answer_without_choices_is_none(
    daemon: StartDaemon, upstream: StartUpstream, stream: bool, body: dict[str, Any]
) -> None:
    def script(exchange: Exchange) -> None:
        if not stream:
            return exchange.reply(body)
        exchange.open_stream()
        exchange.event(body)
        exchange.end_stream()

    client = daemon(configuration(upstream(script).base_url)).client()
    with pytest.raises(GatewayError) as caught:
        list(client.stream_chat(PROMPT)) if stream else client.chat(PROMPT)
    assert caught.value.reason == "llmgw.upstream.protocol_error" and "choices" in str(caught.value)


def test_body_shorter_than_announced(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def script(exchange: Exchange) -> None:
        exchange.head(content_type="application/json", content_length="1000")
        exchange.send('{"choices"')
        exchange.close()

    error = error_of(daemon(configuration(upstream(script).base_url)), stream=False)
    assert (error.reason, error.retry) == ("llmgw.upstream.stream_truncated", "ambiguous")


@pytest.mark.parametrize("ending", ["close", "reset"])
@pytest.mark.parametrize("after", ["nothing", "head", "half an event", "everything but the mark"])
def test_stream_breaks_off(daemon: StartDaemon, upstream: StartUpstream, after: str, ending: str) -> None:
    def script(exchange: Exchange) -> None:
        if after != "nothing":
            exchange.open_stream()
        if after == "half an event":
            exchange.chunk('data: {"choices": [{"index": 0, "del')
        if after == "everything but the mark":
            exchange.delta("半")
            exchange.event(chat_chunk({}, finish="stop"))
        getattr(exchange, ending)()

    error = error_of(daemon(configuration(upstream(script).base_url)), stream=True)
    lost = after == "nothing" or (after == "head" and ending == "reset")
    assert error.reason in (["llmgw.upstream.connection_lost"] if after == "nothing" else
                            ["llmgw.upstream.stream_truncated"] + ["llmgw.upstream.connection_lost"] * lost)
    assert error.retry == "ambiguous"


def test_name_that_does_not_resolve(daemon: StartDaemon) -> None:
    error = error_of(daemon(configuration("http://no-such-host.invalid/v1")), stream=False)
    assert (error.reason, error.retry, error.not_processed) == ("llmgw.upstream.dns_failed", "safe", True)


def test_refused_connection(daemon: StartDaemon) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    error = error_of(daemon(configuration(f"http://127.0.0.1:{port}/v1")), stream=True)
    assert (error.reason, error.retry, error.not_processed) == ("llmgw.upstream.connect_failed", "safe", True)


# A reused connection that dies


def executed_once(
    daemon: StartDaemon, upstream: StartUpstream, die: Callable[[Exchange], None], *, body: str, stream: bool
) -> None:
    """The upstream answers one request, reads the next on the same connection, and dies: the trap in which libcurl would silently
    send the second one again on a new connection."""

    def script(exchange: Exchange) -> None:
        if exchange.connection == 0 and exchange.turn == 1:
            die(exchange)
        else:
            exchange.stream("好") if exchange.request.json.get("stream") else exchange.reply(chat_reply("好"))

    up = upstream(script)
    gateway = daemon(configuration(up.base_url))
    client = gateway.client()
    assert client.chat("first").text == "好"
    with pytest.raises(GatewayError) as caught:
        if stream:
            list(client.stream_chat(body))
        else:
            client.chat(body)
    assert (caught.value.reason, caught.value.retry) == ("llmgw.upstream.connection_lost", "ambiguous")
    assert (caught.value.attempts, caught.value.not_processed) == (1, False)
    assert [exchange.turn for exchange in up.exchanges] == [0, 1], "the connection was reused, and the request sent once"
    assert client.chat("third").text == "好"


@BOTH
@pytest.mark.parametrize("ending", ["close", "reset"])
@pytest.mark.parametrize("size", [10, 300_000])
def test_no_silent_repetition(daemon: StartDaemon, upstream: StartUpstream, ending: str, size: int, stream: bool) -> None:
    executed_once(daemon, upstream, lambda exchange: getattr(exchange, ending)(), body="字" * size, stream=stream)


def test_connection_closed_while_idle_is_replaced(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Nothing was sent on it, so a new one is opened, and nobody notices."""
    closed = threading.Event()

    def script(exchange: Exchange) -> None:
        exchange.reply(chat_reply("好"))
        if exchange.connection == 0:
            exchange.close()
            closed.set()

    up = upstream(script)
    client = daemon(configuration(up.base_url)).client()
    assert client.chat("one").text == "好"
    assert closed.wait(10)
    assert client.chat("two").text == "好"
    assert up.connections == len(up.requests) == 2


def test_connections_are_reused(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda e: e.stream("好") if e.request.json.get("stream") else e.reply(chat_reply("好")))
    client = daemon(configuration(up.base_url)).client()
    for _ in range(5):
        client.chat(PROMPT)
        assert list(client.stream_chat(PROMPT))
    assert (up.connections, len(up.requests)) == (1, 10)


def test_failures_are_counted(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim", "sim-500"))
    client = gateway.client()
    client.chat(PROMPT)
    error_of(gateway, stream=False, model="sim-500")
    status = client.status()
    assert (status.requests, status.succeeded, status.failed) == (2, 1, 1)
    assert (status.providers[0].attempts, status.providers[0].failures) == (2, 1)
    assert {model.name: (model.succeeded, model.failed) for model in status.models} == {"sim": (1, 0), "sim-500": (0, 1)}
