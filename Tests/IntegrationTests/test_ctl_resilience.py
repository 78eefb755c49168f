"""llmgw-ctl against the daemon: deployments, breakers, tests of models and traces are those of real requests."""

from __future__ import annotations

import json
import os
import pathlib
import pwd
import shutil
import subprocess
from typing import Any

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import PROMPT, SECRET_WORD, configuration
from harness.processes import Daemon, Simulator, binary, environment
from harness.tool import DENIED, FAILURE, UPSTREAM, Tool
from harness.waiting import wait_until
from llmgw import GatewayError, OverloadedError

PROVIDER = "provider/up"


@pytest.fixture
def gateway(daemon: StartDaemon, sim: Simulator) -> Daemon:
    return daemon(configuration(sim.base_url, "sim", "sim-500", "模型", resilience={}))


@pytest.fixture
def ctl(gateway: Daemon) -> Tool:
    return Tool(gateway.socket)


def deployment(ctl: Tool, model: str) -> dict[str, Any]:
    """The only deployment of the model."""
    (found,) = [deployment for deployment in ctl.json("providers") if deployment["model"] == model]
    return dict(found)


def breaker(ctl: Tool, scope: str) -> dict[str, Any]:
    (found,) = [breaker for breaker in ctl.json("breakers") if breaker["scope"] == scope]
    return dict(found)


def test_a_model_without_deployments_of_its_own_has_one(ctl: Tool) -> None:
    deployments = ctl.json("providers")
    assert {deployment["model"] for deployment in deployments} == {"sim", "sim-500", "模型"}
    assert {(deployment["provider"], deployment["requests"], deployment["in_flight"]) for deployment in deployments} == {("up", 0, 0)}
    assert all("success_rate" not in deployment and "first_token_us" not in deployment for deployment in deployments)


def test_deployments_count_what_was_asked(gateway: Daemon, ctl: Tool) -> None:
    client = gateway.client()
    for _ in range(3):
        list(client.stream_chat(PROMPT, model="模型"))
    with pytest.raises(GatewayError):
        client.chat(PROMPT, model="sim-500")
    good, bad = deployment(ctl, "模型"), deployment(ctl, "sim-500")
    assert (good["requests"], good["successes"], good["failures"], good["success_rate"]) == (3, 3, 0, 1)
    assert 0 < good["first_token_us"]["p50"] <= good["first_token_us"]["p95"] <= good["first_token_us"]["p99"]
    assert good["first_token_us"]["p50"] <= good["total_us"]["p50"]
    assert bad["successes"] == 0
    assert bad["failures"] == bad["failure_counts"]["llmgw.upstream.server_error"] >= 1
    assert bad["success_rate"] == 0
    assert deployment(ctl, "sim")["requests"] == 0


def test_every_deployment_and_provider_has_a_breaker(ctl: Tool) -> None:
    scopes = {breaker["scope"] for breaker in ctl.json("breakers")}
    assert PROVIDER in scopes
    for model in ("sim", "sim-500", "模型"):
        assert f"deployment/{model}/{deployment(ctl, model)['deployment']}" in scopes


def test_a_breaker_that_is_forced_open_lets_nothing_through(gateway: Daemon, ctl: Tool, sim: Simulator) -> None:
    client = gateway.client()
    client.chat(PROMPT)
    received = sim.counts("sim")["received"]
    ctl("breakers", "force-open", PROVIDER, "--reason", "供应商维护", "--ttl", "1h")
    shown = breaker(ctl, PROVIDER)
    assert (shown["state"], shown["forced_reason"]) == ("forced-open", "供应商维护")
    assert str(os.getuid()) in shown["forced_by"]
    assert 3_500_000 < shown["forced_remaining_ms"] <= 3_600_000
    assert deployment(ctl, "sim")["state"] == "open"
    with pytest.raises(OverloadedError) as caught:
        client.chat(PROMPT, timeout=1)
    assert caught.value.not_processed
    assert caught.value.reason in ("llmgw.gateway.breaker_open", "llmgw.gateway.no_healthy_target")
    ctl("chat", "--timeout", "1", "x", status=UPSTREAM)
    assert sim.counts("sim")["received"] == received, "nothing reaches the upstream"
    ctl("breakers", "reset", PROVIDER)
    assert "forced_by" not in breaker(ctl, PROVIDER)
    assert client.chat(PROMPT).text


def test_who_set_a_breaker_is_in_the_log(gateway: Daemon, ctl: Tool) -> None:
    ctl("breakers", "force-close", PROVIDER, "--reason", SECRET_WORD)
    assert breaker(ctl, PROVIDER)["state"] == "forced-closed"
    line = wait_until(lambda: [line for line in gateway.log.splitlines() if "administrative action" in line], "the log has the change")[0]
    entry = json.loads(line)
    assert (entry["peer_uid"], entry["action"], entry["target"]) == (os.getuid(), "breaker force-closed", PROVIDER)
    # Why is for those who look at the breaker; the daemon's log is checked for the word when the daemon has ended.
    assert breaker(ctl, PROVIDER)["forced_reason"] == SECRET_WORD


