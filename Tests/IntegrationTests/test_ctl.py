"""llmgw-ctl: what people and scripts get from each command, and its exit status when something is wrong."""

from __future__ import annotations

import fcntl
import grp
import os
import pathlib
import pty
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import termios

import pytest
from conftest import StartDaemon, StartUpstream
from harness.configuration import KEY, SECRET_WORD, configuration
from harness.processes import Daemon, Simulator, binary, environment
from harness.tool import DEADLINE, DENIED, FAILURE, INTERRUPTED, OK, UNREACHABLE, UPSTREAM, USAGE, Tool
from harness.waiting import wait_until
from harness.wire import RawClient, chat_request
from llmgw.v1 import wire_pb2


@pytest.fixture
def gateway(daemon: StartDaemon, sim: Simulator) -> Daemon:
    models = ("sim", "sim-500", "sim-hang", "sim-cut", "名前")
    return daemon(configuration(sim.base_url, *models, server={"socket_mode": "0660"}))


@pytest.fixture
def ctl(gateway: Daemon) -> Tool:
    return Tool(gateway.socket)


def test_ping(ctl: Tool) -> None:
    assert "3 pings" in ctl("ping").stdout
    times = ctl.json("ping", "--count", "20")
    assert times["count"] == 20
    assert 0 < times["min_us"] <= times["median_us"] <= times["max_us"]


def test_chat_shows_the_answer_as_text(ctl: Tool) -> None:
    answer = ctl("chat", "--system", "Be brief.", "你好，世界？")
    assert "“你好，世界？”" in answer.stdout
    assert answer.stdout.endswith("\n")
    assert answer.stderr == ""


def test_chat_reads_standard_input(ctl: Tool) -> None:
    answer = ctl("chat", "Review:", "-", stdin="+ naïve 修改\n".encode())
    assert "Review:\n+ naïve 修改" in answer.stdout


def test_interrupted_while_it_reads_standard_input(ctl: Tool) -> None:
    with subprocess.Popen([binary("llmgw-ctl"), "chat", "-"], stdin=subprocess.PIPE, env=ctl.environment) as process:
        wait_until(lambda: handles(process.pid, signal.SIGINT), "the tool takes SIGINT into its own hands")

        def interrupted() -> bool:
            process.send_signal(signal.SIGINT)
            return process.poll() is not None

        wait_until(interrupted, "the tool ends")
        assert process.returncode == INTERRUPTED


