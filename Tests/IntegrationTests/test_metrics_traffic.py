"""Metrics of what goes over connections: the upstreams' and the clients'."""

from __future__ import annotations

import json
import pathlib
from collections import Counter
from collections.abc import Iterator

import pytest
from conftest import StartDaemon, StartUpstream
from harness import wire
from harness.configuration import PROMPT, configuration, section, several
from harness.metrics import Metrics, collect, scrape
from harness.processes import Daemon, Simulator
from harness.tls import TLSProxy, free_port, make_certificate
from harness.tool import Tool
from harness.upstream import Exchange, chat_reply
from harness.waiting import wait_until
from harness.wire import RawClient, chat_request, encode
from llmgw import GatewayError
from llmgw.v1 import wire_pb2


@pytest.fixture
def secured(directory: pathlib.Path, sim: Simulator) -> Iterator[tuple[TLSProxy, pathlib.Path]]:
    certificate, key = make_certificate(directory)
    server = TLSProxy(directory, sim.url, certificate, key)
    yield server, certificate
    server.stop()


def connections(metrics: Metrics, provider: str = "up") -> tuple[float, float, float]:
    """Of the provider: those that are open, those that were made, and how often one was used again."""
    return (
        metrics.value("llmgw_upstream_connections", provider=provider),
        metrics.value("llmgw_upstream_connections_opened_total", provider=provider),
        metrics.value("llmgw_upstream_connections_reused_total", provider=provider),
    )


def phases(metrics: Metrics, provider: str = "up") -> dict[str, float]:
    """How many times were noted of each step of a connection."""
    return {labels["phase"]: value for labels, value in metrics.series("llmgw_upstream_connect_seconds_count", provider=provider)}


def none_is_open(gateway: Daemon, provider: str = "up") -> Metrics:
    """The first metrics that tell of no open connection: libcurl closes in its own thread."""
    ctl = Tool(gateway.socket)

    def closed() -> Metrics | None:
        metrics = scrape(ctl)
        return metrics if metrics.value("llmgw_upstream_connections", provider=provider) == 0 else None

    return wait_until(closed, "all connections are closed")


def test_connections_are_made_once_and_used_again(daemon: StartDaemon, upstream: StartUpstream) -> None:
    answer = chat_reply("一二三四五")
    provider = upstream(lambda exchange: exchange.reply(answer))
    gateway = daemon(several({"up": provider.base_url, "闲": provider.base_url}, {"大": {"provider": "up"}, "小": {"provider": "闲"}}))
    ctl, client = Tool(gateway.socket), gateway.client()
    assert connections(scrape(ctl)) == (0, 0, 0)
    for _ in range(3):
        client.chat(PROMPT)
    metrics = scrape(ctl)
    assert provider.connections == 1
    assert connections(metrics) == (1, 1, 2)
    assert phases(metrics) == {"dns": 1, "tcp": 1, "tls": 0}
    sent = sum(len(request.body) for request in provider.requests)
    received = 3 * len(json.dumps(answer, ensure_ascii=False).encode())
    assert metrics.value("llmgw_upstream_bytes_total", provider="up", direction="sent") == sent
    assert metrics.value("llmgw_upstream_bytes_total", provider="up", direction="received") == received
    assert connections(metrics, "闲") == (0, 0, 0), "it was not asked"


def test_a_connection_that_the_upstream_closes(daemon: StartDaemon, upstream: StartUpstream) -> None:
    provider = upstream(lambda exchange: exchange.reply(chat_reply(), connection="close"))
    gateway = daemon(configuration(provider.base_url))
    for _ in range(3):
        gateway.client().chat(PROMPT)
    assert connections(none_is_open(gateway)) == (0, 3, 0)


