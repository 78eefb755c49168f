"""Sections for units and programs where the daemon sees neither: it must not let them go unmet without a word."""

from __future__ import annotations

import os
import pathlib
import subprocess
from collections.abc import Iterator

import pytest
from harness.configuration import KEY, configuration, section
from harness.processes import Daemon, Simulator, binary, environment
from harness.tool import Tool
from harness.waiting import wait_until

NOBODY = "65534"
#: As ProtectProc=invisible and User= of a unit do it.
CONFINE = f"mount -t proc -o hidepid=invisible proc /proc && exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups \"$@\""
CONFINED = ["unshare", "--mount", "sh", "-c", CONFINE, "sh"]
UNITS, PROGRAMS = "clients.报告.units", "clients.报告.executables"


@pytest.fixture
def place(directory: pathlib.Path) -> Iterator[pathlib.Path]:
    """Where another user may read and write."""
    if os.geteuid() != 0 or subprocess.run([*CONFINED, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("only root can hide processes, and not in every container")
    directory.chmod(0o755)
    own = directory / "own"
    own.mkdir()
    os.chown(own, int(NOBODY), int(NOBODY))
    yield own


def toml(base_url: str) -> str:
    client = section('clients."报告"', {"units": ["report.service"], "executables": ["/usr/bin/report"], "rpm": 1})
    return configuration(base_url, server={"admin_users": ["0"]}) + client


def check(config: pathlib.Path, *prefix: str) -> str:
    command = [*prefix, binary("llmgwd"), "--check", "--config", str(config)]
    result = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    assert result.returncode == 0, result.stderr
    return result.stderr


def test_a_check_and_a_start_warn(place: pathlib.Path, sim: Simulator) -> None:
    config = place / "llmgw.toml"
    config.write_text(toml(sim.base_url))
    warned = check(config, *CONFINED)
    assert UNITS in warned and "see-callers.conf" in warned and PROGRAMS in warned and "CAP_SYS_PTRACE" in warned
    gateway = Daemon(place, toml(sim.base_url))
    gateway.start(*CONFINED)
    try:
        assert UNITS in gateway.log and PROGRAMS in gateway.log
        gateway.reload(toml(sim.base_url) + section('models."新"', {"provider": "up"}))
        wait_until(lambda: gateway.log.count(UNITS) == 2, "a reload warns, too")
        # The doctor sees all, and tells what the daemon does not.
        findings = Tool(gateway.socket).json("doctor", "--no-providers")["findings"]
        warnings = [finding["message"] for finding in findings if finding["verdict"] == "warning"]
        assert len([text for text in warnings if UNITS in text or PROGRAMS in text]) == 2
    finally:
        gateway.stop()
    assert KEY not in gateway.log


def test_who_sees_everything_is_not_warned(place: pathlib.Path, sim: Simulator) -> None:
    config = place / "llmgw.toml"
    config.write_text(toml(sim.base_url))
    assert check(config) == ""
