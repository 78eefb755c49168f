"""llmgw-ctl events: what happens, while it happens, without holding anybody up."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import EAGER, PROMPT, SECRET_WORD, configuration, section
from harness.processes import Daemon, Simulator
from harness.resilience import breaker
from harness.tool import FAILURE, Tool
from harness.upstream import Exchange, chat_reply
from harness.waiting import wait_until
from harness.wire import DATA, HEAD, RawClient
from llmgw import GatewayError, _service_methods
from llmgw.v1 import host_pb2

UID = os.getuid()
WATCH_EVENTS = 0x0605
Watch = Callable[..., Callable[[], dict[str, Any]]]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Follows events; each call of the result waits for the next one."""
    started = []

    def begin(gateway: Daemon, *arguments: str) -> Callable[[], dict[str, Any]]:
        before = gateway.log.count("WatchEvents")
        process = Tool(gateway.socket).start("events", "--json", *arguments)
        started.append(process)
        wait_until(lambda: gateway.log.count("WatchEvents") > before, "the watch begins")
        assert process.stdout is not None
        output = process.stdout

        def following() -> dict[str, Any]:
            event: dict[str, Any] = json.loads(output.readline())
            return event

        return following

    yield begin
    for process in started:
        process.terminate()
        process.communicate(timeout=10)


def test_a_request_that_ends_is_told(daemon: StartDaemon, sim: Simulator, watch: Watch) -> None:
    gateway = daemon(configuration(sim.base_url, "大"))
    following = watch(gateway, "--kind", "request")
    reply = gateway.client().chat(PROMPT)
    event = following()
    assert (event["kind"], event["severity"]) == ("request", "info")
    request = event["request"]
    assert request["request_id"] == reply.info.request_id
    assert (request["operation"], request["model"], request["provider"], request["client"]) == ("Chat", "大", "up", f"uid/{UID}")
    assert (request["uid"], request["attempts"]) == (UID, 1)
    assert request["usage"]["input_tokens"] == reply.usage.input_tokens
    assert "reason" not in request
    assert SECRET_WORD not in json.dumps(event, ensure_ascii=False)
    with pytest.raises(GatewayError):
        gateway.client().chat(PROMPT, model="没有")
    event = following()
    assert (event["severity"], event["request"]["reason"]) == ("warning", "llmgw.client.unknown_model")


def test_events_are_numbered_and_chosen(daemon: StartDaemon, sim: Simulator, watch: Watch) -> None:
    gateway = daemon(configuration(sim.base_url, "m", "n"))
    every, of_n, failures = watch(gateway), watch(gateway, "--model", "n"), watch(gateway, "--failures", "--kind", "request")
    client = gateway.client()
    client.chat(PROMPT, model="m")
    client.chat(PROMPT, model="n")
    with pytest.raises(GatewayError):
        client.embed([], model="n")
    numbers = [every()["sequence"] for _ in range(3)]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    assert [of_n()["sequence"] for _ in range(2)] == numbers[1:]
    assert failures()["sequence"] == numbers[2]


def test_what_administrators_do_is_told(daemon: StartDaemon, sim: Simulator, watch: Watch) -> None:
    gateway = daemon(configuration(sim.base_url, "m", resilience=EAGER))
    following = watch(gateway)
    ctl = Tool(gateway.socket)

    def told(kind: str) -> dict[str, Any]:
        event = following()
        assert event["kind"] == kind, event
        return event

    ctl("pause", "model/m", "--reason", "维护", "--ttl", "10m")
    pause = told("pause")
    assert (pause["subject"], pause["message"]) == ("model/m", "model/m is paused")
    assert pause["details"]["reason"] == "维护" and pause["details"]["by"] == f"uid {UID}"
    ctl("resume")
    assert told("pause")["details"]["state"] == "resumed"
    gateway.config.write_text("[nonsense]\n")
    ctl("reload", status=FAILURE)
    assert told("reload")["severity"] == "error"
    gateway.config.write_text(configuration(sim.base_url, "m", resilience=EAGER, server={"drain_timeout": "7s"}))
    ctl("reload")
    assert told("reload")["details"] == {"setting": "server.drain_timeout"}
    ctl("breakers", "force-open", "provider/up", "--reason", "换机")
    opened = told("breaker")
    assert opened["subject"] == "provider/up"
    assert opened["details"] == {"from": "closed", "to": "forced-open", "cause": "forced"}
    assert told("admin")["details"]["target"] == "provider/up"
    ctl("config", "show")
    assert told("admin")["details"]["action"] == "show configuration"
    ctl("drain")
    assert told("drain")["severity"] == "notice"
    assert gateway.wait() == 0


def test_a_breaker_that_opens_by_itself_is_told(daemon: StartDaemon, upstream: StartUpstream, watch: Watch) -> None:
    provider = upstream(lambda exchange: exchange.reply({"error": {"message": "坏了"}}, 500))
    gateway = daemon(configuration(provider.base_url, "m", resilience={**EAGER, "max_attempts": 1, "breaker": "aggressive"}))
    following = watch(gateway, "--kind", "breaker")
    client = gateway.client()
    for _ in range(3):
        with pytest.raises(GatewayError):
            client.chat(PROMPT, timeout=1)
    event = following()
    assert breaker(client, event["subject"]).state == event["details"]["to"] == "open"
    assert event["severity"] == "warning"