def test_a_stream_that_is_given_up_takes_its_connection_along(daemon: StartDaemon, upstream: StartUpstream) -> None:
    def endless(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("开始")
        exchange.wait_closed()

    provider = upstream(endless)
    gateway = daemon(configuration(provider.base_url))
    with gateway.client().stream_chat(PROMPT) as stream:
        next(iter(stream))
        metrics = scrape(Tool(gateway.socket))
        assert connections(metrics) == (1, 1, 0)
        assert metrics.value("llmgw_upstream_bytes_total", provider="up", direction="received") > 0, "while it comes"
    assert connections(none_is_open(gateway)) == (0, 1, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_what_comes_to_nothing_is_no_connection(daemon: StartDaemon, host: str) -> None:
    """With a name, several addresses are tried, each with a socket of its own."""
    gateway = daemon(configuration(f"http://{host}:{free_port()}/v1"))
    for _ in range(3):
        with pytest.raises(GatewayError) as caught:
            gateway.client().chat(PROMPT)
        assert caught.value.reason == "llmgw.upstream.connect_failed"
    metrics = none_is_open(gateway)
    assert connections(metrics) == (0, 0, 0)
    assert set(phases(metrics).values()) == {0}


def test_a_certificate_that_is_not_trusted_leaves_no_connection(daemon: StartDaemon, secured: tuple[TLSProxy, pathlib.Path]) -> None:
    server, _ = secured
    gateway = daemon(configuration(f"https://localhost:{server.port}/v1"))
    with pytest.raises(GatewayError) as caught:
        gateway.client().chat(PROMPT)
    assert caught.value.reason == "llmgw.upstream.tls_verification_failed"
    assert connections(none_is_open(gateway)) == (0, 0, 0)


def test_tls_is_a_step_of_its_own(daemon: StartDaemon, secured: tuple[TLSProxy, pathlib.Path]) -> None:
    server, certificate = secured
    gateway = daemon(configuration(f"https://localhost:{server.port}/v1", provider={"ca_file": str(certificate), "http_version": "2"}))
    for _ in range(4):
        gateway.client().chat(PROMPT)
    metrics = scrape(Tool(gateway.socket))
    assert connections(metrics) == (1, 1, 3)
    assert phases(metrics) == {"dns": 1, "tcp": 1, "tls": 1}
    times = {labels["phase"]: value for labels, value in metrics.series("llmgw_upstream_connect_seconds_sum", provider="up")}
    assert all(0 < value < 10 for value in times.values()), times


FRAME_NAMES = {
    wire.HELLO_OK: "hello_ok", wire.ERROR: "error", wire.HEAD: "head", wire.DATA: "data", wire.END: "end", wire.PONG: "pong",
    wire.GOAWAY: "goaway",
}


def frames(metrics: Metrics, direction: str) -> Counter[str]:
    return Counter({labels["type"]: int(value) for labels, value in metrics.series("llmgw_client_frames_total", direction=direction)})


def test_frames_and_their_bytes(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    """Whether the connection is there or gone, what a client has counted itself is what the daemon tells."""
    provider = upstream(lambda exchange: exchange.stream("一", "二", "三"))
    path = directory / "metrics.sock"
    gateway = daemon(configuration(provider.base_url, "大") + section("metrics", {"socket": str(path)}))
    with gateway.client() as opened:
        opened.ping()
    before = wait_until(lambda: _idle(path), "no client is there")
    said = [
        encode(wire.HELLO, payload=wire_pb2.Hello(client_name="数").SerializeToString()),
        encode(wire.REQUEST, 1, chat_request("你好", stream=True), method=wire.CHAT),
        encode(wire.CREDIT, 1, (1 << 16).to_bytes(4, "big")),
        encode(wire.PING, 0, b"12345678"),
    ]
    heard: list[wire.Frame] = []
    with RawClient(gateway.socket) as client:
        client.send(wire.PREFACE + b"".join(said))
        while not {wire.DATA, wire.END, wire.PONG} <= {frame.type for frame in heard}:
            heard.append(client.frame())
        alive = collect(path)
        said += [encode(wire.CANCEL, 1), encode(wire.DATA, 1, b"x")]
        client.send(b"".join(said[-2:]))
        while (frame := client.next()) is not None:
            heard.append(frame)
    gone = wait_until(lambda: _idle(path), "the connection is gone")
    assert frames(alive, "received") - frames(before, "received") == {"hello": 1, "request": 1, "credit": 1, "ping": 1}
    received = {"hello": 1, "request": 1, "credit": 1, "ping": 1, "cancel": 1}
    assert frames(gone, "received") - frames(before, "received") == received, "DATA is not a client's to send"
    violations = {labels["kind"]: value for labels, value in gone.series("llmgw_client_protocol_errors_total") if value}
    assert violations == {"wrong_side": 1}
    assert frames(gone, "sent") - frames(before, "sent") == Counter(FRAME_NAMES[frame.type] for frame in heard)
    assert Counter(frame.type for frame in heard)[wire.ERROR] == 1
    for direction, size in {"received": sum(map(len, said)), "sent": sum(16 + len(frame.payload) for frame in heard)}.items():
        name = "llmgw_client_bytes_total"
        assert gone.value(name, direction=direction) - before.value(name, direction=direction) == size, direction


def _idle(path: pathlib.Path) -> Metrics | None:
    metrics = collect(path)
    return metrics if metrics.value("llmgw_client_connections") == 0 else None
