"""The log: what it says, what it never says, and where it goes."""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import pty
import re
import subprocess
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import KEY, KEY_VARIABLE, PROMPT, SECRET_WORD, configuration, section
from harness.processes import Daemon, Simulator, binary, environment
from harness.tool import FAILURE, Tool
from harness.upstream import Exchange
from harness.waiting import wait_until
from llmgw import AuthenticationError, Client, GatewayError

#: Planted in the configuration; neither may ever come out again.
HEADER_SECRET = "kopfzeile-金丝雀-4711"
FILE_SECRET = "sk-datei-fedcba9876543210"
#: Planted in requests, and repeated by the upstream.
CANARIES = {
    "prompt": f"{SECRET_WORD}-prompt-鸟", "system": f"{SECRET_WORD}-system-鸟", "answer": f"{SECRET_WORD}-answer-鸟", "input": f"{SECRET_WORD}-input-鸟",
    "stop": f"{SECRET_WORD}-stop-鸟", }


def entries(gateway: Daemon, message: str) -> list[dict[str, Any]]:
    return [entry for line in gateway.log.splitlines() if (entry := json.loads(line))["message"] == message]


def test_every_line_is_an_object_with_the_call_s_fields(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url))
    with Client(str(gateway.socket), timeout=30, name="测试\n") as client:
        request = client.chat(PROMPT).info.request_id
        with pytest.raises(GatewayError):
            client.chat(PROMPT, model="没有")
    ended = wait_until(lambda: entries(gateway, "call ended"), "the call is logged")[0]
    assert ended["request_id"] == request
    assert (ended["method"], ended["model"], ended["provider"], ended["outcome"]) == ("Chat", "sim", "up", "ok")
    assert (ended["client"], ended["peer_uid"], ended["peer_pid"]) == ("测试\n", os.getuid(), os.getpid())
    assert 0 < ended["duration_us"] < 30_000_000 and ended["queue_us"] >= 0 and ended["attempts"] == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", ended["time"]) and ended["level"] == "debug"
    failed = wait_until(lambda: entries(gateway, "call failed"), "the failure is logged")[0]
    assert (failed["outcome"], failed["level"]) == ("llmgw.client.unknown_model", "info")


def test_a_terminal_gets_text(directory: pathlib.Path) -> None:
    config = directory / "llmgw.toml"
    config.write_text(configuration("http://127.0.0.1:9/v1"))
    path = directory / "llmgw.sock"
    outer, inner = pty.openpty()
    with subprocess.Popen(
        [binary("llmgwd"), "--config", str(config), "--socket", str(path)], stdin=subprocess.DEVNULL, stderr=inner, env=environment()
    ) as process:
        wait_until(path.exists, "the daemon serves")
        process.terminate()
        assert process.wait(20) == 0
    os.close(inner)
    lines = os.read(outer, 1 << 16).decode().splitlines()
    os.close(outer)
    assert re.fullmatch(rf"\d\d:\d\d:\d\d info: listening socket={re.escape(str(path))}", lines[0])


# Audit


