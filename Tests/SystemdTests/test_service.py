"""The packages on a real systemd, from the first call to their removal. The tests build on each other."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

from conftest import ENCRYPTED_KEY, KEY
from machine import Machine, wait_until

SERVICE = "llmgw.service"


def ask(machine: Machine, user: str, *words: str) -> str:
    return machine.run("llmgw-ctl", "chat", *words, user=user).stdout


def pid(machine: Machine) -> int:
    """The daemon's process as the container counts."""
    return int(machine.show(SERVICE, "MainPID"))


def daemons(machine: Machine) -> int:
    return machine.run("sh", "-c", "cat /proc/[0-9]*/comm").stdout.split().count("llmgwd")


def test_the_first_call_starts_the_daemon(machine: Machine) -> None:
    assert machine.run("systemctl", "is-active", "llmgw.socket", "llmgw-admin.socket").stdout.split() == ["active", "active"]
    assert machine.run("systemctl", "is-active", SERVICE, check=False).stdout.strip() == "inactive"
    assert "answers" in machine.run("llmgw-ctl", "ping", user="alice").stdout
    assert machine.run("systemctl", "is-active", SERVICE).stdout.strip() == "active"
    assert machine.show(SERVICE, "StatusText").startswith("serving: 2 of 2 providers open")


def test_credentials_arrive(machine: Machine) -> None:
    assert f"key=Bearer {KEY} 好" in ask(machine, "alice", "hello")
    assert f"key=Bearer {ENCRYPTED_KEY} 好" in ask(machine, "alice", "--model", "sealed", "hello")
    # The daemon's user cannot read the files themselves.
    assert machine.run("cat", "/etc/llmgw/credentials/plain", user="llmgw", check=False).returncode != 0
    environment = machine.run("cat", f"/proc/{pid(machine)}/environ").stdout
    assert KEY not in environment and "CREDENTIALS_DIRECTORY=" in environment


def test_the_sandbox_is_in_force(machine: Machine) -> None:
    status = dict(line.split(":\t", 1) for line in machine.run("cat", f"/proc/{pid(machine)}/status").stdout.splitlines() if ":\t" in line)
    assert set(status["Uid"].split()) == {machine.run("id", "-u", "llmgw").stdout.strip()}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}

    def seen_by_the_daemon(script: str) -> int:
        return machine.run("nsenter", "--target", str(pid(machine)), "--mount", "--", "sh", "-c", script, check=False).returncode

    for path in ("/etc", "/usr", "/home/alice", "/boot", "/opt"):
        assert seen_by_the_daemon(f"touch {path}/written") != 0, f"{path} can be written"
    assert seen_by_the_daemon("touch /var/lib/llmgw/written && rm /var/lib/llmgw/written") == 0
    assert seen_by_the_daemon("ls /home/alice") != 0
    assert seen_by_the_daemon("test -e /dev/kmsg") != 0
    machine.run("systemd-analyze", "security", "--threshold=15", SERVICE)


def test_users_are_told_apart(machine: Machine) -> None:
    running = [machine.start("llmgw-ctl", "chat", "slow 6", user=user) for user in ("alice", "bob")]
    uids = {user: int(machine.run("id", "-u", user).stdout) for user in ("alice", "bob", "dora")}

    def seen(user: str, *options: str) -> set[int]:
        return {entry["uid"] for entry in json.loads(machine.run("llmgw-ctl", "requests", "--json", *options, user=user).stdout)}

    wait_until(lambda: seen("root") == {uids["alice"], uids["bob"]}, "both requests are under way")
    assert seen("alice") == {uids["alice"]}
    assert seen("bob") == {uids["bob"]}
    # A supplementary group, and the socket for those who have it.
    assert seen("dora", "--socket", "/run/llmgw/admin.sock") == {uids["alice"], uids["bob"]}
    assert machine.run("llmgw-ctl", "ping", "--socket", "/run/llmgw/admin.sock", user="alice", check=False).returncode == 4
    assert machine.run("llmgw-ctl", "ping", user="carol", check=False).returncode == 4, "who is in no group, does not connect"
    for process in running:
        assert process.wait(60) == 0
        process.communicate()


