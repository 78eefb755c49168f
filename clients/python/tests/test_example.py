"""The example and `python -m llmgw`, as a person runs them."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest
from conftest import StartDaemon
from fake_daemon import Session

EXAMPLE = pathlib.Path(__file__).resolve().parents[1] / "examples" / "chat.py"


def script(session: Session) -> None:
    session.open()
    stream = session.request().stream
    for text in ("本地", "网关"):
        session.data(stream, text)
    session.reply(stream)
    session.wait_closed()


def run(socket: str, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LLMGW_SOCKET": socket, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run([sys.executable, *command], capture_output=True, text=True, env=environment, timeout=30)


@pytest.mark.parametrize("command", [[str(EXAMPLE)], ["-m", "llmgw"]], ids=["example", "module"])
def test_streams_an_answer(daemon: StartDaemon, command: list[str]) -> None:
    result = run(daemon(script).path, *command, "你好")
    assert (result.returncode, result.stdout) == (0, "本地网关\n")


@pytest.mark.parametrize("command", [[str(EXAMPLE)], ["-m", "llmgw"]], ids=["example", "module"])
def test_says_what_is_wrong(directory: pathlib.Path, command: list[str]) -> None:
    result = run(str(directory / "nobody.sock"), *command, "你好")
    assert result.returncode == 1
    assert "llmgw.local.connect_failed" in result.stderr and "Traceback" not in result.stderr
    assert run(str(directory / "nobody.sock"), *command).returncode == 2