def test_what_administrators_do_is_recorded(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, resilience={}))
    ctl = Tool(gateway.socket)
    ctl("breakers", "force-open", "provider/up", "--reason", SECRET_WORD)
    ctl("breakers", "reset", "provider/没有", status=FAILURE)
    ctl("breakers", "reset", "provider/up")
    ctl("cancel", "0123456789abcdef", status=FAILURE)
    ctl("config", "show")
    ctl("test", "sim")
    records = wait_until(lambda: found if len(found := entries(gateway, "administrative action")) == 6 else None, "six records")
    assert [(record["action"], record["target"], record["outcome"]) for record in records] == [
        ("breaker force-open", "provider/up", "ok"), ("breaker reset", "provider/没有", "not found"), ("breaker reset", "provider/up", "ok"),
        ("cancel", "0123456789abcdef", "not found"), ("show configuration", "", "ok"), ("test models", "sim", "ok"),
    ]
    for record in records:
        assert (record["level"], record["audit"], record["peer_uid"]) == ("notice", 1, os.getuid()) and record["peer_pid"] > 0


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_what_others_try_is_recorded(daemon: StartDaemon) -> None:
    gateway = daemon(configuration("http://127.0.0.1:9/v1", server={"socket_mode": "0666"}))
    gateway.directory.chmod(0o755)
    gateway.directory.parent.chmod(0o755)
    child = os.fork()
    if child == 0:
        try:
            from harness.wire import RawClient
            from llmgw.v1 import admin_pb2, wire_pb2

            os.setgroups([])
            os.setgid(12345)
            os.setuid(12345)
            with RawClient(gateway.socket) as client:
                client.hello()
                body = admin_pb2.SetBreakerRequest(scope="provider/up", action=2).SerializeToString()
                client.request(1, wire_pb2.Request(body=body).SerializeToString(), method=0x0307)
                os._exit(client.end(1).status.code)
        finally:
            os._exit(99)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7, "PERMISSION_DENIED"
    record = wait_until(lambda: entries(gateway, "administrative action"), "a record")[0]
    assert (record["level"], record["outcome"], record["peer_uid"]) == ("warning", "llmgw.client.permission_denied", 12345)


# The canaries


def babbling(exchange: Exchange) -> None:
    """An upstream that repeats, in answers and errors, everything it was told: the key, the headers, the prompt."""
    headers = exchange.request.headers
    told = f"{exchange.request.body.decode()} {headers.get('authorization')} {headers.get('x-secret')}"
    kind = next((word for word in ("ok", "401", "400", "429", "500", "garbage", "cut") if f"case-{word}" in told), "ok")
    match kind:
        case "ok" if '"stream":true' in told.replace(" ", ""):
            exchange.stream(CANARIES["answer"])
        case "ok":
            exchange.reply({"id": "1", "object": "chat.completion", "model": "m", "choices": [
                {"index": 0, "message": {"role": "assistant", "content": CANARIES["answer"]}, "finish_reason": "stop"}]})
        case "garbage":
            exchange.reply(told)
        case "cut":
            exchange.open_stream()
            exchange.delta(CANARIES["answer"])
            exchange.event({"error": {"message": told, "type": "server_error"}})
            exchange.close()
        case status:
            exchange.reply({"error": {"message": f"Wrong: {told}", "type": "invalid", "code": "x"}}, status=int(status))


