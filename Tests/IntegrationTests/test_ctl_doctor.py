"""llmgw-ctl doctor: what it finds on a host whose state the test knows."""

from __future__ import annotations

import json
import os
import pathlib
import pwd
import shutil
import subprocess
from typing import Any

import pytest
from conftest import StartDaemon
from harness.answers import Answer, AnsweringDaemon
from harness.configuration import KEY, configuration, several
from harness.processes import Simulator, binary, environment
from harness.tool import FAILURE, OK, Tool
from llmgw.v1 import admin_pb2, meta_pb2, types_pb2


def findings(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {finding["check"]: finding for finding in document["findings"]}


def examine(ctl: Tool, *arguments: str, status: int = OK) -> dict[str, dict[str, str]]:
    result = ctl("doctor", "--json", *arguments, status=status)
    document = json.loads(result.stdout)
    assert KEY not in result.stdout + result.stderr
    found = findings(document)
    assert document["failed"] == sum(finding["verdict"] == "failed" for finding in document["findings"])
    for finding in document["findings"]:
        assert finding["verdict"] in ("ok", "skipped") or finding["remedy"], finding
    return found


def test_a_gateway_that_is_well(daemon: StartDaemon, sim: Simulator, directory: pathlib.Path) -> None:
    gateway = daemon(configuration(sim.base_url, "sim", "名前", server={"state_directory": str(directory)}))
    ctl = Tool(gateway.socket)
    found = examine(ctl)
    for check in ("socket", "permissions", "daemon", "access", "configuration", "key of up", "disk", "name of 127.0.0.1", "provider up"):
        assert found[check]["verdict"] == "ok", found[check]
    assert found["daemon"]["message"].startswith("llmgwd 0.1.0 answers, protocol 1.0")
    assert str(directory) in found["disk"]["message"]
    assert "open files" in found["limits"]["message"]
    assert found["clock"]["verdict"] in ("ok", "warning")
    assert sim.counts("名前")["received"] == 1
    text = ctl("doctor").stdout
    assert "ok       provider up: answers in" in text
    assert ": 0 failed" in text.splitlines()[-1]


def test_no_provider_is_asked_without_leave(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    assert examine(Tool(gateway.socket), "--no-providers")["providers"]["verdict"] == "skipped"
    assert sim.counts("sim")["received"] == 0


def test_a_key_that_only_the_daemon_sees(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    ctl = Tool(gateway.socket)
    ctl.environment.pop("LLMGW_TEST_KEY")
    key = examine(ctl, "--no-providers")["key of up"]
    assert key["verdict"] == "skipped"
    assert "$LLMGW_TEST_KEY" in key["message"]


def test_providers_that_fail(daemon: StartDaemon, sim: Simulator) -> None:
    text = several(
        {"well": sim.base_url, "refusing": sim.base_url, "nowhere": "http://127.0.0.1:9/v1"},
        {"好": {"deployments": {"a": {"provider": "well", "upstream_model": "sim"}}},
         "坏": {"deployments": {"b": {"provider": "refusing", "upstream_model": "sim-401"}, "c": "nowhere"}}},
    )
    found = examine(Tool(daemon(text).socket), status=FAILURE)
    assert found["provider well"]["verdict"] == "ok"
    assert found["provider refusing"]["message"].startswith("it refuses the key: 坏/b: llmgw.upstream.authentication")
    assert found["provider nowhere"]["message"].startswith("no connection: 坏/c: llmgw.upstream.connect_failed")


def test_a_provider_that_never_answers_does_not_hide_the_others(daemon: StartDaemon, sim: Simulator) -> None:
    deployments = {"a": {"provider": "well", "upstream_model": "sim"}, "b": {"provider": "silent", "upstream_model": "sim-hang"}}
    text = several({"well": sim.base_url, "silent": sim.base_url}, {"模型": {"deployments": deployments}})
    found = examine(Tool(daemon(text).socket), "--timeout", "1", status=FAILURE)
    assert found["daemon"]["verdict"] == found["provider well"]["verdict"] == "ok"
    assert found["provider silent"]["verdict"] == "failed"


def test_answers_that_came_before_the_asking_failed(directory: pathlib.Path) -> None:
    well = admin_pb2.TestResult(model="模型", deployment="a", provider="well", status=types_pb2.Status(code=0), duration_us=20_000)
    lost = types_pb2.Status(code=14, reason="llmgw.gateway.draining", message="关门了".encode())
    answers = {
        0x0102: Answer(meta_pb2.GetInfoReply(version="0.0.1", protocol_major=1)),
        0x0301: Answer(admin_pb2.StatusReply(version="0.0.1", state="draining", problems=["坏了".encode()])),
        0x0304: Answer(admin_pb2.GetConfigReply()),
        0x0308: Answer(admin_pb2.TestModelsReply(), [well], lost),
    }
    path = directory / "llmgw.sock"
    server = AnsweringDaemon(path, answers)
    try:
        result = Tool(path)("doctor", status=FAILURE)
    finally:
        server.stop()
    for line in ("ok       provider well: answers in 20 ms", "failed   providers: after 1 answers of deployments: 关门了",
                 "warning  state: the daemon is draining", "warning  state: 坏了"):
        assert line in result.stdout
    assert "the daemon 0.0.1" in result.stdout


def test_a_configuration_with_mistakes(daemon: StartDaemon, sim: Simulator, directory: pathlib.Path) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    broken = directory / "坏.toml"
    broken.write_text('[server]\nsocket_mod = "0660"\n')
    found = examine(Tool(gateway.socket), "--no-providers", "--config", str(broken), status=FAILURE)
    assert 'did you mean "socket_mode"' in found["configuration"]["message"]
    missing = directory / "missing.toml"
    found = examine(Tool(gateway.socket), "--no-providers", "--config", str(missing), status=FAILURE)
    assert "No such file" in found["configuration"]["message"]


def test_a_key_file_that_others_may_read(daemon: StartDaemon, sim: Simulator, directory: pathlib.Path) -> None:
    gateway = daemon(configuration(sim.base_url, "sim"))
    key = directory / "key"
    key.write_text(KEY)
    key.chmod(0o600)
    config = directory / "llmgw.toml"
    config.write_text(
        f'[providers.up]\nbase_url = "{sim.base_url}"\nkey_file = "{key}"\n[models.sim]\nprovider = "up"\n[defaults]\nmodel = "sim"\n'
    )
    ctl = Tool(gateway.socket)
    assert examine(ctl, "--no-providers", "--config", str(config))["key of up"]["message"] == "present"
    key.chmod(0o644)
    found = examine(ctl, "--no-providers", "--config", str(config), status=FAILURE)
    assert "chmod 600" in found["configuration"]["message"]


def test_a_socket_for_everybody(daemon: StartDaemon, sim: Simulator) -> None:
    gateway = daemon(configuration(sim.base_url, "sim", server={"socket_mode": "0666"}))
    found = examine(Tool(gateway.socket), "--no-providers")
    assert found["permissions"]["verdict"] == "warning"


@pytest.mark.parametrize(("kind", "words"), [("nothing", "there is none at"), ("file", "is not a socket")])
def test_without_a_daemon(directory: pathlib.Path, kind: str, words: str) -> None:
    path = directory / "llmgw.sock"
    if kind == "file":
        path.write_text("")
    found = examine(Tool(path), status=FAILURE)
    assert words in found["socket"]["message"]
    assert found["daemon"]["verdict"] == "failed"
    assert "clock" in found and "service" in found


def test_a_user_who_is_no_administrator(daemon: StartDaemon, sim: Simulator, directory: pathlib.Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    nobody = pwd.getpwnam("nobody")
    directory.chmod(0o755)
    gateway = daemon(configuration(sim.base_url, "sim", server={"socket_mode": "0666"}))
    gateway.directory.chmod(0o755)
    gateway.config.chmod(0o600)
    copy = directory / "llmgw-ctl"
    shutil.copy(binary("llmgw-ctl"), copy)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [copy, *arguments], capture_output=True, text=True, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], timeout=30, check=False,
            env={**environment(), "LLMGW_SOCKET": str(gateway.socket)},
        )

    if run("--version").returncode != 0:
        pytest.skip("another user cannot run the binary here: its libraries are out of reach")
    result = run("doctor", "--config", str(gateway.config), "--json")
    assert result.returncode == OK, result.stdout + result.stderr
    found = findings(json.loads(result.stdout))
    for check in ("access", "configuration", "providers"):
        assert found[check]["verdict"] == "skipped", found[check]
    gateway.socket.chmod(0o600)
    result = run("doctor", "--json")
    assert result.returncode == FAILURE
    assert findings(json.loads(result.stdout))["permissions"]["message"].startswith("you may not use it: mode 600")