def test_the_journal_has_fields(machine: Machine) -> None:
    machine.run("llmgw-ctl", "chat", "--model", "没有", "geheim-密语", user="bob", check=False)
    machine.run("llmgw-ctl", "breakers", "reset", "provider/plain")

    def find(*matches: str) -> list[dict[str, str]]:
        lines = machine.run("journalctl", "--no-pager", "-o", "json", "-u", SERVICE, *matches).stdout
        return [json.loads(line) for line in lines.splitlines()]

    failed = wait_until(lambda: find("LLMGW_OUTCOME=llmgw.client.unknown_model"), "the failed call")[0]
    assert failed["MESSAGE"] == "call failed" and failed["SYSLOG_IDENTIFIER"] == "llmgwd" and failed["PRIORITY"] == "6"
    assert failed["LLMGW_PEER_UID"] == machine.run("id", "-u", "bob").stdout.strip()
    assert int(failed["LLMGW_DURATION_US"]) >= 0 and len(failed["LLMGW_REQUEST_ID"]) == 16
    audit = wait_until(lambda: find("LLMGW_AUDIT=1"), "the record of an action")[-1]
    assert (audit["LLMGW_ACTION"], audit["LLMGW_TARGET"], audit["LLMGW_PEER_UID"]) == ("breaker reset", "provider/plain", "0")
    everything = json.dumps(find(), ensure_ascii=False)
    assert "thread priority" not in machine.run("journalctl", "--no-pager").stdout, "the runtime complains of what it may not do"
    for secret in ("geheim-密语", KEY, ENCRYPTED_KEY):
        assert secret not in everything


def calls_while(machine: Machine, action: Callable[[], object]) -> int:
    """Does something to the daemon while programs call without a pause. How many calls there were; none may have failed."""
    load = machine.start("python3", "/opt/llmgw-test/load.py", user="alice", stdin=subprocess.PIPE)
    assert load.stdout is not None
    assert load.stdout.readline() == "begun\n"
    action()
    output, errors = load.communicate(timeout=120)
    assert load.returncode == 0, errors
    result = json.loads(output)
    assert result["failures"] == []
    return int(result["calls"])


def test_a_restart_under_load_loses_nothing(machine: Machine) -> None:
    def restart() -> None:
        for _ in range(3):
            before = pid(machine)
            machine.run("systemctl", "restart", SERVICE)
            assert pid(machine) != before

    assert calls_while(machine, restart) > 5


def test_a_restart_goes_on_with_the_times_of_the_quotas(machine: Machine) -> None:
    """The sandbox lets the daemon see which boot this is, without which it would take its own journals for another boot's."""

    def boots() -> list[str]:
        headers = [
            machine.run("od", "-An", "-v", "-tx1", "-N24", f"/var/lib/llmgw/{journal}").stdout.split()
            for journal in ("quota.journal", "quota-day.journal")
        ]
        assert {bytes.fromhex("".join(header[:7])) for header in headers} == {b"LLMGWQJ"}
        return ["".join(header[8:]) for header in headers]

    before = boots()
    machine.run("systemctl", "restart", SERVICE)
    assert boots() == before


def test_an_upgrade_that_nobody_notices(machine: Machine) -> None:
    """The unit stays active with another main process, which the next test's watchdog looks after."""
    def told(name: str) -> str:
        return machine.show(SERVICE, name)

    before, since, restarts = pid(machine), told("ActiveEnterTimestampMonotonic"), told("NRestarts")

    def upgrade() -> None:
        for _ in range(2):
            report = json.loads(machine.run("llmgw-ctl", "upgrade", "--json").stdout)
            assert report["done"], report
            wait_until(lambda report=report: pid(machine) == report["pid"], "systemd knows the new main process")  # type: ignore[misc]

    # Two upgrades take half a second: some calls were under way in each.
    assert calls_while(machine, upgrade) > 5
    assert pid(machine) != before
    assert (told("ActiveState"), told("SubState"), told("ActiveEnterTimestampMonotonic"), told("NRestarts")) == (
        "active", "running", since, restarts)
    wait_until(lambda: daemons(machine) == 1, "the daemons before have ended")
    journal = machine.run("journalctl", "--no-pager", "-u", SERVICE).stdout
    assert "not our child" not in journal and "reception only permitted" not in journal
    assert f"key=Bearer {KEY} 好" in ask(machine, "alice", "hello"), "credentials are there"


def test_a_broken_program_changes_nothing(machine: Machine) -> None:
    before = pid(machine)
    machine.run("mv", "/usr/bin/llmgwd", "/usr/bin/llmgwd.good")
    machine.write("/usr/bin/llmgwd", "#!/bin/sh\nexit 3\n", 0o755)
    result = machine.run("llmgw-ctl", "upgrade", check=False)
    machine.run("mv", "/usr/bin/llmgwd.good", "/usr/bin/llmgwd")
    assert result.returncode == 1 and "ended before it was ready" in result.stdout
    assert pid(machine) == before and "key=" in ask(machine, "alice", "hello")