def handles(pid: int, number: int) -> bool:
    """Whether the signal has another effect than its default."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return any(int(status.partition(mask)[2].split()[0], 16) >> (number - 1) & 1 for mask in ("SigIgn:", "SigCgt:"))


def test_output_that_cannot_be_written_is_told(ctl: Tool) -> None:
    with open("/dev/full", "wb") as full:
        result = subprocess.run(
            [binary("llmgw-ctl"), "models"], stdout=full, stderr=subprocess.PIPE, env=ctl.environment, timeout=30, check=False
        )
    assert result.returncode == FAILURE
    assert b"cannot be written: No space left on device" in result.stderr


def test_a_pipe_that_does_not_block_gets_everything(ctl: Tool) -> None:
    whole = ctl("describe", "--proto").stdout.encode()
    reader, writer = os.pipe()
    size = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    assert len(whole) > size
    os.set_blocking(writer, False)
    with os.fdopen(reader, "rb") as pipe:
        with subprocess.Popen([binary("llmgw-ctl"), "describe", "--proto"], stdout=writer, env=ctl.environment) as process:
            os.close(writer)
            wait_until(lambda: unread(reader) == size, "the pipe is full")
            assert pipe.read() == whole
        assert process.returncode == OK


def unread(descriptor: int) -> int:
    return int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4), sys.byteorder)


def test_chat_refuses_input_that_is_not_text(ctl: Tool) -> None:
    assert "not UTF-8" in ctl("chat", "-", stdin=b"\xff\xfe", status=FAILURE).stderr
    assert "empty" in ctl("chat", "", status=USAGE).stderr


def test_chat_json(ctl: Tool) -> None:
    reply = ctl.json("chat", "--max-tokens", "5", "ping")
    assert reply["choices"][0]["finish_reason"] == "length"
    assert reply["usage"]["output_tokens"] == 5
    assert reply["info"]["model"] == "sim"
    assert reply["info"]["attempts"] == 1


def test_chat_stats_stay_out_of_the_answer(ctl: Tool) -> None:
    answer = ctl("chat", "--stats", "ping")
    assert "tokens" not in answer.stdout
    assert "tokens" in answer.stderr


def test_models(ctl: Tool) -> None:
    models = ctl.json("models")
    assert {model["name"] for model in models} == {"sim", "sim-500", "sim-hang", "sim-cut", "名前"}
    assert [model["name"] for model in models if model["default"]] == ["sim"]
    table = ctl("models").stdout.splitlines()
    assert table[0].startswith("MODEL")
    # Names of double width keep the columns straight.
    column = table[0].index("PROVIDER")
    wide = next(line for line in table if line.startswith("名前"))
    assert wide.index("up") == column - len("名前")


def test_status_counts(ctl: Tool) -> None:
    ctl("chat", "ping")
    ctl("chat", "--model", "sim-500", "ping", status=UPSTREAM)
    status = ctl.json("status")
    assert (status["requests"], status["succeeded"], status["failed"]) == (2, 1, 1)
    assert status["providers"][0]["attempts"] == 2
    assert status["providers"][0]["failures"] == 1
    text = ctl("status").stdout
    assert "2, 1 succeeded, 1 failed" in text
    assert "serving" in text


def test_requests_and_cancel(ctl: Tool) -> None:
    asking = ctl.start("chat", "--model", "sim-hang", "ping")
    try:
        inflight = wait_until(lambda: ctl.json("requests"), "the request is in flight")
        assert [r["operation"] for r in inflight] == ["Chat"]
        assert inflight[0]["uid"] == os.getuid()
        assert inflight[0]["pid"] == asking.pid
        assert inflight[0]["client_name"] == "llmgw-ctl"
        identifier = inflight[0]["request_id"]
        assert identifier in ctl("requests").stdout
        ctl("cancel", identifier)
        assert asking.wait(10) == FAILURE
        assert asking.stderr is not None
        assert b"cancelled_by_operator" in asking.stderr.read()
    finally:
        asking.kill()
        asking.communicate()
    assert "requests" in ctl("cancel", identifier, status=FAILURE).stderr
    assert "hexadecimal" in ctl("cancel", "zz", status=FAILURE).stderr


def test_interrupt_cancels_the_call(ctl: Tool, sim: Simulator) -> None:
    asking = ctl.start("chat", "--model", "sim-hang", "ping")
    try:
        wait_until(lambda: sim.counts("sim-hang")["in_flight"] == 1, "the upstream has the request")
        asking.send_signal(signal.SIGINT)
        assert asking.wait(10) == INTERRUPTED
        wait_until(lambda: sim.counts("sim-hang")["aborted"] == 1, "the upstream transfer ends")
    finally:
        asking.kill()
        asking.communicate()


def test_errors_say_who_failed_and_what_to_do(ctl: Tool) -> None:
    error = ctl("chat", "--model", "sim-500", "x", status=UPSTREAM).stderr
    assert "llmgw.upstream.server_error" in error
    assert "HTTP 500" in error
    assert "llmgw-ctl models" in ctl("chat", "--model", "nope", "x", status=FAILURE).stderr
    cut = ctl("chat", "--model", "sim-cut", "x", status=UPSTREAM)
    assert cut.stdout, "what arrived before the cut is shown"
    assert "stream_truncated" in cut.stderr
    assert "time ran out" in ctl("chat", "--timeout", "0.3", "--model", "sim-hang", "x", status=DEADLINE).stderr


def test_usage_mistakes(ctl: Tool) -> None:
    for arguments in (["nonsense"], ["chat"], ["ping", "--count", "0"], ["ping", "--timeout", "-1"], ["describe", "--proto", "Chat"]):
        assert ctl(*arguments, status=USAGE).stderr
    assert "EXIT STATUS" in ctl("--help").stdout
    assert "EXAMPLES" in ctl("chat", "--help").stdout


def test_no_daemon(tmp_path: pathlib.Path) -> None:
    tool = Tool(tmp_path / "nothing.sock")
    error = tool("ping", status=UNREACHABLE).stderr
    assert str(tmp_path / "nothing.sock") in error
    assert "llmgwd" in error


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_access_denied(gateway: Daemon) -> None:
    nobody = pwd.getpwnam("nobody")
    gateway.directory.chmod(0o755)
    gateway.directory.parent.chmod(0o755)
    # A copy, because a stranger may not enter the directory that the binaries are in.
    copy = gateway.directory / "llmgw-ctl"
    shutil.copy(binary("llmgw-ctl"), copy)
    result = subprocess.run(
        [copy, "--version"], capture_output=True, text=True, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], check=False
    )
    if result.returncode != 0:
        pytest.skip("another user cannot run the binary here: its libraries are out of reach")
    environment_ = {**environment(), "LLMGW_SOCKET": str(gateway.socket)}

    def ping() -> str:
        result = subprocess.run(
            [copy, "ping"], capture_output=True, text=True, user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[], env=environment_, check=False
        )
        assert result.returncode == DENIED
        return result.stderr

    assert stat.S_IMODE(gateway.socket.stat().st_mode) == 0o660
    os.chown(gateway.socket, -1, 0)
    assert "usermod" not in ping(), "nobody is told to join root's group"
    group = grp.getgrnam("daemon")
    os.chown(gateway.socket, -1, group.gr_gid)
    assert f"usermod --append --groups {group.gr_name} " in ping()
    gateway.socket.chmod(0o600)
    assert "only its owner" in ping()


def test_describe(ctl: Tool) -> None:
    description = ctl("describe").stdout
    assert "llmgw.v1.Gateway/Chat" in description
    assert "0x0201" in description
    assert ctl.json("describe")["limits"]["max_streams"] == 256
    message = ctl("describe", "ChatRequest").stdout
    assert message.startswith("message ChatRequest {") or "\nmessage ChatRequest {" in message
    assert message.rstrip().endswith("}")
    assert 'did you mean "ChatRequest"' in ctl("describe", "ChatReqest", status=FAILURE).stderr
    assert ctl("describe", "--proto").stdout.count('syntax = "proto2";') == 8


def test_config_show_masks_secrets(ctl: Tool) -> None:
    shown = ctl("config", "show").stdout
    assert "providers.up.base_url" in shown
    assert KEY not in shown
    settings = ctl.json("config", "show")["settings"]
    assert {"file", "default"} == {setting["source"] for setting in settings}


def test_config_check(tmp_path: pathlib.Path, gateway: Daemon, ctl: Tool) -> None:
    assert "valid" in ctl("config", "check", str(gateway.config)).stdout
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[providers.up]\nbase_ulr = "http://127.0.0.1:1"\n[models.m]\nprovider = "pu"\n')
    error = ctl("config", "check", str(wrong), status=FAILURE).stderr
    assert f"{wrong}:2" in error
    assert 'did you mean "base_url"?' in error
    assert f"{wrong}:4" in error


def test_completion(ctl: Tool) -> None:
    for shell in ("bash", "zsh", "fish"):
        script = ctl("completion", shell).stdout
        assert "requests" in script
        if shutil.which(shell):
            subprocess.run([shell, "-n"], input=script, text=True, check=True)
    ctl("completion", "cmd", status=USAGE)


def on_terminal(tool: Tool, arguments: list[str], status: int = OK, **variables: str) -> bytes:
    """What the tool writes to a terminal."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [binary("llmgw-ctl"), *arguments], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, env={**tool.environment, **variables}
    )
    os.close(slave)
    output = b""
    try:
        while part := os.read(master, 4096):
            output += part
    except OSError:
        pass  # The terminal's other end is closed: everything was read.
    os.close(master)
    assert process.wait(10) == status
    return output