def test_breakers_that_are_not_there(ctl: Tool) -> None:
    for scope in ("provider/没有", "deployment/sim", "up", ""):
        assert "no breaker" in ctl("breakers", "reset", scope, status=FAILURE).stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_strangers_set_nothing_and_test_nothing(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, server={"socket_mode": "0666"}, resilience={}))
    nobody = pwd.getpwnam("nobody")
    gateway.directory.chmod(0o755)
    gateway.directory.parent.chmod(0o755)
    copy = gateway.directory / "llmgw-ctl"
    shutil.copy(binary("llmgw-ctl"), copy)

    def stranger(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [copy, *words], capture_output=True, text=True, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], check=False,
            env={**environment(), "LLMGW_SOCKET": str(gateway.socket)},
        )

    if stranger("--version").returncode != 0:
        pytest.skip("another user cannot run the binary here: its libraries are out of reach")
    assert stranger("providers").returncode == 0
    assert stranger("breakers", "force-open", PROVIDER).returncode == DENIED
    assert stranger("test").returncode == DENIED
    reply = gateway.client().chat(PROMPT)
    assert reply.info.request_id
    assert stranger("why", reply.info.request_id).returncode == FAILURE
    ctl = Tool(gateway.socket)
    assert "forced_by" not in breaker(ctl, PROVIDER)
    assert sim.counts("sim")["received"] == 1
    assert '"outcome":"llmgw.client.permission_denied"' in gateway.log


def test_models_are_asked_for_one_token(ctl: Tool, sim: Simulator) -> None:
    shown = ctl("test", "模型")
    assert shown.stdout.splitlines()[-1] == "1 ok, 0 failed"
    assert sim.counts("模型")["received"] == 1
    document = ctl.json("test", "模型")
    assert document["results"][0]["duration_us"] >= document["results"][0].get("first_token_us", 0) >= 0


def test_one_model_that_fails_fails_the_test(ctl: Tool) -> None:
    shown = ctl("test", status=UPSTREAM)
    assert shown.stdout.splitlines()[-1] == "2 ok, 1 failed"
    (failed,) = [line for line in shown.stdout.splitlines() if line.startswith("failed")]
    assert "sim-500" in failed and "llmgw.upstream.server_error (HTTP 500)" in failed
    assert "没有" in ctl("test", "没有", status=FAILURE).stderr


def test_a_test_finds_out_about_a_server_that_is_gone(daemon: StartDaemon, tmp_path: pathlib.Path) -> None:
    ctl = Tool(daemon(configuration("http://127.0.0.1:1/v1")).socket)
    assert "llmgw.upstream.connect_failed" in ctl("test", status=UPSTREAM).stdout


def test_why_a_request_went_well(gateway: Daemon, ctl: Tool) -> None:
    info = ctl.json("chat", "--model", "模型", PROMPT)["info"]
    assert info["source"] == "model"
    assert [(step["model"], step["provider"], "reason" in step) for step in info["path"]] == [("模型", "up", False)]
    assert info["path"][0]["deployment"] == deployment(ctl, "模型")["deployment"]
    trace = ctl.json("why", info["request_id"])
    assert (trace["operation"], trace["model"], trace["uid"], trace["running"]) == ("Chat", "模型", os.getuid(), False)
    assert "reason" not in trace
    assert [step["decision"] for step in trace["steps"]] == ["attempt"]
    text = ctl("why", info["request_id"]).stdout
    assert text.splitlines()[-1] == "succeeded"
    assert SECRET_WORD not in text


def test_why_a_request_failed(gateway: Daemon, ctl: Tool) -> None:
    with pytest.raises(GatewayError) as caught:
        gateway.client().chat(PROMPT, model="sim-500")
    error = caught.value
    assert error.request_id
    trace = ctl.json("why", error.request_id)
    assert trace["reason"] == error.reason == "llmgw.upstream.server_error"
    attempts = [step for step in trace["steps"] if "duration_us" in step]
    assert len(attempts) == error.attempts
    assert {(step["reason"], step["http_status"]) for step in attempts} == {("llmgw.upstream.server_error", 500)}
    assert ctl("why", error.request_id).stdout.splitlines()[-1] == "failed: llmgw.upstream.server_error"


def test_nobody_remembers_what_never_was(ctl: Tool) -> None:
    ctl("why", "0000000000000000", status=FAILURE)
    assert "hexadecimal" in ctl("why", "zz", status=FAILURE).stderr


def test_alerts_are_none_where_none_are_configured(ctl: Tool) -> None:
    assert ctl.json("alerts") == []


def test_an_upstreams_words_cannot_forge_a_result(daemon: StartDaemon, upstream: StartUpstream) -> None:
    up = upstream(lambda exchange: exchange.reply({"error": {"message": "坏了\nok      sim/up at up: total 1 ms"}}, 500))
    shown = Tool(daemon(configuration(up.base_url)).socket)("test", status=UPSTREAM).stdout
    assert len(shown.splitlines()) == 2
