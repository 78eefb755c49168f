"""Upstreams behind TLS, with HTTP/2 where both sides have it, and certificates that are not to be trusted."""

from __future__ import annotations

import asyncio
import pathlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import StartDaemon
from harness.configuration import EAGER, PROMPT, SECRET_WORD, configuration, several
from harness.processes import Simulator
from harness.resilience import breaker
from harness.scripts import refused
from harness.tls import TLSProxy, make_certificate, make_expired_certificate
from harness.waiting import wait_until
from llmgw import APIConnectionError

StartProxy = Callable[..., TLSProxy]


@pytest.fixture
def proxy(directory: pathlib.Path, sim: Simulator) -> Iterator[StartProxy]:
    started: list[TLSProxy] = []

    def start(certificate: pathlib.Path, key: pathlib.Path, **options: Any) -> TLSProxy:
        started.append(TLSProxy(directory, sim.url, certificate, key, **options))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def behind(server: TLSProxy, certificate: pathlib.Path | None, *models: str, host: str = "localhost", **provider: Any) -> str:
    settings = {**provider, **({"ca_file": str(certificate)} if certificate else {})}
    return configuration(f"https://{host}:{server.port}/v1", *models, provider=settings)


@pytest.mark.parametrize("version,expected", [("auto", "HTTP/2.0"), ("2", "HTTP/2.0"), ("1.1", "HTTP/1.1")])
def test_protocol_version(
    daemon: StartDaemon, proxy: StartProxy, directory: pathlib.Path, version: str, expected: str
) -> None:
    certificate, key = make_certificate(directory)
    server = proxy(certificate, key)
    client = daemon(behind(server, certificate, http_version=version)).client()
    whole = client.chat(PROMPT)
    with client.stream_chat(PROMPT) as stream:
        assert "".join(chunk.text for chunk in stream) == whole.text
    assert client.embed("猫").embeddings
    assert server.protocols(3) == {expected}


def test_auto_takes_what_the_server_has(daemon: StartDaemon, proxy: StartProxy, directory: pathlib.Path) -> None:
    certificate, key = make_certificate(directory)
    server = proxy(certificate, key, http2=False)
    assert daemon(behind(server, certificate, host="127.0.0.1")).client().chat(PROMPT).text
    assert server.protocols(1) == {"HTTP/1.1"}


def test_streams_share_an_http2_connection(
    daemon: StartDaemon, proxy: StartProxy, directory: pathlib.Path, sim: Simulator
) -> None:
    certificate, key = make_certificate(directory)
    server = proxy(certificate, key)
    gateway = daemon(behind(server, certificate, "sim-echo", http_version="2"))
    texts = [f"{SECRET_WORD} 第 {number} 个" for number in range(60)]

    async def run() -> list[str]:
        async with gateway.async_client() as client:

            async def ask(text: str) -> str:
                async with await client.stream_chat(text) as stream:
                    return "".join([chunk.text async for chunk in stream])

            return await asyncio.gather(*(ask(text) for text in texts))

    assert asyncio.run(run()) == texts
    assert server.protocols(60) == {"HTTP/2.0"}


def test_cancel_ends_an_http2_stream(
    daemon: StartDaemon, proxy: StartProxy, directory: pathlib.Path, sim: Simulator
) -> None:
    certificate, key = make_certificate(directory)
    gateway = daemon(behind(proxy(certificate, key), certificate, "sim-stall", "sim"))
    client = gateway.client()
    stream = client.stream_chat(PROMPT)
    next(stream)
    stream.cancel()
    wait_until(lambda: sim.counts("sim-stall")["aborted"] == 1, "the provider sees the end", 2)
    assert client.chat(PROMPT, model="sim").text