def test_colour_only_where_it_is_wanted(ctl: Tool) -> None:
    assert b"\x1b[1m" in on_terminal(ctl, ["models"])
    assert b"\x1b" not in on_terminal(ctl, ["models"], NO_COLOR="1")
    assert "\x1b" not in ctl("models").stdout


def test_an_answer_cannot_command_the_terminal(ctl: Tool, sim: Simulator) -> None:
    evil = "\x1b]0;owned\x07\x1b[2Jsafe 安全"
    shown = on_terminal(ctl, ["chat", evil])
    assert b"\x1b" not in shown
    assert "safe 安全".encode() in shown
    assert SECRET_WORD.encode() not in shown


def test_an_upstreams_error_cannot_command_the_terminal(daemon: StartDaemon, upstream: StartUpstream) -> None:
    answer = upstream(lambda exchange: exchange.reply({"error": {"message": "\x1b]0;owned\x07\x1b[2Jrefused 拒绝"}}, status=400))
    shown = on_terminal(Tool(daemon(configuration(answer.base_url)).socket), ["chat", "hello"], status=UPSTREAM)
    assert b"\x1b" not in shown and b"\x07" not in shown
    assert "refused 拒绝".encode() in shown


def test_a_label_cannot_forge_a_row(gateway: Daemon, ctl: Tool) -> None:
    client = gateway.client()
    with RawClient(gateway.socket) as raw:
        raw.hello()
        request = wire_pb2.Request.FromString(chat_request("hello", model="sim-hang"))
        request.labels.add(key="a", value="b\nffffffffffffffff  0  1  trusted")
        raw.request(1, request.SerializeToString())
        wait_until(lambda: client.list_requests(), "the request is in flight")
        assert len(ctl("requests").stdout.splitlines()) == 2