def test_doctor_and_top(machine: Machine) -> None:
    findings = json.loads(machine.run("llmgw-ctl", "doctor", "--json", check=False).stdout)
    assert findings["findings"] and [finding for finding in findings["findings"] if finding["verdict"] == "failed"] == []
    screen = machine.run("llmgw-ctl", "top", "--once", user="alice").stdout
    assert "plain" in screen


def test_a_daemon_that_hangs_is_replaced(machine: Machine) -> None:
    before = pid(machine)
    machine.run("sh", "-c", f"kill -STOP {before}")
    wait_until(lambda: pid(machine) not in (0, before), "the watchdog replaces it")
    assert int(machine.show(SERVICE, "NRestarts")) == 1
    assert "Watchdog timeout" in machine.run("journalctl", "--no-pager", "-u", SERVICE).stdout
    assert "key=" in ask(machine, "alice", "hello")


def test_reload(machine: Machine) -> None:
    """The process stays; a configuration with a mistake is refused, and the one that works goes on."""
    before = pid(machine)
    good = machine.run("cat", "/etc/llmgw/llmgw.toml").stdout
    machine.write("/etc/llmgw/llmgw.toml", good + '[models."新的"]\nprovider = "plain"\nupstream_model = "m"\n')
    machine.run("systemctl", "reload", SERVICE)
    wait_until(lambda: "新的" in machine.run("llmgw-ctl", "models", user="alice").stdout, "the new model is there")
    machine.write("/etc/llmgw/llmgw.toml", good + "[server2]\n")
    assert machine.run("systemctl", "reload", SERVICE, check=False).returncode != 0, "a refusal is a failure"
    assert machine.run("systemctl", "is-active", SERVICE).stdout.strip() == "active"
    wait_until(lambda: "the configuration is not reloaded" in machine.run("journalctl", "--no-pager", "-u", SERVICE).stdout, "the journal says so")
    assert "新的" in machine.run("llmgw-ctl", "models", user="alice").stdout
    machine.write("/etc/llmgw/llmgw.toml", good)
    machine.run("systemctl", "reload", SERVICE)
    assert pid(machine) == before


def test_a_daemon_that_cannot_start_does_not_take_the_sockets_along(machine: Machine) -> None:
    """However long it takes to correct the configuration: who calls meanwhile, waits."""
    good = machine.run("cat", "/etc/llmgw/llmgw.toml").stdout
    machine.write("/etc/llmgw/llmgw.toml", good + "[server2]\n")
    assert machine.run("systemctl", "restart", SERVICE, check=False).returncode != 0
    # More than systemd's own limit of starts.
    wait_until(lambda: int(machine.show(SERVICE, "NRestarts")) >= 8, "it is tried again and again")
    assert machine.run("systemctl", "is-active", "llmgw.socket", "llmgw-admin.socket").stdout.split() == ["active", "active"]
    assert "server2" in machine.run("journalctl", "--no-pager", "-u", SERVICE).stdout
    waiting = machine.start("llmgw-ctl", "chat", "hello", user="alice")
    machine.write("/etc/llmgw/llmgw.toml", good)
    output, errors = waiting.communicate(timeout=60)
    assert waiting.returncode == 0 and "key=" in output, errors
    assert machine.run("systemctl", "is-active", SERVICE).stdout.strip() == "active"


def test_callers_are_told_apart_by_their_unit(machine: Machine) -> None:
    """Others' processes are hidden from the daemon as installed, which it says; with the drop-in it sees who calls."""
    good = machine.run("cat", "/etc/llmgw/llmgw.toml").stdout
    section = '[clients."报告"]\nunits = ["report.service"]\nmodels = ["sealed"]\n'

    def report() -> subprocess.CompletedProcess[str]:
        unit = ["systemd-run", "--quiet", "--wait", "--pipe", "--collect", "--unit=report", "--uid=alice"]
        return machine.run(*unit, "/usr/bin/llmgw-ctl", "chat", "hello", check=False)

    def warnings() -> list[str]:
        findings = json.loads(machine.run("llmgw-ctl", "doctor", "--no-providers", "--json", check=False).stdout)["findings"]
        return [finding["message"] for finding in findings if "clients.报告.units" in finding["message"]]

    machine.write("/etc/llmgw/llmgw.toml", good + section)
    machine.run("systemctl", "reload", SERVICE)
    assert "clients.报告.units" in machine.run("journalctl", "--no-pager", "-o", "verbose", "-u", SERVICE).stdout
    assert len(warnings()) == 1
    assert "key=" in report().stdout, "the section is not met"

    folder = "/etc/systemd/system/llmgw.service.d"
    machine.run("cp", "/usr/share/doc/llmgw/examples/see-callers.conf", folder)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", SERVICE)
    assert warnings() == []
    refused = report()
    assert refused.returncode != 0 and "model_not_allowed" in refused.stderr, refused
    assert "key=" in ask(machine, "alice", "hello"), "without the unit she may"

    machine.run("rm", f"{folder}/see-callers.conf")
    machine.write("/etc/llmgw/llmgw.toml", good)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", SERVICE)