def test_cancel_beside_other_streams(
    daemon: StartDaemon, proxy: StartProxy, directory: pathlib.Path, sim: Simulator
) -> None:
    """One of two streams on a connection ends; the other goes on."""
    certificate, key = make_certificate(directory)
    slow = "sim-slow-0-40"
    gateway = daemon(behind(proxy(certificate, key), certificate, "sim-stall", slow, http_version="2"))
    client = gateway.client()
    with client.stream_chat(PROMPT, model=slow) as other:
        next(other)
        stalled = client.stream_chat(PROMPT)
        next(stalled)
        stalled.cancel()
        wait_until(lambda: sim.counts("sim-stall")["aborted"] == 1, "the provider sees the end", 2)
        assert sim.counts(slow)["in_flight"] == 1
        assert len(list(other)) > 10


@pytest.mark.parametrize("case", ["unknown authority", "another name"])
def test_untrusted_certificate(daemon: StartDaemon, proxy: StartProxy, directory: pathlib.Path, sim: Simulator, case: str) -> None:
    certificate, key = make_certificate(directory, "localhost" if case == "unknown authority" else "elsewhere.test")
    server = proxy(certificate, key)
    toml = behind(server, None if case == "unknown authority" else certificate)
    with pytest.raises(APIConnectionError) as caught:
        daemon(toml).client().chat(PROMPT)
    error = caught.value
    assert (error.reason, error.retry, error.not_processed) == ("llmgw.upstream.tls_verification_failed", "never", True)
    assert error.suggestion
    assert ("signed by nobody" if case == "unknown authority" else "another host name") in error.message
    assert sim.counts("sim")["received"] == 0


def test_expired_certificate(daemon: StartDaemon, proxy: StartProxy, directory: pathlib.Path, sim: Simulator) -> None:
    """It says so and what to do, keeps requests away like a closed port, and never leads to a connection without TLS."""
    certificate, key = make_expired_certificate(directory)
    server = proxy(certificate, key)
    client = daemon(several(
        {"expired": {"base_url": f"https://localhost:{server.port}/v1", "ca_file": str(certificate)}, "good": sim.base_url},
        {"alone": {"provider": "expired", "upstream_model": "sim"},
         "covered": {"provider": "expired", "upstream_model": "sim", "fallbacks": ["sim"]}, "sim": {"provider": "good"}},
        resilience={**EAGER, "breaker": "aggressive"},
    )).client()
    error = refused(client, model="alone")
    assert (error.reason, error.retry, error.not_processed) == ("llmgw.upstream.tls_verification_failed", "never", True)
    assert error.attempts == 1, "asking again makes no certificate right"
    assert "expired" in error.message and "renewed" in error.suggestion and "clock" in error.suggestion
    assert breaker(client, "provider/expired").consecutive_failures == 1
    # Another provider answers in its place.
    reply = client.chat(PROMPT, model="covered")
    assert [step.reason for step in reply.info.path] == ["llmgw.upstream.tls_verification_failed", None]
    refused(client, model="alone")
    shown = breaker(client, "provider/expired")
    assert (shown.state, shown.opens) == ("open", 1)
    assert refused(client, model="alone", timeout=2).reason == "llmgw.gateway.no_healthy_target"
    assert sim.counts("sim")["received"] == 1, "of the good provider; nothing has passed the bad certificate"
    assert server.log.read_text() == ""


def test_no_tls_at_all(daemon: StartDaemon, sim: Simulator) -> None:
    with pytest.raises(APIConnectionError) as caught:
        daemon(configuration(f"https://127.0.0.1:{sim.port}/v1")).client().chat(PROMPT)
    assert (caught.value.reason, caught.value.not_processed) == ("llmgw.upstream.tls_failed", True)


def test_silence_in_the_handshake(daemon: StartDaemon) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted: list[socket.socket] = []
        thread = threading.Thread(target=lambda: accepted.append(listener.accept()[0]))
        thread.start()
        toml = configuration(f"https://127.0.0.1:{listener.getsockname()[1]}/v1", provider={"connect_timeout": "300ms"})
        with pytest.raises(APIConnectionError) as caught:
            daemon(toml).client().chat(PROMPT)
        thread.join(5)
        accepted[0].close()
    assert (caught.value.reason, caught.value.retry) == ("llmgw.upstream.timeout_connect", "safe")
