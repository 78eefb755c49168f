"""HTTP/2 upstreams that refuse streams, reset them, or go away.

Proved here: what the upstream says that it did not look at is repeated without permission and paid for by nobody; what it may have done is lost,
and repeated with permission only; an upstream that goes away between requests is no failure; HTTP/2 without TLS works for more than one request.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import StartDaemon
from harness.configuration import EAGER, PROMPT, several
from harness.http2 import INTERNAL_ERROR, REFUSED_STREAM, HTTP2Upstream, Script, Stream
from harness.scripts import GOOD, refused
from harness.tls import make_certificate
from llmgw import Client
from llmgw.types import ChatReply

StartUpstream = Callable[..., HTTP2Upstream]
LOST = "llmgw.upstream.connection_lost"


@pytest.fixture
def http2(directory: pathlib.Path) -> Iterator[StartUpstream]:
    started: list[HTTP2Upstream] = []
    certificate = make_certificate(directory)

    def start(script: Script, *, tls: bool = True) -> HTTP2Upstream:
        started.append(HTTP2Upstream(script, certificate if tls else None))
        return started[-1]

    yield start
    for upstream in started:
        upstream.stop()


def works(stream: Stream) -> None:
    stream.reply(GOOD)


def first(*scripts: Script) -> Script:
    """These in turn, and then good answers."""
    waiting = list(scripts)
    return lambda stream: (waiting.pop(0) if waiting else works)(stream)


def refuses(stream: Stream) -> None:
    stream.reset(REFUSED_STREAM)


def goes_away_before(stream: Stream) -> None:
    """Without having looked at the stream."""
    stream.connection.go_away(stream.number - 2 if stream.number > 2 else 0)
    stream.connection.close()


def goes_away_within(stream: Stream) -> None:
    """Having looked at it."""
    stream.connection.go_away(stream.number)
    stream.connection.close()


def resets(stream: Stream) -> None:
    stream.reset(INTERNAL_ERROR)


def breaks(stream: Stream) -> None:
    stream.connection.close()


def through(upstream: HTTP2Upstream, **resilience: object) -> str:
    return several(
        {"up": {"base_url": upstream.base_url, "http_version": "2", **({"ca_file": str(upstream.tls[0])} if upstream.tls else {})}},
        {"sim": {"provider": "up", "input_price": 1.0, "output_price": 1.0, "currency": "EUR"}},
        resilience={**EAGER, "breaker": "off", **resilience},
    )


def ask(client: Client, **options: object) -> ChatReply:
    return client.chat(PROMPT, **options)  # type: ignore[arg-type]


UNSEEN = pytest.mark.parametrize("fault", [refuses, goes_away_before])
SEEN = pytest.mark.parametrize("fault", [goes_away_within, resets, breaks])


@pytest.mark.parametrize("fault,before", [(refuses, 0), (goes_away_before, 0), (goes_away_before, 1)])
def test_what_was_not_looked_at_is_repeated(daemon: StartDaemon, http2: StartUpstream, fault: Script, before: int) -> None:
    """Also on a connection on which something was answered before."""
    upstream = http2(first(*[works] * before, fault))
    client = daemon(through(upstream)).client()
    for _ in range(before):
        assert ask(client).info.attempts == 1
    reply = ask(client, retry_ambiguous=False)
    assert reply.text == "好的"
    assert [step.reason for step in reply.info.path] == [LOST, None]
    assert len(upstream.streams) == before + 2, "once for each attempt"
    alone = ask(client)
    assert reply.info.cost == alone.info.cost, "nobody pays for what nobody did"


def test_a_refusal_that_cannot_be_told_from_a_loss_is_one(daemon: StartDaemon, http2: StartUpstream) -> None:
    """libcurl takes a reset on a used connection for a connection that has died: whatever it is, nothing runs twice unasked."""
    upstream = http2(first(works, refuses))
    client = daemon(through(upstream)).client()
    ask(client)
    error = refused(client, retry_ambiguous=False)
    assert error.reason == LOST and (error.not_processed or error.retry == "ambiguous")
    assert len(upstream.streams) == 2


@UNSEEN
def test_the_caller_hears_that_nothing_was_done(daemon: StartDaemon, http2: StartUpstream, fault: Script) -> None:
    upstream = http2(fault)
    client = daemon(through(upstream, max_attempts=1, max_total_attempts=1)).client()
    error = refused(client)
    assert (error.reason, error.retry, error.not_processed, error.attempts) == (LOST, "safe", True, 1)
    assert len(upstream.streams) == 1, "libcurl repeats nothing on its own"


@SEEN
def test_what_may_have_been_done_needs_permission(daemon: StartDaemon, http2: StartUpstream, fault: Script) -> None:
    upstream = http2(first(fault, fault))
    client = daemon(through(upstream)).client()
    error = refused(client, retry_ambiguous=False)
    assert (error.reason, error.retry, error.not_processed, error.attempts) == (LOST, "ambiguous", False, 1)
    assert len(upstream.streams) == 1
    reply = ask(client, retry_ambiguous=True)
    assert [step.reason for step in reply.info.path] == [LOST, None]
    assert len(upstream.streams) == 3


def test_going_away_between_requests_is_no_failure(daemon: StartDaemon, http2: StartUpstream) -> None:
    def last(stream: Stream) -> None:
        works(stream)
        stream.connection.go_away(stream.number)

    upstream = http2(last)
    client = daemon(through(upstream)).client()
    for _ in range(5):
        assert ask(client).info.attempts == 1
    assert len(upstream.connections) == 5, "nothing is sent to one that has said goodbye"


def test_the_streams_before_the_last_one_are_answered(daemon: StartDaemon, http2: StartUpstream) -> None:
    """Of two on one connection the upstream still answers the first, and has not looked at the second."""
    earlier: list[Stream] = []

    def script(stream: Stream) -> None:
        if stream.connection.number > 0:
            works(stream)
        elif not earlier:
            earlier.append(stream)
        else:
            stream.connection.go_away(earlier[0].number)
            works(earlier[0])

    upstream = http2(script)
    gateway = daemon(through(upstream))
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(ask, gateway.client(), retry_ambiguous=False)
        upstream.wait_for(1)
        # libcurl tells a refusal from a loss only where the news of it came to this very stream.
        two = pool.submit(ask, gateway.client(), retry_ambiguous=True)
        assert [one.result(20).info.attempts, two.result(20).info.attempts] == [1, 2]
    streams = [(stream.connection.number, stream.number) for stream in upstream.streams]
    assert streams[:2] == [(0, 1), (0, 3)] and len(streams) == 3 and streams[2][0] > 0


def test_without_tls(daemon: StartDaemon, http2: StartUpstream) -> None:
    upstream = http2(first(works, works, refuses), tls=False)
    client = daemon(through(upstream)).client()
    assert [ask(client).info.attempts for _ in range(4)] == [1, 1, 2, 1]