def test_a_stopped_daemon_is_started_by_the_next_call(machine: Machine) -> None:
    machine.run("systemctl", "stop", SERVICE)
    assert machine.run("systemctl", "is-active", SERVICE, check=False).stdout.strip() == "inactive"
    assert "key=" in ask(machine, "bob", "hello")


def test_a_users_own_daemon(machine: Machine) -> None:
    uid = machine.run("id", "-u", "carol").stdout.strip()
    # What a login would set.
    machine.write("/etc/systemd/system/user@.service.d/test.conf", "[Service]\nEnvironment=XDG_RUNTIME_DIR=/run/user/%i\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", f"user@{uid}.service")

    def own(*command: str, check: bool = True) -> str:
        return machine.run("env", f"XDG_RUNTIME_DIR=/run/user/{uid}", *command, user="carol", check=check).stdout

    settings = machine.run("sh", "-c", "echo ~carol/.config").stdout.strip()
    machine.write(f"{settings}/llmgw/llmgw.toml", '[providers.up]\nbase_url = "http://127.0.0.1:8080/v1"\n[models.own]\nprovider = "up"\n')
    machine.run("chown", "-R", "carol:", settings)
    own("systemctl", "--user", "start", "llmgw.socket")
    assert "own" in own("llmgw-ctl", "models"), "the first call starts it"
    assert own("systemctl", "--user", "is-active", "llmgw.service").strip() == "active"
    assert machine.run("stat", "-c", "%U %a", f"/run/user/{uid}/llmgw/llmgw.sock").stdout.split() == ["carol", "600"]
    own("systemctl", "--user", "reload", "llmgw.service")
    assert json.loads(own("llmgw-ctl", "upgrade", "--json"))["done"]
    own("systemctl", "--user", "stop", "llmgw.socket", "llmgw.service")
    machine.run("systemctl", "stop", f"user@{uid}.service")


def test_upgrade_of_the_package(machine: Machine) -> None:
    before = pid(machine)
    calls = calls_while(machine, lambda: machine.run("dpkg", "--install", "/opt/llmgw-test/llmgw_later.deb", timeout=120))
    assert calls > 0
    assert machine.run("dpkg-query", "-W", "-f", "${Version}", "llmgw").stdout.startswith("9:")
    assert pid(machine) not in (0, before), "the new daemon serves"
    assert "key_plain" in machine.run("cat", "/etc/llmgw/llmgw.toml").stdout, "what was configured stays"


def test_removal(machine: Machine) -> None:
    machine.run("dpkg", "--remove", "llmgw", timeout=120)
    assert "llmgwd" not in machine.run("sh", "-c", "cat /proc/[0-9]*/comm").stdout.split()
    assert machine.run("test", "-e", "/run/llmgw/llmgw.sock", check=False).returncode != 0
    for unit in (SERVICE, "llmgw.socket", "llmgw-admin.socket"):
        assert machine.run("systemctl", "is-active", unit, check=False).stdout.strip() in ("inactive", "unknown")
    assert machine.run("test", "-e", "/etc/llmgw/llmgw.toml").returncode == 0
    machine.run("dpkg", "--purge", "llmgw", timeout=120)
    assert machine.run("test", "-e", "/var/lib/llmgw", check=False).returncode != 0
    assert machine.run("test", "-e", "/etc/llmgw/llmgw.toml", check=False).returncode != 0
    assert machine.run("test", "-e", "/etc/llmgw/credentials/plain").returncode == 0, "a key is its owner's"
    assert machine.run("systemctl", "--failed", "--no-legend").stdout.strip() == ""