def test_a_reader_that_stops_reading_holds_nobody_up(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "m"))
    client = gateway.client()
    with RawClient(gateway.socket) as reader:
        reader.hello()
        reader.request(1, _service_methods.watch_events([], None, None, None, None, False).request(None, {}, None), method=WATCH_EVENTS)
        assert reader.frame().type == HEAD, "nothing is missed from now on"
        count = 3000
        for _ in range(count):
            with pytest.raises(GatewayError):
                client.chat(PROMPT, model="没有")
        reader.credit(1, 1 << 30)
        assert client.chat(PROMPT).text
        events: list[host_pb2.Event] = []
        message = b""
        while not events or events[-1].request.model != "m":
            frame = reader.frame()
            if frame.type != DATA:
                continue
            message += frame.payload
            if not frame.more:
                events.append(host_pb2.Event.FromString(message))
                message = b""
        dropped = sum(event.dropped for event in events)
        assert dropped > 0, "it read nothing for a while"
        assert len(events) + dropped == count + 1 == events[-1].sequence - events[0].sequence + 1


def test_one_user_watches_a_few_times_only(daemon: StartDaemon, sim: Simulator) -> None:
    """Every request's end costs time for each who watches; other calls of the user go on."""
    gateway = daemon(configuration(sim.base_url, "m", server={"max_watches_per_uid": 3}))
    request = _service_methods.watch_events([], None, None, None, None, False).request(None, {}, None)
    client = gateway.client()
    with RawClient(gateway.socket) as first, RawClient(gateway.socket) as second:
        for reader, streams in ((first, (1, 3)), (second, (1,))):
            reader.hello()
            for stream in streams:
                reader.request(stream, request, method=WATCH_EVENTS)
                assert reader.frame().type == HEAD
        second.request(3, request, method=WATCH_EVENTS)
        status = second.end(3).status
        assert status.reason == "llmgw.gateway.too_many_streams" and status.not_processed
        assert b"server.max_watches_per_uid" in status.message
        assert client.chat(PROMPT).text
        # All three hear the same of it.
        heard = []
        for reader, count in ((first, 2), (second, 1)):
            frames = [reader.frame() for _ in range(count)]
            assert {frame.type for frame in frames} == {DATA}
            heard += [host_pb2.Event.FromString(frame.payload) for frame in frames]
        assert {event.request.model for event in heard} == {"m"} and len({event.sequence for event in heard}) == 1
        second.cancel(1)
        wait_until(lambda: second.end(1), "the watch has ended")
        second.request(5, request, method=WATCH_EVENTS)
        assert second.frame().type == HEAD, "one that ends makes room"


def test_limits_that_are_learned_are_told(daemon: StartDaemon, upstream: StartUpstream, watch: Watch) -> None:
    answers = iter([(200, {"x_ratelimit_limit_requests": "50"}), (200, {"x_ratelimit_limit_requests": "20"}), (429, {})])

    def script(exchange: Exchange) -> None:
        status, headers = next(answers)
        exchange.reply(chat_reply("好") if status == 200 else {"error": {"message": "太快", "type": "rate_limit"}}, status=status, **headers)

    gateway = daemon(configuration(upstream(script).base_url))
    following = watch(gateway, "--kind", "quota")
    client = gateway.client()
    assert client.chat(PROMPT).text
    event = following()
    assert (event["kind"], event["severity"], event["subject"]) == ("quota", "notice", "upstream/up/sim")
    assert event["message"] == "the provider says that its limit is 50 requests/min"
    assert client.chat(PROMPT).text
    event = following()
    assert event["severity"] == "warning" and "20 requests/min" in event["message"]
    with pytest.raises(GatewayError):
        client.chat(PROMPT)
    assert "limits that it does not tell" in following()["message"]


def test_a_purge_is_told_and_the_status_knows_the_cache(
    daemon: StartDaemon, sim: Simulator, watch: Watch
) -> None:
    gateway = daemon(configuration(sim.base_url) + section("cache", {"mode": "on"}))
    following = watch(gateway, "--kind", "cache")
    client = gateway.client()
    for _ in range(2):
        client.chat(PROMPT, temperature=0)
    assert (client.status().cache.hits, client.status().cache.misses) == (1, 1)
    client.purge_cache("all")
    event = following()
    assert event["kind"] == "cache" and event["message"] == f"uid {UID}: purge cache"


def test_a_disk_tier_that_fails_is_told(daemon: StartDaemon, sim: Simulator, watch: Watch, directory: pathlib.Path) -> None:
    state = directory / "state"
    state.mkdir()
    (state / "cache.db").mkdir()
    gateway = daemon(configuration(sim.base_url, server={"state_directory": str(state)}) + section("cache", {"mode": "on", "disk": True}))
    following = watch(gateway, "--kind", "cache")
    client = gateway.client()
    client.chat(PROMPT, temperature=0)
    event = following()
    assert (event["severity"], event["subject"]) == ("warning", "disk") and "cache.db" in event["message"]
