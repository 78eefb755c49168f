"""Metrics, read by a monitoring system's own parsers."""

from __future__ import annotations

import http.client
import pathlib
import re
import socket
import stat
import threading
import time

import pytest
from conftest import StartDaemon, StartSimulator, StartUpstream
from harness.configuration import EAGER, KEY, PROMPT, SECRET_WORD, section, several
from harness.configuration import configuration as one_provider
from harness.metrics import Metrics, UnixConnection, openmetrics, prometheus, scrape
from harness.processes import REPOSITORY, Daemon, Simulator
from harness.tool import FAILURE, Tool
from harness.upstream import Exchange, chat_chunk, chat_reply
from harness.waiting import PATIENCE, wait_until
from llmgw import GatewayError

CHAT = {"gen_ai_operation_name": "chat", "gen_ai_provider_name": "up", "gen_ai_request_model": "大"}
REFERENCE = re.compile(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \| (.*?) \| (.+) \|$", re.MULTILINE)


def test_both_formats_say_the_same(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(one_provider(sim.base_url, "大", "a/b:c"))
    ctl, client = Tool(gateway.socket), gateway.client()
    client.chat(PROMPT)
    client.chat(PROMPT, model="a/b:c")
    plain = prometheus(ctl("metrics").stdout)
    text = ctl("metrics", "--format", "openmetrics").stdout
    assert text.endswith("\n# EOF\n")
    other = openmetrics(text)
    assert plain.families.keys() == other.families.keys()
    for name, family in plain.families.items():
        assert (family.type, family.documentation) == (other.families[name].type, other.families[name].documentation)
        if not name.startswith("process_"):
            assert [sample[:2] for sample in family.samples] == [sample[:2] for sample in other.families[name].samples]
    assert plain.value("llmgw_requests_total", model="a/b:c", outcome="ok", operation="chat") == 1


def test_series_are_there_before_anything_happens(daemon: StartDaemon, sim: Simulator) -> None:
    models = {"大": {"provider": "up", "fallbacks": ["小"]}, "小": {"provider": "up"}}
    metrics = scrape(Tool(daemon(several({"up": sim.base_url}, models)).socket))
    for outcome in ("ok", "failed", "cancelled"):
        assert metrics.value("llmgw_requests_total", operation="chat", provider="up", model="大", outcome=outcome) == 0
    assert metrics.value("llmgw_request_failures_total", reason="llmgw.upstream.rate_limited") == 0
    assert metrics.value("llmgw_admission_rejected_total", reason="llmgw.gateway.paused") == 0
    assert metrics.value("llmgw_failovers_total", **{"from": "大", "to": "小"}) == 0
    assert metrics.value("llmgw_tokens_total", provider="up", model="小", type="output") == 0
    assert metrics.value("gen_ai_client_operation_duration_seconds_count", **CHAT) == 0
    assert metrics.value("gen_ai_client_token_usage_count", gen_ai_token_type="input", **CHAT) == 0
    assert metrics.value("llmgw_upstream_attempts_total", provider="up", outcome="failed") == 0
    assert metrics.value("llmgw_provider_up", provider="up") == 1
    assert metrics.value("llmgw_provider_breaker_state", provider="up", state="closed") == 1
    assert metrics.value("llmgw_events_total", kind="alert") == 0
    assert {labels["priority"] for labels, _ in metrics.series("llmgw_queue_depth")} == {"interactive", "normal", "batch"}
    assert metrics.value("llmgw_config_last_reload_success") == 1
    assert metrics.value("process_open_fds") > 3 and metrics.value("process_resident_memory_bytes") > 1 << 20
    assert metrics.value("llmgw_build_info") == 1


def test_what_requests_leave(daemon: StartDaemon, upstream: StartUpstream) -> None:
    provider = upstream(
        lambda exchange: exchange.reply(
            chat_reply(usage={"prompt_tokens": 100, "completion_tokens": 20, "prompt_tokens_details": {"cached_tokens": 64}})
        )
    )
    price = {"input_price": 10.0, "output_price": 30.0}
    gateway = daemon(one_provider(provider.base_url, "大", model=price))
    client = gateway.client()
    for _ in range(2):
        client.chat(PROMPT)
    list(client.batch([PROMPT]))
    with pytest.raises(GatewayError):
        client.chat(PROMPT, model="没有这个模型")
    metrics = scrape(Tool(gateway.socket))
    assert metrics.value("llmgw_requests_total", operation="chat", model="大", outcome="ok") == 2
    assert metrics.value("llmgw_requests_total", operation="batch", model="大", outcome="ok") == 1
    assert metrics.value("llmgw_request_failures_total", reason="llmgw.client.unknown_model") == 1
    assert metrics.value("gen_ai_client_operation_duration_seconds_count", **CHAT) == 3
    assert metrics.value("gen_ai_client_token_usage_sum", gen_ai_token_type="input", **CHAT) == 300
    assert metrics.value("gen_ai_client_token_usage_bucket", gen_ai_token_type="output", le="64.0", **CHAT) == 3
    assert metrics.value("gen_ai_client_token_usage_bucket", gen_ai_token_type="output", le="16.0", **CHAT) == 0
    tokens = {labels["type"]: value for labels, value in metrics.series("llmgw_tokens_total", model="大")}
    assert tokens == {"input": 300, "output": 60, "cache_read": 192, "reasoning": 0}
    assert metrics.value("llmgw_overhead_seconds_count") == metrics.value("llmgw_queue_wait_seconds_count") == 3
    assert metrics.value("llmgw_upstream_attempts_total", provider="up", outcome="ok") == 3
    assert metrics.value("llmgw_events_total", kind="request") == 4


def test_how_far_apart_chunks_come(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """A chunk counts from the second on, by the time since the one before it."""
    name = "gen_ai_client_operation_time_per_output_chunk_seconds"
    pause = 0.5

    def slow(exchange: Exchange) -> None:
        if not exchange.request.json.get("stream"):
            exchange.reply(chat_reply())
            return
        exchange.open_stream()
        exchange.delta("一")
        time.sleep(pause)
        exchange.delta("二")
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    provider = upstream(slow)
    gateway = daemon(one_provider(provider.base_url, "大"))
    assert scrape(Tool(gateway.socket)).value(f"{name}_count", **CHAT) == 0
    gateway.client().chat(PROMPT)
    began = time.monotonic()
    with gateway.client().stream_chat(PROMPT) as stream:
        chunks = list(stream)
    took = time.monotonic() - began
    metrics = scrape(Tool(gateway.socket))
    assert metrics.value(f"{name}_count", **CHAT) == len(chunks) - 1 == 2
    assert metrics.value(f"{name}_bucket", le="0.16", **CHAT) < 2, "one came after the pause"
    assert 0.16 < metrics.value(f"{name}_sum", **CHAT) < took


def test_tokens_that_nobody_counted_are_estimates(daemon: StartDaemon, upstream: StartUpstream) -> None:
    provider = upstream(lambda exchange: exchange.reply(chat_reply("好的，我来回答。", usage=None)))
    gateway = daemon(one_provider(provider.base_url, "大"))
    gateway.client().chat(PROMPT)
    metrics = scrape(Tool(gateway.socket))
    estimated = {labels["type"]: value for labels, value in metrics.series("llmgw_estimated_tokens_total", model="大")}
    assert estimated.keys() == {"input", "output"} and all(value > 0 for value in estimated.values())
    assert {value for _, value in metrics.series("llmgw_tokens_total", model="大")} == {0}
    assert metrics.value("gen_ai_client_token_usage_count", gen_ai_token_type="input", **CHAT) == 0


def test_how_good_estimates_are(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """An upstream that counts a hundred times what the gateway expects of the request, and nothing of the answer."""
    name = "llmgw_token_estimate_ratio"
    usage = {"prompt_tokens": 5000, "completion_tokens": 0}
    provider = upstream(lambda exchange: exchange.reply(chat_reply(usage=usage)))
    gateway = daemon(one_provider(provider.base_url, "大"))
    assert {value for _, value in scrape(Tool(gateway.socket)).series(f"{name}_count")} == {0}
    gateway.client().chat(PROMPT)
    metrics = scrape(Tool(gateway.socket))
    assert metrics.value(f"{name}_count", type="input") - metrics.value(f"{name}_bucket", type="input", le="10.0") == 1
    assert metrics.value(f"{name}_bucket", type="output", le="0.1") == 1
    assert metrics.value(f"{name}_sum", type="input") > 100 and metrics.value(f"{name}_sum", type="output") == 0


def test_requests_that_have_not_ended(daemon: StartDaemon, upstream: StartUpstream) -> None:
    release = threading.Event()

    def held(exchange: Exchange) -> None:
        exchange.open_stream()
        exchange.delta("开始")
        assert release.wait(PATIENCE)
        exchange.event(chat_chunk({}, finish="stop"))
        exchange.end_stream()

    gateway = daemon(one_provider(upstream(held).base_url, "大"))
    ctl = Tool(gateway.socket)

    def in_flight() -> dict[str, float]:
        metrics = scrape(ctl)
        told = {labels["operation"]: value for labels, value in metrics.series("llmgw_requests_in_flight")}
        return told | {"at the provider": metrics.value("llmgw_provider_requests_in_flight", provider="up")}

    none: dict[str, float] = {"batch": 0, "chat": 0, "complete": 0, "embed": 0, "at the provider": 0}
    assert in_flight() == none
    with gateway.client().stream_chat(PROMPT) as stream:
        next(iter(stream))
        assert in_flight() == none | {"chat": 1, "at the provider": 1}
        release.set()
        list(stream)
    wait_until(lambda: in_flight() == none, "all have ended")


def test_what_is_left_of_limits(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """The configured limit and those that two upstream models have told: of each kind the least that is left."""
    told = {"大": "40", "小": "30"}
    up = upstream(lambda exchange: exchange.reply(chat_reply(), x_ratelimit_limit_requests=told[exchange.request.json["model"]]))
    gateway = daemon(one_provider(up.base_url, "大", "小", provider={"rpm": 50, "max_concurrency": 3}))
    client = gateway.client()
    assert scrape(Tool(gateway.socket)).value("llmgw_provider_ratelimit_remaining", provider="up", limit="rpm") == 50
    for model in told:
        assert client.chat(PROMPT, model=model).text
    metrics = scrape(Tool(gateway.socket))
    assert metrics.value("llmgw_provider_ratelimit_remaining", provider="up", limit="rpm") == 30, "nothing had been counted for it before"
    assert metrics.value("llmgw_provider_ratelimit_remaining", provider="up", limit="max_concurrency") == 3


def test_no_words_of_callers(daemon: StartDaemon, upstream: StartUpstream) -> None:
    """Nor of an upstream, which repeats the key and the prompt in answers and in errors."""

    def repeating(exchange: Exchange) -> None:
        words = f"{exchange.request.headers['authorization']} {exchange.request.body.decode()}"
        if "失败" in words:
            return exchange.reply({"error": {"message": words, "type": words, "code": words}}, 400)
        exchange.reply({**chat_reply(words), "id": words, "model": words})

    gateway = daemon(one_provider(upstream(repeating).base_url, "m"))
    client = gateway.client(name="客户自称")
    with pytest.raises(GatewayError):
        client.chat(f"{PROMPT} 失败")
    before = scrape(Tool(gateway.socket))
    client.chat(PROMPT, labels={"标签": "值"})
    for number in range(20):
        with pytest.raises(GatewayError):
            client.chat(PROMPT, model=f"编造-{number}")
    text = Tool(gateway.socket)("metrics").stdout
    for word in ("客户自称", "标签", "值", "编造", "失败", SECRET_WORD, KEY):
        assert word not in text
    new = {sample for sample in _series(prometheus(text))} - _series(before)
    assert len(new) <= 3, f"unknown models make no series each: {new}"


def _series(metrics: Metrics) -> set[tuple[str, str]]:
    return {(sample.name, str(sorted(sample.labels.items()))) for family in metrics.families.values() for sample in family.samples}


def test_failures_retries_and_failovers(daemon: StartDaemon, upstream: StartUpstream, simulator: StartSimulator) -> None:
    broken = upstream(lambda exchange: exchange.reply({"error": {"message": "坏了"}}, 500))
    resilience = {**EAGER, "max_attempts": 2, "breaker": "off", "retry_ambiguous": True}
    models = {"m": {"provider": "坏", "fallbacks": ["n"]}, "n": {"provider": "好"}}
    gateway = daemon(several({"坏": broken.base_url, "好": simulator().base_url}, models, resilience=resilience))
    reply = gateway.client().chat(PROMPT, model="m")
    assert reply.info.model == "n"
    ctl = Tool(gateway.socket)
    ctl("pause", "model/m", "--refuse")
    with pytest.raises(GatewayError):
        gateway.client().chat(PROMPT, model="m")
    metrics = scrape(ctl)
    failed = len(broken.requests)
    assert metrics.value("llmgw_failovers_total", **{"from": "m", "to": "n"}) == 1
    assert metrics.value("llmgw_upstream_attempts_total", provider="坏", outcome="failed") == failed
    assert metrics.sum("llmgw_deployment_failures_total", provider="坏", model="m") == failed
    assert metrics.value("llmgw_upstream_retries_total", provider="好") == failed
    assert metrics.value("llmgw_admission_rejected_total", reason="llmgw.gateway.paused") == 1
    assert metrics.value("llmgw_pauses") == 1


def test_the_cache_counts_apart(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(one_provider(sim.base_url, "大", model={"cache": "on"}))
    client = gateway.client()
    for _ in range(3):
        client.chat(PROMPT, temperature=0)
    metrics = scrape(Tool(gateway.socket))
    assert metrics.value("llmgw_requests_total", operation="chat", model="大", outcome="ok") == 3
    assert metrics.value("gen_ai_client_operation_duration_seconds_count", **CHAT) == 1
    assert metrics.value("llmgw_cache_answers_total", result="hit") == 2
    assert metrics.value("llmgw_cache_entries", tier="memory") == 1


def test_reloads_are_counted(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(one_provider(sim.base_url, "m"))
    ctl = Tool(gateway.socket)
    read = scrape(ctl).value("llmgw_config_last_reload_timestamp_seconds")
    gateway.config.write_text("[nonsense]\n")
    ctl("reload", "--check", status=FAILURE)
    ctl("reload", status=FAILURE)
    metrics = scrape(ctl)
    assert metrics.value("llmgw_config_reloads_total", outcome="refused") == 1, "a check is none"
    assert metrics.value("llmgw_config_last_reload_success") == 0
    gateway.reload(one_provider(sim.base_url, "m", "新"))
    metrics = scrape(ctl)
    assert metrics.value("llmgw_config_last_reload_success") == 1
    assert metrics.value("llmgw_config_last_reload_timestamp_seconds") > read
    assert metrics.value("llmgw_requests_total", operation="chat", model="新", outcome="ok") == 0


def get(connection: http.client.HTTPConnection, path: str = "/metrics", method: str = "GET", **headers: str) -> tuple[int, str, str]:
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, answer.headers["Content-Type"], body


@pytest.fixture
def collected(daemon: StartDaemon, sim: Simulator, directory: pathlib.Path) -> tuple[Daemon, pathlib.Path, int]:
    """A daemon whose metrics can be collected: with the path of the socket, and the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = directory / "metrics.sock"
    place = section("metrics", {"socket": str(path), "socket_mode": "0600", "listen": f"127.0.0.1:{port}"})
    gateway = daemon(one_provider(sim.base_url, "大") + place)
    # Programs can connect, and wait, before everything is open.
    gateway.client().ping()
    return gateway, path, port


def test_collecting(collected: tuple[Daemon, pathlib.Path, int]) -> None:
    gateway, path, port = collected
    gateway.client().chat(PROMPT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for connection in (UnixConnection(path), http.client.HTTPConnection("127.0.0.1", port, timeout=10)):
        status, kind, text = get(connection)
        assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
        assert prometheus(text).value("gen_ai_client_operation_duration_seconds_count", **CHAT) == 1
        status, kind, text = get(connection, "/metrics?name=x", Accept="application/openmetrics-text; version=1.0.0, text/plain;q=0.5")
        assert (status, kind) == (200, "application/openmetrics-text; version=1.0.0; charset=utf-8")
        assert openmetrics(text).value("llmgw_requests_total", operation="chat", outcome="ok", model="大") == 1
        assert get(connection, method="HEAD")[::2] == (200, "")
        assert get(connection, "/")[0] == 404
        assert get(connection, method="POST")[0] == 405
    gateway.stop()
    assert not path.exists()


def test_a_crowd_of_collectors_is_turned_away(collected: tuple[Daemon, pathlib.Path, int]) -> None:
    gateway, path, _ = collected
    crowd = [socket.socket(socket.AF_UNIX) for _ in range(17)]
    try:
        for connection in crowd:
            connection.settimeout(10)
            connection.connect(str(path))
        assert crowd[-1].recv(1) == b"", "one too many"
    finally:
        for connection in crowd:
            connection.close()
    wait_until(lambda: _answers(path), "there is room again")
    assert gateway.client().chat(PROMPT).text


def _answers(path: pathlib.Path) -> bool:
    try:
        return get(UnixConnection(path))[0] == 200
    except (ConnectionError, http.client.HTTPException):
        return False


def test_nonsense_ends_the_connection(collected: tuple[Daemon, pathlib.Path, int]) -> None:
    _, path, _ = collected
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(path))
        connection.sendall("胡说八道\r\n\r\n".encode())
        while connection.recv(1 << 16):
            pass
    assert _answers(path)


def test_the_reference_lists_what_there_is(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(one_provider(sim.base_url, "m"))
    gateway.client().chat(PROMPT)
    metrics = scrape(Tool(gateway.socket))
    rows = REFERENCE.findall((REPOSITORY / "docs" / "metrics.md").read_text())
    listed = {name: (kind, set(re.findall(r"`([a-z_]+)`", labels)), meaning) for name, kind, labels, meaning in rows}
    assert len(listed) == len(rows)
    told = {name + ("_total" if family.type == "counter" else ""): family for name, family in metrics.families.items()}
    assert listed.keys() == told.keys()
    for name, family in told.items():
        kind, labels, meaning = listed[name]
        assert (family.type, family.documentation) == (kind, meaning)
        used = {label for sample in family.samples for label in sample.labels} - {"le"}
        assert used <= labels, name