def test_canaries(daemon: StartDaemon, upstream: StartUpstream, directory: pathlib.Path) -> None:
    """Secrets that are planted in the configuration, in requests and in what upstreams say appear nowhere: keys nowhere at all, content
    only in the answer, or the error, of the caller whose it is."""
    key_file = directory / "key"
    key_file.write_text(FILE_SECRET)
    key_file.chmod(0o600)
    up = upstream(babbling)
    # A provider for each case: what refuses the key once is not asked again.
    cases = ("ok", "401", "400", "429", "500", "garbage", "cut")
    state = directory / "state"
    state.mkdir()
    server = {"state_directory": str(state)}
    toml = configuration(up.base_url, "first", provider={"headers": {"x-secret": HEADER_SECRET}, "rpm": 1000}, resilience={}, server=server)
    toml += section("cache", {"mode": "on", "disk": True})
    for case in cases:
        toml += f'[providers.env-{case}]\nbase_url = "{up.base_url}"\nkey_env = "{KEY_VARIABLE}"\nheaders = {{ x-secret = "{HEADER_SECRET}" }}\n'
        toml += f'[models.env-{case}]\nprovider = "env-{case}"\n'
        toml += f'[providers.file-{case}]\nbase_url = "{up.base_url}"\nkey_file = "{key_file}"\n[models.file-{case}]\nprovider = "file-{case}"\n'
    gateway = daemon(toml)
    ctl = Tool(gateway.socket)
    events = directory / "events"
    with events.open("wb") as file:
        watching = subprocess.Popen([binary("llmgw-ctl"), "events", "--json"], stdout=file, stderr=file, env=ctl.environment)
    wait_until(lambda: "WatchEvents" in gateway.log, "the watch begins")
    errors: list[GatewayError] = []
    requests: list[str] = []
    kept: list[str] = []
    with Client(str(gateway.socket), timeout=30) as client:
        for model, case in itertools.product(("env", "file"), cases):
            messages = [{"role": "system", "content": CANARIES["system"]}, {"role": "user", "content": f"case-{case} {CANARIES['prompt']}"}]
            try:
                reply = client.chat(messages, model=f"{model}-{case}", stop=[CANARIES["stop"]], temperature=0, timeout=5)
                requests.append(reply.info.request_id)
                kept += filter(None, [reply.info.cache_key])
                with client.stream_chat(messages, model=f"{model}-{case}") as stream:
                    list(stream)
            except GatewayError as error:
                errors.append(error)
                requests.append(error.request_id)
        for call in (lambda: client.embed([CANARIES["input"]]), lambda: client.chat(CANARIES["prompt"], model="没有")):
            with pytest.raises(GatewayError) as caught:
                call()
            errors.append(caught.value)
    assert any(isinstance(error, AuthenticationError) for error in errors) and len(errors) >= 10
    assert len(up.requests) >= 14
    assert {KEY, FILE_SECRET} == {request.headers["authorization"].removeprefix("Bearer ") for request in up.requests}, "the keys were used"

    shown = {" ".join(words): ctl(*words).stdout for words in (
        ("config", "show"), ("config", "show", "--json"), ("status",), ("status", "--json"), ("requests", "--json"), ("providers", "--json"),
        ("breakers", "--json"), ("alerts", "--json"), ("models", "--json"), ("metrics",), ("slowlog",), ("slowlog", "--json"), ("latency", "--json"),
        ("usage", "--by", "client", "--by", "model", "--by", "provider", "--json"), ("limits", "--json"), ("clients", "--json"), ("cache", "stats", "--json"),
    )}
    for key in kept:
        shown[f"cache get {key}"] = ctl("cache", "get", key, "--json").stdout
    for request in filter(None, requests):
        shown[f"why {request}"] = ctl("why", request, "--json").stdout
    wait_until(lambda: all(request.encode() in events.read_bytes() for request in filter(None, requests)), "every request is told")
    watching.terminate()
    assert watching.wait(10) is not None
    shown["events"] = events.read_text()
    shown["log"] = gateway.log
    said = {f"error {number}": f"{error} {error!r} {vars(error)}" for number, error in enumerate(errors)}

    for place, text in {**shown, **said}.items():
        for secret in (KEY, FILE_SECRET, HEADER_SECRET):
            assert secret not in text, f"a key is in: {place}"
    for place, text in shown.items():
        for name, canary in CANARIES.items():
            assert canary not in text, f"the {name} is in: {place}"
    assert "call failed" in shown["log"], "there is a log to search"
    assert any(place.startswith("why") for place in shown) and any(place.startswith("cache get") for place in shown)
    assert "env-401" in shown["metrics"] and "env-401" in shown["slowlog --json"] and "env-ok" in shown["usage --by client --by model --by provider --json"]

    gateway.stop()
    files = {path.name: path.read_bytes() for path in state.rglob("*") if path.is_file()}
    assert {"ledger.db", "cache.db", "quota.journal"} <= files.keys()
    for name, data in files.items():
        for secret in (KEY, FILE_SECRET, HEADER_SECRET):
            assert secret.encode() not in data, f"a key is in the file {name}"
        # Answers are what the cache is for; the questions stay out of it, too.
        for canary in {CANARIES[kind] for kind in CANARIES if kind != "answer" or name != "cache.db"}:
            assert canary.encode() not in data, f"{canary} is in the file {name}"
